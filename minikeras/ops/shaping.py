"""Shapes: rearranging axes and elements. No element changes its value."""

import re

import numpy as np

from minikeras import limits
from minikeras.autodiff import Tensor, as_array, differentiable, is_symbolic, operation
from minikeras.ops.axes import axis_of
from minikeras.ops.indexing import put

__all__ = [
    "broadcast_to",
    "expand_dims",
    "flip",
    "fliplr",
    "flipud",
    "is_tensor",
    "moveaxis",
    "ndim",
    "pad",
    "ravel",
    "rearrange",
    "repeat",
    "reshape",
    "roll",
    "rot90",
    "shape",
    "size",
    "squeeze",
    "swapaxes",
    "tile",
    "transpose",
]


@differentiable
def reshape(x, /, newshape):
    """The same elements in another shape; one size may be -1 (or None for it)."""
    if isinstance(newshape, (tuple, list)):
        newshape = tuple([-1 if s is None else int(s) for s in newshape])
    else:
        newshape = tuple(as_array(newshape).reshape(-1).tolist())
    return np.reshape(x, newshape), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def transpose(x, /, axes=None):
    """The axes in another order, reversed by default."""
    if axes is None:
        return np.transpose(x), (lambda dy: np.transpose(dy),)
    axes = tuple([a % x.ndim for a in axes])
    inverse = tuple([axes.index(a) for a in range(len(axes))])
    return np.transpose(x, axes), (lambda dy: np.transpose(dy, inverse),)


@differentiable
def swapaxes(x, /, axis1, axis2):
    """Two axes exchanged."""
    return np.swapaxes(x, axis1, axis2), (lambda dy: np.swapaxes(dy, axis1, axis2),)


@differentiable
def moveaxis(x, /, source, destination):
    """Axes moved to other places, the rest in order."""
    return np.moveaxis(x, source, destination), (lambda dy: np.moveaxis(dy, destination, source),)


@differentiable
def expand_dims(x, /, axis):
    """A new axis of size 1 (or several, at the places they have in the result)."""
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.expand_dims(x, axis), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def squeeze(x, /, axis=None):
    """Without its axes of size 1 (or those named)."""
    axis = tuple(axis) if isinstance(axis, (list, tuple)) else axis
    return np.squeeze(x, axis), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def ravel(x, /):
    """All elements in one axis."""
    return np.reshape(x, (-1,)), (lambda dy: np.reshape(dy, x.shape),)


@differentiable
def broadcast_to(x, /, shape):
    """x repeated to a larger shape, by NumPy's broadcasting."""
    limits.check_trial(shape)
    return np.broadcast_to(x, tuple(shape)), (lambda dy: dy,)


@differentiable
def flip(x, /, axis=None):
    """The elements in reverse order along `axis` (all axes by default)."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    return np.flip(x, axis), (lambda dy: np.flip(dy, axis),)


@operation
def fliplr(x, /):
    """The elements in reverse order along the second axis."""
    return flip(x, 1)


@operation
def flipud(x, /):
    """The elements in reverse order along the first axis."""
    return flip(x, 0)


@differentiable
def rot90(array, /, k=1, axes=(0, 1)):
    """k quarter turns in the plane of two axes, from the first towards the second."""
    if array.ndim < 2 or len(axes) != 2 or axes[0] % array.ndim == axes[1] % array.ndim:
        raise ValueError(
            f"rot90 expected at least two axes and a pair of different ones to turn in, received shape {array.shape} "
            f"and axes={axes!r}."
        )
    axes = tuple(axes)
    return np.rot90(array, k, axes), (lambda dy: np.rot90(dy, -k, axes),)


@differentiable
def roll(x, /, shift, axis=None):
    """The elements shifted along `axis`, those pushed out coming back at the other end."""
    back = tuple([-s for s in shift]) if isinstance(shift, (tuple, list)) else -shift
    return np.roll(x, shift, axis), (lambda dy: np.roll(dy, back, axis),)


@differentiable
def repeat(x, /, repeats, axis=None):
    """Each element repeated along `axis` (of the flattened x by default)."""
    along = 0 if axis is None else axis_of(axis, x.ndim)
    flat = np.reshape(x, (-1,)) if axis is None else x
    repeats = as_array(repeats)
    if limits.active():
        times = np.broadcast_to(repeats, flat.shape[along]).sum(dtype="float64")
        limits.check_trial((*flat.shape[:along], int(times), *flat.shape[along + 1 :]))
    source = np.repeat(np.arange(flat.shape[along]), repeats)
    key = (slice(None),) * along + (source,)
    return flat[key], (lambda dy: np.reshape(put(dy, flat.shape, key), x.shape),)


@differentiable
def tile(x, /, repeats):
    """x laid side by side `repeats` times along each axis."""
    repeats = tuple(np.atleast_1d(as_array(repeats)).tolist())
    ndim = max(x.ndim, len(repeats))
    repeats = (1,) * (ndim - len(repeats)) + repeats
    shape = (1,) * (ndim - x.ndim) + x.shape
    limits.check_trial((x.size, *repeats))

    def gradient(dy):
        split = np.reshape(dy, tuple([s for pair in zip(repeats, shape, strict=True) for s in pair]))
        return np.reshape(np.sum(split, axis=tuple(range(0, 2 * ndim, 2))), x.shape)

    return np.tile(x, repeats), (gradient,)


@differentiable
def pad(x, /, pad_width, mode="constant", constant_values=None):
    """x with a margin: `pad_width` is (before, after) for each axis, or one pair for all.

    mode: 'constant' (zeros, or constant_values), 'reflect' (mirrored at the outermost elements), 'symmetric'
    (mirrored beyond them) or 'edge' (those repeated).
    """
    if mode not in ("constant", "reflect", "symmetric", "edge"):
        raise ValueError(
            f"pad expected mode 'constant', 'reflect', 'symmetric' or 'edge', received {mode!r}."
        )
    if mode != "constant" and constant_values is not None:
        raise ValueError(
            f"pad takes constant_values only with mode='constant', received mode={mode!r}. Leave out one of the two."
        )
    width = np.broadcast_to(as_array(pad_width), (x.ndim, 2))
    if limits.active():
        limits.check_trial([int(b) + s + int(a) for (b, a), s in zip(width, x.shape, strict=True)])
    if mode != "constant":
        # Every element of the result is a copy of one of x: gather them by index.
        index = np.pad(np.arange(x.size).reshape(x.shape), width, mode=mode)
        flat = np.reshape(x, (-1,))
        return flat[index], (lambda dy: np.reshape(put(dy, flat.shape, index), x.shape),)
    fill = 0 if constant_values is None else as_array(constant_values)
    inner = tuple([slice(int(b), int(b) + s) for (b, _), s in zip(width, x.shape, strict=True)])
    return np.pad(x, width, constant_values=fill), (lambda dy: dy[inner],)


# Patterns


@operation
def rearrange(tensor, /, pattern, **axes_lengths):
    """Axes split, reordered and joined as a pattern says, in the notation of einops.

    >>> from minikeras import ops
    >>> ops.rearrange(ops.zeros((2, 6, 3)), "b (h w) c -> b c h w", h=2).shape
    (2, 3, 2, 3)
    """
    left, arrow, right = pattern.partition("->")
    if not arrow:
        raise ValueError(f"rearrange expected a pattern like 'b h w -> b (h w)', received {pattern!r}.")
    source, target = _groups(left), _groups(right)
    if len(source) != tensor.ndim:
        raise ValueError(
            f"rearrange: the pattern {pattern!r} names {len(source)} axes, the tensor has {tensor.ndim}."
        )
    sizes = dict(axes_lengths)
    for group, total in zip(source, tensor.shape, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = int(np.prod([sizes[name] for name in group if name in sizes]))
        if len(unknown) > 1:
            raise ValueError(
                f"rearrange: give the lengths of all but one of the axes {group} of {pattern!r}."
            )
        if unknown:
            sizes[unknown[0]] = total // known
        if int(np.prod([sizes[name] for name in group])) != total:
            raise ValueError(
                f"rearrange: the axes {group} of {pattern!r} do not multiply to the axis of size {total}."
            )
    names = [name for group in source for name in group]
    order = [name for group in target for name in group]
    if sorted(names) != sorted(order):
        raise ValueError(f"rearrange: both sides of {pattern!r} must name the same axes.")
    x = reshape(tensor, [sizes[name] for name in names])
    x = transpose(x, [names.index(name) for name in order])
    return reshape(x, [int(np.prod([sizes[name] for name in group])) for group in target])


def _groups(side):
    """'b (h w) c' as [['b'], ['h', 'w'], ['c']]."""
    return [token.strip("()").split() for token in re.findall(r"\([^)]*\)|\S+", side)]


# Questions


def shape(x):
    """The shape of x, a tuple; None where a symbolic tensor's size is unknown."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(as_array(x))


def size(x):
    """The number of elements of x; a symbolic tensor if that is unknown."""
    sizes = shape(x)
    return _size(x) if None in sizes else int(np.prod(sizes, dtype=np.int64))


@differentiable
def _size(x, /):
    return np.asarray(x.size, "int32"), None


def ndim(x):
    """The number of axes of x."""
    return len(shape(x))


def is_tensor(x):
    """Whether x is a tensor, a variable or a symbolic tensor."""
    return isinstance(x, Tensor) or (not isinstance(x, (list, tuple, dict)) and is_symbolic(x))


# Each result has axes of the argument, or new ones of size 1 (`autodiff.symbolic`).
for _function in (expand_dims, flip, fliplr, flipud, moveaxis, roll, rot90, squeeze, swapaxes, transpose):
    _function.axiswise = True

# Each result is another view of the argument.
for _function in (ravel, reshape):
    _function.views = True
