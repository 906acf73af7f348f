"""Sound files as a data set."""

import wave

import numpy as np
import pytest

from minikeras import utils
from minikeras.utils.sound import load_wav


def write(path, samples, rate=8000, width=2, channels=1):
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        if width == 1:
            file.writeframes((np.asarray(samples) + 128).astype("uint8").tobytes())
        else:
            raw = np.asarray(samples, "<i4").reshape(-1, 1).view("uint8")[:, :width]
            file.writeframes(np.ascontiguousarray(raw).tobytes())


@pytest.fixture
def folder(tmp_path):
    for number in range(5):
        write(tmp_path / ("a" if number % 2 else "b") / f"{number}.wav", np.full(10 + number, 1000 * number))
    return tmp_path


def test_batches(folder):
    data = utils.audio_dataset_from_directory(folder, batch_size=8, shuffle=False, verbose=False)
    sounds, labels = next(iter(data))
    assert data.class_names == ["a", "b"]
    assert labels.tolist() == [0, 0, 1, 1, 1]
    assert sounds.shape == (5, 14, 1)
    assert sounds.dtype == "float32"
    np.testing.assert_allclose(sounds[0, :, 0], [1000 / 32768] * 11 + [0] * 3)
    short = utils.audio_dataset_from_directory(
        folder, labels=None, output_sequence_length=4, shuffle=False, verbose=False
    )
    assert next(iter(short)).shape == (5, 4, 1)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_widths(tmp_path, width):
    half = 2 ** (8 * width - 1)
    write(tmp_path / "x.wav", [0, half // 2, -half, half - 1], width=width)
    np.testing.assert_allclose(load_wav(tmp_path / "x.wav")[:, 0], [0, 0.5, -1, 1 - 1 / half], atol=1e-7)


def test_channels_and_rate(tmp_path):
    time = np.arange(800) / 8000
    tones = np.stack([np.sin(2 * np.pi * 100 * time), np.cos(2 * np.pi * 100 * time)], axis=1) * 20000
    write(tmp_path / "x.wav", tones.round().reshape(-1), channels=2)
    for rate in (4000, 16000):
        found = load_wav(tmp_path / "x.wav", rate)
        times = np.arange(rate // 10) / rate
        np.testing.assert_allclose(found[:, 0], np.sin(2 * np.pi * 100 * times) * 20000 / 32768, atol=1e-4)
        np.testing.assert_allclose(found[:, 1], np.cos(2 * np.pi * 100 * times) * 20000 / 32768, atol=1e-4)


def test_errors(folder):
    with pytest.raises(ValueError, match="no ragged tensors"):
        utils.audio_dataset_from_directory(folder, ragged=True)
    (folder / "a" / "1.wav").write_bytes(b"RIFFx")
    data = utils.audio_dataset_from_directory(folder, verbose=False)
    with pytest.raises(ValueError, match="is not a WAV file"):
        list(data)
