"""BackupAndRestore: a training that is interrupted, by any means at any moment, ends as if it had not been."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import BackupAndRestore, EarlyStopping, LambdaCallback

SCRIPT = Path(__file__).with_name("interruptible_training.py")
ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = X.sum(axis=1)


class Server:
    """The process in which interruptible_training.py waits for orders."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, str(SCRIPT)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip

    def train(self, folder, save_freq, moment="never"):
        """Train in a folder, be killed at a moment, and return how the process ended."""
        print(folder, save_freq, moment, file=self.process.stdin, flush=True)
        return int(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="module")
def whole(server, tmp_path_factory):
    """The final state of an uninterrupted training."""
    folder = tmp_path_factory.mktemp("whole")
    assert server.train(folder, "none") == 0
    return final(folder)


def final(folder):
    with np.load(folder / "final.npz") as file:
        return dict(file)


def assert_as_if_uninterrupted(folder, expected):
    received = final(folder)
    assert sorted(expected) == sorted(received)
    for name, value in expected.items():
        assert value.dtype == received[name].dtype
        assert np.array_equal(value, received[name], equal_nan=value.dtype.kind == "f"), name
    assert sorted(path.name for path in folder.iterdir()) == ["final.npz", "log.csv"]


@pytest.mark.parametrize("save_freq", ["epoch", 1, 3])
def test_killed_at_random_moments(server, whole, tmp_path, save_freq):
    """SIGKILL at 17 moments drawn from the whole time of a training, up to three times in the same one.

    At more where the machine is so busy that few of them come after the first backup.
    """
    moments = random.Random(f"{save_freq}")
    (tmp_path / "timed").mkdir()
    start = time.perf_counter()
    assert server.train(tmp_path / "timed", save_freq) == 0
    duration = time.perf_counter() - start
    killed, resumed, number = 0, 0, 0
    while killed < 17 or (resumed < 5 and killed < 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        number += 1
        for _ in range(moments.randint(1, 3)):
            status = server.train(folder, save_freq, moments.uniform(0, duration))
            assert status in (0, -signal.SIGKILL)
            if status == 0:  # it was through before
                break
            (folder / "final.npz").unlink(missing_ok=True)  # half written, it may be
            killed += 1
            resumed += (folder / "backup" / "latest.npz").exists()
        if not (folder / "final.npz").exists():
            assert server.train(folder, save_freq) == 0
        assert_as_if_uninterrupted(folder, whole)
    assert resumed >= 5


@pytest.mark.parametrize(
    "moment",
    ["fsync:1", "fsync:2", "fsync:3", "fsync:8", "replace:1", "replace:2", "replace:7", "chmod:1", "chmod:9", "open:2",
     "close:2", "unlink:1", "rmdir:1"],
)  # fmt: skip
def test_killed_within_a_backup(server, whole, tmp_path, moment):
    """Before each of the steps in which a file takes the place of another: half written, not yet in place, not yet safe."""
    assert server.train(tmp_path, 2, moment) == -signal.SIGKILL
    assert server.train(tmp_path, 2) == 0
    assert_as_if_uninterrupted(tmp_path, whole)


class Interrupt(keras.callbacks.Callback):
    """Raises at a batch of an epoch, once."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at = (epoch, batch)
        self.epoch = None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise KeyboardInterrupt


def compiled(optimizer="adam", built=True):
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3,))] if built else [])
    model.add(layers.Dense(4, activation="tanh"))
    model.add(layers.Dropout(0.2))
    model.add(layers.Dense(1))
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def weights_after(folder, make, interrupt_at, data=None, **arguments):
    """The final weights and history of a training that is interrupted once and begun again in a new model."""
    data = data or (lambda: (X, Y))
    settings = {"batch_size": 8, "epochs": 4, "verbose": 0, **arguments}
    with pytest.raises(KeyboardInterrupt):
        make().fit(
            *data(), callbacks=[BackupAndRestore(folder, save_freq=2), Interrupt(*interrupt_at)], **settings
        )
    assert (folder / "latest.npz").exists()
    model = make()
    history = model.fit(*data(), callbacks=[BackupAndRestore(folder, save_freq=2)], **settings)
    whole = make()
    expected = whole.fit(*data(), **settings)
    assert history.history == expected.history
    assert history.epoch == expected.epoch
    for a, b in zip(model.variables, whole.variables, strict=True):
        assert np.array_equal(a.numpy(), b.numpy()), a.path
    for a, b in zip(model.optimizer.variables, whole.optimizer.variables, strict=True):
        assert np.array_equal(a.numpy(), b.numpy()), a.path


OPTIMIZERS = [
    "SGD",
    "Adam",
    "AdamW",
    "Nadam",
    "RMSprop",
    "Adagrad",
    "Adadelta",
    "Adamax",
    "Ftrl",
    "Lion",
    "Adafactor",
    "Lamb",
    "Muon",
]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(tmp_path, name):
    weights_after(tmp_path, lambda: compiled(getattr(keras.optimizers, name)(0.01)), (2, 3))


def test_optimizers_with_all_their_state(tmp_path):
    def make():
        schedule = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.8)
        return compiled(
            keras.optimizers.SGD(
                schedule, momentum=0.9, use_ema=True, gradient_accumulation_steps=3, clipnorm=1.0
            )
        )

    weights_after(tmp_path, make, (1, 4))


def test_loss_scaling(tmp_path):
    weights_after(
        tmp_path, lambda: compiled(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01))), (1, 3)
    )


@pytest.mark.parametrize("at", [(0, 2), (0, 4), (1, 0), (3, 4)])
def test_anywhere_in_the_epochs(tmp_path, at):
    weights_after(tmp_path, compiled, at)


def test_a_model_that_is_built_by_its_first_batch(tmp_path):
    weights_after(tmp_path, lambda: compiled(built=False), (1, 3))


def test_epochs_cut_by_steps(tmp_path):
    weights_after(tmp_path, compiled, (2, 2), steps_per_epoch=3)


def test_a_generator_is_asked_anew_for_the_batches_it_gave(tmp_path):
    def batches():
        rng = np.random.default_rng(3)
        while True:
            x = rng.normal(size=(8, 3))
            yield x, x.sum(axis=1)

    weights_after(tmp_path, compiled, (2, 2), data=lambda: (batches(),), steps_per_epoch=4, batch_size=None)


def test_a_dataset_that_augments_by_numpys_generator(tmp_path):
    class Noisy(keras.utils.PyDataset):
        def __len__(self):
            return 5

        def __getitem__(self, index):
            rows = slice(index * 8, index * 8 + 8)
            return X[rows] + np.random.normal(size=(8, 3)) * 0.1, Y[rows]

    weights_after(tmp_path, compiled, (1, 3), data=lambda: (Noisy(),), batch_size=None)


def test_class_weights_and_validation_in_parts(tmp_path):
    labels = (Y > 0).astype("int64")

    def make():
        keras.utils.set_random_seed(2)
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    weights_after(
        tmp_path, make, (2, 3), data=lambda: (X, labels), class_weight={0: 1.0, 1: 2.0},
        validation_data=(X, labels), validation_steps=2, validation_batch_size=8,
    )  # fmt: skip


def test_a_training_that_had_stopped_does_not_go_on(tmp_path):
    """The process ends between the backup of the last epoch and the end of fit."""

    def make(callbacks):
        model = compiled()
        stopping = EarlyStopping("loss", min_delta=1e9, patience=2)
        return model, model.fit(X, Y, epochs=20, verbose=0, callbacks=[stopping, *callbacks])

    def interrupt(logs):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make([LambdaCallback(on_train_end=interrupt), BackupAndRestore(tmp_path)])
    model, history = make([BackupAndRestore(tmp_path)])
    whole, expected = make([])
    assert history.epoch == expected.epoch == [0, 1, 2]
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), whole.get_weights(), strict=True))


def test_a_callback_list_may_be_used_again(tmp_path):
    model = compiled()
    together = keras.callbacks.CallbackList(
        [BackupAndRestore(tmp_path / "b")], add_history=True, model=model, epochs=2, steps=2, verbose=0
    )
    for _ in range(2):
        assert model.fit(X, Y, epochs=2, callbacks=together).epoch == [0, 1]
    assert together.data is together.batch is None


def test_the_backup_is_deleted_at_the_end_and_nothing_else(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    compiled().fit(X, Y, epochs=1, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_backup_that_is_not_deleted_ends_the_next_training_at_once(tmp_path):
    for expected in ([0, 1], [0, 1]):
        history = compiled().fit(
            X, Y, epochs=2, verbose=0, callbacks=[BackupAndRestore(tmp_path, delete_checkpoint=False)]
        )
        assert history.epoch == expected
    assert [p.name for p in tmp_path.iterdir()] == ["latest.npz"]


def interrupted(folder, **options):
    with pytest.raises(KeyboardInterrupt):
        compiled().fit(
            X, Y, epochs=4, batch_size=8, verbose=0,
            callbacks=[BackupAndRestore(folder, **options), Interrupt(3, 0)],
        )  # fmt: skip


def test_a_damaged_backup_is_refused(tmp_path):
    interrupted(tmp_path)
    path = tmp_path / "latest.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(
        ValueError, match=r"cannot go on: The file .*latest.npz is damaged .* Delete the folder"
    ):
        compiled().fit(X, Y, epochs=4, verbose=0, callbacks=[BackupAndRestore(tmp_path)])


def test_a_damaged_backup_with_one_before_it(tmp_path):
    interrupted(tmp_path, double_checkpoint=True)
    (tmp_path / "latest.npz").write_bytes(b"damaged")
    model = compiled()
    callback = BackupAndRestore(tmp_path, double_checkpoint=True)
    assert model.fit(X, Y, epochs=4, batch_size=8, verbose=0, callbacks=[callback]).epoch == [0, 1, 2, 3]
    whole = compiled()
    whole.fit(X, Y, epochs=4, batch_size=8, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), whole.get_weights(), strict=True))
    assert not tmp_path.exists()


def test_half_written_files_are_removed(tmp_path):
    left = tmp_path / f".{'0' * 32}.part"
    left.write_bytes(b"half")
    compiled().fit(X, Y, epochs=1, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    assert not left.exists()


def test_a_backup_of_another_model_is_refused(tmp_path):
    interrupted(tmp_path)
    other = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    other.compile("adam", "mse")
    with pytest.raises(
        ValueError, match=r"is of another model: expected 2 variables, received 5; the first difference"
    ):
        other.fit(X, Y, epochs=4, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
    with pytest.raises(ValueError, match=r"is of another optimizer: expected 2 variables, received 10"):
        compiled("sgd").fit(X, Y, epochs=4, verbose=0, callbacks=[BackupAndRestore(tmp_path)])


def test_arguments():
    with pytest.raises(ValueError, match="empty `backup_dir`"):
        BackupAndRestore("")
    with pytest.raises(ValueError, match=r"unrecognized save_freq: 'batch'.*'epoch' or a positive integer"):
        BackupAndRestore("here", save_freq="batch")


def test_a_setting_changed_between_the_runs_counts(tmp_path):
    """What the constructors were given is not restored."""
    stopping = EarlyStopping("loss", patience=100)
    with pytest.raises(KeyboardInterrupt):
        compiled().fit(
            X,
            Y,
            epochs=9,
            batch_size=8,
            verbose=0,
            callbacks=[stopping, BackupAndRestore(tmp_path), Interrupt(2, 0)],
        )
    stopping = EarlyStopping("loss", patience=7)
    compiled().fit(X, Y, epochs=4, batch_size=8, verbose=0, callbacks=[stopping, BackupAndRestore(tmp_path)])
    assert stopping.patience == 7
    assert stopping.best is not None
