"""Which implementation runs, and how a forced one says that it cannot."""

import os
import subprocess
import sys

import pytest

from minikeras import kernels
from minikeras.kernels import reference

try:
    from minikeras.kernels import native
except ImportError:
    native = None

SAY = "from minikeras import kernels; print(kernels.implementation(), kernels.num_threads())"
HIDE = "import sys; sys.modules['minikeras.kernels._native'] = None; "

needs_native = pytest.mark.skipif(native is None, reason="the native module is not installed")


def run(code, **environment):
    variables = {key: value for key, value in os.environ.items() if not key.startswith("MINIKERAS_")}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=variables | environment, capture_output=True, text=True, timeout=60)


def test_every_kernel_is_there():
    assert reference.__all__ == sorted(reference.__all__)
    for name in kernels.__all__:
        assert callable(getattr(kernels, name)), name


def test_reference_can_be_forced():
    assert run(SAY, MINIKERAS_KERNELS="reference").stdout == "reference 1\n"


def test_without_the_module_the_reference_serves():
    assert run(HIDE + SAY).stdout == "reference 1\n"


def test_a_forced_module_that_is_absent_is_an_import_error():
    result = run(HIDE + SAY, MINIKERAS_KERNELS="native")
    assert result.returncode != 0
    assert "MINIKERAS_KERNELS=native expected the native module minikeras.kernels._native" in result.stderr
    assert "Install minikeras with a C++ compiler at hand" in result.stderr


def test_an_unknown_choice_is_refused():
    result = run(SAY, MINIKERAS_KERNELS="fast")
    assert (
        "MINIKERAS_KERNELS expected one of reference, native, avx512, avx2, portable, received 'fast'"
        in result.stderr
    )


@needs_native
def test_instruction_sets_can_be_forced():
    for name in native.instruction_sets():
        assert run(SAY, MINIKERAS_KERNELS=name, MINIKERAS_NUM_THREADS="3").stdout == f"native-{name} 3\n"
    assert run(SAY, MINIKERAS_KERNELS="native").stdout.startswith(f"native-{native.instruction_sets()[0]} ")


@needs_native
def test_an_instruction_set_that_is_not_there_is_refused():
    with pytest.raises(ImportError, match="expected an instruction set this processor has, received 'neon'"):
        native.use("neon")


@pytest.mark.parametrize("count", [0, -1, 1.5, "2"])
def test_threads_must_be_a_positive_integer(count):
    with pytest.raises(ValueError, match="set_num_threads expected a positive integer, received"):
        kernels.set_num_threads(count)
