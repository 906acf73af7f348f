"""What IMDB and Reuters share: texts as lists of word ranks, filtered and marked as asked."""

import json

import numpy as np

from minikeras.datasets.npz import read_npz
from minikeras.datasets.split import shuffle
from minikeras.files import DamagedFileError


def load_texts(path, texts_name, labels_name, generator):
    """The shuffled texts (a list of lists of word ranks) and labels of an archive."""
    texts, labels = read_npz(path, texts_name, labels_name)
    if len(texts) != len(labels) or not len(texts):
        raise DamagedFileError(path, f"it holds {len(texts)} texts and {len(labels)} labels")
    return shuffle(generator, texts, labels)


def mark(texts, start_char, index_from):
    """Move each word up by `index_from`, to make room for the marks, and put the start mark in front.

    >>> mark([[1, 2], [3]], start_char=1, index_from=3)
    [[1, 4, 5], [1, 6]]
    """
    index_from = index_from or 0
    if start_char is None:
        return [[word + index_from for word in text] for text in texts]
    return [[start_char, *(word + index_from for word in text)] for text in texts]


def remove_long(texts, labels, maxlen):
    """The texts shorter than `maxlen` (marks counted), with their labels; 0 or None keeps all."""
    if not maxlen:
        return texts, labels
    kept = [row for row, text in enumerate(texts) if len(text) < maxlen]
    if not kept:
        shortest = min(map(len, texts))
        raise ValueError(
            f"load_data expected texts shorter than maxlen={maxlen}, but the shortest has {shortest} words. "
            f"Choose a maxlen above {shortest}."
        )
    return [texts[row] for row in kept], labels[kept]


def vocabulary_size(texts, num_words):
    """`num_words`, or else the highest word in the texts, which counts as unknown itself, as in Keras."""
    return num_words or max(max(text, default=0) for text in texts)


def replace_unknown(texts, skip_top, num_words, oov_char):
    """Words outside `skip_top` <= word < `num_words` become `oov_char`, or vanish when that is None.

    >>> replace_unknown([[1, 4, 9]], skip_top=0, num_words=9, oov_char=2)
    [[1, 4, 2]]
    """
    if oov_char is None:
        return [[word for word in text if skip_top <= word < num_words] for text in texts]
    return [[word if skip_top <= word < num_words else oov_char for word in text] for text in texts]


def as_array(texts):
    """A one-dimensional array of objects, each a list of integers; also when all lists are equally long."""
    array = np.empty(len(texts), object)
    for row, text in enumerate(texts):
        array[row] = text
    return array


def read_word_index(path):
    """A dictionary from words to their ranks, from a JSON file."""
    try:
        words = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(path, f"it is not JSON ({error})") from error
    if not isinstance(words, dict) or not set(map(type, words.values())) <= {int}:
        raise DamagedFileError(path, "it does not map words to integers")
    return words
