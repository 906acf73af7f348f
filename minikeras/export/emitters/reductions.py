"""Operations that reduce, order and count."""

import numpy as np

from minikeras.export.emitters.table import emits

_FUNCTIONS = {"sum": "ReduceSum", "mean": "ReduceMean", "prod": "ReduceProd", "logsumexp": "ReduceLogSumExp"}
_EXTREMES = {"max": "ReduceMax", "min": "ReduceMin"}


def _out(graph):
    return graph.call.outputs[0]


def _reduced(graph, operator, x, axis, keepdims):
    if axis is not None and not np.atleast_1d(axis).size:
        return graph.name(x)
    axes = None if axis is None else np.atleast_1d(axis).astype("int64")
    return graph.add(operator, x, axes, keepdims=int(bool(keepdims)))


@emits(*_FUNCTIONS)
def reduction(graph, x, axis, keepdims, dtype=None):
    """Sums, means, products, in the dtype of the result."""
    dtype = _out(graph).dtype
    if graph.call.name == "logsumexp":  # the node itself may overflow
        peak = _reduced(graph, "ReduceMax", graph.cast(x, dtype), axis, True)
        rest = graph.add("Exp", graph.add("Sub", graph.cast(x, dtype), peak))
        total = graph.add("Add", graph.add("Log", _reduced(graph, "ReduceSum", rest, axis, True)), peak)
        return total if keepdims else graph.reshape(total, _out(graph).shape)
    return _reduced(graph, _FUNCTIONS[graph.call.name], graph.cast(x, dtype), axis, keepdims)


@emits(*_EXTREMES)
def extreme(graph, x, axis, keepdims, initial):
    """The largest or the smallest."""
    wide = x if x.dtype.kind == "f" or x.dtype.itemsize >= 4 else graph.cast(x, "int32")
    y = _reduced(graph, _EXTREMES[graph.call.name], wide, axis, keepdims)
    if initial is not None:
        y = graph.add("Max" if graph.call.name == "max" else "Min", y, graph.number(initial, x.dtype))
    return y if wide is x else graph.cast(y, x.dtype)


@emits("any", "all")
def logical(graph, x, axis, keepdims):
    """Whether any or all hold."""
    truth = graph.cast(graph.cast(x, "bool"), "int32")
    return graph.cast(
        _reduced(graph, "ReduceMax" if graph.call.name == "any" else "ReduceMin", truth, axis, keepdims),
        "bool",
    )


@emits("count_nonzero")
def count_nonzero(graph, x, axis):
    """How many are not zero."""
    return _reduced(graph, "ReduceSum", graph.cast(graph.cast(x, "bool"), "int32"), axis, False)


@emits("argmax", "argmin")
def place_of_extreme(graph, x, axis, keepdims):
    """The place of the first largest or smallest."""
    operator = "ArgMax" if graph.call.name == "argmax" else "ArgMin"
    x = graph.cast(x, "int32") if x.dtype.kind != "f" and x.dtype.itemsize < 4 else x
    if axis is None:
        found = graph.add(operator, graph.reshape(x, (-1,)), axis=0, keepdims=0)
        found = graph.reshape(found, _out(graph).shape)
    else:
        found = graph.add(operator, x, axis=axis, keepdims=int(bool(keepdims)))
    return graph.cast(found, _out(graph).dtype)


@emits("cumsum")
def cumsum(graph, x, axis, dtype):
    """The running sum."""
    x = graph.cast(x, _out(graph).dtype)
    if axis is None:
        x, axis = graph.reshape(x, (-1,)), 0
    return graph.add("CumSum", x, np.asarray(axis, "int64"))


@emits("sort", "argsort", "_largest")
def order(graph, x, axis=-1, k=None):
    """In order along an axis; of equal elements the first comes first."""
    if axis is None:
        flat = graph.reshape(x, (-1,))
        count, axis = graph.add("Shape", flat), 0
        x, shape = flat, _out(graph).shape
    else:
        shape = None
        count = graph.ints([x.shape[axis] if k is None else k])
    largest = int(graph.call.name == "_largest")
    values, places = graph.add("TopK", x, count, outputs=2, axis=axis, largest=largest, sorted=1)
    found = values if graph.call.name == "sort" else graph.cast(places, _out(graph).dtype)
    return found if shape is None else graph.reshape(found, shape)


@emits("digitize", "searchsorted")
def bins(graph, first, second, side="right"):
    """How many of the sorted bins lie at or below each element."""
    x, edges = (first, second) if graph.call.name == "digitize" else (second, first)
    dtype = np.result_type(x.dtype, edges.dtype)
    places = graph.unsqueeze(graph.cast(x, dtype), x.ndim)
    operator = "Greater" if side == "left" else "GreaterOrEqual"
    below = graph.cast(graph.add(operator, places, graph.cast(edges, dtype)), "int32")
    return graph.add("ReduceSum", below, np.asarray([-1]), keepdims=0)


@emits("_softmax", "_log_softmax")
def softmax(graph, x):
    """Along the last axis."""
    operator = "Softmax" if graph.call.name == "_softmax" else "LogSoftmax"
    return graph.add(operator, graph.cast(x, _out(graph).dtype), axis=-1)


@emits("sparsemax")
def sparsemax(graph, x, axis):
    """max(x - τ, 0) with Keras's threshold τ, see the operation."""
    dtype = _out(graph).dtype
    x, size = graph.cast(x, dtype), x.shape[axis]
    if not isinstance(size, int):
        graph.refuse(
            "it takes the sparsemax along an axis of unknown size", "Give the axis a size in Input(shape)."
        )
    falling, _ = graph.add("TopK", x, graph.ints([size]), outputs=2, axis=axis, largest=1, sorted=1)
    sums = graph.add("CumSum", falling, np.asarray(axis, "int64"))
    places = [-1 if a == axis % _out(graph).ndim else 1 for a in range(_out(graph).ndim)]
    counts = np.arange(1, size + 1, dtype=dtype).reshape(places)
    one, axes = graph.number(1, dtype), np.asarray([axis], "int64")
    mean = graph.add("Div", graph.add("Sub", sums, one), counts)
    support = graph.cast(graph.add("Greater", falling, mean), dtype)
    total = graph.add("ReduceSum", graph.add("Mul", support, sums), axes, keepdims=1)
    number = graph.add("ReduceSum", support, axes, keepdims=1)
    threshold = graph.add("Div", graph.add("Sub", total, one), number)
    return graph.add("Max", graph.add("Sub", x, threshold), graph.number(0, dtype))


@emits("normalize_layer")
def normalize_layer(graph, x, gamma, beta, epsilon):
    """Layer normalization over the last axis."""
    gamma = np.ones(x.shape[-1], x.dtype) if gamma is None else gamma
    return graph.add("LayerNormalization", x, gamma, beta, axis=-1, epsilon=float(epsilon))
