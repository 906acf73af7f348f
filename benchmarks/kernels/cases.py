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
    yield from convolution_cases(32, 32, 64, 3, 64, 1, stride=2)
    yield from convolution_cases(32, 28, 64, 1, 128, 0)
    yield from convolution_cases(32, 28, 64, 3, 64, 1, groups=64)
    yield from convolution_cases(32, 28, 64, 3, 64, 1, stride=2, groups=64)
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


def convolution_cases(n, size, channels, kernel, filters, padding, stride=1, groups=1):
    x, w = numbers(n, size, size, channels), numbers(kernel, kernel, channels // groups, filters)
    geometry = (stride, stride), ((padding, padding),) * 2, ONES, groups
    y = kernels.conv(x, w, None, *geometry)
    dy = numbers(*y.shape)
    operations = 2 * y.size * kernel * kernel * channels // groups
    shape = f"{kernel}x{kernel} ({n}, {size}, {size}, {channels}) to {filters}"
    shape += f" by {stride}" if stride > 1 else ""
    shape += " depthwise" if groups > 1 else ""
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
    target, share = np.eye(10, dtype=np.float32)[labels], kernels.softmax(x)
    dloss = np.full(32, 1 / 32, np.float32)
    yield "softmax (32, 10)", 0, lambda: kernels.softmax(x)
    yield "softmax_gradient (32, 10)", 0, lambda: kernels.softmax_gradient(x, share)
    yield "crossentropy (32, 10)", 0, lambda: kernels.crossentropy(target, share, False, 1e-7)
    yield "sparse_crossentropy (32, 10)", 0, lambda: kernels.sparse_crossentropy(labels, x, True, 1e-7)
    yield (
        "sparse_crossentropy_gradient (32, 10)",
        0,
        lambda: kernels.sparse_crossentropy_gradient(dloss, labels, x, True, 1e-7),
    )
    yield "binary_crossentropy (32, 10)", 0, lambda: kernels.binary_crossentropy(target, share, False, 1e-7)
    yield from update_cases(61_706)
    images, rows = np.zeros((1000, 28, 28, 1), np.uint8), np.arange(32) * 7
    yield "gather 32 of uint8 (1000, 28, 28, 1)", 0, lambda: kernels.gather(images, rows, np.float32)
    embedded, indices = numbers(32, 100, 64), np.arange(3200).reshape(32, 100) * 13 % 5000
    yield (
        "embedding_gradient (32, 100, 64) of 5000",
        0,
        lambda: kernels.embedding_gradient(embedded, indices, 5000),
    )
    wide = numbers(32, 1024)
    yield "dropout (32, 1024)", 0, lambda: kernels.dropout(wide, 0.5, 1, 2)
    for name, x in (("layer_norm", wide), ("batch_norm", numbers(32, 16, 16, 64))):
        kernel, gradient = getattr(kernels, name), getattr(kernels, f"{name}_gradient")
        _, mean, *_, inverse = kernel(x, None, None, 1e-3)
        yield f"{name} {x.shape}", 0, lambda x=x, kernel=kernel: kernel(x, None, None, 1e-3)
        yield (
            f"{name}_gradient {x.shape}",
            0,
            lambda x=x, gradient=gradient, mean=mean, inverse=inverse: gradient(
                x, x, None, mean, inverse, (True,) * 3
            ),
        )

    plane, column = numbers(32, 16, 16, 64), np.ones(64, np.float32)
    yield (
        "batch_norm_inference (32, 16, 16, 64)",
        0,
        lambda: kernels.batch_norm_inference(plane, column, column, column, column, 1e-3),
    )


def update_cases(size):
    w, g, m, v = (np.abs(numbers(size)) for _ in range(4))
    yield f"sgd {size:,}", 0, lambda: kernels.sgd(w, g, 1e-3)
    yield f"momentum {size:,}", 0, lambda: kernels.momentum(w, g, m, 1e-3, 0.9, False)
    yield f"adam {size:,}", 0, lambda: kernels.adam(w, g, m, v, 1e-3, 0.9, 0.999, 1e-7, 10)
    yield f"rmsprop {size:,}", 0, lambda: kernels.rmsprop(w, g, v, 1e-3, 0.9, 1e-7)
    yield f"adagrad {size:,}", 0, lambda: kernels.adagrad(w, g, v, 1e-3, 1e-7)
    yield f"adadelta {size:,}", 0, lambda: kernels.adadelta(w, g, m, v, 1e-3, 0.9, 1e-7)
    yield f"squared_norm {size:,}", 0, lambda: kernels.squared_norm(g)


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
        yield f"{name} {shape}", operations, lambda kernel=kernel, given=given: kernel(*given)
        recurrence = 2 * n * steps * units * gates * units  # the gradient of x is not asked for
        yield (
            f"{name}_gradient {shape}",
            operations + recurrence,
            lambda gradient=gradient, taken=taken: gradient(*taken),
        )
