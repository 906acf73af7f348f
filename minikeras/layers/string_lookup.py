"""Words as integers."""

import numpy as np

from minikeras.layers.index_lookup import IndexLookup
from minikeras.layers.spec import who
from minikeras.layers.strings import as_strings

__all__ = ["StringLookup"]


class StringLookup(IndexLookup):
    """Strings as their indices in a vocabulary, given or learned by `adapt`; with invert the other way round.

    Inputs: an array or nested lists of strings (or of bytes, in `encoding`). max_tokens: the largest vocabulary,
    reserved tokens included. num_oov_indices: how many indices unknown strings share, by their hash. mask_token: a string
    that gets index 0. oov_token: what stands for an unknown string when inverted. output_mode: 'int', 'one_hot',
    'multi_hot', 'count' or 'tf_idf' (counts times the inverse frequency in documents). pad_to_max_tokens: vectors have
    max_tokens numbers even if the vocabulary is smaller.

    >>> layer = StringLookup(vocabulary=["a", "b", "c"])
    >>> layer([["a", "c"], ["z", "b"]]).tolist()
    [[1, 3], [0, 2]]
    """

    input_dtype_hint = "string"

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        self.encoding = encoding
        # Strings are hashed in any case; Keras's configurations say it all the same.
        oov_method = kwargs.pop("oov_method", "floormod")
        super().__init__(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices, mask_token=mask_token, oov_token=oov_token,
            vocabulary=vocabulary, idf_weights=idf_weights, invert=invert, output_mode=output_mode, sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens, oov_method=oov_method, salt=salt, name=name, **kwargs,
        )  # fmt: skip

    def token(self, value):
        return value.decode(self.encoding) if isinstance(value, bytes) else str(value)

    def tokens(self, data):
        found = as_strings(data, self.encoding)
        if found is None:
            if np.size(data) == 0:
                return np.zeros(np.shape(data), "U1")
            raise ValueError(
                f"{who(self)} expected strings, received {getattr(data, 'dtype', type(data).__name__)} values. "
                "Use IntegerLookup for integers."
            )
        return found

    def hashed(self, token):
        return True
