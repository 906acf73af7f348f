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


def grown(name, kernels):
    """(bytes of growth, calls) of a scenario, in a process of its own."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "MINIKERAS_KERNELS": kernels, "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    run = subprocess.run(
        [sys.executable, str(SCRIPT), name], env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    return result["grown"], result["calls"]


def has_native():
    try:
        from minikeras.kernels import _native  # noqa: F401
    except ImportError:
        return False
    return True


NAMES = [make.__name__ for make in memory_scenarios.SCENARIOS if make is not memory_scenarios.leaking]
# The three that are promised, and those in which kernels might keep something, with both sets of kernels.
WITH_BOTH = ("predict", "train_on_batch", "fit_fresh", "fit_fresh_functional", "shapes")


@pytest.mark.parametrize(
    ("name", "kernels"),
    [(name, "native") for name in NAMES] + [(name, "reference") for name in WITH_BOTH],
)
def test_nothing_is_kept(name, kernels):
    if kernels == "native" and not has_native():
        kernels = "reference"
    size, calls = grown(name, kernels)
    assert size < max(0.4 * 1024 * calls, 192 << 10), f"{size / calls:.0f} bytes a call"


def test_a_kilobyte_a_call_would_be_noticed():
    size, calls = grown("leaking", "reference")
    assert size > 0.9 * 1024 * calls
