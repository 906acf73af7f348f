"""Attention: masks, dropout, errors, use in models."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

X = np.random.default_rng(0).standard_normal((2, 4, 6)).astype("float32")


@pytest.mark.parametrize(
    "make",
    [lambda **k: layers.MultiHeadAttention(2, 3, **k), lambda **k: layers.GroupQueryAttention(3, 4, 2, **k)],
)
def test_masks_of_inputs_decide_what_is_attended_to(make):
    layer = make()
    x = keras.ops.convert_to_tensor(X)
    x.mask = keras.ops.convert_to_tensor(np.array([[True, True, False, False]] * 2))
    y = layer(x, x)
    changed = X.copy()
    changed[:, 2:] += 1.0
    z = keras.ops.convert_to_tensor(changed)
    z.mask = x.mask
    np.testing.assert_allclose(y.numpy()[:, :2], layer(z, z).numpy()[:, :2], rtol=1e-5, atol=1e-6)
    assert y.mask is x.mask
    explicit = layer(X, X, attention_mask=np.array([[True, True, False, False]] * 2)[:, None])
    np.testing.assert_allclose(y.numpy()[:, :2], explicit.numpy()[:, :2], rtol=1e-5, atol=1e-6)


def test_no_target_attends_to_later_sources():
    layer = layers.MultiHeadAttention(2, 3)
    _, weights = layer(X, X, use_causal_mask=True, return_attention_scores=True)
    assert not np.triu(weights.numpy(), 1).any()
    np.testing.assert_allclose(weights.numpy().sum(-1), 1.0, rtol=1e-5)


def test_dropout_of_weights_only_in_training():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.5, seed=1)
    assert (layer(X, X).numpy() == layer(X, X).numpy()).all()
    assert (layer(X, X, training=True).numpy() != layer(X, X, training=True).numpy()).any()
    single = layers.Attention(dropout=0.5, seed=1)
    assert (single([X, X]).numpy() != single([X, X], training=True).numpy()).any()


def test_projections_start_with_values_of_their_own():
    layer = layers.MultiHeadAttention(2, 3)
    layer.build((None, 4, 6), (None, 4, 6))
    assert (layer.query_dense.kernel.numpy() != layer.key_dense.kernel.numpy()).any()
    assert layer.value_dense.kernel.shape == (6, 2, 3)
    assert layer.output_dense.kernel.shape == (2, 3, 6)


@pytest.mark.parametrize("length", [4, None])
def test_models_with_attention_train_and_survive_a_file(length, tmp_path):
    inputs = keras.Input((length, 6))
    y, weights = layers.MultiHeadAttention(2, 3)(inputs, inputs, return_attention_scores=True)
    assert weights.shape == (None, 2, length, length)
    y = layers.GroupQueryAttention(2, 4, 2)(inputs, y)
    y = layers.Attention()([y, inputs])
    model = keras.Model(inputs, layers.GlobalAveragePooling1D()(y))
    model.compile("adam", "mse")
    history = model.fit(X, X.mean(1), epochs=30, verbose=0).history["loss"]
    assert history[-1] < 0.7 * history[0]
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.predict(X, verbose=0), again.predict(X, verbose=0))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: layers.Attention()(X),
            "expected a list [query, value] or [query, value, key], received one tensor",
        ),
        (lambda: layers.Attention()([X]), "received 1 values"),
        (lambda: layers.Attention()([X, X], mask=X), "expected mask to be a list [query_mask, value_mask]"),
        (lambda: layers.Attention(score_mode="x"), "score_mode must be one of 'dot', 'concat'"),
        (lambda: layers.MultiHeadAttention(0, 3), "num_heads must be a positive integer"),
        (
            lambda: layers.MultiHeadAttention(2, 3, sliding_window=0),
            "sliding_window must be a positive integer",
        ),
        (lambda: layers.MultiHeadAttention(2, 3, flash_attention=True), "not available on a CPU"),
        (
            lambda: layers.MultiHeadAttention(2, 3, output_shape="a"),
            "output_shape must be an integer or a tuple",
        ),
        (lambda: layers.MultiHeadAttention(2, 3)(X, X, X[:, :2]), "value and key of the same sizes"),
        (lambda: layers.GroupQueryAttention(3, 4, 3), "num_query_heads must be a multiple"),
        (lambda: layers.GroupQueryAttention(3, 4, 2)(X, X[..., :2]), "the same number of features"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call()


def test_a_missing_argument_of_a_call():
    with pytest.raises(
        TypeError, match="expected the arguments query, value, received no value. Pass value="
    ):
        layers.MultiHeadAttention(2, 3)(X)
