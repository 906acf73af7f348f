"""Text as integers: standardized, split, looked up."""

import re
import string

import numpy as np

from minikeras import limits
from minikeras.autodiff import Tensor
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.layers.adapting import batches
from minikeras.layers.settings import one_of
from minikeras.layers.spec import who
from minikeras.layers.string_lookup import StringLookup
from minikeras.layers.strings import StringLayer, as_strings
from minikeras.serialization import deserialize

__all__ = ["TextVectorization"]

# Only these letters change their case, and only these characters separate words, as in TensorFlow's bytes.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^ \t\n\v\f\r]+")


def _lower(text):
    return text.translate(_LOWER)


def _strip(text):
    return text.translate(_NO_PUNCTUATION)


_STANDARDIZE = {
    "lower": _lower,
    "strip_punctuation": _strip,
    "lower_and_strip_punctuation": lambda text: _strip(_lower(text)),
}
_SPLIT = {"whitespace": _WORD.findall, "character": list}


class TextVectorization(StringLayer):
    """Strings as the indices of their words, or as one vector for each string.

    Inputs: an array or list of strings, (batch,) or (batch, 1). standardize: 'lower_and_strip_punctuation', 'lower',
    'strip_punctuation', None, or a function of an array of strings. split: 'whitespace', 'character', None (each string
    is a token, and inputs may have more axes), or a function of an array of strings that returns a list of tokens for
    each. ngrams: also the sequences of up to so many tokens, or of the lengths in a tuple. output_mode: 'int' (padded with
    0 to the longest, or to output_sequence_length), 'multi_hot', 'count' or 'tf_idf'. The vocabulary is given or learned
    by `adapt`; index 0 is padding, 1 an unknown word. The other settings are those of `StringLookup`.

    >>> layer = TextVectorization(vocabulary=["the", "cat", "sat"])
    >>> layer(["The cat sat.", "A dog!"]).tolist()
    [[2, 3, 4], [1, 1, 0]]
    """

    input_dtype_hint = "string"

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs,
    ):
        # What saved configurations hold besides.
        told = {k: kwargs.pop(k) for k in ("vocabulary_size", "has_input_vocabulary") if k in kwargs}
        super().__init__(name=name, **kwargs)
        if ragged:
            raise ValueError(f"{who(self)}: ragged=True is not available, outputs are padded. Leave it out.")
        self.standardize = standardize
        if standardize is not None and not callable(standardize):
            self.standardize = one_of(standardize, tuple(_STANDARDIZE), "standardize", self)
        self.split = (
            split if split is None or callable(split) else one_of(split, tuple(_SPLIT), "split", self)
        )
        ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        widths = ngrams if isinstance(ngrams, tuple) else (1,) if ngrams is None else (ngrams,)
        if any(not isinstance(width, int) or width < 1 for width in widths):
            raise ValueError(
                f"{who(self)}: ngrams must be None, a positive integer or a tuple of them, received {ngrams!r}."
            )
        self.ngrams = ngrams
        self.ragged = False
        self.encoding = encoding
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            encoding=encoding,
            **told,
        )
        self.output_mode = self._lookup_layer.output_mode
        if output_sequence_length is not None and (
            self.output_mode != "int" or not isinstance(output_sequence_length, int)
        ):
            raise ValueError(
                f"{who(self)}: output_sequence_length is an integer and goes with output_mode='int', received "
                f"{output_sequence_length!r} with {self.output_mode!r}."
            )
        self.output_sequence_length = output_sequence_length
        self.built = True

    # Tokens

    def tokens(self, inputs):
        """The tokens of each string, a list of lists; without `split` an array of strings."""
        texts = self._lookup_layer.tokens(inputs)
        if callable(self.standardize):
            texts = as_strings(self.standardize(texts), self.encoding)
        elif self.standardize is not None:
            change = _STANDARDIZE[self.standardize]
            texts = np.array([change(text) for text in texts.ravel().tolist()], "U").reshape(texts.shape)
        if self.split is None:
            return texts
        if texts.ndim > 1:
            if texts.shape[-1] != 1 or texts.ndim > 2:
                raise ValueError(
                    f"{who(self)} expected strings of shape (batch,) or (batch, 1), received {texts.shape}. "
                    "Set split=None for strings that are tokens already."
                )
            texts = texts[:, 0]
        if callable(self.split):
            rows = [[self._lookup_layer.token(token) for token in row] for row in self.split(texts)]
        else:
            rows = [_SPLIT[self.split](text) for text in texts.reshape(-1).tolist()]
        return rows if self.ngrams is None else [self._with_ngrams(row) for row in rows]

    def _with_ngrams(self, row):
        widths = self.ngrams if isinstance(self.ngrams, tuple) else range(1, min(self.ngrams, len(row)) + 1)
        return [" ".join(row[i : i + width]) for width in widths for i in range(len(row) - width + 1)]

    # The vocabulary

    def adapt(self, data, batch_size=None, steps=None):
        """Learn the vocabulary from an array or list of strings, or from batches of them, the first `steps`."""
        self.reset_state()
        for batch in batches(data, steps, self, whole=(list, tuple, np.ndarray, Tensor)):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Count the words of another batch."""
        tokens = self.tokens(data)
        if not isinstance(tokens, list):
            tokens = tokens.reshape(len(tokens), -1).tolist() if tokens.ndim else [[tokens.item()]]
        self._lookup_layer.update_state(tokens)

    def finalize_state(self):
        """Make the vocabulary from what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self):
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens=True):
        """The words in the order of their indices."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self):
        """How many indices there are, those for padding and unknown words included."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replace the vocabulary: words in the order of their indices, or a text file with one a line."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # Vectors

    def call(self, inputs):
        tokens = self.tokens(inputs)
        if isinstance(tokens, list):
            # The token that stands for padding is the mask token, the empty string.
            length = max([len(row) for row in tokens], default=0)
            padded = [row + [""] * (length - len(row)) for row in tokens]
            tokens = np.array(padded, "U").reshape(len(padded), length)
            if not np.ndim(inputs):
                tokens = tokens[0]
        lookup = self._lookup_layer
        indices = lookup.indices(tokens)
        wanted = self.output_sequence_length
        if wanted is not None:
            indices = indices[..., :wanted]
            limits.check_trial((*indices.shape[:-1], wanted))
            missing = wanted - indices.shape[-1]
            indices = np.pad(indices, [(0, 0)] * (indices.ndim - 1) + [(0, missing)])
        return lookup.encoded(indices)

    def compute_output_spec(self, inputs):
        shape = tuple(inputs.shape)
        if self.split is not None:
            shape = (*shape[:1], None)
        if self.output_sequence_length is not None:
            shape = (*shape[:-1], self.output_sequence_length)
        return self._lookup_layer.compute_output_spec(SymbolicTensor(shape, "string"))

    # Configuration and files

    def get_config(self):
        lookup = self._lookup_layer
        return {
            **super().get_config(),
            "max_tokens": lookup.max_tokens,
            "pad_to_max_tokens": lookup.pad_to_max_tokens,
            "sparse": False,
            "vocabulary": lookup.input_vocabulary,
            "idf_weights": lookup.input_idf_weights,
            "vocabulary_size": lookup.size_for_config(),
        }

    @classmethod
    def from_config(cls, config):
        config = {k: deserialize(v) if k in ("standardize", "split") else v for k, v in config.items()}
        if isinstance(config.get("vocabulary"), str):
            StringLookup.from_config({"vocabulary": config["vocabulary"]})
        return super().from_config(config)

    def save_own_variables(self, store):
        """Write what was learned beside the vocabulary."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store):
        """Read what `save_own_variables` wrote."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path):
        """Write the vocabulary to a folder, unless the configuration holds it."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path):
        """Read the vocabulary that `save_assets` wrote."""
        self._lookup_layer.load_assets(dir_path)
