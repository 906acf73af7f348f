"""Layers at the beginning of sequence models: integers as vectors, and steps to leave out."""

from minikeras import constraints, initializers, ops, regularizers
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.core import positive_integer
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.ops.embedding import embedding
from minikeras.serialization import deserialize

__all__ = ["Embedding", "Masking", "ReversibleEmbedding"]


class Embedding(Layer):
    """A vector for each integer from 0 to input_dim - 1: the rows of a table that is trained.

    Inputs of any shape, of integers or whole floats; outputs (*inputs' shape, output_dim); embeddings (input_dim,
    output_dim). mask_zero: 0 stands for padding, and layers after this one leave those steps out. weights: first
    values for the table.

    >>> import numpy as np
    >>> Embedding(100, 8)(np.array([[1, 2, 3]])).shape
    (1, 3, 8)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.input_dim = positive_integer(input_dim, "input_dim", self)
        self.output_dim = positive_integer(output_dim, "output_dim", self)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        # Indices stay exact: float16 cannot hold 2049.
        self.autocast = False
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape=None):
        if self.built:
            return
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, inputs):
        if inputs.dtype.kind not in "iu":
            inputs = ops.cast(inputs, "int32")
        y = embedding(self.embeddings, inputs, owner=who(self))
        return y if y.dtype == self.compute_dtype else ops.cast(y, self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def get_config(self):
        config = super().get_config()
        config.pop("weights", None)
        return {**config, "activity_regularizer": regularizers.serialize(self.activity_regularizer)}


class ReversibleEmbedding(Embedding):
    """An embedding that also maps vectors back to one number for each integer: `layer(x, reverse=True)`.

    The way back multiplies by the table's transpose, or by a kernel of its own (output_dim, input_dim) unless
    tie_weights (Press & Wolf 2017). reverse_dtype: what it computes in. logit_soft_cap: cap · tanh(y / cap) of the result.

    >>> import numpy as np
    >>> layer = ReversibleEmbedding(100, 8)
    >>> layer(layer(np.array([[1, 2, 3]])), reverse=True).shape
    (1, 3, 100)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )

    def build(self, input_shape=None):
        if self.built:
            return
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                name="reverse_embeddings",
                shape=(self.output_dim, self.input_dim),
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs, reverse=False):
        if not reverse:
            y = super().call(inputs)
            y.mask = super().compute_mask(inputs)
            return y
        kernel = ops.transpose(self.embeddings) if self.tie_weights else self.reverse_embeddings
        dtype = self.reverse_dtype or self.compute_dtype
        y = ops.matmul(ops.cast(inputs, dtype), ops.cast(kernel, dtype))
        if self.logit_soft_cap is not None:
            y = ops.multiply(ops.tanh(ops.divide(y, self.logit_soft_cap)), self.logit_soft_cap)
        return y

    def compute_mask(self, inputs, mask=None):
        # Only `call` knows the direction: it sets the mask itself.
        return None

    def compute_output_shape(self, input_shape, reverse=False):
        return (*input_shape[:-1], self.input_dim) if reverse else (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs, reverse=False):
        dtype = self.reverse_dtype if reverse and self.reverse_dtype else self.compute_dtype
        return Spec(self.compute_output_shape(inputs.shape, reverse), dtype)


class Masking(Layer):
    """Steps whose features all equal mask_value are zeroed, and masked for the layers that follow.

    Inputs (batch, steps, features).

    >>> import numpy as np
    >>> Masking()(np.array([[[1.0, 0.0], [0.0, 0.0]]])).mask.tolist()
    [[True, False]]
    """

    def __init__(self, mask_value=0.0, **kwargs):
        super().__init__(**kwargs)
        self.mask_value = deserialize(mask_value)
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        kept = ops.any(ops.not_equal(inputs, self.mask_value), axis=-1, keepdims=True)
        return ops.where(kept, inputs, 0)

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape
