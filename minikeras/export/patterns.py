"""Constants whose shape follows the inputs': found to be of one of a few kinds, and made by the graph at run time."""

import numpy as np

from minikeras.export.values import Varying, merged


def describe(graph, value):
    """The name of a known value that differs between the trials, made from sizes."""
    ndims = {a.ndim for a in value.arrays}
    for kind in (_number, _filled, _repeated, _counted, _triangle) if len(ndims) == 1 else ():
        name = kind(graph, value)
        if name is not None:
            return name
    if value.call is not None:
        return graph.compute(value)
    return graph.refuse(
        "it uses values that no operation of minikeras.ops made and that differ with the data or the size of the batch "
        "(random numbers, or NumPy's work on the inputs)",
        "Compute them with minikeras.ops, or leave them out of the exported model.",
        beside=True,
    )


def _number(graph, value):
    """A single number, such as a size: or one divided by it."""
    if value.arrays[0].size != 1 or any(a.shape != value.arrays[0].shape for a in value.arrays):
        return None
    numbers = [a.item() for a in value.arrays]
    if any(isinstance(n, complex) or not np.isfinite(n) for n in numbers):
        return None
    inverse = not all(float(n).is_integer() for n in numbers)
    if inverse:
        numbers = [1 / n if n else 0.5 for n in numbers]
        if any(abs(n - round(n)) > 1e-5 * n for n in numbers):
            return None
    size = graph.cast(graph.size(merged([round(n) for n in numbers])), value.dtype)
    if inverse:
        size = graph.add("Reciprocal", size)
    return graph.reshape(size, value.shape)


def _filled(graph, value):
    """One number everywhere."""
    first = next((a.flat[0] for a in value.arrays if a.size), None)
    if first is None or any(
        not np.array_equal(a, np.full_like(a, first), equal_nan=a.dtype.kind == "f") for a in value.arrays
    ):
        return None
    return graph.add("ConstantOfShape", graph.ints(value.shape), value=np.asarray([first]))


def _repeated(graph, value):
    """The same values repeated along the axes whose size is unknown."""
    axes = [a for a, s in enumerate(value.shape) if isinstance(s, Varying)]
    if not axes:
        return None
    place = tuple([slice(0, 1) if a in axes else slice(None) for a in range(value.ndim)])
    first = value.arrays[0][place]
    if any(not np.array_equal(a, np.broadcast_to(first, a.shape)) for a in value.arrays):
        return None
    return graph.add("Expand", first, graph.ints(value.shape))


def _counted(graph, value):
    """Numbers at even distances along one axis."""
    axes = [a for a, s in enumerate(value.shape) if s != 1]
    flats = [a.reshape(-1) for a in value.arrays]
    if len(axes) != 1 or value.dtype.kind not in "iuf" or min(f.size for f in flats) < 2:
        return None
    start, step = flats[0][0], flats[0][1] - flats[0][0]
    counts = [np.arange(f.size) * step + start for f in flats]
    if any(not np.allclose(f, c, rtol=1e-6, atol=0) for f, c in zip(flats, counts, strict=True)):
        return None
    length = graph.squeeze(graph.size(value.shape[axes[0]]), 0)
    places = graph.cast(
        graph.add("Range", np.asarray(0, "int64"), length, np.asarray(1, "int64")), value.dtype
    )
    if step != 1:
        places = graph.add("Mul", places, np.asarray(step, value.dtype))
    if start != 0:
        places = graph.add("Add", places, np.asarray(start, value.dtype))
    return graph.reshape(places, value.shape)


def _triangle(graph, value):
    """Ones at and below a diagonal of the last two axes, zeros above."""
    if value.ndim < 2 or any(s != 1 for s in value.shape[:-2]):
        return None
    planes = [a.reshape(a.shape[-2:]) for a in value.arrays]
    diagonals = [int(np.count_nonzero(p[0])) - 1 for p in planes]
    if len(set(diagonals)) > 1 or any(
        not np.array_equal(p, np.tri(*p.shape, diagonals[0], p.dtype)) for p in planes
    ):
        return None
    ones = graph.add("ConstantOfShape", graph.ints(value.shape[-2:]), value=np.ones(1, "float32"))
    lower = graph.add("Trilu", ones, np.asarray(diagonals[0], "int64"), upper=0)
    return graph.reshape(graph.cast(lower, value.dtype), value.shape)
