"""Rows of the functions that rearrange, join, cut, select and create."""

import numpy as np
from op_row import Row, generators

numbers, whole = generators(22)

A, B, V = numbers(2, 3, 4), numbers(2, 3, 4), numbers(3)
M = numbers(3, 4)
I = whole(2, 3, low=0, high=3)


def _scattered(x, indices, updates, function):
    y = x.copy()
    function(y, tuple(indices.T), updates)
    return y


def _put(y, key, updates):
    y[key] = updates


PLACES = np.array([[0, 1], [2, 3], [0, 1]])
THREE = np.array([1.5, -2.0, 0.7])

rows = [
    # Rearranging
    Row("reshape", A, (4, -1), expected=np.reshape, second=True),
    Row("transpose", A, expected=np.transpose, second=True),
    Row("transpose", A, (2, 0, 1), expected=np.transpose, second=True),
    Row("swapaxes", A, 0, -1, expected=np.swapaxes, second=True),
    Row("moveaxis", A, (0, 1), (-1, 0), expected=np.moveaxis, second=True),
    Row("expand_dims", A, 1, expected=np.expand_dims, second=True),
    Row("expand_dims", A, (0, -1), expected=np.expand_dims, second=True),
    Row("squeeze", A[:, :1], expected=np.squeeze, second=True),
    Row("squeeze", A[:1, :1], axis=1, expected=np.squeeze, second=True),
    Row("ravel", A, expected=np.ravel, second=True),
    Row("broadcast_to", V[:, None], (2, 3, 4), expected=np.broadcast_to, second=True),
    Row("flip", A, expected=np.flip, second=True),
    Row("flip", A, axis=(0, 2), expected=np.flip, second=True),
    Row("fliplr", A, expected=np.fliplr, second=True),
    Row("flipud", A, expected=np.flipud, second=True),
    Row("rot90", A, expected=np.rot90, second=True),
    Row("rot90", A, k=3, axes=(1, 2), expected=np.rot90, second=True),
    Row("roll", A, 2, expected=np.roll, second=True),
    Row("roll", A, (1, -1), axis=(0, 2), expected=np.roll, second=True),
    Row("repeat", A, 2, expected=np.repeat, second=True),
    Row("repeat", A, 3, axis=1, expected=np.repeat, second=True),
    Row("repeat", A, np.array([1, 0, 2]), axis=1, expected=np.repeat, second=True, symbolic=False),
    Row("tile", A, (2, 1, 3), expected=np.tile, second=True),
    Row("tile", M, 2, expected=np.tile, second=True),
    Row("tile", V, (2, 2), expected=np.tile, second=True),
    Row("pad", M, ((1, 2), (0, 3)), expected=np.pad, second=True),
    Row("pad", M, ((1, 2), (0, 3)), constant_values=5.0, expected=lambda x, w, **k: np.pad(x, w, **k), second=True),
    Row("pad", M, ((1, 2), (2, 1)), mode="reflect", expected=np.pad, second=True),
    Row("pad", M, ((1, 2), (2, 1)), mode="symmetric", expected=np.pad, second=True, keras=False,
        why="with torch Keras repeats the edge instead"),
    Row("rearrange", A, "a b c -> c (a b)", expected=lambda x, p: x.reshape(6, 4).T),
    Row("rearrange", A, "a b (c d) -> (d a) b c", c=2, expected=lambda x, p, c: x.reshape(2, 3, 2, 2).transpose(3, 0, 1, 2).reshape(4, 3, 2)),
    Row("shape", A, expected=np.shape, gradient="integers", symbolic=False),
    Row("size", A, expected=np.size, gradient="an integer", symbolic=False),
    Row("ndim", A, expected=np.ndim, gradient="an integer", symbolic=False),
    Row("dtype", A.astype("float32"), expected=lambda x: "float32", gradient="a name", symbolic=False, keras=False, why="a name"),
    Row("is_tensor", A, expected=lambda x: False, gradient="a truth", symbolic=False, keras=False, why="is given an array"),
    # Joining
    Row("concatenate", [A, B], expected=np.concatenate, second=True),
    Row("concatenate", [A, B[:, :1]], axis=1, expected=np.concatenate, second=True),
    Row("concatenate", [A, I[..., None]], axis=-1, expected=np.concatenate),
    Row("stack", [A, B], expected=np.stack, second=True),
    Row("stack", [A, B], axis=-1, expected=np.stack, second=True),
    Row("append", A, V, expected=np.append, second=True),
    Row("append", A, B, axis=1, expected=np.append, second=True),
    Row("hstack", [A, B], expected=np.hstack, second=True),
    Row("hstack", [V, V], expected=np.hstack),
    Row("vstack", [V, V * 2], expected=np.vstack, second=True),
    Row("dstack", [M, M * 2], expected=np.dstack, second=True),
    Row("dstack", [V, V], expected=np.dstack),
    Row("meshgrid", V, numbers(2), expected=np.meshgrid),
    Row("meshgrid", V, numbers(2), numbers(4), indexing="ij", expected=np.meshgrid),
    # Cutting
    Row("split", A, 2, axis=-1, expected=np.split, second=True),
    Row("split", A, [1, 2], axis=1, expected=np.split, second=True),
    Row("array_split", A, 3, axis=2, expected=np.array_split, second=True),
    Row("hsplit", A, 3, expected=np.hsplit, second=True),
    Row("vsplit", A, 2, expected=np.vsplit, second=True),
    Row("dsplit", A, [1], expected=np.dsplit, second=True),
    Row("unstack", A, axis=1, expected=lambda x, axis: list(np.moveaxis(x, axis, 0)), second=True),
    # Selecting
    Row("getitem", A, (slice(None), [0, 2], -1), expected=lambda x, k: x[k], second=True, keras=False, why="the operator's function"),
    Row("get_item", A, (0, slice(1, None)), expected=lambda x, k: x[k], second=True),
    Row("get_item", A, (Ellipsis, None, slice(None, None, 2)), expected=lambda x, k: x[k], second=True),
    Row("take", A, I, axis=1, expected=np.take, second=True),
    Row("take", A, np.array([3, -1, 0]), expected=np.take, second=True, keras=False,
        why="with torch Keras counts negative places from the first axis"),
    Row("take_along_axis", A, np.argsort(A, axis=1), axis=1, expected=np.take_along_axis, second=True),
    Row("take_along_axis", A, np.array([5, 2, 5]), expected=lambda x, i: np.take_along_axis(x, i, None), second=True),
    Row("slice", A, (0, 1, 2), (2, 2, 1), expected=lambda x, s, n: x[0:2, 1:3, 2:3], second=True),
    Row("slice_update", M, (1, 0), numbers(2, 3), second=True,
        expected=lambda x, s, u: np.block([[x[:1, :3], x[:1, 3:]], [u, x[1:, 3:]]])),
    Row("scatter", PLACES, THREE, (3, 4), second=True,
        expected=lambda i, v, s: _scattered(np.zeros(s), i, v, lambda y, k, u: np.add.at(y, k, u))),
    Row("scatter", np.array([[2], [0]]), numbers(2, 2), (3, 2),
        expected=lambda i, v, s: _scattered(np.zeros(s), i, v, lambda y, k, u: np.add.at(y, k, u))),
    Row("scatter_update", M, PLACES, THREE, expected=lambda x, i, u: _scattered(x, i, u, _put), second=True),
    *[Row("scatter_update", M, PLACES, THREE, reduction=name, second=name == "add",
          expected=lambda x, i, u, reduction, f=f: _scattered(x, i, u, f.at))
      for name, f in (("add", np.add), ("max", np.maximum), ("min", np.minimum), ("mul", np.multiply))],
    Row("diagonal", A, offset=1, axis1=1, axis2=2, expected=np.diagonal, second=True),
    Row("diag", M, k=1, expected=np.diag, second=True),
    Row("diag", V, k=-1, expected=np.diag, second=True),
    Row("diagflat", M, expected=np.diagflat, second=True),
    Row("trace", A, offset=1, axis1=2, axis2=1, expected=np.trace, second=True),
    Row("trace", whole(3, 3), expected=np.trace, gradient="integers"),
    Row("tril", A, k=-1, expected=np.tril, second=True),
    Row("triu", A, k=1, expected=np.triu, second=True),
    Row("nonzero", I, expected=lambda x: np.stack(np.nonzero(x)), gradient="places", symbolic=False),
    Row("unravel_index", np.array([5, 2, 7]), (2, 4), expected=np.unravel_index, gradient="places"),
    # Creating
    Row("zeros", (2, 3), expected=np.zeros, gradient="constant", symbolic=False),
    Row("ones", (2, 3), dtype="int32", expected=np.ones, gradient="constant", symbolic=False),
    Row("empty", (2, 3), expected=np.zeros, gradient="constant", symbolic=False, keras=False, why="no values are promised"),
    Row("full", (2, 3), 4.5, expected=np.full, gradient="constant", symbolic=False),
    Row("full", (2, 3), V, dtype="float64", expected=np.full, second=True, keras=False, why="floats are recorded in float32"),
    Row("eye", 3, 4, 1, expected=np.eye, gradient="constant", symbolic=False),
    Row("identity", 3, expected=np.identity, gradient="constant", symbolic=False),
    Row("tri", 3, 4, -1, expected=np.tri, gradient="constant", symbolic=False),
    Row("zeros_like", A, expected=np.zeros_like, gradient="constant"),
    Row("ones_like", A, dtype="int32", expected=np.ones_like, gradient="constant"),
    Row("empty_like", A, expected=np.zeros_like, gradient="constant", keras=False, why="no values are promised"),
    Row("full_like", A, 2, expected=np.full_like, gradient="constant"),
    Row("arange", 5, expected=np.arange, gradient="constant", symbolic=False),
    Row("arange", 1.0, 2.0, 0.25, expected=np.arange, gradient="constant", symbolic=False),
    Row("linspace", 0.0, 1.0, num=5, expected=np.linspace, gradient="constant", symbolic=False),
    Row("linspace", 0, 3, num=4, endpoint=False, retstep=True, expected=np.linspace, gradient="constant", symbolic=False,
        keras=False, why="the step is a Python number"),
    Row("linspace", V, V + 2, num=4, axis=-1, expected=np.linspace, keras=False, why="with torch axis must be 0"),
    Row("logspace", 0.0, 2.0, num=4, expected=np.logspace, gradient="constant", symbolic=False),
    Row("logspace", V, V + 1, num=3, base=2, expected=np.logspace),
    Row("geomspace", 1.0, 100.0, num=4, expected=np.geomspace, gradient="constant", symbolic=False),
    Row("geomspace", V + 4, V + 9, num=4, endpoint=False, expected=np.geomspace, keras=False, why="with torch only numbers"),
    Row("array", A, expected=np.array),
    Row("convert_to_tensor", A, expected=np.array),
    Row("convert_to_numpy", A, expected=np.array, gradient="an array outside of the tape", symbolic=False),
    *[Row(name, 7, expected=getattr(np, name), gradient="constant", symbolic=False)
      for name in ("bartlett", "blackman", "hamming", "hanning")],
    Row("kaiser", 7, 3.0, expected=np.kaiser, gradient="constant", symbolic=False),
]  # fmt: skip
