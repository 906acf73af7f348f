"""Ctrl-C during fit: a real SIGINT to a process on a real terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.autodiff.tensor import state

ROOT = Path(__file__).parents[2]
SCRIPT = """
import numpy as np, minikeras as keras
from minikeras import layers

class Told(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        if epochs and batch == 3:
            print("@ready", flush=True)
    def on_epoch_end(self, epoch, logs=None):
        epochs.append(epoch)

epochs = []
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((20,)), layers.Dense(64, activation="relu"), layers.Dropout(0.2), layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
x = np.random.normal(size=(6400, 20)); y = x.sum(1)
try:
    model.fit(x, y, batch_size=8, epochs=10_000, verbose={verbose}, validation_split=0.1, callbacks=[Told()])
except KeyboardInterrupt:
    print("@interrupted", flush=True)
history = model.history
assert history.epoch == epochs and len(history.history["val_mae"]) == len(epochs) >= 1
assert np.isfinite(model.predict(x, verbose=0)).all()
again = model.fit(x, y, batch_size=64, epochs=2, verbose=0)
assert len(again.history["loss"]) == 2 and again.history["loss"][-1] < 1
print("@usable", flush=True)
"""


@pytest.fixture(autouse=True)
def interrupts_arrive():
    """A shell's background job ignores Ctrl-C, and so would the processes started here: not during these tests."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def run(verbose, moment):
    """The output of the script on a terminal, with one SIGINT `moment` seconds after it is ready."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("{verbose}", str(verbose))],
        cwd=ROOT, stdout=theirs, stderr=theirs, stdin=theirs, env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )  # fmt: skip
    output, sent, deadline = b"", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        readable, _, _ = select.select([ours], [], [], 0.05)
        if readable:
            output += os.read(ours, 65536)
        elif process.poll() is not None:
            break
        if not sent and b"@ready" in output:
            time.sleep(moment)
            process.send_signal(signal.SIGINT)
            sent = True
    process.wait(timeout=10)
    unchanged = termios.tcgetattr(theirs) == attributes
    os.close(ours)
    os.close(theirs)
    text = output.decode().replace("\r\n", "\n")
    assert process.returncode == 0, text[-3000:]
    return text, unchanged


@pytest.mark.parametrize(("verbose", "moment"), [(1, 0.0), (1, 0.13), (2, 0.05), (0, 0.02)])
def test_model_history_and_terminal_survive(verbose, moment):
    text, unchanged = run(verbose, moment)
    assert unchanged
    lines = text.split("\n")
    assert "@usable" in lines
    # The message begins a line of the terminal: nothing but an erased bar stands before it.
    (line,) = (line for line in lines if "@interrupted" in line)
    assert line.split("\r")[-1].removeprefix("^C").removeprefix("\x1b[K") == "@interrupted"
    hidden, shown = text.rfind("\x1b[?25l"), text.rfind("\x1b[?25h")
    assert hidden <= shown  # a cursor that was hidden is shown again
    assert text.rfind("\x1b[3") <= text.rfind("\x1b[0m") or "\x1b[3" not in text


def test_a_model_survives_interruptions_at_any_moment():
    """SIGINT from a thread, at moments from the first lines of fit to the middle of any step, 150 times."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(256, 8)).astype("float32")
    y = x.sum(axis=1)
    keras.utils.set_random_seed(1)

    def compiled():
        model = keras.Sequential(
            [layers.Dense(16, "relu"), layers.BatchNormalization(), layers.Dropout(0.1), layers.Dense(1)]
        )
        model.compile(keras.optimizers.Adam(0.01), "mse")
        return model

    interrupted, model, whole = 0, None, compiled()
    whole.fit(x, y, batch_size=16, verbose=0)
    for number in range(150):
        if number % 15 == 0:  # a new one is interrupted while it is being built, too
            model = compiled()
        timer = threading.Timer(rng.uniform(0, 0.01), os.kill, (os.getpid(), signal.SIGINT))
        try:
            timer.start()
            model.fit(x, y, batch_size=16, epochs=1000, verbose=0)
        except KeyboardInterrupt:
            interrupted += 1
        timer.join()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert state.recorder is None
        assert (state.tapes, state.recording, state.probing) == ((), 0, False)
        if model.built:
            assert [v.shape for v in model.variables] == [v.shape for v in whole.variables]
            assert len(model.optimizer.variables) in (2, len(whole.optimizer.variables))
    assert interrupted == 150
    history = model.fit(x, y, epochs=20, verbose=0)
    assert history.epoch == list(range(20))
    assert history.history["loss"][-1] < 1


def test_a_second_one_does_not_wait():
    seen = []

    class Slow(layers.Layer):
        def call(self, inputs):
            if isinstance(inputs, keras.Tensor):
                for number in range(3):
                    seen.append(number)
                    signal.raise_signal(signal.SIGINT)
            return inputs

    model = keras.Sequential([Slow()])
    with pytest.raises(KeyboardInterrupt):
        model.predict(np.ones((2, 2)), verbose=0)
    assert seen == [0, 1]


def test_other_threads_and_other_handlers_are_left_alone():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    results = []
    thread = threading.Thread(target=lambda: results.append(model.predict(np.ones((2, 2)), verbose=0)))
    thread.start()
    thread.join()
    assert results[0].shape == (2, 1)
    seen = []

    def mine(number, frame):
        seen.append(number)

    previous = signal.signal(signal.SIGINT, mine)
    try:
        raising = keras.callbacks.LambdaCallback(
            on_predict_batch_begin=lambda b, logs: signal.raise_signal(signal.SIGINT)
        )
        model.predict(np.ones((2, 2)), verbose=0, callbacks=[raising])
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, previous)
    assert seen == [signal.SIGINT]
