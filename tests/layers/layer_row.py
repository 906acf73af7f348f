"""One row of the table of layers: how a class is made, what it is called on, what comes of it."""

import dataclasses

import numpy as np

from minikeras.autodiff import Tensor


@dataclasses.dataclass
class Row:
    """A layer class with one choice of arguments.

    cls:      the class.
    inputs:   the shape of the input with its batch axis, or a list of shapes where the layer takes a list.
    kwargs:   the constructor's arguments; a function that makes them where they hold layers.
    weights:  the shapes of all weights after building, in order.
    call:     further arguments of the call, arrays among them.
    training: passed to the call where it is not None.
    data:     a function that makes the inputs (an array or a list of arrays) where numbers drawn at random do not do.
    dtype:    of inputs drawn at random: 'float', or an integer type, then drawn from 0 to high - 1.
    prepare:  done to the layer before its first call, such as adapt.
    mask:     the shape of a mask for the first input, to be passed along with it.
    mask_out: the shape of the mask that the output then carries, None for no mask; by default that of the input.
    random:   the outputs differ from call to call: values are not compared, gradients are with the same draws each time.
    gradient: a word that says why central differences make no sense, where they make none.
    symbolic: the layer may be called on symbolic inputs.
    positional: several inputs are arguments of their own rather than one list.
    """

    cls: type
    inputs: object = None
    kwargs: object = dataclasses.field(default_factory=dict)
    weights: tuple = ()
    call: dict = dataclasses.field(default_factory=dict)
    training: bool | None = None
    data: object = None
    dtype: str = "float"
    high: int = 5
    prepare: object = None
    mask: tuple | None = None
    mask_out: object = "same"
    random: bool = False
    gradient: str | None = None
    symbolic: bool = True
    positional: bool = False

    def make(self):
        """A new layer, not built."""
        kwargs = self.kwargs() if callable(self.kwargs) else self.kwargs
        layer = self.cls(**kwargs)
        if self.prepare is not None:
            self.prepare(layer)
        return layer

    def arrays(self, float_type="float64"):
        """The inputs as a list of arrays, the same at every call."""
        if self.data is not None:
            data = self.data()
            return list(data) if isinstance(data, (list, tuple)) else [data]
        generator = np.random.default_rng(7)
        shapes = self.inputs if isinstance(self.inputs, list) else [self.inputs]
        if self.dtype != "float":
            return [generator.integers(0, self.high, shape).astype(self.dtype) for shape in shapes]
        return [generator.standard_normal(shape).astype(float_type) for shape in shapes]

    def run(self, layer, tensors, **more):
        """The layer called on the inputs: as a list where the row has several."""
        arguments = dict(self.call)
        if self.training is not None:
            arguments["training"] = self.training
        if self.positional:
            return layer(*tensors, **{**arguments, **more})
        several = isinstance(self.inputs, list) or (
            self.data is not None and isinstance(self.data(), (list, tuple))
        )
        return layer(list(tensors) if several else tensors[0], **{**arguments, **more})

    def outputs(self, layer, tensors=None):
        """The outputs as a list of tensors."""
        tensors = (
            [Tensor(a) if a.dtype.kind in "fiub" else a for a in self.arrays()]
            if tensors is None
            else tensors
        )
        found = self.run(layer, tensors)
        return list(found) if isinstance(found, (list, tuple)) else [found]
