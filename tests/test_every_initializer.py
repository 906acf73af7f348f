"""One row for each initializer class, and what must hold for all of them."""

import copy
import json
import math
import pickle

import numpy as np
import pytest

from minikeras import initializers, registry, seeds
from minikeras.autodiff import Tensor, Variable
from minikeras.ops.random import SeedGenerator

# Arguments other than the defaults; for random ones the mean and variance over a (300, 200) matrix (fan-in, fan-out),
# and the largest size.
ROWS = {
    "Zeros": {},
    "Ones": {},
    "Constant": {"kwargs": {"value": 2.5}},
    "Identity": {"kwargs": {"gain": 2.0}},
    "STFT": {"kwargs": {"side": "imag", "scaling": "spectrum"}, "shape": (8, 1, 5)},
    "RandomNormal": {"kwargs": {"mean": 1.0, "stddev": 0.5, "seed": 1}, "moments": (1.0, 0.25)},
    # The variance of a standard normal cut at two: 1 - 4 φ(2) / (2 Φ(2) - 1) = 0.7737413.
    "TruncatedNormal": {
        "kwargs": {"mean": 1.0, "stddev": 0.5, "seed": 1},
        "moments": (1.0, 0.25 * 0.7737413),
        "largest": 2.0,
    },
    "RandomUniform": {
        "kwargs": {"minval": 0.0, "maxval": 3.0, "seed": 1},
        "moments": (1.5, 9 / 12),
        "largest": 3.0,
    },
    "VarianceScaling": {
        "kwargs": {"scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal", "seed": 1},
        "moments": (0, 3 / 200),
    },
    "GlorotUniform": {"kwargs": {"seed": 1}, "moments": (0, 2 / 500), "largest": math.sqrt(6 / 500)},
    "GlorotNormal": {"kwargs": {"seed": 1}, "moments": (0, 2 / 500), "largest": 2.28 * math.sqrt(2 / 500)},
    "LecunNormal": {"kwargs": {"seed": 1}, "moments": (0, 1 / 300), "largest": 2.28 * math.sqrt(1 / 300)},
    "LecunUniform": {"kwargs": {"seed": 1}, "moments": (0, 1 / 300), "largest": math.sqrt(3 / 300)},
    "HeNormal": {"kwargs": {"seed": 1}, "moments": (0, 2 / 300), "largest": 2.28 * math.sqrt(2 / 300)},
    "HeUniform": {"kwargs": {"seed": 1}, "moments": (0, 2 / 300), "largest": math.sqrt(6 / 300)},
    "Orthogonal": {"kwargs": {"gain": 2.0, "seed": 1}, "moments": (0, 4 / 300)},
}
BASES = ("Initializer", "RandomInitializer")
RANDOM = [name for name in ROWS if "moments" in ROWS[name]]

every_class = pytest.mark.parametrize("name", ROWS)
every_random_class = pytest.mark.parametrize("name", RANDOM)


def made(name, **kwargs):
    return getattr(initializers, name)(**{**ROWS[name].get("kwargs", {}), **kwargs})


def shape_of(name):
    return ROWS[name].get("shape", (6, 4))


def test_every_class_has_a_row():
    assert {name for name, _ in registry.classes("initializer")} - set(BASES) == set(ROWS)


@every_class
def test_configuration_round_trip(name):
    initializer = made(name)
    config = json.loads(json.dumps(initializers.serialize(initializer)))
    assert (config["module"], config["class_name"]) == ("keras.initializers", name)
    assert ROWS[name].get("kwargs", {}).items() <= config["config"].items()
    expected = initializer(shape_of(name)).numpy()
    others = [initializers.deserialize(config), initializer.clone(), initializers.get(config)]
    for other in [*others, copy.deepcopy(initializer), pickle.loads(pickle.dumps(initializer))]:
        assert type(other) is type(initializer)
        np.testing.assert_array_equal(other(shape_of(name)).numpy(), expected)


@every_class
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_shape_and_dtype(name, dtype):
    value = made(name)(shape_of(name), dtype=dtype)
    assert isinstance(value, Tensor)
    assert (value.shape, value.dtype) == (shape_of(name), dtype)
    assert made(name)(shape_of(name)).dtype == "float32"


@every_class
def test_by_name_class_and_alias(name):
    for identifier in (name, registry.snake_case(name), getattr(initializers, name)):
        assert type(initializers.get(identifier)) is getattr(initializers, name)
    assert getattr(initializers, registry.snake_case(name)) is getattr(initializers, name)


@every_random_class
def test_moments(name):
    value = made(name)((300, 200), dtype="float64").numpy()
    mean, variance = ROWS[name]["moments"]
    # Sums of 60000 independent numbers: five standard deviations of their mean and of their variance.
    assert value.mean() == pytest.approx(mean, abs=5 * math.sqrt(variance / value.size))
    assert value.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / value.size))
    if "largest" in ROWS[name]:
        assert 0.99 * ROWS[name]["largest"] < np.abs(value).max() <= ROWS[name]["largest"]


@every_random_class
def test_seeds(name):
    drawn = made(name, seed=None)
    np.testing.assert_array_equal(drawn((6, 4)).numpy(), drawn((6, 4)).numpy())
    assert (made(name, seed=None)((6, 4)).numpy() != drawn((6, 4)).numpy()).any()
    assert drawn.get_config()["seed"] is None
    assert (made(name, seed=1)((6, 4)).numpy() != made(name, seed=2)((6, 4)).numpy()).any()


@every_random_class
def test_a_seed_generator_moves_on(name):
    initializer = made(name, seed=SeedGenerator(7))
    first, second = initializer((6, 4)).numpy(), initializer((6, 4)).numpy()
    assert (first != second).any()
    restored = initializers.deserialize(json.loads(json.dumps(initializers.serialize(initializer))))
    np.testing.assert_array_equal(restored((6, 4)).numpy(), first)


def test_the_global_seed_decides():
    def drawn():
        seeds.set_global_seed(3)
        return [initializers.get("glorot_uniform")((2, 2)).numpy() for _ in range(2)]

    try:
        first, again = drawn(), drawn()
    finally:
        seeds.set_global_seed(None)
    np.testing.assert_array_equal(first, again)
    assert (first[0] != first[1]).any()


@pytest.mark.parametrize(
    ("shape", "kwargs", "expected"),
    [
        ((), {}, (1, 1)),
        ((5,), {}, (5, 5)),
        ((5, 7), {}, (5, 7)),
        ((3, 3, 16, 32), {}, (144, 288)),
        ((4, 5, 6), {"input_axes": (0, 1), "output_axes": (2,)}, (20, 6)),
    ],
)
def test_fans(shape, kwargs, expected):
    assert initializers.compute_fans(shape, **kwargs) == expected


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 3, 4)])
def test_orthogonal_rows_or_columns(shape):
    q = initializers.Orthogonal(gain=1.0, seed=3)(shape, "float64").numpy().reshape(-1, shape[-1])
    product = q @ q.T if q.shape[0] < q.shape[1] else q.T @ q
    np.testing.assert_allclose(product, np.eye(min(q.shape)), atol=1e-12)


def test_constants():
    np.testing.assert_array_equal(initializers.Constant([1.0, 2.0])((3, 2)).numpy(), [[1, 2]] * 3)
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 3)).numpy(), [[2, 0, 0], [0, 2, 0]])
    config = json.loads(json.dumps(initializers.serialize(initializers.Constant(np.arange(3.0)))))
    np.testing.assert_array_equal(initializers.deserialize(config)((3,)).numpy(), [0, 1, 2])


def test_stft_is_the_transform():
    """A convolution with the kernels gives what NumPy's transform of the windowed frame gives."""
    frame, window = np.random.default_rng(0).normal(size=8), np.hanning(9)[:-1]
    expected = np.fft.rfft(frame * window)
    found = [
        np.tensordot(
            frame, initializers.STFT(side, "hann", None, periodic=True)((8, 1, 5), "float64").numpy()[:, 0], 1
        )
        for side in ("real", "imag")
    ]
    np.testing.assert_allclose(found, [expected.real, expected.imag], atol=1e-12)
    own = initializers.STFT("real", window, None)((8, 1, 5), "float64").numpy()[:, 0]
    np.testing.assert_allclose(np.tensordot(frame, own, 1), expected.real, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "window"),
    [("hann", np.hanning), ("hamming", np.hamming), ("blackman", np.blackman), ("bartlett", np.bartlett)],
)
def test_windows(name, window):
    kernel = initializers.STFT("real", name, None)((7, 1, 2), "float64").numpy()
    np.testing.assert_allclose(kernel[:, 0, 0], window(7), atol=1e-12)


def test_arrays_and_functions():
    array = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(initializers.get(array)((2, 3)).numpy(), array)
    with pytest.raises(
        ValueError, match=r"array of shape \(2, 3\) cannot initialize a weight of shape \(3, 2\)"
    ):
        initializers.get(array)((3, 2))

    def half(shape, dtype=None):
        return np.full(shape, 0.5, dtype)

    assert initializers.get(half) is half
    assert initializers.get(None) is None
    assert Variable(half, shape=(2,)).numpy().tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("alias", "name"),
    [("normal", "RandomNormal"), ("uniform", "RandomUniform"), ("zero", "Zeros"), ("one", "Ones")],
)
def test_older_names(alias, name):
    assert type(initializers.get(alias)) is getattr(initializers, name)
    assert (
        type(initializers.deserialize({"class_name": "glorot_uniform", "config": {}}))
        is initializers.GlorotUniform
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: initializers.get("glorot_unifrom"),
            "^Unknown initializer 'glorot_unifrom'. Did you mean 'glorot_uniform'",
        ),
        (lambda: initializers.get(3), "^Expected an initializer: .* received 3"),
        (lambda: initializers.VarianceScaling(scale=0), "scale to be a positive number, received 0"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode to be one of .* received 'fan'"),
        (
            lambda: initializers.VarianceScaling(distribution="cauchy"),
            "distribution to be one of .* received 'cauchy'",
        ),
        (
            lambda: initializers.RandomNormal(seed="a"),
            "seed to be an integer, a SeedGenerator or None, received 'a'",
        ),
        (lambda: initializers.Identity()((2,)), r"the shape of a matrix, \(rows, columns\), received \(2,\)"),
        (lambda: initializers.Orthogonal()((2,)), r"at least two axes, received \(2,\)"),
        (lambda: initializers.STFT(side="left"), "side='real' or 'imag', received 'left'"),
        (lambda: initializers.STFT(window="round"), "window to be an array or one of .* received 'round'"),
        (lambda: initializers.STFT(scaling="x"), "scaling='density', 'spectrum' or None, received 'x'"),
        (
            lambda: initializers.STFT(window=[1.0])((2, 1, 2)),
            r"window of shape \(2,\), the frame's, received \(1,\)",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_subclass_of_the_user():
    class Halves(initializers.Initializer):
        def __init__(self, scale=1.0):
            self.scale = scale

        def __call__(self, shape, dtype=None):
            return np.full(shape, self.scale / 2, dtype)

    config = json.loads(json.dumps(initializers.serialize(Halves(3.0))))
    assert initializers.deserialize(config, custom_objects={"Halves": Halves})((1,), "float32") == [1.5]
    with pytest.raises(NotImplementedError, match=r"Initializer has no __call__"):
        initializers.Initializer()((1,))
