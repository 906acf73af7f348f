"""The environment variable MINIKERAS_SEED seeds a process that sets no seed itself."""

import os
import subprocess
import sys

SCRIPT = "import minikeras as keras; print(keras.layers.Dense(2), keras.random.normal((2,)).numpy())"


def run(seed):
    environment = {**os.environ, "MINIKERAS_SEED": seed}
    return subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment)


def test_equal_seeds_give_equal_numbers():
    first, again, other, none = run("3"), run(" 3 "), run("4"), run("")
    assert first.returncode == none.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    assert len({first.stdout, other.stdout, none.stdout}) == 3


def test_what_is_no_seed_is_refused():
    done = run("three")
    assert done.returncode == 1
    assert "MINIKERAS_SEED expected a whole number of at least 0, received 'three'" in done.stderr
