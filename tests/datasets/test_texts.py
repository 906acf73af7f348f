"""IMDB and Reuters from small files on a real server, held against the definition of each argument."""

import inspect
import json
import pickle
import re
import zipfile

import numpy as np
import pytest
from archives import npy, npz

from minikeras.datasets import imdb, reuters

RANDOM = np.random.default_rng(0)
LENGTHS = (9, 4, 7, 2, 6, 5, 3, 8, 5, 4)
TEXTS = [RANDOM.integers(1, 40, length).tolist() for length in LENGTHS]
LABELS = np.arange(10)
TEST_TEXTS = [RANDOM.integers(1, 50, length).tolist() for length in LENGTHS[:4]]
TEST_LABELS = np.arange(100, 104)
OPTIONS = [
    {},
    {"num_words": 20},
    {"skip_top": 10},
    {"num_words": 20, "skip_top": 10, "oov_char": None},
    {"maxlen": 7},
    {"maxlen": 7, "start_char": None, "num_words": 30},
    {"seed": 5, "start_char": None, "index_from": 0},
    {"start_char": None, "index_from": None, "oov_char": None, "num_words": 10},
    {"start_char": 7, "oov_char": 8, "index_from": 9, "num_words": 25},
]


def expected(rows, num_words=None, skip_top=0, maxlen=None, start_char=1, oov_char=2, index_from=3):
    """What the arguments mean, for each set of (texts, labels), already shuffled; one text at a time."""
    marked = []
    for texts, labels in rows:
        for text, label in zip(texts, labels, strict=True):
            words = ([] if start_char is None else [start_char]) + [word + (index_from or 0) for word in text]
            if maxlen is None or len(words) < maxlen:
                marked.append((words, int(label)))
    limit = num_words or max(word for words, _ in marked for word in words)
    result = []
    for words, label in marked:
        kept = [word if skip_top <= word < limit else oov_char for word in words]
        result.append(([word for word in kept if word is not None], label))
    return result


def order(generator, texts, labels):
    rows = np.arange(len(texts))
    generator.shuffle(rows)
    return [texts[row] for row in rows], labels[rows]


def pairs(x, y):
    assert (x.dtype, x.ndim, y.dtype, y.shape) == (object, 1, np.int64, x.shape)
    assert all(type(text) is list and type(word) is int for text in x for word in text)
    return list(zip(x.tolist(), y.tolist(), strict=True))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_imdb(publish, options):
    publish(imdb, npz(x_train=TEXTS, y_train=LABELS, x_test=TEST_TEXTS, y_test=TEST_LABELS))
    train, test = imdb.load_data(**options)
    options = dict(options)
    generator = np.random.RandomState(options.pop("seed", 113))
    rows = [order(generator, TEXTS, LABELS), order(generator, TEST_TEXTS, TEST_LABELS)]
    assert pairs(*train) + pairs(*test) == expected(rows, **options)
    assert all((label >= 100) == (part is test) for part in (train, test) for label in part[1])


@pytest.mark.parametrize("test_split", [0.2, 0.0, 0.55])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_reuters(publish, options, test_split):
    publish(reuters, npz(x=TEXTS, y=LABELS))
    train, test = reuters.load_data(test_split=test_split, **options)
    options = dict(options)
    rows = [order(np.random.RandomState(options.pop("seed", 113)), TEXTS, LABELS)]
    assert pairs(*train) + pairs(*test) == expected(rows, **options)
    assert len(train[0]) == int((len(train[0]) + len(test[0])) * (1 - test_split))


def test_texts_of_one_length_stay_an_array_of_lists(publish):
    publish(reuters, npz(x=[[1, 2]] * 4, y=LABELS[:4]))
    (x, _), _ = reuters.load_data()
    assert (x.shape, x[0]) == ((3,), [1, 4, 2])


@pytest.mark.parametrize("module", [imdb, reuters])
def test_no_text_short_enough(publish, module):
    publish(module, npz(x=TEXTS, y=LABELS, x_train=TEXTS, y_train=LABELS, x_test=TEXTS, y_test=LABELS))
    with pytest.raises(
        ValueError, match=r"shorter than maxlen=3, but the shortest has 3 words\. Choose a maxlen above 3"
    ):
        module.load_data(maxlen=3)
    module.load_data(maxlen=4)


@pytest.mark.parametrize("module", [imdb, reuters])
def test_word_index(publish, module):
    words = {"the": 1, "naïve": 2}
    publish(module, json.dumps(words).encode(), "WORD_INDEX")
    assert module.get_word_index() == words


@pytest.mark.parametrize(
    ("content", "text"), [(b"{", "not JSON"), (b"[]", "not map"), (b'{"a": "b"}', "not map")]
)
def test_a_damaged_word_index_is_named(publish, content, text):
    publish(imdb, content, "WORD_INDEX")
    with pytest.raises(
        ValueError, match=rf"imdb_word_index\.json is damaged or is another file: it (is|does) {text}"
    ):
        imdb.get_word_index()


def test_reuters_label_names():
    names = reuters.get_label_names()
    assert isinstance(names, tuple)
    assert (len(names), len(set(names))) == (46, 46)
    # The topics of the most frequent labels, 3 and 4, and of the last.
    assert (names[0], names[3], names[4], names[45]) == ("cocoa", "earn", "acq", "lead")


def test_an_older_spelling_warns_and_an_unknown_argument_is_an_error(publish):
    publish(imdb, npz(x_train=TEXTS, y_train=LABELS, x_test=TEST_TEXTS, y_test=TEST_LABELS))
    with pytest.warns(DeprecationWarning, match=r"nb_words=.*write imdb.load_data\(num_words="):
        (older, _), _ = imdb.load_data(nb_words=20)
    (modern, _), _ = imdb.load_data(num_words=20)
    assert older.tolist() == modern.tolist()
    with pytest.raises(TypeError, match="has no argument 'numwords'"):
        imdb.load_data(numwords=20)


def test_signatures_are_those_of_keras():
    assert str(inspect.signature(imdb.load_data)) == (
        "(path='imdb.npz', num_words=None, skip_top=0, maxlen=None, seed=113, start_char=1, oov_char=2, "
        "index_from=3, **kwargs)"
    )
    assert str(inspect.signature(reuters.load_data)) == (
        "(path='reuters.npz', num_words=None, skip_top=0, maxlen=None, test_split=0.2, seed=113, start_char=1, "
        "oov_char=2, index_from=3)"
    )


class Attack:
    def __reduce__(self):
        return exec, ("raise SystemExit('the pickle ran')",)


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(f"{name}.npy", content)
    return path.read_bytes()


def malicious():
    header = npy([[1]])[: -len(npy([[1]])) + 128]
    array = np.empty(1, object)
    array[0] = Attack()
    return header + pickle.dumps(array, 4)


DAMAGE = [
    ({"x": malicious(), "y": npy(LABELS)}, r"asks for builtins\.exec, which no data set needs"),
    ({"y": npy(LABELS)}, r"There is no item named 'x\.npy'"),
    ({"x": b"no array", "y": npy(LABELS)}, "magic string"),
    ({"x": npy(TEXTS)[:-9], "y": npy(LABELS)}, "not a pickle of plain arrays"),
    ({"x": npy(TEXTS), "y": npy(LABELS)[:-8]}, "the array 'y' has another size than its header promises"),
    ({"x": npy(TEXTS), "y": npy(LABELS) + b"!"}, "the array 'y' has another size than its header promises"),
    ({"x": npy(TEXTS), "y": npy(np.array(["text"]))}, "the array 'y' holds <U4 in place of numbers"),
    ({"x": npy(TEXTS), "y": npy(LABELS).replace(b"(10,)", b"(1e9,)")}, "shape"),
    ({"x": npy(TEXTS), "y": b"\x93NUMPY\x09\x00" + npy(LABELS)[8:]}, r"unknown format version \(9, 0\)"),
    ({"x": npy(TEXTS), "y": npy(LABELS[:9])}, "it holds 10 texts and 9 labels"),
]


@pytest.mark.parametrize(("members", "text"), DAMAGE, ids=range(len(DAMAGE)))
def test_a_damaged_or_hostile_archive_is_a_value_error_that_names_the_file(
    publish, cache, tmp_path, members, text
):
    publish(reuters, archive(tmp_path / "made.npz", **members))
    start = re.escape(f"The file {cache / 'reuters.npz'} is damaged or is another file: ")
    with pytest.raises(ValueError, match=f"{start}.*{text}"):
        reuters.load_data()


def test_what_is_no_archive_is_a_value_error_that_names_the_file(publish):
    publish(reuters, b"no archive")
    with pytest.raises(
        ValueError, match=r"reuters\.npz is damaged or is another file: .* \(File is not a zip file\)"
    ):
        reuters.load_data()


def test_the_malicious_archive_would_have_run(tmp_path):
    path = tmp_path / "made.npz"
    archive(path, x=malicious())
    with np.load(path, allow_pickle=True) as arrays, pytest.raises(SystemExit, match="the pickle ran"):
        arrays["x"]
