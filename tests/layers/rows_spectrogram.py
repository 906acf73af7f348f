"""Rows of the layers over sound."""

from layer_row import Row

from minikeras.layers import MelSpectrogram, STFTSpectrogram

SOUND = (2, 40, 2)


def _weights(length, bins, count=2):
    return ((length, 1, bins),) * count


ROWS = [
    *[
        Row(STFTSpectrogram, SOUND, {"mode": mode, "frame_length": 16}, weights=_weights(16, 9))
        for mode in ("log", "magnitude", "psd", "angle", "stft")
    ],
    *[
        Row(
            STFTSpectrogram,
            SOUND,
            {"mode": mode, "frame_length": 12, "frame_step": 5, "padding": "same", "scaling": None},
            weights=_weights(12, 9, 1),
        )
        for mode in ("real", "imag")
    ],
    *[
        Row(
            STFTSpectrogram,
            shape,
            {
                "mode": "psd",
                "frame_length": 8,
                "expand_dims": True,
                "data_format": data_format,
                "periodic": True,
            },
            weights=_weights(8, 5),
        )
        for shape, data_format in ((SOUND, "channels_last"), ((2, 2, 40), "channels_first"))
    ],
    Row(
        STFTSpectrogram,
        (2, 2, 40),
        {"mode": "magnitude", "frame_length": 8, "data_format": "channels_first", "window": None},
        weights=_weights(8, 5),
    ),
    Row(MelSpectrogram, (2, 64), {"fft_length": 16, "sequence_stride": 8, "num_mel_bins": 3}),
    Row(
        MelSpectrogram,
        (2, 64),
        {"fft_length": 16, "sequence_length": 12, "mag_exp": 1.0, "power_to_db": False, "num_mel_bins": 4},
    ),
]
