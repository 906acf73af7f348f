"""Merging as Keras 1 wrote it: one layer for all ways, told by `mode`."""

import weakref

from minikeras import layers as keras_layers
from minikeras import registry
from minikeras.layers.core import Input
from minikeras.layers.layer import Layer
from minikeras.models import Model, Sequential

__all__ = ["Merge", "merge"]

MODES = ("sum", "mul", "concat", "ave", "cos", "dot", "max")


def Merge(
    layers=None,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    node_indices=None,
    tensor_indices=None,
    name=None,
    **kwargs,
):
    """Several tensors as one: their sum, product, ...; with `layers` the model that feeds each of these its own input.

    layers: models, or layers that know their input shape: the result can be the first layer of a Sequential, which then
    takes a list of inputs. mode: 'sum', 'mul', 'concat' (along concat_axis), 'ave', 'max', 'dot', 'cos' (over dot_axes), or
    a function of the list of tensors, called with `arguments`.

    >>> import numpy as np, minikeras as keras
    >>> branch = lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    >>> model = keras.Sequential([Merge([branch(), branch()], mode="concat"), keras.layers.Dense(1)])
    >>> model.predict([np.ones((5, 2)), np.ones((5, 2))], verbose=0).shape
    (5, 1)
    """
    layer = _layer(
        mode, concat_axis, dot_axes, output_shape, output_mask, arguments, None if layers else name, kwargs
    )
    if not layers:
        return layer
    if len(layers) < 2:
        raise ValueError(f"Merge expected two or more layers, received {len(layers)}.")
    fresh = {}  # the input of a branch that several ways lead from is one input
    outputs = [_called(branch, fresh) for branch in layers]
    merged = Model(list(fresh.values()), layer(outputs), name=name or registry.unique_name("merge"))
    _first_inputs[merged] = list(fresh)
    return merged


def merge(
    inputs,
    mode="sum",
    concat_axis=-1,
    dot_axes=-1,
    output_shape=None,
    output_mask=None,
    arguments=None,
    name=None,
):
    """A list of tensors as one; see `Merge`.

    >>> import minikeras as keras
    >>> merge([keras.Input((2,)), keras.Input((3,))], mode="concat").shape
    (None, 5)
    """
    return _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name, {})(list(inputs))


def _layer(mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name, more):
    if callable(mode) and not isinstance(mode, str):
        return keras_layers.Lambda(
            mode, output_shape=output_shape, mask=output_mask, arguments=arguments, name=name, **more
        )
    if mode == "concat":
        return keras_layers.Concatenate(axis=concat_axis, name=name, **more)
    if mode in ("dot", "cos"):
        axes = dot_axes if isinstance(dot_axes, int) else tuple(_axis(a) for a in dot_axes)
        return keras_layers.Dot(axes=axes, normalize=mode == "cos", name=name, **more)
    made = {
        "sum": keras_layers.Add,
        "mul": keras_layers.Multiply,
        "ave": keras_layers.Average,
        "max": keras_layers.Maximum,
    }
    if mode not in made:
        raise ValueError(
            f"Merge expected mode to be one of {', '.join(map(repr, MODES))}, or a function of the list of tensors, received "
            f"{mode!r}."
        )
    return made[mode](name=name, **more)


def _axis(axis):
    """An axis; the first versions put each into a list of its own."""
    return axis[0] if isinstance(axis, (list, tuple)) else axis


# The inputs of the branches that a merged model's inputs stand for, in their order.
_first_inputs: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _called(branch, fresh):
    """The output of a branch on new symbolic inputs; `fresh` has the new ones by those that they stand for."""
    if not isinstance(branch, Layer):
        raise TypeError(
            f"Merge expected layers or models, received {branch!r:.80}. Tensors go to merge(inputs, mode)."
        )
    if not isinstance(branch, Model):
        branch = Sequential([branch])
    if not branch.built or not hasattr(branch, "inputs"):
        raise ValueError(
            f"Merge: the branch '{branch.name}' does not know its input shape. Begin it with Input(shape), or give its first layer "
            "input_shape=."
        )
    first = branch.layers[0] if isinstance(branch, Sequential) and branch.layers else branch
    inputs = []
    for tensor, origin in zip(branch.inputs, _first_inputs.get(first, branch.inputs), strict=True):
        if origin not in fresh:
            fresh[origin] = Input(batch_shape=tensor.shape, dtype=tensor.dtype.name)
        inputs.append(fresh[origin])
    return branch(inputs[0] if len(inputs) == 1 else inputs)
