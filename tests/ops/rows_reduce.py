"""Rows of the reductions, running sums and statistics."""

import numpy as np
from op_row import Row, Using, generators

numbers, whole = generators(21)

A, B = numbers(2, 3, 4), numbers(4, 3)
I = whole(3, 4)
T = np.array([[True, False], [True, True]])
N = np.where(np.arange(24).reshape(2, 3, 4) % 5 == 1, np.nan, A)
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0]])
ZEROS = np.array([[1.5, 0.0, 2.0], [0.0, 0.0, 3.0], [1.0, 2.0, -1.0]])


def along(name, function=None, **options):
    """Rows of a function over all axes, one axis, several axes kept."""
    expected = function or getattr(np, name)
    return [
        Row(name, A, expected=expected, **options),
        Row(name, A, axis=1, expected=expected, **options),
        Row(name, A, axis=(0, -1), keepdims=True, expected=expected, **options),
    ]


def one_axis(name, x=A, **options):
    return [
        Row(name, x, expected=getattr(np, name), **options),
        Row(name, x, axis=1, expected=getattr(np, name), **options),
    ]


def _logsumexp(x, axis=None, keepdims=False):
    return np.log(np.exp(x).sum(axis=axis, keepdims=keepdims))


def _percentile(name):
    def expected(x, q, **options):
        return getattr(np, name)(x, q, **options)

    return expected


rows = [
    *along("sum", second=True), *along("mean", second=True), *along("var", second=True), *along("std", second=True),
    *along("max", second=True), *along("min", second=True), *along("prod", second=True),
    *along("amax"), *along("amin"), *along("ptp", np.ptp), *along("logsumexp", _logsumexp, second=True),
    *along("all", gradient="truths"), *along("any", gradient="truths"), *along("median"),
    *along("nansum"), *along("nanmean"), *along("nanvar"), *along("nanstd"), *along("nanmax"), *along("nanmin"),
    *along("nanprod"), *along("nanmedian"),
    *[Row(name, N, axis=1, expected=getattr(np, name)) for name in (
        "nansum", "nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nanprod", "nanmedian", "nancumsum", "nancumprod")],
    Row("sum", I, axis=0, expected=np.sum, gradient="integers"),
    Row("sum", T, expected=np.sum, gradient="truths"),
    Row("mean", I, expected=np.mean, gradient="integers"),
    Row("prod", I, axis=1, expected=np.prod, gradient="integers"),
    Row("prod", ZEROS, axis=1, expected=np.prod),
    Row("max", A, axis=1, initial=0.7, expected=np.max),
    Row("max", TIES, axis=1, expected=np.max, gradient="a kink where two are the largest"),
    Row("std", np.ones((2, 3)), axis=1, expected=np.std, gradient="a kink where all are equal"),
    Row("average", A, expected=np.average), Row("average", A, axis=1, expected=np.average),
    Row("average", B, axis=0, weights=np.array([1.0, 2.0, 0.5, 0.1]), expected=np.average, keras=False,
        why="fails with torch"),
    *one_axis("argmax", gradient="places"), *one_axis("argmin", gradient="places"),
    Row("argmax", TIES, axis=1, keepdims=True, expected=np.argmax, gradient="places"),
    *[Row(name, N, axis=1, expected=getattr(np, name), gradient="places") for name in ("nanargmax", "nanargmin")],
    Row("count_nonzero", I, expected=np.count_nonzero, gradient="integers"),
    Row("count_nonzero", I, axis=1, expected=np.count_nonzero, gradient="integers"),
    # Running
    *one_axis("cumsum", second=True), *one_axis("cumprod", second=True),
    Row("cumprod", ZEROS, axis=1, expected=np.cumprod, second=True),
    Row("cumsum", T, axis=0, expected=np.cumsum, gradient="truths"),
    Row("cumsum", I, axis=0, dtype="float32", expected=np.cumsum, gradient="integers"),
    *one_axis("nancumsum"), *one_axis("nancumprod"),
    Row("diff", A, expected=np.diff), Row("diff", A, n=2, axis=1, expected=np.diff),
    Row("trapezoid", A, expected=np.trapezoid), Row("trapezoid", A, dx=0.5, axis=1, expected=np.trapezoid),
    Row("trapezoid", B, np.array([0.0, 0.5, 2.0]), expected=np.trapezoid),
    # Quantiles
    *[Row(name, A, q, axis=1, expected=_percentile(name))
      for name, q in (("quantile", 0.3), ("nanquantile", 0.3), ("percentile", 30.0), ("nanpercentile", 30.0))],
    Row("quantile", A, np.array([0.1, 0.5, 0.9]), axis=(0, 2), keepdims=True, expected=np.quantile),
    *[Row("quantile", B, 0.4, axis=0, method=m, expected=np.quantile) for m in ("lower", "higher", "midpoint", "nearest")],
    Row("nanquantile", N, 0.4, axis=-1, expected=np.nanquantile),
    Row("nanquantile", N, np.array([0.2, 0.7]), axis=1, expected=np.nanquantile),
    Row("percentile", A, np.array([10.0, 50.0]), expected=np.percentile),
    Row("corrcoef", B, expected=np.corrcoef),
    *[Row("correlate", numbers(6), numbers(3), mode=m, expected=np.correlate) for m in ("valid", "same", "full")],
    *[Row("correlate", numbers(2), numbers(5), mode=m, expected=np.correlate, keras=m != "valid" and m != "same",
          why="Keras centres on the first vector") for m in ("valid", "same", "full")],
    # Counting and searching
    Row("bincount", whole(7), expected=np.bincount, gradient="integers", symbolic=False),
    Row("bincount", np.array([0, 1, 1, 3]), numbers(4), minlength=6, expected=np.bincount, symbolic=False),
    Row("bincount", np.array([[0, 1, 1], [2, 2, 0]]), gradient="integers", symbolic=False, keras=False,
        why="fails with torch", expected=lambda x: np.array([[1, 2, 0], [1, 0, 2]])),
    Row("digitize", A, np.array([-1.0, 0.2, 1.1]), expected=np.digitize, gradient="places"),
    Row("searchsorted", np.array([0.0, 1.0, 1.0, 2.0]), np.array([1.0, 0.5, 3.0]), expected=np.searchsorted, gradient="places"),
    Row("searchsorted", np.array([0.0, 1.0, 1.0, 2.0]), np.array([1.0]), side="right", expected=np.searchsorted, gradient="places"),
    Row("histogram", A.reshape(-1), bins=4, expected=np.histogram),
    Row("histogram", A.reshape(-1), bins=3, range=(-1.0, 1.0), expected=np.histogram),
    Row("sort", A, expected=np.sort), Row("sort", A, axis=0, expected=np.sort), Row("sort", A, axis=None, expected=np.sort),
    Row("argsort", A, axis=1, expected=np.argsort, gradient="places"),
    Row("argsort", TIES, expected=lambda x: np.argsort(x, kind="stable"), gradient="places"),
    Row("argpartition", np.array([4.0, 1.0, 3.0, 2.0]), 1, gradient="places", keras=False, why="the order within the parts is free",
        expected=lambda x, k: np.argpartition(x, k)),
    Row("top_k", A, 2, expected=lambda x, k: (-np.sort(-x)[..., :k], np.argsort(-x)[..., :k])),
    Row("in_top_k", np.array([1, 0, 2]), numbers(3, 4), 2, gradient="truths",
        expected=lambda t, p, k: np.array([(row > row[c]).sum() < k for row, c in zip(p, t, strict=True)])),
    Row("unique", np.array([3, 1, 3, 2, 1]), expected=np.unique, gradient="integers", symbolic=False),
    Row("unique", np.array([3, 1, 3, 2, 1]), return_inverse=True, return_counts=True, expected=np.unique, gradient="integers",
        symbolic=False),
    Row("unique", np.array([3, 1, 3, 2, 1]), return_index=True, size=5, fill_value=9, gradient="integers",
        expected=lambda x, **_: (np.array([1, 2, 3, 9, 9]), np.array([1, 3, 0, 1, 1]))),
    Row("unique", B[:, 0], expected=np.unique, symbolic=False),
    Row("unique", B, axis=0, size=3, expected=lambda x, axis, size: np.unique(x, axis=axis)[:size], keras=False, why="fails with torch"),
    # Segments
    *[Row(f"segment_{name}", numbers(6, 2), np.array([0, 2, 0, 2, 3, 1]), num_segments=3)
      for name in ("sum", "max", "min", "prod")],
    *[Row(f"segment_{name}", numbers(3, 2), np.array([0, 2, 0]), num_segments=3,
          gradient=Using(lambda ops, name=name: lambda x, i, **k: getattr(ops, f"segment_{name}")(x, i, **k)[::2]))
      for name in ("max", "min")],
    Row("segment_sum", numbers(4), np.array([0, 1, 1, -1]), symbolic=False, expected=lambda x, i: np.array([x[0], x[1] + x[2]])),
    Row("segment_prod", np.array([2.0, 0.0, 3.0, 0.0, 0.0]), np.array([0, 0, 1, 2, 2]), num_segments=4,
        expected=lambda x, i, **_: np.array([0.0, 3.0, 0.0, 1.0])),
]  # fmt: skip
