"""Lists of different lengths as one array."""

import numpy as np


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Sequences cut or filled to one length: an array (sequences, maxlen, ...).

    padding, truncating: at which end to fill with `value` and to cut, 'pre' or 'post'. maxlen None is the longest.

    >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
    array([[0, 1],
           [3, 4]], dtype=int32)
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise ValueError(f"pad_sequences expected {name} to be 'pre' or 'post', received {side!r}.")
    if not hasattr(sequences, "__len__"):
        raise ValueError(
            f"pad_sequences expected a list of sequences, received {type(sequences).__name__}. Make it a list."
        )
    for number, sequence in enumerate(sequences):
        if not hasattr(sequence, "__len__"):
            raise ValueError(
                f"pad_sequences expected a list of sequences, received {sequence!r} as number {number}. "
                "Put each sequence in a list."
            )
    length = max(map(len, sequences), default=0) if maxlen is None else maxlen
    shape = next((np.asarray(s).shape[1:] for s in sequences if len(s)), ())
    kind = np.dtype(object if dtype is object else dtype)
    if isinstance(value, str) and kind.kind not in "OUS":
        raise ValueError(f"pad_sequences cannot fill an array of {dtype} with {value!r}. Pass dtype=object.")
    filled = np.full((len(sequences), length, *shape), value, dtype=kind)
    for row, sequence in zip(filled, sequences, strict=True):
        if not len(sequence) or not length:
            continue
        part = np.asarray(sequence[-length:] if truncating == "pre" else sequence[:length], dtype=kind)
        if part.shape[1:] != shape:
            raise ValueError(
                f"pad_sequences expected every element to have shape {shape}, received {part.shape[1:]}."
            )
        if padding == "pre":
            row[-len(part) :] = part
        else:
            row[: len(part)] = part
    return filled
