"""Rows of recurrent layers, their cells, and the wrappers over time."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    GRU,
    LSTM,
    RNN,
    Bidirectional,
    Conv2D,
    ConvLSTM1D,
    ConvLSTM2D,
    ConvLSTM3D,
    Dense,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    StackedRNNCells,
    TimeDistributed,
)
from minikeras.nest import flatten


class NestedRow(Row):
    """A row whose outputs are nested, as cells return (output, [state, ...])."""

    def outputs(self, layer, tensors=None):
        return flatten(super().outputs(layer, tensors))


def states(*sizes):
    """States of a batch of one, which broadcasts to any batch."""
    return {"states": [np.linspace(-0.5, 0.7, size)[None] for size in sizes]}


def first(*sizes):
    """Initial states of a batch of two."""
    return {"initial_state": [np.linspace(-0.5, 0.7, 2 * size).reshape(2, size) for size in sizes]}


ALL = {"return_sequences": True, "return_state": True}
X, MASK = (2, 4, 2), (2, 4)
LSTM_3 = [(2, 12), (3, 12), (12,)]
GRU_3 = [(2, 9), (3, 9), (2, 9)]
SIMPLE_3 = [(2, 3), (3, 3), (3,)]
BOTH_LSTM_3, BOTH_GRU_3 = LSTM_3 * 2, GRU_3 * 2

ROWS = [
    NestedRow(LSTMCell, (2, 2), {"units": 3}, LSTM_3, states(3, 3)),
    NestedRow(LSTMCell, (2, 2), {"units": 3, "use_bias": False, "activation": "elu"}, LSTM_3[:2], states(3, 3)),
    NestedRow(GRUCell, (2, 2), {"units": 3}, GRU_3, states(3)),
    NestedRow(GRUCell, (2, 2), {"units": 3, "reset_after": False}, [(2, 9), (3, 9), (9,)], states(3)),
    NestedRow(SimpleRNNCell, (2, 2), {"units": 3, "activation": "softsign"}, SIMPLE_3, states(3)),
    NestedRow(
        StackedRNNCells,
        (2, 2),
        lambda: {"cells": [LSTMCell(3), GRUCell(1)]},
        [*LSTM_3, (3, 3), (1, 3), (2, 3)],
        {"states": [states(3, 3)["states"], states(1)["states"]]},
    ),
    Row(LSTM, X, {"units": 3}, LSTM_3, mask=MASK, mask_out=None),
    Row(LSTM, X, {"units": 3, **ALL}, LSTM_3, mask=MASK),
    Row(LSTM, X, {"units": 3, "go_backwards": True, "return_sequences": True}, LSTM_3, mask=MASK),
    Row(LSTM, X, {"units": 3, "activation": "elu", **ALL}, LSTM_3, mask=MASK),
    Row(LSTM, X, {"units": 3, "use_bias": False, "zero_output_for_mask": True, **ALL}, LSTM_3[:2], mask=MASK),
    Row(LSTM, X, {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.3}, LSTM_3, training=True, random=True),
    Row(LSTM, X, {"units": 3}, LSTM_3, first(3, 3), symbolic=False),
    Row(GRU, X, {"units": 3}, GRU_3, mask=MASK, mask_out=None),
    Row(GRU, X, {"units": 3, "reset_after": False, **ALL}, [(2, 9), (3, 9), (9,)], mask=MASK),
    Row(GRU, X, {"units": 3, "recurrent_activation": "hard_sigmoid", "go_backwards": True, **ALL}, GRU_3, mask=MASK),
    Row(GRU, X, {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.3}, GRU_3, training=True, random=True),
    Row(GRU, X, {"units": 3}, GRU_3, first(3), symbolic=False),
    Row(SimpleRNN, X, {"units": 3}, SIMPLE_3, mask=MASK, mask_out=None),
    Row(SimpleRNN, X, {"units": 3, "activation": "gelu", **ALL}, SIMPLE_3, mask=MASK),
    Row(SimpleRNN, X, {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.3}, SIMPLE_3, training=True, random=True),
    Row(RNN, X, lambda: {"cell": LSTMCell(3), **ALL}, LSTM_3, mask=MASK),
    Row(RNN, X, lambda: {"cell": GRUCell(3, activation="softsign"), "go_backwards": True}, GRU_3),
    NestedRow(
        RNN,
        X,
        lambda: {"cell": [LSTMCell(3), SimpleRNNCell(2)], **ALL},
        [*LSTM_3, (3, 2), (2, 2), (2,)],
        mask=MASK,
    ),
    Row(Bidirectional, X, lambda: {"layer": LSTM(3)}, BOTH_LSTM_3, mask=MASK, mask_out=None),
    Row(Bidirectional, X, lambda: {"layer": GRU(3, **ALL), "merge_mode": "mul"}, BOTH_GRU_3, mask=MASK),
    Row(Bidirectional, X, lambda: {"layer": GRU(3, **ALL), "merge_mode": None}, BOTH_GRU_3, mask=MASK),
    Row(Bidirectional, X, lambda: {"layer": GRU(3, return_state=True), "merge_mode": "ave"}, BOTH_GRU_3, first(3, 3), symbolic=False),
    Row(
        Bidirectional,
        X,
        lambda: {"layer": GRU(3), "backward_layer": SimpleRNN(2, go_backwards=True)},
        [*GRU_3, (2, 2), (2, 2), (2,)],
    ),
    Row(TimeDistributed, X, lambda: {"layer": Dense(3, activation="tanh")}, [(2, 3), (3,)], mask=MASK),
    Row(TimeDistributed, (2, 3, 3, 3, 1), lambda: {"layer": Conv2D(2, 2)}, [(2, 2, 1, 2), (2,)]),
    Row(TimeDistributed, (2, 2, 4, 2), lambda: {"layer": LSTM(3, return_state=True)}, LSTM_3),
    Row(ConvLSTM1D, (2, 3, 4, 1), {"filters": 2, "kernel_size": 2}, [(2, 1, 8), (2, 2, 8), (8,)], mask=(2, 3), mask_out=None),
    Row(
        ConvLSTM1D,
        (2, 3, 1, 5),
        {"filters": 2, "kernel_size": 3, "strides": 2, "data_format": "channels_first", **ALL},
        [(3, 1, 8), (3, 2, 8), (8,)],
        mask=(2, 3),
    ),
    Row(
        ConvLSTM2D,
        (1, 2, 3, 4, 1),
        {"filters": 2, "kernel_size": (2, 3), "padding": "same", **ALL},
        [(2, 3, 1, 8), (2, 3, 2, 8), (8,)],
        mask=(1, 2),
    ),
    Row(
        ConvLSTM2D,
        (1, 2, 5, 4, 1),
        {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "dropout": 0.3, "recurrent_dropout": 0.3},
        [(2, 2, 1, 8), (2, 2, 2, 8), (8,)],
        training=True,
        random=True,
    ),
    Row(ConvLSTM3D, (1, 2, 2, 3, 2, 1), {"filters": 1, "kernel_size": 2}, [(2, 2, 2, 1, 4), (2, 2, 2, 1, 4), (4,)], mask=(1, 2), mask_out=None),
    NestedRow(GRUCell, (2, 2), {"units": 3, "use_bias": False}, GRU_3[:2], states(3)),
    NestedRow(SimpleRNNCell, (2, 2), {"units": 3, "use_bias": False}, SIMPLE_3[:2], states(3)),
    NestedRow(LSTMCell, (2, 2), {"units": 3, "unit_forget_bias": False}, LSTM_3, states(3, 3)),
    *[
        Row(cls, X, {"units": 3, "zero_output_for_mask": True, **more}, weights, mask=MASK, **call)
        for cls, weights, call in ((LSTM, LSTM_3, {}), (GRU, GRU_3, {}), (SimpleRNN, SIMPLE_3, {}))
        for more in ({"unroll": True, **ALL}, {"go_backwards": True, "return_sequences": True})
    ],
    *[
        Row(cls, X, {"units": 3, "stateful": True}, weights, symbolic=False, random=True)
        for cls, weights in ((LSTM, LSTM_3), (GRU, GRU_3), (SimpleRNN, SIMPLE_3))
    ],
    Row(LSTM, X, {"units": 3, "unit_forget_bias": False, "unroll": True}, LSTM_3),
    *[Row(cls, X, {"units": 3, "use_bias": False}, weights[:2]) for cls, weights in ((GRU, GRU_3), (SimpleRNN, SIMPLE_3))],
    Row(RNN, X, lambda: {"cell": GRUCell(3), "unroll": True, "zero_output_for_mask": True, **ALL}, GRU_3, mask=MASK),
    Row(RNN, X, lambda: {"cell": GRUCell(3), "stateful": True}, GRU_3, symbolic=False, random=True),
    *[
        Row(cls, shape, {"filters": 1, "kernel_size": 2, "use_bias": False, "unit_forget_bias": False, **more}, weights, mask=shape[:2], **call)
        for cls, shape, weights in (
            (ConvLSTM1D, (1, 2, 4, 1), [(2, 1, 4)] * 2),
            (ConvLSTM2D, (1, 2, 4, 3, 1), [(2, 2, 1, 4)] * 2),
            (ConvLSTM3D, (1, 2, 2, 3, 3, 1), [(2, 2, 2, 1, 4)] * 2),
        )
        for more, call in (
            ({"zero_output_for_mask": True, "padding": "same", "unroll": True, **ALL}, {}),
            ({"go_backwards": True, "padding": "same", "dilation_rate": 2}, {"mask_out": None}),
        )
    ],
    *[
        Row(cls, shape, {"filters": 1, "kernel_size": 2, "strides": 2, "stateful": True, "data_format": "channels_first"}, weights, symbolic=False, random=True)
        for cls, shape, weights in (
            (ConvLSTM1D, (1, 2, 1, 4), [(2, 1, 4)] * 2 + [(4,)]),
            (ConvLSTM2D, (1, 2, 1, 4, 3), [(2, 2, 1, 4)] * 2 + [(4,)]),
            (ConvLSTM3D, (1, 2, 1, 2, 3, 3), [(2, 2, 2, 1, 4)] * 2 + [(4,)]),
        )
    ],
]  # fmt: skip
