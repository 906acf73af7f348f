"""Tokenizer, hashing, skip-grams and windows of older Keras."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras.preprocessing import sequence, text
from minikeras.preprocessing.skipgrams import _remove_long_seq, make_sampling_table, skipgrams
from minikeras.preprocessing.timeseries_generator import TimeseriesGenerator
from minikeras.preprocessing.tokenizer import (
    Tokenizer,
    hashing_trick,
    one_hot,
    text_to_word_sequence,
    tokenizer_from_json,
)

TEXTS = ["The cat sat on the mat!", "the dog, the log; and THE cat", "x y z z"]
# What Keras 3.15.1's own copy of the older Tokenizer makes of the texts and "zebra the cat".
ENCODED = {
    "plain": [[1, 2, 4, 5, 1, 6], [1, 7, 1, 8, 9, 1, 2], [10, 11, 3, 3], [1, 2]],
    "oov": [[2, 3, 1, 1, 2, 1], [2, 1, 2, 1, 1, 2, 3], [1, 1, 1, 1], [1, 2, 3]],
}


@pytest.mark.parametrize(
    ("kind", "settings"), [("plain", {}), ("oov", {"num_words": 4, "oov_token": "<OOV>"})]
)
def test_sequences_are_kerass(kind, settings):
    tokenizer = Tokenizer(**settings)
    tokenizer.fit_on_texts(TEXTS)
    assert tokenizer.texts_to_sequences([*TEXTS, "zebra the cat"]) == ENCODED[kind]


def test_words_are_numbered_by_frequency():
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(iter(TEXTS))
    assert tokenizer.document_count == 3
    assert list(tokenizer.word_index.items())[:3] == [("the", 1), ("cat", 2), ("z", 3)]
    assert tokenizer.index_word[1] == "the"
    assert tokenizer.word_counts["the"] == 5
    assert tokenizer.word_docs["the"] == tokenizer.index_docs[1] == 2


def test_back_to_texts():
    tokenizer = Tokenizer(num_words=4, oov_token="?")
    tokenizer.fit_on_texts(TEXTS)
    assert tokenizer.sequences_to_texts([[2, 3, 9, 99]]) == ["the cat ? ?"]
    plain = Tokenizer(num_words=3)
    plain.fit_on_texts(TEXTS)
    assert plain.sequences_to_texts([[1, 5, 99, 2]]) == ["the cat"]


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("binary", [0, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]),
        ("count", [0, 2, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0]),
        ("freq", [0, 1 / 3, 1 / 6, 0, 1 / 6, 1 / 6, 1 / 6, 0, 0, 0, 0, 0]),
        (
            "tfidf",
            [0, (1 + np.log(2)) * np.log(2), np.log(2), 0, *[np.log(2.5)] * 3, 0, 0, 0, 0, 0],
        ),
    ],
)
def test_matrices(mode, row):
    tokenizer = Tokenizer()
    tokenizer.fit_on_texts(TEXTS)
    np.testing.assert_allclose(tokenizer.texts_to_matrix(TEXTS, mode)[0], row)


def test_matrices_of_numbers_alone():
    tokenizer = Tokenizer(num_words=4)
    tokenizer.fit_on_sequences([[1, 2, 2], [2, 9]])
    assert tokenizer.sequences_to_matrix([[1, 2, 2], [2, 9]], "count").tolist() == [
        [0, 1, 2, 0],
        [0, 0, 1, 0],
    ]
    assert tokenizer.sequences_to_matrix([[2]], "tfidf")[0, 2] == pytest.approx(np.log(1 + 2 / 3))


def test_characters_words_and_analyzers():
    tokenizer = Tokenizer(char_level=True)
    tokenizer.fit_on_texts(["aAb"])
    assert tokenizer.word_index == {"a": 1, "b": 2}
    tokenizer = Tokenizer(lower=False)
    tokenizer.fit_on_texts([["A", "a", "A"]])
    assert tokenizer.word_index == {"A": 1, "a": 2}
    tokenizer = Tokenizer(analyzer=lambda t: t.split("-"))
    tokenizer.fit_on_texts(["x-y-x"])
    assert tokenizer.texts_to_sequences(["y-x"]) == [[2, 1]]


def test_json_round_trip():
    tokenizer = Tokenizer(num_words=7, oov_token="?")
    tokenizer.fit_on_texts(TEXTS)
    written = tokenizer.to_json(indent=1)
    assert json.loads(written)["class_name"] == "Tokenizer"
    again = tokenizer_from_json(written)
    assert again.to_json(indent=1) == written
    assert again.texts_to_sequences(TEXTS) == tokenizer.texts_to_sequences(TEXTS)
    again.fit_on_texts(["new words"])
    assert again.document_count == 4
    with pytest.raises(ValueError, match="what Tokenizer.to_json"):
        tokenizer_from_json("[1]")


def test_tokenizer_refuses():
    tokenizer = Tokenizer()
    with pytest.raises(ValueError, match="Pass num_words, or call fit_on_texts first"):
        tokenizer.sequences_to_matrix([[1]])
    with pytest.raises(ValueError, match="Unknown mode 'often'"):
        tokenizer.sequences_to_matrix([[1]], "often")
    with pytest.raises(TypeError, match="received one text. Put it in a list"):
        tokenizer.texts_to_sequences("the cat")
    with pytest.raises(TypeError, match="expected texts or lists of words, received int"):
        tokenizer.fit_on_texts([1])
    with pytest.raises(ValueError, match="'tfidf' needs counted texts"):
        Tokenizer(num_words=3).sequences_to_matrix([[1]], "tfidf")


def test_splitting_and_hashing():
    assert text_to_word_sequence("One, two;Three", lower=False, filters=",;", split="|") == [
        "One",
        " two",
        "Three",
    ]
    assert hashing_trick("the cat is", 50, "md5") == [43, 32, 12]
    assert hashing_trick("a b", 10, hash_function=ord) == [97 % 9 + 1, 98 % 9 + 1]
    assert one_hot("a b a", 20)[0] == one_hot("a b a", 20)[2]
    assert hashing_trick("ab", 10, hash_function=ord, analyzer=list) == [97 % 9 + 1, 98 % 9 + 1]
    with pytest.raises(ValueError, match="hash_function 'md5', a function or None, received 'sha'"):
        hashing_trick("a", 10, "sha")


# Sequences


def test_skipgrams():
    couples, labels = skipgrams([1, 2, 0, 3], 5, window_size=2, negative_samples=0, shuffle=False)
    assert couples == [[1, 2], [2, 1], [2, 3], [3, 2]]
    assert labels == [1] * 4
    couples, labels = skipgrams([1, 2, 3], 9, seed=1)
    assert skipgrams([1, 2, 3], 9, seed=1) == (couples, labels)
    assert labels.count(1) == labels.count(0) == 6
    true = [couple for couple, label in zip(couples, labels, strict=True) if label]
    assert sorted(true) == [[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]
    assert all(1 <= b <= 8 for _, b in couples)
    assert (
        skipgrams([1, 2], 5, negative_samples=1, categorical=True, shuffle=False)[1]
        == [[0, 1]] * 2 + [[1, 0]] * 2
    )
    assert skipgrams([1, 2], 5, sampling_table=np.zeros(5)) == ([], [])
    assert skipgrams([1], 5) == ([], [])


def test_sampling_table():
    table = make_sampling_table(10)
    np.testing.assert_allclose(table[:4], [0.00315225, 0.00315225, 0.00547597, 0.00741556], rtol=1e-5)
    assert (np.diff(table[1:]) > 0).all()


def test_remove_long_sequences():
    assert _remove_long_seq(3, [[1], [1, 2, 3], [1, 2]], [0, 1, 2]) == ([[1], [1, 2]], [0, 2])


def test_windows():
    data = np.arange(50).reshape(50, 1)
    windows = TimeseriesGenerator(data, data, length=10, sampling_rate=2, batch_size=2)
    x, y = windows[0]
    assert x[..., 0].tolist() == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]
    assert y.tolist() == [[10], [11]]
    assert len(windows) == 20
    assert sum(len(windows[i][1]) for i in range(20)) == 40
    strided = TimeseriesGenerator(
        data, data, 5, stride=3, start_index=4, end_index=30, batch_size=4, reverse=True
    )
    assert [y[:, 0].tolist() for _, y in map(strided.__getitem__, range(len(strided)))] == [
        [9, 12, 15, 18],
        [21, 24, 27, 30],
    ]
    assert strided[0][0][0, :, 0].tolist() == [8, 7, 6, 5, 4]
    shuffled = TimeseriesGenerator(data, data, 5, shuffle=True, batch_size=7)[0]
    np.testing.assert_array_equal(shuffled[0][:, -1], shuffled[1] - 1)


def test_windows_train_and_describe_themselves():
    data = np.sin(np.arange(40) / 3).astype("float32")[:, None]
    windows = TimeseriesGenerator(data, data, 4, batch_size=8)
    model = keras.Sequential([keras.Input((4, 1)), keras.layers.Flatten(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(windows, epochs=2, verbose=0).history["loss"]) == 2
    config = json.loads(windows.to_json())["config"]
    assert config["length"] == 4
    assert len(json.loads(config["data"])) == 40


def test_windows_are_refused():
    with pytest.raises(ValueError, match="as many targets as data, received 4 steps of data and 3"):
        TimeseriesGenerator(range(4), range(3), 2)
    with pytest.raises(
        ValueError, match="a window of length 9 from start_index 0 reaches beyond end_index 3"
    ):
        TimeseriesGenerator(range(4), range(4), 9)


def test_older_modules_have_the_names():
    vars(text).pop("Tokenizer", None)
    vars(sequence).pop("TimeseriesGenerator", None)
    with pytest.warns(DeprecationWarning, match="keras.preprocessing"):
        assert text.Tokenizer is Tokenizer
    with pytest.warns(DeprecationWarning, match="timeseries_dataset_from_array"):
        assert sequence.TimeseriesGenerator is TimeseriesGenerator
    assert keras.preprocessing.sequence.pad_sequences([[1]], 2).tolist() == [[0, 1]]
