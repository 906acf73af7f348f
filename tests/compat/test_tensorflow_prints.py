"""The façade prints what TensorFlow 2.21 printed (see record_tensorflow.py)."""

import contextlib
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

RECORDED = json.loads((Path(__file__).parent / "data" / "tensorflow.json").read_text())
NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")


@pytest.fixture
def tf():
    import minikeras.compat.tensorflow as tf

    return tf


def parts(text):
    """A text without its spaces and decimal numbers, and these numbers: their last digits depend on the kernels."""
    return re.sub(r"\s", "", NUMBER.sub("#", text)), [float(n) for n in NUMBER.findall(text)]


def same(found, expected):
    (words, numbers), (wanted_words, wanted_numbers) = parts(found), parts(expected)
    assert words == wanted_words, f"{found}\n is not\n{expected}"
    np.testing.assert_allclose(numbers, wanted_numbers, rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("entry", RECORDED["expressions"], ids=lambda entry: entry["code"])
def test_expression(tf, entry):
    value = eval(entry["code"], {"tf": tf, "np": np, "ds": tf.data.Dataset, "v": tf.Variable(2.0)})
    same(repr(value), entry["repr"])
    same(str(value), entry["str"])


@pytest.mark.parametrize("entry", RECORDED["programs"], ids=lambda entry: entry["code"][0][:40])
def test_program(tf, entry):
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec("\n".join(entry["code"]), {"tf": tf, "np": np})
    same(output.getvalue(), "\n".join(entry["prints"]))


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        (
            "tf.constant([[1, 2], [3, 4]], tf.float32)",
            "tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)",
        ),
        ("tf.constant([0.0529, 0.9471])", "tf.Tensor([0.0529 0.9471], shape=(2,), dtype=float32)"),
        (
            "tf.Variable([1, 2], name='v')",
            "<tf.Variable 'v:0' shape=(2,) dtype=int32, numpy=array([1, 2], dtype=int32)>",
        ),
        ("tf.constant(1.5)", "tf.Tensor(1.5, shape=(), dtype=float32)"),
    ],
)
def test_to_the_last_space(tf, expression, printed):
    assert str(eval(expression, {"tf": tf})) == printed
