"""Layers over images and sound give Keras's numbers for the same drawn transformations.

`tests/data/image_layers.npz` was made with Keras 3.15 on JAX in float32: `spec` lists the layers with their arguments and
transformations, '<row><what>' are the results.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from minikeras import layers, ops

GOLDEN = np.load(Path(__file__).parents[1] / "data" / "image_layers.npz")
SPEC = json.loads(str(GOLDEN["spec"]))


def arrays(value):
    """A transformation with its arrays put in."""
    if isinstance(value, dict):
        return GOLDEN[value["array"]] if set(value) == {"array"} else {k: arrays(v) for k, v in value.items()}
    return [arrays(v) for v in value] if isinstance(value, list) else value


def checked(number, what, found, rtol=2e-5):
    expected = GOLDEN[f"{number}{what}"]
    assert found.shape == expected.shape
    np.testing.assert_allclose(
        found.numpy(), expected, rtol=rtol, atol=rtol * max(1.0, np.abs(expected).max())
    )


@pytest.mark.parametrize(
    "number", range(len(SPEC)), ids=[f"{row['layer']}-{i}" for i, row in enumerate(SPEC)]
)
def test_numbers(number):
    row = SPEC[number]
    layer = getattr(layers, row["layer"])(**row["kwargs"])
    if f"{number}sound" in GOLDEN:
        sound = GOLDEN["sound"] if row["layer"] == "STFTSpectrogram" else GOLDEN["sound"][:, :, 0]
        checked(number, "sound", layer(sound), rtol=2e-4)
        return
    first = row["kwargs"]["data_format"] == "channels_first"
    transformation = arrays(row["transformation"])
    scale = 255 if "value_range" in row["kwargs"] else 1

    def given(name, scale=1):
        value = GOLDEN[name] / np.float32(scale)
        return ops.convert_to_tensor(np.moveaxis(value, 3, 1) if first and value.ndim == 4 else value)

    checked(number, "images", layer.transform_images(given("images", scale), transformation))
    if f"{number}masks" in GOLDEN:
        checked(number, "masks", layer.transform_segmentation_masks(given("masks"), transformation))
    if f"{number}labels" in GOLDEN:
        checked(number, "labels", layer.transform_labels(given("labels"), transformation))
    if f"{number}boxes" in GOLDEN:
        boxes = {"boxes": given("boxes"), "labels": ops.convert_to_tensor(GOLDEN["box_labels"])}
        found = layer.transform_bounding_boxes(boxes, transformation)
        checked(number, "boxes", found["boxes"])
        checked(number, "box_labels", found["labels"])
