"""Every layer, held to the same promises: the table is in the files rows_*.py beside this one."""

import importlib
import inspect
import json
from pathlib import Path

import numpy as np
import pytest

import minikeras
from minikeras import config, layers, registry
from minikeras.autodiff import GradientTape, Tensor
from minikeras.nest import flatten
from minikeras.serialization import deserialize, serialize

FILES = sorted(path.stem for path in Path(__file__).parent.glob("rows_*.py"))
ROWS = [row for name in FILES for row in importlib.import_module(name).ROWS]
NAMES = [f"{row.cls.__name__}-{sum(r.cls is row.cls for r in ROWS[:i])}" for i, row in enumerate(ROWS)]


def each_row(wanted=lambda row: True):
    """Run a test on each row of the table, or on those wanted."""
    chosen = [(row, name) for row, name in zip(ROWS, NAMES, strict=True) if wanted(row)]
    return pytest.mark.parametrize("row", [row for row, _ in chosen], ids=[name for _, name in chosen])


# Of each tensor at most so many elements are moved for the central differences.
SAMPLE = 24
STEP = 1e-6


@pytest.fixture(autouse=True)
def double_precision():
    config.set_floatx("float64")
    yield
    config.set_floatx("float32")


def test_every_public_layer_has_a_row():
    bases = {"Layer", "Wrapper", "InputLayer"}
    public = {
        cls.__name__
        for _, cls in registry.classes("layer")
        if getattr(layers, cls.__name__, None) is cls and cls.__name__ not in bases
    }
    assert sorted(public - {row.cls.__name__ for row in ROWS}) == []


# What the arguments of layers are tried with beside their defaults; truths are tried both ways.
CHOICES = {
    "data_format": lambda value: value == "channels_first",
    "padding": lambda value: not isinstance(value, str) or value == "same",
    **dict.fromkeys(
        ("strides", "dilation_rate", "groups", "depth_multiplier"), lambda value: np.max(value or 1) > 1
    ),
    "output_padding": lambda value: value is not None,
}
# There are no sparse, ragged or distributed tensors; what is inverted becomes strings, which are no tensors.
ELSEWHERE = {"sparse", "ragged", "synchronized", "invert"}


@pytest.mark.parametrize("cls", sorted({row.cls for row in ROWS}, key=lambda cls: cls.__name__))
def test_every_choice_has_a_row(cls):
    """Each truth both ways, both data formats, margins, strides and dilations: all that the gradients may depend on."""
    rows = [row for row in ROWS if row.cls is cls]
    given = [row.kwargs() if callable(row.kwargs) else row.kwargs for row in rows]
    lacking = []
    for name, parameter in inspect.signature(cls).parameters.items():
        values = [kwargs[name] for kwargs in given if name in kwargs]
        if isinstance(parameter.default, bool) and name not in ELSEWHERE:
            tried = any(value is not parameter.default for value in values)
        else:
            tried = name not in CHOICES or any(CHOICES[name](value) for value in values)
        if not tried:
            lacking.append(name)
    assert lacking == []


@each_row()
def test_configuration_survives_json(row):
    layer = row.make()
    row.outputs(layer)
    text = json.dumps(layer.get_config())
    again = type(layer).from_config(json.loads(text))
    assert json.loads(json.dumps(again.get_config())) == json.loads(text)
    whole = deserialize(json.loads(json.dumps(serialize(layer))))
    assert type(whole) is type(layer)
    assert [w.shape for w in whole.weights] == [w.shape for w in layer.weights] or not whole.built


@each_row()
def test_weights_have_their_shapes_and_make_an_equal_layer(row):
    layer = row.make()
    outputs = row.outputs(layer)
    assert [tuple(w.shape) for w in layer.weights] == [tuple(s) for s in row.weights]
    twin = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    if row.prepare is not None:
        row.prepare(twin)
    row.outputs(twin)
    twin.set_weights(layer.get_weights())
    if not row.random:
        for a, b in zip(row.outputs(layer), row.outputs(twin), strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
    assert len(outputs) == len(row.outputs(twin))


@each_row(lambda row: row.symbolic)
def test_inferred_shape_and_dtype_are_the_real_ones(row):
    arrays = row.arrays()
    real = row.outputs(row.make())
    for batch in (None, len(arrays[0])):
        inputs = [minikeras.Input(a.shape[1:], batch_size=batch, dtype=a.dtype.name) for a in arrays]
        inferred = flatten(row.run(row.make(), inputs))
        assert [s.shape[1:] for s in inferred] == [tuple(r.shape[1:]) for r in real]
        assert [s.dtype for s in inferred] == [r.dtype for r in real]
        assert [s.shape[0] for s in inferred] == [batch if batch is None else r.shape[0] for r in real]


@each_row()
def test_float64_is_kept(row):
    layer = row.make()
    outputs = row.outputs(layer)
    assert {o.dtype.name for o in outputs if o.dtype.kind == "f"} <= {"float64"}
    assert {w.dtype.name for w in layer.weights if w.dtype.kind == "f"} <= {"float64"}


@each_row(lambda row: row.gradient is None)
def test_gradients_are_the_central_differences(row):
    compare_gradients(row, [Tensor(a) for a in row.arrays()])


@each_row(lambda row: row.gradient is None and row.mask is not None)
def test_gradients_under_masks_are_the_central_differences(row):
    tensors = [Tensor(a) for a in row.arrays()]
    for tensor in tensors:
        places = np.indices(tensor.shape[: len(row.mask)]).sum(axis=0)
        tensor.mask = Tensor(places % 2 == 0)
    compare_gradients(row, tensors)


def compare_gradients(row, tensors):
    """Hold the gradients by all inputs and weights against central differences."""
    layer = row.make()
    row.outputs(layer, tensors)
    generator = np.random.default_rng(3)
    for weight in layer.weights:  # away from where everything is 0 or 1
        if weight.trainable and weight.dtype.kind == "f":
            weight.assign(weight.array + 0.3 * generator.standard_normal(weight.shape))
    state = [(v, v.numpy().copy()) for v in layer.variables if not v.trainable]

    def outputs():
        """The outputs from the same state each time: the same draws, the same moving averages."""
        for variable, value in state:
            variable.assign(value)
        if getattr(layer, "stateful", False):
            layer.reset_state()
        return row.outputs(layer, tensors)

    cotangents = [generator.standard_normal(o.shape) for o in outputs()]

    def total():
        found = outputs()
        return sum(
            float((o.numpy() * c).sum())
            for o, c in zip(found, cotangents, strict=True)
            if o.dtype.kind == "f"
        )

    sources = [t for t in tensors if t.dtype.kind == "f"] + list(layer.trainable_weights)
    with GradientTape() as tape:
        tape.watch(sources)
        loss = 0.0
        for o, c in zip(outputs(), cotangents, strict=True):
            if o.dtype.kind == "f":
                loss = minikeras.ops.sum(o * Tensor(c)) + loss
    gradients = tape.gradient(loss, sources)
    assert sources, "a row without anything to differentiate says so as its gradient"
    for source, gradient in zip(sources, gradients, strict=True):
        found = np.zeros(source.shape) if gradient is None else gradient.numpy()
        assert found.shape == source.shape
        x = source.array
        for place in generator.permutation(x.size)[:SAMPLE]:
            index = np.unravel_index(place, x.shape)
            value = x[index]
            x[index] = value + STEP
            above = total()
            x[index] = value - STEP
            below = total()
            x[index] = value
            np.testing.assert_allclose(found[index], (above - below) / (2 * STEP), rtol=1e-5, atol=1e-7)


@each_row(lambda row: row.mask is not None)
def test_masks_travel(row):
    layer = row.make()
    tensors = [Tensor(a) for a in row.arrays()]
    keep = np.ones(row.mask, bool)
    keep[..., -1] = False
    tensors[0].mask = Tensor(keep)
    output = flatten(row.run(layer, tensors))[0]
    expected = row.mask if row.mask_out == "same" else row.mask_out
    if expected is None:
        assert output.mask is None
    else:
        assert output.mask.shape == expected
        if row.mask_out == "same":
            np.testing.assert_array_equal(output.mask.numpy(), keep)


@pytest.mark.parametrize("name", sorted({row.cls.__name__ for row in ROWS}))
def test_layers_that_support_masks_have_a_row_with_one(name):
    rows = [row for row in ROWS if row.cls.__name__ == name]
    if any(row.make().supports_masking for row in rows):
        assert any(row.mask is not None for row in rows)


def saved(row):
    """Whether files may hold the layer: those with code, or strings for inputs, they may not."""
    return row.symbolic and row.cls is not layers.Lambda and all(a.dtype.kind in "fiu" for a in row.arrays())


@each_row(saved)
def test_a_model_of_it_survives_a_file(row, tmp_path):
    arrays = row.arrays()
    inputs = [minikeras.Input(a.shape[1:], dtype=a.dtype.name) for a in arrays]
    model = minikeras.Model(inputs, row.run(row.make(), inputs))
    model.save(tmp_path / "model.keras")
    again = minikeras.saving.load_model(tmp_path / "model.keras")
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    if not row.random:
        for a, b in zip(flatten(model(arrays)), flatten(again(arrays)), strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy())
