"""What normalizing layers share: a learned scale gamma and centre beta after the normalization."""

from minikeras import constraints, initializers, regularizers
from minikeras.layers.layer import Layer
from minikeras.layers.settings import number
from minikeras.layers.spec import check_axis, who


class ScaledAndCentered(Layer):
    """A layer whose outputs are y · gamma + beta, each of them there if `scale` and `center` say so."""

    supports_masking = True
    casts_integers = True

    def __init__(
        self,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.epsilon = number(epsilon, "epsilon", self, low=0)
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_regularizer = regularizers.get(gamma_regularizer)
        self.beta_constraint = constraints.get(beta_constraint)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def add_gamma_and_beta(self, shape):
        """Make gamma and beta of this shape, or None in place of what is not wanted."""
        self.gamma = self.beta = None
        if self.scale:
            self.gamma = self.add_weight(
                name="gamma",
                shape=shape,
                initializer=self.gamma_initializer,
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
            )
        if self.center:
            self.beta = self.add_weight(
                name="beta",
                shape=shape,
                initializer=self.beta_initializer,
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
            )

    def compute_output_shape(self, input_shape):
        return input_shape


def size_along(axis, shape, layer):
    """The size of one axis of the inputs, which must exist and be known."""
    check_axis(axis, shape, layer)
    if shape[axis] is None:
        raise ValueError(
            f"{who(layer)} needs to know the size of axis {axis} of its inputs, received shape {tuple(shape)}. "
            "Define that axis of the model's Input."
        )
    return shape[axis]


def several_axes(axis, layer):
    """An axis or several, as given: an integer or a list of integers."""
    if isinstance(axis, int) and not isinstance(axis, bool):
        return axis
    if isinstance(axis, (tuple, list)) and all(isinstance(a, int) for a in axis):
        return list(axis)
    raise TypeError(f"{who(layer)}: axis must be an integer or a list of integers, received {axis!r}.")
