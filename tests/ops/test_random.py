"""`minikeras.random`: distributions, seeds and what must not move them."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import ops, random
from minikeras.autodiff import GradientTape, SymbolicTensor, probing

COUNT = 40_000

# The draw, its mean and its standard deviation.
DISTRIBUTIONS = {
    "normal": (lambda **k: random.normal((COUNT,), 2.0, 3.0, **k), 2.0, 3.0),
    "uniform": (lambda **k: random.uniform((COUNT,), -1.0, 3.0, **k), 1.0, 4 / np.sqrt(12)),
    # Of a standard normal distribution cut at ±2: variance 1 - 2 · 2 φ(2) / (2 Φ(2) - 1).
    "truncated_normal": (
        lambda **k: random.truncated_normal((COUNT,), 1.0, 2.0, **k),
        1.0,
        2 * 0.8796256610342398,
    ),
    "gamma": (lambda **k: random.gamma((COUNT,), 3.0, **k), 3.0, np.sqrt(3.0)),
    "beta": (lambda **k: random.beta((COUNT,), 2.0, 3.0, **k), 0.4, 0.2),
    "binomial": (lambda **k: random.binomial((COUNT,), 10, 0.3, **k), 3.0, np.sqrt(2.1)),
    "randint": (lambda **k: random.randint((COUNT,), 1, 7, **k), 3.5, np.sqrt(35 / 12)),
    "categorical": (lambda **k: random.categorical([[0.0, np.log(3.0)]], COUNT, **k), 0.75, np.sqrt(3 / 16)),
}

every_distribution = pytest.mark.parametrize("name", DISTRIBUTIONS)


def test_every_distribution_has_a_row():
    assert set(random.__all__) - {"SeedGenerator", "dropout", "shuffle"} == set(DISTRIBUTIONS)


@every_distribution
def test_mean_and_deviation(name):
    draw, mean, deviation = DISTRIBUTIONS[name]
    x = draw(seed=1).numpy().astype("float64")
    assert abs(x.mean() - mean) < 5 * deviation / np.sqrt(COUNT)
    assert abs(x.std() / deviation - 1) < 0.03


@every_distribution
def test_seeds(name):
    draw = DISTRIBUTIONS[name][0]
    np.testing.assert_array_equal(draw(seed=5), draw(seed=5))
    assert not np.array_equal(draw(seed=5), draw(seed=6))
    generator, same = random.SeedGenerator(5), random.SeedGenerator(5)
    first = draw(seed=generator)
    assert not np.array_equal(first, draw(seed=generator))
    np.testing.assert_array_equal(first, draw(seed=same))
    keras.utils.set_random_seed(3)
    first, second = draw(), draw()
    keras.utils.set_random_seed(3)
    np.testing.assert_array_equal(first, draw())
    assert not np.array_equal(first, second)


@every_distribution
def test_dtype(name):
    draw = DISTRIBUTIONS[name][0]
    integer = name in ("randint", "categorical")
    assert draw().dtype == ("int32" if integer else "float32")
    wanted = "int64" if integer else "float16"
    assert draw(dtype=wanted).dtype == wanted
    if name != "categorical":
        with pytest.raises(
            ValueError, match=f"random.{name} expected an? (integer|floating-point) dtype, received"
        ):
            draw(dtype="float32" if integer else "int32")


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_uniform_never_reaches_its_upper_bound(dtype):
    x = random.uniform((200_000,), 1.0, 2.0, dtype=dtype, seed=0).numpy()
    assert x.min() >= 1.0
    assert x.max() < 2.0


def test_truncated_normal_stays_within_two_deviations():
    x = random.truncated_normal((COUNT,), 5.0, 0.5, seed=0).numpy()
    assert x.min() >= 4.0
    assert x.max() <= 6.0


def test_parameters_are_broadcast():
    assert random.gamma((3, 2), [1.0, 50.0], seed=0).shape == (3, 2)
    x = random.binomial((1000, 2), [1, 100], [[0.5, 0.5]], seed=0).numpy()
    assert x[:, 0].max() == 1
    assert x[:, 1].min() > 20
    assert random.normal((), seed=0).shape == ()
    assert random.randint((4,), [0, 10, 20, 30], [1, 11, 21, 31]).tolist() == [0, 10, 20, 30]


def test_categorical_takes_rows():
    x = random.categorical([[0.0, -np.inf, 0.0], [50.0, 0.0, 0.0]], 500, seed=2).numpy()
    assert set(x[0]) == {0, 2}
    assert set(x[1]) == {0}
    with pytest.raises(ValueError, match=r"logits of shape \(rows, classes\), received \(3,\)"):
        random.categorical(np.zeros(3), 2)


def test_shuffle_moves_slices_and_gradients():
    x = ops.reshape(ops.arange(12.0), (4, 3))
    with GradientTape() as tape:
        tape.watch(x)
        y = random.shuffle(x, axis=1, seed=4)
        z = ops.sum(y * ops.arange(3.0))
    order = y.numpy()[0].astype(int)
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_array_equal(y, x.numpy()[:, order])
    np.testing.assert_array_equal(tape.gradient(z, x).numpy()[0], np.argsort(order))


def test_dropout():
    x = ops.ones((200, 100))
    with GradientTape() as tape:
        tape.watch(x)
        y = random.dropout(x, 0.25, seed=1)
    kept = y.numpy() != 0
    assert abs(kept.mean() - 0.75) < 0.01
    np.testing.assert_allclose(y.numpy()[kept], 1 / 0.75, rtol=1e-6)
    np.testing.assert_array_equal(tape.gradient(y, x), y)
    rows = random.dropout(x, 0.5, noise_shape=(None, 1), seed=1).numpy()
    assert (rows == rows[:, :1]).all()
    np.testing.assert_array_equal(random.dropout(x, 0.0), x)
    np.testing.assert_array_equal(random.dropout(x, 1.0), np.zeros((200, 100)))
    with pytest.raises(ValueError, match="a rate between 0 and 1, received 1.5"):
        random.dropout(x, 1.5)


def test_a_symbolic_dropout_draws_anew_at_each_call():
    inputs = keras.Input((50,))
    model = keras.Model(inputs, random.dropout(inputs, 0.5, seed=random.SeedGenerator(1)))
    x = np.ones((2, 50), "float32")
    assert not np.array_equal(model(x), model(x))
    assert random.shuffle(SymbolicTensor((None, 3))).shape == (None, 3)


def test_probing_shapes_leaves_seeds_alone():
    generator = random.SeedGenerator(9)
    with probing():
        random.normal((2,), seed=generator)
    assert generator.next() == (9, 0)


def test_seed_generator_says_what_it_expects():
    with pytest.raises(ValueError, match="unknown arguments"):
        random.SeedGenerator(1, color="red")
    for wrong in (-1, 1.5, True):
        with pytest.raises(ValueError, match="non-negative integer"):
            random.SeedGenerator(wrong)
    again = random.SeedGenerator.from_config(random.SeedGenerator(8).get_config())
    assert again.next() == (8, 0)
