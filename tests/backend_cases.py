"""Calls of older `keras.backend` functions whose results stand in tests/data/keras_backend.npz.

The results are those of Keras 3.15.1's own copy of the older backend, over TensorFlow 2.21, on these inputs.
"""

import numpy as np

random = np.random.RandomState(0)


def normal(*shape):
    return random.randn(*shape).astype("float32")


A, B, M = normal(2, 3, 4), normal(2, 3, 4), normal(3, 4)
POSITIVE = np.abs(A) + np.float32(0.1)
PROBABILITIES = POSITIVE / POSITIVE.sum(-1, keepdims=True)
IMAGES = random.rand(2, 6, 6, 3).astype("float32")
VOLUMES = random.rand(1, 4, 4, 4, 2).astype("float32")
LABELS = np.array([[0, 1, 3], [2, 2, 0]])
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
BINARY = (A > 0).astype("float32")
TRUTH = np.array([[True, False], [True, True]])
KERNEL_1D, KERNEL_2D, KERNEL_3D = normal(3, 4, 5), normal(3, 3, 3, 5), normal(2, 2, 2, 2, 3)
DEPTHWISE, POINTWISE, TRANSPOSED = normal(3, 3, 3, 2), normal(1, 1, 6, 4), normal(3, 3, 5, 3)
SEQUENCE = np.abs(normal(2, 7, 5))
SEQUENCE = SEQUENCE / SEQUENCE.sum(-1, keepdims=True)
CTC_LABELS, STEPS = np.array([[1, 2, 0], [3, 0, 0]]), np.array([7, 6])
RECURRENT = normal(4, 4) * np.float32(0.3)
MASK = np.array([[1, 1, 0], [1, 0, 1]], bool)

# {function: its calls, (positional arguments, keyword arguments)}
CASES: dict = {}


def call(name, *args, **kwargs):
    CASES.setdefault(name, []).append((args, kwargs))


for _name in [
    "abs",
    "exp",
    "sin",
    "cos",
    "round",
    "sign",
    "square",
    "sqrt",
    "softplus",
    "softsign",
    "sigmoid",
    "tanh",
    "hard_sigmoid",
    "elu",
    "relu",
    "flatten",
    "batch_flatten",
    "transpose",
    "count_params",
    "ndim",
    "int_shape",
    "shape",
    "zeros_like",
    "ones_like",
    "l2_normalize",
    "eval",
]:
    call(_name, A)
call("log", POSITIVE)
for _name in ["max", "min", "sum", "prod", "mean", "var", "std"]:
    call(_name, A)
    call(_name, A, axis=1)
    call(_name, A, axis=[0, -1], keepdims=True)
call("mean", TRUTH)
for _name in ["any", "all"]:
    call(_name, TRUTH)
    call(_name, TRUTH, axis=1)
for _name in ["argmax", "argmin", "cumsum", "cumprod"]:
    call(_name, A)
    call(_name, A, axis=1)
for _name in ["equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum"]:
    call(_name, A, B)
call("pow", POSITIVE, 2.5)
call("clip", A, -0.5, 0.5)

call("dot", M, M.T)
call("dot", A, M.T)
call("dot", A, normal(5, 4, 2))
call("batch_dot", A, B.transpose(0, 2, 1))
call("batch_dot", A, B, axes=2)
call("batch_dot", A, B, axes=(1, 1))
call("batch_dot", M, M, axes=1)
call("batch_dot", A, M[:2], axes=(2, 1))
call("batch_dot", M[:2], A, axes=(1, 2))
call("batch_dot", normal(2, 3, 5, 4), normal(2, 4, 6, 2), axes=(3, 1))
call("gather", M, np.array([[0, 2], [1, 1]]))
call("bias_add", A, M[0])
call("bias_add", IMAGES, M[0, :3])
call("bias_add", A, M)

call("permute_dimensions", A, (2, 0, 1))
call("concatenate", [A, B])
call("concatenate", [A, B], axis=0)
call("stack", [A, B], axis=1)
call("reshape", A, (-1, 6))
call("expand_dims", A)
call("squeeze", A[:, :1], 1)
call("repeat", M, 3)
call("repeat_elements", A, 2, 1)
call("tile", A, [1, 2, 1])
call("reverse", A, [0, 2])
call("arange", 2, 9, 3, dtype="float32")
call("arange", 5)
call("one_hot", LABELS, 5)
call("temporal_padding", A, (1, 2))
call("spatial_2d_padding", IMAGES, ((1, 0), (2, 1)))
call("spatial_3d_padding", VOLUMES, ((1, 0), (2, 1), (0, 1)))
call("resize_images", IMAGES, 2, 3, "channels_last")
call("resize_images", IMAGES, 2, 2, "channels_last", interpolation="bilinear")
call("resize_volumes", VOLUMES, 2, 1, 3, "channels_last")

call("softmax", A)
call("softmax", A, axis=1)
call("relu", A, alpha=0.1)
call("relu", A, max_value=0.5)
call("relu", A, alpha=0.2, max_value=1.0, threshold=0.3)
call("elu", A, alpha=0.5)
call("categorical_crossentropy", ONE_HOT, POSITIVE)
call("categorical_crossentropy", ONE_HOT, A, from_logits=True)
call("sparse_categorical_crossentropy", LABELS, PROBABILITIES)
call("sparse_categorical_crossentropy", LABELS, A, from_logits=True)
call("sparse_categorical_crossentropy", LABELS[..., None].astype("float32"), PROBABILITIES)
call("sparse_categorical_crossentropy", LABELS, PROBABILITIES, ignore_class=2)
call("binary_crossentropy", BINARY, PROBABILITIES)
call("binary_crossentropy", BINARY, A, from_logits=True)
call("binary_focal_crossentropy", BINARY, PROBABILITIES, apply_class_balancing=True)
call("categorical_focal_crossentropy", ONE_HOT, POSITIVE)
call("in_top_k", A[0], LABELS[0], 2)
call("batch_normalization", A, M.mean(0), M.var(0), M[0], M[1], epsilon=1e-3)

call("conv1d", A, KERNEL_1D, strides=2, padding="same")
call("conv1d", A, KERNEL_1D, padding="causal")
call("conv2d", IMAGES, KERNEL_2D, strides=(2, 2), padding="same")
call("conv2d", IMAGES, KERNEL_2D, dilation_rate=(2, 2))
call("conv3d", VOLUMES, KERNEL_3D)
call("depthwise_conv2d", IMAGES, DEPTHWISE, padding="same")
call("separable_conv2d", IMAGES, DEPTHWISE, POINTWISE)
call("conv2d_transpose", IMAGES, TRANSPOSED, (2, 12, 12, 5), strides=(2, 2), padding="same")
call("conv2d_transpose", IMAGES, TRANSPOSED, (2, 11, 11, 5), strides=(2, 2), padding="same")
call("conv2d_transpose", IMAGES, TRANSPOSED, (2, 13, 13, 5), strides=(2, 2), padding="valid")
call("conv2d_transpose", IMAGES, TRANSPOSED, (2, 14, 14, 5), strides=(2, 2), padding="valid")
call("pool2d", IMAGES, (2, 2))
call("pool2d", IMAGES, (3, 3), strides=(2, 2), padding="same", pool_mode="avg")
call("pool3d", VOLUMES, (2, 2, 2), strides=(2, 2, 2))

call("switch", TRUTH, M[:2, :2], M[1:, :2])
call("cast", A, "int32")
call("cast_to_floatx", LABELS)
call("constant", [1, 2])
call("map_fn", lambda x: x * 2, A)
call("foldl", lambda total, x: total + x, A)
call("foldr", lambda total, x: total - x, A)
call("ctc_batch_cost", CTC_LABELS, SEQUENCE, STEPS[:, None], np.array([[2], [1]]))
call("ctc_decode", SEQUENCE, STEPS)
call("ctc_decode", SEQUENCE, STEPS, greedy=False, beam_width=10, top_paths=2)

# The keyword arguments of `rnn` over A, with the step below and a state of zeros.
RNN_CASES = [
    {},
    {"go_backwards": True},
    {"mask": MASK},
    {"mask": MASK, "zero_output_for_mask": True},
]


def rnn_step(backend):
    """h = tanh(x + h · RECURRENT), with the functions of a backend."""
    recurrent = backend.constant(RECURRENT)

    def step(x, states):
        h = backend.tanh(x + backend.dot(states[0], recurrent))
        return h, [h]

    return step
