"""Layers over images: what is random, what travels with the images, errors."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.layers.image_layer import ImageLayer

IMAGES = np.random.default_rng(0).uniform(0, 255, (6, 8, 8, 3)).astype("float32")

RANDOM = {
    "crop": lambda **k: layers.RandomCrop(5, 5, **k),
    "flip": lambda **k: layers.RandomFlip(**k),
    "rotation": lambda **k: layers.RandomRotation(0.2, **k),
    "translation": lambda **k: layers.RandomTranslation(0.2, 0.2, **k),
    "zoom": lambda **k: layers.RandomZoom(0.2, **k),
    "shear": lambda **k: layers.RandomShear(0.3, 0.3, **k),
    "brightness": lambda **k: layers.RandomBrightness(0.3, **k),
    "contrast": lambda **k: layers.RandomContrast(0.3, **k),
    "hue": lambda **k: layers.RandomHue(0.3, **k),
    "saturation": lambda **k: layers.RandomSaturation((0.2, 0.7), value_range=(0, 1), **k),
    "degeneration": lambda **k: layers.RandomColorDegeneration(0.5, **k),
    "jitter": lambda **k: layers.RandomColorJitter((0, 255), 0.2, 0.2, None, 0.2, **k),
    "posterization": lambda **k: layers.RandomPosterization(6, **k),
    "solarization": lambda **k: layers.Solarization(0.3, 0.4, **k),
    "sharpness": lambda **k: layers.RandomSharpness(0.9, **k),
    "blur": lambda **k: layers.RandomGaussianBlur(**k),
    "invert": lambda **k: layers.RandomInvert(0.5, **k),
    "erasing": lambda **k: layers.RandomErasing(**k),
    "perspective": lambda **k: layers.RandomPerspective(scale=0.4, **k),
    "elastic": lambda **k: layers.RandomElasticTransform(scale=(0.8, 1.0), **k),
    "mix_up": lambda **k: layers.MixUp(1.0, **k),
    "cut_mix": lambda **k: layers.CutMix(**k),
    "rand_augment": lambda **k: layers.RandAugment(num_ops=3, **k),
    "aug_mix": lambda **k: layers.AugMix(**k),
}


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_seeds_decide(make):
    first, second, other = make(seed=1), make(seed=1), make(seed=2)
    a, b = first(IMAGES).numpy(), first(IMAGES).numpy()
    np.testing.assert_array_equal(a, second(IMAGES).numpy())
    assert (a != b).any()
    assert (a != other(IMAGES).numpy()).any()


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_one_image_and_byte_images_work(make):
    assert make(seed=1)(IMAGES[0]).shape == make(seed=1)(IMAGES).shape[1:]
    assert make(seed=1)(IMAGES.astype("uint8")).dtype == "float32"


def test_half_of_the_images_are_flipped():
    x = np.tile(np.arange(4.0, dtype="float32")[:, None], (2000, 2, 1, 1))
    flipped = layers.RandomFlip("horizontal", seed=3)(x).numpy()[:, 0, 0, 0] == 3.0
    assert abs(flipped.mean() - 0.5) < 0.04  # 3.6 standard deviations


def test_brightness_and_contrast_stay_in_their_ranges():
    x = np.full((2000, 2, 2, 1), 100.0, "float32")
    added = layers.RandomBrightness((-0.1, 0.2), seed=3)(x).numpy()[:, 0, 0, 0] - 100.0
    assert added.min() >= -25.5
    assert added.max() <= 51.0
    np.testing.assert_allclose(added.mean(), 12.75, atol=2.0)
    np.testing.assert_allclose(added.std(), 76.5 / np.sqrt(12), rtol=0.05)
    x[:, 0] = 0.0
    contrast = layers.RandomContrast((0.2, 0.6), seed=3)(x).numpy()[:, 1, 0, 0]
    assert contrast.min() >= 50 + 50 * 0.8 - 1e-3
    assert contrast.max() <= 50 + 50 * 1.6 + 1e-3


def test_crops_lie_everywhere_inside():
    x = np.arange(36.0, dtype="float32").reshape(1, 6, 6, 1)
    layer = layers.RandomCrop(4, 4, seed=2)
    corners = {float(layer(x).numpy()[0, 0, 0, 0]) for _ in range(200)}
    assert corners == {r * 6.0 + c for r in range(3) for c in range(3)}


def test_labels_and_masks_travel_with_the_images():
    masks = (IMAGES[..., :1] > 128).astype("float32")
    data = {"images": IMAGES, "labels": np.arange(6), "segmentation_masks": masks, "path": np.arange(6)}
    result = layers.RandomFlip("vertical", seed=4)(data)
    np.testing.assert_array_equal(
        result["segmentation_masks"].numpy(), result["images"].numpy()[..., :1] > 128
    )
    assert result["labels"].tolist() == result["path"].tolist() == list(range(6))
    assert set(np.unique(layers.RandomRotation(0.2, seed=1)(data)["segmentation_masks"])) == {0.0, 1.0}
    assert data["images"] is IMAGES
    with pytest.raises(ValueError, match="know their format"):
        layers.RandomFlip()({"images": IMAGES, "bounding_boxes": np.zeros((6, 1, 4))})


def test_augmentation_in_a_model_only_when_training():
    model = keras.Sequential(
        [layers.RandomRotation(0.3, seed=1), layers.CenterCrop(4, 4), layers.Rescaling(1 / 255)]
    )
    np.testing.assert_allclose(model.predict(IMAGES, verbose=0), IMAGES[:, 2:6, 2:6] / 255, rtol=1e-6)
    assert (model(IMAGES, training=True).numpy() != model(IMAGES).numpy()).any()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: layers.RandomRotation(2.0),
            ValueError,
            "factor must be a number or two numbers from -1 to 1",
        ),
        (
            lambda: layers.RandomContrast(-0.5),
            ValueError,
            "factor must be a number or two numbers from 0 to 1",
        ),
        (lambda: layers.RandomZoom((-1.0, 0.0)), ValueError, "height_factor must be greater than -1"),
        (lambda: layers.RandomTranslation(0.1, "x"), ValueError, "width_factor must be a number"),
        (lambda: layers.RandomFlip("up"), ValueError, "mode must be one of"),
        (lambda: layers.RandomRotation(0.1, fill_mode="x"), NotImplementedError, "fill_mode must be one of"),
        (
            lambda: layers.RandomZoom(0.1, interpolation="x"),
            NotImplementedError,
            "interpolation must be one of",
        ),
        (lambda: layers.RandomBrightness(0.1, value_range=3), ValueError, "value_range must be two numbers"),
        (lambda: layers.CenterCrop(0, 3), ValueError, "height must be a positive integer"),
        (lambda: layers.RandomFlip()(IMAGES[0, 0]), ValueError, "expected one image (three axes) or a batch"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error) as found:
        call()
    assert text in str(found.value)


def test_a_layer_that_moves_masks_says_what_becomes_of_boxes():
    named = [getattr(layers, name) for name in dir(layers)]
    moving = [
        cls
        for cls in named
        if isinstance(cls, type)
        and issubclass(cls, ImageLayer)
        and cls.transform_segmentation_masks is not ImageLayer.transform_segmentation_masks
    ]
    assert len(moving) > 10
    silent = [cls for cls in moving if cls.transform_bounding_boxes is ImageLayer.transform_bounding_boxes]
    assert silent == []
