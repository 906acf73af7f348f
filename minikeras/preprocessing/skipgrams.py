"""Pairs of words that stand near each other, for word vectors (Mikolov et al. 2013)."""

import random

import numpy as np

__all__ = ["make_sampling_table", "skipgrams"]

_EULER = 0.577


def make_sampling_table(size, sampling_factor=1e-5):
    """For each rank of a word, by frequency, the probability to keep it: √(sampling_factor / frequency), at most 1.

    Frequencies follow Zipf's law: frequency(rank) ≈ 1 / (rank · (log rank + γ) + 1/2 - 1/(12 rank)).

    >>> make_sampling_table(3).round(5)
    array([0.00315, 0.00315, 0.00548])
    """
    rank = np.arange(size).astype("float64")
    rank[:1] = 1
    inverse = rank * (np.log(rank) + _EULER) + 0.5 - 1 / (12 * rank)
    return np.minimum(1.0, np.sqrt(sampling_factor * inverse))


def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """(couples, labels): words with those within window_size of them, label 1, and with random ones, label 0.

    sequence: numbers of words; 0 is no word. negative_samples: how many random couples for each true one.
    sampling_table: the probability to use each word. categorical: labels [0, 1] and [1, 0] in place of 1 and 0.

    >>> skipgrams([1, 2], 3, negative_samples=0, shuffle=False)
    ([[1, 2], [2, 1]], [1, 1])
    """
    draw = random if seed is None else random.Random(seed)
    couples = []
    for i, word in enumerate(sequence):
        if not word or (sampling_table is not None and sampling_table[word] < draw.random()):
            continue
        nearby = range(max(0, i - window_size), min(len(sequence), i + window_size + 1))
        couples += [[word, sequence[j]] for j in nearby if j != i and sequence[j]]
    labels = [[0, 1] if categorical else 1] * len(couples)
    if negative_samples > 0 and couples:
        count = int(len(couples) * negative_samples)
        words = [word for word, _ in couples]
        draw.shuffle(words)
        couples += [[words[i % len(words)], draw.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [[1, 0] if categorical else 0] * count
    if shuffle:
        pairs = list(zip(couples, labels, strict=True))
        draw.shuffle(pairs)
        couples, labels = [couple for couple, _ in pairs], [label for _, label in pairs]
    return couples, labels


def _remove_long_seq(maxlen, seq, label):
    """The sequences shorter than maxlen, and their labels."""
    kept = [(s, y) for s, y in zip(seq, label, strict=True) if len(s) < maxlen]
    return [s for s, _ in kept], [y for _, y in kept]
