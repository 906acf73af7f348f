"""Categories without a vocabulary: hashes say which bin a value goes to."""

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.category_encoding import dense_only, encode
from minikeras.layers.core import positive_integer
from minikeras.layers.fingerprint import fingerprint, joined, keyed_hash
from minikeras.layers.settings import one_of
from minikeras.layers.spec import who
from minikeras.layers.strings import StringLayer

__all__ = ["HashedCrossing", "Hashing"]


def each_distinct(function, array):
    """An int64 array of function(element), which is called once for each distinct element."""
    distinct, places = np.unique(array, return_inverse=True)
    found = np.array([function(value) for value in distinct.tolist()], "int64")
    return found[places].reshape(array.shape)


def key_of(salt, layer):
    """The two integers that a salt means: an integer counts twice."""
    if salt is None:
        return None
    pair = [salt, salt] if isinstance(salt, int) else list(salt) if isinstance(salt, (tuple, list)) else []
    if len(pair) != 2 or not all(isinstance(s, int) for s in pair):
        raise ValueError(f"{who(layer)}: salt must be an integer, two integers or None, received {salt!r}.")
    return pair


def bin_of(value, count, key=None):
    """The bin, from 0 to count - 1, of a string or an integer."""
    data = str(value).encode()
    return (fingerprint(data) if key is None else keyed_hash(key, data)) % count


class Hashing(StringLayer):
    """Strings or integers as the number of a bin, from 0 to num_bins - 1, by their hash.

    The hash is FarmHash's fingerprint, or SipHash if there is a salt. mask_value: this value alone gets bin 0.
    output_mode: 'int', or vectors as `CategoryEncoding` makes them.

    >>> Hashing(num_bins=3)([["A"], ["B"], ["C"], ["D"], ["E"]]).tolist()
    [[1], [0], [1], [1], [2]]
    """

    def __init__(self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False, **kwargs):
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else config.floatx()
        super().__init__(**kwargs)
        self.num_bins = positive_integer(num_bins, "num_bins", self)
        self.mask_value = mask_value
        self.salt = key_of(salt, self)
        self.output_mode = one_of(output_mode, ("int", "one_hot", "multi_hot", "count"), "output_mode", self)
        self.sparse = dense_only(sparse, self)
        if output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ValueError(
                f"{who(self)}: output_mode='int' goes with dtype int32 or int64, received {self.compute_dtype}."
            )
        # What comes in is hashed as it is.
        self.autocast = False
        self.built = True

    def call(self, inputs):
        x = as_array(inputs) if isinstance(inputs, Tensor) else inputs
        if x.dtype.kind == "f":
            x = x.astype("int64")
        masked = self.mask_value is not None and self.num_bins > 1
        bins = each_distinct(lambda value: bin_of(value, self.num_bins - masked, self.salt), x)
        if masked:
            bins = np.where(x == self.mask_value, 0, bins + 1)
        if self.output_mode == "one_hot" and bins.ndim and bins.shape[-1] == 1:
            bins = bins[..., 0]
        return encode(Tensor(bins), self.output_mode, self.num_bins, self.compute_dtype)


class HashedCrossing(StringLayer):
    """Combinations of categories as the number of a bin: two or more inputs hashed together.

    Inputs: a list of arrays of strings or integers, of one shape (batch,) or (batch, 1). output_mode: 'int' or 'one_hot'.

    >>> HashedCrossing(num_bins=5)([np.array(["A", "B", "A"]), np.array([101, 101, 102])]).tolist()
    [1, 4, 3]
    """

    # The key that TensorFlow's crossed columns start from.
    _START = 0xDECAFCAFFE

    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs):
        if output_mode == "int" and dtype is None:
            dtype = "int64"
        super().__init__(name=name, dtype=dtype, **kwargs)
        self.num_bins = positive_integer(num_bins, "num_bins", self)
        self.output_mode = one_of(output_mode, ("int", "one_hot"), "output_mode", self)
        self.sparse = dense_only(sparse, self)
        self.autocast = False
        self.built = True

    def _as_input(self, value):
        if isinstance(value, (list, tuple)):
            return [super(HashedCrossing, self)._as_input(v) for v in value]
        return super()._as_input(value)

    def call(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(f"{who(self)} expected a list of two or more inputs. Call it as layer([x, y]).")
        arrays = [as_array(x) if isinstance(x, Tensor) else x for x in inputs]
        shapes = [a.shape for a in arrays]
        if len(set(shapes)) > 1 or len(shapes[0]) > 2 or (len(shapes[0]) == 2 and shapes[0][1] != 1):
            raise ValueError(
                f"{who(self)} expected inputs of one shape, (), (batch,) or (batch, 1), received shapes {shapes}. "
                "Cross one feature of each sample at a time."
            )
        if any(a.dtype.kind not in "iuU" for a in arrays):
            raise ValueError(
                f"{who(self)} expected strings or integers, received dtypes {[str(a.dtype) for a in arrays]}. "
                "Discretize numbers first."
            )
        rows = zip(*[a.ravel().tolist() for a in arrays], strict=True)
        bins = Tensor(np.array([self._bin_of(row) for row in rows], "int64").reshape(shapes[0]))
        return encode(bins, self.output_mode, self.num_bins, self.compute_dtype)

    def _bin_of(self, values):
        result = self._START
        for value in values:
            result = joined(result, fingerprint(value.encode()) if isinstance(value, str) else value % 2**64)
        return result % self.num_bins

    def compute_output_spec(self, inputs):
        shape = tuple(inputs[0].shape)
        if self.output_mode == "one_hot":
            shape = (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), self.num_bins)
        return Spec(shape, self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        del config["trainable"]
        return {**config, "dtype": self.dtype}
