"""Rows of the functions of neural networks and of images."""

import numpy as np
from op_row import Row, generators

numbers, whole = generators(24)

A, V = numbers(2, 5), numbers(5)
X1, X2, X3 = numbers(2, 7, 4), numbers(2, 6, 7, 4), numbers(1, 4, 5, 4, 2)
FIRST = numbers(2, 4, 6, 7)
TARGET = np.array([[0.1, 0.2, 0.3, 0.1, 0.3], [0.0, 1.0, 0.0, 0.0, 0.0]])
PROBABILITIES = np.array([[0.1, 0.25, 0.3, 0.05, 0.3], [0.2, 0.4, 0.1, 0.2, 0.1]])
IMAGES = numbers(2, 5, 6, 3, low=0.02, high=0.98)
GREY = numbers(1, 5, 6, 1)
Q, K = numbers(2, 4, 4, 3), numbers(2, 5, 2, 3)
MASK = whole(2, 1, 4, 5, low=0, high=2).astype(bool) | np.eye(4, 5, dtype=bool)
AFFINE = np.array(
    [[0.9, 0.15, 0.31, -0.12, 1.1, 0.27, 0.0, 0.0], [1.05, 0.0, -1.3, 0.1, 0.8, 0.62, 0.0, 0.0]]
)
START = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 4.0], [5.0, 4.0]])
END = np.array([[0.4, 0.3], [4.6, 0.2], [0.1, 3.8], [4.9, 4.3]])

ACTIVATIONS = ("celu", "elu", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu",
               "log_sigmoid", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus", "softsign", "sparse_plus",
               "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh_shrink")  # fmt: skip

rows = [
    *[Row(name, A * 2.1, second=name != "sparsemax", keras=name != "sparse_sigmoid", why="see the rows of activations")
      for name in ACTIVATIONS],
    Row("gelu", A, approximate=False, second=True),
    Row("glu", numbers(2, 6), second=True), Row("threshold", A, 0.4, -1.0, second=True),
    *[Row(name, X1, axis=axis, second=True) for name in ("softmax", "log_softmax") for axis in (-1, 1)],
    Row("softmax", X1, axis=(0, 2), keras=False, why="torch takes one axis", expected=lambda x, axis: np.exp(x) / np.exp(x).sum(axis, keepdims=True)),
    Row("softmax", X1, axis=None, expected=lambda x, axis: np.exp(x) / np.exp(x).sum()),
    # Normalization
    Row("normalize", X1), Row("normalize", X1, axis=1, order=3), Row("normalize", X1, axis=(0, 1), order=2, keras=False, why="one axis"),
    Row("moments", X1, (0, 1), expected=lambda x, axes: (x.mean(axes), x.var(axes))),
    Row("moments", X1, [1], keepdims=True, expected=lambda x, a, **k: (x.mean(1, **k), x.var(1, **k))),
    Row("batch_normalization", X1, numbers(4), numbers(4, low=0.5, high=2.0), -1, offset=numbers(4), scale=numbers(4)),
    Row("batch_normalization", X1, numbers(7), numbers(7, low=0.5, high=2.0), 1),
    Row("layer_normalization", X1, numbers(4), numbers(4)), Row("layer_normalization", X1, axis=(1, 2)),
    Row("layer_normalization", X1, numbers(7), numbers(7), axis=1, keras=False, why="torch takes the last axes alone"),
    Row("layer_normalization", X1, numbers(4), rms_scaling=True),
    Row("rms_normalization", X1, numbers(4)), Row("rms_normalization", X1, axis=(1, 2), epsilon=1e-3),
    Row("psnr", A, A + 0.1, 1.5, expected=lambda x, y, m: 20 * np.log10(m) - 10 * np.log10(((x - y) ** 2).mean())),
    # Losses
    *[Row(f"{name}_crossentropy", t, o, gradient=g) for name, t, o, g in (
        ("categorical", TARGET, PROBABILITIES, True), ("binary", TARGET, PROBABILITIES, True),
        ("sparse_categorical", np.array([1, 4]), PROBABILITIES, True))],
    *[Row(f"{name}_crossentropy", t, A, from_logits=True) for name, t in (
        ("categorical", TARGET), ("binary", TARGET), ("sparse_categorical", np.array([1, 4])))],
    Row("categorical_crossentropy", TARGET.T, A.T, from_logits=True, axis=0),
    Row("sparse_categorical_crossentropy", np.array([[1, 4]]), A.T, from_logits=True, axis=0),
    Row("ctc_loss", np.array([[1, 2, 2], [3, 1, 0]]), numbers(2, 6, 4), np.array([3, 2]), np.array([6, 5]), gradient=[1]),
    Row("ctc_decode", numbers(2, 6, 4), np.array([6, 4])),
    Row("ctc_decode", numbers(2, 6, 4), np.array([6, 4]), merge_repeated=False, mask_index=3),
    Row("ctc_decode", numbers(2, 4, 3), np.array([4, 3]), strategy="beam_search", beam_width=20, top_paths=3, gradient="a search"),
    # Encoding
    Row("one_hot", np.array([[0, 2], [-1, 1]]), 3, gradient="integers"), Row("one_hot", np.array([0, 2]), 3, axis=0, gradient="integers"),
    Row("multi_hot", np.array([[0, 2], [1, 1]]), 4, gradient="integers"), Row("multi_hot", np.array([0, 3]), 4, gradient="integers"),
    # Convolution
    Row("conv", X1, numbers(3, 4, 5)), Row("conv", X1, numbers(3, 2, 6), strides=2, padding="same"),
    Row("conv", X2, numbers(3, 2, 4, 3), padding="same", dilation_rate=2), Row("conv", X3, numbers(2, 2, 3, 2, 3), strides=(1, 2, 1)),
    Row("conv", FIRST, numbers(3, 3, 4, 2), data_format="channels_first"),
    Row("depthwise_conv", X2, numbers(3, 3, 4, 2), padding="same"), Row("depthwise_conv", X1, numbers(2, 4, 1), strides=2),
    Row("separable_conv", X2, numbers(3, 2, 4, 2), numbers(1, 1, 8, 3), strides=2, padding="same"),
    *[Row("conv_transpose", X1, numbers(3, 5, 4), strides=s, padding=p) for s in (1, 2, 4) for p in ("valid", "same")],
    Row("conv_transpose", X1, numbers(3, 5, 4), strides=2, padding="same", output_padding=1),
    Row("conv_transpose", X1, numbers(3, 5, 4), strides=2, output_padding=1, dilation_rate=1),
    Row("conv_transpose", X2, numbers(2, 3, 3, 4), padding="same", dilation_rate=2),
    Row("conv_transpose", FIRST, numbers(2, 2, 3, 4), strides=(2, 1), data_format="channels_first"),
    *[Row(f"{name}_pool", x, size, strides=s) for name in ("max", "average") for x, size, s in ((X1, 2, None), (X2, (2, 3), 1), (X3, 2, 2))],
    Row("max_pool", X2, 3, strides=2, padding="same"), Row("max_pool", FIRST, 2, data_format="channels_first"),
    Row("average_pool", X2, 3, strides=2, padding="same", keras=False, why="with torch Keras repeats the edge where margins differ"),
    Row("average_pool", X2, 3, strides=1, padding="same"),
    *[Row(f"adaptive_{name}_pool", x, size) for name in ("max", "average") for x, size in ((X1, 3), (X2, (4, 3)), (X3, 2))],
    Row("adaptive_average_pool", FIRST, 2, data_format="channels_first"),
    # Patches and attention
    Row("unfold", FIRST, (2, 3), dilation=(2, 1), padding=(1, 0), stride=2), Row("unfold", FIRST, 3),
    Row("fold", numbers(2, 12, 20), (5, 6), 2), Row("fold", numbers(1, 8, 9), 4, 2, padding=1, stride=2),
    *[Row(name, numbers(2, 4, 6, 8), 2, data_format=f) for name in ("depth_to_space", "space_to_depth")
      for f in ("channels_last",)],
    *[Row(name, numbers(2, 8, 4, 6), 2, data_format="channels_first") for name in ("depth_to_space", "space_to_depth")],
    Row("dot_product_attention", Q, Q * 0.5, Q + 0.3), Row("dot_product_attention", Q, K, K + 1, mask=MASK, scale=0.7),
    Row("dot_product_attention", Q, K, K + 1, mask=MASK, is_causal=True),
    Row("dot_product_attention", Q, K, K + 1, bias=numbers(2, 1, 4, 5), is_causal=False),
    Row("dot_product_attention", Q, K, K, attn_logits_soft_cap=0.5, keras=False, why="torch leaves the cap out"),
    # Images
    Row("image.rgb_to_grayscale", IMAGES), Row("image.rgb_to_hsv", IMAGES, tolerance=1e-5), Row("image.hsv_to_rgb", IMAGES),
    Row("image.rgb_to_hsv", np.moveaxis(IMAGES[0], -1, 0), data_format="channels_first", tolerance=1e-5),
    *[Row("image.resize", IMAGES, size, interpolation=i, antialias=a)
      for i in ("nearest", "bilinear") for size in ((3, 4), (9, 7)) for a in (False, True)],
    Row("image.resize", IMAGES, (3, 4), interpolation="bicubic", antialias=True),
    Row("image.resize", IMAGES, (9, 7), interpolation="bicubic", keras=False, why="torch takes a = -3/4 and repeats the edge"),
    Row("image.resize", IMAGES, (9, 3), interpolation="lanczos3", keras=False, why="not with torch"),
    Row("image.resize", IMAGES, (9, 3), interpolation="lanczos5", antialias=True, keras=False, why="not with torch"),
    Row("image.resize", whole(5, 6, 3, high=255).astype("uint8"), (7, 3), gradient="integers"),
    Row("image.resize", IMAGES, (4, 3), crop_to_aspect_ratio=True), Row("image.resize", IMAGES, (4, 3), pad_to_aspect_ratio=True, fill_value=0.5),
    Row("image.resize", np.moveaxis(IMAGES, -1, 1), (4, 3), data_format="channels_first"),
    *[Row("image.scale_and_translate", IMAGES, (2, 8, 7, 3), np.array([1.3, 0.9]), np.array([0.4, -0.3]), (1, 2), m)
      for m in ("linear", "cubic", "lanczos3")],
    Row("image.crop_images", IMAGES, 1, 2, target_height=3, target_width=2),
    Row("image.crop_images", IMAGES[0], bottom_cropping=1, right_cropping=0, top_cropping=2, target_width=4),
    Row("image.pad_images", IMAGES, 1, 2, target_height=8, target_width=9),
    Row("image.extract_patches", IMAGES, 2), Row("image.extract_patches", IMAGES, (2, 3), strides=1, padding="same"),
    Row("image.extract_patches", IMAGES[0], 2, strides=1, dilation_rate=2),
    Row("image.extract_patches", np.moveaxis(IMAGES, -1, 1), 2, data_format="channels_first"),
    Row("image.extract_patches_3d", X3, (2, 2, 1), strides=(1, 2, 2)),
    Row("image.gaussian_blur", IMAGES, (3, 3), (1.0, 1.5), data_format="channels_last"),
    Row("image.gaussian_blur", IMAGES[0], (5, 5), (0.7, 0.7), data_format="channels_last"),
    Row("image.sobel_edges", IMAGES, data_format="channels_last"), Row("image.ssim", IMAGES, IMAGES * 0.8 + 0.1, filter_size=3, tolerance=1e-5),
    *[Row("image.map_coordinates", GREY[0, :, :, 0], numbers(2, 4, 3, low=-3.0, high=8.0), o, fill_mode=f, fill_value=0.7,
          gradient=True if o else [0])
      for o in (0, 1) for f in ("constant", "nearest", "wrap", "mirror", "reflect")],
    *[Row("image.affine_transform", IMAGES, AFFINE, interpolation=i, fill_mode=f, fill_value=0.2, gradient=True if i == "bilinear" else [0])
      for i in ("nearest", "bilinear") for f in ("constant", "reflect", "wrap")],
    Row("image.affine_transform", np.moveaxis(IMAGES[0], -1, 0), AFFINE[0], data_format="channels_first"),
    Row("image.perspective_transform", IMAGES, START, END, fill_value=0.3, tolerance=1e-5),
    Row("image.perspective_transform", IMAGES[0], START, END, interpolation="nearest", gradient=[0]),
    Row("image.elastic_transform", IMAGES, alpha=1.5, sigma=0.8, seed=3, keras=False, why="random", gradient=[0]),
]  # fmt: skip
