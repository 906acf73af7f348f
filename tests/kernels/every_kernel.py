"""A call of every kernel, of any batch and size: the table that test_every_kernel.py walks.

A case is a function (kernels, n, size, number) that returns the arguments of a call. `number(*shape, seed=0)` makes its
floating-point arrays, so that the same case serves float32, float64 and strided or read-only inputs; what a gradient
needs from its forward kernel comes from the `kernels` under test.
"""

import numpy as np

EPSILON, EDGES = 1e-3, ((1, 0), (0, 1))
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def labels(n, size, seed=0):
    return np.random.default_rng([seed, n, size]).integers(0, size, n)


def shares(number, *shape):
    """Positive rows for the losses, away from where they are clipped."""
    return np.abs(number(*shape)) + number(1).dtype.type(0.25)


def weights(number, *shape, seed=1):
    """Weights that keep sums near one, whatever the number of terms."""
    w = number(*shape, seed=seed)
    return (w / np.sqrt(np.prod(shape[:-1]))).astype(w.dtype)


@case
def dense(k, n, size, number):
    return number(n, size), weights(number, size, 9), number(9, seed=2), "tanh"


@case
def dense_gradient(k, n, size, number):
    x, w, dy = number(n, 9), number(9, size, seed=1), number(n, size, seed=2)
    return dy, x, w, k.dense(x, w, None, "tanh"), "tanh", (True,) * 3


def image(n, size, number, depth=None, groups=1):
    """A convolution whose channels, or with `depth` whose groups, are as many as the size says."""
    channels = size if depth is None else depth
    x, w = number(n, 4, 5, channels), weights(number, 3, 2, channels // groups, channels)
    return x, w, ((1, 1), EDGES, (1, 1), groups)


@case
def conv(k, n, size, number):
    x, w, geometry = image(n, size, number)
    return x, w, number(size, seed=2), *geometry, "tanh"


@case
def conv_gradient(k, n, size, number):
    x, w, geometry = image(n, size, number)
    y = k.conv(x, w, None, *geometry, "tanh")
    return number(*y.shape, seed=3), x, w, y, *geometry, "tanh", (True,) * 3


@case
def conv_input_gradient(k, n, size, number):
    x, w, geometry = image(n, size, number)
    return number(n, 3, 5, size, seed=3), w, x.shape, *geometry


def conv_depthwise(k, n, size, number):
    x, w, geometry = image(n, size, number, size, size)
    return x, w, number(size, seed=2), *geometry, "tanh"


def conv_gradient_depthwise(k, n, size, number):
    x, w, geometry = image(n, size, number, size, size)
    y = k.conv(x, w, None, *geometry, "tanh")
    return number(*y.shape, seed=3), x, w, y, *geometry, "tanh", (True,) * 3


def conv_grouped(k, n, size, number):
    x, w, geometry = image(n, size, number, 2 * size, size)
    return x, w, number(2 * size, seed=2), *geometry, "tanh"


def conv_gradient_grouped(k, n, size, number):
    x, w, geometry = image(n, size, number, 2 * size, size)
    y = k.conv(x, w, None, *geometry, "tanh")
    return number(*y.shape, seed=3), x, w, y, *geometry, "tanh", (True,) * 3


def conv_to_three(k, n, size, number):
    return (
        number(n, 4, 5, size),
        weights(number, 3, 3, size, 3),
        number(3, seed=2),
        (1, 1),
        EDGES,
        (1, 1),
        1,
        "tanh",
    )


def conv_gradient_from_three(k, n, size, number):
    x, w, geometry = number(n, 4, 5, 3), weights(number, 3, 3, 3, size), ((1, 1), EDGES, (1, 1), 1)
    return number(n, 3, 4, size, seed=3), x, w, None, *geometry, None, (True,) * 3


# The same kernels over other geometries.
VARIANTS = {
    "depthwise": ("conv", conv_depthwise),
    "depthwise gradient": ("conv_gradient", conv_gradient_depthwise),
    "grouped": ("conv", conv_grouped),
    "grouped gradient": ("conv_gradient", conv_gradient_grouped),
    "to three": ("conv", conv_to_three),
    "from three gradient": ("conv_gradient", conv_gradient_from_three),
}

POOL = (2, 3), (2, 2), EDGES
HALVES = (2, 2), (2, 2), ((0, 0), (0, 0))


@case
def max_pool(k, n, size, number):
    return number(n, 6, size, 3), *((1, 1), (2, 2), ((0, 0), (0, 0)))


@case
def max_pool_gradient(k, n, size, number):
    x = number(n, 5, 7, size)
    y, winners = k.max_pool(x, *POOL)
    return number(*y.shape, seed=1), winners, x.shape, *POOL


@case
def average_pool(k, n, size, number):
    return number(n, 5, 7, size), *POOL


@case
def average_pool_gradient(k, n, size, number):
    return number(n, 3, 3, size), (n, 5, 7, size), (2, 3), (2, 2), EDGES


def max_pool_halves(k, n, size, number):
    return number(n, 4, size + 1, 5), *HALVES


def max_pool_halves_gradient(k, n, size, number):
    x = number(n, 4, size + 1, 5)
    y, winners = k.max_pool(x, *HALVES)
    return number(*y.shape, seed=1), winners, x.shape, *HALVES


VARIANTS["max_pool halves"] = ("max_pool", max_pool_halves)
VARIANTS["max_pool halves gradient"] = ("max_pool_gradient", max_pool_halves_gradient)


@case
def softmax(k, n, size, number):
    return (number(n, size),)


@case
def log_softmax(k, n, size, number):
    return (number(n, size),)


@case
def softmax_gradient(k, n, size, number):
    return number(n, size, seed=1), k.softmax(number(n, size))


@case
def log_softmax_gradient(k, n, size, number):
    return number(n, size, seed=1), k.log_softmax(number(n, size))


@case
def crossentropy(k, n, size, number):
    return k.softmax(number(n, size, seed=1)), shares(number, n, size), False, 1e-7


@case
def crossentropy_gradient(k, n, size, number):
    return number(n, seed=2), k.softmax(number(n, size, seed=1)), number(n, size), True, 1e-7


@case
def sparse_crossentropy(k, n, size, number):
    return labels(n, size), shares(number, n, size), False, 1e-7


@case
def sparse_crossentropy_gradient(k, n, size, number):
    return number(n, seed=2), labels(n, size), number(n, size), True, 1e-7


@case
def binary_crossentropy(k, n, size, number):
    return np.round(k.softmax(number(n, size))), number(n, size, seed=1), True, 1e-7


@case
def binary_crossentropy_gradient(k, n, size, number):
    return number(n, size, seed=2), np.round(k.softmax(number(n, size))), number(n, size, seed=1), True, 1e-7


@case
def batch_norm(k, n, size, number):
    return number(n + 1, size), number(size, seed=1), number(size, seed=2), EPSILON


@case
def batch_norm_gradient(k, n, size, number):
    x, gamma = number(n + 1, size), number(size, seed=1)
    _, mean, _, inverse = k.batch_norm(x, gamma, None, EPSILON)
    return number(n + 1, size, seed=2), x, gamma, mean, inverse, (True,) * 3


@case
def batch_norm_inference(k, n, size, number):
    return (
        number(n, size),
        *(number(size, seed=seed) for seed in (1, 2, 3)),
        np.abs(number(size, seed=4)),
        EPSILON,
    )


@case
def layer_norm(k, n, size, number):
    return number(n, size), number(size, seed=1), number(size, seed=2), EPSILON


@case
def layer_norm_gradient(k, n, size, number):
    x, gamma = number(n, size), number(size, seed=1)
    _, mean, inverse = k.layer_norm(x, gamma, None, EPSILON)
    return number(n, size, seed=2), x, gamma, mean, inverse, (True,) * 3


def sequence(n, size, number, gates, bias):
    mask = np.random.default_rng(n).random((n, 3)) < 0.7
    inputs = (
        number(n, 3, 4),
        weights(number, 4, gates * size, seed=1),
        weights(number, size, gates * size, seed=2),
        number(*bias, seed=3),
    )
    return inputs, number(n, size, seed=4), number(n, size, seed=5), mask


@case
def lstm(k, n, size, number):
    inputs, h, c, mask = sequence(n, size, number, 4, (4 * size,))
    return *inputs, h, c, mask


@case
def lstm_gradient(k, n, size, number):
    inputs, h, c, mask = sequence(n, size, number, 4, (4 * size,))
    saved = k.lstm(*inputs, h, c, mask)[-1]
    return number(n, 3, size, seed=6), h, c, *inputs, saved, (True,) * 6


@case
def gru(k, n, size, number):
    inputs, h, _, mask = sequence(n, size, number, 3, (2, 3 * size))
    return *inputs, h, mask, "tanh", "sigmoid", True


@case
def gru_gradient(k, n, size, number):
    inputs, h, _, mask = sequence(n, size, number, 3, (2, 3 * size))
    saved = k.gru(*inputs, h, mask, "tanh", "sigmoid", True)[-1]
    return number(n, 3, size, seed=6), h, *inputs, saved, (True,) * 5


@case
def simple_rnn(k, n, size, number):
    inputs, h, _, mask = sequence(n, size, number, 1, (size,))
    return *inputs, h, mask


@case
def simple_rnn_gradient(k, n, size, number):
    inputs, h, _, mask = sequence(n, size, number, 1, (size,))
    saved = k.simple_rnn(*inputs, h, mask)[-1]
    return number(n, 3, size, seed=6), h, *inputs, saved, (True,) * 5


@case
def embedding_gradient(k, n, size, number):
    return number(n, size), labels(n, 5), 5, True


@case
def dropout(k, n, size, number):
    return number(n, size), 0.5, 3, size


@case
def gather(k, n, size, number):
    return number(40, size), labels(n, 40), np.float32


def gather_labels(k, n, size, number):
    return labels(size, 10), labels(n, size, 1), np.int64


VARIANTS["gather of labels"] = ("gather", gather_labels)


@case
def mean(k, n, size, number):
    return (number(n, size),)


@case
def mean_gradient(k, n, size, number):
    return np.asarray(number(1)[0]), number(n, size)


@case
def penalty(k, n, size, number):
    return number(n, size), 0.25, 0.5


@case
def penalty_gradient(k, n, size, number):
    return np.asarray(number(1)[0]), number(n, size), 0.25, 0.5


@case
def hits(k, n, size, number):
    return labels(n, size), number(n, size)


@case
def squared_norm(k, n, size, number):
    return (number(n * size),)


# Updated in place: the weights, the gradient, and slots above zero.
IN_PLACE = {"sgd", "momentum", "adam", "rmsprop", "adagrad", "adadelta"}


def slots(number, n, size, count):
    return (
        number(n * size),
        number(n * size, seed=1),
        *(np.abs(number(n * size, seed=2 + i)) for i in range(count)),
    )


@case
def sgd(k, n, size, number):
    return *slots(number, n, size, 0), 0.1


@case
def momentum(k, n, size, number):
    return *slots(number, n, size, 1), 0.1, 0.9, True


@case
def adam(k, n, size, number):
    return *slots(number, n, size, 2), 0.01, 0.9, 0.999, 1e-7, 3


@case
def rmsprop(k, n, size, number):
    return *slots(number, n, size, 1), 0.01, 0.9, 1e-3


@case
def adagrad(k, n, size, number):
    return *slots(number, n, size, 1), 0.01, 1e-3


@case
def adadelta(k, n, size, number):
    return *slots(number, n, size, 2), 0.5, 0.9, 1e-3


# name -> (kernel, arguments)
CALLS = {name: (name, function) for name, function in CASES.items()} | VARIANTS
