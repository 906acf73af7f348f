"""The kernels that are timed and their shapes: the workloads' layers, and large ones that show what is reached."""

from typing import Any, NamedTuple

import numpy as np

from minikeras import kernels

ONES, NONE = (1, 1), ((0, 0), (0, 0))


class Case(NamedTuple):
    """One call that is timed, its floating-point operations (0 where bytes alone count), and the bytes it touches where
    these are not those of all arrays given and returned."""

    name: str
    kernel: Any
    arguments: tuple
    operations: int = 0
    touched: int = 0

    def bytes_touched(self):
        return self.touched or total(self.arguments) + total(self.kernel(*self.arguments))


def total(value):
    """The bytes of an array, or of all arrays in a tuple."""
    if isinstance(value, tuple):
        return sum(map(total, value))
    return value.nbytes if isinstance(value, np.ndarray) else 0


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def only(index, count=3):
    return tuple(True if position == index else None for position in range(count))


def cases():
    """Every case, in the order of the kernels' families."""
    for rows, inputs, outputs in [
        (32, 784, 128),
        (32, 256, 120),
        (32, 2304, 512),
        (512, 512, 512),
        (1024, 1024, 1024),
    ]:
        yield from dense_cases(rows, inputs, outputs)
    for n, size, channels, kernel, filters, padding in [
        (32, 28, 1, 5, 6, 0),
        (32, 12, 6, 5, 16, 0),
        (32, 32, 3, 3, 32, 1),
        (32, 32, 64, 3, 3, 1),
        (32, 32, 32, 3, 32, 0),
        (32, 16, 64, 3, 64, 1),
    ]:
        yield from convolution_cases(n, size, channels, kernel, filters, padding)
    yield from convolution_cases(32, 32, 64, 3, 64, 1, stride=2)
    yield from convolution_cases(32, 28, 64, 1, 128, 0)
    for groups in (2, 4, 8, 16, 64):
        yield from convolution_cases(32, 28, 64, 3, 64, 1, groups=groups)
    yield from convolution_cases(32, 28, 64, 3, 64, 1, stride=2, groups=64)
    yield from pooling_cases(32, 24, 6)
    yield from pooling_cases(32, 32, 64)
    yield from loss_cases(32, 10)
    yield from loss_cases(1024, 1000)
    yield from normalization_cases()
    yield from sum_cases()
    yield from row_cases()
    for size in (61_706, 4_000_000):
        yield from update_cases(size)
    yield from recurrent_cases(32, 64, 32, 64)
    yield from recurrent_cases(64, 32, 256, 256)


def dense_cases(rows, inputs, outputs):
    x, w, b, dy = numbers(rows, inputs), numbers(inputs, outputs), numbers(outputs), numbers(rows, outputs)
    operations, shape = 2 * rows * inputs * outputs, f"({rows}, {inputs}) x {outputs}"
    yield Case(f"dense {shape}", kernels.dense, (x, w, b), operations)
    bytes_of = {"dx": (dy, w, x), "dw": (dy, x, w)}
    for index, (name, arrays) in enumerate(bytes_of.items()):
        arguments = dy, x, w, dy, None, only(index)
        yield Case(f"dense {name} {shape}", kernels.dense_gradient, arguments, operations, total(arrays))


def convolution_cases(n, size, channels, kernel, filters, padding, stride=1, groups=1):
    x, w = numbers(n, size, size, channels), numbers(kernel, kernel, channels // groups, filters)
    geometry = (stride, stride), ((padding, padding),) * 2, ONES, groups
    y = kernels.conv(x, w, None, *geometry)
    dy = numbers(*y.shape)
    operations = 2 * y.size * kernel * kernel * channels // groups
    shape = f"{kernel}x{kernel} ({n}, {size}, {size}, {channels}) to {filters}"
    shape += f" by {stride}" if stride > 1 else ""
    if groups > 1:
        shape += " depthwise" if groups == channels else f" groups {groups}"
    yield Case(f"conv {shape}", kernels.conv, (x, w, None, *geometry), operations)
    for index, name in enumerate(("dx", "dw")):
        arguments = dy, x, w, y, *geometry, None, only(index)
        yield Case(f"conv {name} {shape}", kernels.conv_gradient, arguments, operations, total((dy, x, w)))


def pooling_cases(n, size, channels):
    x, geometry = numbers(n, size, size, channels), ((2, 2), (2, 2), NONE)
    y, winners = kernels.max_pool(x, *geometry)
    shape = f"2x2 ({n}, {size}, {size}, {channels})"
    yield Case(f"max_pool {shape}", kernels.max_pool, (x, *geometry))
    yield Case(f"max_pool_gradient {shape}", kernels.max_pool_gradient, (y, winners, x.shape, *geometry))
    yield Case(f"average_pool {shape}", kernels.average_pool, (x, *geometry))
    yield Case(f"average_pool_gradient {shape}", kernels.average_pool_gradient, (y, x.shape, *geometry))


def loss_cases(rows, width):
    x, labels = numbers(rows, width), np.arange(rows) % width
    target, share = np.eye(width, dtype=np.float32)[labels], kernels.softmax(x)
    dloss, each = np.full(rows, 1 / rows, np.float32), np.full((rows, width), 1 / rows, np.float32)
    shape, scores, chances = f" ({rows}, {width})", (True, 1e-7), (False, 1e-7)
    yield Case("softmax" + shape, kernels.softmax, (x,))
    yield Case("softmax_gradient" + shape, kernels.softmax_gradient, (x, share))
    yield Case("log_softmax" + shape, kernels.log_softmax, (x,))
    yield Case("log_softmax_gradient" + shape, kernels.log_softmax_gradient, (x, x))
    yield Case("crossentropy" + shape, kernels.crossentropy, (target, share, *chances))
    yield Case(
        "crossentropy_gradient" + shape, kernels.crossentropy_gradient, (dloss, target, share, *chances)
    )
    yield Case("sparse_crossentropy" + shape, kernels.sparse_crossentropy, (labels, x, *scores))
    yield Case(
        "sparse_crossentropy_gradient" + shape,
        kernels.sparse_crossentropy_gradient,
        (dloss, labels, x, *scores),
    )
    yield Case("binary_crossentropy" + shape, kernels.binary_crossentropy, (target, share, *chances))
    yield Case(
        "binary_crossentropy_gradient" + shape,
        kernels.binary_crossentropy_gradient,
        (each, target, share, *chances),
    )


def normalization_cases():
    for name, x in (("layer_norm", numbers(32, 1024)), ("batch_norm", numbers(32, 16, 16, 64))):
        kernel, gradient = getattr(kernels, name), getattr(kernels, f"{name}_gradient")
        _, mean, *_, inverse = kernel(x, None, None, 1e-3)
        yield Case(f"{name} {x.shape}", kernel, (x, None, None, 1e-3))
        yield Case(f"{name}_gradient {x.shape}", gradient, (x, x, None, mean, inverse, (True,) * 3))
    column = np.ones(64, np.float32)
    arguments = x, column, column, column, column, 1e-3
    yield Case(f"batch_norm_inference {x.shape}", kernels.batch_norm_inference, arguments)


def sum_cases():
    dy = np.asarray(np.float32(1))
    for losses in (numbers(32), numbers(100_000)):
        yield Case(f"mean {losses.size:,}", kernels.mean, (losses,))
        yield Case(f"mean_gradient {losses.size:,}", kernels.mean_gradient, (dy, losses))
    w = numbers(784, 128)
    yield Case("penalty (784, 128)", kernels.penalty, (w, 0.01, 0.02))
    yield Case("penalty_gradient (784, 128)", kernels.penalty_gradient, (dy, w, 0.01, 0.02))
    for rows, width in ((32, 10), (1024, 1000)):
        arguments = np.arange(rows) % width, numbers(rows, width)
        yield Case(f"hits ({rows}, {width})", kernels.hits, arguments)


def row_cases():
    rows = np.arange(32) * 7
    for dtype in (np.uint8, np.float64, np.float32):
        images = np.zeros((1000, 28, 28, 1), dtype)
        moved = rows.size * images[0].size * (images.itemsize + 4)
        name = f"gather 32 of {np.dtype(dtype)} (1000, 28, 28, 1)"
        yield Case(name, kernels.gather, (images, rows, np.float32), touched=moved)
    yield Case(
        "gather 32 labels of 1000", kernels.gather, (np.arange(1000), rows, np.int64), touched=3 * rows.nbytes
    )
    embedded, indices = numbers(32, 100, 64), np.arange(3200).reshape(32, 100) * 13 % 5000
    yield Case(
        "embedding_gradient (32, 100, 64) of 5000",
        kernels.embedding_gradient,
        (embedded, indices, 5000, True),
    )
    for wide in (numbers(32, 1024), numbers(1024, 1024)):
        yield Case(f"dropout {wide.shape}", kernels.dropout, (wide, 0.5, 1, 2))


def update_cases(size):
    w, g, m, v = (np.abs(numbers(size)) for _ in range(4))
    for name, arguments in {
        "sgd": (w, g, 1e-3),
        "momentum": (w, g, m, 1e-3, 0.9, False),
        "adam": (w, g, m, v, 1e-3, 0.9, 0.999, 1e-7, 10),
        "rmsprop": (w, g, v, 1e-3, 0.9, 1e-7),
        "adagrad": (w, g, v, 1e-3, 1e-7),
        "adadelta": (w, g, m, v, 1e-3, 0.9, 1e-7),
    }.items():
        moved = 2 * total(arguments) - g.nbytes  # all are read, all but the gradient written
        yield Case(f"{name} {size:,}", getattr(kernels, name), arguments, touched=moved)
    yield Case(f"squared_norm {size:,}", kernels.squared_norm, (g,))


def recurrent_cases(n, steps, inputs, units):
    x, h, dh = numbers(n, steps, inputs), np.zeros((n, units), np.float32), numbers(n, units)
    shape = f"({n}, {steps}, {inputs}) to {units}"
    for name, gates in (("lstm", 4), ("gru", 3), ("simple_rnn", 1)):
        w, u = (
            numbers(inputs, gates * units) * np.float32(0.1),
            numbers(units, gates * units) * np.float32(0.1),
        )
        operations = 2 * n * steps * (inputs + units) * gates * units
        kernel, gradient = getattr(kernels, name), getattr(kernels, f"{name}_gradient")
        states = (h, h) if name == "lstm" else (h,)
        given = (x, w, u, None, *states, None)
        saved = kernel(*given)[-1]
        upstream = (None, dh, None) if name == "lstm" else (None, dh)
        taken = (*upstream, x, w, u, None, saved, (None, True, True) + (None,) * (1 + len(states)))
        yield Case(f"{name} {shape}", kernel, given, operations)
        recurrence = 2 * n * steps * units * gates * units  # the gradient of x is not asked for
        yield Case(f"{name}_gradient {shape}", gradient, taken, operations + recurrence)
