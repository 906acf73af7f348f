"""The import finder: which module of ours answers which foreign name."""

import importlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import minikeras
import minikeras.compat
from minikeras import spellings
from minikeras.compat import addresses, modules
from minikeras.spellings.modules import MODULES


@pytest.fixture
def installed(monkeypatch):
    """Foreign names are answered, and older spellings only noted."""
    monkeypatch.setattr(spellings, "warns", False)
    monkeypatch.setattr(spellings, "translated", {})
    with minikeras.compat.install():
        yield


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("keras", "minikeras"),
        ("tf_keras", "minikeras"),
        ("tensorflow.keras", "minikeras"),
        ("tensorflow.compat.v1.keras", "minikeras"),
        ("tensorflow.python.keras", "minikeras"),
        ("keras.layers", "minikeras.layers"),
        ("keras.models", "minikeras.models"),
        ("keras.optimizers.schedules", "minikeras.optimizers.schedules"),
        ("keras.datasets.mnist", "minikeras.datasets.mnist"),
        ("tensorflow.keras.datasets.iris", "minikeras.datasets.iris"),
        ("keras.preprocessing.image", "minikeras.preprocessing.image"),
        ("keras_preprocessing.image", "minikeras.preprocessing.image"),
        ("keras.layers.core", "minikeras.layers"),
        ("keras.layers.convolutional", "minikeras.layers"),
        ("keras.layers.recurrent", "minikeras.layers"),
        ("keras.layers.normalization", "minikeras.layers"),
        ("keras.layers.advanced_activations", "minikeras.layers"),
        ("keras.layers.pooling", "minikeras.layers"),
        ("keras.layers.embeddings", "minikeras.layers"),
        ("keras.layers.merge", "minikeras.layers"),
        ("keras.layers.wrappers", "minikeras.layers"),
        ("keras.layers.noise", "minikeras.layers"),
        ("tensorflow.keras.layers.experimental.preprocessing", "minikeras.layers"),
        ("tensorflow.python.keras.layers.recurrent", "minikeras.layers"),
        ("keras.src.layers.rnn.lstm", "minikeras.layers"),
        ("keras.utils.np_utils", "minikeras.utils"),
        ("keras.utils.vis_utils", "minikeras.utils"),
        ("keras.utils.generic_utils", "minikeras.utils"),
        ("keras.utils.data_utils", "minikeras.utils"),
        ("keras.utils.layer_utils", "minikeras.utils"),
        ("keras.utils.io_utils", "minikeras.utils"),
        ("keras.engine", "minikeras"),
        ("keras.engine.topology", "minikeras"),
        ("keras.engine.training", "minikeras"),
        ("keras.objectives", "minikeras.losses"),
        ("keras.backend", "minikeras.backend"),
        ("keras.callbacks", "minikeras.callbacks"),
    ],
)
def test_a_foreign_module_is_ours(installed, name, ours):
    """It is the very module, not another one with the same names."""
    assert importlib.import_module(name) is importlib.import_module(ours)


def test_every_row_of_the_tables_leads_somewhere(installed):
    for path in MODULES:
        assert importlib.import_module(f"keras.{path}") is importlib.import_module(MODULES[path]), path
    for name in addresses.TENSORFLOW:
        importlib.import_module(name)


def test_the_ways_to_import(installed):
    import keras.layers.core as core
    import tensorflow as tf
    import tensorflow.keras as tfk
    from keras import layers
    from keras.layers import Conv2D, Dense
    from keras.layers.core import Flatten
    from tensorflow.keras.layers import Dense as Same
    from tensorflow.python.framework import ops

    namespace = {}
    exec("from tensorflow.keras.layers import *", namespace)
    assert namespace["Dense"] is Dense is Same is layers.Dense is core.Dense is tf.keras.layers.Dense
    assert Flatten is minikeras.layers.Flatten
    assert issubclass(Conv2D, tfk.layers.Layer)
    assert callable(ops.reset_default_graph)
    assert sys.modules["keras"] is minikeras


def test_tensorflow_1_stays_reachable(installed):
    import tensorflow.compat.v1 as tf
    from tensorflow.compat import v1
    from tensorflow.examples.tutorials.mnist import input_data

    assert tf is v1
    assert tf.Session is v1.Session
    assert callable(input_data.read_data_sets)


def test_the_version_is_that_of_keras(installed):
    import keras

    assert keras.__version__ == modules.KERAS_VERSION


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "keras.layer",
            "No module named 'keras.layer': minikeras does not have it. Did you mean 'keras.layers'?",
        ),
        ("keras.layers.nonsense", "No module named 'keras.layers.nonsense'"),
        ("keras.utils.np_util", "Did you mean 'keras.utils.np_utils'?"),
        ("keras.applications", "Instead: build the network from keras.layers"),
        ("keras.applications.vgg16", "Instead: build the network from keras.layers"),
        ("tensorflow.keras.applications", "Instead: build the network from keras.layers"),
        ("tensorflow_hub", "No module named 'tensorflow_hub': minikeras does not have it. Instead: "),
        ("tensorflow_addons.layers", "keras.optimizers (AdamW, Lamb)"),
        ("tensorflow_datasets", "Instead: keras.datasets"),
        ("keras_applications", "load_model"),
        ("tensorflow.contrib.slim", "Instead: keras.layers"),
        ("tensorflow.nonsense", "No module named 'tensorflow.nonsense'"),
        ("tensorflow.contrib.nonsense", "No module named 'tensorflow.contrib.nonsense'"),
    ],
)
def test_an_unknown_module_is_refused_by_name(installed, name, text):
    with pytest.raises(ModuleNotFoundError) as refused:
        importlib.import_module(name)
    assert text in str(refused.value)


def test_a_private_file_is_not_loaded_twice(installed):
    """`keras.layers.core` names a file of ours, too; it must not be run again under another name."""
    before = {n for n in sys.modules if n.startswith("minikeras.")}
    importlib.import_module("keras.layers.core")
    importlib.import_module("keras.layers.lstm")
    assert sys.modules["keras.layers.lstm"] is minikeras.layers
    assert {n for n in sys.modules if n.startswith("keras.layers.")} == {
        "keras.layers.core",
        "keras.layers.lstm",
    }
    assert before <= set(sys.modules)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("from keras import applications", "Instead: build the network from keras.layers"),
        ("from tensorflow.keras import applications", "Instead: build the network from keras.layers"),
        ("from keras.layers import Densse", "Dense"),
        ("from tensorflow.contrib import layers", "Instead: keras.layers and keras.initializers"),
    ],
)
def test_an_unknown_name_says_what_there_is(installed, line, text):
    with pytest.raises(ImportError) as refused:
        exec(line, {})
    assert text in str(refused.value)


def test_who_only_asks_gets_an_answer(installed):
    assert importlib.util.find_spec("tensorflow_hub") is None
    assert importlib.util.find_spec("keras.nonsense") is None
    assert importlib.util.find_spec("tensorflow") is not None


def test_older_paths_are_noted_with_the_modern_one(installed):
    importlib.import_module("keras.layers.convolutional")
    importlib.import_module("tensorflow.python.keras.models")
    importlib.import_module("tensorflow.keras.layers")
    assert spellings.translated == {
        ("keras.layers.convolutional", "keras.layers"): 1,
        ("tensorflow.python.keras", "tensorflow.keras"): 1,
        ("tensorflow.python.keras.models", "tensorflow.keras.models"): 1,
    }


def test_an_older_path_warns_where_nobody_tells_it_later():
    with (
        minikeras.compat.install(),
        pytest.warns(
            DeprecationWarning, match="keras.layers.recurrent is an older spelling: write keras.layers."
        ),
    ):
        importlib.import_module("keras.layers.recurrent")


def test_afterwards_everything_is_as_before(monkeypatch, tmp_path):
    """Even an installed package of that name that was in use."""
    monkeypatch.setattr(spellings, "warns", False)
    (tmp_path / "keras.py").write_text("mine = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    import minikeras.layers.core

    files, finders, version = minikeras.layers.core, list(sys.meta_path), minikeras.__version__
    first = importlib.import_module("keras")
    assert first.mine
    with minikeras.compat.install():
        import keras
        import keras.layers.core

        assert keras is minikeras
        assert minikeras.layers.core is minikeras.layers
    assert sys.meta_path == finders
    assert importlib.import_module("keras") is first
    assert minikeras.layers.core is files
    assert minikeras.__version__ == version
    assert not any(name.startswith(("keras.", "tensorflow")) for name in sys.modules)
    sys.modules.pop("keras")


def test_installing_twice_is_installing_once():
    with minikeras.compat.install() as first:
        assert minikeras.compat.install() is first
    assert modules.Finder not in sys.meta_path
    minikeras.compat.uninstall()


def test_nothing_of_ours_takes_a_file_from_a_package_that_an_older_name_covers():
    """While `keras.layers.core` is imported, `minikeras.layers.core` as an attribute is the package."""
    root = Path(minikeras.__file__).parent
    covered = [
        f"minikeras.{p}".rpartition(".")
        for p in MODULES
        if (root / p.replace(".", "/")).with_suffix(".py").is_file()
    ]
    assert covered
    for source in root.rglob("*.py"):
        text = source.read_text()
        for package, _, name in covered:
            assert f"from {package} import {name}\n" not in text, source


def test_older_names_of_numpy_are_lent_to_scripts(installed):
    import keras  # noqa: F401
    import numpy as np

    assert np.float is float
    assert np.product([2, 3]) == 6
    assert np.asfarray([1]).dtype == np.float64
    assert -np.inf == np.NINF
    with pytest.raises(AttributeError, match="nonsense"):
        np.nonsense  # noqa: B018
    assert ("np.float", "float") in spellings.translated


def test_numpy_is_as_it_was_afterwards():
    import numpy as np

    with minikeras.compat.install():
        importlib.import_module("keras")
    with pytest.raises(AttributeError):
        np.float  # noqa: B018


def test_nothing_is_imported_before_it_is_asked_for():
    code = (
        "import sys, minikeras.compat; minikeras.compat.install(); "
        "bad = [m for m in ('numpy', 'minikeras.layers', 'minikeras.compat.tensorflow', 'inspect') if m in sys.modules]; "
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
