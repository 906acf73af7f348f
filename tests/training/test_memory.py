"""Memory is flat: whatever a process does over and over, it keeps nothing of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import memory_scenarios
import pytest

SCRIPT = Path(__file__).with_name("memory_scenarios.py")
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


def grown(name):
    """(bytes of growth, calls) of a scenario, in a process of its own with the kernels of this one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), name], env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    return result["grown"], result["calls"]


NAMES = [make.__name__ for make in memory_scenarios.SCENARIOS if make is not memory_scenarios.leaking]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_kept(name):
    size, calls = grown(name)
    if size >= 256 << 10:  # a leak shows in every process, a page that the allocator keeps does not
        size = min(size, grown(name)[0])
    assert size < max(0.4 * 1024 * calls, 256 << 10), f"{size / calls:.0f} bytes a call"


def test_a_kilobyte_a_call_would_be_noticed():
    size, calls = grown("leaking")
    assert size > 0.9 * 1024 * calls
