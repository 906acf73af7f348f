"""Activations that are layers, since they have settings or weights."""

from minikeras import activations, constraints, initializers, regularizers
from minikeras.layers.layer import Layer
from minikeras.layers.settings import number
from minikeras.layers.spec import InputSpec, check_axis, who
from minikeras.ops.elementwise import cast, exp, where
from minikeras.ops.reduce import logsumexp

__all__ = ["ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax"]


class _ElementwiseActivation(Layer):
    """An activation of each element by itself: the shape stays, the mask passes."""

    supports_masking = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def compute_output_shape(self, input_shape):
        return input_shape

    def not_negative(self, value, name):
        """A setting that is a number of at least 0."""
        return number(value, name, self, low=0)


class ReLU(_ElementwiseActivation):
    """x where above threshold, up to max_value; negative_slope · (x - threshold) elsewhere.

    >>> ReLU(max_value=6.0)([-3.0, 0.5, 8.0]).tolist()
    [0.0, 0.5, 6.0]
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        self.max_value = max_value if max_value is None else self.not_negative(max_value, "max_value")
        self.negative_slope = self.not_negative(negative_slope, "negative_slope")
        self.threshold = self.not_negative(threshold, "threshold")

    def call(self, inputs):
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(_ElementwiseActivation):
    """x where positive, negative_slope · x elsewhere (Maas et al. 2013).

    >>> LeakyReLU(negative_slope=0.5)([-3.0, 2.0]).tolist()
    [-1.5, 2.0]
    """

    def __init__(self, negative_slope=0.3, **kwargs):
        super().__init__(**kwargs)
        self.negative_slope = self.not_negative(negative_slope, "negative_slope")

    def call(self, inputs):
        return activations.leaky_relu(inputs, negative_slope=self.negative_slope)


class ELU(_ElementwiseActivation):
    """x where positive, alpha · (eˣ - 1) elsewhere (Clevert et al. 2015).

    >>> ELU()([-1.0, 2.0]).numpy().round(3).tolist()
    [-0.6320000290870667, 2.0]
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha = number(alpha, "alpha", self)

    def call(self, inputs):
        return activations.elu(inputs, alpha=self.alpha)


class PReLU(Layer):
    """x where positive, alpha · x elsewhere, where alpha is learned (He et al. 2015).

    alpha has the shape of one sample, with size 1 along `shared_axes` (counted with the batch axis, so from 1).

    >>> import numpy as np
    >>> layer = PReLU(alpha_initializer="ones", shared_axes=[1, 2])
    >>> layer(np.ones((2, 8, 8, 3), "float32")).shape, layer.alpha.shape
    ((2, 8, 8, 3), (1, 1, 3))
    """

    supports_masking = True

    def __init__(
        self,
        alpha_initializer="Zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.alpha_initializer = initializers.get(alpha_initializer)
        self.alpha_regularizer = regularizers.get(alpha_regularizer)
        self.alpha_constraint = constraints.get(alpha_constraint)
        if shared_axes is not None:
            shared_axes = list(shared_axes) if isinstance(shared_axes, (tuple, list)) else [shared_axes]
        self.shared_axes = shared_axes

    def build(self, input_shape):
        shared = self.shared_axes or []
        if any(not 0 < axis < len(input_shape) for axis in shared):
            raise ValueError(
                f"{who(self)}: shared_axes must lie between 1 and {len(input_shape) - 1} for inputs of shape "
                f"{tuple(input_shape)}, received {shared}."
            )
        self.alpha = self.add_weight(
            name="alpha",
            shape=[1 if axis in shared else size for axis, size in enumerate(input_shape) if axis],
            initializer=self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
        )
        fixed = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=fixed)

    def call(self, inputs):
        return activations.relu(inputs) - self.alpha * activations.relu(-inputs)

    def compute_output_shape(self, input_shape):
        return input_shape


class Softmax(Layer):
    """eˣ / Σ eˣ along an axis or several; what the mask hides takes no part and gets 0.

    >>> Softmax()([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """

    supports_masking = True

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.built = True

    def call(self, inputs, mask=None):
        self.compute_output_shape(inputs.shape)
        if mask is not None:
            mask = self._checked(mask, inputs)
            inputs = where(mask, inputs, -3e4 if inputs.dtype == "float16" else -1e9)
        axes = self._axes()
        if len(axes) == 1:
            y = activations.softmax(inputs, axis=axes[0])
        else:
            y = exp(inputs - logsumexp(inputs, axis=axes, keepdims=True))
        return y if mask is None else where(mask, y, 0.0)

    def _axes(self):
        return tuple(self.axis) if isinstance(self.axis, (tuple, list)) else (self.axis,)

    def _checked(self, mask, inputs):
        """The mask as booleans that broadcast to the inputs."""
        pairs = zip(reversed(mask.shape), reversed(inputs.shape), strict=False)
        if len(mask.shape) > len(inputs.shape) or any(m not in (1, size) for m, size in pairs):
            raise ValueError(
                f"{who(self)}: the mask must broadcast to the inputs' shape {inputs.shape}, received a mask of shape "
                f"{mask.shape}."
            )
        return mask if mask.dtype == "bool" else cast(mask > 0.5, "bool")

    def compute_output_shape(self, input_shape):
        for axis in self._axes():
            if axis is not None:
                check_axis(axis, input_shape, self)
        return input_shape
