"""Normalization of a layer's kernel by its largest singular value."""

import numpy as np

from minikeras import initializers
from minikeras.autodiff.tensor import state
from minikeras.layers.core import positive_integer
from minikeras.layers.spec import InputSpec, who
from minikeras.layers.wrapper import Wrapper
from minikeras.ops.elementwise import cast

__all__ = ["SpectralNormalization"]

_SHORTEST = 1e-7


class SpectralNormalization(Wrapper):
    """A layer whose kernel is divided by its spectral norm before each training step (Miyato et al. 2018).

    The norm is estimated by `power_iterations` steps of power iteration, carried on from call to call in the weight
    `vector_u`. The wrapped layer must have a `kernel` or `embeddings`.

    >>> import numpy as np
    >>> from minikeras.layers import Dense
    >>> layer = SpectralNormalization(Dense(3), power_iterations=20)
    >>> y = layer(np.ones((2, 4), "float32"), training=True)
    >>> float(np.linalg.svd(layer.kernel.numpy())[1][0].round(3))
    1.0
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        self.power_iterations = positive_integer(power_iterations, "power_iterations", self)

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        self.kernel = getattr(self.layer, "kernel", None)
        if self.kernel is None:
            self.kernel = getattr(self.layer, "embeddings", None)
        if self.kernel is None:
            raise ValueError(
                f"{who(self)}: {who(self.layer)} has neither kernel nor embeddings to normalize."
            )
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            dtype=self.kernel.dtype.name,
        )

    def call(self, inputs, training=False):
        if training and not state.probing and self.kernel.array.any():
            vector_u, kernel = self.normalized_weights()
            self.vector_u.assign(vector_u)
            self.kernel.assign(kernel)
        output = self.layer(inputs)
        return output if output.dtype == inputs.dtype else cast(output, inputs.dtype)

    def normalized_weights(self):
        """The next vector_u and the kernel divided by its estimated spectral norm, as arrays."""
        w = self.kernel.array.reshape(-1, self.kernel.shape[-1])
        u = self.vector_u.array
        for _ in range(self.power_iterations):
            v = _unit(u @ w.T)
            u = _unit(v @ w)
        return u, self.kernel.array / (v @ w @ u.T).item()

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def _unit(vector):
    return vector / max(float(np.sqrt(np.square(vector).sum())), _SHORTEST)
