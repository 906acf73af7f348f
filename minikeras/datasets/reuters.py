"""Reuters: 11,228 newswires of 1987, labelled with one of 46 topics."""

import numpy as np

from minikeras.datasets.source import KERAS_ADDRESS, Source
from minikeras.datasets.split import require_fraction
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
    "reuters.npz",
    KERAS_ADDRESS + "reuters.npz",
    sha256="d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
)
# Only the MD5 of the word index is published.
WORD_INDEX = Source(
    "reuters_word_index.json",
    KERAS_ADDRESS + "reuters_word_index.json",
    md5="4d44cc38712099c9e383dc6e5f11a921",
)
_LABEL_NAMES = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship "
    "cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin "
    "strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr "
    "gas silver wpi hog lead"
)


@accepting("reuters.load_data")
def load_data(
    path="reuters.npz",
    num_words=None,
    skip_top=0,
    maxlen=None,
    test_split=0.2,
    seed=113,
    start_char=1,
    oov_char=2,
    index_from=3,
):
    """Newswires as lists of word ranks and their topics: `(x_train, y_train), (x_test, y_test)`.

    The texts are one-dimensional arrays of lists of integers, the labels are int64 from 0 to 45
    (`get_label_names`). With the defaults, 8,982 texts are to train and 2,246 to test. The n-th most frequent
    word is the integer n + `index_from`; 0 is left for padding. Each text begins with `start_char` (None:
    with its first word). Words below `skip_top` or not below `num_words` become `oov_char` (None: vanish);
    without `num_words`, the rarest word of all becomes it too, as in Keras. Texts of `maxlen` words or more,
    the start mark counted, are left out.

    Source: D. Lewis, Reuters-21578, https://archive.ics.uci.edu/dataset/137. `path` is a name below the data
    folders, or absolute.
    """
    require_fraction(test_split)
    texts, labels = load_texts(ARCHIVE.fetch(path), "x", "y", np.random.RandomState(seed))
    texts, labels = remove_long(mark(texts, start_char, index_from), labels, maxlen)
    num_words = vocabulary_size(texts, num_words)
    texts = as_array(replace_unknown(texts, skip_top, num_words, oov_char))
    rows = int(len(texts) * (1 - test_split))
    return (texts[:rows], labels[:rows]), (texts[rows:], labels[rows:])


def get_word_index(path="reuters_word_index.json"):
    """A dictionary from each word to its rank, 1 for the most frequent; `load_data` adds `index_from` to it.

    The file is checked against the MD5 checksum that Keras publishes; a SHA-256 is not published.
    """
    return read_word_index(WORD_INDEX.fetch(path))


def get_label_names():
    """The names of the 46 topics, in the order of the labels.

    >>> get_label_names()[3]
    'earn'
    """
    return tuple(_LABEL_NAMES.split())
