"""Batch normalization by given statistics: gradients in all five inputs, and derivatives of the second order."""

import numpy as np
import pytest

from minikeras import ops
from minikeras.autodiff import GradientTape, Variable

RNG = np.random.default_rng(5)
X, MEAN, OFFSET, SCALE = (RNG.normal(size=shape) for shape in ((3, 2, 4), (4,), (4,), (4,)))
VARIANCE = RNG.uniform(0.5, 2.0, size=4)
WEIGHTS = RNG.normal(size=X.shape)


def weighted(arrays, scaled, shifted):
    x, mean, variance, scale, offset = arrays
    y = ops.batch_normalization(
        x, mean, variance, -1, offset=offset if shifted else None, scale=scale if scaled else None
    )
    return ops.sum(ops.square(y) * WEIGHTS)


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize("shifted", [True, False])
@pytest.mark.parametrize("second", [False, True])
def test_gradients_are_central_differences(scaled, shifted, second):
    arrays = [X, MEAN, VARIANCE, SCALE, OFFSET]
    used = [True, True, True, scaled, shifted]

    def gradient_norm(arrays):
        """What is differenced: the function itself, or a number made of all its first derivatives."""
        variables = [Variable(a, dtype="float64") for a in arrays]
        with GradientTape() as outer:
            with GradientTape() as tape:
                y = weighted(variables, scaled, shifted)
            if second:
                gradients = [g for g in tape.gradient(y, variables) if g is not None]
                y = sum((ops.sum(ops.sin(g)) for g in gradients[1:]), ops.sum(ops.sin(gradients[0])))
        return y, outer.gradient(y, variables)

    _, gradients = gradient_norm(arrays)
    for number, (array, gradient) in enumerate(zip(arrays, gradients, strict=True)):
        if not used[number]:
            assert gradient is None
            continue
        expected = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [a.copy() for a in arrays]
                moved[number][index] += step
                ends.append(float(gradient_norm(moved)[0]))
            expected[index] = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(np.asarray(gradient), expected, rtol=2e-6, atol=2e-6)
