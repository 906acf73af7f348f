"""Random changes of valid files: each ends in a model or in the documented error, and costs next to nothing."""

import collections
import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("mutations.py")
ROOT = Path(__file__).parents[2]
_COUNT = 20_000
_PROCESSES = 2
_MOST_BYTES = 200 << 20
_MOST_SECONDS = 1.0


def test_mutated_files_load_or_are_refused():
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    share = _COUNT // _PROCESSES
    running = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(start), str(share)],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for start in range(0, _COUNT, share)
    ]  # fmt: skip
    counts = collections.Counter()
    for process in running:
        output, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
        result = json.loads(output)
        assert result["wrong"] == []
        assert result["slowest"] < _MOST_SECONDS
        assert result["grown"] < _MOST_BYTES
        counts.update(result["counts"])
    assert sum(counts.values()) == _COUNT
    # Both happen often for each kind: a fuzz whose files were all refused at once would say nothing.
    for kind in ("keras", "h5", "weights.h5", "json", "npz"):
        assert min(counts[f"{kind} loaded"], counts[f"{kind} refused"]) > 500, counts
