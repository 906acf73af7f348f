"""Windows over a series as a data set, as Keras 2 had it."""

import json

import numpy as np

from minikeras.training.pydataset import PyDataset

__all__ = ["TimeseriesGenerator"]


class TimeseriesGenerator(PyDataset):
    """Batches of windows over `data`, each with the target that comes after it.

    length: how many steps a window spans, of which every sampling_rate-th is taken. stride: steps from one window to
    the next. start_index, end_index: the part of the data to use, end included. shuffle: windows at random places.
    reverse: steps within a window from the last to the first.

    >>> windows = TimeseriesGenerator(np.arange(6), np.arange(6), length=3, batch_size=2)
    >>> x, y = windows[0]
    >>> x.tolist(), y.tolist(), len(windows)
    ([[0, 1, 2], [1, 2, 3]], [3, 4], 2)
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if len(data) != len(targets):
            raise ValueError(
                f"TimeseriesGenerator expected as many targets as data, received {len(data)} steps of data and {len(targets)} "
                "targets."
            )
        self.data, self.targets = data, targets
        self.length, self.sampling_rate, self.stride = length, sampling_rate, stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse = shuffle, reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"TimeseriesGenerator: a window of length {length} from start_index {start_index} reaches beyond end_index "
                f"{self.end_index}, so there is none. Shorten the windows or use more data."
            )

    def __len__(self):
        span = self.batch_size * self.stride
        return (self.end_index - self.start_index + span) // span

    def __getitem__(self, index):
        if self.shuffle:
            ends = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            last = min(first + self.batch_size * self.stride, self.end_index + 1)
            ends = np.arange(first, last, self.stride)
        x = np.array([self.data[end - self.length : end : self.sampling_rate] for end in ends])
        y = np.array([self.targets[end] for end in ends])
        return (x[:, ::-1] if self.reverse else x), y

    def get_config(self):
        """The arguments, data and targets as JSON texts."""
        names = (
            "length",
            "sampling_rate",
            "stride",
            "start_index",
            "end_index",
            "shuffle",
            "reverse",
            "batch_size",
        )
        arrays = {name: json.dumps(np.asarray(getattr(self, name)).tolist()) for name in ("data", "targets")}
        return arrays | {name: getattr(self, name) for name in names}

    def to_json(self, **kwargs):
        """The generator as a JSON text; the arguments go to `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)
