"""Lookups and text: errors, files, batches."""

import re

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers


def test_a_vocabulary_may_be_a_text_file(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("one\nzwei\ntrès\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(path))
    assert layer.get_vocabulary() == ["[UNK]", "one", "zwei", "très"]
    assert layer([b"tr\xc3\xa8s", b"vier"]).tolist() == [3, 0]
    assert layer.get_config()["vocabulary"] is None


def test_a_configuration_never_leads_to_a_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text("secret")
    for cls in (layers.StringLookup, layers.IntegerLookup, layers.TextVectorization):
        config = {**cls().get_config(), "vocabulary": str(path)}
        with pytest.raises(ValueError, match="which is not read"):
            cls.from_config(config)


def test_what_was_learned_survives_a_file(tmp_path):
    inputs = keras.Input((3,), dtype="int64")
    lookup = layers.IntegerLookup(output_mode="tf_idf", name="lookup")
    lookup.adapt(np.array([[5, 5, 7], [9, 7, 5]]))
    model = keras.Model(inputs, layers.Dense(2)(lookup(inputs)))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = np.array([[5, 9, 11], [7, 7, 7]])
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))
    assert again.get_layer("lookup").get_vocabulary() == lookup.get_vocabulary()


def test_assets_are_one_token_a_line(tmp_path):
    layer = layers.TextVectorization()
    layer.adapt(["b a b", "É"])
    layer.save_assets(tmp_path)
    assert (tmp_path / "vocabulary.txt").read_text(encoding="utf-8") == "\n[UNK]\nb\nÉ\na"
    again = layers.TextVectorization.from_config(layer.get_config())
    again.load_assets(tmp_path)
    assert again(["a É b x"]).tolist() == [[4, 3, 2, 1]]


def test_adapt_takes_batches():
    class Words(keras.training.pydataset.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            return np.array([["a"], ["b"]][index] * (index + 1)), np.zeros(index + 1)

    layer = layers.StringLookup()
    layer.adapt(Words())
    assert layer.get_vocabulary() == ["[UNK]", "b", "a"]
    layer.adapt(iter([np.array(["x"]), np.array(["y"])]), steps=1)
    assert layer.get_vocabulary() == ["[UNK]", "x"]
    with pytest.raises(ValueError, match="without any batch"):
        layer.adapt(iter([]))
    with pytest.raises(TypeError, match="received a int"):
        layer.adapt(3)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: layers.StringLookup(vocabulary=["a", "a"]), "must differ, received twice: ['a']"),
        (lambda: layers.StringLookup(vocabulary=[]), "cannot use an empty vocabulary"),
        (lambda: layers.StringLookup(vocabulary=["x", ""], mask_token=""), "reserved token '' stands inside"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "larger than max_tokens=2"),
        (lambda: layers.StringLookup(vocabulary="nowhere.txt"), "nowhere.txt does not exist"),
        (lambda: layers.StringLookup(max_tokens=1), "max_tokens must be greater than 1"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), "needs max_tokens"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "num_oov_indices must not be negative"),
        (
            lambda: layers.StringLookup(invert=True, output_mode="count"),
            "invert=True goes with output_mode='int'",
        ),
        (lambda: layers.StringLookup(idf_weights=[1.0]), "idf_weights go with output_mode='tf_idf'"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "idf_weights are given with"),
        (lambda: layers.StringLookup(sparse=True), "sparse=True is not available"),
        (lambda: layers.StringLookup(salt="x"), "salt must be an integer"),
        (lambda: layers.StringLookup(vocabulary=["a"])([1]), "expected strings, received int32 values"),
        (
            lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["q"]),
            "received 'q', which is not in",
        ),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "there is nothing to adapt"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "vocabulary_dtype must be 'int64'"),
        (lambda: layers.IntegerLookup(salt=3), "salt goes with oov_method='farmhash'"),
        (lambda: layers.TextVectorization(standardize="x"), "standardize must be one of"),
        (lambda: layers.TextVectorization(ngrams=0), "ngrams must be None, a positive integer"),
        (lambda: layers.TextVectorization(ragged=True), "ragged=True is not available"),
        (
            lambda: layers.TextVectorization(output_mode="count", output_sequence_length=3),
            "goes with output_mode='int'",
        ),
        (
            lambda: layers.TextVectorization(vocabulary=["a"])(np.array([["a", "b"]])),
            "shape (batch,) or (batch, 1)",
        ),
        (lambda: layers.CategoryEncoding(), "needs num_tokens"),
        (
            lambda: layers.CategoryEncoding(3)([[1, 3]]),
            "expected integers from 0 to 2 (num_tokens=3), received 3",
        ),
        (
            lambda: layers.CategoryEncoding(3)([[1]], count_weights=[[1.0]]),
            "count_weights is for output_mode='count'",
        ),
        (lambda: layers.Discretization(), "needs either num_bins"),
        (lambda: layers.Discretization(num_bins=3)([1.0]), "has no boundaries yet"),
        (lambda: layers.Discretization([1.0]).adapt([1.0]), "there is nothing to adapt"),
        (lambda: layers.Hashing(0), "num_bins must be a positive integer"),
        (lambda: layers.Hashing(3, dtype="float32"), "goes with dtype int32 or int64"),
        (lambda: layers.HashedCrossing(3)([np.ones(2), np.ones(2)]), "expected strings or integers"),
        (lambda: layers.HashedCrossing(3)([["a"], ["b", "c"]]), "inputs of one shape"),
        (lambda: layers.Normalization(mean=1.0), "mean and variance are given together"),
        (lambda: layers.Normalization(axis=3)(np.ones((2, 2))), "axis=(3,) must name axes"),
        (lambda: layers.Normalization(mean=1.0, variance=1.0).adapt(np.ones(3)), "there is nothing to adapt"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        call()


def test_a_layer_without_vocabulary_says_so():
    with pytest.raises(RuntimeError, match="has no vocabulary yet"):
        layers.StringLookup(output_mode="multi_hot")(["a"])


def test_functions_standardize_and_split():
    layer = layers.TextVectorization(
        standardize=np.char.upper,
        split=lambda texts: [text.split(";") for text in texts],
        vocabulary=["A", "B"],
    )
    assert layer(["a;b;c", "b"]).tolist() == [[2, 3, 1], [3, 0, 0]]


def test_normalization_of_batches_is_that_of_the_whole():
    x = np.random.default_rng(0).normal(100.0, 3.0, (50, 4))
    whole, parts = layers.Normalization(), layers.Normalization()
    whole.adapt(x)
    parts.adapt(iter([x[:7], x[7:20], x[20:]]))
    np.testing.assert_allclose(whole.adapt_variance.numpy(), x.var(0), rtol=1e-6)
    np.testing.assert_allclose(parts.adapt_variance.numpy(), x.var(0), rtol=1e-6)
    np.testing.assert_allclose(whole(x).numpy().std(0), 1.0, rtol=1e-5)
    with pytest.raises(ValueError, match="received shape"):
        whole.adapt(x[:, :3])
