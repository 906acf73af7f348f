"""Survives interruptions: training goes on where it stood, bit by bit."""

import itertools
import os
import random
import re
from pathlib import Path

import numpy as np

from minikeras import seeds
from minikeras.callbacks import checks, snapshot
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.model_checkpoint import BatchFrequency
from minikeras.optimizers import Optimizer

__all__ = ["BackupAndRestore"]

_NAME = "latest.npz"
_LEFTOVER = re.compile(r"\.[0-9a-f]{32}\.part")


class BackupAndRestore(Callback):
    """Back up the training after every epoch, or every `save_freq` batches; a new `fit` with the same folder goes on there.

    The backup holds all that the rest of the training depends on: weights, optimizer slots and iterations, seed
    generators, metrics, the position in the shuffled data, the states of all callbacks, and of the random generators of
    minikeras, NumPy and Python. So the final weights are those of an uninterrupted training, bit by bit, wherever the
    process was killed, in the middle of a backup too. Generators are asked anew for the batches they already gave.

    backup_dir: a folder for this training alone. double_checkpoint: keep the backup before the last one, for the case
    that the last cannot be read. delete_checkpoint: delete the backup when training has ended.

    >>> import tempfile, minikeras as keras
    >>> def train(callbacks, epochs=4):
    ...     keras.utils.set_random_seed(1)
    ...     model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    ...     model.compile("adam", "mse")
    ...     x = np.arange(16.0).reshape(8, 2)
    ...     history = model.fit(x, x.sum(1), 2, epochs, callbacks=callbacks, verbose=0)
    ...     return history.epoch, model.get_weights()[0].tolist()
    >>> def interrupt(epoch, logs):
    ...     if epoch == 2:
    ...         raise KeyboardInterrupt
    >>> folder = tempfile.mkdtemp()
    >>> try:
    ...     _ = train([BackupAndRestore(folder), keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)])
    ... except KeyboardInterrupt:
    ...     print("interrupted")
    interrupted
    >>> train([BackupAndRestore(folder)]) == train([])
    True
    """

    # The others must have taken in an event before their states are kept, and begun before they are given back.
    comes_last = True
    reads_lazy_logs = True

    def __init__(self, backup_dir, save_freq="epoch", double_checkpoint=False, delete_checkpoint=True):
        super().__init__()
        if not backup_dir:
            raise ValueError(
                "BackupAndRestore: empty `backup_dir` argument passed. Pass the path of a folder."
            )
        self.backup_dir = Path(checks.path("BackupAndRestore", "backup_dir", backup_dir))
        self.save_freq = save_freq
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self._frequency = BatchFrequency("BackupAndRestore", save_freq)
        self._path = self.backup_dir / _NAME
        self._previous = self.backup_dir / f"{_NAME}.bkp"
        self._current_epoch = 0
        self._interrupted = None  # the backup of the middle of an epoch, until that epoch has begun
        self._list = None

    def set_list(self, callbacks):
        """Take note of the list of all callbacks, whose states are kept too."""
        self._list = callbacks

    # Going on

    def on_train_begin(self, logs=None):
        self._frequency.seen = 0
        if self.backup_dir.exists() and not self.backup_dir.is_dir():
            raise NotADirectoryError(
                f"BackupAndRestore expected backup_dir to be a folder, received the file '{self.backup_dir}'. Choose another name."
            )
        if not self.backup_dir.is_dir():
            return
        for path in self.backup_dir.iterdir():
            if _LEFTOVER.fullmatch(path.name):  # a backup that was being written when the process was killed
                path.unlink()
        backup = self._read()
        if backup is not None:
            self._place(backup)
            self._restore(backup)
            self._interrupted = backup if backup["batch"] else None

    def on_epoch_begin(self, epoch, logs=None):
        self._current_epoch = epoch
        if self._interrupted is not None:
            # The beginning of the epoch, which the others have just seen for the second time, is undone.
            self._restore(self._interrupted)
            self._interrupted = None

    def _read(self):
        """The last backup that can be read, or None if there is none."""
        present = [path for path in (self._path, self._previous) if path.exists()]
        for path in present:
            try:
                return snapshot.read(path)
            except snapshot.DamagedSnapshotError as error:
                if path is present[-1]:
                    raise ValueError(
                        f"BackupAndRestore cannot go on: {error} Delete the folder {self.backup_dir} to start over."
                    ) from error
        return None

    def _place(self, backup):
        """Set the position in the data, and make what the model, metrics and optimizers have to be given back."""
        training, validation = self._list.data
        training.resume(backup["data"][0], backup["epoch"], backup["batch"])
        if validation is not None and backup["data"][1] is not None:
            validation.resume(backup["data"][1])
        if not self.model.built or len(backup["metrics"]) > len(self._metric_variables()):
            sample = training.sample()
            if sample is not None:
                self.model.test_step(sample)
        variables = self.model.variables
        self._check("model", [(v.path, v.shape) for v in variables], backup["paths"], backup["model"])
        optimizers = _optimizers(self.model)
        for optimizer, (indices, paths, arrays) in zip(optimizers, backup["optimizers"], strict=False):
            if indices:
                optimizer.build([variables[i] for i in indices])
            self._check("optimizer", [(v.path, v.shape) for v in optimizer.variables], paths, arrays)

    def _check(self, what, own, paths, arrays):
        kept = [(path, array.shape) for path, array in zip(paths, arrays, strict=True)]
        if [shape for _, shape in own] == [shape for _, shape in kept]:
            return
        pairs = itertools.zip_longest(own, kept, fillvalue=("none", ""))
        mine, other = next((a, b) for a, b in pairs if a[1] != b[1])
        raise ValueError(
            f"BackupAndRestore: the backup in {self.backup_dir} is of another {what}: expected {len(own)} variables, "
            f"received {len(kept)}; the first difference: {mine[0]} {mine[1]} against {other[0]} {other[1]}. "
            f"Delete the folder to start over, or train the {what} that was backed up."
        )

    def _restore(self, backup):
        _assign(self.model.variables, backup["model"])
        for optimizer, (_, _, arrays) in zip(_optimizers(self.model), backup["optimizers"], strict=False):
            _assign(optimizer.variables, arrays)
        if backup["batch"]:
            _assign(self._metric_variables(), backup["metrics"])
        self.model.stop_training = backup["stopped"]
        _set_random_state(backup["random"])
        states = {}
        for name, state in backup["callbacks"]:
            states.setdefault(name, []).append(state)
        for callback in self._companions():
            if states.get(type(callback).__name__):
                callback.set_state(states[type(callback).__name__].pop(0))

    # Backing up

    def on_train_batch_end(self, batch, logs=None):
        if self._frequency.is_due():
            self._save(self._current_epoch, batch + 1)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch + 1, 0)

    def _save(self, epoch, batch):
        variables = self.model.variables
        position = {id(v): i for i, v in enumerate(variables)}
        training, validation = self._list.data
        backup = {
            "epoch": epoch,
            "batch": batch,
            "stopped": bool(self.model.stop_training),
            "paths": [v.path for v in variables],
            "model": [v.array for v in variables],
            "optimizers": [
                [
                    [position[id(v)] for v in optimizer._trainable_variables if id(v) in position],
                    [v.path for v in optimizer.variables],
                    [v.array for v in optimizer.variables],
                ]
                for optimizer in _optimizers(self.model)
            ],
            "metrics": [v.array for v in self._metric_variables()] if batch else [],
            "data": [training.get_state(), validation.get_state() if validation is not None else None],
            "random": _random_state(),
            "callbacks": [[type(c).__name__, c.get_state()] for c in self._companions()],
        }
        self.backup_dir.mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint and self._path.exists():
            os.replace(self._path, self._previous)
        snapshot.write(self._path, backup)

    def _companions(self):
        return [c for c in self._list.callbacks if c is not self and isinstance(c, Callback)]

    def _metric_variables(self):
        return [v for metric in self.model.metrics for v in metric.variables]

    # The end

    def on_train_end(self, logs=None):
        if not self.delete_checkpoint or not self.backup_dir.is_dir():
            return
        for path in (self._previous, self._path):
            path.unlink(missing_ok=True)
        if not any(self.backup_dir.iterdir()):
            self.backup_dir.rmdir()

    def on_abandon(self):
        self._interrupted = None


def _optimizers(model):
    """The model's optimizers: the compiled one, and those that a model with a training step of its own keeps."""
    found = [value for value in vars(model).values() if isinstance(value, Optimizer)]
    return list({id(optimizer): optimizer for optimizer in found}.values())


def _assign(variables, arrays):
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


def _random_state():
    return {
        "seeds": seeds.get_position(),
        "numpy": np.random.get_state(legacy=False),
        "python": random.getstate(),
    }


def _set_random_state(state):
    seeds.set_position(state["seeds"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
