"""What optimizers and schedules say of arguments that cannot be: who, what was expected, what was received."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import optimizers
from minikeras.optimizers import schedules

G = np.ones((2, 2), "float32")


@pytest.mark.parametrize(
    ("create", "message"),
    [
        (lambda: optimizers.Adam("a"), "Adam: learning_rate must be a float, a schedule or a function .* received 'a'"),
        (lambda: optimizers.Adam(float("nan")), "Adam: learning_rate must be .* received nan"),
        (lambda: optimizers.Adam(beta_1=1.0), "Adam: beta_1 must be a number of at least 0 and below 1, received beta_1=1.0"),
        (lambda: optimizers.Adam(beta_2="x"), "Adam: beta_2 must be .* received beta_2='x'"),
        (lambda: optimizers.AdamW(beta_2=None), "AdamW: beta_2 must be .* received beta_2=None"),
        (lambda: optimizers.Nadam(epsilon=-1), "Nadam: epsilon must be a number of at least 0, received epsilon=-1"),
        (lambda: optimizers.Adamax(beta_1=-0.1), "Adamax: beta_1 must be .* received beta_1=-0.1"),
        (lambda: optimizers.Lamb(beta_2=2), "Lamb: beta_2 must be .* received beta_2=2"),
        (lambda: optimizers.Lion(beta_1="x"), "Lion: beta_1 must be a number, received beta_1='x'"),
        (lambda: optimizers.RMSprop(rho=1.5), "RMSprop: rho must be a number of at least 0 and at most 1, received rho=1.5"),
        (lambda: optimizers.RMSprop(momentum=None), "RMSprop: momentum must be .* received momentum=None"),
        (lambda: optimizers.Adadelta(rho="x"), "Adadelta: rho must be .* received rho='x'"),
        (lambda: optimizers.Adagrad(initial_accumulator_value="x"), "Adagrad: initial_accumulator_value must be .*='x'"),
        (lambda: optimizers.Adafactor(clip_threshold="x"), "Adafactor: clip_threshold must be a number, received"),
        (lambda: optimizers.Ftrl(beta="x"), "Ftrl: beta must be a number, received beta='x'"),
        (lambda: optimizers.Muon(adam_beta_1=1), "Muon: adam_beta_1 must be .* below 1, received adam_beta_1=1"),
        (lambda: optimizers.SGD(clipnorm=-1), "SGD: clipnorm must be a number of at least 0, or None, received clipnorm=-1"),
        (lambda: optimizers.SGD(clipvalue="x"), "SGD: clipvalue must be .* received clipvalue='x'"),
        (lambda: optimizers.SGD(weight_decay="x"), "SGD: weight_decay must be a number, or None, received"),
        (lambda: optimizers.SGD(loss_scale_factor="x"), "SGD: loss_scale_factor must be a number, or None"),
        (lambda: schedules.ExponentialDecay("a", 10, 0.5), "ExponentialDecay: initial_learning_rate must be a number"),
        (lambda: schedules.ExponentialDecay(0.1, "a", 0.5), "ExponentialDecay: decay_steps must be a number"),
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "ExponentialDecay: decay_steps must be positive, received decay_steps=0"),
        (lambda: schedules.InverseTimeDecay(0.1, 10, None), "InverseTimeDecay: decay_rate must be a number"),
        (lambda: schedules.PolynomialDecay(0.1, 10, power="x"), "PolynomialDecay: power must be a number"),
        (lambda: schedules.CosineDecay(0.1, 10, alpha=None), "CosineDecay: alpha must be a number"),
        (lambda: schedules.CosineDecay(0.1, 10, warmup_target="x"), "CosineDecay: warmup_target must be a number, or None"),
        (lambda: schedules.CosineDecayRestarts(0.1, 10, t_mul="x"), "CosineDecayRestarts: t_mul must be a number"),
        (lambda: schedules.PiecewiseConstantDecay(None, [1.0]), "boundaries must be a list of numbers, received None"),
        (lambda: schedules.PiecewiseConstantDecay([1], ["a", "b"]), "values must be a number, received values='a'"),
        (lambda: schedules.PiecewiseConstantDecay([1, 2], [1.0, 0.5]), "boundaries must be one fewer than values"),
    ],
)  # fmt: skip
def test_constructors(create, message):
    with pytest.raises(ValueError, match=message):
        create()


@pytest.mark.parametrize("value", ["a", None, float("nan")])
def test_a_learning_rate_that_is_assigned(value):
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ValueError, match="SGD: learning_rate must be a number, received learning_rate="):
        optimizer.learning_rate = value
    assert float(optimizer.learning_rate) == 0.5


def test_pairs_of_gradient_and_variable():
    v = keras.Variable(G)
    optimizer = optimizers.SGD(1.0)
    for wrong in (None, 3, [G], [(G, v, 1)]):
        with pytest.raises(
            ValueError, match=r"SGD\.apply_gradients expected pairs .* Pass zip\(gradients, variables\)"
        ):
            optimizer.apply_gradients(wrong)
    with pytest.raises(TypeError, match=r"SGD\.apply expected a list of gradients, .* received None"):
        optimizer.apply(None, [v])
    with pytest.raises(ValueError, match=r"must have its shape \(2, 2\), received \(3,\)"):
        optimizer.apply_gradients([(np.ones(3, "float32"), v)])
    np.testing.assert_array_equal(v.numpy(), G)
    optimizer.apply_gradients(zip([G], [v], strict=True))
    np.testing.assert_array_equal(v.numpy(), np.zeros((2, 2)))
