"""Layers that turn sound into pictures of its frequencies over time."""

import math
import warnings

import numpy as np

from minikeras import config, ops
from minikeras.initializers import STFT
from minikeras.layers.layer import Layer
from minikeras.layers.settings import number, one_of, whole
from minikeras.layers.spec import InputSpec, who

__all__ = ["MelSpectrogram", "STFTSpectrogram"]

_MODES = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")


class STFTSpectrogram(Layer):
    """The short-time Fourier transform of sound, by convolution with weights that may be trained.

    Sound is (batch, time, channels), or (batch, channels, time) with data_format='channels_first'. mode: 'log' or
    'magnitude' of the amplitude, 'psd' for the one-sided power spectral density, 'real', 'imag', 'angle', or 'stft' for real
    and imaginary parts. frame_length: of a window, in samples. frame_step: how far apart windows are (half a window).
    fft_length: samples with the zeros beyond a window (the next power of two). window, periodic, scaling: see
    `initializers.STFT`. padding: 'valid' or 'same'. expand_dims: the channels keep an axis of their own.

    >>> import numpy as np
    >>> STFTSpectrogram(frame_length=16)(np.zeros((1, 64, 1), "float32")).shape
    (1, 7, 9)
    """

    def __init__(
        self,
        mode="log",
        frame_length=256,
        frame_step=None,
        fft_length=None,
        window="hann",
        periodic=False,
        scaling="density",
        padding="valid",
        expand_dims=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        whole(frame_length, "frame_length", self)
        whole(fft_length, "fft_length", self, optional=True)
        if (
            frame_step is not None
            and not 1 <= whole(frame_step, "frame_step", self, low=None) <= frame_length
        ):
            raise ValueError(
                f"{who(self)}: frame_step must lie between 1 and frame_length={frame_length}, received {frame_step!r}."
            )
        if fft_length is not None and fft_length < frame_length:
            raise ValueError(
                f"{who(self)}: fft_length must be at least frame_length={frame_length}, received {fft_length!r}."
            )
        if fft_length is not None and fft_length & -fft_length != fft_length:
            warnings.warn(
                f"{who(self)}: fft_length should be a power of two, received {fft_length}.", stacklevel=2
            )
        self.mode = one_of(mode, _MODES, "mode", self)
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = one_of(padding, ("valid", "same"), "padding", self)
        self.expand_dims = expand_dims
        self.data_format = config.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=3)
        self._kernel("real")  # which refuses an unknown window or scaling

    def _kernel(self, side):
        return STFT(side, self.window, self.scaling, self.periodic)

    @property
    def _bins(self):
        length = self.fft_length or 2 ** math.ceil(math.log2(self.frame_length))
        return length // 2 + 1

    def build(self, input_shape):
        shape = (self.frame_length, 1, self._bins)
        if self.mode != "imag":
            self.real_kernel = self.add_weight(
                shape=shape, initializer=self._kernel("real"), name="real_kernel"
            )
        if self.mode != "real":
            self.imag_kernel = self.add_weight(
                shape=shape, initializer=self._kernel("imag"), name="imag_kernel"
            )

    def call(self, inputs):
        if inputs.dtype.kind != "f":
            raise TypeError(f"{who(self)} expected sound of a float dtype, received {inputs.dtype}.")
        if self.data_format == "channels_last":
            inputs = ops.swapaxes(inputs, 1, 2)
        if self.mode == "real":
            return self._arranged(self._transformed(inputs, self.real_kernel))
        if self.mode == "imag":
            return self._arranged(self._transformed(inputs, self.imag_kernel))
        real, imag = (self._transformed(inputs, kernel) for kernel in (self.real_kernel, self.imag_kernel))
        if self.mode == "angle":
            return self._arranged(ops.arctan2(imag, real))
        if self.mode == "stft":
            return self._arranged(ops.concatenate([real, imag], axis=3))
        power = ops.square(real) + ops.square(imag)
        if self.mode == "psd":
            # Frequencies but the first and the last stand for their negative counterparts too.
            inner = ops.pad(power[..., 1:-1], [[0, 0], [0, 0], [0, 0], [1, 1]])
            return self._arranged(power + inner)
        magnitude = self._arranged(ops.sqrt(ops.maximum(power, config.epsilon())))
        if self.mode == "magnitude":
            return magnitude
        return ops.log(ops.maximum(magnitude, config.epsilon()))

    def _transformed(self, sound, kernel):
        """Sound (batch, channels, time) at each frequency, (batch, channels, windows, frequencies)."""
        channels, time = sound.shape[1:]
        step = self.frame_step or self.frame_length // 2
        flat = ops.reshape(sound, (-1, time, 1))
        frames = ops.conv(
            flat,
            ops.cast(kernel, sound.dtype),
            strides=step,
            padding=self.padding,
            data_format="channels_last",
        )
        return ops.reshape(frames, (-1, channels, *frames.shape[1:]))

    def _arranged(self, x):
        """(batch, channels, windows, frequencies) as the caller wants it."""
        if self.expand_dims:
            return ops.transpose(x, (0, 2, 3, 1)) if self.data_format == "channels_last" else x
        _, channels, windows, frequencies = x.shape
        if self.data_format == "channels_last":
            return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, windows, channels * frequencies))
        return ops.reshape(ops.transpose(x, (0, 1, 3, 2)), (-1, channels * frequencies, windows))

    def compute_output_shape(self, input_shape):
        if self.data_format == "channels_last":
            batch, time, channels = input_shape
        else:
            batch, channels, time = input_shape
        step = self.frame_step or self.frame_length // 2
        windows = None
        if time is not None:
            windows = -(-time // step) if self.padding == "same" else (time - self.frame_length) // step + 1
        bins = self._bins * (2 if self.mode == "stft" else 1)
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return (batch, windows, bins, channels) if last else (batch, channels, windows, bins)
        bins = None if channels is None else bins * channels
        return (batch, windows, bins) if last else (batch, bins, windows)


class MelSpectrogram(Layer):
    """Sound, (time,) or (batch, time), as its power in bands that are evenly spaced to the ear, (..., bands, windows).

    fft_length, sequence_stride, sequence_length, window: of the short-time Fourier transform, in samples (`ops.stft`).
    sampling_rate: samples in a second. num_mel_bins: bands between min_freq and max_freq (half the sampling rate), in Hertz.
    mag_exp: 1 for amplitudes, 2 for power. power_to_db: 10 log10(max(p, min_power) / ref_power), no more than top_db below the
    loudest. The scale is 1127 ln(1 + f / 700) (O'Shaughnessy 1987).

    >>> import numpy as np
    >>> MelSpectrogram(fft_length=64, sequence_stride=16, num_mel_bins=4)(np.ones((1, 256), "float32")).shape
    (1, 4, 17)
    """

    casts_integers = True

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window="hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fft_length = whole(fft_length, "fft_length", self)
        self.sequence_stride = whole(sequence_stride, "sequence_stride", self)
        self.sequence_length = whole(sequence_length or fft_length, "sequence_length", self)
        if self.fft_length < self.sequence_length:
            raise ValueError(
                f"{who(self)}: fft_length must be at least sequence_length={sequence_length}, received {fft_length}."
            )
        self.window = window
        self.sampling_rate = number(sampling_rate, "sampling_rate", self, low=1)
        self.num_mel_bins = whole(num_mel_bins, "num_mel_bins", self)
        self.min_freq = number(min_freq, "min_freq", self, low=0)
        self.max_freq = number(max_freq or int(sampling_rate / 2), "max_freq", self, low=0)
        self.power_to_db = power_to_db
        self.top_db = number(top_db, "top_db", self)
        self.mag_exp = number(mag_exp, "mag_exp", self)
        self.min_power = number(min_power, "min_power", self)
        self.ref_power = number(ref_power, "ref_power", self)
        self.built = True

    def call(self, inputs):
        # Half precision cannot hold the powers of a spectrum.
        x = ops.cast(inputs, "float32") if self.compute_dtype == "float16" else inputs
        real, imag = ops.stft(x, self.sequence_length, self.sequence_stride, self.fft_length, self.window)
        # The power's gradient is that of the squares, the amplitude's has none at zero.
        power = ops.power(ops.square(real) + ops.square(imag), self.mag_exp / 2)
        weights = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, power.shape[-1], self.sampling_rate, self.min_freq, self.max_freq, power.dtype
        )
        y = ops.matmul(power, weights)
        if self.power_to_db:
            y = self._decibels(y)
        return ops.cast(ops.swapaxes(y, -1, -2), self.compute_dtype)

    def _decibels(self, power):
        reference = max(abs(self.ref_power), self.min_power)
        decibels = 10.0 * ops.log10(ops.maximum(power, self.min_power)) - 10.0 * math.log10(reference)
        return ops.maximum(decibels, ops.max(decibels) - self.top_db)

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins=20,
        num_spectrogram_bins=129,
        sampling_rate=8000,
        lower_edge_hertz=125.0,
        upper_edge_hertz=3800.0,
        dtype="float32",
    ):
        """How much of each frequency goes into each band, (frequencies, bands): triangles that overlap by halves."""
        frequencies = np.linspace(0, sampling_rate / 2, num_spectrogram_bins)[1:, None]
        edges = np.linspace(_mel(lower_edge_hertz), _mel(upper_edge_hertz), num_mel_bins + 2)
        lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
        rising = (_mel(frequencies) - lower) / (center - lower)
        falling = (upper - _mel(frequencies)) / (upper - center)
        weights = np.maximum(0.0, np.minimum(rising, falling))
        return ops.convert_to_tensor(np.pad(weights, [(1, 0), (0, 0)]).astype(dtype))

    def compute_output_shape(self, input_shape):
        if len(input_shape) == 1:
            batch, time = (), input_shape[0]
        else:
            batch, time = (input_shape[0],), input_shape[1]
        windows = None
        if time is not None:
            windows = (time + 2 * (self.fft_length // 2) - self.fft_length) // self.sequence_stride + 1
        return (*batch, self.num_mel_bins, windows)


def _mel(hertz):
    return 1127.0 * np.log(1.0 + hertz / 700.0)
