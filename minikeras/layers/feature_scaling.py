"""Layers that bring numeric features to a common scale."""

import math

import numpy as np

from minikeras import config, ops
from minikeras.autodiff import as_array
from minikeras.layers.adapting import batches
from minikeras.layers.layer import Layer
from minikeras.layers.settings import axis_of
from minikeras.layers.spec import who
from minikeras.serialization import deserialize

__all__ = ["Normalization", "Rescaling"]


class Rescaling(Layer):
    """inputs · scale + offset, such as Rescaling(1 / 255) for images of bytes.

    scale, offset: numbers, or one for each channel.

    >>> Rescaling(1 / 127.5, offset=-1)(np.array([[0, 255]], "uint8")).tolist()
    [[-1.0, 1.0]]
    """

    casts_integers = True
    supports_masking = True

    def __init__(self, scale, offset=0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = deserialize(scale)
        self.offset = deserialize(offset)
        self.built = True

    def call(self, inputs):
        scale = self.scale
        if np.ndim(scale) and config.image_data_format() == "channels_first":
            scale = np.reshape(scale, (*np.shape(scale), *(1,) * (3 - np.ndim(scale))))
        scale, offset = (
            np.asarray(v, self.compute_dtype) if np.ndim(v) else float(v) for v in (scale, self.offset)
        )
        return ops.add(ops.multiply(inputs, scale), offset)

    def compute_output_shape(self, input_shape):
        return input_shape


class Normalization(Layer):
    """(inputs - mean) / standard deviation, both learned from data by `adapt`, or given.

    axis: the axes that keep a mean and a variance for each of their places; None for one of each.
    mean, variance: the values, if they are known. invert: mean + inputs · standard deviation instead.

    >>> layer = Normalization(axis=-1)
    >>> layer.adapt(np.array([[0.0, 7.0], [4.0, 9.0]]))
    >>> layer(np.array([[2.0, 9.0]])).tolist()
    [[0.0, 1.0]]
    """

    casts_integers = True
    supports_masking = True

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        axes = () if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
        self.axis = tuple([axis_of(a, self) for a in axes])
        self.invert = invert
        if (mean is None) != (variance is None):
            raise ValueError(
                f"{who(self)}: mean and variance are given together, received {mean!r} and {variance!r}."
            )
        if mean is not None and (np.shape(mean) != np.shape(variance) or np.ndim(mean) > len(self.axis)):
            raise ValueError(
                f"{who(self)}: mean and variance must have one shape, with at most an axis for each of axis={self.axis}; "
                f"received shapes {np.shape(mean)} and {np.shape(variance)}."
            )
        self.input_mean = None if mean is None else np.asarray(as_array(mean))
        self.input_variance = None if mean is None else np.asarray(as_array(variance))

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ValueError(
                f"{who(self)}: axis={self.axis} must name axes of the inputs, received shape {input_shape}."
            )
        self._kept = tuple(sorted([axis % rank for axis in self.axis]))
        if any(input_shape[axis] is None for axis in self._kept):
            raise ValueError(
                f"{who(self)} needs to know the sizes of the axes {self.axis}, received shape {tuple(input_shape)}. "
                "Define them in the model's Input."
            )
        self._spread = tuple([size if axis in self._kept else 1 for axis, size in enumerate(input_shape)])
        if self.input_mean is None:
            shape = tuple([input_shape[axis] for axis in self._kept])
            self.adapt_mean = self.add_weight(name="mean", shape=shape, initializer="zeros", trainable=False)
            self.adapt_variance = self.add_weight(
                name="variance", shape=shape, initializer="ones", trainable=False
            )
            self.count = self.add_weight(
                name="count", shape=(), dtype="int32", initializer="zeros", trainable=False
            )

    def adapt(self, data):
        """Learn mean and variance from an array, a PyDataset or an iterable of batches."""
        if self.input_mean is not None:
            raise ValueError(
                f"{who(self)} was given mean and variance: there is nothing to adapt. Leave them out."
            )
        mean = variance = 0.0
        total = 0
        for batch in batches(data, None, self):
            x = as_array(batch).astype("float64")
            if not self.built:
                self.build(x.shape)
            summed = tuple([axis for axis in range(x.ndim) if axis not in self._kept])
            if x.ndim != len(self._spread) or any(x.shape[axis] != self._spread[axis] for axis in self._kept):
                raise ValueError(
                    f"{who(self)}.adapt expected data like the shape {tuple(self._build_shape)} that the layer was built on, "
                    f"received shape {x.shape}."
                )
            # Statistics of parts merge exactly: Chan, Golub & LeVeque 1983.
            count = math.prod([x.shape[axis] for axis in summed])
            total += count
            share = count / total
            difference = x.mean(axis=summed) - mean
            variance = (
                variance * (1 - share) + x.var(axis=summed) * share + difference**2 * share * (1 - share)
            )
            mean = mean + difference * share
        self.adapt_mean.assign(np.asarray(mean))
        self.adapt_variance.assign(np.asarray(variance))

    def call(self, inputs):
        deviation = ops.maximum(ops.sqrt(self.variance), config.epsilon())
        if self.invert:
            return ops.add(self.mean, ops.multiply(inputs, deviation))
        return ops.divide(ops.subtract(inputs, self.mean), deviation)

    def compute_output_shape(self, input_shape):
        return input_shape

    @property
    def mean(self):
        """The mean in use, broadcast to the inputs; None before the layer is built."""
        return self._in_use("adapt_mean", self.input_mean)

    @property
    def variance(self):
        """The variance in use, broadcast to the inputs; None before the layer is built."""
        return self._in_use("adapt_variance", self.input_variance)

    def _in_use(self, weight, given):
        if not self.built:
            return None
        if given is None:
            return ops.cast(ops.reshape(getattr(self, weight), self._spread), self.compute_dtype)
        # Fewer axes than `axis` names belong to the last of them.
        named = self._kept[len(self._kept) - given.ndim :]
        shape = [given.shape[named.index(axis)] if axis in named else 1 for axis in range(len(self._spread))]
        return ops.convert_to_tensor(
            np.broadcast_to(given.reshape(shape), self._spread).astype(self.compute_dtype)
        )

    def finalize_state(self):
        """Nothing to do: what `adapt` learned is in use at once."""

    def get_config(self):
        config = super().get_config()
        given = {"mean": self.input_mean, "variance": self.input_variance}
        return {
            **config,
            **{name: None if value is None else value.tolist() for name, value in given.items()},
        }
