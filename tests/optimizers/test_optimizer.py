"""The base class: what users give it, what it refuses, and optimizers of their own."""

import re
import types
import warnings
from pathlib import Path

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import optimizers
from minikeras.autodiff import Tensor, Variable

SAVED = Path(__file__).parents[1] / "golden" / "saved"
ONE = np.ones(1, "float32")


def ones(*shape):
    return np.ones(shape, "float32")


# Hyper-parameters


def test_learning_rate_can_be_read_and_set():
    optimizer = optimizers.SGD(0.5)
    assert (float(optimizer.learning_rate), optimizer.learning_rate.dtype) == (0.5, "float32")
    optimizer.learning_rate = 0.25
    optimizer.learning_rate.assign(0.125)
    variable = Variable([0.0])
    optimizer.apply([ONE], [variable])
    assert variable.numpy() == -0.125
    optimizer.learning_rate = lambda: 1.0
    optimizer.apply([ONE], [variable])
    assert (variable.numpy(), float(optimizer.learning_rate), len(optimizer.variables)) == (-1.125, 1.0, 1)
    optimizer.learning_rate = 2.0
    assert [v.name for v in optimizer.variables] == ["iteration", "learning_rate"]


def test_number_does_not_replace_a_schedule():
    optimizer = optimizers.SGD(optimizers.schedules.ExponentialDecay(0.1, 1, 0.5))
    with pytest.raises(TypeError, match="created with the schedule ExponentialDecay"):
        optimizer.learning_rate = 0.1
    optimizer.learning_rate = optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5)
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": "fast"}, "SGD: learning_rate must be a float, a schedule or a function"),
        ({"learning_rate": [0.1, 0.2]}, "learning_rate must be a float"),
        (
            {"clipnorm": 1.0, "clipvalue": 1.0},
            "only one of clipnorm, clipvalue and global_clipnorm can be set",
        ),
        ({"gradient_accumulation_steps": 1}, "must be an integer of at least 2, received 1"),
        ({"ema_overwrite_frequency": -1}, "must be an integer of at least 1, received -1"),
        (
            {"use_ema": True, "ema_momentum": 1.5},
            r"ema_momentum must be a number of at least 0 and at most 1, received ema_momentum=1.5",
        ),
        ({"momentum": 2.0}, "SGD: momentum must be a float between 0 and 1, received 2.0"),
        (
            {"learning_rat": 0.1},
            "SGD received unknown arguments: 'learning_rat'. Did you mean 'learning_rate'?",
        ),
        ({"clip_norm": 0.1}, "Did you mean 'clipnorm'?"),
    ],
)
def test_refused_arguments(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message) if "?" in message else message):
        optimizers.SGD(**arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optimizers.AdamW(weight_decay=None), "AdamW: weight_decay must be a float, received None"),
        (lambda: optimizers.Lion(beta_1=0.0), "Lion: beta_1 must be above 0"),
        (
            lambda: optimizers.Ftrl(learning_rate_power=0.5),
            "learning_rate_power must be negative or zero, received 0.5",
        ),
        (
            lambda: optimizers.Ftrl(l1_regularization_strength=-1),
            "l1_regularization_strength must be positive or zero",
        ),
    ],
)
def test_refused_arguments_of_single_classes(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_names_are_numbered():
    keras.registry.forget_names()
    assert [optimizers.RMSprop().name, optimizers.RMSprop().name, optimizers.SGD(name="x").name] == [
        "rm_sprop", "rm_sprop_1", "x",
    ]  # fmt: skip


def test_repr_shows_what_differs_from_the_defaults():
    assert repr(optimizers.SGD(0.1, momentum=0.9)) == "SGD(learning_rate=0.1, momentum=0.9)"
    assert repr(optimizers.Adam()) == "Adam()"


# Names and configurations


@pytest.mark.parametrize(
    "identifier",
    ["adam", "Adam", "ADAM", optimizers.Adam, optimizers.Adam(), {"class_name": "adam", "config": {}}],
)
def test_get(identifier):
    assert type(optimizers.get(identifier)) is optimizers.Adam


def test_get_none_and_errors():
    assert optimizers.get(None) is None
    with pytest.raises(ValueError, match=re.escape("Unknown optimizer 'adm'. Did you mean 'adam'?")):
        optimizers.get("adm")
    with pytest.raises(ValueError, match="Expected an optimizer: a name such as 'adam'"):
        optimizers.get(3)


def test_legacy_names_are_the_same_classes():
    from minikeras.optimizers import legacy

    assert legacy.Adam is optimizers.Adam
    assert all(getattr(legacy, name) is getattr(optimizers, name) for name in legacy.__all__)


# Gradients


def test_missing_gradients_warn_and_leave_the_variable():
    a, b = Variable([1.0], name="a"), Variable([1.0], name="b")
    optimizer = optimizers.Adam(0.1)
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['b'\]"):
        optimizer.apply([ONE, None], [a, b])
    assert a.numpy() < 1
    assert b.numpy() == 1
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        optimizer.apply([None, None], [a, b])
    assert int(optimizer.iterations) == 1


def test_gradients_of_any_kind():
    variable = Variable([[1.0, 1.0]])
    optimizer = optimizers.SGD(1.0)
    for gradient in ([[1.0, 0.0]], np.array([[1.0, 0.0]], "float64"), Tensor(np.array([[1, 0]], "float16"))):
        optimizer.apply_gradients([(gradient, variable)])
    assert (variable.numpy().tolist(), variable.dtype) == ([[-2.0, 1.0]], "float32")
    optimizer.apply([])
    assert int(optimizer.iterations) == 3


def test_refused_gradients():
    a, b = Variable(ones(2, 3), name="a"), Variable([1.0])
    optimizer = optimizers.SGD()
    with pytest.raises(ValueError, match=r"apply\(grads\) needs the variables at its first call"):
        optimizer.apply([ONE])
    with pytest.raises(ValueError, match=r"SGD\.apply received 1 gradients for 2 variables"):
        optimizer.apply([ones(2, 3)], [a, b])
    with pytest.raises(
        ValueError, match=r"gradient of variable 'a' must have its shape \(2, 3\), received \(3,\)"
    ):
        optimizer.apply([ones(3)], [a])
    with pytest.raises(ValueError, match="received variable 'a' twice"):
        optimizer.apply([ones(2, 3)] * 2, [a, a])
    with pytest.raises(TypeError, match=r"expected minikeras.Variable objects, received ndarray"):
        optimizer.apply([ones(2)], [ones(2)])


def test_tape_gradients_in_place():
    w, b = Variable(ones(3, 2)), Variable(np.zeros(2, "float32"))
    x, optimizer = ones(4, 3), optimizers.SGD(0.5)
    with keras.GradientTape() as tape:
        loss = keras.ops.sum(keras.ops.square(keras.ops.matmul(x, w) + b))
    places = optimizer.destinations([w, b])
    gradients = tape.backward(loss, [w, b], into=places)
    assert gradients[0] is places[id(w)]
    optimizer.apply(gradients, [w, b])
    np.testing.assert_allclose(w.numpy(), np.full((3, 2), 1 - 0.5 * 24.0))
    np.testing.assert_allclose(b.numpy(), [-12.0, -12.0])


def test_norm_that_is_not_finite_reaches_all_variables_but_not_the_next_run():
    variables = [Variable(ones(3)), Variable(ones(2))]
    optimizer = optimizers.SGD(1.0, global_clipnorm=1.0)
    optimizer.apply([np.array([np.inf, 0, 0], "float32"), ones(2)], variables)
    assert all(np.isnan(v.numpy()).all() for v in variables)
    for variable in variables:
        variable.assign(np.zeros(variable.shape))
    optimizer.apply([np.array([3, 0, 0], "float32"), np.array([4, 0], "float32")], variables)
    np.testing.assert_allclose(variables[0].numpy(), [-0.6, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(variables[1].numpy(), [-0.8, 0], rtol=1e-6)


# Variables that come and go


def test_two_optimizers_over_the_same_variables():
    def run(first, second, variables):
        for _ in range(3):
            first.apply([ONE] * 2, variables[:2])
            second.apply([ONE] * 2, variables[1:])
        return [v.numpy().tolist() for v in variables]

    shared = run(optimizers.Adam(0.1), optimizers.SGD(0.5, momentum=0.5), [Variable([1.0]) for _ in range(3)])
    m = v = 0.0
    momentum, w = 0.0, 1.0
    for t in range(1, 4):
        m, v = 0.9 * m + 0.1, 0.999 * v + 0.001
        w -= 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + 1e-7)
        momentum = 0.5 * momentum - 0.5
        w += momentum
    np.testing.assert_allclose(shared[1], [w], rtol=1e-5)


def test_further_variables_later():
    a, b = Variable([1.0]), Variable([[1.0, 2.0]])
    optimizer = optimizers.SGD(0.5, momentum=0.9)
    optimizer.apply([ONE], [a])
    optimizer.apply([ONE, ones(1, 2)], [a, b])
    assert [v.shape for v in optimizer.variables] == [(), (), (1,), (1, 2)]
    np.testing.assert_allclose(a.numpy(), 1 - 0.5 - 0.95)
    np.testing.assert_allclose(b.numpy(), [[0.5, 1.5]])
    optimizer.apply([ones(1, 2), ONE], [b, a])
    np.testing.assert_allclose(a.numpy(), 1 - 0.5 - 0.95 - 1.355)
    optimizer.build([a, b])
    assert len(optimizer.variables) == 4


def test_step_all_leaves_variables_of_another_model_alone():
    a, b = Variable([1.0]), Variable([1.0])
    optimizer = optimizers.SGD(0.5)
    for variable in (a, b):
        optimizer.destinations([variable])[id(variable)][...] = 1
        optimizer.step_all([variable])
    assert (a.numpy(), b.numpy()) == (0.5, 0.5)
    optimizer.step_all()
    assert (a.numpy(), b.numpy()) == (0.0, 0.0)


def test_assigned_values_are_where_the_next_step_begins():
    variable = Variable([1.0])
    optimizer = optimizers.SGD(0.5)
    optimizer.apply([ONE], [variable])
    variable.assign([10.0])
    optimizer.apply([ONE], [variable])
    assert variable.numpy() == 9.5


# The state


@pytest.mark.parametrize("path", sorted(SAVED.glob("*.weights.h5")), ids=lambda p: p.name)
def test_state_of_real_keras_files_is_read(path):
    with h5py.File(path) as file:
        stored = {key: value[()] for key, value in file["optimizer/vars"].items()}
        momentum = "adam" in path.name or "regression" in path.name
        if "adadelta" in path.name or momentum:
            shapes = [stored[str(i)].shape for i in range(2, len(stored), 2)]
            optimizer = optimizers.Adadelta() if "adadelta" in path.name else optimizers.Adam()
        else:
            shapes = [stored[str(i)].shape for i in range(2, len(stored))]
            optimizer = optimizers.SGD(momentum=0.9 if shapes else 0.0)
        optimizer.build([Variable(np.zeros(shape, "float32")) for shape in shapes])
        optimizer.load_own_variables(file["optimizer/vars"])
    assert int(optimizer.iterations) == stored["0"] > 0
    again = {}
    optimizer.save_own_variables(again)
    assert list(again) == [str(i) for i in range(len(stored))]
    for key, value in stored.items():
        assert (again[key].dtype, again[key].shape) == (value.dtype, value.shape)
        np.testing.assert_array_equal(again[key], value)


def test_state_of_another_size_is_passed_over_with_a_warning():
    optimizer = optimizers.Adam(name="mine")
    optimizer.build([Variable([1.0])])
    with pytest.warns(
        UserWarning, match="'mine', because it has 4 variables whereas the saved optimizer has 2"
    ):
        optimizer.load_own_variables({"0": np.int32(5), "1": np.float32(0.1)})
    assert int(optimizer.iterations) == 0


def test_set_weights():
    optimizer = optimizers.SGD(momentum=0.5)
    with pytest.raises(ValueError, match=r"set_weights\(\) needs the optimizer's variables to exist"):
        optimizer.set_weights([])
    optimizer.build([Variable([1.0])])
    with pytest.raises(ValueError, match="expected 3 arrays, received 1"):
        optimizer.set_weights([0])
    optimizer.set_weights([7, 0.5, [2.0]])
    assert [v.numpy().tolist() for v in optimizer.variables] == [7, 0.5, [2.0]]


def test_stateless_apply_changes_nothing():
    variable = Variable([1.0])
    optimizer = optimizers.SGD(0.5, momentum=0.5)
    with pytest.raises(ValueError, match=r"stateless_apply\(\) needs the optimizer's variables to exist"):
        optimizer.stateless_apply([], [], [])
    optimizer.build([variable])
    state, values = [v.numpy() for v in optimizer.variables], [np.array([4.0], "float32")]
    for expected in (3.5, 2.75):
        values, state = optimizer.stateless_apply(state, [ONE], values)
        np.testing.assert_allclose(values[0].numpy(), [expected])
    assert (int(state[0]), variable.numpy(), int(optimizer.iterations)) == (2, 1.0, 0)
    with pytest.raises(ValueError, match="expected 3 optimizer_variables, received 0"):
        optimizer.stateless_apply([], [ONE], values)


def test_averages_are_kept_and_put_in_place_after_training():
    variable = Variable([0.0])
    optimizer = optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)
    for _ in range(2):
        optimizer.apply([-ONE], [variable])
    assert variable.numpy() == 2.0
    assert optimizer._model_variables_moving_average[0].numpy() == 1.5
    optimizer.finalize_variable_values([variable, Variable([5.0])])
    assert variable.numpy() == 1.5


def test_exclusion_from_decay_by_name_and_variable():
    variables = [Variable(ONE, name=n) for n in ("kernel", "bias", "gamma")]
    optimizer = optimizers.SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[variables[2]], var_names=["bi"])
    optimizer.apply([np.zeros(1, "float32")] * 3, variables)
    assert [v.numpy().item() for v in variables] == [0.5, 1.0, 1.0]


# Optimizers of one's own


class Heavy(keras.optimizers.Optimizer):
    """Momentum, in Keras's manner."""

    def __init__(self, learning_rate=0.1, rho=0.9, name="heavy", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self._rho = rho

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        ops = keras.ops
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, ops.subtract(ops.multiply(m, self._rho), ops.multiply(gradient, learning_rate)))
        self.assign_add(variable, m)

    def get_config(self):
        return {**super().get_config(), "rho": self._rho}


class Flat(keras.optimizers.Optimizer):
    """Momentum, in minikeras's manner."""

    slots = ("momentum",)

    def __init__(self, learning_rate=0.1, rho=0.9, name="flat", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.rho = rho

    def update(self, w, g, lr, m):
        m *= self.rho
        m -= lr * g
        w += m


class Cautious(keras.optimizers.Adam):
    """Adam on half the gradient, by way of `update_step`."""

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(keras.ops.multiply(gradient, 0.5), variable, learning_rate)


class Written(keras.optimizers.Adam):
    """Adam's step, written with Keras's attributes."""

    def update_step(self, gradient, variable, learning_rate):
        ops = keras.ops
        m = self._momentums[self._get_variable_index(variable)]
        v = self._velocities[self._get_variable_index(variable)]
        step = ops.cast(self.iterations + 1, "float32")
        alpha = (
            learning_rate * ops.sqrt(1 - ops.power(self.beta_2, step)) / (1 - ops.power(self.beta_1, step))
        )
        m.assign_add((gradient - m) * (1 - self.beta_1))
        v.assign_add((gradient * gradient - v) * (1 - self.beta_2))
        variable.assign_sub(m * alpha / (ops.sqrt(v) + self.epsilon))


def trained(optimizer, scale=1.0):
    rng = np.random.default_rng(1)
    variables = [Variable(ones(2, 3), name="kernel"), Variable(ones(3), name="bias")]
    for _ in range(4):
        gradients = [rng.normal(size=v.shape).astype("float32") * np.float32(scale) for v in variables]
        optimizer.apply([Tensor(g) for g in gradients], variables)
    return np.concatenate([v.numpy().reshape(-1) for v in variables])


@pytest.mark.parametrize(
    "options", [{}, {"weight_decay": 0.1, "clipnorm": 0.5, "use_ema": True, "gradient_accumulation_steps": 2}]
)
def test_own_optimizers_of_both_kinds(options):
    expected = trained(optimizers.SGD(0.1, momentum=0.9, **options))
    for cls in (Heavy, Flat):
        optimizer = cls(0.1, **options)
        np.testing.assert_allclose(trained(optimizer), expected, rtol=1e-6)
        extra = [(2, 3), (3,)] * (3 if options else 1)
        assert [v.shape for v in optimizer.variables] == [(), (), *extra]
        again = optimizers.deserialize(optimizers.serialize(optimizer), custom_objects={cls.__name__: cls})
        assert again.get_config() == optimizer.get_config()
        assert again.get_config()["rho"] == 0.9


def test_own_optimizers_derived_from_built_in_ones():
    np.testing.assert_allclose(trained(Cautious(0.1)), trained(optimizers.Adam(0.1), 0.5), rtol=1e-6)
    np.testing.assert_allclose(trained(Written(0.1)), trained(optimizers.Adam(0.1)), rtol=1e-5)


def test_own_optimizer_in_keras_manner_takes_no_further_variables():
    optimizer = Heavy()
    optimizer.apply([ONE], [Variable([1.0])])
    with pytest.raises(
        ValueError, match=r"Unknown variable: late\. Heavy can only be called for the variables it was"
    ):
        optimizer.apply([ONE], [Variable([1.0], name="late")])


def test_own_optimizer_that_forgets_something():
    bare = types.new_class("Bare", (keras.optimizers.Optimizer,))
    with pytest.raises(
        NotImplementedError, match=r"Bare has neither update\(w, g, lr, \*slots\) nor update_step"
    ):
        bare(0.1).apply([ONE], [Variable([1.0])])

    class Lost(Flat):
        def __init__(self, speed=1.0, **kwargs):
            super().__init__(**kwargs)

    with pytest.raises(AttributeError, match="expected an attribute 'speed'"):
        Lost().get_config()


def test_add_optimizer_variables():
    optimizer = optimizers.SGD()
    variables = [Variable(ones(2), name="a"), Variable(ones(3), name="b")]
    m, v = optimizer.add_optimizer_variables(
        variables, ["m", "v"], initializer=["zeros", keras.initializers.Constant(2.0)]
    )
    assert [x.name for x in optimizer.variables[2:]] == ["a_m", "a_v", "b_m", "b_v"]
    assert (m[1].numpy().tolist(), v[0].numpy().tolist()) == ([0, 0, 0], [2, 2])
    with pytest.raises(ValueError, match="as many initializers as names"):
        optimizer.add_optimizer_variables(variables, ["m", "v"], initializer=["zeros"])


def test_no_division_by_zero_between_the_variables():
    """Elements that only align the variables must not disturb: an epsilon of 0 is fine with gradients that are not."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for optimizer in (optimizers.Ftrl(), optimizers.Adagrad(epsilon=0.0)):
            optimizer.apply([ones(3)], [Variable(ones(3))])


def test_lamb_takes_a_plain_step_where_a_length_is_zero():
    start, still = Variable([0.0, 0.0]), Variable([1.0, 2.0])
    optimizers.Lamb(0.5).apply([np.array([3.0, -3.0], "float32"), np.zeros(2, "float32")], [start, still])
    np.testing.assert_allclose(start.numpy(), [-0.5, 0.5], rtol=1e-5)
    assert still.numpy().tolist() == [1.0, 2.0]
