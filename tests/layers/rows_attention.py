"""Rows of attention."""

import numpy as np
from layer_row import Row

from minikeras.layers import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention

QV = [(2, 4, 3), (2, 5, 3)]
QVK = [(2, 4, 3), (2, 5, 2), (2, 5, 3)]
LOWER = np.tri(4, 5, dtype=bool)[None].repeat(2, 0)


def heads(features, sources, result, sizes=(2, 3), value=3, bias=True, gate=False):
    """The shapes of the weights of MultiHeadAttention, in order."""
    shapes = []
    for count, size in (
        (features, sizes),
        (sources, sizes),
        *([(features, (sizes[0], value))] * gate),
        (sources, (sizes[0], value)),
    ):
        shapes += [(count, *size), *([size] * bias)]
    return (*shapes, (sizes[0], value, result), *([(result,)] * bias))


def multi(inputs, weights, call=None, training=None, random=False, mask=None, **kwargs):
    return Row(
        MultiHeadAttention,
        inputs,
        {"num_heads": 2, "key_dim": 3, **kwargs},
        weights=weights,
        call=call or {},
        training=training,
        random=random,
        mask=mask,
        positional=True,
    )


def grouped(inputs, call=None, training=None, random=False, mask=None, weights=None, **kwargs):
    shapes = ((4, 4, 3), (4, 3), (4, 2, 3), (2, 3), (4, 2, 3), (2, 3), (4, 3, 4), (4,))
    return Row(
        GroupQueryAttention,
        inputs,
        {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2, **kwargs},
        weights=weights or shapes,
        call=call or {},
        training=training,
        random=random,
        mask=mask,
        positional=True,
    )


PAIR, FOUR = [(2, 4, 3), (2, 5, 3)], [(2, 4, 4), (2, 5, 4)]

ROWS = [
    Row(Attention, QV, mask=(2, 4)),
    Row(Attention, QVK, {"use_scale": True, "score_mode": "concat"}, weights=((), ())),
    Row(Attention, QV, {"use_scale": True}, weights=((),), call={"return_attention_scores": True}),
    Row(Attention, QV, call={"use_causal_mask": True}),
    Row(Attention, QV, {"dropout": 0.5, "seed": 1}, training=True, random=True),
    Row(Attention, QV, call={"mask": [LOWER[0, :2, :4], LOWER[0, 2:]]}),
    Row(AdditiveAttention, QV, weights=((3,),), mask=(2, 4)),
    Row(AdditiveAttention, QVK, {"use_scale": False}, call={"return_attention_scores": True}),
    multi(PAIR, heads(3, 3, 3), mask=(2, 4)),
    multi(
        [(2, 4, 3), (2, 5, 2), (2, 5, 2)], heads(3, 2, 3, value=4, bias=False), value_dim=4, use_bias=False
    ),
    multi(PAIR, heads(3, 3, 6), call={"return_attention_scores": True}, output_shape=6),
    multi(PAIR, heads(3, 3, 3, gate=True), call={"use_causal_mask": True}, use_gate=True, sliding_window=2),
    multi(PAIR, heads(3, 3, 3), call={"attention_mask": LOWER}),
    multi(PAIR, heads(3, 3, 3), call={"attention_mask": LOWER, "return_attention_scores": True}),
    multi(PAIR, heads(3, 3, 3), dropout=0.5, seed=3, training=True, random=True),
    multi(PAIR, heads(3, 3, 3), dropout=0.5, seed=3),
    multi([(2, 2, 4, 3), (2, 2, 5, 3)], heads(3, 3, 3), attention_axes=2),
    multi([(2, 2, 4, 3), (2, 3, 5, 3)], heads(3, 3, 3), call={"return_attention_scores": True}),
    grouped(FOUR, mask=(2, 4)),
    grouped(FOUR, call={"return_attention_scores": True, "use_causal_mask": True}, sliding_window=2),
    grouped(FOUR, call={"attention_mask": LOWER}),
    grouped(FOUR, dropout=0.5, seed=2, training=True, random=True),
    grouped(
        [(2, 4, 4), (2, 5, 4), (2, 5, 2)],
        weights=((4, 4, 3), (2, 2, 3), (4, 4, 3), (4, 2, 3), (4, 3, 4)),
        use_bias=False,
        use_gate=True,
    ),
]
