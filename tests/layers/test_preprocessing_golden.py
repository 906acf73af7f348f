"""Preprocessing layers hold real Keras's numbers: vocabularies, indices, hashes, bins and statistics."""

import json
from pathlib import Path

import numpy as np
import pytest

from minikeras import layers
from minikeras.autodiff import Tensor

CASES = json.loads((Path(__file__).parents[1] / "golden" / "extra" / "preprocessing.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['cls']}" for n, case in enumerate(CASES)])
def test_numbers_are_those_of_keras(case):
    layer = getattr(layers, case["cls"])(**case["kwargs"])
    if case["adapt"] is not None:
        layer.adapt(np.array(case["adapt"]))
    inputs = (
        [np.array(x) for x in case["input"]] if case["several"] else np.array(case["input"], case["dtype"])
    )
    output = layer(inputs)
    expected = case["output"]
    if "vocabulary" in case:
        assert layer.get_vocabulary() == case["vocabulary"]
    if "boundaries" in case:
        np.testing.assert_allclose(layer.bin_boundaries, case["boundaries"], rtol=1e-5, atol=1e-6)
    assert list(output.shape) == expected["shape"]
    if expected["dtype"] == "str":
        assert output.ravel().tolist() == expected["values"]
        return
    assert isinstance(output, Tensor)
    assert output.dtype == expected["dtype"]
    values = np.array(expected["values"], expected["dtype"]).reshape(expected["shape"])
    if output.dtype.kind == "f":
        np.testing.assert_allclose(output.numpy(), values, rtol=2e-5, atol=2e-6)
    else:
        np.testing.assert_array_equal(output.numpy(), values)
