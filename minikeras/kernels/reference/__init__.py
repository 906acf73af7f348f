"""The NumPy kernels: they define what is correct, run everywhere, and serve what the native module does not."""

from .convolution import conv, conv_gradient, conv_input_gradient
from .dense import dense, dense_gradient
from .embedding import embedding_gradient
from .gather import gather
from .normalization import (
    batch_norm,
    batch_norm_gradient,
    batch_norm_inference,
    layer_norm,
    layer_norm_gradient,
)
from .optimizers import adadelta, adagrad, adam, momentum, rmsprop, sgd, squared_norm
from .pooling import average_pool, average_pool_gradient, max_pool, max_pool_gradient
from .random import dropout
from .recurrent import gru, gru_gradient, lstm, lstm_gradient, simple_rnn, simple_rnn_gradient
from .softmax import (
    binary_crossentropy,
    binary_crossentropy_gradient,
    crossentropy,
    crossentropy_gradient,
    log_softmax,
    log_softmax_gradient,
    softmax,
    softmax_gradient,
    sparse_crossentropy,
    sparse_crossentropy_gradient,
)
from .sums import hits, mean, mean_gradient, penalty, penalty_gradient

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "average_pool",
    "average_pool_gradient",
    "batch_norm",
    "batch_norm_gradient",
    "batch_norm_inference",
    "binary_crossentropy",
    "binary_crossentropy_gradient",
    "conv",
    "conv_gradient",
    "conv_input_gradient",
    "crossentropy",
    "crossentropy_gradient",
    "dense",
    "dense_gradient",
    "dropout",
    "embedding_gradient",
    "gather",
    "gru",
    "gru_gradient",
    "hits",
    "layer_norm",
    "layer_norm_gradient",
    "log_softmax",
    "log_softmax_gradient",
    "lstm",
    "lstm_gradient",
    "max_pool",
    "max_pool_gradient",
    "mean",
    "mean_gradient",
    "momentum",
    "penalty",
    "penalty_gradient",
    "rmsprop",
    "sgd",
    "simple_rnn",
    "simple_rnn_gradient",
    "softmax",
    "softmax_gradient",
    "sparse_crossentropy",
    "sparse_crossentropy_gradient",
    "squared_norm",
]
