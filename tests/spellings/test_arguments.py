"""Every row of the tables of arguments: what an older argument makes is what the modern one makes."""

import json
import math

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, metrics, optimizers
from minikeras.spellings.arguments import EVERYWHERE, OF, POSITIONS, VALUES
from minikeras.spellings.rules import Dropped

# {older name: (what takes it, its arguments besides, the older ones, today's)}
EVERYWHERE_EXAMPLES = {
    "U_constraint": (layers.LSTM, {"units": 2}, {"U_constraint": "non_neg"}, {"recurrent_constraint": "non_neg"}),
    "U_regularizer": (layers.GRU, {"units": 2}, {"U_regularizer": "l2"}, {"recurrent_regularizer": "l2"}),
    "W_constraint": (layers.Dense, {"units": 2}, {"W_constraint": "non_neg"}, {"kernel_constraint": "non_neg"}),
    "W_regularizer": (layers.Embedding, {"input_dim": 3, "output_dim": 2}, {"W_regularizer": "l2"}, {"embeddings_regularizer": "l2"}),
    "atrous_rate": (layers.Conv2D, {"filters": 2, "kernel_size": 3}, {"atrous_rate": 2}, {"dilation_rate": 2}),
    "b_constraint": (layers.Dense, {"units": 2}, {"b_constraint": "non_neg"}, {"bias_constraint": "non_neg"}),
    "b_regularizer": (layers.Dense, {"units": 2}, {"b_regularizer": "l1"}, {"bias_regularizer": "l1"}),
    "beta_init": (layers.BatchNormalization, {}, {"beta_init": "ones"}, {"beta_initializer": "ones"}),
    "bias": (layers.Dense, {"units": 2}, {"bias": False}, {"use_bias": False}),
    "border_mode": (layers.MaxPooling2D, {}, {"border_mode": "same"}, {"padding": "same"}),
    "dim_ordering": (layers.UpSampling2D, {}, {"dim_ordering": "th"}, {"data_format": "channels_first"}),
    "dropout_U": (layers.LSTM, {"units": 2}, {"dropout_U": 0.25}, {"recurrent_dropout": 0.25}),
    "dropout_W": (layers.LSTM, {"units": 2}, {"dropout_W": 0.25}, {"dropout": 0.25}),
    "filter_length": (layers.Conv1D, {"filters": 2}, {"filter_length": 3}, {"kernel_size": 3}),
    "forget_bias_init": (layers.LSTM, {"units": 2}, {"forget_bias_init": "zero"}, {"unit_forget_bias": False}),
    "gamma_init": (layers.BatchNormalization, {}, {"gamma_init": "zeros"}, {"gamma_initializer": "zeros"}),
    "init": (layers.Dense, {"units": 2}, {"init": "he_normal"}, {"kernel_initializer": "he_normal"}),
    "inner_activation": (layers.GRU, {"units": 2}, {"inner_activation": "tanh"}, {"recurrent_activation": "tanh"}),
    "inner_init": (layers.GRU, {"units": 2}, {"inner_init": "ones"}, {"recurrent_initializer": "ones"}),
    "kernel_dim1": (
        layers.Conv3D, {"filters": 2}, {"kernel_dim1": 1, "kernel_dim2": 2, "kernel_dim3": 3}, {"kernel_size": (1, 2, 3)},
    ),
    "length": (layers.UpSampling1D, {}, {"length": 3}, {"size": 3}),
    "lr": (optimizers.SGD, {}, {"lr": 0.5}, {"learning_rate": 0.5}),
    "nb_classes": (keras.utils.to_categorical, {"x": [1]}, {"nb_classes": 4}, {"num_classes": 4}),
    "nb_filter": (layers.Conv1D, {"kernel_size": 3}, {"nb_filter": 2}, {"filters": 2}),
    "nb_row": (layers.Conv2D, {"filters": 2}, {"nb_row": 3, "nb_col": 5}, {"kernel_size": (3, 5)}),
    "output_dim": (layers.LSTM, {}, {"output_dim": 3}, {"units": 3}),
    "p": (layers.Dropout, {}, {"p": 0.25}, {"rate": 0.25}),
    "pool_length": (layers.AveragePooling1D, {}, {"pool_length": 3}, {"pool_size": 3}),
    "sigma": (layers.GaussianNoise, {}, {"sigma": 0.25}, {"stddev": 0.25}),
    "stride": (layers.MaxPooling1D, {}, {"stride": 3}, {"strides": 3}),
    "subsample": (layers.Conv2D, {"filters": 2, "kernel_size": 3}, {"subsample": (2, 2)}, {"strides": (2, 2)}),
    "subsample_length": (layers.Conv1D, {"filters": 2, "kernel_size": 3}, {"subsample_length": 2}, {"strides": 2}),
    "experimental_autocast": (layers.Dense, {"units": 2}, {"experimental_autocast": False}, {"autocast": False}),
}  # fmt: skip
# Rows with the same example, and rows that are about training.
SAME_EXAMPLE = {"kernel_dim2": "kernel_dim1", "kernel_dim3": "kernel_dim1", "nb_col": "nb_row"}
ELSEWHERE = {"nb_epoch", "nb_words"}


def described(made):
    """What two objects that are made alike have in common."""
    if isinstance(made, np.ndarray):
        return made.tolist()
    if isinstance(made, keras.KerasTensor):
        return made.shape, made.dtype
    config = {
        k: v
        for k, v in getattr(made, "get_config", lambda: vars(made))().items()
        if k not in ("name", "_frequency")
    }
    return json.loads(json.dumps(config, default=str))


def test_every_row_has_an_example():
    assert sorted(EVERYWHERE_EXAMPLES.keys() | SAME_EXAMPLE.keys() | ELSEWHERE) == sorted(EVERYWHERE)


@pytest.mark.parametrize("name", EVERYWHERE_EXAMPLES)
def test_an_older_name(name, one_warning):
    make, others, older, modern = EVERYWHERE_EXAMPLES[name]
    with one_warning(f"({next(iter(modern))}="):
        made = make(**others, **older)
    assert described(made) == described(make(**others, **modern))


def model(outputs=3):
    made = keras.Sequential([keras.Input((4,)), layers.Dense(outputs)])
    made.compile("sgd", "mse")
    return made


X, Y = np.ones((8, 4), "float32"), np.zeros((8, 3), "float32")


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def saved(path="m.keras"):
    model().save(path)
    return path


# {(class or function, older argument): (call with it, what is made or returned by the modern call or None)}
def construct(make, older, modern, **others):
    return lambda: make(**others, **older), lambda: make(**others, **modern)


def twice(make, others, **older):
    return construct(make, older, {}, **others)


RNN = ("GRU", "LSTM", "RNN", "SimpleRNN")
WORKERS = ("max_queue_size", "max_q_size", "workers", "nb_worker", "use_multiprocessing", "pickle_safe")
CALLS = {
    ("Layer", "dynamic"): twice(layers.Dense, {"units": 2}, dynamic=True),
    ("Layer", "input_dtype"): twice(layers.Dense, {"units": 2}, input_dtype="float32"),
    ("Layer", "weights"): twice(layers.Dense, {"units": 2}, weights=[np.ones((4, 2)), np.ones(2)]),
    ("BatchNormalization", "adjustment"): twice(layers.BatchNormalization, {}, adjustment=None),
    ("BatchNormalization", "fused"): twice(layers.BatchNormalization, {}, fused=True),
    ("BatchNormalization", "mode"): twice(layers.BatchNormalization, {}, mode=0),
    ("BatchNormalization", "virtual_batch_size"): twice(layers.BatchNormalization, {}, virtual_batch_size=None),
    ("CategoryEncoding", "max_tokens"): construct(layers.CategoryEncoding, {"max_tokens": 3}, {"num_tokens": 3}),
    ("Conv2DTranspose", "output_shape"): twice(
        layers.Conv2DTranspose, {"filters": 2, "kernel_size": 3}, output_shape=(None, 4, 4, 2)
    ),
    ("Conv3DTranspose", "output_shape"): twice(
        layers.Conv3DTranspose, {"filters": 2, "kernel_size": 3}, output_shape=(None, 4, 4, 4, 2)
    ),
    ("Embedding", "dropout"): twice(layers.Embedding, {"input_dim": 3, "output_dim": 2}, dropout=0.2),
    ("Embedding", "input_length"): twice(layers.Embedding, {"input_dim": 3, "output_dim": 2}, input_length=5),
    ("Input", "batch_input_shape"): construct(keras.Input, {"batch_input_shape": (2, 3)}, {"batch_shape": (2, 3)}),
    ("Input", "type_spec"): twice(keras.Input, {"shape": (3,)}, type_spec=None),
    ("InputLayer", "batch_input_shape"): construct(layers.InputLayer, {"batch_input_shape": (2, 3)}, {"batch_shape": (2, 3)}),
    ("InputLayer", "input_dtype"): construct(layers.InputLayer, {"input_dtype": "int32"}, {"dtype": "int32"}, shape=(2,)),
    ("InputLayer", "input_shape"): construct(layers.InputLayer, {"input_shape": (3,)}, {"shape": (3,)}),
    ("IntegerLookup", "mask_value"): construct(layers.IntegerLookup, {"mask_value": 0}, {"mask_token": 0}),
    ("IntegerLookup", "max_values"): construct(layers.IntegerLookup, {"max_values": 5}, {"max_tokens": 5}),
    ("IntegerLookup", "oov_value"): construct(layers.IntegerLookup, {"oov_value": -2}, {"oov_token": -2}),
    ("LeakyReLU", "alpha"): construct(layers.LeakyReLU, {"alpha": 0.25}, {"negative_slope": 0.25}),
    ("MaxNorm", "m"): construct(keras.constraints.MaxNorm, {"m": 3}, {"max_value": 3}),
    ("ReLU", "alpha"): construct(layers.ReLU, {"alpha": 0.25}, {"negative_slope": 0.25}),
    ("ReLU", "theta"): construct(layers.ReLU, {"theta": 0.25}, {"threshold": 0.25}),
    ("SeparableConv1D", "init"): construct(
        layers.SeparableConv1D,
        {"init": "ones"},
        {"depthwise_initializer": "ones", "pointwise_initializer": "ones"},
        filters=2,
        kernel_size=3,
    ),
    ("SeparableConv2D", "init"): construct(
        layers.SeparableConv2D,
        {"init": "ones"},
        {"depthwise_initializer": "ones", "pointwise_initializer": "ones"},
        filters=2,
        kernel_size=3,
    ),
    ("StringLookup", "max_values"): construct(layers.StringLookup, {"max_values": 5}, {"max_tokens": 5}),
    ("Nadam", "schedule_decay"): twice(optimizers.Nadam, {}, schedule_decay=0.004),
    ("Optimizer", "decay"): construct(
        optimizers.SGD, {"decay": 0.5}, {"learning_rate": optimizers.schedules.InverseTimeDecay(0.01, 1, 0.5)}
    ),
    ("Optimizer", "is_legacy_optimizer"): twice(optimizers.Adam, {}, is_legacy_optimizer=False),
    ("Optimizer", "jit_compile"): twice(optimizers.Adam, {}, jit_compile=True),
    ("L1", "l"): construct(keras.regularizers.l1, {"l": 0.5}, {"l1": 0.5}),
    ("L2", "l"): construct(keras.regularizers.l2, {"l": 0.5}, {"l2": 0.5}),
    ("ModelCheckpoint", "load_weights_on_restart"): twice(
        keras.callbacks.ModelCheckpoint, {"filepath": "m.keras"}, load_weights_on_restart=False
    ),
    ("ModelCheckpoint", "options"): twice(keras.callbacks.ModelCheckpoint, {"filepath": "m.keras"}, options=None),
    ("ProgbarLogger", "count_mode"): twice(keras.callbacks.ProgbarLogger, {}, count_mode="steps"),
    ("ProgbarLogger", "stateful_metrics"): twice(keras.callbacks.ProgbarLogger, {}, stateful_metrics=[]),
    ("ReduceLROnPlateau", "epsilon"): construct(keras.callbacks.ReduceLROnPlateau, {"epsilon": 0.5}, {"min_delta": 0.5}),
    ("TensorBoard", "batch_size"): twice(keras.callbacks.TensorBoard, {}, batch_size=32),
    ("TensorBoard", "embeddings_data"): twice(keras.callbacks.TensorBoard, {}, embeddings_data=None),
    ("TensorBoard", "embeddings_layer_names"): twice(keras.callbacks.TensorBoard, {}, embeddings_layer_names=None),
    ("TensorBoard", "write_grads"): twice(keras.callbacks.TensorBoard, {}, write_grads=True),
    ("load_model", "options"): (lambda: type(keras.models.load_model(saved(), options=None)), lambda: keras.Sequential),
    **{("save_model", name): (lambda n=name: keras.saving.save_model(model(), "m.keras", **{n: None}), None)
       for name in OF["save_model"]},
    **{("Model.save", name): (lambda n=name: model().save("m.keras", **{n: None}), None) for name in OF["Model.save"]},
    **{("Model.save_weights", name): (lambda n=name: model().save_weights("m.weights.h5", **{n: None}), None)
       for name in OF["Model.save_weights"]},
    **{("Model.load_weights", name): (lambda n=name: model().load_weights(saved(), **{n: None}), None)
       for name in OF["Model.load_weights"]},
    **{(name, "consume_less"): twice(getattr(layers, name), {"units": 2}, consume_less="gpu") for name in RNN if name != "RNN"},
    **{(name, "input_dtype"): twice(getattr(layers, name), {"units": 2}, input_dtype="float32") for name in RNN if name != "RNN"},
    **{(name, "time_major"): twice(getattr(layers, name), {"units": 2}, time_major=False) for name in RNN if name != "RNN"},
    **{("RNN", name): (lambda n=name: layers.RNN(layers.LSTMCell(2), **{n: False}).cell.units, lambda: 2) for name in OF["RNN"]},
    **{("Model.compile", name): (lambda n=name: model().compile("sgd", "mse", **{n: None}), None)
       for name in OF["Model.compile"] if name != "experimental_steps_per_execution"},
    ("Model.compile", "experimental_steps_per_execution"): (
        lambda: model().compile("sgd", "mse", experimental_steps_per_execution=3), None
    ),
    **{("Model.fit", name): (lambda n=name: len(model().fit(X, Y, verbose=0, **{n: 2}).epoch), lambda: 1) for name in OF["Model.fit"]},
    **{("Model.evaluate", name): (lambda n=name: type(model().evaluate(X, Y, verbose=0, **{n: None})), lambda: float)
       for name in OF["Model.evaluate"]},
    **{("Model.predict", name): (lambda n=name: model().predict(X, verbose=0, **{n: 2}).shape, lambda: (8, 3)) for name in WORKERS},
    **{("Model.train_on_batch", name): (lambda n=name: type(model().train_on_batch(X, Y, **{n: True})), lambda: float)
       for name in OF["Model.train_on_batch"]},
    **{("Model.test_on_batch", name): (lambda n=name: type(model().test_on_batch(X, Y, **{n: True})), lambda: float)
       for name in OF["Model.test_on_batch"]},
    **{("Metric.add_weight", name): (lambda n=name: metrics.Mean().add_weight((2,), name="w", **{n: None}).shape, lambda: (2,))
       for name in OF["Metric.add_weight"]},
    ("Layer.add_loss", "inputs"): (lambda: layers.Layer().add_loss(np.float32(1), inputs=True), None),
    **{("add_weight", name): (lambda n=name: layers.Layer().add_weight((2,), **{n: None}).shape, lambda: (2,))
       for name in OF["add_weight"]},
}  # fmt: skip
TESTED_BELOW = {("Model", "input"), ("Model", "output"), ("ModelCheckpoint", "period")}


def test_every_row_of_a_class_or_function_has_a_call():
    rows = {(title, name) for title, table in OF.items() for name in table}
    assert sorted(CALLS.keys() | TESTED_BELOW) == sorted(rows)


@pytest.mark.usefixtures("in_folder")
@pytest.mark.parametrize(("title", "name"), CALLS)
def test_a_row_of_a_class_or_function(title, name, one_warning):
    older, modern = CALLS[title, name]
    row = OF[title][name]
    expected = row if isinstance(row, str) else getattr(row, "instead", None) or row.modern
    with one_warning(expected):
        made = older()
    if modern is not None:
        wanted = modern()
        same = (
            made == wanted if isinstance(wanted, (int, tuple, type)) else described(made) == described(wanted)
        )
        assert same


MEANT = [(title, name, row.harmless) for title, table in OF.items() for name, row in table.items()
         if isinstance(row, Dropped) and row.harmless is not None and title[0].isupper() and "." not in title]  # fmt: skip
REQUIRED = {
    "Conv2DTranspose": {"filters": 1, "kernel_size": 1}, "Conv3DTranspose": {"filters": 1, "kernel_size": 1},
    "GRU": {"units": 1}, "Input": {"shape": (1,)}, "LSTM": {"units": 1}, "ModelCheckpoint": {"filepath": "m.keras"},
    "RNN": {"cell": layers.LSTMCell(1)}, "SimpleRNN": {"units": 1},
}  # fmt: skip


@pytest.mark.parametrize(("title", "name", "harmless"), MEANT)
def test_what_meant_something_is_refused(title, name, harmless):
    make = getattr(layers, title, None) or getattr(keras.callbacks, title)
    with pytest.raises(ValueError, match=rf"{title}\({name}='meant'\) does not exist any more: .+\."):
        make(**REQUIRED.get(title, {}), **{name: "meant"})


VALUE_CALLS = {
    ("CategoryEncoding", "output_mode"): construct(
        layers.CategoryEncoding, {"output_mode": "binary"}, {"output_mode": "multi_hot"}, num_tokens=3
    ),
    ("Loss", "reduction"): construct(
        keras.losses.MeanSquaredError, {"reduction": "auto"}, {"reduction": "sum_over_batch_size"}
    ),
    ("Optimizer", "epsilon"): construct(optimizers.RMSprop, {"epsilon": None}, {"epsilon": 1e-7}),
    ("TextVectorization", "output_mode"): construct(
        layers.TextVectorization, {"output_mode": "tf-idf"}, {"output_mode": "tf_idf"}
    ),
    ("VarianceScaling", "distribution"): construct(
        keras.initializers.VarianceScaling, {"distribution": "normal"}, {"distribution": "truncated_normal"}
    ),
    ("Model.evaluate", "steps"): (lambda: type(model().evaluate(X, Y, verbose=0, steps=1.0)), lambda: float),
    ("Model.fit", "class_weight"): (lambda: len(model(1).fit(X, Y[:, :1], verbose=0, class_weight=[1, 2]).epoch), lambda: 1),
    ("Model.fit", "steps_per_epoch"): (
        lambda: len(model().fit(X, Y, verbose=0, batch_size=3, steps_per_epoch=8 / 3).epoch), lambda: 1
    ),
    ("Model.fit", "validation_steps"): (
        lambda: len(model().fit(X, Y, verbose=0, validation_data=(X, Y), validation_steps=0.5).epoch), lambda: 1
    ),
    ("Model.predict", "steps"): (lambda: model().predict(X, batch_size=4, verbose=0, steps=1.5).shape, lambda: (8, 3)),
}  # fmt: skip


def test_every_row_of_values_has_a_call():
    assert sorted(VALUE_CALLS) == sorted((title, name) for title, table in VALUES.items() for name in table)


@pytest.mark.parametrize(("title", "name"), VALUE_CALLS)
def test_an_older_value(title, name, one_warning):
    older, modern = VALUE_CALLS[title, name]
    row = VALUES[title][name]
    with one_warning(getattr(row, "modern", f"({row.name}=" if hasattr(row, "name") else "")):
        made = older()
    wanted = modern()
    assert made == wanted if isinstance(wanted, (int, tuple, type)) else described(made) == described(wanted)


@pytest.mark.filterwarnings("error")
def test_todays_arguments_say_nothing():
    layers.Dense(units=2, kernel_initializer="he_normal", name="d", dtype="float32")
    optimizers.Adam(learning_rate=0.1, epsilon=1e-3)
    keras.losses.MeanSquaredError(reduction="sum")
    layers.Conv2D(2, 3, 3)
    model().fit(X, Y, verbose=0, steps_per_epoch=1, class_weight=None)


def test_a_model_by_input_and_output(one_warning):
    x = keras.Input((4,))
    y = layers.Dense(2)(x)
    with pytest.warns(DeprecationWarning, match="older spelling") as caught:
        made = keras.Model(input=x, output=y, name="m")
    assert [str(w.message).partition(" is")[0] for w in caught] == ["Model(input=...)", "Model(output=...)"]
    assert described(made) == described(keras.Model(inputs=x, outputs=y, name="m"))
    with one_warning("write Model(outputs=...)"):
        assert keras.Model(x, output=y).count_params() == 10

    class Own(keras.Model):
        pass

    with pytest.warns(DeprecationWarning, match="older spelling"):
        assert Own(input=x, output=y).count_params() == 10


def test_a_period_of_saving(tmp_path, one_warning):
    with one_warning("save_freq"):
        checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras", period=2)
    model().fit(X, Y, epochs=5, verbose=0, callbacks=[checkpoint])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2.keras", "4.keras"]


def test_first_weights_are_those_of_the_built_layer(one_warning):
    kernel, bias = np.full((4, 2), 3.0, "float32"), np.array([1.0, 2.0], "float32")
    with one_warning("layer.set_weights"):
        layer = layers.Dense(2, weights=[kernel, bias])
    layer.build((None, 4))
    np.testing.assert_array_equal(layer.get_weights()[0], kernel)
    np.testing.assert_array_equal(layer.get_weights()[1], bias)


def test_more_epochs(one_warning):
    with one_warning("Model.fit(epochs=...)"):
        history = model().fit(X, Y, nb_epoch=3, verbose=0)
    assert history.epoch == [0, 1, 2]


def test_decay_is_what_it_was(one_warning):
    with one_warning("InverseTimeDecay"):
        optimizer = optimizers.SGD(0.5, decay=0.25)
    variable = keras.Variable([0.0])
    for _ in range(3):
        optimizer.apply([np.ones(1, "float32")], [variable])
    # 0.5 / (1 + 0.25 t), t = 0, 1, 2
    assert variable.numpy()[0] == pytest.approx(-(0.5 + 0.4 + 1 / 3))


@pytest.mark.parametrize("title", POSITIONS)
def test_every_older_order(title, one_warning):
    if title == "Model.compile":
        made = model()
        with one_warning("compile(optimizer, loss, metrics=metrics)"):
            made.compile("sgd", "mse", ["mae"])
        assert set(made.evaluate(X, Y, verbose=0, return_dict=True)) == {"loss", "mae"}
        made.compile("sgd", "mse", [2.0])  # weights of the losses, as today
        return
    with one_warning("add_weight(shape, name=name)"):
        owner = metrics.Mean() if title.startswith("Metric.") else layers.Layer()
        weight = getattr(owner, title.removeprefix("Metric."))("kernel", shape=(2, 3), initializer="ones")
    assert (weight.name, weight.shape, weight.numpy().sum()) == ("kernel", (2, 3), 6)


def test_an_argument_given_under_both_names():
    with pytest.raises(
        TypeError, match="received 'units' twice: as Dense\\(output_dim=...\\) and as Dense\\(units=...\\)"
    ):
        layers.Dense(units=3, output_dim=3)


def test_an_unknown_argument_is_the_error_it_was():
    with pytest.raises(
        ValueError, match=r"Dense received unknown arguments: 'unit' \(Did you mean 'units'\?\)"
    ):
        layers.Dense(3, unit=3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'epoch'"):
        model().fit(X, Y, epoch=3)


def test_a_size_that_is_a_whole_float(one_warning):
    with one_warning("Dense(units=10)"):
        assert layers.Dense(10.0).units == 10
    with pytest.raises(ValueError, match="units must be a positive integer, received units=10.5"):
        layers.Dense(10.5)
    assert math.isclose(layers.Dropout(0.5).rate, 0.5)
