"""Layers that augment images: how often, how much, what goes along; errors."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

MANY = np.tile(np.linspace(0, 255, 48, dtype="float32").reshape(1, 4, 4, 3), (4000, 1, 1, 1))
BATCH = np.random.default_rng(0).uniform(0, 255, (4, 12, 10, 3)).astype("float32")


def changed(layer, images=MANY):
    """Which of the images a layer changes."""
    return (layer(images, training=True).numpy() != images).any(axis=(1, 2, 3))


@pytest.mark.parametrize(
    ("layer", "share"),
    [
        (layers.RandomInvert(0.6, seed=1), 0.3),  # the mean of probabilities from 0 to 0.6
        (layers.RandomInvert((0.8, 0.8), seed=1), 0.8),
        (layers.RandomGrayscale(0.25, seed=1), 0.25),
        (layers.RandomGaussianBlur((0.4, 0.6), sigma=(0.5, 0.5), seed=1), 0.5),
        (layers.RandomErasing((0.2, 0.2), scale=(0.5, 0.6), fill_value=7.5, seed=1), 0.2),
        (layers.RandomPerspective((0.7, 0.7), seed=1), 0.7),
        (layers.RandomElasticTransform((0.3, 0.3), scale=(1.0, 1.0), seed=1), 0.3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, keras.Layer) else str(value),
)
def test_shares_of_changed_images(layer, share):
    assert abs(changed(layer).mean() - share) < 4 * np.sqrt(share * (1 - share) / len(MANY))


def test_no_probability_changes_nothing():
    for layer in (layers.RandomInvert(0.0), layers.RandomErasing(0.0), layers.RandomPerspective(0.0)):
        assert not changed(layer).any()
    assert layers.RandomElasticTransform(scale=0.0).get_random_transformation(MANY) is None


@pytest.mark.parametrize("kwargs", [{}, {"training": False}], ids=["in_predict", "asked"])
def test_inference_changes_nothing(kwargs):
    for layer in (
        layers.RandomHue(0.5),
        layers.RandAugment(),
        layers.AugMix(),
        layers.MixUp(),
        layers.CutMix(),
        layers.RandomErasing(),
        layers.Equalization(),
        layers.RandomElasticTransform(),
        layers.RandomCrop(3, 3),
    ):
        if kwargs:
            found = layer(BATCH, **kwargs)
        else:
            found = keras.Sequential([layer]).predict(BATCH, verbose=0)
        np.testing.assert_array_equal(np.asarray(found), BATCH)


def test_factors_are_drawn_evenly():
    layer = layers.RandomHue((0.2, 0.6), seed=2)
    factor = layer.get_random_transformation(MANY)["factor"].numpy()
    assert np.all((np.abs(factor) >= 0.1) & (np.abs(factor) <= 0.3))
    assert abs((factor > 0).mean() - 0.5) < 0.04
    np.testing.assert_allclose(np.abs(factor).mean(), 0.2, atol=0.005)
    bits = (
        8 - layers.RandomPosterization((2, 5), seed=2).get_random_transformation(MANY)["shift_factor"].numpy()
    )
    np.testing.assert_allclose(np.bincount(bits)[2:], len(MANY) / 3, atol=150)
    saturation = layers.RandomSaturation((0.5, 0.5)).get_random_transformation(MANY)["factor"].numpy()
    np.testing.assert_allclose(saturation, 1.0, atol=1e-6)


def test_cut_boxes_are_as_large_as_the_labels_say():
    images = np.arange(200.0, dtype="float32").reshape(200, 1, 1, 1) * np.ones((1, 40, 40, 1), "float32")
    labels = np.eye(200, dtype="float32")
    result = layers.CutMix(seed=3)({"images": images, "labels": labels})
    own = (result["images"].numpy() == images).mean(axis=(1, 2, 3))
    weights = np.diag(result["labels"].numpy())
    np.testing.assert_allclose(own, weights, atol=0.06)
    np.testing.assert_allclose(result["labels"].numpy().sum(axis=1), 1.0, rtol=1e-5)
    assert layers.CutMix(seed=3)(images[0]).numpy().max() == 0.0  # there is nothing to mix one image with


def test_mixed_images_and_labels_have_one_weight():
    images = np.arange(6.0, dtype="float32").reshape(6, 1, 1, 1)
    result = layers.MixUp(1.0, seed=3)({"images": images, "labels": np.eye(6, dtype="float32")})
    np.testing.assert_allclose(
        result["images"].numpy().ravel(), result["labels"].numpy() @ images.ravel(), rtol=1e-5
    )
    boxes = {"boxes": np.arange(48.0).reshape(6, 2, 4), "labels": np.arange(12).reshape(6, 2)}
    both = layers.MixUp(seed=3, bounding_box_format="xyxy")({"images": images, "bounding_boxes": boxes})
    assert both["bounding_boxes"]["boxes"].shape == (6, 4, 4)
    assert both["bounding_boxes"]["labels"].shape == (6, 4)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(
    "make",
    [
        lambda **k: layers.RandomElasticTransform(scale=(1.0, 1.0), interpolation="nearest", **k),
        lambda **k: layers.RandomPerspective(scale=0.5, interpolation="nearest", **k),
        lambda **k: layers.RandAugment(factor=(0.5, 0.5), interpolation="nearest", num_ops=1, **k),
        lambda **k: layers.CutMix(**k),
    ],
    ids=["elastic", "perspective", "rand_augment", "cut_mix"],
)
def test_masks_move_with_the_images(make, data_format):
    images = BATCH if data_format == "channels_last" else np.moveaxis(BATCH, 3, 1)
    layer = make(seed=5, data_format=data_format)
    if isinstance(layer, layers.RandAugment):
        layer.steps = layer.steps[:3]  # those that move pixels
    result = layer({"images": images, "segmentation_masks": images.copy()})
    assert (result["images"].numpy() != images).any()
    np.testing.assert_array_equal(result["images"].numpy(), result["segmentation_masks"].numpy())


@pytest.mark.parametrize("box_format", ["xyxy", "rel_xywh", "center_yxhw"])
@pytest.mark.parametrize(
    "make",
    [
        lambda **k: layers.RandomFlip(**k),
        lambda **k: layers.RandomTranslation((0.1, 0.2), (-0.2, -0.1), fill_mode="constant", **k),
        lambda **k: layers.RandomZoom((-0.4, -0.2), fill_mode="constant", **k),
        lambda **k: layers.RandomShear(0.2, 0.0, fill_mode="constant", **k),
        lambda **k: layers.RandomRotation((0.25, 0.25), fill_mode="constant", **k),
        lambda **k: layers.RandomPerspective(scale=0.1, **k),
        lambda **k: layers.RandomCrop(30, 28, **k),
        lambda **k: layers.CenterCrop(30, 28, **k),
        lambda **k: layers.Resizing(20, 50, **k),
        lambda **k: layers.Resizing(20, 50, pad_to_aspect_ratio=True, **k),
        lambda **k: layers.Resizing(20, 50, crop_to_aspect_ratio=True, **k),
    ],
    ids=[
        "flip",
        "translation",
        "zoom",
        "shear",
        "rotation",
        "perspective",
        "crop",
        "center",
        "resize",
        "pad",
        "cut",
    ],
)
def test_boxes_move_with_the_images(make, box_format):
    """What is bright in the image stays inside its box, to a pixel."""
    images = np.zeros((3, 40, 36, 1), "float32")
    images[:, 14:24, 12:25] = 255.0
    corners = np.tile(np.array([12.0, 14.0, 25.0, 24.0], "float32"), (3, 1, 1))
    convert = keras.utils.bounding_boxes.convert_format
    boxes = {"boxes": convert(corners, "xyxy", box_format, 40, 36), "labels": np.ones((3, 1), "int32")}
    layer = make(bounding_box_format=box_format)
    if hasattr(layer, "seed"):
        layer = make(bounding_box_format=box_format, seed=2)
    result = layer({"images": images, "bounding_boxes": boxes}, training=True)
    height, width = result["images"].shape[1:3]
    found = convert(result["bounding_boxes"]["boxes"], box_format, "xyxy", height, width).numpy()[:, 0]
    for image, box in zip(result["images"].numpy()[..., 0], found, strict=True):
        rows, columns = np.nonzero(image > 128)
        expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        np.testing.assert_allclose(box, expected, atol=1.6)


def test_one_image_has_its_boxes():
    boxes = {"boxes": np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 2.0, 2.0]]), "labels": np.array([5, 6])}
    data = {"images": BATCH[0], "bounding_boxes": boxes}
    found = layers.MaxNumBoundingBoxes(3, bounding_box_format="xyxy")(data)["bounding_boxes"]
    assert found["labels"].tolist() == [5, 6, -1]
    assert found["boxes"].tolist()[2] == [-1.0] * 4
    fewer = layers.MaxNumBoundingBoxes(1, bounding_box_format="xyxy")(data)["bounding_boxes"]
    assert fewer["boxes"].tolist() == [[1.0, 2.0, 3.0, 4.0]]
    assert data["bounding_boxes"] is boxes


def test_boxes_outside_lose_their_labels():
    layer = layers.RandomTranslation((0.5, 0.5), (0.0, 0.0), bounding_box_format="xyxy")
    boxes = {"boxes": np.array([[[1.0, 8.0, 4.0, 10.0], [1.0, 1.0, 4.0, 4.0]]]), "labels": np.array([[3, 4]])}
    found = layer({"images": BATCH[:1], "bounding_boxes": boxes}, training=True)["bounding_boxes"]
    assert found["labels"].tolist() == [[-1, 4]]
    np.testing.assert_allclose(found["boxes"].numpy()[0, 1], [1, 7, 4, 10], atol=1e-5)


def test_contrast_is_stretched_and_equalized():
    x = np.random.default_rng(1).integers(90, 120, (2, 16, 16, 3)).astype("float32")
    stretched = layers.AutoContrast()(x).numpy()
    assert (stretched.min(axis=(1, 2)) == 0).all()
    assert (stretched.max(axis=(1, 2)) == 255).all()
    np.testing.assert_array_equal(layers.AutoContrast()(np.full((1, 2, 2, 3), 9.0)).numpy(), 9.0)
    equalized = layers.Equalization()(x, training=True).numpy()
    np.testing.assert_allclose(equalized.mean(), 127.5, atol=8)
    local = layers.ContrastLimitedAdaptiveHistogramEqualization(clip_limit=0, tile_grid_size=(1, 1))
    assert local(x.astype("uint8")).dtype == "uint8"
    assert local(x).numpy().std() > 5 * x.std()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: layers.RandomGrayscale(1.5), ValueError, "factor must be a number between 0 and 1"),
        (
            lambda: layers.RandomPosterization(0),
            ValueError,
            "factor must be a number or two numbers from 1 to 8",
        ),
        (
            lambda: layers.Solarization(0.1, (0.5, 2.0)),
            ValueError,
            "threshold_factor must lie within 0 and 1",
        ),
        (
            lambda: layers.RandomGaussianBlur(kernel_size=4),
            ValueError,
            "must be one or two odd numbers, received 4",
        ),
        (lambda: layers.RandomErasing(fill_value=(1, 2)), ValueError, "fill_value must be a number or three"),
        (lambda: layers.RandomPerspective(scale=2), ValueError, "scale must be a number between 0 and 1"),
        (lambda: layers.MixUp(0), ValueError, "alpha must be a positive number"),
        (
            lambda: layers.RandomElasticTransform(fill_mode="x"),
            NotImplementedError,
            "fill_mode must be one of",
        ),
        (lambda: layers.Equalization(bins=0), ValueError, "bins must be a positive integer"),
        (
            lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=8),
            ValueError,
            "tile_grid_size must be two integers, received 8",
        ),
        (
            lambda: layers.CutMix(bounding_box_format="xyxy")(
                {
                    "images": BATCH,
                    "bounding_boxes": {"boxes": np.zeros((4, 1, 4)), "labels": np.zeros((4, 1))},
                },
                training=True,
            ),
            NotImplementedError,
            "does not move bounding boxes",
        ),
        (
            lambda: layers.RandomFlip(bounding_box_format="xyxy")({"images": BATCH, "bounding_boxes": [1]}),
            ValueError,
            "to be a dictionary of 'boxes' and 'labels'",
        ),
        (lambda: layers.MaxNumBoundingBoxes(0), ValueError, "max_number must be a positive integer"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error) as found:
        call()
    assert text in str(found.value)
