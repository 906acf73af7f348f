"""ModelCheckpoint: which files it writes, and that they hold the model of that moment."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import LambdaCallback, ModelCheckpoint

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = X[:, :1]


def compiled():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def scripted(values):
    return LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(script=values[epoch]))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_every_epoch_under_its_name(tmp_path):
    model = compiled()
    kept = {}
    keep = LambdaCallback(on_epoch_end=lambda epoch, logs: kept.update({epoch + 1: model.get_weights()}))
    checkpoint = ModelCheckpoint(tmp_path / "new" / "{epoch:02d}-{script:.2f}.keras")
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[scripted([0.5, 0.25, 1]), keep, checkpoint])
    assert names(tmp_path / "new") == ["01-0.50.keras", "02-0.25.keras", "03-1.00.keras"]
    loaded = keras.saving.load_model(tmp_path / "new" / "02-0.25.keras")
    assert all(np.array_equal(a, b) for a, b in zip(loaded.get_weights(), kept[2], strict=True))
    assert int(loaded.optimizer.iterations) == 2


def test_only_the_best(tmp_path, capsys):
    model = compiled()
    path = tmp_path / "best.weights.h5"
    checkpoint = ModelCheckpoint(
        path,
        "script",
        save_best_only=True,
        save_weights_only=True,
        mode="min",
        verbose=1,
        initial_value_threshold=0.9,
    )
    shift = LambdaCallback(on_epoch_end=lambda epoch, logs: model.layers[0].bias.assign([epoch]))
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[scripted([1.0, 0.5, 0.7, 0.6]), shift, checkpoint])
    other = compiled()
    other.load_weights(path)
    assert other.layers[0].bias.numpy().tolist() == [1]
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert lines == [
        "Epoch 1: script did not improve from 0.90000",
        f"Epoch 2: script improved from 0.90000 to 0.50000, saving model to {path}",
        f"Epoch 2: finished saving model to {path}",
        "Epoch 3: script did not improve from 0.50000",
        "Epoch 4: script did not improve from 0.50000",
    ]


def test_every_so_many_batches(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}-{batch}.weights.h5", save_weights_only=True, save_freq=4)
    compiled().fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=[checkpoint])
    assert names(tmp_path) == ["1-4.weights.h5", "2-3.weights.h5", "3-2.weights.h5"]


def test_the_best_among_batches(tmp_path):
    """The metric is the running one; here it is scripted by the learning rate of 0 and the order of the rows."""
    model = compiled()
    model.optimizer.learning_rate = 0.0
    targets = model.predict(X, verbose=0) + np.repeat([[4.0], [1.0], [0.5], [9.0]], 5, axis=0)
    checkpoint = ModelCheckpoint(tmp_path / "{batch}.keras", "loss", save_best_only=True, save_freq=1)
    model.fit(X, targets, batch_size=5, shuffle=False, verbose=0, callbacks=[checkpoint])
    assert names(tmp_path) == ["1.keras", "2.keras", "3.keras"]


def test_a_metric_that_is_not_there(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "m.keras", save_best_only=True)
    with pytest.warns(UserWarning, match="Can save best model only with val_loss available"):
        compiled().fit(X, Y, verbose=0, callbacks=[checkpoint])
    assert names(tmp_path) == ["m.keras"]


def test_names(tmp_path):
    with pytest.raises(ValueError, match=r"must end in `.weights.h5`. Received: filepath=m.keras"):
        ModelCheckpoint("m.keras", save_weights_only=True)
    with pytest.raises(
        ValueError, match=r"unrecognized save_freq: 'batch'. Expected save_freq are 'epoch' or a positive"
    ):
        ModelCheckpoint("m.keras", save_freq="batch")
    with pytest.raises(
        KeyError, match=r"Failed to format this callback filepath: .*accuracy.*Available: epoch, loss"
    ):
        compiled().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "{accuracy}.keras")])
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(IsADirectoryError, match="specify a non-directory filepath for ModelCheckpoint"):
        compiled().fit(X, Y, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "folder.keras")])
