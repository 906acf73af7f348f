"""What the lookup layers share: a vocabulary, and the index of each of its tokens."""

import collections
from pathlib import Path

import numpy as np

from minikeras import config, limits, ops
from minikeras.autodiff import Tensor, as_array
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.adapting import batches
from minikeras.layers.category_encoding import dense_only, encode, encoded_shape
from minikeras.layers.hashing import bin_of, each_distinct, key_of
from minikeras.layers.settings import one_of, whole
from minikeras.layers.spec import who
from minikeras.layers.strings import StringLayer

# In the vectors of the modes other than 'int' this index counts nowhere.
_NOWHERE = -1
# About what a token takes in the vocabulary.
_TOKEN_BYTES = 100


class IndexLookup(StringLayer):
    """Tokens as their indices in a vocabulary, or as vectors; a subclass says of what kind the tokens are.

    The indices are those of get_vocabulary(): first the mask token (in mode 'int', if there is one), then num_oov_indices
    places for tokens out of vocabulary, then the vocabulary, by falling frequency where `adapt` learned it.
    """

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary,
        idf_weights,
        invert,
        output_mode,
        sparse,
        pad_to_max_tokens,
        oov_method,
        salt,
        name,
        vocabulary_size=None,
        has_input_vocabulary=None,
        trainable=True,
        dtype=None,
        **kwargs,
    ):
        super().__init__(name=name, trainable=trainable, dtype=dtype, **kwargs)
        mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        self.output_mode = one_of(
            mode, ("int", "one_hot", "multi_hot", "count", "tf_idf"), "output_mode", self
        )
        self.oov_method = one_of(oov_method, ("floormod", "farmhash"), "oov_method", self)
        # What is a number but too small is refused with its reason below.
        self.max_tokens = whole(max_tokens, "max_tokens", self, low=None, optional=True)
        whole(num_oov_indices, "num_oov_indices", self, low=None)
        limits.check_trial((num_oov_indices, _TOKEN_BYTES))
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.invert = invert
        self.sparse = dense_only(sparse, self)
        self.pad_to_max_tokens = pad_to_max_tokens
        self.salt = key_of(salt, self)
        self.autocast = False
        self.built = True
        self._refuse_what_does_not_go_together(idf_weights)
        self._fixed = vocabulary is not None if has_input_vocabulary is None else has_input_vocabulary
        self._size_told = vocabulary_size
        self.input_vocabulary = (
            None if vocabulary is None or isinstance(vocabulary, str) else _listed(vocabulary, self)
        )
        self.input_idf_weights = None if idf_weights is None else _listed(idf_weights, self)
        self.idf_weights = None
        self._tokens, self._index = [], {}
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        self.reset_state()

    def _refuse_what_does_not_go_together(self, idf_weights):
        reasons = {
            f"max_tokens must be greater than 1, received {self.max_tokens}": (
                self.max_tokens is not None and self.max_tokens <= 1
            ),
            "pad_to_max_tokens=True needs max_tokens": self.pad_to_max_tokens and self.max_tokens is None,
            f"num_oov_indices must not be negative, received {self.num_oov_indices}": self.num_oov_indices
            < 0,
            f"invert=True goes with output_mode='int', received {self.output_mode!r}": (
                self.invert and self.output_mode != "int"
            ),
            f"idf_weights go with output_mode='tf_idf', received {self.output_mode!r}": (
                idf_weights is not None and self.output_mode != "tf_idf"
            ),
        }
        for reason, wrong in reasons.items():
            if wrong:
                raise ValueError(f"{who(self)}: {reason}.")

    # What a subclass says

    def token(self, value):
        """A value of the data, or a line of a file, as a token."""
        raise NotImplementedError

    def tokens(self, data):
        """Inputs as an array of tokens."""
        raise NotImplementedError

    def hashed(self, token):
        """Whether a token out of vocabulary is hashed, rather than divided, to find its place."""
        raise NotImplementedError

    # The vocabulary

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their indices."""
        return [*(self._special() if include_special_tokens else []), *self._tokens]

    def vocabulary_size(self):
        """How many indices there are, those for the mask and out of vocabulary included."""
        return self._first() + len(self._tokens)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replace the vocabulary: tokens in the order of their indices, or a text file with one a line.

        idf_weights: in mode 'tf_idf', the weight of each token.
        """
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            raise ValueError(
                f"{who(self)}: idf_weights are given with a vocabulary in output_mode='tf_idf', and only then; received "
                f"output_mode={self.output_mode!r} and idf_weights={idf_weights!r}."
            )
        given = _lines(vocabulary, self) if isinstance(vocabulary, str) else _listed(vocabulary, self)
        given = [self.token(token) for token in given]
        if not given:
            raise ValueError(f"{who(self)} cannot use an empty vocabulary. Pass at least one token.")
        special = self._special()
        complete = given[: len(special)] == special
        tokens = given[len(special) :] if complete else given
        self._check(tokens, special)
        self._take(tokens)
        if idf_weights is not None:
            self._set_idf_weights(as_array(idf_weights), len(given), 0 if complete else len(special))

    def _check(self, tokens, special):
        repeated = [token for token, count in collections.Counter(tokens).items() if count > 1]
        if repeated:
            raise ValueError(
                f"{who(self)}: the tokens of a vocabulary must differ, received twice: {repeated[:10]}."
            )
        reserved = [self.mask_token, self.oov_token if self.invert else None]
        for token in reserved:
            if token is not None and token in tokens:
                raise ValueError(
                    f"{who(self)}: the reserved token {token!r} stands inside the vocabulary. Leave the reserved tokens out, "
                    f"or begin the vocabulary with exactly {special}."
                )
        if self.max_tokens is not None and len(special) + len(tokens) > self.max_tokens:
            raise ValueError(
                f"{who(self)}: a vocabulary of {len(special) + len(tokens)} tokens, reserved ones included, is larger than "
                f"max_tokens={self.max_tokens}. Enlarge max_tokens or shorten it."
            )

    def _set_idf_weights(self, weights, count, missing):
        if weights.shape != (count,):
            raise ValueError(
                f"{who(self)}: idf_weights must have one number for each of the {count} tokens, received shape {weights.shape}."
            )
        self._keep_idf_weights(np.concatenate([np.full(missing, weights.mean()), weights]))

    def _keep_idf_weights(self, weights):
        if self.pad_to_max_tokens:
            weights = np.concatenate([weights, np.zeros(self.max_tokens - len(weights))])
        self.idf_weights = weights.astype(config.floatx())

    def _special(self):
        return [self.mask_token] * self._masked() + [self.oov_token] * self.num_oov_indices

    def _masked(self):
        """How many indices the mask token takes: 1 or 0."""
        return int(self.mask_token is not None and self.output_mode == "int")

    def _first(self):
        """The index of the vocabulary's first token."""
        return self._masked() + self.num_oov_indices

    def _take(self, tokens):
        first = self._first()
        self._tokens = tokens
        self._index = {token: first + place for place, token in enumerate(tokens)}
        self._size_told = None

    # Learning it

    def adapt(self, data, steps=None):
        """Learn the vocabulary from an array or list, each row a document, or from batches, the first `steps` of them."""
        self.reset_state()
        for batch in batches(data, steps, self, whole=(list, tuple, np.ndarray, Tensor)):
            tokens = self.tokens(batch)
            whole = isinstance(data, (list, tuple, np.ndarray, Tensor))
            self.update_state(tokens[:, None] if whole and tokens.ndim == 1 else tokens)
        self.finalize_state()

    def update_state(self, data):
        """Count the tokens of another batch: rows of documents, or one document."""
        if self._fixed:
            raise ValueError(
                f"{who(self)} was given its vocabulary: there is nothing to adapt. Leave out vocabulary= to learn it."
            )
        rows = data if isinstance(data, list) else self.tokens(data)
        rows = (
            rows
            if isinstance(rows, list)
            else np.reshape(rows, (1, -1) if rows.ndim < 2 else (len(rows), -1)).tolist()
        )
        for row in rows:
            self._counts.update(row)
            self._documents.update(set(row))
        self._document_count += len(rows)

    def finalize_state(self):
        """Make the vocabulary from what was counted."""
        counts = {t: n for t, n in self._counts.items() if t not in (self.mask_token, self.oov_token)}
        if not self._counts:
            return
        # The most frequent first; among equals the last in alphabetical order, as in Keras.
        tokens = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
        if self.max_tokens is not None:
            tokens = tokens[: self.max_tokens - self._first()]
        self._take(tokens)
        if self.output_mode == "tf_idf":
            found = np.array([self._documents[token] for token in tokens], "float64")
            weights = np.log(1 + self._document_count / (1 + found))
            self._keep_idf_weights(np.concatenate([np.full(self._first(), weights.mean()), weights]))
        self.reset_state()

    def reset_state(self):
        """Forget what was counted."""
        self._counts, self._documents, self._document_count = collections.Counter(), collections.Counter(), 0

    # Looking up

    def call(self, inputs):
        if self.invert:
            return self._tokens_at(as_array(inputs))
        return self.encoded(self.indices(self.tokens(inputs)))

    def indices(self, tokens):
        """The index of each token of an array."""
        return each_distinct(self._index_of, tokens)

    def encoded(self, indices):
        """An array of indices in the layer's output mode."""
        if self.output_mode == "int":
            return Tensor(indices)
        if not self.pad_to_max_tokens and not self._tokens and self._size_told is None:
            raise RuntimeError(
                f"{who(self)} has no vocabulary yet. Pass vocabulary=, or call adapt(data) or set_vocabulary(tokens) first."
            )
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        y = encode(Tensor(indices), mode, self._depth(), "int64")
        if self.output_mode == "tf_idf":
            if self.idf_weights is None:
                raise RuntimeError(
                    f"{who(self)} has no idf_weights yet. Call adapt(data) or set_vocabulary first."
                )
            y = ops.multiply(ops.cast(y, self.idf_weights.dtype), self.idf_weights)
        return y

    def _depth(self):
        if self.pad_to_max_tokens:
            return self.max_tokens
        return self.size_for_config()

    def _index_of(self, token):
        if self.mask_token is not None and token == self.mask_token:
            return 0 if self.output_mode == "int" else _NOWHERE
        found = self._index.get(token)
        if found is not None:
            return found
        if not self.num_oov_indices:
            raise ValueError(
                f"{who(self)} received {token!r}, which is not in its vocabulary, and has num_oov_indices=0. "
                "Set num_oov_indices=1 to give unknown tokens an index."
            )
        if self.num_oov_indices == 1:
            return self._masked()
        if self.hashed(token):
            return self._masked() + bin_of(token, self.num_oov_indices, self.salt)
        return self._masked() + token % self.num_oov_indices

    def _tokens_at(self, indices):
        """The tokens at indices, the other way round: an array of strings, or a tensor of integers."""
        table = np.array([*self.get_vocabulary(), self.oov_token])
        places = indices.astype("int64")
        known = (places >= self._masked()) & (places < len(table) - 1) | (
            (places == 0) & bool(self._masked())
        )
        found = table[np.where(known, places, len(table) - 1)]
        return found if found.dtype.kind == "U" else Tensor(found.astype("int64"))

    def compute_output_spec(self, inputs):
        shape = tuple(inputs.shape)
        if self.output_mode == "int":
            return Spec(shape, "int64")
        dtype = config.floatx() if self.output_mode == "tf_idf" else "int64"
        return Spec(encoded_shape(shape, self.output_mode, self._depth()), dtype)

    # Configuration and files

    def get_config(self):
        return {
            **super().get_config(),
            "sparse": False,
            "oov_method": self.oov_method,
            "vocabulary": self.input_vocabulary,
            "idf_weights": self.input_idf_weights,
            "vocabulary_size": self.size_for_config() if self._tokens or self._size_told else None,
        }

    def size_for_config(self):
        """The vocabulary's size, even where the vocabulary itself has yet to be read from a file."""
        return self._size_told or self.vocabulary_size()

    @classmethod
    def from_config(cls, config):
        if isinstance(config.get("vocabulary"), str):
            raise ValueError(
                f"A configuration of {cls.__name__} names a vocabulary file, {config['vocabulary']!r}, which is not read: "
                "files of models must not lead to other files. Pass the tokens, or call set_vocabulary(path) afterwards."
            )
        return super().from_config(config)

    def save_own_variables(self, store):
        """Write what was learned beside the vocabulary."""
        if self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store):
        """Read what `save_own_variables` wrote."""
        if self.output_mode == "tf_idf":
            self.idf_weights = np.asarray(store["idf_weights"]).astype(config.floatx())

    def save_assets(self, dir_path):
        """Write the vocabulary to a folder, unless the configuration holds it."""
        if self.input_vocabulary is None:
            text = "\n".join([str(token) for token in self.get_vocabulary()])
            (Path(dir_path) / "vocabulary.txt").write_text(text, encoding="utf-8")

    def load_assets(self, dir_path):
        """Read the vocabulary that `save_assets` wrote."""
        if self.input_vocabulary is None:
            self.set_vocabulary(str(Path(dir_path) / "vocabulary.txt"), self.idf_weights)


def _listed(values, layer):
    """A list, tuple, array or tensor as a list."""
    if not np.iterable(values):
        raise TypeError(
            f"{who(layer)} expected a list or an array (a vocabulary: or a text file's name), received {values!r}."
        )
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _lines(path, layer):
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ValueError(
            f"{who(layer)}: the vocabulary file {path} does not exist. Correct the path."
        ) from None
    return text.rstrip("\n").split("\n") if text.strip("\n") else []
