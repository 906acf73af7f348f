"""Recurrent layers hold real Keras's numbers: outputs and gradients, from Keras's own configurations."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.nest import flatten

with np.load(Path(__file__).parents[1] / "golden" / "extra" / "recurrent.npz") as file:
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


@pytest.mark.parametrize(("number", "case"), CASES, ids=[f"{n}-{case['class_name']}" for n, case in CASES])
def test_numbers_are_those_of_keras(number, case):
    parts = parts_of(number, case)
    layer = getattr(keras.layers, case["class_name"]).from_config(case["config"])
    layer.build(parts["input"][0].shape)
    # Inner layers that the configuration says are built come before the outer one, without its name.
    assert all(
        path.endswith(w.path.partition("/")[2]) for w, path in zip(layer.weights, case["paths"], strict=True)
    )
    assert [w.trainable for w in layer.weights] == case["trainable"]
    layer.set_weights(parts["weights"])
    sources = [keras.ops.convert_to_tensor(array) for array in parts["input"] + parts["states"]]
    kwargs = {"training": case["training"]}
    if case["mask"]:
        kwargs["mask"] = ARRAYS[f"mask_{case['mask']}"]
    if parts["states"]:
        kwargs["initial_state"] = sources[1:]
    with keras.GradientTape() as tape:
        tape.watch(sources)
        outputs = flatten(layer(sources[0], **kwargs))
        upstream = [np.cos(np.arange(o.size)).reshape(o.shape).astype("float32") for o in outputs]
        total = sum(keras.ops.sum(o * u) for o, u in zip(outputs, upstream, strict=True))
    gradients = tape.gradient(total, [*sources, *layer.trainable_weights])
    for output, expected in zip(outputs, parts["outputs"], strict=True):
        np.testing.assert_allclose(output.numpy(), expected, rtol=2e-5, atol=5e-6)
    for gradient, expected in zip(gradients, parts["gradients"], strict=True):
        if expected.size:
            np.testing.assert_allclose(gradient.numpy(), expected, rtol=2e-4, atol=2e-5)
        else:
            assert gradient is None or not gradient.numpy().any()
