"""Making tensors, and their shapes: what TensorFlow has at its top level for arrays."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.autodiff.tensor import Operand
from minikeras.compat.tensorflow.arithmetic import axis_of, operands
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable


@liftable
def zeros(shape, dtype="float32", name=None):
    """Zeros; empty strings for tf.string."""
    dtype = numpy_dtype(dtype)
    return Tensor(
        np.full(static_shape(shape), b"", object)
        if dtype.kind == "O"
        else np.zeros(static_shape(shape), dtype)
    )


@liftable
def ones(shape, dtype="float32", name=None):
    """Ones."""
    return Tensor(np.ones(static_shape(shape), numpy_dtype(dtype)))


@liftable
def fill(dims, value, name=None):
    """One value in every place."""
    return ops.broadcast_to(as_tensor(value), static_shape(dims))


@liftable
def zeros_like(input, dtype=None, name=None):
    """Zeros in the shape of another tensor."""
    x = as_tensor(input)
    return ops.zeros_like(x, dtype=None if dtype is None else numpy_dtype(dtype).name)


@liftable
def ones_like(input, dtype=None, name=None):
    """Ones in the shape of another tensor."""
    x = as_tensor(input)
    return ops.ones_like(x, dtype=None if dtype is None else numpy_dtype(dtype).name)


@liftable
def eye(num_rows, num_columns=None, batch_shape=None, dtype="float32", name=None):
    """Ones on the diagonal, zeros elsewhere."""
    matrix = np.eye(
        int(num_rows), None if num_columns is None else int(num_columns), dtype=numpy_dtype(dtype)
    )
    return Tensor(np.array(np.broadcast_to(matrix, (*static_shape(batch_shape or ()), *matrix.shape))))


@liftable
def range_(start, limit=None, delta=1, dtype=None, name=None):
    """Numbers from start (0 if one bound is given) up to, not including, limit."""
    if limit is None:
        start, limit = 0, start
    parts = [np.asarray(as_tensor(v).array) for v in (start, limit, delta)]
    dtype = numpy_dtype(dtype) if dtype is not None else np.result_type(*parts)
    if dtype == np.float64 and not any(p.dtype == np.float64 for p in parts):
        dtype = np.dtype("float32")
    return Tensor(np.arange(*[p.item() for p in parts], dtype=dtype))


@liftable
def linspace(start, stop, num, name=None, axis=0):
    """num numbers at equal distances from start to stop."""
    start, stop = as_tensor(start), as_tensor(stop)
    dtype = np.result_type(start.array, stop.array)
    if dtype.kind in "iu":
        dtype = np.dtype("float64")
    return Tensor(np.linspace(start.array, stop.array, int(num), axis=axis).astype(dtype))


@liftable
def meshgrid(*args, indexing="xy", name=None):
    """The coordinates of a grid, one tensor for each axis."""
    return list(ops.meshgrid(*[as_tensor(a) for a in args], indexing=indexing))


@liftable
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """Vectors of length depth with on_value (1) at the index and off_value (0) elsewhere; outside indices give none."""
    indices, depth = as_tensor(indices), int(depth)
    if dtype is None:
        given = on_value if on_value is not None else off_value
        dtype = "float32" if given is None else as_tensor(given).dtype
    dtype = numpy_dtype(dtype)
    hot = ops.equal(ops.expand_dims(indices, -1), np.arange(depth).astype(numpy_dtype(indices.dtype)))
    if on_value is None and off_value is None:
        made = ops.cast(hot, dtype.name)
    else:
        on = np.asarray(1 if on_value is None else on_value, dtype)
        made = ops.where(hot, on, np.asarray(0 if off_value is None else off_value, dtype))
    return made if axis in (None, -1) else ops.moveaxis(made, -1, axis)


# Shapes


def _reshape(tensor, shape, name=None):
    """The same elements in another shape; one size may be -1."""
    return ops.reshape(as_tensor(tensor), static_shape(shape))


def _shape_asked(tensor, shape, name=None):
    """The shape that a reshape asks for, where that is known; None for the size that is not."""
    if isinstance(shape, Operand):
        return None
    return tuple([None if isinstance(s, Operand) or s is None or s < 0 else int(s) for s in shape])


_reshape.__dict__["static_shape"] = _shape_asked
_reshape.__name__ = "reshape"
reshape = liftable(_reshape)


@liftable
def expand_dims(input, axis=None, name=None, dim=None):
    """A new axis of size 1."""
    return ops.expand_dims(as_tensor(input), axis_of(axis if axis is not None else dim))


@liftable
def squeeze(input, axis=None, name=None, squeeze_dims=None):
    """Without axes of size 1."""
    axis = axis_of(axis if axis is not None else squeeze_dims)
    return ops.squeeze(as_tensor(input), axis)


@liftable
def transpose(a, perm=None, conjugate=False, name=None):
    """The axes in another order, reversed by default."""
    y = ops.transpose(as_tensor(a), None if perm is None else static_shape(perm))
    return ops.conj(y) if conjugate else y


@liftable
def concat(values, axis=None, name="concat"):
    """Tensors one behind the other along an axis."""
    if isinstance(values, int) and not isinstance(axis, int):  # the order of TensorFlow before 1.0
        values, axis = axis, values
    if isinstance(values, Operand):
        values = list(values)
    tensors = _alike(values)
    if tensors[0].dtype.kind == "O":
        return Tensor(np.concatenate([t.array for t in tensors], axis_of(axis)))
    return ops.concatenate(tensors, axis_of(axis or 0))


def _alike(values):
    """Values as tensors, plain numbers in the dtype of the first tensor among them."""
    first = next((v for v in values if isinstance(v, Operand)), None)
    return [as_tensor(v) if first is None else operands(v, first)[0] for v in values]


@liftable
def stack(values, axis=0, name="stack"):
    """Tensors side by side along a new axis."""
    tensors = _alike(list(values))
    if tensors[0].dtype.kind == "O":
        return Tensor(np.stack([t.array for t in tensors], axis))
    return ops.stack(tensors, axis)


@liftable
def unstack(value, num=None, axis=0, name="unstack"):
    """The slices along an axis, in a list."""
    return list(ops.unstack(as_tensor(value), num, axis))


@liftable
def split(value, num_or_size_splits=None, axis=0, num=None, name="split", num_split=None, split_dim=None):
    """Parts along an axis: so many equal ones, or of the given sizes (one may be -1)."""
    if isinstance(value, int) and isinstance(num_or_size_splits, int):  # the order of TensorFlow before 1.0
        value, axis = axis, value
    value = as_tensor(value)
    parts = num_or_size_splits if num_or_size_splits is not None else num_split
    axis = axis_of(split_dim if split_dim is not None else axis)
    if np.ndim(parts) == 0:
        return list(ops.split(value, int(parts), axis))
    sizes = list(static_shape(parts))
    if -1 in sizes:
        sizes[sizes.index(-1)] = value.shape[axis] - sum(s for s in sizes if s != -1)
    if isinstance(value, Tensor) and sum(sizes) != value.array.shape[axis]:
        raise ValueError(
            f"split: the sizes {sizes} must sum to {value.array.shape[axis]}, the size of axis {axis}."
        )
    return list(ops.split(value, np.cumsum(sizes)[:-1].tolist(), axis))


@liftable
def tile(input, multiples, name=None):
    """The tensor, repeated along its axes."""
    x = as_tensor(input)
    if x.dtype.kind == "O":
        return Tensor(np.tile(x.array, static_shape(multiples)))
    return ops.tile(x, static_shape(multiples))


@liftable
def repeat(input, repeats, axis=None, name=None):
    """Each element, repeated."""
    repeats = np.asarray(as_tensor(repeats).array)
    return ops.repeat(as_tensor(input), int(repeats) if repeats.ndim == 0 else repeats.tolist(), axis)


@liftable
def pad(tensor, paddings, mode="CONSTANT", constant_values=0, name=None):
    """The tensor with more elements before and after, for each axis: constants, or reflected ones."""
    widths = [tuple(int(n) for n in pair) for pair in np.asarray(as_tensor(paddings).array)]
    mode = mode.lower()
    if mode == "constant":
        return ops.pad(as_tensor(tensor), widths, "constant", constant_values)
    return ops.pad(as_tensor(tensor), widths, mode)


@liftable
def roll(input, shift, axis, name=None):
    """The elements, moved along axes; those that leave come back at the other end."""
    return ops.roll(as_tensor(input), axis_of(shift), axis_of(axis))


@liftable
def reverse(tensor, axis, name=None):
    """The elements in reverse order along axes."""
    return ops.flip(as_tensor(tensor), axis_of(axis))


@liftable
def broadcast_to(input, shape, name=None):
    """The tensor, repeated where its axes have size 1, in another shape."""
    return ops.broadcast_to(as_tensor(input), static_shape(shape))


def broadcast_static_shape(shape_x, shape_y):
    """The shape of what two tensors of these shapes make together."""
    from_numpy = np.broadcast_shapes(tuple(shape_x), tuple(shape_y))
    return as_tensor(np.empty(from_numpy)).get_shape()


@liftable
def slice_(input_, begin, size, name=None):
    """The block of a size that begins at a place; size -1 reaches to the end."""
    return ops.slice(as_tensor(input_), static_shape(begin), static_shape(size))


@liftable
def strided_slice(input_, begin, end=None, strides=None, name=None):
    """The elements from begin to end in steps, for each axis."""
    steps = [1] * len(begin) if strides is None else strides
    return as_tensor(input_)[
        tuple([slice(int(b), int(e), int(s)) for b, e, s in zip(begin, end, steps, strict=True)])
    ]


@liftable
def sequence_mask(lengths, maxlen=None, dtype="bool", name=None):
    """Rows that are True up to their length."""
    lengths = np.asarray(as_tensor(lengths).array)
    size = int(lengths.max(initial=0)) if maxlen is None else int(maxlen)
    return Tensor((np.arange(size) < lengths[..., None]).astype(numpy_dtype(dtype)))


@liftable
def space_to_depth(input, block_size, data_format="NHWC", name=None):
    """Blocks of pixels as channels."""
    return ops.space_to_depth(as_tensor(input), block_size, data_format=_layout(data_format))


@liftable
def depth_to_space(input, block_size, data_format="NHWC", name=None):
    """Channels as blocks of pixels."""
    return ops.depth_to_space(as_tensor(input), block_size, data_format=_layout(data_format))


def _layout(data_format):
    return "channels_first" if data_format == "NCHW" else "channels_last"
