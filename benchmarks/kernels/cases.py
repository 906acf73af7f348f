"""The kernels that are timed and their shapes: the workloads' layers, and large ones that show what is reached."""

import numpy as np

from minikeras import kernels

ONES, NONE = (1, 1), ((0, 0), (0, 0))


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def cases():
    """(name, floating-point operations or 0, function) of every case."""
    for rows, inputs, outputs in [(32, 784, 128), (32, 256, 120), (512, 512, 512), (1024, 1024, 1024)]:
        yield from dense_cases(rows, inputs, outputs)
    for n, size, channels, kernel, filters, padding in [
        (32, 28, 1, 5, 6, 0),
        (32, 12, 6, 5, 16, 0),
        (32, 32, 3, 3, 32, 1),
        (32, 32, 32, 3, 32, 0),
        (32, 16, 64, 3, 64, 1),
    ]:
        yield from convolution_cases(n, size, channels, kernel, filters, padding)
    yield from pooling_cases(32, 24, 6)
    yield from pooling_cases(32, 32, 64)
    yield from small_cases()
    yield from recurrent_cases(32, 64, 32, 64)


def only(index, count=3):
    return tuple(True if position == index else None for position in range(count))


def dense_cases(rows, inputs, outputs):
    x, w, b, dy = numbers(rows, inputs), numbers(inputs, outputs), numbers(outputs), numbers(rows, outputs)
    operations, shape = 2 * rows * inputs * outputs, f"({rows}, {inputs}) x {outputs}"
    yield f"dense {shape}", operations, lambda: kernels.dense(x, w, b)
    for index, name in enumerate(("dx", "dw")):
        wanted = only(index)
        yield (
            f"dense {name} {shape}",
            operations,
            lambda into=wanted: kernels.dense_gradient(dy, x, w, dy, None, into),
        )


def convolution_cases(n, size, channels, kernel, filters, padding):
    x, w = numbers(n, size, size, channels), numbers(kernel, kernel, channels, filters)
    geometry = ONES, ((padding, padding),) * 2, ONES, 1
    y = kernels.conv(x, w, None, *geometry)
    dy = numbers(*y.shape)
    operations = 2 * y.size * kernel * kernel * channels
    shape = f"{kernel}x{kernel} ({n}, {size}, {size}, {channels}) to {filters}"
    yield f"conv {shape}", operations, lambda: kernels.conv(x, w, None, *geometry)
    for index, name in enumerate(("dx", "dw")):
        wanted = only(index)
        yield (
            f"conv {name} {shape}",
            operations,
            lambda into=wanted: kernels.conv_gradient(dy, x, w, y, *geometry, None, into),
        )


def pooling_cases(n, size, channels):
    x, geometry = numbers(n, size, size, channels), ((2, 2), (2, 2), NONE)
    y, winners = kernels.max_pool(x, *geometry)
    shape = f"2x2 ({n}, {size}, {size}, {channels})"
    yield f"max_pool {shape}", 0, lambda: kernels.max_pool(x, *geometry)
    yield f"max_pool_gradient {shape}", 0, lambda: kernels.max_pool_gradient(y, winners, x.shape, *geometry)
    yield f"average_pool {shape}", 0, lambda: kernels.average_pool(x, *geometry)


def small_cases():
    x, labels = numbers(32, 10), np.arange(32) % 10
    dloss = np.full(32, 1 / 32, np.float32)
    yield "softmax (32, 10)", 0, lambda: kernels.softmax(x)
    yield "sparse_crossentropy (32, 10)", 0, lambda: kernels.sparse_crossentropy(labels, x, True, 1e-7)
    yield (
        "sparse_crossentropy_gradient (32, 10)",
        0,
        lambda: kernels.sparse_crossentropy_gradient(dloss, labels, x, True, 1e-7),
    )
    w, g, m, v = (np.abs(numbers(61_706)) for _ in range(4))
    yield "adam 61,706", 0, lambda: kernels.adam(w, g, m, v, 1e-3, 0.9, 0.999, 1e-7, 10)
    images, rows = np.zeros((1000, 28, 28, 1), np.uint8), np.arange(32) * 7
    yield "gather 32 of uint8 (1000, 28, 28, 1)", 0, lambda: kernels.gather(images, rows, np.float32)
    wide = numbers(32, 1024)
    yield "dropout (32, 1024)", 0, lambda: kernels.dropout(wide, 0.5, 1, 2)
    yield "layer_norm (32, 1024)", 0, lambda: kernels.layer_norm(wide, None, None, 1e-3)
    plane = numbers(32, 16, 16, 64)
    yield "batch_norm (32, 16, 16, 64)", 0, lambda: kernels.batch_norm(plane, None, None, 1e-3)


def recurrent_cases(n, steps, inputs, units):
    for name, gates in (("lstm", 4), ("gru", 3)):
        x, w, u = numbers(n, steps, inputs), numbers(inputs, gates * units), numbers(units, gates * units)
        w, u, h, dh = (
            w * np.float32(0.1),
            u * np.float32(0.1),
            np.zeros((n, units), np.float32),
            numbers(n, units),
        )
        operations = 2 * n * steps * (inputs + units) * gates * units
        shape = f"({n}, {steps}, {inputs}) to {units}"
        if name == "lstm":
            saved = kernels.lstm(x, w, u, None, h, h, None)[-1]
            yield (
                f"lstm {shape}",
                operations,
                lambda x=x, w=w, u=u, h=h: kernels.lstm(x, w, u, None, h, h, None),
            )
            into = (None, True, True, None, None, None)
            yield (
                f"lstm_gradient {shape}",
                2 * operations,
                lambda x=x, w=w, u=u, s=saved, d=dh, into=into: kernels.lstm_gradient(
                    None, d, None, x, w, u, None, s, into
                ),
            )
        else:
            yield f"gru {shape}", operations, lambda x=x, w=w, u=u, h=h: kernels.gru(x, w, u, None, h, None)
