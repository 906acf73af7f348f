"""Shapes as layers see them: nests of tuples, with None for unknown sizes."""

import numpy as np

from minikeras.spellings import older


def is_shape(value):
    """Whether a value is one shape, a tuple or list of sizes."""
    return isinstance(value, (tuple, list)) and all(
        s is None or isinstance(s, (int, np.integer)) for s in value
    )


def shape_of(value):
    """The shape of an array or tensor, None of anything else."""
    shape = getattr(value, "shape", None)
    return shape if shape is None or isinstance(shape, tuple) else tuple(shape)


def as_shape(value):
    """Lists that came from JSON as tuples again, nests included."""
    if is_shape(value):
        return tuple(value)
    if isinstance(value, dict):
        return {k: as_shape(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_shape(v) for v in value]
    return value


def map_shapes(function, structure):
    """`function` applied to each shape of a nest of shapes."""
    if structure is None:
        return None
    if is_shape(structure):
        return function(tuple(structure))
    if isinstance(structure, dict):
        return {k: map_shapes(function, v) for k, v in structure.items()}
    return type(structure)([map_shapes(function, v) for v in structure])


def concrete(shape, layer):
    """The shape of a weight: all sizes known, none negative."""
    sizes = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if any(s is None for s in sizes):
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' needs to know all sizes of its weights, but the shape came out as "
            f"{sizes}. Define the input's last axis (for example Input((4,)) instead of Input((None,)))."
        )
    return tuple(int(s) for s in sizes)


def old_input_shape(name, kwargs):
    """The batch shape told by a layer's `input_shape`, `batch_input_shape` or `input_dim`, taken out of `kwargs`."""
    shape = None
    if "input_dim" in kwargs and kwargs["input_dim"] is not None:
        length = kwargs.pop("input_length", None)
        shape = (None, *(() if length is None else (length,)), kwargs["input_dim"])
    batch = kwargs.pop("batch_size", None)
    if kwargs.get("input_shape") is not None:
        given = kwargs["input_shape"]
        shape = (batch, *(given if isinstance(given, (tuple, list)) else (given,)))
    if kwargs.get("batch_input_shape") is not None:
        shape = tuple(kwargs["batch_input_shape"])
    used = [k for k in ("input_dim", "input_shape", "batch_input_shape") if k in kwargs]
    for key in used:
        kwargs.pop(key)
    if shape is not None:
        older(f"{name}({used[0]}=...)", f"Input({shape[1:]}) at the beginning of the model")
    return shape
