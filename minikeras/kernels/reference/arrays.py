"""Small array helpers that every reference kernel shares."""

import numpy as np

_COLUMN_SUM_BY_PRODUCT = (
    256  # rows; above this a BLAS product with ones beats NumPy's reduction over the first axis
)


def widened(kernel, *arguments):
    """Run a float16 call of `kernel` in float32 and return its results in float16.

    Sums of many float16 terms lose their last digits, so reductions and products accumulate in float32.
    """
    results = kernel(*[_to_float32(argument) for argument in arguments])
    if isinstance(results, tuple):
        return tuple(_to_float16(result) for result in results)
    return _to_float16(results)


def _to_float32(value):
    if isinstance(value, np.ndarray) and value.dtype == np.float16:
        return value.astype(np.float32)
    return value


def _to_float16(value):
    if isinstance(value, np.ndarray) and value.dtype == np.float32:
        # What is too large becomes infinite, which loss scaling looks for.
        with np.errstate(over="ignore"):
            return value.astype(np.float16)
    return value


def widened_gradient(kernel, *arguments):
    """As `widened`, for kernels whose last argument is `into`."""
    into = arguments[-1]
    wanted = tuple(None if entry is None else True for entry in into)
    results = widened(kernel, *arguments[:-1], wanted)
    return tuple(delivered(result, entry) for result, entry in zip(results, into, strict=True))


def delivered(value, into):
    """Hand over a gradient already computed: as it is, or copied into the array the caller named."""
    if into is None or into is True:
        return value
    into[...] = value
    return into


def destination(into, shape, dtype):
    """The array a gradient is written to: the caller's, or a new one of this shape."""
    return np.empty(shape, dtype) if into is True else into


def column_sums(x, out=None):
    """Sum a matrix over its rows: (n, c) -> (c,)."""
    if len(x) < _COLUMN_SUM_BY_PRODUCT:
        return np.add.reduce(x, 0, out=out)
    return np.matmul(np.ones(len(x), x.dtype), x, out=out)


def padded(x, padding, value=0):
    """Extend (or, for negative amounts, crop) the spatial axes of x (n, *spatial, c) by ((low, high), ...)."""
    if not any(low or high for low, high in padding):
        return x
    shape = [x.shape[0]]
    source, target = [slice(None)], [slice(None)]
    for length, (low, high) in zip(x.shape[1:-1], padding, strict=True):
        shape.append(length + low + high)
        source.append(slice(max(-low, 0), length - max(-high, 0)))
        target.append(slice(max(low, 0), length + low - max(-high, 0)))
    shape.append(x.shape[-1])
    result = np.full(shape, value, x.dtype) if value else np.zeros(shape, x.dtype)
    result[tuple(target)] = x[tuple(source)]
    return result


def unpadded(x, padding):
    """The inverse of `padded` for gradients: drop what padding added."""
    if not any(low or high for low, high in padding):
        return x
    spatial = zip(x.shape[1:-1], padding, strict=True)
    return x[(slice(None), *(slice(low, length - high) for length, (low, high) in spatial))]
