"""Label sequences read off the outputs of a network trained by connectionist temporal classification."""

import numpy as np

from minikeras.autodiff import Tensor, operation
from minikeras.ops import elementwise, reduce

__all__ = ["ctc_decode"]


@operation
def ctc_decode(
    inputs,
    sequence_lengths,
    /,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
):
    """The likely label sequences of (samples, steps, classes) logits, of which the first sequence_lengths steps count.

    strategy 'greedy' takes the highest class of each step (repeated ones once, if merge_repeated); 'beam_search' keeps
    the beam_width likeliest sequences, all their alignments added up, and returns top_paths of them. mask_index: the
    class that stands for no label. Returns (labels, scores): labels (paths, samples, steps), filled up with -1; scores
    (samples, paths): for 'greedy' minus the sum of the highest logits, else the logarithm of the probability.
    """
    if strategy not in ("greedy", "beam_search"):
        raise ValueError(f"ctc_decode expected strategy 'greedy' or 'beam_search', received {strategy!r}.")
    if inputs.ndim != 3:
        raise ValueError(
            f"ctc_decode expected inputs of shape (samples, steps, classes), received {inputs.shape}."
        )
    x = inputs.array
    x = x if x.dtype.kind == "f" and x.dtype.itemsize >= 4 else x.astype("float32")
    lengths = np.broadcast_to(sequence_lengths.array.astype("int64"), len(x))
    mask = x.shape[-1] - 1 if mask_index is None else mask_index
    if strategy == "greedy":
        labels = _greedy(x, lengths, merge_repeated, mask)
        highest = reduce.max(elementwise.cast(inputs, x.dtype), axis=-1)
        counted = np.arange(x.shape[1]) < lengths[:, None]
        scores = -reduce.sum(elementwise.where(counted, highest, 0.0), axis=1, keepdims=True)
    else:
        labels, scores = _beam_search(x, lengths, beam_width, top_paths, mask)
        scores = Tensor(scores.astype(x.dtype))
    return Tensor(labels.astype("int32")), scores


def _greedy(x, lengths, merge_repeated, mask):
    counted = np.arange(x.shape[1]) < lengths[:, None]
    best = np.where(counted, x.argmax(-1), mask)
    kept = best != mask
    if merge_repeated:
        kept[:, 1:] &= best[:, 1:] != best[:, :-1]
    labels = np.full(best.shape, -1)
    places = np.cumsum(kept, axis=1) - 1
    rows, columns = np.nonzero(kept)
    labels[rows, places[rows, columns]] = best[rows, columns]
    return labels[None]


def _beam_search(x, lengths, beam_width, top_paths, mask):
    labels = np.full((top_paths, *x.shape[:2]), -1)
    scores = np.full((len(x), top_paths), -np.inf)
    peak = x.max(-1, keepdims=True)
    logarithms = (x - peak - np.log(np.exp(x - peak).sum(-1, keepdims=True))).astype("float64")
    for sample, (steps, length) in enumerate(zip(logarithms, lengths, strict=True)):
        for place, (path, score) in enumerate(_best_paths(steps[:length], beam_width, mask)[:top_paths]):
            labels[place, sample, : len(path)] = path
            scores[sample, place] = score
    return labels, scores


def _best_paths(steps, beam_width, mask):
    """(path, log probability) of the likeliest label sequences, the best first (prefix beam search, Hannun et al. 2014).

    Each prefix carries two logarithms: of its alignments that end in no label, and of those that end in its last one.
    """
    beam = {(): (0.0, -np.inf)}
    for step in steps:
        following = {}

        def add(path, ends_masked, score, following=following):
            pair = following.setdefault(path, [-np.inf, -np.inf])
            pair[not ends_masked] = np.logaddexp(pair[not ends_masked], score)

        for path, (masked, labelled) in beam.items():
            both = np.logaddexp(masked, labelled)
            for label, score in enumerate(step):
                if label == mask:
                    add(path, True, both + score)
                elif path and path[-1] == label:
                    # The same label again: one with the last, or a new one after no label.
                    add(path, False, labelled + score)
                    add((*path, label), False, masked + score)
                else:
                    add((*path, label), False, both + score)
        ranked = sorted(following.items(), key=lambda item: -np.logaddexp(*item[1]))
        beam = dict(ranked[:beam_width])
    found = [(path, np.logaddexp(*pair)) for path, pair in beam.items()]
    return [(path, score) for path, score in found if score > -np.inf]
