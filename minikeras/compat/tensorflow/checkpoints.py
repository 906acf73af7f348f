"""Saving values to files: `tf.train.Saver`, `tf.train.Checkpoint` and their folders."""

import glob
import io
import os
import re

import numpy as np

from minikeras import files
from minikeras.autodiff import Variable
from minikeras.compat.tensorflow.containers import Module
from minikeras.compat.tensorflow.errors import NotFoundError
from minikeras.compat.tensorflow.graph import mode
from minikeras.compat.tensorflow.storage import path_of
from minikeras.compat.tensorflow.variables import EagerVariable, GraphVariable
from minikeras.layers.layer import Layer
from minikeras.optimizers.optimizer import Optimizer

_ENDING = ".npz"


def _write(path, arrays):
    """Write arrays to path + '.npz', and note it as the latest of its folder."""
    folder = os.path.dirname(path) or "."
    os.makedirs(folder, exist_ok=True)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        **{f"a{i}": array for i, array in enumerate(arrays.values())},
        names=np.array(list(arrays), "U"),
    )
    _replace(path + _ENDING, buffer.getvalue())
    _replace(
        os.path.join(folder, "checkpoint"), f'model_checkpoint_path: "{os.path.basename(path)}"\n'.encode()
    )


def _replace(path, content):
    with files.atomic_write(path) as file:
        file.write(content)


def _read(path):
    path = path_of(path)
    if not os.path.exists(path + _ENDING):
        raise NotFoundError(f"Unsuccessful: there is no checkpoint {path} (no file {path + _ENDING}).")
    with np.load(path + _ENDING, allow_pickle=False) as stored:
        return {name: stored[f"a{i}"] for i, name in enumerate(stored["names"].tolist())}


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The path of the newest checkpoint of a folder, or None."""
    folder = path_of(checkpoint_dir)
    note = os.path.join(folder, latest_filename or "checkpoint")
    if not os.path.exists(note):
        return None
    with open(note, encoding="utf-8") as file:
        found = re.search(r'model_checkpoint_path: "(.*)"', file.read())
    path = os.path.join(folder, found.group(1)) if found else None
    return path if path and checkpoint_exists(path) else None


def checkpoint_exists(checkpoint_prefix):
    """Whether there is a checkpoint."""
    # A model's weights have an index, the checkpoints of this module their own ending.
    return any(os.path.exists(path_of(checkpoint_prefix) + ending) for ending in (_ENDING, ".index"))


class CheckpointState:
    """What a folder says of its checkpoints."""

    def __init__(self, path):
        self.model_checkpoint_path = path
        self.all_model_checkpoint_paths = [path]


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """What a folder says of its checkpoints, or None."""
    path = latest_checkpoint(checkpoint_dir, latest_filename)
    return CheckpointState(path) if path else None


class Saver:
    """Writes the variables of a graph to a file, and reads them."""

    def __init__(self, var_list=None, max_to_keep=5, keep_checkpoint_every_n_hours=10000.0, **settings):
        self._wanted = var_list
        self._max = max_to_keep
        self._written = []

    def _variables(self):
        if isinstance(self._wanted, dict):
            return dict(self._wanted)
        return {v.name: v for v in (self._wanted if self._wanted is not None else mode.graph.variables)}

    def save(self, sess, save_path, global_step=None, latest_filename=None, **settings):
        """Write the variables; the path is returned, numbered by global_step if that is given."""
        path = path_of(save_path)
        if global_step is not None:
            number = global_step.numpy() if hasattr(global_step, "numpy") else global_step
            path = f"{path}-{int(number)}"
        _write(path, {name: np.array(_plain(v).array) for name, v in self._variables().items()})
        self._written.append(path)
        while self._max and len(self._written) > self._max:
            old = self._written.pop(0) + _ENDING
            if os.path.exists(old):
                os.remove(old)
        return path

    def restore(self, sess, save_path):
        """Read the variables."""
        stored = _read(save_path)
        for name, variable in self._variables().items():
            if name not in stored:
                raise NotFoundError(
                    f"Key {name} not found in checkpoint {save_path}. It holds {sorted(stored)}."
                )
            _plain(variable).assign(stored[name])

    @property
    def last_checkpoints(self):
        """The paths written so far."""
        return list(self._written)


def _plain(variable):
    return variable.variable if isinstance(variable, GraphVariable) else variable


class Checkpoint:
    """Writes what its attributes hold (models, optimizers, variables, modules) to files, and reads it.

    A model's file is path + '.npz', in a format of its own: real TensorFlow does not read it.
    """

    def __init__(self, root=None, **kwargs):
        if root is not None:
            self.root = root
        for name, value in kwargs.items():
            setattr(self, name, value)
        self.save_counter = EagerVariable(0, trainable=False, name="save_counter")
        self._waiting = {}

    def _variables(self):
        found = {}
        for name, value in sorted(vars(self).items()):
            if not name.startswith("_"):
                found.update(_named(name, value))
        return found

    def write(self, file_prefix, options=None):
        """Write to this path."""
        path = path_of(file_prefix)
        _write(path, {name: np.array(v.array) for name, v in self._variables().items()})
        return path

    def save(self, file_prefix, options=None):
        """Write to this path, numbered."""
        self.save_counter.assign_add(1)
        return self.write(f"{path_of(file_prefix)}-{int(self.save_counter.array)}")

    def read(self, save_path, options=None):
        """Read from this path."""
        stored = _read(save_path)
        unused = set(stored)
        for name, variable in self._variables().items():
            if name in stored and stored[name].shape == variable.array.shape:
                variable.assign(stored[name])
                unused.discard(name)
        return Status(unused, set(self._variables()) - set(stored))

    def restore(self, save_path, options=None):
        """Read from this path; None (no checkpoint yet) changes nothing."""
        return self.read(save_path) if save_path is not None else Status(set(), set())


def _named(prefix, value):
    """The variables of a value by names."""
    if isinstance(value, Variable):
        return {prefix: value}
    if isinstance(value, GraphVariable):
        return {prefix: value.variable}
    if isinstance(value, Optimizer):
        if not value.built:
            return {}
        return {f"{prefix}/{i}": v for i, v in enumerate(value.variables) if isinstance(v, Variable)}
    if isinstance(value, (Layer, Module)):
        return {f"{prefix}/{i}": v for i, v in enumerate(value.variables)}
    if isinstance(value, (list, tuple)):
        return {k: v for i, item in enumerate(value) for k, v in _named(f"{prefix}/{i}", item).items()}
    if isinstance(value, dict):
        return {k: v for key, item in value.items() for k, v in _named(f"{prefix}/{key}", item).items()}
    if isinstance(value, Checkpoint):
        return {f"{prefix}/{k}": v for k, v in value._variables().items()}
    return {}


class Status:
    """How a restoration went."""

    def __init__(self, unused, missing):
        self._unused, self._missing = unused, missing

    def expect_partial(self):
        """It is all right if not everything was there."""
        return self

    def assert_consumed(self):
        """Raise unless everything in the file was used."""
        if self._unused:
            raise AssertionError(f"Unresolved values of the checkpoint: {sorted(self._unused)}.")
        return self

    def assert_existing_objects_matched(self):
        """Raise unless every variable was in the file."""
        if self._missing:
            raise AssertionError(f"Variables that the checkpoint does not hold: {sorted(self._missing)}.")
        return self

    assert_nontrivial_match = assert_existing_objects_matched

    def initialize_or_restore(self, session=None):
        """Nothing more to do."""


class CheckpointManager:
    """Keeps the newest checkpoints of a folder."""

    def __init__(
        self, checkpoint, directory, max_to_keep=5, keep_checkpoint_every_n_hours=None, checkpoint_name="ckpt",
        step_counter=None, checkpoint_interval=None, init_fn=None,
    ):  # fmt: skip
        self.checkpoint, self.directory = checkpoint, path_of(directory)
        self._max, self._prefix = max_to_keep, os.path.join(self.directory, checkpoint_name)
        found = glob.glob(f"{glob.escape(self._prefix)}-*{_ENDING}")
        self._paths = sorted(
            (p.removesuffix(_ENDING) for p in found), key=lambda p: int(p.rpartition("-")[2])
        )

    @property
    def checkpoints(self):
        """The paths, oldest first."""
        return list(self._paths)

    @property
    def latest_checkpoint(self):
        """The newest path, or None."""
        return self._paths[-1] if self._paths else None

    def save(self, checkpoint_number=None, check_interval=True, options=None):
        """Write a checkpoint; those beyond max_to_keep are deleted."""
        if checkpoint_number is None:
            path = self.checkpoint.save(self._prefix)
        else:
            path = self.checkpoint.write(f"{self._prefix}-{int(checkpoint_number)}")
        self._paths.append(path)
        while self._max and len(self._paths) > self._max:
            old = self._paths.pop(0) + _ENDING
            if os.path.exists(old):
                os.remove(old)
        return path

    def restore_or_initialize(self):
        """Read the newest checkpoint, if there is one."""
        if self.latest_checkpoint is not None:
            self.checkpoint.restore(self.latest_checkpoint)
        return self.latest_checkpoint
