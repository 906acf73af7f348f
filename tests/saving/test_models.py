"""Whole models in `.keras` files: what comes back is what was saved."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import saved_models

import minikeras as keras
from minikeras.registry import forget_names
from minikeras.saving import ModelFileError


@pytest.fixture(params=saved_models.MODELS, ids=lambda make: make.__name__)
def trained(request):
    """(a model of some kind after one step, its data, the classes that only its author has)."""
    model, x, y = request.param(keras)
    model.fit(x, y, epochs=1, batch_size=5, verbose=0)
    return model, x, y, saved_models.custom_objects(model)


def small():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def arrays_of(model):
    return [v.numpy() for v in [*model.variables, *model.optimizer.variables]]


def assert_equal(one, other):
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_loaded_model_goes_on_bit_for_bit(trained, tmp_path):
    model, x, y, custom = trained
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", custom)
    assert_equal(arrays_of(model), arrays_of(loaded))
    assert loaded.get_config() == model.get_config()
    assert loaded.get_compile_config() == model.get_compile_config()
    model.reset_metrics()
    for _ in range(2):  # seeds are kept too: the same units drop out
        one, other = model.train_on_batch(x, y), loaded.train_on_batch(x, y)
        assert_equal(np.atleast_1d(one), np.atleast_1d(other))
    assert_equal(arrays_of(model), arrays_of(loaded))


@pytest.mark.parametrize("make", saved_models.MODELS, ids=lambda make: make.__name__)
def test_equal_models_give_equal_bytes(make, tmp_path):
    forget_names()  # automatic names are part of a model
    model, x, y = make(keras)
    model.fit(x, y, epochs=1, batch_size=5, verbose=0)
    model.save(tmp_path / "one.keras")
    forget_names()
    keras.saving.load_model(tmp_path / "one.keras", saved_models.custom_objects(model)).save(
        tmp_path / "two.keras"
    )
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()


def test_the_members_are_keras_s_and_carry_no_date(tmp_path):
    small().save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")


def test_without_compile_the_model_is_not_compiled(tmp_path):
    small().save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", compile=False)
    assert not loaded.compiled


def test_an_optimizer_that_made_no_step(tmp_path):
    model = small()
    model.optimizer.learning_rate = 0.25
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert float(loaded.optimizer.learning_rate) == 0.25
    assert int(loaded.optimizer.iterations) == 0


def test_a_folder_and_an_open_file_hold_the_same_model(tmp_path):
    model, x = small(), np.ones((2, 4), "float32")
    keras.saving.save_model(model, tmp_path / "folder", zipped=False)
    assert sorted(p.name for p in (tmp_path / "folder").iterdir()) == [
        "config.json",
        "metadata.json",
        "model.weights.h5",
    ]
    buffer = io.BytesIO()
    keras.saving.save_model(model, buffer)
    for source in (tmp_path / "folder", buffer):
        np.testing.assert_array_equal(
            keras.saving.load_model(source).predict(x, verbose=0), model.predict(x, verbose=0)
        )


def test_layers_that_are_one_stay_one(tmp_path):
    inner = keras.layers.Dense(4)
    model = keras.Sequential(
        [
            keras.Input((3, 4)),
            keras.layers.TimeDistributed(inner),
            keras.layers.TimeDistributed(inner, name="again"),
        ]
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].layer is loaded.layers[1].layer
    assert len(loaded.weights) == 2


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.layers.Layer):
    """Registered: files may mention it."""

    def call(self, x):
        return x * 2.0


@keras.saving.register_keras_serializable("tests")
def cube(x):
    """A registered activation."""
    return x * x * x


def test_registered_classes_and_functions_are_found(tmp_path):
    model = keras.Sequential([keras.Input((3,)), Doubled(), keras.layers.Dense(2, activation=cube)])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[0]) is Doubled
    assert loaded.layers[1].activation is cube


def test_unregistered_functions_come_from_custom_objects(tmp_path):
    def square_loss(y_true, y_pred):
        return (y_true - y_pred) ** 2

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", square_loss)
    model.save(tmp_path / "model.keras")
    with pytest.raises(ModelFileError, match=r"'square_loss'.*custom_objects"):
        keras.saving.load_model(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", {"square_loss": square_loss})
    assert loaded.loss is square_loss
    with keras.saving.custom_object_scope({"square_loss": square_loss}):
        assert keras.saving.load_model(tmp_path / "model.keras").loss is square_loss


def test_a_lambda_is_refused_when_it_is_saved(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation=lambda x: x)])
    with pytest.raises(ValueError, match=r"A lambda cannot be stored.*named function"):
        model.save(tmp_path / "model.keras")
    assert list(tmp_path.iterdir()) == []


class Vocabulary(keras.layers.Layer):
    """A layer with a file of its own."""

    def __init__(self, words=(), **kwargs):
        super().__init__(**kwargs)
        self.words = list(words)

    def call(self, x):
        return x

    def get_config(self):
        return {"name": self.name}

    def save_assets(self, folder):
        with open(f"{folder}/words.txt", "w") as file:
            file.write("\n".join(self.words))

    def load_assets(self, folder):
        with open(f"{folder}/words.txt") as file:
            self.words = file.read().split("\n")


def test_assets_come_back(tmp_path):
    model = keras.Sequential([keras.Input((3,)), Vocabulary(["a", "b"])])
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert archive.read("assets/layers/vocabulary/words.txt") == b"a\nb"
    loaded = keras.saving.load_model(tmp_path / "model.keras", {"Vocabulary": Vocabulary})
    assert loaded.layers[0].words == ["a", "b"]


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.keras"
    small().save(path)
    before = path.read_bytes()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation=lambda x: x)])
    with pytest.raises(ValueError, match="lambda"):
        model.save(path)
    assert path.read_bytes() == before


def test_an_existing_file_is_kept_without_overwrite(tmp_path):
    small().save(tmp_path / "model.keras")
    with pytest.raises(FileExistsError, match="exists already"):
        small().save(tmp_path / "model.keras", overwrite=False)


@pytest.mark.parametrize("name", ["model", "model.tf", "model.zip"])
def test_nothing_under_another_ending(name, tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.keras.*no such file"):
        keras.saving.load_model(tmp_path / name)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(TypeError, match="save_model expected a model, received"):
        keras.saving.save_model([1, 2], tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"must not end in \.keras"):
        keras.saving.save_model(small(), tmp_path / "model.keras", zipped=False)
    (tmp_path / "text.keras").write_text("no zip archive")
    with pytest.raises(ModelFileError, match=r"text\.keras is not a \.keras file"):
        keras.saving.load_model(tmp_path / "text.keras")
    with pytest.raises(FileNotFoundError):
        keras.saving.load_model(tmp_path / "missing.keras")


def test_reading_needs_no_h5py(tmp_path):
    small().save(tmp_path / "model.keras")
    code = (
        "import sys; sys.modules['h5py'] = None; import minikeras as keras;"
        f"print(keras.saving.load_model({str(tmp_path / 'model.keras')!r}).count_params())"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout.strip() == str(small().count_params()), result.stderr


def test_json_of_a_model_is_read_with_the_same_care():
    model = small()
    assert keras.models.model_from_json(model.to_json()).get_config() == model.get_config()
    with pytest.raises(ModelFileError, match="The JSON text is damaged"):
        keras.models.model_from_json("{")
    with pytest.raises(ModelFileError, match="Lambda"):
        keras.models.model_from_json('{"class_name": "Lambda", "config": {}}')
