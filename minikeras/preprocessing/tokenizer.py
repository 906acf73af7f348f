"""Texts as numbers: splitting into words, hashing, and the tokenizer that learns a vocabulary."""

import hashlib
import json
from collections import Counter, defaultdict

import numpy as np

__all__ = ["Tokenizer", "hashing_trick", "one_hot", "text_to_word_sequence", "tokenizer_from_json"]

FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text, filters=FILTERS, lower=True, split=" "):
    """The words of a text: the characters of `filters` separate words as `split` does.

    >>> text_to_word_sequence("A fox, a hen!")
    ['a', 'fox', 'a', 'hen']
    """
    text = input_text.lower() if lower else input_text
    text = text.translate(str.maketrans(dict.fromkeys(filters, split)))
    return [word for word in text.split(split) if word]


def hashing_trick(text, n, hash_function=None, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """The words of a text as numbers from 1 to n - 1, by a hash; different words may get the same number.

    hash_function: 'md5', which is the same in every run, a function of the word, or Python's own `hash`.

    >>> hashing_trick("a fox and a hen", 100, hash_function="md5")
    [92, 11, 69, 92, 55]
    """
    if hash_function == "md5":
        number_of = _md5
    elif hash_function is None:
        number_of = hash
    elif callable(hash_function):
        number_of = hash_function
    else:
        raise ValueError(
            f"hashing_trick expected hash_function 'md5', a function or None, received {hash_function!r}."
        )
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [number_of(word) % (n - 1) + 1 for word in words]


def one_hot(input_text, n, filters=FILTERS, lower=True, split=" ", analyzer=None):
    """`hashing_trick` with Python's own hash, which differs between runs unless PYTHONHASHSEED is set."""
    return hashing_trick(input_text, n, None, filters, lower, split, analyzer)


def _md5(word):
    return int(hashlib.md5(word.encode()).hexdigest(), 16)


class Tokenizer:
    """Numbers the words of texts by how often they occur, from 1 on, and turns texts into lists of numbers.

    num_words: only words numbered below it are used. filters, lower, split: how texts become words; analyzer: a function
    that does it instead. char_level: characters instead of words. oov_token: a word that stands for all unknown ones,
    number 1. A text may also be a list of words.

    Attributes: word_counts, word_docs (in how many texts), word_index, index_word, index_docs, document_count.

    >>> tokenizer = Tokenizer(oov_token="?")
    >>> tokenizer.fit_on_texts(["the fox", "the hen"])
    >>> tokenizer.texts_to_sequences(["the old fox"])
    [[2, 1, 3]]
    """

    def __init__(
        self,
        num_words=None,
        filters=FILTERS,
        lower=True,
        split=" ",
        char_level=False,
        oov_token=None,
        analyzer=None,
        document_count=0,
    ):
        self.num_words = num_words
        self.filters = filters
        self.lower = lower
        self.split = split
        self.char_level = char_level
        self.oov_token = oov_token
        self.analyzer = analyzer
        self.document_count = document_count
        self.word_counts = {}
        self.word_docs = defaultdict(int)
        self.index_docs = defaultdict(int)
        self.word_index = {}
        self.index_word = {}

    # Learning

    def fit_on_texts(self, texts):
        """Count the words of a list (or generator) of texts, and number them; may be called again with more."""
        for text in texts:
            words = self._words(text)
            self.document_count += 1
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        ranked = sorted(self.word_counts, key=lambda word: -self.word_counts[word])
        names = ranked if self.oov_token is None else [self.oov_token, *ranked]
        self.word_index = {word: number for number, word in enumerate(names, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Count in how many of these lists of numbers each number occurs (needed for 'tfidf' without texts)."""
        self.document_count += len(sequences)
        for number in (n for sequence in sequences for n in set(sequence)):
            self.index_docs[number] += 1

    def _words(self, text):
        if isinstance(text, (list, tuple)):
            return [word.lower() for word in text] if self.lower else list(text)
        if not isinstance(text, str):
            raise TypeError(f"Tokenizer expected texts or lists of words, received {type(text).__name__}.")
        if self.char_level:
            return list(text.lower() if self.lower else text)
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    # Texts and numbers

    def texts_to_sequences(self, texts):
        """A list of numbers for each text; unknown words are left out, unless there is an oov_token."""
        if isinstance(texts, str):
            raise TypeError("Tokenizer expected a list of texts, received one text. Put it in a list.")
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts):
        """The lists of `texts_to_sequences`, one by one."""
        for text in texts:
            numbers = (self._used(self.word_index.get(word)) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def sequences_to_texts(self, sequences):
        """A text for each list of numbers, its words separated by spaces."""
        return list(self.sequences_to_texts_generator(sequences))

    def sequences_to_texts_generator(self, sequences):
        """The texts of `sequences_to_texts`, one by one."""
        for sequence in sequences:
            numbers = (self._used(number if number in self.index_word else None) for number in sequence)
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def _used(self, number):
        """The number itself if its word is among those used, else that of the oov_token."""
        if number is None or (self.num_words and number >= self.num_words):
            return None if self.oov_token is None else self.word_index.get(self.oov_token)
        return number

    # Matrices

    def texts_to_matrix(self, texts, mode="binary"):
        """A row of word weights for each text; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """A row for each list of numbers, a column for each number: (sequences, num_words).

        mode: 'binary' whether it occurs, 'count' how often, 'freq' in what share, or 'tfidf':
        (1 + log count) · log(1 + documents / (1 + documents with it)).
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"Unknown mode {mode!r}. Expected 'binary', 'count', 'freq' or 'tfidf'.")
        if not self.num_words and not self.word_index:
            raise ValueError(
                "The Tokenizer does not know how many columns to make. Pass num_words, or call fit_on_texts first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("The mode 'tfidf' needs counted texts. Call fit_on_texts first.")
        width = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), width))
        for row, sequence in zip(matrix, sequences, strict=True):
            for number, count in Counter(n for n in sequence if n < width).items():
                row[number] = self._weight(number, count, len(sequence), mode)
        return matrix

    def _weight(self, number, count, length, mode):
        if mode == "binary":
            return 1
        if mode == "count":
            return count
        if mode == "freq":
            return count / length
        return (1 + np.log(count)) * np.log(1 + self.document_count / (1 + self.index_docs.get(number, 0)))

    # Configuration

    def get_config(self):
        """The arguments and what was counted, the dictionaries as JSON texts (an analyzer is left out)."""
        arguments = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        counted = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        return {name: getattr(self, name) for name in arguments} | {
            name: json.dumps(getattr(self, name)) for name in counted
        }

    def to_json(self, **kwargs):
        """The tokenizer as a JSON text; the arguments go to `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string):
    """The tokenizer that `to_json` wrote."""
    described = json.loads(json_string)
    config = dict(described["config"]) if isinstance(described, dict) and "config" in described else None
    if config is None:
        raise ValueError("tokenizer_from_json expected what Tokenizer.to_json() returns.")
    counted = {
        name: json.loads(config.pop(name))
        for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
    }
    tokenizer = Tokenizer(**config)
    for name in ("index_docs", "index_word"):  # JSON has no numbers as keys
        counted[name] = {int(key): value for key, value in counted[name].items()}
    for name in ("word_docs", "index_docs"):
        counted[name] = defaultdict(int, counted[name])
    vars(tokenizer).update(counted)
    return tokenizer
