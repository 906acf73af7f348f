"""Statistics of samples: quantiles, correlation."""

import numpy as np

from minikeras import limits
from minikeras.autodiff import Tensor, as_array, differentiable, operation
from minikeras.dtypes import result_type
from minikeras.ops import elementwise, products, reduce, shaping
from minikeras.ops.axes import axes_of
from minikeras.ops.floating import floating, floating_tensor
from minikeras.ops.indexing import put

__all__ = [
    "corrcoef",
    "correlate",
    "median",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "quantile",
]

# The weight of the upper of two elements, for a place between them and the lower one's.
_METHODS = {
    "linear": lambda place, low: place - low,
    "lower": lambda place, low: np.zeros_like(place),
    "higher": lambda place, low: np.ceil(place - low),
    "midpoint": lambda place, low: np.ceil(place - low) / 2,
    "nearest": lambda place, low: np.rint(place) - low,
}


@differentiable
def _quantile(x, q, /, axis, method, keepdims, skip_nan):
    """Each result is a weighted sum of two sorted elements: their places are found once, and gathered."""
    if method not in _METHODS:
        raise ValueError(f"quantile expected method to be one of {', '.join(_METHODS)}, received {method!r}.")
    x = floating(x)
    q = as_array(q, "float64")
    if q.size and (q.min() < 0 or q.max() > 1):
        raise ValueError(
            f"quantile expected q between 0 and 1, received {q}. Percentiles are those of percentile()."
        )
    # 1. The values as rows, of which each has its quantiles.
    axes = axes_of(axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    rows = np.reshape(np.transpose(x, (*kept, *axes)), (int(np.prod([x.shape[a] for a in kept])), -1))
    # 2. The two elements next to each quantile, and their sum.
    lower, upper, weight, steps, lost = _places(as_array(rows), q.reshape(-1), method, skip_nan)
    weight = weight.astype(x.dtype)
    lines = np.arange(rows.shape[0])
    y = (
        rows[lines, lower] * (1 - weight)
        + np.where(np.equal(weight, 0), np.zeros_like(weight), rows[lines, upper]) * weight
    )
    if lost.any():
        y = np.where(lost, np.full((), np.nan, x.dtype), y)
    sizes = tuple(
        [1 if a in axes else x.shape[a] for a in range(x.ndim)] if keepdims else [x.shape[a] for a in kept]
    )

    # 3. How it changes with the elements, and with the place.
    def gradient(dy):
        dy = np.reshape(dy, (-1, len(lines)))
        total = put(dy * (1 - weight), rows.shape, (np.broadcast_to(lines, dy.shape), lower))
        total = total + put(dy * weight, rows.shape, (np.broadcast_to(lines, dy.shape), upper))
        back = [(*kept, *axes).index(a) for a in range(x.ndim)]
        return np.transpose(np.reshape(total, tuple([x.shape[a] for a in (*kept, *axes)])), back)

    def gradient_by_place(dy):
        slope = (rows[lines, upper] - rows[lines, lower]) * (steps * (method == "linear")).astype(x.dtype)
        return np.reshape((np.reshape(dy, (-1, len(lines))) * slope).sum(-1), q.shape)

    return np.reshape(y, (*q.shape, *sizes)), (gradient, gradient_by_place)


def _places(rows, q, method, skip_nan):
    """Where the quantiles of each row lie among its sorted elements, for a vector q.

    Gives, of shape (q, rows): the columns of the two elements next to each, and the weight of the upper one; and of
    shape (rows,): how many steps there are from the smallest to the largest, and whether there is no quantile.
    """
    order = np.argsort(rows, axis=-1, kind="stable")  # NaN last
    size = rows.shape[-1]
    nan = np.isnan(rows).sum(-1)
    counts = size - nan if skip_nan else np.full(len(rows), size)
    steps = np.maximum(counts - 1, 0)
    place = np.multiply.outer(q, steps)
    limits.check_trial(place.shape)
    low = np.floor(place)
    weight = _METHODS[method](place, low)
    low = low.astype("int64")
    lines = np.arange(len(rows))
    lost = (nan == size) if skip_nan else (nan > 0)
    return order[lines, low], order[lines, np.minimum(low + 1, steps)], weight, steps, lost


@operation
def quantile(x, /, q, axis=None, method="linear", keepdims=False):
    """The q-th quantiles (q from 0 to 1) of x along `axis`; several q stand along a new first axis.

    method: how to choose between two elements: 'linear', 'lower', 'higher', 'midpoint' or 'nearest'.
    """
    return _quantile(x, q, axis=axis, method=method, keepdims=keepdims, skip_nan=False)


@operation
def nanquantile(x, /, q, axis=None, method="linear", keepdims=False):
    """The q-th quantiles of what is not NaN in x, see `quantile`."""
    return _quantile(x, q, axis=axis, method=method, keepdims=keepdims, skip_nan=True)


def _share(q):
    """Percents as a share of one."""
    return q / 100 if isinstance(q, Tensor) else as_array(q, "float64") / 100


@operation
def percentile(x, /, q, axis=None, method="linear", keepdims=False):
    """The q-th percentiles (q from 0 to 100) of x along `axis`, see `quantile`."""
    return quantile(x, _share(q), axis=axis, method=method, keepdims=keepdims)


@operation
def nanpercentile(x, /, q, axis=None, method="linear", keepdims=False):
    """The q-th percentiles of what is not NaN in x, see `quantile`."""
    return nanquantile(x, _share(q), axis=axis, method=method, keepdims=keepdims)


@operation
def median(x, /, axis=None, keepdims=False):
    """The middle value of x along `axis`, the mean of two where they are even."""
    return quantile(x, 0.5, axis=axis, keepdims=keepdims)


@operation
def nanmedian(x, /, axis=None, keepdims=False):
    """The middle value of what is not NaN in x along `axis`."""
    return nanquantile(x, 0.5, axis=axis, keepdims=keepdims)


# Correlation


@operation
def corrcoef(x, /):
    """The correlation coefficients of the rows of x, each with each (Pearson)."""
    x = floating_tensor(x)
    if x.ndim == 1:
        x = x.reshape(1, -1)
    centered = x - reduce.mean(x, axis=1, keepdims=True)
    covariance = products.matmul(centered, shaping.transpose(centered))
    deviation = elementwise.sqrt(reduce.sum(elementwise.square(centered), axis=1))
    found = elementwise.clip(covariance / products.outer(deviation, deviation), -1, 1)
    return shaping.squeeze(found) if found.shape == (1, 1) else found


@operation
def correlate(x1, x2, /, mode="valid"):
    """The cross-correlation Σₙ x1[n + k] · x2[n] of two vectors, where they overlap wholly ('valid'), at the places of
    the longer one ('same') or at all ('full')."""
    if mode not in ("valid", "same", "full"):
        raise ValueError(f"correlate expected mode 'valid', 'same' or 'full', received {mode!r}.")
    common = result_type(x1.dtype, x2.dtype)
    x1, x2 = floating_tensor(elementwise.cast(x1, common)), floating_tensor(elementwise.cast(x2, common))
    if x1.ndim != 1 or x2.ndim != 1:
        raise ValueError(f"correlate expected two vectors, received shapes {x1.shape} and {x2.shape}.")
    n, m = x1.shape[0], x2.shape[0]
    start, count = {
        "full": (1 - m, n + m - 1),
        "same": (-(m // 2), n) if n >= m else (n // 2 - m + 1, m),
        "valid": (0, n - m + 1) if n >= m else (n - m, m - n + 1),
    }[mode]
    limits.check_trial((count, m))
    shifts = np.arange(start, start + count)
    places = shifts[:, None] + np.arange(m)
    inside = (places >= 0) & (places < n)
    taken = x1[np.where(inside, places, 0)] * elementwise.cast(inside, x1.dtype)
    return products.matmul(taken, x2)
