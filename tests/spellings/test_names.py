"""Every older name of a class, function or module leads to what it is today, or says what there is instead."""

import importlib
import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, spellings
from minikeras.spellings.lookup import module
from minikeras.spellings.modules import MODULES
from minikeras.spellings.names import NAMES
from minikeras.spellings.rules import Form, Gone, Name, load, public

ROWS = [(package, name, row) for package, rows in NAMES.items() for name, row in rows.items()]


def rows(kind):
    chosen = [row for row in ROWS if isinstance(row[2], kind) and getattr(row[2], "positional", True)]
    return pytest.mark.parametrize(("package", "name", "row"), chosen, ids=[f"{p}.{n}" for p, n, _ in chosen])


def home(package):
    return importlib.import_module(f"minikeras.{package}" if package else "minikeras")


@rows(Name)
def test_a_name_that_changed(package, name, row, one_warning):
    if row.warns:
        assert getattr(home(package), name) is load(row.address)
        return
    with one_warning(row.modern or public(row.address)):
        found = getattr(home(package), name)
    assert found is load(row.address)


@rows(Gone)
def test_a_name_that_is_no_more(package, name, row):
    found = getattr(home(package), name)
    with pytest.raises(NotImplementedError, match="does not exist any more") as error:
        found(3)
    assert f"keras.{package}.{name}".replace("..", ".") in str(error.value)
    assert str(error.value).endswith(row.instead)
    with pytest.raises(NotImplementedError, match="does not exist any more"):

        class Derived(found):
            pass

    with pytest.raises(NotImplementedError, match="does not exist any more"):
        found.some_method()


# {older class: (older positional arguments, further ones, class today, arguments today)}
FORMS = {
    "AtrousConv1D": ((4, 3, "he_normal"), {}, layers.Conv1D, {"filters": 4, "kernel_size": 3, "kernel_initializer": "he_normal"}),
    "AtrousConv2D": ((4, 3, 5), {}, layers.Conv2D, {"filters": 4, "kernel_size": (3, 5)}),
    "AtrousConvolution1D": ((4, 3, "he_normal"), {}, layers.Conv1D, {"filters": 4, "kernel_size": 3, "kernel_initializer": "he_normal"}),
    "AtrousConvolution2D": ((4, 3, 5), {}, layers.Conv2D, {"filters": 4, "kernel_size": (3, 5)}),
    "Convolution1D": ((4, 3, "he_normal", "relu"), {}, layers.Conv1D,
                      {"filters": 4, "kernel_size": 3, "kernel_initializer": "he_normal", "activation": "relu"}),
    "Convolution2D": ((4, 3, 5), {"name": "c"}, layers.Conv2D, {"filters": 4, "kernel_size": (3, 5)}),
    "Convolution3D": ((4, 3, 5, 7), {}, layers.Conv3D, {"filters": 4, "kernel_size": (3, 5, 7)}),
    "Deconv2D": ((4, 3, 5, (None, 8, 8, 4)), {}, layers.Conv2DTranspose, {"filters": 4, "kernel_size": (3, 5)}),
    "Deconvolution2D": ((4, 3, 5, (None, 8, 8, 4)), {}, layers.Conv2DTranspose, {"filters": 4, "kernel_size": (3, 5)}),
    "Deconvolution3D": ((4, 3, 5, 7, (None, 8, 8, 8, 4)), {}, layers.Conv3DTranspose, {"filters": 4, "kernel_size": (3, 5, 7)}),
    "SeparableConvolution2D": ((4, 3, 5), {}, layers.SeparableConv2D, {"filters": 4, "kernel_size": (3, 5)}),
    "ThresholdedReLU": ((0.5,), {}, layers.ReLU, {"threshold": 0.5}),
    "TimeDistributedDense": ((4, "he_normal", "relu"), {}, layers.TimeDistributed,
                             {"layer": layers.Dense(4, "relu", kernel_initializer="he_normal")}),
}  # fmt: skip


def test_every_older_form_has_an_example():
    assert sorted(FORMS) == sorted(name for _, name, row in ROWS if isinstance(row, Form) and row.positional)


def described(layer):
    config = {k: v for k, v in layer.get_config().items() if k != "name"}
    if "layer" in config:
        config["layer"] = described(layer.layer)
    return config


@rows(Form)
def test_an_older_form(package, name, row, one_warning):
    args, kwargs, cls, modern = FORMS[name]
    older = getattr(home(package), name)
    with one_warning(row.modern):
        made = older(*args, **kwargs)
    assert type(made) is cls
    assert described(made) == described(cls(**modern))
    assert isinstance(made, older)
    assert issubclass(cls, older)
    assert not isinstance(
        made,
        getattr(
            home(package),
            "Convolution1D" if name != "Convolution1D" and cls is not layers.Conv1D else "Convolution2D",
        ),
    )

    class Derived(older):
        pass

    assert issubclass(Derived, cls)
    assert "older name" in repr(older)


@pytest.mark.filterwarnings("error")
def test_names_that_keras_still_has_take_todays_arguments():
    made = layers.Convolution2D(4, (3, 5), strides=(2, 2))
    assert (type(made), made.kernel_size, made.strides) == (layers.Conv2D, (3, 5), (2, 2))
    assert layers.Convolution2D(4, 3).kernel_size == (3, 3)
    assert layers.Convolution1D(4, 3, 2).strides == (2,)


def test_everything_of_the_first_keras_in_one_call():
    with pytest.warns(DeprecationWarning, match="older spelling") as caught:
        made = layers.Convolution2D(
            8, 3, 3, border_mode="same", subsample=(2, 2), dim_ordering="th", bias=False
        )
    assert len(caught) == 5
    assert (made.padding, made.strides, made.data_format, made.use_bias) == (
        "same",
        (2, 2),
        "channels_first",
        False,
    )
    assert made(np.ones((1, 3, 8, 8), "float32")).shape == (1, 8, 4, 4)


@pytest.mark.parametrize("package", [p for p, _, row in ROWS if isinstance(row, Form) and not row.positional])
def test_merging_by_mode(package, one_warning):
    x = [keras.Input((2,)), keras.Input((3,))]
    if package != "models":
        with one_warning("keras.layers.concatenate, add"):
            assert home(package).merge(x, mode="concat").shape == (None, 5)
    with one_warning("keras.layers.Concatenate, Add"):
        made = home(package).Merge(mode="concat")
    assert made(x).shape == (None, 5)


def test_a_star_gives_older_names_without_warning():
    code = (
        "from minikeras.layers import *; from minikeras.models import *; from minikeras.regularizers import *;"
        "Convolution2D, TimeDistributedDense, merge, MaxoutDense; print(Convolution2D(2, (3, 3)).kernel_size)"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "(3, 3)"


def test_too_many_or_double_arguments():
    with pytest.raises(TypeError, match=r"Convolution2D received 'nb_row' twice"):
        layers.Convolution2D(8, 3, 3, nb_row=3)
    with pytest.raises(TypeError, match="takes at most 1 positional arguments, received 2"):
        layers.ThresholdedReLU(0.5, 3)


@pytest.mark.parametrize("path", MODULES)
def test_a_module_that_moved(path, one_warning):
    with one_warning(public(MODULES[path])):
        found = spellings.lookup.find_module(path)
    target = importlib.import_module(MODULES[path])
    name = next(n for n, value in vars(target).items() if not n.startswith("_") and callable(value))
    assert getattr(found, name) is getattr(target, name)


def test_a_module_below_a_module():
    found = module("layers.experimental")
    assert found.preprocessing.Rescaling is layers.Rescaling
    assert found.EinsumDense is layers.EinsumDense


def test_modules_as_attributes(one_warning):
    with one_warning("keras.losses"):
        objectives = keras.objectives
    assert objectives.mean_squared_error is keras.losses.mean_squared_error
    with one_warning("keras.utils"):
        from minikeras.utils import np_utils
    assert np_utils.to_categorical is keras.utils.to_categorical
    with one_warning("keras.layers.Dropout"):
        assert layers.core.Dropout is layers.Dropout
    with one_warning("keras.layers"):
        assert layers.convolutional.Conv2D is layers.Conv2D
    with one_warning("keras.optimizers.RMSprop(...)"):
        assert type(keras.optimizers.rmsprop()) is keras.optimizers.RMSprop


def test_imports_by_older_paths(one_warning):
    with one_warning("keras.layers"):
        from minikeras.layers.convolutional import Conv2D
    assert Conv2D is layers.Conv2D
    with pytest.warns(DeprecationWarning, match="older spelling"):
        from minikeras.layers.experimental.preprocessing import Rescaling
    assert Rescaling is layers.Rescaling
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'minikeras.layers.convolutionel'"):
        importlib.import_module("minikeras.layers.convolutionel")


def test_importing_an_older_name_warns_once_and_here(one_warning):
    with one_warning("keras.layers.LSTM"):
        from minikeras.layers import CuDNNLSTM
    assert CuDNNLSTM is layers.LSTM


def test_a_name_that_no_version_had():
    with pytest.raises(
        AttributeError, match=r"module 'minikeras.layers' has no attribute 'Danse'. Did you mean 'Dense'"
    ):
        layers.Danse  # noqa: B018
    with pytest.raises(
        AttributeError, match=r"module 'minikeras' has no attribute 'laiers'. Did you mean 'layers'"
    ):
        keras.laiers  # noqa: B018
    with pytest.raises(AttributeError, match=r"module 'minikeras.initializers' has no attribute 'oness'"):
        keras.initializers.oness  # noqa: B018
    assert not hasattr(keras, "nonesuch")


def test_no_table_is_loaded_before_it_is_needed():
    code = (
        "import sys, minikeras as keras; m = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name='d')]);"
        "m.compile(keras.optimizers.SGD(0.1), 'mse', metrics=['mae']);"
        "m.fit([[1.0, 2.0]], [[1.0]], verbose=0); m.predict([[1.0, 2.0]], verbose=0);"
        "print([n for n in sys.modules if n in ('minikeras.spellings.arguments', 'minikeras.spellings.names',"
        " 'minikeras.spellings.attributes')])"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_a_module_that_is_not_there_loads_no_table():
    code = (
        "import importlib.util, sys, minikeras.kernels\n"
        "print(importlib.util.find_spec('minikeras.kernels.never_built'),"
        " [n for n in sys.modules if n in ('minikeras.spellings.lookup', 'minikeras.spellings.names')])"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "None []"
