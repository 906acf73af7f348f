"""The axes that a function works along, as places counted from the first."""

from numpy.lib.array_utils import normalize_axis_index


def axis_of(axis, ndim):
    """The place of an axis, which may count from the last, among `ndim`; an AxisError if there is none."""
    return normalize_axis_index(axis, ndim)


def axes_of(axis, ndim):
    """The places of one axis or several; of all without any. A single number has no axes, whichever are named."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple([normalize_axis_index(a, ndim) for a in axes]) if ndim else ()
