"""Settings that layers refuse when they are made: axes, whole numbers, equations, vocabularies, initializers."""

import re

import pytest

from minikeras import layers


@pytest.mark.parametrize(
    ("create", "error", "message"),
    [
        (lambda: layers.Concatenate(axis="x"), TypeError, "axis must be an integer, received 'x'"),
        (lambda: layers.GroupNormalization(axis="x"), TypeError, "axis must be an integer, received 'x'"),
        (lambda: layers.Normalization(axis="x"), TypeError, "axis must be an integer, received 'x'"),
        (lambda: layers.Normalization(axis=[0, 1.5]), TypeError, "axis must be an integer, received 1.5"),
        (lambda: layers.LSTM(3, bias_initializer=None), ValueError, "Pass use_bias=False for no bias."),
        (lambda: layers.GRUCell(3, bias_initializer=None), ValueError, "bias_initializer must be an initializer such as"),
        (lambda: layers.EinsumDense(None, 3), TypeError, "equation must be a string such as 'abc,cd->abd', received None"),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (3, 7), bias_axes=5), TypeError,
            "bias_axes must be a string of letters, received 5",
        ),
        (
            lambda: layers.EinsumDense("abc,cd->abd", (None, -7)), ValueError,
            "each size of output_shape must be an integer of at least 1, or None, received -7",
        ),
        (lambda: layers.StringLookup(max_tokens="x"), ValueError, "max_tokens must be an integer, or None, received 'x'"),
        (lambda: layers.StringLookup(num_oov_indices="x"), ValueError, "num_oov_indices must be an integer, received 'x'"),
        (lambda: layers.StringLookup(vocabulary=3), TypeError, "(a vocabulary: or a text file's name), received 3"),
        (
            lambda: layers.IntegerLookup(vocabulary=["a"]), ValueError,
            "expected integers as tokens, received 'a'. Use StringLookup for strings.",
        ),
        (lambda: layers.IntegerLookup(max_tokens=1.5), ValueError, "max_tokens must be an integer, or None, received 1.5"),
        (lambda: layers.MelSpectrogram(fft_length="x"), ValueError, "fft_length must be an integer of at least 1, received"),
        (lambda: layers.MelSpectrogram(sequence_stride=0), ValueError, "sequence_stride must be an integer of at least 1"),
        (lambda: layers.MelSpectrogram(sampling_rate=None), ValueError, "sampling_rate must be a number of at least 1"),
        (lambda: layers.MelSpectrogram(num_mel_bins=-1), ValueError, "num_mel_bins must be an integer of at least 1"),
        (lambda: layers.MelSpectrogram(max_freq="x"), ValueError, "max_freq must be a number of at least 0, received 'x'"),
        (lambda: layers.MelSpectrogram(top_db="x"), ValueError, "top_db must be a number, received 'x'"),
        (lambda: layers.STFTSpectrogram(frame_length=-1), ValueError, "frame_length must be an integer of at least 1"),
        (lambda: layers.STFTSpectrogram(frame_step=1.5), ValueError, "frame_step must be an integer, received 1.5"),
        (lambda: layers.STFTSpectrogram(fft_length="x"), ValueError, "fft_length must be an integer of at least 1, or None"),
    ],
)  # fmt: skip
def test_refused_when_made(create, error, message):
    with pytest.raises(error, match=r"^\w+ '\w+'.*" + re.escape(message)):
        create()


def test_a_cell_without_bias_needs_no_initializer():
    assert layers.LSTM(3, use_bias=False, bias_initializer=None).use_bias is False
