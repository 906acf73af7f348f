"""Layers that make one tensor of several."""

import functools

from minikeras import ops
from minikeras.layers.layer import Layer
from minikeras.layers.settings import axis_of
from minikeras.layers.shapes import is_shape
from minikeras.layers.spec import who

__all__ = [
    "Add",
    "Average",
    "Concatenate",
    "Dot",
    "Maximum",
    "Minimum",
    "Multiply",
    "Subtract",
    "add",
    "average",
    "concatenate",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "subtract",
]


class Merge(Layer):
    """The base of layers that combine a list of tensors element by element; shapes broadcast.

    Tensors of lower rank get axes of size 1 after the batch axis. A subclass says in `merge` what it computes. The
    output's mask is the union of the inputs' masks, if all of them have one.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def merge(self, inputs):
        """The combination of a list of tensors of one rank."""
        raise NotImplementedError(f"{type(self).__name__} has no merge(self, inputs) method. Write one.")

    def build(self, input_shape):
        self.check_list(input_shape)
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            self.check_list(tuple(inputs.shape))
        rank = max([len(x.shape) for x in inputs])
        return self.merge([_raised(x, rank) for x in inputs])

    def compute_output_shape(self, input_shape):
        self.check_list(input_shape)
        rank = max([len(shape) for shape in input_shape])
        raised = [(*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]) for shape in input_shape]
        sizes = []
        for axis, group in enumerate(zip(*raised, strict=True)):
            known = {size for size in group if size is not None and (size != 1 or axis == 0)}
            if len(known) > 1:
                raise ValueError(
                    f"{who(self)} expected inputs of shapes that broadcast together, received "
                    f"{', '.join(str(tuple(shape)) for shape in input_shape)}. Reshape them, or give them the same sizes."
                )
            sizes.append(known.pop() if known else None if None in group else 1)
        return tuple(sizes)

    def compute_mask(self, inputs, mask=None):
        if mask is None or any(one is None for one in mask):
            return None
        return functools.reduce(ops.logical_or, mask)

    def check_list(self, shapes, count=None):
        """Raise unless the layer is called on a list of tensors, of the given number if it matters."""
        if is_shape(shapes) or shapes is None or (count is not None and len(shapes) != count):
            raise ValueError(
                f"{who(self)} expected a list of {count or 'one or more'} tensors, received "
                f"{'one of' if is_shape(shapes) else 'those of'} shape {shapes}. Call it on a list: layer([x, y])."
            )


def _raised(x, rank):
    """x with axes of size 1 after its batch axis, up to the rank."""
    missing = rank - len(x.shape)
    return ops.expand_dims(x, tuple(range(1, 1 + missing))) if missing else x


class Add(Merge):
    """The sum of the inputs.

    >>> import numpy as np
    >>> Add()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[2.0, 2.0]]
    """

    def merge(self, inputs):
        return functools.reduce(ops.add, inputs)


class Subtract(Merge):
    """The first input minus the second.

    >>> import numpy as np
    >>> Subtract()([np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[0.0, 0.0]]
    """

    def build(self, input_shape):
        self.check_list(input_shape, count=2)
        super().build(input_shape)

    def merge(self, inputs):
        return ops.subtract(*inputs)


class Multiply(Merge):
    """The product of the inputs; masked places count as 1, and as 0 where all inputs are masked.

    >>> import numpy as np
    >>> Multiply()([np.full((1, 2), 3.0), np.full((1, 2), 2.0)]).tolist()
    [[6.0, 6.0]]
    """

    def merge(self, inputs):
        masks = [_spread(x.mask, x) for x in inputs]
        if all(mask is None for mask in masks):
            return functools.reduce(ops.multiply, inputs)
        factors = [x if m is None else ops.where(m, x, 1) for x, m in zip(inputs, masks, strict=True)]
        y = functools.reduce(ops.multiply, factors)
        if any(mask is None for mask in masks):
            return y
        return ops.where(functools.reduce(ops.logical_or, masks), y, 0)


class Average(Merge):
    """The mean of the inputs.

    >>> import numpy as np
    >>> Average()([np.ones((1, 2)), np.zeros((1, 2))]).tolist()
    [[0.5, 0.5]]
    """

    def merge(self, inputs):
        return ops.divide(functools.reduce(ops.add, inputs), len(inputs))


class Maximum(Merge):
    """The largest of the inputs, element by element; masked places yield to the others.

    >>> import numpy as np
    >>> Maximum()([np.array([[1.0, 4.0]]), np.array([[2.0, 3.0]])]).tolist()
    [[2.0, 4.0]]
    """

    def merge(self, inputs):
        return _chosen(ops.maximum, inputs)


class Minimum(Merge):
    """The smallest of the inputs, element by element; masked places yield to the others.

    >>> import numpy as np
    >>> Minimum()([np.array([[1.0, 4.0]]), np.array([[2.0, 3.0]])]).tolist()
    [[1.0, 3.0]]
    """

    def merge(self, inputs):
        return _chosen(ops.minimum, inputs)


def _spread(mask, x):
    """A mask over the leading axes of x with axes of size 1 for the others."""
    if mask is None:
        return None
    extra = len(x.shape) - len(mask.shape)
    return ops.cast(ops.expand_dims(mask, tuple(range(-extra, 0))) if extra else mask, "bool")


def _chosen(choose, inputs):
    """The inputs combined two by two, a masked one replaced by what stands beside it."""
    y, known = inputs[0], _spread(inputs[0].mask, inputs[0])
    for x in inputs[1:]:
        mask = _spread(x.mask, x)
        if mask is not None:
            x = ops.where(mask, x, y)
        if known is not None:
            y = ops.where(known, y, x)
        known = ops.logical_or(known, mask) if known is not None and mask is not None else None
        y = choose(y, x)
    return y


class Concatenate(Merge):
    """The inputs one after the other along an axis; all other axes must agree.

    >>> import numpy as np
    >>> Concatenate()([np.ones((2, 3)), np.ones((2, 1))]).shape
    (2, 4)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis_of(axis, self)

    def merge(self, inputs):
        return ops.concatenate(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape):
        self.check_list(input_shape)
        rank = len(input_shape[0])
        if len({len(shape) for shape in input_shape}) > 1 or not -rank <= self.axis < rank:
            self._refuse(input_shape)
        axis = self.axis % rank
        sizes = []
        for place, group in enumerate(zip(*input_shape, strict=True)):
            if place == axis:
                sizes.append(None if None in group else sum(group))
                continue
            known = {size for size in group if size is not None}
            if len(known) > 1:
                self._refuse(input_shape)
            sizes.append(known.pop() if known else None)
        return tuple(sizes)

    def _refuse(self, input_shape):
        raise ValueError(
            f"{who(self)} expected inputs of equal sizes on every axis but axis {self.axis}, received shapes "
            f"{', '.join(str(tuple(shape)) for shape in input_shape)}. Reshape or pad them, or choose another axis."
        )

    def compute_mask(self, inputs, mask=None):
        if mask is None or all(one is None for one in mask):
            return None
        rank = max([len(one.shape) for one in mask if one is not None])
        everywhere = [
            ops.ones_like(x, dtype="bool")
            if m is None
            else ops.logical_and(_spread(m, x), ops.ones_like(x, dtype="bool"))
            for x, m in zip(inputs, mask, strict=True)
        ]
        joined = ops.concatenate(everywhere, axis=self.axis)
        return ops.any(joined, axis=tuple(range(rank, len(joined.shape))))


class Dot(Merge):
    """Products of two inputs summed over one axis of each, sample by sample.

    axes: the axis, or one for each input. normalize: whether the vectors along them are brought to length 1 first,
    which gives their cosine similarity.

    >>> import numpy as np
    >>> Dot(axes=(2, 1))([np.ones((2, 4, 3)), np.ones((2, 3, 5))]).shape
    (2, 4, 5)
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        pair = axes if isinstance(axes, (list, tuple)) else (axes, axes)
        if len(pair) != 2 or any(isinstance(a, bool) or not isinstance(a, int) for a in pair):
            error = ValueError if isinstance(axes, (list, tuple)) else TypeError
            raise error(f"{who(self)}: axes must be an integer or two integers, received {axes!r}.")
        self.axes = axes
        self.normalize = normalize

    def build(self, input_shape):
        self.compute_output_shape(input_shape)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)):
            self.check_list(tuple(inputs.shape), count=2)
        x, y = inputs
        a, b = self._axes((x.shape, y.shape))
        if self.normalize:
            x, y = ops.normalize(x, axis=a), ops.normalize(y, axis=b)
        x, y = ops.moveaxis(x, a, -1), ops.moveaxis(y, b, 1)
        batch, size = y.shape[:2]
        left, right = tuple(x.shape[1:-1]), tuple(y.shape[2:])
        product = ops.matmul(ops.reshape(x, (batch, -1, size)), ops.reshape(y, (batch, size, -1)))
        return ops.reshape(product, (batch, *(left + right or (1,))))

    def compute_output_shape(self, input_shape):
        self.check_list(input_shape, count=2)
        first, second = input_shape
        a, b = self._axes(input_shape)
        if None not in (first[a], second[b]) and first[a] != second[b]:
            raise ValueError(
                f"{who(self)} expected axes of one size, received {first[a]} (axis {a} of shape {tuple(first)}) and "
                f"{second[b]} (axis {b} of shape {tuple(second)}). Choose other axes or reshape the inputs."
            )
        batch = first[0] if first[0] is not None else second[0]
        rest = [s for i, s in enumerate(first[1:], 1) if i != a] + [
            s for i, s in enumerate(second[1:], 1) if i != b
        ]
        return (batch, *(rest or [1]))

    def compute_mask(self, inputs, mask=None):
        return None

    def _axes(self, shapes):
        """The axis of each input, counted from its first."""
        pair = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes, self.axes)
        found = []
        for axis, shape in zip(pair, shapes, strict=True):
            if not -len(shape) < axis < len(shape) or axis == 0:
                raise ValueError(
                    f"{who(self)}: axes must name an axis of each input that is not the batch axis, received "
                    f"axes={self.axes} for inputs of shapes {', '.join(str(tuple(s)) for s in shapes)}."
                )
            found.append(axis % len(shape))
        return found


# The same as functions


def add(inputs, **kwargs):
    """The sum of a list of tensors, as a layer of a model."""
    return Add(**kwargs)(inputs)


def subtract(inputs, **kwargs):
    """The first of two tensors minus the second, as a layer of a model."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs, **kwargs):
    """The product of a list of tensors, as a layer of a model."""
    return Multiply(**kwargs)(inputs)


def average(inputs, **kwargs):
    """The mean of a list of tensors, as a layer of a model."""
    return Average(**kwargs)(inputs)


def maximum(inputs, **kwargs):
    """The largest of a list of tensors, element by element, as a layer of a model."""
    return Maximum(**kwargs)(inputs)


def minimum(inputs, **kwargs):
    """The smallest of a list of tensors, element by element, as a layer of a model."""
    return Minimum(**kwargs)(inputs)


def concatenate(inputs, axis=-1, **kwargs):
    """A list of tensors one after the other along an axis, as a layer of a model."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs, axes=-1, **kwargs):
    """The products of two tensors summed over axes, as a layer of a model."""
    return Dot(axes=axes, **kwargs)(inputs)
