"""Attention, merging, EinsumDense and masking hold real Keras's numbers: outputs, masks and gradients."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.nest import flatten

with np.load(Path(__file__).parents[1] / "golden" / "extra" / "merging_attention.npz") as file:
    ARRAYS = dict(file)
CASES = list(enumerate(json.loads(str(ARRAYS.pop("cases")))))


def parts_of(number, case):
    """The arrays of a case, by what they are."""
    values, position, parts = ARRAYS[f"case{number}"], 0, {}
    for what, shapes in case["shapes"].items():
        parts[what] = []
        for shape in shapes:
            size = int(np.prod(shape))
            parts[what].append(values[position : position + size].reshape(shape))
            position += size
    assert position == len(values)
    return parts


@pytest.mark.parametrize(("number", "case"), CASES, ids=[f"{n}-{case['cls']}" for n, case in CASES])
def test_numbers_are_those_of_keras(number, case):
    parts = parts_of(number, case)
    layer = getattr(keras.layers, case["cls"]).from_config(case["config"])
    sources = [keras.ops.convert_to_tensor(array) for array in parts["input"]]
    for source, mask in zip(sources, case["masks"], strict=True):
        if mask is not None:
            source.mask = keras.ops.convert_to_tensor(ARRAYS[f"mask_{mask}"])
    kwargs = {k: ARRAYS[f"mask_{v}"] if k == "attention_mask" else v for k, v in case["call"].items()}
    inputs = sources if case["positional"] else [sources] if case["several"] else sources[:1]
    layer(*inputs, **kwargs)
    assert [w.path for w in layer.weights] == case["paths"]
    layer.set_weights(parts["weights"])
    with keras.GradientTape() as tape:
        tape.watch(sources)
        outputs = flatten(layer(*inputs, **kwargs))
        upstream = [np.cos(np.arange(o.size)).reshape(o.shape).astype("float32") for o in outputs]
        if case["positional"] and case["masks"][0]:
            # What a masked query finds is of no account: Keras's backends differ in its gradients.
            mask = ARRAYS[f"mask_{case['masks'][0]}"]
            upstream[0] *= mask.reshape(mask.shape + (1,) * (upstream[0].ndim - 2))
        total = sum(keras.ops.sum(o * u) for o, u in zip(outputs, upstream, strict=True))
    gradients = tape.gradient(total, [*sources, *layer.trainable_weights])
    for output, expected in zip(outputs, parts["outputs"], strict=True):
        np.testing.assert_allclose(output.numpy(), expected, rtol=2e-5, atol=5e-6)
    for gradient, expected in zip(gradients, parts["gradients"], strict=True):
        if expected.size:
            np.testing.assert_allclose(gradient.numpy(), expected, rtol=2e-4, atol=2e-5)
        else:
            assert gradient is None or not gradient.numpy().any()
    mask = outputs[0].mask
    assert (mask is not None) == bool(parts["mask"])
    if parts["mask"]:
        np.testing.assert_array_equal(mask.numpy(), parts["mask"][0].astype(bool))
