"""IMDB: 50,000 film reviews, labelled as good (1) or bad (0)."""

import numpy as np

from minikeras.datasets.source import KERAS_ADDRESS, Source
from minikeras.datasets.texts import (
    as_array,
    load_texts,
    mark,
    read_word_index,
    remove_long,
    replace_unknown,
    vocabulary_size,
)
from minikeras.spellings.calls import accepting

ARCHIVE = Source(
    "imdb.npz",
    KERAS_ADDRESS + "imdb.npz",
    sha256="69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
# Only the MD5 of the word index is published.
WORD_INDEX = Source(
    "imdb_word_index.json", KERAS_ADDRESS + "imdb_word_index.json", md5="bfafd718b763782e994055a2d397834f"
)


@accepting("imdb.load_data")
def load_data(
    path="imdb.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
    **kwargs,
):
    """Reviews as lists of word ranks and their labels: `(x_train, y_train), (x_test, y_test)`, 25,000 each.

    The texts are one-dimensional arrays of lists of integers, the labels are int64 of shape (25000,). The
    n-th most frequent word is the integer n + `index_from`; 0 is left for padding. Each text begins with
    `start_char` (None: with its first word). Words below `skip_top` or not below `num_words` become
    `oov_char` (None: vanish); without `num_words`, the rarest word of all becomes it too, as in Keras. Texts
    of `maxlen` words or more, the start mark counted, are left out.

    Source: A. Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011,
    https://ai.stanford.edu/~amaas/data/sentiment. `path` is a name below the data folders, or absolute.
    """
    if kwargs:
        raise TypeError(f"imdb.load_data has no argument {next(iter(kwargs))!r}.")
    path = ARCHIVE.fetch(path)
    # One generator for both: the order of the test texts continues that of the training texts.
    generator = np.random.RandomState(seed)
    train, train_labels = load_texts(path, "x_train", "y_train", generator)
    test, test_labels = load_texts(path, "x_test", "y_test", generator)
    train, train_labels = remove_long(mark(train, start_char, index_from), train_labels, maxlen)
    test, test_labels = remove_long(mark(test, start_char, index_from), test_labels, maxlen)
    num_words = vocabulary_size(train + test, num_words)
    train, test = (as_array(replace_unknown(texts, skip_top, num_words, oov_char)) for texts in (train, test))
    return (train, train_labels), (test, test_labels)


def get_word_index(path="imdb_word_index.json"):
    """A dictionary from each word to its rank, 1 for the most frequent; `load_data` adds `index_from` to it.

    The file is checked against the MD5 checksum that Keras publishes; a SHA-256 is not published.
    """
    return read_word_index(WORD_INDEX.fetch(path))
