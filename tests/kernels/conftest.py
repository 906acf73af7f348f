"""Every test that takes `kernels` runs once for each implementation this machine has."""

import sys
from pathlib import Path

import pytest

from minikeras.kernels import reference

sys.path.append(str(Path(__file__).parent))

try:
    from minikeras.kernels import native
except ImportError:
    native = None

IMPLEMENTATIONS = ["reference", *(native.instruction_sets() if native else ())]


@pytest.fixture(params=IMPLEMENTATIONS)
def kernels(request):
    if request.param == "reference":
        yield reference
        return
    before = native.instruction_set()
    native.use(request.param)
    yield native
    native.use(before)
