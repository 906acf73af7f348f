"""Arrays far larger than the memory: memory maps are read batch by batch, in whatever order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("large_data.py")
ROOT = Path(__file__).parents[2]
# What shuffling takes at most: the order of five million rows, eight bytes for each, and drawing it.
_MOST_BYTES = 150 << 20

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


@pytest.mark.parametrize(
    "kind", ["shuffled", "batch_shuffled", "in_order", "other_byte_order", "every_other", "whole_pass"]
)
def test_twenty_gigabytes(kind, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), kind],
        env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    size = (tmp_path / "x.bin").stat().st_size
    (tmp_path / "x.bin").unlink()
    assert run.returncode == 0, run.stderr
    result = json.loads(run.stdout)
    assert size == (160_000_000 if kind == "whole_pass" else 20_000_000_000)
    assert result["disk"] < 1 << 20  # only holes: nothing but reading was done
    assert result["grown"] < _MOST_BYTES, f"{result['grown'] >> 20} MiB"
