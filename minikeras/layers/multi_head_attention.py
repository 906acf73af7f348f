"""Attention in several heads at once."""

from minikeras import ops
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.attention_heads import AttentionHeads
from minikeras.layers.core import positive_integer
from minikeras.layers.settings import share
from minikeras.layers.spec import who

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(AttentionHeads):
    """softmax(query · keyᵀ / √key_dim) · value in each of several heads, projected back (Vaswani et al. 2017).

    Called with query (batch, targets, features), value and key (batch, sources, features; key is value if not given);
    outputs (batch, targets, features of query, or output_shape), and the weights (batch, heads, targets, sources) with
    return_attention_scores. key_dim, value_dim: the size of each head. attention_axes: the axes attended over, all
    between the batch's and the last by default. sliding_window: positions that far apart do not attend to each other.
    use_gate: what each head found is multiplied by a sigmoid of the query. attention_mask: (batch, targets, sources),
    False where not to attend.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8), "float32")
    >>> MultiHeadAttention(num_heads=2, key_dim=4)(x, x).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.num_heads = positive_integer(num_heads, "num_heads", self)
        self.key_dim = positive_integer(key_dim, "key_dim", self)
        self.value_dim = positive_integer(value_dim, "value_dim", self) if value_dim else self.key_dim
        self.dropout = share(dropout, "dropout", self)
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.seed = seed
        self._result_shape = self._integers(output_shape, "output_shape")
        self.attention_axes = self._integers(attention_axes, "attention_axes")
        self.configure(
            sliding_window,
            flash_attention,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
        )

    def _integers(self, value, name):
        if not value:
            return None
        values = (value,) if isinstance(value, int) else value
        if not isinstance(values, (list, tuple)) or any(not isinstance(v, int) for v in values):
            raise ValueError(
                f"{who(self)}: {name} must be an integer or a tuple of integers, received {value!r}."
            )
        return tuple(values)

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = self.note_shapes(query_shape, value_shape, key_shape)
        self.compute_output_shape(query_shape, value_shape, key_shape)
        keys, values = (self.num_heads, self.key_dim), (self.num_heads, self.value_dim)
        self._query_dense = self.projection(query_shape, 1, keys, "query")
        self._key_dense = self.projection(key_shape, 1, keys, "key")
        if self.use_gate:
            self._gate_dense = self.projection(query_shape, 1, values, "gate", activation="sigmoid")
        self._value_dense = self.projection(value_shape, 1, values, "value")
        rank = len(value_shape) + 1
        if self.attention_axes is None:
            self.attention_axes = tuple(range(1, rank - 2))
        else:
            self.attention_axes = tuple([a if a >= 0 else rank - 1 + a for a in self.attention_axes])
        self._equations = self._write_equations(rank)
        count = len(self.attention_axes)
        self.make_weighting(tuple(range(rank - 1, rank - 1 + count)))
        self._output_dense = self.projection(
            (*query_shape[:-1], *values), 2, self._result_shape or query_shape[-1:], "attention_output"
        )

    def _write_equations(self, rank):
        """Einstein's summations for (scores, result): query, key and value have axes (batch, ..., heads, size)."""
        query = "abcdefghijkl"[:rank]
        key = "".join([c.upper() if i in self.attention_axes else c for i, c in enumerate(query)])
        apart = "".join([c for i, c in enumerate(query[:-1]) if i not in self.attention_axes])
        scores = apart + "".join(
            [query[a] for a in self.attention_axes] + [key[a] for a in self.attention_axes]
        )
        return f"{query},{key}->{scores}", f"{scores},{key}->{query}"

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        # As in Keras, a mask given as query_mask is not looked at: that of the query counts.
        query_mask = query.mask
        value_mask = value.mask if value_mask is None else value_mask
        if key is None:
            key = value
        elif key_mask is None:
            key_mask = key.mask
        mask = self.attended(
            query, value, key, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        y, weights = self.attend(
            self._query_dense(query),
            self._key_dense(key),
            self._value_dense(value),
            mask,
            training,
            return_attention_scores,
            self._equations,
        )
        if self.use_gate:
            y = ops.multiply(y, self._gate_dense(query))
        y = self._output_dense(y)
        return (y, weights) if return_attention_scores else y

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"{who(self)} expected value and key of the same sizes but for the last axis, received shapes "
                f"{tuple(value_shape)} and {tuple(key_shape)}. Give each value its key."
            )
        return (*query_shape[:-1], *(self._result_shape or query_shape[-1:]))

    def compute_output_spec(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        shape = self.compute_output_shape(query.shape, value.shape, None if key is None else key.shape)
        if not return_attention_scores:
            return Spec(shape, self.compute_dtype)
        axes = self.attention_axes or tuple(range(1, len(value.shape) - 1))
        apart = [size for i, size in enumerate(query.shape[:-1]) if i not in axes]
        scores = (*apart, self.num_heads, *(query.shape[a] for a in axes), *(value.shape[a] for a in axes))
        return Spec(shape, self.compute_dtype), Spec(scores, self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "output_shape": self._result_shape}

    # The parts, under the names that Keras gives them

    @property
    def query_dense(self):
        """The projection of the query."""
        return self._query_dense

    @property
    def key_dense(self):
        """The projection of the key."""
        return self._key_dense

    @property
    def value_dense(self):
        """The projection of the value."""
        return self._value_dense

    @property
    def output_dense(self):
        """The projection of what the heads found."""
        return self._output_dense
