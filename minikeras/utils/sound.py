"""Sound files as arrays."""

import wave

import numpy as np


def load_wav(path, sampling_rate=None, length=None):
    """A WAV file of 16-bit (or 8-, 24-, 32-bit) samples as (time, channels) of float32 between -1 and 1.

    sampling_rate: samples in a second; files of another rate are brought to it by their Fourier coefficients. length: cut
    or filled with zeros to so many samples.
    """
    try:
        with wave.open(str(path), "rb") as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            content = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{path} is not a WAV file of whole-number samples: {error}.") from error
    sound = _samples(content, width).reshape(-1, channels)
    if sampling_rate is not None and rate != sampling_rate and len(sound):
        sound = _resampled(sound, max(round(len(sound) * sampling_rate / rate), 1))
    if length is not None:
        sound = np.pad(sound[:length], [(0, max(length - len(sound), 0)), (0, 0)])
    return np.ascontiguousarray(sound, "float32")


def _samples(content, width):
    """Whole numbers of so many bytes as floats between -1 and 1."""
    if width == 1:  # these alone have no sign
        return (np.frombuffer(content, "uint8").astype("float64") - 128) / 128
    raw = np.frombuffer(content, "uint8").reshape(-1, width).astype("int64")
    values = sum(raw[:, i] << (8 * i) for i in range(width))
    half = 1 << (8 * width - 1)
    return np.where(values >= half, values - 2 * half, values) / half


def _resampled(sound, count):
    spectrum = np.fft.rfft(sound, axis=0)[: count // 2 + 1]
    return np.fft.irfft(spectrum, count, axis=0) * (count / len(sound))
