"""Weights without the model: `.weights.h5` files as Keras 3 writes and reads them, and those of `.keras` and `.h5` files."""

import io
from pathlib import Path

from minikeras.files import atomic_write
from minikeras.saving.archive import WEIGHTS, Archive, is_archive
from minikeras.saving.checkpoint_files import is_checkpoint, write_companions
from minikeras.saving.guard import refusing
from minikeras.saving.legacy import is_legacy, load_legacy_weights, save_legacy_weights
from minikeras.saving.state import load_state, save_state
from minikeras.saving.store import WeightsReader, WeightsWriter
from minikeras.spellings import older

__all__ = ["load_weights", "save_weights"]

_ENDING = ".weights.h5"
_LEGACY = (".h5", ".hdf5")


def save_weights(model, filepath, overwrite=True, objects_to_skip=None):
    """Save a model's weights, and its optimizer's state if it is compiled, in a file whose name ends in `.weights.h5`.

    overwrite=False: an existing file is an error. objects_to_skip: layers (or the optimizer) to leave out. Equal models
    give equal bytes.

    Older versions took any path. `.h5` and `.hdf5` give the format of Keras 2, without the optimizer's state; any other
    path but `.keras` gets what a `.weights.h5` file holds, under exactly its name.
    """
    path = Path(filepath)
    if path.suffix == ".keras":
        raise ValueError(f"save_weights expected a path that ends in {_ENDING}, received {str(filepath)!r}.")
    if not overwrite and path.exists():
        raise FileExistsError(f"{path} exists already. Choose another name, or pass overwrite=True.")
    _require_built(model, "saved")
    if not path.name.endswith(_ENDING):
        stem = path.name.removesuffix(path.suffix) if path.suffix in _LEGACY else path.name
        older(f"save_weights({path.name!r})", f"save_weights({stem + _ENDING!r})")
    if path.suffix in _LEGACY and not path.name.endswith(_ENDING):
        save_legacy_weights(model, path)
        return
    weights = WeightsWriter()
    save_state(model, weights, skipped=objects_to_skip or ())
    data = weights.to_bytes()
    if is_checkpoint(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as file:
        file.write(data)
    if is_checkpoint(path):
        write_companions(str(path))


def load_weights(model, filepath, skip_mismatch=False, by_name=False, objects_to_skip=None):
    """Give a model the weights in a `.weights.h5` or `.keras` file, or in an `.h5` file of Keras 2.

    They go to the objects at the same places in the model, whatever their names are; a place that the file lacks or
    that has other shapes is an error, or passed over with a warning if `skip_mismatch`. by_name: match layers by name
    instead (`.h5` only). objects_to_skip: layers (or the optimizer) to leave as they are.

    The file may come from anybody: what is damaged, does not fit or is harmful ends in a ModelFileError (a ValueError).
    """
    path = Path(filepath)
    name = str(path)
    if path.suffix not in (*_LEGACY, ".keras") and not path.exists():
        raise ValueError(
            f"load_weights expected a path that ends in {_ENDING}, .h5 or .keras, received {str(filepath)!r}, and there "
            "is no such file."
        )
    today = path.suffix == ".keras" or path.name.endswith(_ENDING)
    if by_name and today:
        raise ValueError(f"by_name=True works for .h5 files of Keras 2 only, received {str(filepath)!r}.")
    _require_built(model, "loaded")
    with open(path, "rb") as file:
        legacy = not today and is_legacy(file, name)
        if by_name and not legacy:
            raise ValueError(f"{name} does not name the layers, so by_name=True cannot be met. Leave it out.")
        if legacy:
            load_legacy_weights(model, file, name, by_name, skip_mismatch)
            return
        if is_archive(file):
            file, name = io.BytesIO(Archive(file, name).read(WEIGHTS)), f"{name}: {WEIGHTS}"
        if is_checkpoint(path) and model.compiled and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        with refusing(name):
            load_state(
                model, WeightsReader(file, name), skip_mismatch=skip_mismatch, skipped=objects_to_skip or ()
            )


def _require_built(model, what):
    if not model.built:
        raise ValueError(
            f"{type(model).__name__} '{model.name}' has no weights yet, so none can be {what}. "
            "Call it on data, or build(input_shape), first."
        )
