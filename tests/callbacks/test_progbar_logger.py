"""ProgbarLogger, given by the user or added by fit."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import LambdaCallback, ProgbarLogger

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = X[:, :1]


def compiled():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_one_bar_though_the_user_gives_one(capsys):
    compiled().fit(X, Y, epochs=2, callbacks=[ProgbarLogger()])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("Epoch")] == ["Epoch 1/2", "Epoch 2/2"]
    assert len([line for line in lines if line.startswith("1/1 - ")]) == 2


def test_one_epoch_has_no_number(capsys):
    compiled().fit(X, Y, epochs=1)
    assert capsys.readouterr().out.startswith("1/1 - ")


def test_validation_within_fit_is_silent_and_evaluation_beside_it_is_not(capsys):
    model, bar = compiled(), ProgbarLogger()
    model.fit(X, Y, validation_data=(X, Y), callbacks=[bar])
    (line,) = capsys.readouterr().out.splitlines()
    assert "val_loss: " in line
    model.evaluate(X, Y, callbacks=[bar])
    assert capsys.readouterr().out.startswith("1/1 - ")


def test_the_users_bar_is_silent_with_verbose_0(capsys):
    compiled().fit(X, Y, epochs=2, verbose=0, callbacks=[ProgbarLogger()])
    assert capsys.readouterr().out == ""


def test_metrics_that_other_callbacks_add_are_shown(capsys):
    add = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=0.125))
    compiled().fit(X, Y, verbose=2, callbacks=[add])
    assert " - extra: 0.1250" in capsys.readouterr().out


def test_verbose():
    with pytest.raises(ValueError, match="verbose must be 'auto', 0"):
        compiled().fit(X, Y, verbose=3)
