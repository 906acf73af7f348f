"""Rows of embeddings and masking."""

import numpy as np
from layer_row import Row

from minikeras.layers import Embedding, Masking, ReversibleEmbedding


def _with_padding():
    x = np.random.default_rng(1).standard_normal((2, 4, 3))
    x[0, 2] = x[1, 0] = 0.0
    return x


ROWS = [
    Row(Embedding, (2, 3), {"input_dim": 5, "output_dim": 4}, weights=((5, 4),), dtype="int32"),
    Row(
        Embedding,
        (2, 3, 2),
        {"input_dim": 5, "output_dim": 2, "mask_zero": True, "embeddings_regularizer": "l2"},
        weights=((5, 2),),
        dtype="int64",
        mask=(2, 3),
        mask_out=(2, 3, 2),
    ),
    Row(
        Embedding,
        (2, 3),
        {
            "input_dim": 5,
            "output_dim": 4,
            "embeddings_initializer": "ones",
            "embeddings_constraint": "non_neg",
        },
        weights=((5, 4),),
        dtype="uint8",
    ),
    Row(ReversibleEmbedding, (2, 3), {"input_dim": 5, "output_dim": 4}, weights=((5, 4),), dtype="int32"),
    Row(
        ReversibleEmbedding,
        (2, 3, 4),
        {"input_dim": 5, "output_dim": 4},
        weights=((5, 4),),
        call={"reverse": True},
    ),
    Row(
        ReversibleEmbedding,
        (2, 3, 4),
        {"input_dim": 5, "output_dim": 4, "tie_weights": False, "logit_soft_cap": 2.0},
        weights=((5, 4), (4, 5)),
        call={"reverse": True},
    ),
    Row(
        Masking,
        data=_with_padding,
        mask=(2, 4),
        mask_out=(2, 4),
        gradient="a jump where a step is all padding",
    ),
    Row(Masking, (2, 4, 3), {"mask_value": -1.0}),
    Row(
        ReversibleEmbedding,
        (2, 3),
        {"input_dim": 5, "output_dim": 2, "mask_zero": True},
        weights=((5, 2),),
        dtype="int32",
        mask=(2, 3),
        mask_out=(2, 3),
    ),
]
