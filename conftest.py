"""Tensors look as minikeras's own in every test but those of the TensorFlow façade, whichever modules were imported."""

import sys

import pytest

FACADE = "minikeras.compat.tensorflow"


def _of_facade(name):
    return sys.modules.get(f"{FACADE}.{name}")


@pytest.fixture(autouse=True)
def looks_of_tensors(request):
    if (appearance := _of_facade("appearance")) is not None:
        parts = request.path.parts
        of_facade = "compat" in parts and ("tests" in parts or "tensorflow" in parts)
        appearance.put_on() if of_facade else appearance.put_off()
    yield
    if (appearance := _of_facade("appearance")) is not None:
        appearance.put_off()
    if (graph := _of_facade("graph")) is not None:
        graph.mode.deferring, graph.mode.any, graph.mode.graph = False, False, graph.Graph()
