"""Embeddings and masking: what the table of layers does not show."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers


def test_rows_of_the_table_come_out_and_gradients_add_up():
    layer = layers.Embedding(4, 2, weights=np.arange(8.0).reshape(4, 2))
    with keras.GradientTape() as tape:
        y = layer(np.array([[3, 1], [3, 3]]))
        total = keras.ops.sum(y * np.arange(8.0, dtype="float32").reshape(2, 2, 2))
    assert y.tolist() == [[[6, 7], [2, 3]], [[6, 7], [6, 7]]]
    assert tape.gradient(total, layer.embeddings).tolist() == [[0, 0], [2, 3], [0, 0], [10, 13]]


def test_second_derivatives_flow_through_the_lookup():
    table = keras.Variable(np.array([[1.0], [2.0]], "float32"))
    layer = layers.Embedding(2, 1)
    layer.build()
    layer.embeddings = table
    with keras.GradientTape() as outer:
        with keras.GradientTape() as inner:
            total = keras.ops.sum(layer(np.array([1, 1, 0])) ** 3)
        (first,) = inner.gradient(total, [table])
        again = keras.ops.sum(first)
    assert outer.gradient(again, table).tolist() == [[6.0], [24.0]]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float32"])
def test_inputs_of_any_dtype(dtype):
    layer = layers.Embedding(3, 2, weights=[np.arange(6.0).reshape(3, 2)])
    assert layer(np.array([2, 0], dtype)).tolist() == [[4, 5], [0, 1]]


def test_large_indices_stay_exact_in_half_precision():
    layer = layers.Embedding(4000, 1, dtype="float16", embeddings_initializer="zeros")
    layer.build()
    layer.embeddings.assign(np.arange(4000.0)[:, None] % 7)
    assert layer(np.array([2049.0, 3001.0], "float32")).tolist() == [[2049 % 7], [3001 % 7]]


@pytest.mark.parametrize(
    ("indices", "wrong", "place"), [([[0, 5]], 5, "(0, 1)"), ([[1], [-1]], -1, "(1, 0)")]
)
def test_an_index_outside_is_named_with_its_place(indices, wrong, place):
    layer = layers.Embedding(5, 2, name="words")
    text = (
        f"Embedding 'words' expected indices from 0 to 4 (input_dim=5), received {wrong} at position {place}."
    )
    with pytest.raises(ValueError, match=re.escape(text)):
        layer(np.array(indices))


def test_zeros_are_masked_when_asked():
    layer = layers.Embedding(5, 2, mask_zero=True)
    assert layer(np.array([[1, 0]])).mask.tolist() == [[True, False]]
    assert layers.Embedding(5, 2)(np.array([[1, 0]])).mask is None


def test_an_old_argument_is_accepted_with_a_warning():
    with pytest.warns(DeprecationWarning, match="input_length"):
        layers.Embedding(5, 2, input_length=7)


@pytest.mark.parametrize("sizes", [(0, 2), (2, -1), (2.5, 2), (True, 2)])
def test_sizes_are_positive_integers(sizes):
    with pytest.raises(ValueError, match="must be a positive integer"):
        layers.Embedding(*sizes)


def test_the_way_back_uses_the_same_table():
    layer = layers.ReversibleEmbedding(3, 2, weights=np.eye(3, 2))
    assert layer(np.array([[2.0, 5.0]], "float32"), reverse=True).tolist() == [[2, 5, 0]]
    assert layer(np.array([1])).tolist() == [[0, 1]]
    masked = layers.ReversibleEmbedding(3, 2, mask_zero=True)
    assert masked(np.array([[1, 0]])).mask.tolist() == [[True, False]]


def test_masked_steps_are_zeroed_and_marked():
    x = np.array([[[1.0, -1.0], [-1.0, -1.0]]], "float32")
    y = layers.Masking(-1.0)(x)
    assert y.tolist() == [[[1, -1], [0, 0]]]
    assert y.mask.tolist() == [[True, False]]
