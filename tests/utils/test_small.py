"""The small helpers: packing, sessions, the bar, the configuration's policy, the names of keras.backend."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras import utils


def test_packing():
    assert utils.unpack_x_y_sample_weight(utils.pack_x_y_sample_weight(1, None, 3)) == (1, None, 3)
    assert utils.unpack_x_y_sample_weight([1, 2]) == ([1, 2], None, None)
    with pytest.raises(ValueError, match="a tuple of 4 parts"):
        utils.unpack_x_y_sample_weight((1, 2, 3, 4))


def test_bar_averages(capsys):
    bar = utils.Progbar(8, width=4, stateful_metrics=["lr"], interval=0, unit_name="game")
    bar.update(1, [("loss", 1.0), ("lr", 1.0)])
    bar.add(3, [("loss", 2.0), ("lr", 3.0)])
    bar.update(8, [("loss", 0.0005), ("lr", 4.0)])
    lines = [re.sub(r"\S+/game", "T/game", line) for line in capsys.readouterr().out.split("\r")[1:]]
    assert lines[0] == "1/8      0s - T/game - loss: 1.0000 - lr: 1.0000"
    assert lines[1].rstrip() == "4/8 ━━   0s - T/game - loss: 1.7500 - lr: 3.0000"
    # The last values are shown as they are.
    assert lines[2].rstrip() == "8/8 ━━━━ 0s - T/game - loss: 5.0000e-04 - lr: 4.0000"


def test_bar_is_not_drawn_too_often(capsys):
    bar = utils.Progbar(None, interval=3600)
    for step in range(1, 5):
        bar.update(step)
    assert capsys.readouterr().out.count("\r") == 1
    with pytest.raises(ValueError, match="not both"):
        utils.Progbar(1, stateful_metrics=["a"], stateless_metrics=["b"])


def test_quiet_messages_go_to_the_log(capsys, caplog):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    keras.utils.disable_interactive_logging()
    try:
        assert not keras.config.is_interactive_logging_enabled()
        with caplog.at_level("INFO", logger="minikeras"):
            model.fit([[1.0]], [[1.0]])
            model.summary()
            utils.Progbar(1).update(1, [("loss", 1.0)])
    finally:
        keras.config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert caplog.messages[0].startswith("1/1 - ")
    assert any("Trainable params: 2" in message for message in caplog.messages)
    assert "loss: 1.0000" in caplog.messages[-1]


def test_limits_of_training():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 1), "float32")
    keras.config.set_max_epochs(2)
    keras.config.set_max_steps_per_epoch(3)
    try:
        with pytest.warns(UserWarning, match="Limiting") as found:
            history = model.fit(x, x, batch_size=2, epochs=5, verbose=0)
        assert {str(w.message) for w in found} == {"Limiting epochs to 2", "Limiting steps_per_epoch to 3"}
        with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
            predictions = model.predict(x, batch_size=2, verbose=0)
        assert (keras.config.max_epochs(), keras.config.max_steps_per_epoch()) == (2, 3)
    finally:
        keras.config.set_max_epochs(None)
        keras.config.set_max_steps_per_epoch(None)
    assert len(history.epoch) == 2
    assert model.optimizer.iterations == 6
    assert len(predictions) == 6
    assert len(model.fit(x, x, epochs=3, verbose=0).epoch) == 3
    with pytest.raises(ValueError, match="set_max_epochs expected a positive integer or None, received 0"):
        keras.config.set_max_epochs(0)


def test_limits_come_from_the_environment():
    script = "import minikeras as keras; print(keras.config.max_epochs(), keras.config.max_steps_per_epoch())"
    environment = {**os.environ, "KERAS_MAX_EPOCHS": "3"}
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["3", "None"]


def test_settings():
    config = utils.Config(rate=0.1, steps=10)
    config.rate = 0.2
    config["name"] = "a"
    assert config.as_dict() == {"rate": 0.2, "steps": 10, "name": "a"}
    assert list(config) == ["name", "rate", "steps"]
    assert json.loads(config.to_json()) == dict(config.items())
    assert config.pop("name") == "a"
    assert config.get("name", 3) == 3
    assert "name" not in config
    config.freeze()
    for change in (
        lambda: config.update(rate=1),
        lambda: config.pop("rate"),
        lambda: config.__delitem__("rate"),
    ):
        with pytest.raises(ValueError, match=r"frozen.*unfreeze"):
            change()
    config.unfreeze()
    del config["rate"]
    assert repr(config) == "<Config {'steps': 10}>"
    with pytest.raises(AttributeError, match="no setting 'step'.*'steps'"):
        print(config.step)


def test_source_inputs():
    a, b = keras.Input((2,)), keras.Input((2,))
    found = utils.get_source_inputs(keras.layers.Dense(1)(keras.layers.add([a, b])))
    assert [id(t) for t in found] == [id(a), id(b)]


def test_policy():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        assert keras.config.dtype_policy().compute_dtype == "float16"
        assert keras.mixed_precision.global_policy() == keras.layers.Dense(1).dtype_policy
    finally:
        keras.config.set_dtype_policy(None)
