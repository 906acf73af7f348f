"""What an error raised by a function of `ops` says of the call, in the notes that its traceback ends with."""

import numpy as np
import pytest

from minikeras import ops

X = np.ones((2, 3), "float32")
S = np.array(["a", "b"])


@pytest.mark.parametrize(
    ("function", "arguments", "settings", "error", "note"),
    [
        (ops.sqrt, (None,), {}, TypeError, "In ops.sqrt with x=None. It is called as sqrt(x)."),
        (
            ops.expand_dims, (X,), {"axis": 9}, np.exceptions.AxisError,
            "In ops.expand_dims on arrays of shapes (2, 3) (float32) with axis=9. Pass an axis from -3 to 2; "
            "negative ones count from the last.",
        ),
        (
            ops.sum, (X,), {"axis": "x"}, TypeError,
            "In ops.sum on arrays of shapes (2, 3) (float32) with axis='x'. It is called as sum(",
        ),
        (
            ops.add, (X, np.ones((4, 5), "int32")), {}, ValueError,
            "In ops.add on arrays of shapes (2, 3), (4, 5) (float32). Counted from the last axis, sizes must be equal "
            "or 1: reshape one of the arrays, or give it an axis with minikeras.ops.expand_dims.",
        ),
        (
            ops.matmul, (X, X), {}, ValueError,
            "In ops.matmul on arrays of shapes (2, 3), (2, 3) (float32). The axes that are multiplied must be of one size",
        ),
        (
            ops.take, (X, [7]), {"axis": 0}, IndexError,
            "Indices are integers from -size to size - 1 of the axis that they pick from.",
        ),
        (
            ops.inv, (np.zeros((2, 2), "float32"),), {}, ValueError,
            "add a small multiple of the identity, minikeras.ops.eye(n).",
        ),
        (ops.bitwise_and, (X, X), {}, TypeError, "bitwise_and is not defined for these dtypes: convert with"),
        (ops.sqrt, (S,), {}, (TypeError, ValueError), "Tensors hold numbers: convert strings and objects to numbers first."),
        (ops.sum, (X,), {"axes": 1}, TypeError, "with axes=1. It is called as sum("),
        (ops.zeros, ("a",), {}, TypeError, "In ops.zeros with shape='a', dtype=None. It is called as zeros(shape, dtype=None)."),
        (ops.eye, (2.5,), {}, TypeError, "In ops.eye with N=2.5"),
        (ops.arange, ("a",), {}, TypeError, "In ops.arange with start=0, stop='a'"),
        (ops.hamming, (X,), {}, TypeError, "In ops.hamming on arrays of shapes (2, 3) (float32)."),
    ],
)  # fmt: skip
def test_the_call_and_what_would_do(function, arguments, settings, error, note):
    with pytest.raises(error) as caught:
        function(*arguments, **settings)
    assert note in caught.value.__notes__[0]
    assert len(caught.value.__notes__) == 1


def test_the_class_of_an_error_stays():
    with pytest.raises(np.exceptions.AxisError) as caught:
        ops.sum(X, axis=5)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, IndexError)
    assert (caught.value.axis, caught.value.ndim) == (5, 2)


def test_choices():
    with pytest.raises(
        ValueError, match=r"cond expected pred to be one number, received shape \(2, 3\).*ops.where"
    ):
        ops.cond(X, lambda: 1, lambda: 2)
    with pytest.raises(
        TypeError, match=r"cond expected true_fn and false_fn to be functions.*received 1 and 2"
    ):
        ops.cond(True, 1, 2)
    with pytest.raises(ValueError, match="switch expected index to be one number"):
        ops.switch(X, [lambda: 1])
    with pytest.raises(TypeError, match=r"switch expected branches to be a list of functions, received \[\]"):
        ops.switch(0, [])
