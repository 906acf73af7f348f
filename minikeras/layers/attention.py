"""Attention in one head: each query gets a mean of the values, weighted by its likeness to their keys."""

import numpy as np

from minikeras import ops
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of, share
from minikeras.layers.shapes import is_shape
from minikeras.layers.spec import who
from minikeras.ops import random

__all__ = ["AdditiveAttention", "Attention"]


class Attention(Layer):
    """softmax(query · keyᵀ) · value (Luong et al. 2015).

    Inputs [query, value] or [query, value, key], (batch, targets, features) and (batch, sources, features); the keys
    are the values if not given. Outputs (batch, targets, features of value), and the weights (batch, targets, sources)
    with return_attention_scores. use_scale: the scores are multiplied by a scalar that is trained. score_mode: 'dot', or
    'concat' for c · Σ tanh(query + key). dropout: the rate at which weights are dropped in training.
    use_causal_mask: no target attends to later sources.

    >>> query, value = np.ones((1, 2, 3), "float32"), np.ones((1, 4, 3), "float32")
    >>> Attention()([query, value]).shape
    (1, 2, 3)
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = one_of(score_mode, ("dot", "concat"), "score_mode", self)
        self.dropout = share(dropout, "dropout", self)
        self.seed = seed
        if dropout > 0:
            self.seed_generator = random.SeedGenerator(seed)

    def build(self, input_shape):
        self._check(input_shape)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones") if self.use_scale else None
        self.concat_score_weight = None
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                name="concat_score_weight", shape=(), initializer="ones"
            )

    def scores(self, query, key):
        """How much each query wants each key: (batch, targets, sources)."""
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else ops.multiply(scores, self.scale)
        together = _pairs(query, key)
        if self.scale is not None:
            together = ops.multiply(together, self.scale)
        return ops.multiply(self.concat_score_weight, ops.sum(ops.tanh(together), axis=-1))

    def call(self, inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False):
        self._check(inputs, mask)
        query, value = inputs[:2]
        query_mask, value_mask = mask[:2] if mask else (None, None)
        scores = self.scores(query, inputs[2] if len(inputs) > 2 else value)
        attended = None if value_mask is None else ops.expand_dims(ops.cast(value_mask, "bool"), -2)
        if use_causal_mask:
            causal = np.tri(*scores.shape[-2:], dtype=bool)
            attended = causal if attended is None else ops.logical_and(attended, causal)
        if attended is not None:
            # So low that softmax gives next to nothing; where nothing may be attended to, it sees the scores as they are.
            lowered = ops.subtract(scores, 65504.0 if scores.dtype == "float16" else 1e9)
            scores = ops.where(attended, scores, lowered)
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        y = ops.matmul(weights, value)
        if query_mask is not None:
            y = ops.where(ops.expand_dims(query_mask, -1), y, 0)
        return (y, weights) if return_attention_scores else y

    def compute_mask(self, inputs, mask=None):
        self._check(inputs, mask)
        return None if mask is None else mask[0]

    def compute_output_shape(self, input_shape):
        self._check(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self, inputs, mask=None, return_attention_scores=False, training=None, use_causal_mask=False
    ):
        query, key = inputs[0].shape, inputs[-1].shape
        spec = Spec(self.compute_output_shape([x.shape for x in inputs]), self.compute_dtype)
        return (spec, Spec((*query[:-1], key[-2]), self.compute_dtype)) if return_attention_scores else spec

    def _check(self, inputs, mask=None):
        if not isinstance(inputs, list) or is_shape(inputs) or not 2 <= len(inputs) <= 3:
            raise ValueError(
                f"{who(self)} expected a list [query, value] or [query, value, key], received "
                f"{f'{len(inputs)} values' if isinstance(inputs, (list, tuple)) and not is_shape(inputs) else 'one tensor'}. "
                "Call it as layer([query, value])."
            )
        if mask is not None and (not isinstance(mask, list) or not 2 <= len(mask) <= 3):
            raise ValueError(
                f"{who(self)} expected mask to be a list [query_mask, value_mask], each a tensor or None, received "
                f"a {type(mask).__name__}."
            )


def _pairs(query, key):
    """The sum of each query with each key: (batch, targets, sources, features)."""
    return ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))


class AdditiveAttention(Attention):
    """softmax(Σ scale · tanh(query + key)) · value (Bahdanau et al. 2014); scale has one number for each feature.

    Inputs and outputs are those of `Attention`; query and key have the same features.

    >>> query, value = np.ones((1, 2, 3), "float32"), np.ones((1, 4, 3), "float32")
    >>> AdditiveAttention()([query, value]).shape
    (1, 2, 3)
    """

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape):
        self._check(input_shape)
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(
                name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform"
            )

    def scores(self, query, key):
        likeness = ops.tanh(_pairs(query, key))
        return ops.sum(likeness if self.scale is None else ops.multiply(self.scale, likeness), axis=-1)

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}
