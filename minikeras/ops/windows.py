"""Window functions of signal processing, in the default float."""

import numpy as np

from minikeras import config
from minikeras.autodiff import Tensor, as_array
from minikeras.autodiff.error_notes import ARGUMENT_ERRORS, note_call

__all__ = ["bartlett", "blackman", "hamming", "hanning", "kaiser"]


def _window(function, formula, size, *settings):
    try:
        values = formula(int(as_array(size)), *[float(as_array(s)) for s in settings])
    except ARGUMENT_ERRORS as error:
        note_call(error, function, (size, *settings), {})
        raise
    return Tensor(values.astype(config.floatx()))


def bartlett(x):
    """The triangular window of x points that ends in zeros."""
    return _window(bartlett, np.bartlett, x)


def blackman(x):
    """Blackman's window of x points: 0.42 - 0.5 cos + 0.08 cos of twice the angle."""
    return _window(blackman, np.blackman, x)


def hamming(x):
    """Hamming's window of x points: 0.54 - 0.46 cos."""
    return _window(hamming, np.hamming, x)


def hanning(x):
    """Von Hann's window of x points: a raised cosine that ends in zeros."""
    return _window(hanning, np.hanning, x)


def kaiser(x, beta):
    """Kaiser's window of x points, of shape beta."""
    return _window(kaiser, np.kaiser, x, beta)
