"""A file of a package is loaded when one of its names is first used, and no earlier."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = (
    "callbacks",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "ops.nn",
    "ops.numpy",
    "optimizers",
    "saving",
)
SCRIPT = """
import json, sys
before = set(sys.modules)
import minikeras as keras
model = keras.Sequential([keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2())])
model.compile(
    keras.optimizers.SGD(learning_rate=0.1),
    keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_a_package_lists_is_there(package):
    module = importlib.import_module(f"minikeras.{package}")
    assert [name for name in dir(module) if not hasattr(module, name)] == []
    listed = {}
    exec(f"from minikeras.{package} import *", listed)
    assert {*module.__all__} <= {*listed}


@pytest.mark.parametrize(
    "package", ["callbacks", "layers", "losses", "metrics", "models", "ops", "optimizers"]
)
def test_no_name_is_that_of_a_file(package):
    """A file that is imported becomes an attribute of its package, and would hide a function of its name."""
    module = importlib.import_module(f"minikeras.{package}")
    files = {path.stem for path in Path(module.__file__).parent.iterdir()}
    assert {*dir(module)} & files <= {n for n, v in vars(module).items() if hasattr(v, "__file__")}


def test_unknown_names_are_refused_by_name():
    for package in PACKAGES:
        with pytest.raises(AttributeError, match="no_such_thing"):
            importlib.import_module(f"minikeras.{package}").no_such_thing  # noqa: B018


def test_the_iris_script_loads_what_it_uses():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    loaded = set(json.loads(done.stdout))
    assert "minikeras.layers.core" in loaded
    for unused in (
        "layers.rnn",
        "layers.convolution",
        "optimizers.adam",
        "saving.hdf5",
        "callbacks.tensorboard",
        "ops.decomposition",
    ):
        assert f"minikeras.{unused}" not in loaded
    assert (
        loaded & {"h5py", "tqdm", "urllib.request", "zipfile", "concurrent.futures.thread", "difflib"}
        == set()
    )
    assert len([name for name in loaded if name.startswith("minikeras")]) < 130


def test_a_file_is_loaded_with_its_first_name(tmp_path, monkeypatch):
    package = tmp_path / "lazy_package"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from minikeras import lazy\n"
        "__getattr__, __dir__ = lazy.attributes(lazy.Names(__name__, __file__), globals())\n"
    )
    (package / "colours.py").write_text('__all__ = ["red"]\nred = "#f00"\nhidden = 1\n')
    (package / "broken.py").write_text('__all__ = ["bad"]\nraise RuntimeError("loaded")\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("lazy_package")
    assert module.__all__ == ["bad", "red"]
    assert "lazy_package.colours" not in sys.modules
    assert module.red == "#f00"
    assert "lazy_package.colours" in sys.modules
    with pytest.raises(AttributeError, match="hidden"):
        module.hidden  # noqa: B018
    with pytest.raises(RuntimeError, match="loaded"):
        module.bad  # noqa: B018


def test_a_configuration_may_name_a_class_not_in_use_yet():
    script = (
        "import minikeras as keras\n"
        "config = {'module': 'keras.layers', 'class_name': 'LSTM', 'config': {'units': 2}, 'registered_name': None}\n"
        "print(keras.utils.deserialize_keras_object(config).units, keras.losses.get('mse').__name__,\n"
        "      keras.metrics.get('auc').name, keras.optimizers.get('ADAMW').name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["2", "mean_squared_error", "auc", "adam_w"]


def test_operators_are_there_from_the_first_variable_on():
    script = "import minikeras as keras\nv = keras.Variable([1.0, 2.0])\nprint(float((v * 2 + 1)[1]))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "5.0"
