"""`tf.signal`: Fourier transforms, frames and windows."""

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor, static_shape
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import liftable


def _complex(array, like):
    return Tensor(
        array.astype(np.complex64 if like.dtype.itemsize <= 8 and like.dtype != np.float64 else np.complex128)
    )


def _transform(name, function, doc):
    def transform(input, name=None):
        x = np.asarray(as_tensor(input).array)
        return _complex(function(x), x)

    transform.__name__ = transform.__qualname__ = name
    transform.__doc__ = doc
    return liftable(transform)


fft = _transform("fft", lambda x: np.fft.fft(x), "The Fourier transform along the last axis.")
ifft = _transform("ifft", lambda x: np.fft.ifft(x), "The inverse of fft.")
fft2d = _transform("fft2d", lambda x: np.fft.fft2(x), "The Fourier transform along the last two axes.")
ifft2d = _transform("ifft2d", lambda x: np.fft.ifft2(x), "The inverse of fft2d.")


@liftable
def rfft(input_tensor, fft_length=None, name=None):
    """The Fourier transform of a real signal along the last axis."""
    x = np.asarray(as_tensor(input_tensor).array)
    return _complex(np.fft.rfft(x, None if fft_length is None else static_shape(fft_length)[0]), x)


@liftable
def irfft(input_tensor, fft_length=None, name=None):
    """The inverse of rfft."""
    x = np.asarray(as_tensor(input_tensor).array)
    y = np.fft.irfft(x, None if fft_length is None else static_shape(fft_length)[0])
    return Tensor(y.astype(np.float32 if x.dtype == np.complex64 else np.float64))


@liftable
def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None):
    """Overlapping frames of a signal along the last axis."""
    x = as_tensor(signal)
    if axis not in (-1, len(x.shape) - 1):
        raise ValueError("tf.signal.frame takes the last axis here, axis=-1. Use tf.transpose before.")
    length, step = int(frame_length), int(frame_step)
    if pad_end:
        count = -(-x.shape[-1] // step)
        missing = max((count - 1) * step + length - x.shape[-1], 0)
        x = ops.pad(x, [(0, 0)] * (len(x.shape) - 1) + [(0, missing)], constant_values=pad_value)
    return ops.extract_sequences(x, length, step)


def hann_window(window_length, periodic=True, dtype="float32", name=None):
    """Hann's window."""
    return _window(np.hanning, window_length, periodic, dtype)


def hamming_window(window_length, periodic=True, dtype="float32", name=None):
    """Hamming's window."""
    return _window(np.hamming, window_length, periodic, dtype)


def _window(function, length, periodic, dtype):
    length = int(length)
    # The periodic form is one point longer, without the last.
    values = function(length + 1)[:-1] if periodic and length > 1 else function(length)
    return Tensor(values.astype(numpy_dtype(dtype)))


@liftable
def stft(signals, frame_length, frame_step, fft_length=None, window_fn=hann_window, pad_end=False, name=None):
    """The short-time Fourier transform: frames, weighted by a window and transformed."""
    frames = frame(signals, frame_length, frame_step, pad_end)
    length = int(frame_length)
    if fft_length is None:
        fft_length = 2 ** int(np.ceil(np.log2(length)))
    if window_fn is not None:
        frames = frames * window_fn(length, dtype=frames.dtype)
    return rfft(frames, [int(fft_length)])


@liftable
def linear_to_mel_weight_matrix(
    num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000, lower_edge_hertz=125.0, upper_edge_hertz=3800.0,
    dtype="float32", name=None,
):  # fmt: skip
    """A matrix that brings spectrogram bins to mel bins: triangles of equal width on the mel scale (HTK's formula)."""

    def mel(f):
        return 1127.0 * np.log(1.0 + np.asarray(f, "float64") / 700.0)

    bins = mel(np.linspace(0.0, sample_rate / 2.0, int(num_spectrogram_bins))[1:])[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), int(num_mel_bins) + 2)
    low, center, high = edges[:-2], edges[1:-1], edges[2:]
    weights = np.maximum(0.0, np.minimum((bins - low) / (center - low), (high - bins) / (high - center)))
    return Tensor(np.pad(weights, [(1, 0), (0, 0)]).astype(numpy_dtype(dtype)))


@liftable
def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The discrete cosine transform of type 2 along the last axis."""
    if type != 2 or axis != -1 or n is not None:
        raise ValueError("tf.signal.dct is of type=2 along axis=-1 over the whole axis here.")
    x = as_tensor(input)
    size = x.shape[-1]
    k, t = np.arange(size)[None, :], np.arange(size)[:, None]
    basis = 2 * np.cos(np.pi * (2 * t + 1) * k / (2 * size))
    if norm == "ortho":
        basis *= np.where(k == 0, np.sqrt(1 / (4 * size)), np.sqrt(1 / (2 * size)))
    return x @ basis.astype(numpy_dtype(x.dtype))


@liftable
def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    """Mel-frequency cepstral coefficients."""
    x = as_tensor(log_mel_spectrograms)
    return dct(x) / float(np.sqrt(2.0 * x.shape[-1]))
