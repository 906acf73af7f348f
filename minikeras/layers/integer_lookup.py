"""Integers of any kind as integers from 0 on."""

from minikeras.autodiff import as_array
from minikeras.layers.index_lookup import IndexLookup
from minikeras.layers.spec import who

__all__ = ["IntegerLookup"]


class IntegerLookup(IndexLookup):
    """Integers as their indices in a vocabulary, given or learned by `adapt`; with invert the other way round.

    num_oov_indices: how many indices unknown integers share, by their remainder (oov_method 'floormod') or their hash
    ('farmhash'). The other settings are those of `StringLookup`.

    >>> layer = IntegerLookup(vocabulary=[12, 36, 1138, 42])
    >>> layer([[12, 1138, 42], [42, 1000, 36]]).tolist()
    [[1, 3, 4], [4, 0, 2]]
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        self.vocabulary_dtype = vocabulary_dtype
        super().__init__(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices, mask_token=mask_token, oov_token=oov_token,
            vocabulary=vocabulary, idf_weights=idf_weights, invert=invert, output_mode=output_mode, sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens, oov_method=oov_method, salt=salt, name=name, **kwargs,
        )  # fmt: skip
        if vocabulary_dtype != "int64":
            raise ValueError(f"{who(self)}: vocabulary_dtype must be 'int64', received {vocabulary_dtype!r}.")
        if salt is not None and oov_method != "farmhash":
            raise ValueError(f"{who(self)}: salt goes with oov_method='farmhash', received {oov_method!r}.")

    def token(self, value):
        try:
            return int(value)
        except ValueError:
            raise ValueError(
                f"{who(self)} expected integers as tokens, received {value!r}. Use StringLookup for strings."
            ) from None

    def tokens(self, data):
        return as_array(data).astype("int64")

    def hashed(self, token):
        return self.oov_method == "farmhash"
