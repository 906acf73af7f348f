"""Boxes: formats, clipping, moving, anchors, overlap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minikeras.layers.bounding_boxes import FORMATS
from minikeras.utils import bounding_boxes as boxes

SIZES = st.floats(0.5, 50)


@given(
    st.sampled_from(FORMATS),
    st.sampled_from(FORMATS),
    st.tuples(st.floats(-20, 20), st.floats(-20, 20), SIZES, SIZES),
)
@settings(deadline=None, max_examples=60)
def test_formats_and_back(first, second, box):
    x, y, width, height = box
    given_box = np.array([[x, y, x + width, y + height]], "float32")
    there = boxes.convert_format(given_box, "xyxy", first, height=30, width=70)
    across = boxes.convert_format(there, first, second, height=30, width=70)
    back = boxes.convert_format(across, second, "xyxy", height=30, width=70)
    np.testing.assert_allclose(back.numpy(), given_box, rtol=1e-4, atol=1e-3)


def test_formats_by_hand():
    box = [[10.0, 20.0, 30.0, 60.0]]
    expected = {
        "yxyx": [20, 10, 60, 30],
        "xywh": [10, 20, 20, 40],
        "center_xywh": [20, 40, 20, 40],
        "center_yxhw": [40, 20, 40, 20],
        "rel_xyxy": [0.1, 0.1, 0.3, 0.3],
        "rel_yxyx": [0.1, 0.1, 0.3, 0.3],
        "rel_xywh": [0.1, 0.1, 0.2, 0.2],
        "rel_center_xywh": [0.2, 0.2, 0.2, 0.2],
    }
    for name, numbers in expected.items():
        found = boxes.convert_format(box, "xyxy", name, height=200, width=100)
        np.testing.assert_allclose(found.numpy()[0], numbers, rtol=1e-6)
    whole = {"boxes": np.array(box), "labels": [1]}
    assert boxes.convert_format(whole, "xyxy", "yxyx")["boxes"].tolist() == [[20, 10, 60, 30]]
    assert whole["boxes"].tolist() == box


def test_clipping_drops_what_lies_outside():
    found = boxes.clip_to_image_size(
        {"boxes": np.array([[-1.0, 2.0, 5.0, 30.0], [11.0, 0.0, 12.0, 5.0]]), "labels": np.array([3, 4])},
        20,
        10,
    )
    assert found["boxes"].tolist() == [[0, 2, 5, 20], [10, 0, 10, 5]]
    assert found["labels"].tolist() == [3, -1]
    shares = boxes.clip_to_image_size(
        {"boxes": np.array([[-0.5, 0.2, 0.5, 1.5]])}, bounding_box_format="rel_xyxy"
    )
    np.testing.assert_allclose(shares["boxes"].numpy(), [[0, 0.2, 0.5, 1]])


def test_crop_and_pad_are_inverse():
    box = np.array([[[3.0, 4.0, 6.0, 8.0]]])
    moved = boxes.pad(box, top=5, left=2)
    assert moved.tolist() == [[[5, 9, 8, 13]]]
    assert boxes.crop(moved, top=5, left=2, height=20, width=20).tolist() == box.tolist()
    assert boxes.crop(box, top=5, left=0, height=2, width=4).tolist() == [[[3, 0, 4, 2]]]


def test_quarter_turn():
    """Turned by 90 degrees about the middle of a 9 x 9 image, the corner at the left top goes to the left bottom."""
    one, zero = np.ones(1, "float32"), np.zeros(1, "float32")
    found = boxes.affine_transform(
        np.array([[[0.0, 0.0, 2.0, 1.0]]], "float32"),
        90 * one,
        zero,
        zero,
        one,
        zero,
        zero,
        height=9,
        width=9,
    )
    np.testing.assert_allclose(found.numpy(), [[[0, 6, 1, 8]]], atol=1e-5)
    shifted = boxes.affine_transform(
        np.array([[[1.0, 1.0, 2.0, 2.0]]], "float32"),
        zero,
        0.25 * one,
        zero,
        one,
        zero,
        zero,
        height=9,
        width=9,
    )
    np.testing.assert_allclose(shifted.numpy(), [[[3, 1, 4, 2]]], atol=1e-5)


@pytest.mark.parametrize("encoding", ["center_xywh", "center_yxhw"])
@pytest.mark.parametrize("variance", [None, [0.1, 0.1, 0.2, 0.2]])
def test_deltas_and_back(encoding, variance):
    anchors = np.array([[0.0, 0.0, 10.0, 20.0], [5.0, 5.0, 9.0, 8.0]], "float32")
    targets = np.array([[1.0, 2.0, 12.0, 18.0], [4.0, 4.0, 12.0, 12.0]], "float32")
    deltas = boxes.encode_box_to_deltas(anchors, targets, "xyxy", "xyxy", encoding, variance)
    found = boxes.decode_deltas_to_boxes(anchors, deltas, "xyxy", "xyxy", encoding, variance)
    np.testing.assert_allclose(found.numpy(), targets, rtol=1e-5, atol=1e-5)
    levels = boxes.decode_deltas_to_boxes({"a": anchors}, {"a": deltas}, "xyxy", "xyxy", encoding, variance)
    np.testing.assert_array_equal(levels["a"].numpy(), found.numpy())
    same = boxes.encode_box_to_deltas(anchors, anchors, "xyxy", "xyxy", encoding, variance)
    np.testing.assert_allclose(same.numpy(), 0.0, atol=1e-6)


def test_overlap():
    a = np.array([[0.0, 0.0, 2.0, 2.0], [-1.0, -1.0, -1.0, -1.0]])
    b = np.array([[1.0, 1.0, 3.0, 3.0], [0.0, 0.0, 2.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    np.testing.assert_allclose(boxes.compute_iou(a, b, "xyxy").numpy()[0], [1 / 7, 1, 0], rtol=1e-6)
    masked = boxes.compute_iou(a, b, "xyxy", use_masking=True, mask_val=-5).numpy()
    np.testing.assert_array_equal(masked[1], -5)
    batch = boxes.compute_iou(np.stack([a, a]), np.stack([b, b[::-1]]), "xyxy").numpy()
    np.testing.assert_allclose(batch[1, 0], [0, 1, 1 / 7], rtol=1e-6)
    shares = boxes.compute_iou(a / 10, b / 10, "rel_xyxy", image_shape=(10, 10, 3)).numpy()
    np.testing.assert_allclose(shares[0], [1 / 7, 1, 0], rtol=1e-5)


def test_complete_overlap():
    a = np.array([[0.0, 0.0, 2.0, 2.0]])
    np.testing.assert_allclose(boxes.compute_ciou(a, a, "xyxy").numpy(), [1.0], rtol=1e-5)
    # Equal squares a side apart: no overlap, centres 4 apart squared, the box around both 4 by 2.
    beside = np.array([[2.0, 0.0, 4.0, 2.0]])
    np.testing.assert_allclose(boxes.compute_ciou(a, beside, "xyxy").numpy(), [-4 / 20], rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda b: boxes.convert_format(b, "xyxx", "xyxy"), ValueError, "source must be one of xyxy, yxyx"),
        (
            lambda b: boxes.convert_format(b, "xyxy", "rel_xyxy"),
            ValueError,
            "without the image's height and width",
        ),
        (
            lambda b: boxes.convert_format(b[:, :3], "xyxy", "xywh"),
            ValueError,
            "four numbers in their last axis",
        ),
        (lambda b: boxes.clip_to_image_size({"boxes": b}), ValueError, "needs the height and width"),
        (
            lambda b: boxes.clip_to_image_size({"boxes": b}, 3, 3, "xywh"),
            NotImplementedError,
            "takes the formats 'xyxy' and 'rel_xyxy'",
        ),
        (lambda b: boxes.crop(b, 0, 0, 1, 1, "xywh"), NotImplementedError, "Call convert_format first"),
        (
            lambda b: boxes.compute_iou(b[0], b, "xyxy"),
            ValueError,
            "expected boxes1 of two or three axes, received 1",
        ),
        (lambda b: boxes.compute_iou(b, b, "rel_xyxy"), ValueError, "needs image_shape"),
        (
            lambda b: boxes.encode_box_to_deltas(b, b, "xyxy", "xyxy", "xywh"),
            ValueError,
            "encoding_format must be 'center_xywh'",
        ),
        (
            lambda b: boxes.encode_box_to_deltas(b, b, "xyxy", "xyxy", variance=[1.0]),
            ValueError,
            "variance must be four numbers",
        ),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call(np.ones((2, 4)))
