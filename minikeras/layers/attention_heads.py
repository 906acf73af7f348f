"""What the attention layers of several heads share: projections, and who may attend to whom."""

import math

import numpy as np

from minikeras import constraints, initializers, ops, regularizers
from minikeras.layers.activation import Softmax
from minikeras.layers.einsum_dense import EinsumDense
from minikeras.layers.layer import Layer
from minikeras.layers.regularization import Dropout
from minikeras.layers.spec import who


class AttentionHeads(Layer):
    """A layer that projects query, key and value to heads, attends in each, and projects the result back.

    Where the mask of the query, value or key is False, a position neither attends nor is attended to.
    """

    supports_masking = True

    def configure(
        self,
        sliding_window,
        flash_attention,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
    ):
        """Keep the settings that all such layers have."""
        if sliding_window is not None and (not isinstance(sliding_window, int) or sliding_window <= 0):
            raise ValueError(
                f"{who(self)}: sliding_window must be a positive integer or None, received {sliding_window!r}."
            )
        if flash_attention:
            raise ValueError(f"{who(self)}: flash_attention=True is not available on a CPU. Leave it out.")
        self.sliding_window = sliding_window
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.projection_regularizer = regularizers.get(activity_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def get_config(self):
        config = super().get_config()
        del config["flash_attention"]
        return {**config, "activity_regularizer": regularizers.serialize(self.projection_regularizer)}

    def get_build_config(self):
        return None if self._build_shape is None else {"shapes_dict": self._build_shape}

    # Parts

    def note_shapes(self, query_shape, value_shape, key_shape):
        """Remember what the layer was built on, and return the key's shape: the value's if there is none."""
        self._build_shape = {"query_shape": tuple(query_shape), "value_shape": tuple(value_shape)}
        if key_shape is None:
            return value_shape
        self._build_shape["key_shape"] = tuple(key_shape)
        return key_shape

    def projection(self, input_shape, summed, output_shape, name, activation=None):
        """A dense layer from the last `summed` axes of the inputs to axes of the sizes output_shape, built."""
        free = len(input_shape) - summed
        letters = "abcdefghijklmnopqrstuvwxyz"[: len(input_shape) + len(output_shape)]
        new = letters[len(input_shape) :]
        inputs = letters[: len(input_shape)]
        layer = EinsumDense(
            f"{inputs},{inputs[free:]}{new}->{inputs[:free]}{new}",
            output_shape=(*(None,) * (free - 1), *output_shape),
            activation=activation,
            bias_axes=new if self.use_bias else None,
            # Each projection draws first values of its own.
            kernel_initializer=_fresh(self.kernel_initializer),
            bias_initializer=_fresh(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self.projection_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )
        # Masks say who may attend to whom; a projection has no use for them.
        layer.supports_masking = True
        layer.build(tuple(input_shape))
        return layer

    def make_weighting(self, axes):
        """Make the layers between scores and weights."""
        self._softmax = Softmax(axis=axes, dtype=self.dtype_policy)
        self._dropout_layer = Dropout(rate=self.dropout, dtype=self.dtype_policy, seed=self.seed)

    # Who may attend to whom

    def attended(self, query, value, key, query_mask, value_mask, key_mask, attention_mask, use_causal_mask):
        """All masks as one that broadcasts to (batch, targets, sources), or None."""
        masks = [] if attention_mask is None else [ops.cast(attention_mask, "bool")]
        if query_mask is not None:
            masks.append(ops.expand_dims(ops.cast(query_mask, "bool"), -1))
        masks += [ops.expand_dims(ops.cast(m, "bool"), -2) for m in (value_mask, key_mask) if m is not None]
        targets, sources = query.shape[1], value.shape[1]
        if use_causal_mask:
            masks.append(np.tri(targets, sources, dtype=bool)[None])
        if self.sliding_window is not None:
            distance = np.abs(np.arange(targets)[:, None] - np.arange(sources))
            masks.append(distance[None] < self.sliding_window)
        together = None
        for mask in masks:
            together = mask if together is None else ops.logical_and(together, mask)
        return together

    def attend(self, query, key, value, mask, training, return_attention_scores, equations):
        """(what each query gets, weights before dropout or None) for projected query, key and value.

        equations: of the scores from query and key, and of the result from weights and value.
        """
        scale = 1.0 / math.sqrt(query.shape[-1])
        if self.dropout == 0 and not return_attention_scores and len(query.shape) == 4:
            if mask is not None:
                mask = _beside_heads(mask, 4, 2)
            return ops.dot_product_attention(query, key, value, mask=mask, scale=scale), None
        scores = ops.einsum(equations[0], ops.multiply(query, scale), key)
        if mask is not None:
            count = len(self._softmax.axis) if isinstance(self._softmax.axis, tuple) else 1
            mask = _beside_heads(mask, len(scores.shape), 2 * count)
        weights = self._softmax(scores, mask=mask)
        kept = self._dropout_layer(weights, training=training) if self.dropout > 0 else weights
        return ops.einsum(equations[1], kept, value), weights


def _fresh(initializer):
    return initializer.clone() if isinstance(initializer, initializers.Initializer) else initializer


def _beside_heads(mask, rank, trailing):
    """A mask (batch, targets, sources) with axes of size 1 for the heads, before its last `trailing` axes."""
    missing = rank - len(mask.shape)
    return (
        ops.expand_dims(mask, tuple(range(-trailing - missing, -trailing)))
        if missing
        else ops.convert_to_tensor(mask)
    )
