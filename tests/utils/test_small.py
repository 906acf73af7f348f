"""The small helpers: packing, sessions, the bar, the configuration's policy, the names of keras.backend."""

import pytest

import minikeras as keras
from minikeras import utils


def test_packing():
    assert utils.unpack_x_y_sample_weight(utils.pack_x_y_sample_weight(1, None, 3)) == (1, None, 3)
    assert utils.unpack_x_y_sample_weight([1, 2]) == ([1, 2], None, None)
    with pytest.raises(ValueError, match="a tuple of 4 parts"):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_bar_averages(capsys):
    bar = utils.Progbar(4, width=4, stateful_metrics=["lr"])
    bar.update(1, [("loss", 1.0), ("lr", 1.0)])
    bar.add(3, [("loss", 2.0), ("lr", 3.0)])
    lines = capsys.readouterr().out.split("\r")[1:]
    assert lines == ["1/4 ━    - loss: 1.0000 - lr: 1.0000", "4/4 ━━━━ - loss: 1.7500 - lr: 3.0000\n"]


def test_source_inputs():
    a, b = keras.Input((2,)), keras.Input((2,))
    found = utils.get_source_inputs(keras.layers.Dense(1)(keras.layers.add([a, b])))
    assert [id(t) for t in found] == [id(a), id(b)]


def test_policy():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert keras.config.dtype_policy().compute_dtype == "float16"
        assert keras.mixed_precision.global_policy() == keras.layers.Dense(1).dtype_policy
    finally:
        keras.config.set_dtype_policy("float32")
