"""A disk without room: the last good file stays, nothing half written does, and the error says what to do."""

import csv
import os
import subprocess

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers

resource = pytest.importorskip("resource")
X = np.random.default_rng(0).random((16, 64)).astype("float32")
_MOST_BYTES = 200_000


def model(units=8):
    keras.utils.set_random_seed(1)
    made = keras.Sequential([keras.Input((64,)), layers.Dense(units), layers.Dense(1)])
    made.compile("adam", "mse")
    return made


# Sizes: the small model fits everywhere, the large one (some 130,000 numbers and their slots) nowhere.
SMALL, LARGE = 8, 2000


def file_limit(folder):
    """A quota on the size of files, as `ulimit -f` sets it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_BYTES, before[1]))
    yield folder
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def file_system(folder):
    """A real file system of half a megabyte, where this process may mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(params=[file_limit, file_system], ids=lambda make: make.__name__)
def small_disk(request, tmp_path):
    try:
        yield from request.param(tmp_path)
    except FileNotFoundError:
        pytest.skip("no mount command")


def refused(path):
    reason = "(No space left on device|File too large)"
    return pytest.raises(
        OSError,
        match=rf"{path} could not be written: expected room for it, received '{reason}' from the system\. "
        r"What was there before is left as it was\. Free some space, or choose another folder, and save again\.",
    )


WAYS = {
    "model.keras": (lambda m, p: m.save(p), keras.saving.load_model),
    "older.h5": (lambda m, p: m.save(p), keras.saving.load_model),
    "w.weights.h5": (lambda m, p: m.save_weights(p), lambda p: _with_weights(p)),
}


def _with_weights(path):
    loaded = model(SMALL)
    loaded.layers[0].kernel.assign(np.zeros((64, SMALL)))
    loaded.load_weights(path)
    return loaded


@pytest.mark.parametrize("name", WAYS)
def test_saving(small_disk, name):
    save, load = WAYS[name]
    path = small_disk / name
    save(model(SMALL), path)
    good = path.read_bytes()
    with refused(path):
        save(model(LARGE), path)
    assert os.listdir(small_disk) == [name]
    assert path.read_bytes() == good
    np.testing.assert_array_equal(load(path).predict(X, verbose=0), model(SMALL).predict(X, verbose=0))


def test_saving_into_a_folder(small_disk):
    """The configuration is small enough, the weights are not: neither replaces the older one."""
    path = small_disk / "saved"
    keras.saving.save_model(model(SMALL), path, zipped=False)
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    with refused(path / "model.weights.h5"):
        keras.saving.save_model(model(LARGE), path, zipped=False)
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert keras.saving.load_model(path).layers[0].units == SMALL


@pytest.mark.parametrize("weights_only", [False, True])
def test_model_checkpoint(small_disk, weights_only):
    name = "c.weights.h5" if weights_only else "c.keras"
    checkpoint = callbacks.ModelCheckpoint(small_disk / name, save_weights_only=weights_only)
    model(SMALL).fit(X, X[:, 0], verbose=0, callbacks=[checkpoint])
    good = (small_disk / name).read_bytes()
    with refused(small_disk / name):
        model(LARGE).fit(X, X[:, 0], verbose=0, callbacks=[checkpoint])
    assert os.listdir(small_disk) == [name]
    assert (small_disk / name).read_bytes() == good


def test_backup_and_restore(small_disk):
    """The disk fills in the middle of a training, which goes on from the last backup when there is room again."""

    def train(room, epochs=4):
        net, stop = model(SMALL), callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: fill(epoch))

        def fill(epoch):
            if not room and epoch == 2:
                limit = resource.getrlimit(resource.RLIMIT_FSIZE)
                resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limit[1]))

        backup = callbacks.BackupAndRestore(small_disk / "backup")
        net.fit(X, X[:, 0], batch_size=4, epochs=epochs, verbose=0, callbacks=[stop, backup])
        return net

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with refused(small_disk / "backup" / "latest.npz"):
            train(room=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.listdir(small_disk / "backup") == ["latest.npz"]
    resumed = train(room=True)
    whole = model(SMALL)
    whole.fit(X, X[:, 0], batch_size=4, epochs=4, verbose=0)
    for a, b in zip(resumed.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_csv_logger(tmp_path):
    """Whole rows up to the last that had room."""
    path, before = tmp_path / "log.csv", resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, before[1]))
    try:
        with refused(path):
            model(SMALL).fit(X, X[:, 0], epochs=20, verbose=0, callbacks=[callbacks.CSVLogger(path)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["epoch", "loss", "val_loss"]
    assert [row[0] for row in rows[1:]] == [str(i) for i in range(len(rows) - 1)]
    assert len(rows) >= 4
    assert all(len(row) == 3 and float(row[1]) > 0 for row in rows[1:])
    assert path.read_bytes().endswith(b"\r\n")


def test_tensorboard(tmp_path):
    pytest.importorskip("tensorboardX")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with refused(tmp_path / "train"):
            model(SMALL).fit(X, X[:, 0], verbose=0, callbacks=[callbacks.TensorBoard(tmp_path)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
