"""Products of matrices, convolutions and pooling."""

import numpy as np

from minikeras.export.emitters.table import emits
from minikeras.export.values import varies
from minikeras.ops.spatial import margins

_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}


def _out(graph):
    return graph.call.outputs[0]


def _activated(graph, y, activation):
    return y if activation is None else graph.add(_ACTIVATIONS[activation], y)


def _back(graph, y):
    """y, computed in the common dtype of input and kernel, in the dtype of the output."""
    common = np.result_type(*[v.dtype for v in graph.call.inputs if v is not None])
    return graph.name(y) if common == _out(graph).dtype else graph.cast(graph.name(y), _out(graph).dtype)


@emits("matmul")
def matmul(graph, x1, x2):
    """The matrix product over the last two axes."""
    dtype = _out(graph).dtype
    return graph.add("MatMul", graph.cast(x1, dtype), graph.cast(x2, dtype))


@emits("dense")
def dense(graph, x, kernel, bias, activation):
    """activation(x · kernel + bias)."""
    x, kernel, bias = graph.together(x, kernel, bias)
    y = graph.add("MatMul", x, kernel)
    y = y if bias is None else graph.add("Add", y, bias)
    return _back(graph, _activated(graph, y, activation))


@emits("_einsum")
def einsum(graph, *operands, subscripts):
    """Einstein's summation."""
    inputs, output = subscripts
    return graph.add("Einsum", *operands, equation=",".join(inputs) + "->" + output)


# Windows: channels last here, channels first there


def _forward(rank):
    return (0, rank + 1, *range(1, rank + 1))


def _backward(rank):
    return (0, *range(2, rank + 2), 1)


def _margins(x, window, strides, dilation, padding):
    """The attributes that say how much is padded: 'same' by its name where it depends on sizes that are not known."""
    sizes = x.shape[1:-1]
    pads = [before for before, _ in padding] + [after for _, after in padding]
    if varies(pads):
        return {"auto_pad": "SAME_UPPER"}
    if any(pads) and varies(sizes) and max(strides) > 1:
        trials = [margins("same", a.shape[1:-1], window, strides, dilation) for a in x.arrays]
        if all(pairs == tuple(padding) for pairs in trials):
            return {"auto_pad": "SAME_UPPER"}
    return {"pads": pads} if any(pads) else {}


@emits("convolve")
def convolve(graph, x, kernel, bias, strides, padding, dilation, groups, activation):
    """activation(x ⋆ kernel + bias)."""
    rank = len(strides)
    x, kernel, bias = graph.together(x, kernel, bias)
    y = graph.add(
        "Conv",
        graph.transpose(x, _forward(rank)),
        graph.transpose(kernel, (rank + 1, rank, *range(rank))),
        bias,
        kernel_shape=list(kernel.shape[:rank]),
        strides=list(strides),
        dilations=list(dilation),
        group=groups,
        **_margins(graph.call.inputs[0], kernel.shape[:rank], strides, dilation, padding),
    )
    return _back(graph, graph.transpose(_activated(graph, y, activation), _backward(rank)))


@emits("convolve_transpose")
def convolve_transpose(graph, x, kernel, output_shape, strides, padding, dilation):
    """The transpose of a convolution."""
    rank = len(strides)
    x, kernel = graph.together(x, kernel)
    y = graph.add(
        "ConvTranspose",
        graph.transpose(x, _forward(rank)),
        graph.transpose(kernel, (rank + 1, rank, *range(rank))),
        kernel_shape=list(kernel.shape[:rank]),
        strides=list(strides),
        dilations=list(dilation),
        pads=[before for before, _ in padding] + [after for _, after in padding],
    )
    return _back(graph, graph.transpose(y, _backward(rank)))


@emits("max_windows", "average_windows")
def windows(graph, x, size, strides, padding):
    """The maximum or the mean of each window; padding counts for neither."""
    rank = len(size)
    operator = "MaxPool" if graph.call.name == "max_windows" else "AveragePool"
    attributes = {"kernel_shape": list(size), "strides": list(strides)}
    attributes |= _margins(x, size, strides, (1,) * rank, padding)
    y = graph.add(operator, graph.transpose(x, _forward(rank)), **attributes)
    return graph.name(graph.transpose(y, _backward(rank)))
