"""EarlyStopping, ReduceLROnPlateau, LearningRateScheduler: what they do to real trainings, and say."""

import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import callbacks, layers

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = X[:, :1]


def compiled(optimizer="sgd", metrics=(), loss="mse", units=1):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(units)])
    model.compile(optimizer, loss, metrics=list(metrics))
    return model


class Scripted(callbacks.Callback):
    """Puts given values into the logs and shifts the bias by one each epoch, so that weights tell their epoch."""

    def __init__(self, values):
        super().__init__()
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs["script"] = self.values[epoch]
        self.model.layers[0].bias.assign([epoch])


def test_best_weights_come_back(capsys):
    model = compiled()
    stopping = callbacks.EarlyStopping("script", patience=2, mode="min", restore_best_weights=True, verbose=1)
    history = model.fit(X, Y, epochs=9, verbose=0, callbacks=[Scripted([5, 3, 4, 4, 1]), stopping])
    assert history.epoch == [0, 1, 2, 3]
    assert model.layers[0].bias.numpy().tolist() == [1]
    assert (stopping.best, stopping.best_epoch, stopping.stopped_epoch) == (3, 1, 3)
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 4: early stopping",
        "Restoring model weights from the end of the best epoch: 2.",
    ]


def test_best_weights_come_back_without_stopping_too():
    model = compiled()
    stopping = callbacks.EarlyStopping("script", patience=9, mode="max", restore_best_weights=True)
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[Scripted([1, 3, 2]), stopping])
    assert model.layers[0].bias.numpy().tolist() == [1]


def test_a_callback_may_be_used_again():
    stopping = callbacks.EarlyStopping("loss", patience=1, min_delta=1e9)
    for _ in range(2):
        assert compiled().fit(X, Y, epochs=9, verbose=0, callbacks=[stopping]).epoch == [0, 1]


def test_a_metric_that_is_not_there():
    with pytest.warns(
        UserWarning,
        match="conditioned on metric `val_loss` which is not available. Available metrics are: loss",
    ):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping()])
    with pytest.warns(
        UserWarning, match="reduction is conditioned on metric `val_loss` which is not .* loss,learning_rate"
    ):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.ReduceLROnPlateau()])


def test_an_unknown_mode():
    with pytest.warns(UserWarning, match="EarlyStopping mode 'up' is unknown, fallback to auto mode"):
        assert callbacks.EarlyStopping(mode="up").mode == "auto"


@pytest.mark.parametrize(
    ("metric", "rises"),
    [
        ("accuracy", True), ("AUC", True), ("cosine_similarity", True), ("R2Score", True), ("Precision", True),
        ("F1Score", True), ("mae", False), ("mse", False), ("RootMeanSquaredError", False), ("KLDivergence", False),
        ("hinge", False), ("BinaryCrossentropy", False), ("loss", False),
    ],
)  # fmt: skip
def test_whether_higher_is_better_is_known(metric, rises):
    model = compiled(metrics=[] if metric == "loss" else [metric])
    labels = (Y > 0).astype("float32")
    name = list(model.fit(X, labels, verbose=0).history)[-1]
    stopping = callbacks.EarlyStopping(f"val_{name}")
    stopping.set_model(model)
    stopping.on_train_begin()
    stopping.on_epoch_end(0, {f"val_{name}": 0.5})
    stopping.on_epoch_end(1, {f"val_{name}": 0.6})
    assert model.stop_training == (not rises)


def test_metrics_of_several_outputs():
    x = keras.Input((2,))
    model = keras.Model(x, {"a": layers.Dense(1, name="a")(x), "b": layers.Dense(1, name="b")(x)})
    model.compile("sgd", "mse", metrics={"a": ["mae"], "b": ["accuracy"]})
    history = model.fit(X, {"a": Y, "b": Y}, verbose=0).history
    assert {"a_mae", "b_accuracy", "a_loss"} <= set(history)
    for name, rises in (("a_mae", False), ("b_accuracy", True), ("a_loss", False)):
        stopping = callbacks.EarlyStopping(name)
        stopping.set_model(model)
        assert stopping._is_improvement(0.6, 0.5) == rises


def test_a_metric_whose_direction_is_unknown():
    message = "EarlyStopping callback received monitor='strange', but .* Pass mode='max' if higher values are better"
    strange = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(strange=1.0))
    with pytest.raises(ValueError, match=message):
        compiled().fit(X, Y, verbose=0, callbacks=[strange, callbacks.EarlyStopping("strange")])


def test_plateau_in_the_history(capsys):
    plateau = callbacks.ReduceLROnPlateau("script", factor=0.5, patience=1, mode="min", verbose=1)
    model = compiled(keras.optimizers.SGD(0.4))
    history = model.fit(X, Y, epochs=4, verbose=0, callbacks=[Scripted([1, 1, 0.5, 0.5]), plateau])
    assert history.history["learning_rate"] == pytest.approx([0.4, 0.4, 0.2, 0.2])
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)
    lines = capsys.readouterr().out.split("\n")
    assert lines[1] == f"Epoch 2: ReduceLROnPlateau reducing learning rate to {float(np.float32(0.4)) * 0.5}."


def test_plateau_reaches_every_optimizer():
    optimizers = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.4, name="one"))
    optimizers[".*/bias"] = keras.optimizers.SGD(0.2, name="two")
    model = compiled(keras.optimizers.MultiOptimizer(optimizers))
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[plateau]).history
    assert history["learning_rate_one"] == pytest.approx([0.4, 0.4, 0.2])
    assert history["learning_rate_two"] == pytest.approx([0.2, 0.2, 0.1])


def test_arguments_of_plateau():
    with pytest.raises(ValueError, match=r"does not support a factor >= 1.0. Received factor=1.5"):
        callbacks.ReduceLROnPlateau(factor=1.5)
    with pytest.raises(TypeError, match=r"unknown arguments: 'paitence'. Did you mean 'patience'\?"):
        callbacks.ReduceLROnPlateau(paitence=3)
    with pytest.warns(DeprecationWarning, match=r"write ReduceLROnPlateau\(min_delta="):
        assert callbacks.ReduceLROnPlateau(epsilon=0.5).min_delta == 0.5


@pytest.mark.parametrize(
    "schedule",
    [
        lambda epoch, rate: rate * 0.5,
        lambda epoch: 0.4 * 0.5 ** (epoch + 1),
        lambda epoch, rate: keras.ops.multiply(rate, 0.5),
    ],
)
def test_scheduler(schedule, capsys):
    model = compiled(keras.optimizers.SGD(0.4))
    history = model.fit(
        X, Y, epochs=3, verbose=0, callbacks=[callbacks.LearningRateScheduler(schedule, verbose=1)]
    )
    assert history.history["learning_rate"] == pytest.approx([0.2, 0.1, 0.05])
    assert "\nEpoch 1: LearningRateScheduler setting learning rate to 0.2" in capsys.readouterr().out


def test_scheduler_sets_the_rate_before_the_first_batch():
    model = compiled(keras.optimizers.SGD(0.4))
    before = model.get_weights()
    model.fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: 0.0)])
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_errors_of_scheduler():
    with pytest.raises(ValueError, match="output of the `schedule` function should be a float. Got: 1"):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(lambda epoch: 1)])
    with pytest.raises(TypeError, match=r"schedule must be a function .* received 0.1"):
        callbacks.LearningRateScheduler(0.1)

    def failing(epoch, rate):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        compiled().fit(X, Y, verbose=0, callbacks=[callbacks.LearningRateScheduler(failing)])


def test_no_warning_when_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled().fit(
            X,
            Y,
            epochs=2,
            verbose=0,
            callbacks=[callbacks.EarlyStopping("loss"), callbacks.ReduceLROnPlateau("loss")],
        )
