"""Boxes around things in images: their formats, how they move with the images, how much two of them share."""

import math

from minikeras import config, ops

# Each format's four numbers as (left, top, right, bottom), and back.
_CORNERS = {
    "xyxy": (lambda x1, y1, x2, y2: (x1, y1, x2, y2), lambda x1, y1, x2, y2: (x1, y1, x2, y2)),
    "yxyx": (lambda y1, x1, y2, x2: (x1, y1, x2, y2), lambda x1, y1, x2, y2: (y1, x1, y2, x2)),
    "xywh": (lambda x, y, w, h: (x, y, x + w, y + h), lambda x1, y1, x2, y2: (x1, y1, x2 - x1, y2 - y1)),
    "center_xywh": (
        lambda x, y, w, h: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
        lambda x1, y1, x2, y2: (x1 + (x2 - x1) / 2, y1 + (y2 - y1) / 2, x2 - x1, y2 - y1),
    ),
    "center_yxhw": (
        lambda y, x, h, w: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
        lambda x1, y1, x2, y2: (y1 + (y2 - y1) / 2, x1 + (x2 - x1) / 2, y2 - y1, x2 - x1),
    ),
}
_RELATIVE = ("rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh")
FORMATS = (*_CORNERS, *_RELATIVE)


def _columns(boxes):
    return [boxes[..., i : i + 1] for i in range(4)]


def _known(name, argument):
    word = str(name).lower()
    if word not in FORMATS:
        raise ValueError(f"{argument} must be one of {', '.join(FORMATS)}, received {name!r}.")
    return word


def convert_format(boxes, source, target, height=None, width=None, dtype="float32"):
    """Boxes, (..., 4) or a dictionary with 'boxes', in another format.

    The formats are 'xyxy' (left, top, right, bottom), 'yxyx', 'xywh' (left, top, width, height), 'center_xywh' and
    'center_yxhw', in pixels; and 'rel_xyxy', 'rel_yxyx', 'rel_xywh' and 'rel_center_xywh', as shares of the image.
    height, width: of the image, needed between shares and pixels.

    >>> convert_format([[2.0, 4.0, 6.0, 12.0]], "xyxy", "center_xywh").tolist()
    [[4.0, 8.0, 4.0, 8.0]]
    """
    if isinstance(boxes, dict):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    source, target = _known(source, "source"), _known(target, "target")
    boxes = ops.cast(ops.convert_to_tensor(boxes), dtype)
    if boxes.shape[-1] != 4:
        raise ValueError(f"boxes must have four numbers in their last axis, received shape {boxes.shape}.")
    from_share, to_share = source in _RELATIVE, target in _RELATIVE
    if (from_share or to_share) and (height is None or width is None):
        raise ValueError(
            f"Boxes cannot go from {source!r} to {target!r} without the image's height and width, received "
            f"height={height} and width={width}."
        )
    if source == target:
        return boxes
    x1, y1, x2, y2 = _CORNERS[source.removeprefix("rel_")][0](*_columns(boxes))
    if from_share != to_share:
        height, width = ops.cast(height, dtype), ops.cast(width, dtype)
        by = ops.multiply if from_share else ops.divide
        x1, y1, x2, y2 = by(x1, width), by(y1, height), by(x2, width), by(y2, height)
    return ops.concatenate(_CORNERS[target.removeprefix("rel_")][1](x1, y1, x2, y2), axis=-1)


def clip_to_image_size(bounding_boxes, height=None, width=None, bounding_box_format="xyxy"):
    """The parts of boxes inside the image; the labels of boxes of which nothing is left become -1.

    bounding_boxes: a dictionary with 'boxes' and perhaps 'labels'. bounding_box_format: 'xyxy' or 'rel_xyxy'.
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(
            f"clip_to_image_size takes the formats 'xyxy' and 'rel_xyxy', received {bounding_box_format!r}. Call "
            "convert_format first."
        )
    if bounding_box_format == "rel_xyxy":
        height = width = 1
    elif height is None or width is None:
        raise ValueError("clip_to_image_size needs the height and width of the image for boxes in pixels.")
    boxes = ops.convert_to_tensor(bounding_boxes["boxes"])
    x1, y1, x2, y2 = _columns(boxes)
    x1, x2 = ops.clip(x1, 0, width), ops.clip(x2, 0, width)
    y1, y2 = ops.clip(y1, 0, height), ops.clip(y2, 0, height)
    result = {**bounding_boxes, "boxes": ops.concatenate([x1, y1, x2, y2], axis=-1)}
    if result.get("labels") is not None:
        area = ops.squeeze((x2 - x1) * (y2 - y1), axis=-1)
        result["labels"] = ops.where(area > 0, result["labels"], -1)
    return result


def around(boxes, move):
    """The boxes, 'xyxy', around the corners of boxes after `move`, a function of x and y, (batch, boxes) each."""
    x1, y1, x2, y2 = ops.unstack(boxes, axis=-1)
    moved = [move(x, y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))]
    xs, ys = (ops.stack(values, axis=-1) for values in zip(*moved, strict=True))
    return ops.stack([ops.min(xs, -1), ops.min(ys, -1), ops.max(xs, -1), ops.max(ys, -1)], axis=-1)


def _only_corners(bounding_box_format, name):
    if bounding_box_format != "xyxy":
        raise NotImplementedError(
            f"{name} takes boxes in the format 'xyxy', received {bounding_box_format!r}. Call convert_format first."
        )


def affine_transform(
    boxes,
    angle,
    translate_x,
    translate_y,
    scale,
    shear_x,
    shear_y,
    height,
    width,
    center_x=None,
    center_y=None,
    bounding_box_format="xyxy",
):
    """The boxes, 'xyxy', around boxes (batch, boxes, 4) of images turned, shifted, scaled and sheared.

    Each setting is a number for each image: angle, shear_x and shear_y in degrees; translate_x and translate_y as shares of
    the width and height; center_x and center_y, the point that rests, as shares too (the middle if not given).
    """
    _only_corners(bounding_box_format, "affine_transform")
    rotation, slant_x, slant_y = (ops.multiply(-v, math.pi / 180) for v in (angle, shear_x, shear_y))
    x0, y0 = ((0.5 if c is None else c) for c in (center_x, center_y))
    x0, y0 = ops.multiply(x0, width - 1), ops.multiply(y0, height - 1)
    right, down = ops.multiply(translate_x, width - 1), ops.multiply(translate_y, height - 1)
    # The inverse of rotation, shear and scale about the centre.
    a = ops.cos(rotation - slant_y) / ops.cos(slant_y)
    b = a * ops.tan(slant_x) + ops.sin(rotation)
    c = -ops.sin(rotation - slant_y) / ops.cos(slant_y)
    d = ops.cos(rotation) - c * ops.tan(slant_x)
    a, b, c, d, x0, y0, right, down, scale = (
        ops.reshape(v, (-1, 1)) for v in (a, b, c, d, x0, y0, right, down, scale)
    )

    def move(x, y):
        u, v = x - (x0 - right), y - (y0 - down)
        return scale * (d * u - b * v) + x0, scale * (a * v - c * u) + y0

    return around(ops.cast(ops.convert_to_tensor(boxes), a.dtype), move)


def crop(boxes, top, left, height, width, bounding_box_format="xyxy"):
    """Boxes of the part of an image that begins at a row and a column and is so high and wide."""
    _only_corners(bounding_box_format, "crop")
    x1, y1, x2, y2 = _columns(ops.convert_to_tensor(boxes))
    x1, x2 = ops.clip(x1 - left, 0, width), ops.clip(x2 - left, 0, width)
    y1, y2 = ops.clip(y1 - top, 0, height), ops.clip(y2 - top, 0, height)
    return ops.concatenate([x1, y1, x2, y2], axis=-1)


def pad(boxes, top, left, height=None, width=None, bounding_box_format="xyxy"):
    """Boxes of an image with so many new rows above and columns at the left; its new size changes nothing."""
    _only_corners(bounding_box_format, "pad")
    x1, y1, x2, y2 = _columns(ops.convert_to_tensor(boxes))
    return ops.concatenate([x1 + left, y1 + top, x2 + left, y2 + top], axis=-1)


# Boxes as differences from anchors (Girshick et al. 2014, appendix C)


def _size(image_shape):
    return (None, None) if image_shape is None else tuple(image_shape)[:2]


def _variance(variance):
    if variance is None:
        return 1.0
    variance = ops.convert_to_tensor(variance, "float32")
    if variance.shape[-1] != 4:
        raise ValueError(f"variance must be four numbers, received shape {variance.shape}.")
    return variance


def _check_encoding(encoding, name):
    if encoding not in ("center_xywh", "center_yxhw"):
        raise ValueError(f"{name} must be 'center_xywh' or 'center_yxhw', received {encoding!r}.")


def encode_box_to_deltas(
    anchors,
    boxes,
    anchor_format,
    box_format,
    encoding_format="center_yxhw",
    variance=None,
    image_shape=None,
):
    """How boxes differ from their anchors: (Δ centre / anchor's size, log(size / anchor's size)) / variance.

    image_shape: (height, width, channels), for boxes in shares of the image.
    """
    variance = _variance(variance)
    _check_encoding(encoding_format, "encoding_format")
    height, width = _size(image_shape)
    anchors = convert_format(anchors, anchor_format, encoding_format, height, width)
    boxes = convert_format(boxes, box_format, encoding_format, height, width)
    anchor_size = ops.maximum(anchors[..., 2:], config.epsilon())
    size = ops.maximum(boxes[..., 2:], config.epsilon())
    shift = (boxes[..., :2] - anchors[..., :2]) / anchor_size
    return ops.concatenate([shift, ops.log(size / anchor_size)], axis=-1) / variance


def decode_deltas_to_boxes(
    anchors,
    boxes_delta,
    anchor_format,
    box_format,
    encoded_format="center_yxhw",
    variance=None,
    image_shape=None,
):
    """The boxes that differ so much from their anchors: the inverse of `encode_box_to_deltas`.

    anchors and boxes_delta may be dictionaries of levels.
    """
    variance = _variance(variance)
    _check_encoding(encoded_format, "encoded_format")
    height, width = _size(image_shape)

    def decoded(anchor, delta):
        anchor = convert_format(anchor, anchor_format, encoded_format, height, width)
        delta = ops.multiply(delta, variance)
        center = delta[..., :2] * anchor[..., 2:] + anchor[..., :2]
        box = ops.concatenate([center, ops.exp(delta[..., 2:]) * anchor[..., 2:]], axis=-1)
        return convert_format(box, encoded_format, box_format, height, width)

    if isinstance(anchors, dict):
        return {level: decoded(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decoded(anchors, boxes_delta)


# What two boxes share


def _corners(boxes1, boxes2, bounding_box_format, image_shape, name):
    """Both sets of boxes as 'xyxy'."""
    if bounding_box_format.startswith("rel") and image_shape is None:
        raise ValueError(
            f"{name} needs image_shape, (height, width, channels), for boxes in the format {bounding_box_format!r}."
        )
    height, width = _size(image_shape)
    return tuple(
        [convert_format(boxes, bounding_box_format, "xyxy", height, width) for boxes in (boxes1, boxes2)]
    )


def compute_iou(boxes1, boxes2, bounding_box_format, use_masking=False, mask_val=-1, image_shape=None):
    """The area that boxes share by the area that they cover together, for each box of one set with each of the other.

    boxes1: (m, 4) or (batch, m, 4). boxes2: (n, 4) or (batch, n, 4). Returns (m, n) or (batch, m, n). use_masking:
    boxes without a positive number are filling: their pairs become mask_val.

    >>> compute_iou([[0.0, 0.0, 2.0, 2.0]], [[1.0, 0.0, 3.0, 2.0]], "xyxy").numpy().round(3)
    array([[0.333]], dtype=float32)
    """
    for name, rank in (("boxes1", len(ops.shape(boxes1))), ("boxes2", len(ops.shape(boxes2)))):
        if rank not in (2, 3):
            raise ValueError(f"compute_iou expected {name} of two or three axes, received {rank}.")
    boxes1, boxes2 = _corners(boxes1, boxes2, bounding_box_format, image_shape, "compute_iou")
    a = [value[..., :, None] for value in ops.unstack(boxes1, axis=-1)]
    b = [value[..., None, :] for value in ops.unstack(boxes2, axis=-1)]
    shared = _intersection(a, b)
    together = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    result = shared / (together + config.epsilon())
    if not use_masking:
        return result
    filling = ops.logical_or(
        ops.max(boxes1, axis=-1)[..., :, None] < 0, ops.max(boxes2, axis=-1)[..., None, :] < 0
    )
    return ops.where(filling, ops.cast(mask_val, result.dtype), result)


def _intersection(a, b):
    across = ops.minimum(a[2], b[2]) - ops.maximum(a[0], b[0])
    down = ops.minimum(a[3], b[3]) - ops.maximum(a[1], b[1])
    return ops.maximum(across, 0) * ops.maximum(down, 0)


def compute_ciou(boxes1, boxes2, bounding_box_format, image_shape=None):
    """The complete intersection over union of each box with its partner (Zheng et al. 2020, equation 10).

    IoU less the squared distance of the centres by that of the corners of the box around both, less how differently long
    they are.
    """
    a, b = (
        ops.unstack(boxes, axis=-1)
        for boxes in _corners(boxes1, boxes2, bounding_box_format, image_shape, "compute_ciou")
    )
    epsilon = config.epsilon()
    width_a, height_a = a[2] - a[0], a[3] - a[1] + epsilon
    width_b, height_b = b[2] - b[0], b[3] - b[1] + epsilon
    shared = _intersection(a, b)
    iou = shared / (width_a * height_a + width_b * height_b - shared + 2 * epsilon)
    around_width = ops.maximum(a[2], b[2]) - ops.minimum(a[0], b[0])
    around_height = ops.maximum(a[3], b[3]) - ops.minimum(a[1], b[1])
    diagonal = ops.square(around_width) + ops.square(around_height) + epsilon
    distance = ops.square((a[0] + a[2] - b[0] - b[2]) / 2) + ops.square((a[1] + a[3] - b[1] - b[3]) / 2)
    turn = ops.arctan(width_b / height_b) - ops.arctan(width_a / height_a)
    v = 4 / math.pi**2 * ops.square(turn)
    return iou - (distance / diagonal + v * (v / (v - iou + (1 + epsilon))))
