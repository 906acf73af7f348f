"""Whole models: `.keras` files as Keras 3 writes and reads them, and the same members in a folder."""

import io
import json
from pathlib import Path

from minikeras.files import atomic_write
from minikeras.layers.layer import Layer
from minikeras.limits import limited
from minikeras.saving.archive import CONFIG, METADATA, WEIGHTS, Archive, write_archive
from minikeras.saving.errors import ModelFileError
from minikeras.saving.folder import Folder, write_folder
from minikeras.saving.guard import check_config, refusing
from minikeras.saving.hdf5 import is_hdf5
from minikeras.saving.legacy import load_legacy_model, save_legacy_model
from minikeras.saving.state import load_state, save_state
from minikeras.saving.store import WeightsReader, WeightsWriter
from minikeras.serialization import deserialize, serialize, sharing_objects
from minikeras.spellings import older
from minikeras.spellings.calls import accepting

__all__ = ["load_model", "save_model"]

_FORMAT = "3.15.1"
_LEGACY = (".h5", ".hdf5")


@accepting
def save_model(model, filepath, overwrite=True, zipped=None, include_optimizer=True, save_format=None):
    """Save a model whole: architecture, weights, the optimizer's state and the arguments of `compile`.

    filepath: a path that ends in `.keras`, an open binary file, or with `zipped=False` a folder. `.h5` and `.hdf5` give
    the older format of Keras 2. overwrite=False: an existing file is an error. include_optimizer: for `.h5` only.
    Equal models give equal bytes.

    Older versions took any path. One with another ending gets what a `.keras` file holds, under exactly its name: as a
    folder where there is one of that name or save_format='tf', in the format of Keras 2 with save_format='h5'.

    >>> import io
    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    >>> file = io.BytesIO()
    >>> save_model(model, file)
    >>> load_model(file).count_params()
    9
    """
    if not isinstance(model, Layer):
        raise TypeError(
            f"save_model expected a model, received {model!r:.80} of type {type(model).__name__}."
        )
    if isinstance(filepath, io.IOBase):
        write_archive(filepath, _members(model))
        return
    path = Path(filepath)
    if not overwrite and path.exists():
        raise FileExistsError(f"{path} exists already. Choose another name, or pass overwrite=True.")
    if zipped is None and path.suffix not in (".keras", *_LEGACY):
        older(f"model.save({path.name!r})", f"model.save({path.name + '.keras'!r})")
        _save_without_ending(model, path, include_optimizer, save_format)
    elif zipped is False:
        if path.suffix == ".keras":
            raise ValueError(
                f"With zipped=False the model goes into a folder, whose name must not end in .keras, received {path}."
            )
        write_folder(path, _members(model))
    elif path.suffix == ".keras":
        members = _members(model)
        with atomic_write(path) as file:
            write_archive(file, members)
    elif path.suffix in _LEGACY:
        save_legacy_model(model, path, include_optimizer)
    else:
        raise ValueError(
            f"save_model expected a path that ends in .keras (or .h5), received {str(filepath)!r}. "
            f"Write {str(filepath) + '.keras'!r}; for another runtime, use model.export()."
        )


def _save_without_ending(model, path, include_optimizer, save_format):
    """Save a model under a name that says nothing of the format."""
    if save_format in ("h5", "hdf5"):
        save_legacy_model(model, path, include_optimizer)
    elif save_format == "tf" or path.is_dir():
        write_folder(path, _members(model))
    else:
        members = _members(model)
        with atomic_write(path) as file:
            write_archive(file, members)


@accepting
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """The model in a file that `save_model` of minikeras or of Keras wrote.

    filepath: a `.keras`, `.h5` or `.hdf5` file, a folder, a file that `save_model` wrote under another name, or an open
    binary file. custom_objects: {name:
    class or function} of what the file mentions and is not registered. compile: whether to compile the model as it was.
    safe_mode: accepted as in Keras; code in files is never run, whatever it says.

    The file may come from anybody: what is damaged, unknown or harmful ends in a ModelFileError (a ValueError).
    """
    if isinstance(filepath, io.IOBase):
        return _load_archive(filepath, "The file", custom_objects, compile)
    path = Path(filepath)
    if path.is_dir():
        return _load_members(Folder(path), str(path), custom_objects, compile)
    if path.suffix not in (".keras", *_LEGACY) and not path.exists():
        raise ValueError(
            f"load_model expected a path that ends in .keras, .h5 or .hdf5, received {str(filepath)!r}, and there is "
            "no such file or folder."
        )
    with open(path, "rb") as file:
        if path.suffix in _LEGACY or (path.suffix != ".keras" and is_hdf5(file)):
            return load_legacy_model(file, str(path), custom_objects, compile)
        return _load_archive(file, str(path), custom_objects, compile)


def _members(model):
    with sharing_objects():
        config = serialize(model)
    weights, assets = WeightsWriter(), {}
    save_state(model, weights, assets)
    return {
        METADATA: json.dumps({"keras_version": _FORMAT, "written_by": "minikeras"}).encode(),
        CONFIG: json.dumps(config).encode(),
        WEIGHTS: weights.to_bytes(),
        **assets,
    }


def _load_archive(file, name, custom_objects, compile):
    return _load_members(Archive(file, name), name, custom_objects, compile)


def _load_members(archive, name, custom_objects, compile):
    # 1. Read what the model is, and refuse what no model is.
    config = archive.read_json(CONFIG)
    check_config(config, name)
    if not isinstance(config, dict):
        raise ModelFileError(f"{name}: {CONFIG} is no configuration of a model.")
    if not compile:
        config["compile_config"] = None
    weights = WeightsReader(io.BytesIO(archive.read(WEIGHTS)), f"{name}: {WEIGHTS}")
    # 2. Build it; it cannot be larger than its weights are.
    with refusing(name), limited(*weights.stored()), sharing_objects():
        model = deserialize(config, custom_objects, family="layer")
        if not isinstance(model, Layer):
            raise ModelFileError(f"{name} holds a {type(model).__name__}, not a model.")
        # 3. Give it the stored values.
        load_state(model, weights, archive)
    return model
