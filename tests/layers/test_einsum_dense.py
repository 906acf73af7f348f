"""EinsumDense: initial values, and what it refuses."""

import re

import numpy as np
import pytest

from minikeras import layers

X = np.ones((2, 5, 3), "float32")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("abc,cd", 4), "must have the form"),
        (("...bc,cd->bd...", 4), "must have the form"),
        (("abcd,de->abce", (None, None, 4)), "names 4 axes of the inputs, which have 3"),
        (("abc,cd->abd", (6, 4)), "has the size 6 for 'b', the inputs 5"),
        (("abc,cd->abd", (None, None)), "must give the size of 'd'"),
        (("abc,cd->abd", 4), "must give one size for each"),
        (("abc,ce->abd", (5, 4)), "the kernel's axis 'e' is named neither"),
        (("abc,cd->abd", (None, 4), None, "x"), "must name some of the output's axes"),
    ],
)
def test_equations_that_do_not_fit_are_refused(arguments, text):
    with pytest.raises(ValueError, match=re.escape(text)) as error:
        layers.EinsumDense(*arguments)(X)
    assert repr(arguments[0]) in str(error.value)


def test_first_values_have_the_variance_of_the_summed_axes():
    layer = layers.EinsumDense("abc,dec->abde", (None, 60, 50))
    layer.build((None, 4, 20))
    # Glorot: 2 / (fan_in + fan_out), with 20 inputs to a unit and 3000 units to an input.
    np.testing.assert_allclose(layer.kernel.numpy().var(), 2 / 3020, rtol=0.03)


def test_a_constant_bias_along_an_axis():
    layer = layers.EinsumDense("abc,cde->abde", (None, 2, 4), bias_axes="d", kernel_initializer="zeros")
    layer.build((None, 5, 3))
    layer.bias.assign(np.array([[1.0], [2.0]]))
    np.testing.assert_array_equal(layer(X).numpy()[0, 0], [[1] * 4, [2] * 4])
