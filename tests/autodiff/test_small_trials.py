"""Shapes found on small stand-ins, as they are while a file is read, are those found by trying whole arrays."""

import itertools

import numpy as np
import pytest

import minikeras as keras
from minikeras import limits, ops
from minikeras.autodiff import symbolic

KINDS = ("placewise", "axiswise", "views")
NAMES = sorted(name for name in dir(ops) if any(hasattr(getattr(ops, name), kind) for kind in KINDS))
SHAPES = [(None,), (None, 4), (None, 4, 1), (None, None, 3), (1, 5, 2), (None, 2, 3, 4), (None, 1, 6, 6, 2)]
BESIDE = keras.KerasTensor((None, 1))  # for the functions of two tensors
SETTINGS = [
    ((BESIDE,), {}),
    (("int32",), {}),
    ((1, BESIDE), {}),
    ((), {}),
    *[((), {"axis": axis}) for axis in (-1, 0, None)],
    ((), {"axis": 1, "keepdims": True}),
    *[((value,), {}) for value in (1, (-1,), (-1, 2), (0, 2, 1), (0, 1))],
    *[((0, 1), {}), ((2, -1), {}), ((2,), {"axis": -1})],
]


def outcome(function, shape, args, kwargs, dtype):
    try:
        specs = symbolic.infer(function, (keras.KerasTensor(shape, dtype), *args), kwargs)
    except limits.LimitError:
        raise
    except Exception:
        return None
    specs = specs if isinstance(specs, (list, tuple)) else [specs]
    return [(spec.shape, np.dtype(spec.dtype)) for spec in specs]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_as_on_whole_arrays(name):
    function = getattr(ops, name)
    found = 0
    for shape, dtype, (args, kwargs) in itertools.product(SHAPES, ("float32", "int32"), SETTINGS):
        expected = outcome(function, shape, args, kwargs, dtype)
        if expected is None:
            continue
        found += 1
        with limits.limited(0, 0):
            assert outcome(function, shape, args, kwargs, dtype) == expected, (shape, args, kwargs)
    assert found or name == "select"  # which takes lists


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.argmax(ops.softmax(x), axis=-1),
        lambda x: ops.reshape(x, (-1, 768 * 768, 21)),
        lambda x: ops.transpose(x, (0, 3, 1, 2)),
        lambda x: ops.split(x, 3, axis=-1)[1],
        lambda x: ops.relu(ops.mean(x, axis=(1, 2), keepdims=True)),
    ],
)
def test_models_of_large_images_load(tmp_path, call):
    x = keras.Input((768, 768, 21))
    model = keras.Model(x, call(x))
    model.save(tmp_path / "model.keras")
    assert keras.saving.load_model(tmp_path / "model.keras").output_shape == model.output_shape
