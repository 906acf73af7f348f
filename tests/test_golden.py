"""The numbers are Keras's numbers: every vector in tests/golden/, made with real Keras 3.15.1, holds here."""

import json
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras

GOLDEN = Path(__file__).parent / "golden"
TOLERANCE = {"rtol": 2e-4, "atol": 2e-5}


def cases(group, suffix="npz"):
    paths = sorted((GOLDEN / group).glob(f"*.{suffix}"))
    assert paths, f"tests/golden/{group} holds no vectors"
    return pytest.mark.parametrize("path", paths, ids=lambda p: p.name.removesuffix(f".{suffix}"))


def load(path):
    with np.load(path) as file:
        arrays = dict(file)
    return json.loads(str(arrays.pop("spec"))), arrays


def numbered(arrays, stem, suffix=""):
    found = []
    while f"{stem}{len(found)}{suffix}" in arrays:
        found.append(arrays[f"{stem}{len(found)}{suffix}"])
    return found


def assert_same(value, expected, what):
    value = keras.ops.convert_to_numpy(value)
    assert value.shape == expected.shape, f"{what} has shape {value.shape}, Keras gives {expected.shape}"
    np.testing.assert_allclose(value.astype("float64"), expected.astype("float64"), err_msg=what, **TOLERANCE)


def with_gradients(function, inputs, weights, upstream):
    """The outputs of a function, and the gradients of Σ upstream · output by inputs and weights."""
    with keras.GradientTape() as tape:
        tape.watch(inputs)
        outputs = function()
        outputs = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
        if not upstream:
            return outputs, [None] * (len(inputs) + len(weights))
        floats = [o for o in outputs if o.dtype.kind == "f"]
        total = sum(keras.ops.sum(o * u) for o, u in zip(floats, upstream, strict=False))
    return outputs, tape.gradient(total, [*inputs, *weights])


def made(class_name, kwargs):
    """A layer from a specification, inner layers and cells included."""
    inner = {
        key: made(value["class_name"], value["config"])
        for key, value in kwargs.items()
        if key in ("layer", "cell") and isinstance(value, dict)
    }
    return getattr(keras.layers, class_name)(**{**kwargs, **inner})


@cases("layers")
def test_layer(path):
    spec, arrays = load(path)
    layer = made(spec["cls"], spec["kwargs"])
    inputs = [keras.ops.convert_to_tensor(a) for a in numbered(arrays, "in")]
    kwargs = dict(spec["call"])
    if "mask" in arrays:
        kwargs["mask"] = keras.ops.convert_to_tensor(arrays["mask"])

    def call():
        if spec["positional_inputs"]:
            return layer(*inputs, **kwargs)
        return layer(inputs if spec["list_input"] else inputs[0], **kwargs)

    call()
    assert [list(w.shape) for w in layer.weights] == [w["shape"] for w in spec["weights"]]
    assert [w.trainable for w in layer.weights] == [w["trainable"] for w in spec["weights"]]
    layer.set_weights(numbered(arrays, "w"))
    floats = [x for x in inputs if x.dtype == "float32"]
    outputs, gradients = with_gradients(call, floats, layer.trainable_weights, numbered(arrays, "cot"))
    for i, output in enumerate(outputs):
        assert_same(output, arrays[f"out{i}"], f"output {i}")
    for i, weight in enumerate(layer.weights):
        if f"after{i}" in arrays:
            assert_same(weight, arrays[f"after{i}"], f"weight {i} after the call")
    names = [f"din{i}" for i, x in enumerate(inputs) if x.dtype == "float32"]
    names += [f"dw{i}" for i, w in enumerate(spec["weights"]) if w["trainable"]]
    for name, gradient in zip(names, gradients, strict=True):
        if name in arrays:
            assert gradient is not None, f"{name}: no gradient"
            assert_same(gradient, arrays[name], name)
    clone = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert type(clone) is type(layer)
    assert clone.get_config() == layer.get_config()


@cases("activations")
def test_activation(path):
    spec, arrays = load(path)
    x = keras.ops.convert_to_tensor(arrays["x"])
    function = getattr(keras.activations, spec["name"])
    (y,), (dx,) = with_gradients(lambda: function(x, **spec["kwargs"]), [x], [], [arrays["cot"]])
    assert_same(y, arrays["out"], "value")
    assert_same(dx, arrays["dx"], "gradient")


@cases("losses")
def test_loss(path):
    spec, arrays = load(path)
    loss = getattr(keras.losses, spec["cls"])(**spec["kwargs"])
    y_pred = keras.ops.convert_to_tensor(arrays["y_pred"])
    (value,), (gradient,) = with_gradients(
        lambda: loss(arrays["y_true"], y_pred, sample_weight=arrays.get("sample_weight")),
        [y_pred],
        [],
        [np.ones(arrays["out"].shape, "float32")],
    )
    assert_same(value, arrays["out"], "value")
    assert_same(gradient, arrays["dpred"], "gradient")


@cases("metrics")
def test_metric(path):
    spec, arrays = load(path)
    metric = getattr(keras.metrics, spec["cls"])(**spec["kwargs"])
    for batch in range(3):
        data = [arrays[f"{name}{batch}"] for name in ("y_true", "y_pred") if f"{name}{batch}" in arrays]
        data = data[-1:] if spec["cls"] in ("Mean", "Sum") else data
        metric.update_state(*data, sample_weight=arrays.get(f"sample_weight{batch}"))
        assert_same(metric.result(), arrays[f"result{batch}"], f"result after batch {batch}")


@cases("optimizers")
def test_optimizer(path):
    spec, arrays = load(path)
    kwargs = dict(spec["kwargs"])
    if isinstance(kwargs.get("learning_rate"), dict):
        rate = kwargs["learning_rate"]
        kwargs["learning_rate"] = getattr(keras.optimizers.schedules, rate["class_name"])(**rate["config"])
    optimizer = getattr(keras.optimizers, spec["cls"])(**kwargs)
    variables = [keras.Variable(arrays[f"v{i}_0"], name=f"v{i}") for i in range(spec["variables"])]
    for step in range(1, spec["steps"] + 1):
        optimizer.apply([arrays[f"g{i}_{step}"] for i in range(len(variables))], variables)
        for i, variable in enumerate(variables):
            assert_same(variable, arrays[f"v{i}_{step}"], f"variable {i} after step {step}")


@cases("schedules")
def test_schedule(path):
    spec, arrays = load(path)
    schedule = getattr(keras.optimizers.schedules, spec["cls"])(**spec["kwargs"])
    assert_same(
        np.array([float(schedule(int(step))) for step in arrays["steps"]]), arrays["lr"], "learning rates"
    )


@pytest.mark.parametrize("group", ["regularizers", "constraints"])
def test_regularizers_and_constraints(group):
    paths = sorted((GOLDEN / group).glob("*.npz"))
    assert paths
    for path in paths:
        spec, arrays = load(path)
        function = getattr(getattr(keras, group), spec["cls"])(**spec["kwargs"])
        assert_same(function(keras.ops.convert_to_tensor(arrays["x"])), arrays["out"], path.name)


@cases("training")
def test_training(path):
    """A whole `fit` without shuffling: history, weights, evaluation and predictions."""
    spec, arrays = load(path)
    model = keras.models.model_from_json(json.dumps(spec["model"]))
    model.set_weights(numbered(arrays, "w", "_before"))
    chosen = dict(spec["compile"])
    for name, module in (("optimizer", keras.optimizers), ("loss", keras.losses)):
        if isinstance(chosen[name], dict):
            chosen[name] = module.get(chosen[name])
    model.compile(**chosen)
    options = dict(spec["fit"])
    if options.pop("_sample_weight", None):
        options["sample_weight"] = arrays["sample_weight"]
    if "class_weight" in options:
        options["class_weight"] = {int(k): v for k, v in options["class_weight"].items()}
    history = model.fit(arrays["x"], arrays["y"], shuffle=False, verbose=0, **options)
    assert history.epoch == spec["epoch"]
    assert set(history.history) == set(spec["history"])
    for name, values in spec["history"].items():
        assert_same(np.array(history.history[name]), np.array(values), f"history {name}")
    for i, expected in enumerate(numbered(arrays, "w", "_after")):
        np.testing.assert_allclose(
            model.weights[i].numpy(), expected, rtol=2e-3, atol=2e-4, err_msg=f"weight {i}"
        )
    result = model.evaluate(arrays["x"], arrays["y"], batch_size=16, verbose=0, return_dict=True)
    for name, value in spec["evaluate"].items():
        np.testing.assert_allclose(result[name], value, rtol=1e-3, atol=1e-4, err_msg=name)
    predicted = model.predict(arrays["x"][:10], verbose=0)
    np.testing.assert_allclose(predicted, arrays["predict"], rtol=2e-3, atol=2e-4)
