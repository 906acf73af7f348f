"""Numbers as the bins they fall into."""

import numpy as np

from minikeras import config, ops
from minikeras.autodiff import as_array
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.adapting import batches
from minikeras.layers.category_encoding import dense_only, encode, encoded_shape
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of
from minikeras.layers.spec import who

__all__ = ["Discretization"]


class Discretization(Layer):
    """The number of the bin that each input lies in: bin i has bin_boundaries[i - 1] ≤ x < bin_boundaries[i].

    bin_boundaries: given, or learned by `adapt` so that num_bins bins hold about as many numbers each. epsilon: how
    exact the quantiles learned are. output_mode: 'int', or vectors as `CategoryEncoding` makes them.

    >>> Discretization(bin_boundaries=[0.0, 1.0])([[-1.5, 1.0, 3.4, 0.5]]).tolist()
    [[0, 2, 2, 1]]
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        dtype=None,
        name=None,
    ):
        super().__init__(dtype=dtype, name=name)
        self.output_mode = one_of(output_mode, ("int", "one_hot", "multi_hot", "count"), "output_mode", self)
        self.sparse = dense_only(sparse, self)
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"{who(self)}: num_bins must not be negative, received {num_bins}.")
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                f"{who(self)} needs either num_bins (and adapt) or bin_boundaries, received {num_bins!r} and "
                f"{bin_boundaries!r}."
            )
        self.bin_boundaries = None if bin_boundaries is None else as_array(bin_boundaries).tolist()
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.built = True
        self.reset_state()

    def adapt(self, data, steps=None):
        """Learn the boundaries from an array or from batches, the first `steps` of them."""
        if self.num_bins is None:
            raise ValueError(
                f"{who(self)} was given bin_boundaries: there is nothing to adapt. Pass num_bins instead."
            )
        self.reset_state()
        for batch in batches(data, steps, self):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Take another batch into account."""
        found = _summary(as_array(data).astype("float32"), self.epsilon)
        merged = np.concatenate([found, self._summary], axis=1)
        self._summary = _compressed(merged[:, np.argsort(merged[0])], self.epsilon)

    def finalize_state(self):
        """Set the boundaries to what the batches so far say."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self._summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def reset_state(self):
        """Forget the batches."""
        self._summary = np.zeros((2, 0), "float32")

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError(
                f"{who(self)} has no boundaries yet. Call adapt(data) first, or pass bin_boundaries."
            )
        bins = np.asarray(self.bin_boundaries, inputs.dtype if inputs.dtype.kind == "f" else config.floatx())
        indices = ops.digitize(inputs, bins)
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return encode(indices, self.output_mode, len(self.bin_boundaries) + 1, dtype)

    def compute_output_spec(self, inputs):
        depth = self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        return Spec(encoded_shape(tuple(inputs.shape), self.output_mode, depth), dtype)

    def get_config(self):
        return {**super().get_config(), "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        boundaries = config.get("bin_boundaries")
        if boundaries is None or config.get("num_bins") is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = as_array(boundaries).tolist()
        return layer


# A summary of numbers: some of them in order, and how many each stands for.


def _summary(values, epsilon):
    """The summary of all numbers of an array, with about 1 / epsilon columns."""
    ordered = np.sort(values, axis=None)
    step = max(ordered.size * epsilon, 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.full_like(chosen, step)])


def _compressed(summary, epsilon):
    """A summary with about 1 / epsilon columns: the quantiles, interpolated."""
    if summary.shape[1] * epsilon < 1:
        return summary
    wanted = epsilon + np.arange(0.0, 1.0, epsilon)
    below = summary[1].cumsum()
    shares = below / below[-1]
    numbers, counts = np.interp(wanted, shares, summary[0]), np.interp(wanted, shares, below)
    return np.stack([numbers, np.diff(counts, prepend=0.0)]).astype("float32")
