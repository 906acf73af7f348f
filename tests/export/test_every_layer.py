"""Every layer is exported and computes the same elsewhere, or is refused by name: there is no third outcome."""

import importlib
import re
from pathlib import Path

import numpy as np
import pytest
from runtime import WithMask, assert_agrees

import minikeras as keras
from minikeras.export import ExportError
from minikeras.layers import InputSpec
from minikeras.nest import flatten

FILES = sorted(path.stem for path in (Path(__file__).parents[1] / "layers").glob("rows_*.py"))
ROWS = [row for name in FILES for row in importlib.import_module(name).ROWS]
NAMES = [f"{row.cls.__name__}-{sum(r.cls is row.cls for r in ROWS[:i])}" for i, row in enumerate(ROWS)]

BESIDE = "NumPy"
NUMBERS = "only numbers can be exported"
# What no exported model has, and why.
REFUSED = {
    "ContrastLimitedAdaptiveHistogramEqualization": BESIDE,
    "HashedCrossing": BESIDE,
    "Hashing": BESIDE,
    "IntegerLookup": BESIDE,
    "MelSpectrogram": "no ONNX form of its operation",
    "StringLookup": NUMBERS,
    "TextVectorization": NUMBERS,
}
RANDOM = "draws random numbers|calling it changes the variable"
MOVING = "calling it changes the variable '.*moving_mean'"


def each_row(wanted=lambda row: True):
    chosen = [(row, name) for row, name in zip(ROWS, NAMES, strict=True) if wanted(row)]
    return pytest.mark.parametrize("row", [row for row, _ in chosen], ids=[name for _, name in chosen])


class Called(keras.Model):
    """The call of a row as a model of one's own."""

    def __init__(self, row):
        super().__init__()
        self.layer = row.make()
        self.row = row

    def call(self, inputs):
        return self.row.run(self.layer, inputs if isinstance(inputs, list) else [inputs])


def arrays_of(row):
    return [a.astype("float32") if a.dtype.kind == "f" else a for a in row.arrays("float32")]


def reason(row):
    """Why the row is refused (a pattern), or None."""
    arrays = row.arrays("float32")
    if any(a.dtype.kind in "OUS" for a in arrays):
        return NUMBERS
    if row.random and row.training:
        return RANDOM
    if row.training and row.cls.__name__ == "BatchNormalization":
        return MOVING
    if getattr(row.make(), "stateful", False):
        return "stateful"
    return REFUSED.get(row.cls.__name__)


def model_of(row, arrays, batch=None):
    """The row as a model: of symbolic inputs where it can be called on them; a mask is a further input."""
    if not row.symbolic or row.training:
        shapes = [(batch, *a.shape[1:]) for a in arrays]
        return Called(row), [
            InputSpec(shape=s, dtype=str(a.dtype)) for s, a in zip(shapes, arrays, strict=True)
        ]
    inputs = [keras.Input(a.shape[1:], batch_size=batch, dtype=a.dtype.name) for a in arrays]
    first = list(inputs)
    if row.mask is not None:
        inputs.append(keras.Input(row.mask[1:], batch_size=batch, dtype="bool", name="mask"))
        first[0] = WithMask()([first[0], inputs[-1]])
    outputs = row.run(row.make(), first)
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], outputs), None


def has_arrays(row):
    return any(isinstance(leaf, np.ndarray) for leaf in flatten(row.call))


@each_row()
def test_exported_or_refused(row):
    arrays, why = arrays_of(row), reason(row)
    if any(a.dtype.kind in "OUS" for a in arrays):
        model, signature = Called(row), [InputSpec(shape=a.shape, dtype="string") for a in arrays]
        with pytest.raises(ExportError, match=why):
            assert_agrees(model, None, signature=signature)
        return
    size = len(arrays[0])
    fixed = size if has_arrays(row) or not row.symbolic else None
    model, signature = model_of(row, arrays, fixed)
    if why is not None:
        # The error names the layer (or the one inside it), not the model around it.
        with pytest.raises(ExportError, match=rf"\w+ '\w+' cannot be exported: .*({why})") as error:
            assert_agrees(model, None, signature=signature)
        assert not re.match("Called|Functional", str(error.value))
        return
    masked = row.mask is not None and row.symbolic and not row.training
    keep = np.random.default_rng(5).random((7, *row.mask[1:])) < 0.6 if masked else None

    def make(count):
        batch = [np.concatenate([a] * 7)[:count] for a in arrays]
        if keep is not None:
            batch.append(keep[:count])
        return batch if len(batch) > 1 else batch[0]

    sizes = (size,) if fixed else (1, 3, 7)
    assert_agrees(model, make, sizes, signature)


def test_the_list_of_refused_layers_is_current():
    assert set(REFUSED) <= {row.cls.__name__ for row in ROWS}
