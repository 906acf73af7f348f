"""Categories as vectors."""

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.autodiff.symbolic import Spec
from minikeras.layers.core import positive_integer
from minikeras.layers.layer import Layer
from minikeras.layers.settings import one_of
from minikeras.layers.spec import who

__all__ = ["CategoryEncoding"]


def encode(indices, output_mode, depth, dtype, count_weights=None):
    """Integer indices as they are ('int'), or as vectors of `depth` numbers.

    'one_hot': a vector for each index, a last axis of size 1 left out; 'multi_hot': a 1 for each index in a row;
    'count': how often each occurs in a row, or the sum of its weights. An index outside counts nowhere.
    """
    if output_mode == "int":
        return ops.cast(indices, dtype)
    if not len(indices.shape):
        indices = ops.expand_dims(indices, -1)
    if output_mode == "multi_hot":
        return ops.multi_hot(indices, depth, dtype=dtype)
    if output_mode == "one_hot":
        if len(indices.shape) > 1 and indices.shape[-1] == 1:
            indices = ops.squeeze(indices, -1)
        return ops.one_hot(indices, depth, dtype=dtype)
    encoded = ops.one_hot(indices, depth, dtype=dtype if count_weights is None else count_weights.dtype)
    if count_weights is not None:
        encoded = ops.multiply(encoded, ops.expand_dims(count_weights, -1))
    return ops.cast(ops.sum(encoded, axis=1 if len(indices.shape) > 1 else 0), encoded.dtype)


def encoded_shape(shape, output_mode, depth):
    """The shape of what `encode` makes of indices of a shape."""
    if output_mode == "int":
        return shape
    if output_mode == "one_hot":
        kept = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape or (1,)
    else:
        kept = (*shape[:1], *shape[2:]) if len(shape) > 1 else ()
    return (*kept, depth)


def dense_only(sparse, layer):
    """Refuse sparse outputs, which do not exist here."""
    if sparse:
        raise ValueError(f"{who(layer)}: sparse=True is not available, outputs are dense. Leave it out.")
    return False


class CategoryEncoding(Layer):
    """Integers from 0 to num_tokens - 1 as vectors.

    output_mode: 'one_hot' (a vector for each integer), 'multi_hot' (a 1 for each integer in a row) or 'count' (how often
    each occurs in a row; `layer(x, count_weights=w)` sums weights instead).

    >>> CategoryEncoding(num_tokens=4)([[0, 2]]).tolist()
    [[1.0, 0.0, 1.0, 0.0]]
    """

    replayable = False  # each batch is looked at before it is encoded

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        mode = "multi_hot" if output_mode == "binary" else output_mode
        self.output_mode = one_of(mode, ("count", "one_hot", "multi_hot"), "output_mode", self)
        if num_tokens is None:
            raise ValueError(
                f"{who(self)} needs num_tokens, how many categories there are. Use IntegerLookup if that is not known."
            )
        self.num_tokens = positive_integer(num_tokens, "num_tokens", self)
        self.sparse = dense_only(sparse, self)
        self.built = True

    def call(self, inputs, count_weights=None):
        if count_weights is not None and self.output_mode != "count":
            raise ValueError(
                f"{who(self)}: count_weights is for output_mode='count', received it with {self.output_mode!r}. Leave it out."
            )
        if isinstance(inputs, Tensor) and inputs.size:
            low, high = int(inputs.array.min()), int(inputs.array.max())
            if low < 0 or high >= self.num_tokens:
                raise ValueError(
                    f"{who(self)} expected integers from 0 to {self.num_tokens - 1} (num_tokens={self.num_tokens}), received "
                    f"{low if low < 0 else high}. Enlarge num_tokens, or map the values with IntegerLookup."
                )
        if count_weights is not None:
            count_weights = ops.cast(count_weights, self.compute_dtype)
        return encode(inputs, self.output_mode, self.num_tokens, self.compute_dtype, count_weights)

    def compute_output_shape(self, input_shape):
        return encoded_shape(tuple(input_shape), self.output_mode, self.num_tokens)

    def compute_output_spec(self, inputs, count_weights=None):
        return Spec(self.compute_output_shape(inputs.shape), self.compute_dtype)

    def get_config(self):
        config = super().get_config()
        del config["sparse"]
        return config
