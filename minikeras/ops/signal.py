"""Signals: Fourier transforms, and sequences cut into overlapping windows.

Complex signals are pairs of real tensors (real part, imaginary part).
"""

import numpy as np

from minikeras import limits
from minikeras.autodiff import as_array, convert_to_tensor, differentiable, operation
from minikeras.ops import elementwise, shaping
from minikeras.ops.indexing import put

__all__ = ["extract_sequences", "fft", "fft2", "ifft2", "irfft", "istft", "rfft", "stft"]


def _pair(x, name):
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ValueError(
            f"{name} expected a pair (real part, imaginary part) of tensors, received {type(x).__name__}. "
            "Pass (x, zeros_like(x)) for a real signal."
        )
    real, imaginary = convert_to_tensor(x[0]), convert_to_tensor(x[1])
    if real.shape != imaginary.shape:
        raise ValueError(
            f"{name} expected both parts of one shape, received {real.shape} and {imaginary.shape}."
        )
    if real.dtype.kind != "f" or imaginary.dtype.kind != "f":
        raise ValueError(
            f"{name} expected parts of a float dtype, received {real.dtype} and {imaginary.dtype}."
        )
    return real, imaginary


def _parts(z, dtype):
    return z.real.astype(dtype), z.imag.astype(dtype)


def _joined(dys, like):
    """Upstream gradients of two parts as one complex array."""
    real, imaginary = [np.zeros_like(y) if dy is None else dy for dy, y in zip(dys, like, strict=True)]
    return real + 1j * imaginary


# The adjoint of a transform F acts on gradients of (real, imaginary) pairs taken as complex numbers: for the DFT it is
# its unscaled inverse.


@differentiable
def _fft(real, imaginary, /, axes):
    y = _parts(np.fft.fftn(real + 1j * imaginary, axes=axes), real.dtype)
    size = float(np.prod([real.shape[a] for a in axes]))

    def gradient(dys, into):
        return _parts(np.fft.ifftn(_joined(dys, y), axes=axes) * size, real.dtype)

    return y, gradient


@differentiable
def _ifft(real, imaginary, /, axes):
    y = _parts(np.fft.ifftn(real + 1j * imaginary, axes=axes), real.dtype)
    size = float(np.prod([real.shape[a] for a in axes]))

    def gradient(dys, into):
        return _parts(np.fft.fftn(_joined(dys, y), axes=axes) / size, real.dtype)

    return y, gradient


@operation
def fft(x):
    """The discrete Fourier transform along the last axis of a pair (real, imaginary): again a pair."""
    return _fft(*_pair(x, "fft"), axes=(-1,))


@operation
def fft2(x):
    """The discrete Fourier transform along the last two axes of a pair (real, imaginary): again a pair."""
    return _fft(*_pair(x, "fft2"), axes=(-2, -1))


@operation
def ifft2(x):
    """The inverse of `fft2`."""
    return _ifft(*_pair(x, "ifft2"), axes=(-2, -1))


@differentiable
def rfft(x, /, fft_length=None):
    """The Fourier transform of a real signal along the last axis: a pair of fft_length // 2 + 1 frequencies.

    fft_length: the signal is cut or filled up with zeros to it (its own length by default).
    """
    n = x.shape[-1] if fft_length is None else int(fft_length)
    limits.check_trial((*x.shape[:-1], n))
    y = _parts(np.fft.rfft(x, n), x.dtype)

    def gradient(dys, into):
        # Only the computed frequencies count: the rest of the full transform's gradient is zero.
        z = _joined(dys, y)
        full = np.zeros((*z.shape[:-1], n), z.dtype)
        full[..., : z.shape[-1]] = z
        dx = np.fft.ifft(full).real * n
        whole = np.zeros(x.shape, x.dtype)
        length = min(n, x.shape[-1])
        whole[..., :length] = dx[..., :length]
        return (whole,)

    return y, gradient


@differentiable
def _irfft(real, imaginary, /, n):
    limits.check_trial((*real.shape[:-1], n))
    y = np.fft.irfft(real + 1j * imaginary, n).astype(real.dtype)

    def gradient(dy, into):
        z = np.fft.rfft(dy, n) / n
        z[..., 1 : (n + 1) // 2] *= 2  # they stand for their mirror images too
        whole = np.zeros(real.shape, z.dtype)
        length = min(z.shape[-1], real.shape[-1])
        whole[..., :length] = z[..., :length]
        dreal, dimaginary = _parts(whole, real.dtype)
        dimaginary[..., 0] = 0
        if n % 2 == 0 and n // 2 < real.shape[-1]:
            dimaginary[..., n // 2] = 0
        return dreal, dimaginary

    return y, gradient


@operation
def irfft(x, fft_length=None):
    """The inverse of `rfft`: a real signal of fft_length points (2 · (frequencies - 1) by default)."""
    real, imaginary = _pair(x, "irfft")
    n = 2 * (real.shape[-1] - 1) if fft_length is None else int(fft_length)
    return _irfft(real, imaginary, n=n)


# Windows

# Arrays of a window's length that are in memory at once.
_STEPS = 4


@differentiable
def extract_sequences(x, /, sequence_length, sequence_stride):
    """Windows of sequence_length elements along the last axis, sequence_stride apart: (..., windows, length)."""
    count = (x.shape[-1] - sequence_length) // sequence_stride + 1
    if count < 1:
        raise ValueError(
            f"extract_sequences: the last axis has {x.shape[-1]} elements, fewer than sequence_length={sequence_length}."
        )
    limits.check_trial((*x.shape[:-1], count, sequence_length))
    places = sequence_stride * np.arange(count)[:, None] + np.arange(sequence_length)
    return x[..., places], (lambda dy: put(dy, x.shape, (Ellipsis, places)),)


def _overlapped(frames, stride):
    """Windows (..., count, length) added at steps of `stride`."""
    count, length = frames.shape[-2:]
    places = stride * np.arange(count)[:, None] + np.arange(length)
    return _added(frames, places=places, size=stride * (count - 1) + length)


@differentiable
def _added(frames, /, places, size):
    return put(frames, (*frames.shape[:-2], size), (Ellipsis, places)), (lambda dy: dy[..., places],)


def _window(window, length, dtype, name):
    limits.check_trial((length, _STEPS))
    if window is None:
        return np.ones(length, dtype)
    if isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ValueError(
                f"{name} expected window 'hann', 'hamming', None or a vector, received {window!r}."
            )
        # The periodic forms: one point longer, without the last.
        return {"hann": np.hanning, "hamming": np.hamming}[window](length + 1)[:-1].astype(dtype)
    values = as_array(window, dtype)
    if values.shape != (length,):
        raise ValueError(
            f"{name} expected a window of sequence_length={length} points, received shape {values.shape}."
        )
    return values


def _centered(window, fft_length):
    limits.check_trial((fft_length, _STEPS))
    before = (fft_length - len(window)) // 2
    return np.pad(window, (before, fft_length - len(window) - before))


@operation
def stft(x, /, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    """The short-time Fourier transform: windows sequence_stride apart, each weighted and transformed.

    Returns a pair (real, imaginary) of shape (..., windows, fft_length // 2 + 1). window: 'hann', 'hamming', a vector of
    sequence_length weights, or None; center: the signal is mirrored at its ends, so that windows stand on its points.
    """
    if x.dtype.kind != "f":
        raise TypeError(f"stft expected a signal of a float dtype, received {x.dtype}.")
    if fft_length < sequence_length:
        raise ValueError(
            f"stft expected fft_length of at least sequence_length={sequence_length}, received {fft_length}."
        )
    weights = _centered(_window(window, sequence_length, x.dtype, "stft"), fft_length)
    if center:
        margin = [(0, 0)] * (x.ndim - 1) + [(fft_length // 2, fft_length // 2)]
        x = shaping.pad(x, margin, mode="reflect")
    frames = extract_sequences(x, fft_length, sequence_stride)
    return rfft(elementwise.multiply(frames, weights), fft_length)


@operation
def istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    """The inverse of `stft`: the windows' signals, weighted, added, and divided by the weights' squares."""
    real, imaginary = _pair(x, "istft")
    frames = _irfft(real, imaginary, n=fft_length)
    count = frames.shape[-2]
    size = fft_length + sequence_stride * (count - 1)
    if window is not None:
        weights = _centered(_window(window, sequence_length, frames.dtype, "istft"), fft_length)
        frames = elementwise.multiply(frames, weights)
        squares = np.broadcast_to(np.square(weights), (count, fft_length))
        places = sequence_stride * np.arange(count)[:, None] + np.arange(fft_length)
        total = put(squares, (size,), places)
        y = _overlapped(frames, sequence_stride)
        y = elementwise.multiply(y, 1 / np.where(total > 1e-11, total, 1))
    else:
        y = _overlapped(frames, sequence_stride)
    start = fft_length // 2 if center else 0
    stop = start + length if length is not None else size - fft_length // 2 if center else size
    y = y[..., start : min(stop, size)]
    if stop > size:
        y = shaping.pad(y, [(0, 0)] * (y.ndim - 1) + [(0, stop - start - y.shape[-1])])
    return y
