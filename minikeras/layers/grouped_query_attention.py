"""Attention in several heads of the query, groups of which share the heads of key and value."""

from minikeras import ops
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.attention_heads import AttentionHeads
from minikeras.layers.core import positive_integer
from minikeras.layers.settings import share
from minikeras.layers.spec import who

__all__ = ["GroupQueryAttention"]


class GroupQueryAttention(AttentionHeads):
    """Multi-head attention with fewer heads for key and value than for the query (Ainslie et al. 2023).

    Called with query (batch, targets, features), value and key (batch, sources, features; key is value if not given);
    outputs (batch, targets, features), and the weights (batch, query heads, targets, sources) with
    return_attention_scores. num_query_heads: a multiple of num_key_value_heads. The other settings are those of
    `MultiHeadAttention`.

    >>> import numpy as np
    >>> x = np.ones((2, 5, 8), "float32")
    >>> GroupQueryAttention(head_dim=4, num_query_heads=4, num_key_value_heads=2)(x, x).shape
    (2, 5, 8)
    """

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.head_dim = positive_integer(head_dim, "head_dim", self)
        self.num_query_heads = positive_integer(num_query_heads, "num_query_heads", self)
        self.num_key_value_heads = positive_integer(num_key_value_heads, "num_key_value_heads", self)
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                f"{who(self)}: num_query_heads must be a multiple of num_key_value_heads, received {num_query_heads} "
                f"and {num_key_value_heads}."
            )
        self.dropout = share(dropout, "dropout", self)
        self.use_bias = use_bias
        self.use_gate = use_gate
        self.seed = seed
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

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = self.note_shapes(query_shape, value_shape, key_shape)
        self.compute_output_shape(query_shape, value_shape, key_shape)
        queries, keys = (self.num_query_heads, self.head_dim), (self.num_key_value_heads, self.head_dim)
        self._query_dense = self.projection(query_shape, 1, queries, "query")
        self._key_dense = self.projection(key_shape, 1, keys, "key")
        if self.use_gate:
            self._gate_dense = self.projection(query_shape, 1, queries, "gate", activation="sigmoid")
        self._value_dense = self.projection(value_shape, 1, keys, "value")
        self.make_weighting(-1)
        self._output_dense = self.projection(
            (*query_shape[:-1], *queries), 2, query_shape[-1:], "attention_output"
        )

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
        query_mask = query.mask if query_mask is None else query_mask
        value_mask = value.mask if value_mask is None else value_mask
        if key is None:
            key = value
        elif key_mask is None:
            key_mask = key.mask
        mask = self.attended(
            query, value, key, query_mask, value_mask, key_mask, attention_mask, use_causal_mask
        )
        repeats = self.num_query_heads // self.num_key_value_heads
        y, weights = self.attend(
            self._query_dense(query),
            ops.repeat(self._key_dense(key), repeats, axis=2),
            ops.repeat(self._value_dense(value), repeats, axis=2),
            mask,
            training,
            return_attention_scores,
            ("bquh,bkuh->buqk", "buqk,bkuh->bquh"),
        )
        if self.use_gate:
            y = ops.multiply(y, self._gate_dense(query))
        y = self._output_dense(y)
        return (y, weights) if return_attention_scores else y

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        if query_shape[-1] != value_shape[-1]:
            raise ValueError(
                f"{who(self)} expected query and value with the same number of features, received shapes "
                f"{tuple(query_shape)} and {tuple(value_shape)}. Use MultiHeadAttention for different ones."
            )
        if tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ValueError(
                f"{who(self)} expected value and key of the same sizes but for the last axis, received shapes "
                f"{tuple(value_shape)} and {tuple(key_shape)}. Give each value its key."
            )
        return tuple(query_shape)

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
        scores = (query.shape[0], self.num_query_heads, query.shape[1], value.shape[1])
        return Spec(shape, self.compute_dtype), Spec(scores, self.compute_dtype)
