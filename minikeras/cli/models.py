"""Models from files, and data in the shape their inputs want."""

from pathlib import Path

import numpy as np

from minikeras.cli.errors import CommandError
from minikeras.saving import load_model

_ENDINGS = (".keras", ".h5", ".hdf5")


def load(path, compile=False):
    """The model in a file or folder; what is missing, no model, or hostile is a CommandError."""
    if not Path(path).exists():
        raise CommandError(
            f"{path}: no such file. Expected a model saved by model.save('{Path(path).stem}.keras')."
        )
    if not Path(path).is_dir() and Path(path).suffix not in _ENDINGS:
        raise CommandError(f"{path} is not a model: expected a file that ends in {', '.join(_ENDINGS)}.")
    return load_model(path, compile=compile)


def input_names(model):
    """The names of a model's inputs; one of them for a model that has not said."""
    return list(model.input_names) if model.inputs else ["x"]


def fit_shape(x, model, place):
    """Data in the shape that the model's (only) input wants: a row of 784 numbers becomes an image of 28 by 28.

    place: what errors call the data.
    """
    if not model.inputs:
        return x
    wanted = model.inputs[0].shape[1:]
    if x.shape[1:] == tuple(wanted) or (x.ndim == len(wanted) + 1 and None in wanted):
        return x
    if None not in wanted and len(x) and int(np.prod(x.shape[1:])) == int(np.prod(wanted)):
        return x.reshape(len(x), *wanted)
    received = f"{x.shape[1]} columns" if x.ndim == 2 else f"samples of shape {x.shape[1:]}"
    count = (
        f"{wanted[0]} numbers"
        if len(wanted) == 1
        else f"{int(np.prod(wanted))} numbers (shape {tuple(wanted)})"
    )
    remedy = (
        " Leave columns out with --drop NAME."
        if x.ndim == 2 and len(wanted) == 1 and x.shape[1] > wanted[0]
        else ""
    )
    if None in wanted:
        count = f"the shape {tuple(wanted)}"
    raise CommandError(f"the model '{model.name}' expects {count} a sample, {place} has {received}.{remedy}")
