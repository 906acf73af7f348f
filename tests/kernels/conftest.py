"""Every test that takes `kernels` runs once for each implementation this machine has.

The environment variable MINIKERAS_TEST_SHARE=i/n runs only a share of these tests, every n-th of them from the i-th on,
and none of those that only meet the reference: sanitize.sh splits its work with it.
"""

import os
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


def pytest_collection_modifyitems(config, items):
    share = os.environ.get("MINIKERAS_TEST_SHARE")
    if not share:
        return
    index, count = map(int, share.split("/"))
    here = Path(__file__).parent
    native_ones = [item for item in items if here in item.path.parents and "[reference" not in item.name]
    chosen = set(native_ones[index::count])
    kept = [item for item in items if item in chosen or here not in item.path.parents]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
