"""Windows over a series, as a data set."""

import numpy as np

from minikeras.utils.batches import Batches


def timeseries_dataset_from_array(
    data,
    targets,
    sequence_length,
    sequence_stride=1,
    sampling_rate=1,
    batch_size=128,
    shuffle=False,
    seed=None,
    start_index=None,
    end_index=None,
    format="tf",
):
    """A data set of windows (batch, sequence_length, ...) over data (time, ...), with the target at each start.

    Window i begins at time `i * sequence_stride` and takes every `sampling_rate`-th time; `targets[t]` belongs to the
    window that begins at t (None: windows alone). start_index, end_index: the part of the data to use, end excluded.

    >>> windows = timeseries_dataset_from_array(np.arange(6), None, sequence_length=3, sequence_stride=2)
    >>> next(iter(windows)).tolist()
    [[0, 1, 2], [2, 3, 4]]
    """
    check_format(format, "timeseries_dataset_from_array")
    data = np.asarray(data)
    targets = None if targets is None else np.asarray(targets)
    for name, value in (
        ("sequence_length", sequence_length), ("sequence_stride", sequence_stride), ("sampling_rate", sampling_rate),
    ):  # fmt: skip
        if value < 1 or (name != "sequence_length" and value >= len(data)):
            raise ValueError(f"{name} must be from 1 to less than the {len(data)} times, received {value}.")
    start = 0 if start_index is None else start_index
    end = len(data) if end_index is None else end_index
    if not 0 <= start < len(data) or not start < end <= len(data):
        raise ValueError(
            f"start_index and end_index must have 0 <= start < end <= {len(data)}, received {start_index!r} and "
            f"{end_index!r}."
        )
    span = (sequence_length - 1) * sampling_rate + 1
    last = end - span
    if targets is not None:
        last = min(last, len(targets) - 1)
    starts = np.arange(start, last + 1, sequence_stride)
    steps = np.arange(0, span, sampling_rate)

    def read(indices):
        x = data[starts[indices][:, None] + steps]
        return x if targets is None else (x, targets[starts[indices]])

    return Batches(len(starts), read, batch_size, shuffle, seed)


def check_format(format, who):
    """Refuse a kind of data set that needs another library."""
    if format not in ("tf", "grain"):
        raise ValueError(f"{who} expected format 'tf' or 'grain', received {format!r}.")
