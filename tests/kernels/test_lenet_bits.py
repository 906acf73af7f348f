"""Two hundred LeNet steps leave the same weights on any number of threads, and beside a process that takes a core."""

import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras

try:
    from minikeras.kernels import native
except ImportError:
    pytest.skip("the native module is not installed", allow_module_level=True)

if keras.config.kernels() == "reference":
    pytest.skip("the reference kernels leave threads to BLAS", allow_module_level=True)

STEPS = 200


def weights():
    """The bytes of all weights after training from one seed."""
    keras.utils.set_random_seed(7)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    random = np.random.default_rng(0)
    x, y = random.random((40 * 32, 28, 28, 1), dtype=np.float32), random.integers(0, 10, 40 * 32)
    model.fit(x, y, batch_size=32, epochs=STEPS // 40, verbose=0)
    assert int(model.optimizer.iterations) == STEPS
    return b"".join(w.tobytes() for w in model.get_weights())


@pytest.fixture(autouse=True)
def threads():
    before = native.num_threads()
    yield
    native.set_num_threads(before)


def test_the_same_weights_after_two_hundred_steps():
    native.set_num_threads(1)
    expected = weights()
    for count in (2, 3, 8):
        native.set_num_threads(count)
        assert weights() == expected, count
    native.set_num_threads(2)
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        assert weights() == expected
    finally:
        busy.kill()
        busy.wait()
