"""What cannot be exported is refused by name and with a remedy; nothing is left half written or changed."""

import builtins
import io
import threading

import numpy as np
import pytest
from runtime import assert_agrees, exported, onnx

import minikeras as keras
from minikeras import layers, ops
from minikeras.export import ExportError, export_onnx, onnx_file
from minikeras.layers import InputSpec


def simple():
    return keras.Sequential([keras.Input((4,), name="x"), layers.Dense(3, name="dense")], name="simple")


# Layers that do what no graph can


class WithNumPy(keras.Layer):
    def call(self, inputs):
        return ops.convert_to_tensor(np.sin(inputs.numpy()))


class AMeanInNumPy(keras.Layer):
    def call(self, inputs):
        return inputs * float(np.mean(np.asarray(inputs)))


class AnIf(keras.Layer):
    def call(self, inputs):
        return inputs * 2 if ops.sum(inputs) > 0 else inputs * 3


class ACond(keras.Layer):
    def call(self, inputs):
        return ops.cond(ops.sum(inputs) > 0, lambda: inputs * 2, lambda: inputs * 3)


class ALoop(keras.Layer):
    def call(self, inputs):
        for _ in range(int(ops.sum(ops.abs(inputs)))):
            inputs = inputs + 1
        return inputs


class ItsOwnZeros(keras.Layer):
    def call(self, inputs):
        return ops.concatenate([inputs, np.ones((inputs.shape[0], 1), "float32")], axis=1)


class BesideTheOperations(keras.Layer):
    """Reads arrays where nothing sees it: its outputs give it away."""

    def call(self, inputs):
        return ops.convert_to_tensor(np.where(inputs.array > 1e9, np.float32(1), np.float32(0)))


class Noise(keras.Layer):
    def call(self, inputs):
        return inputs + keras.random.normal((3,))


class SeededNoise(keras.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1)

    def call(self, inputs):
        return inputs + keras.random.normal(inputs.shape, seed=self.seed_generator)


class Counter(keras.Layer):
    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

    def call(self, inputs):
        self.count.assign_add(1.0)
        return inputs * 2


class OverBatches(keras.Layer):
    def call(self, inputs):
        return ops.stack([row * 2 for row in inputs])


class NoForm(keras.Layer):
    def call(self, inputs):
        return ops.erfinv(ops.tanh(inputs))


LOOKS = "looks at the values of tensors in Python"
CHANGES = "depends on the values or the unknown sizes"
BESIDE = "no operation of minikeras.ops made"


@pytest.mark.parametrize(
    ("cls", "why", "fixed"),
    [
        (WithNumPy, LOOKS, True),
        (AMeanInNumPy, LOOKS, True),
        (AnIf, LOOKS, True),
        (ACond, LOOKS, True),
        (ALoop, f"{LOOKS}|{CHANGES}", True),
        (ItsOwnZeros, BESIDE, False),
        (BesideTheOperations, BESIDE, True),
        (Noise, BESIDE, True),
        (SeededNoise, "it draws random numbers when it predicts", True),
        (Counter, "calling it changes the variable '.*count'", True),
        (OverBatches, CHANGES, False),
        (NoForm, "no ONNX form of its operation 'erfinv'", True),
    ],
)
def test_a_layer_is_refused_by_name(cls, why, fixed):
    for batch in (None, 6) if fixed else (None,):
        layer = cls(name="culprit")
        model = keras.Sequential([keras.Input((3,), batch_size=batch), layers.Dense(3), layer])
        before = [w.numpy() for w in model.weights]
        with pytest.raises(
            ExportError, match=rf"{cls.__name__} 'culprit' cannot be exported: .*({why}).*\. \w+"
        ):
            exported(model)
        for weight, value in zip(model.weights, before, strict=True):
            np.testing.assert_array_equal(weight.numpy(), value)
        assert "call" not in vars(layer)


def test_numpy_on_a_batch_of_fixed_size_is_a_constant():
    model = keras.Sequential([keras.Input((3,), batch_size=6), ItsOwnZeros()])
    assert_agrees(model, lambda size: np.ones((6, 3), "float32"))


def test_a_loop_over_unknown_time_is_refused_and_over_known_time_is_not():
    def model(steps):
        return keras.Sequential([keras.Input((steps, 2)), layers.LSTM(3, activation="elu", name="walk")])

    with pytest.raises(ExportError, match=r"LSTM 'walk' cannot be exported: .* fixed size in Input\(shape\)"):
        exported(model(None))
    assert_agrees(model(4), lambda size: np.ones((size, 4, 2), "float32"))


def test_stateful_layers_are_refused_and_keep_their_states():
    model = keras.Sequential([keras.Input((4, 2), batch_size=3), layers.GRU(2, stateful=True, name="memory")])
    model(np.ones((3, 4, 2), "float32"))
    before = model.layers[0].states[0].numpy()
    with pytest.raises(ExportError, match="GRU 'memory' cannot be exported: it is stateful"):
        exported(model)
    np.testing.assert_array_equal(model.layers[0].states[0].numpy(), before)


def test_what_is_random_only_in_training_is_exported():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dropout(0.5, seed=1), layers.GaussianNoise(1.0, seed=2), layers.Dense(2)]
    )
    assert_agrees(model, lambda size: np.ones((size, 4), "float32"))
    sampling = keras.Sequential([keras.Input((4,)), SeededNoise(name="z")])
    state = sampling.layers[0].seed_generator.state.numpy()
    with pytest.raises(ExportError, match="SeededNoise 'z' cannot be exported: it draws random numbers"):
        exported(sampling)
    np.testing.assert_array_equal(sampling.layers[0].seed_generator.state.numpy(), state)


def test_an_error_of_the_call_itself_names_the_layer():
    class Picky(keras.Layer):
        def call(self, inputs):
            if inputs.shape[0] == 3 and not keras.autodiff.tensor.state.probing:
                raise RuntimeError("three is too many")
            return inputs

    model = keras.Sequential([keras.Input((4,)), Picky(name="picky")])
    with pytest.raises(ExportError, match="Picky 'picky' cannot be exported: .*three is too many"):
        exported(model)


# Arguments


@pytest.mark.parametrize("name", ["model.h5", "model", "model.keras", "saved/"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(
        ValueError, match=r"'simple': export writes ONNX files, received the path .*export\('model.onnx'\)"
    ):
        simple().export(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["tf_saved_model", "litert", "openvino", "ONNX "])
def test_other_formats_are_refused(tmp_path, kind):
    with pytest.raises(ValueError, match=rf"received format='{kind}'.*model\.save\('model\.keras'\)"):
        simple().export(tmp_path / "model.onnx", format=kind)
    assert list(tmp_path.iterdir()) == []


def test_format_and_file_objects(tmp_path, capsys):
    model, file = simple(), io.BytesIO()
    model.export(tmp_path / "without_ending", format="onnx")
    model.export(str(tmp_path / "model.onnx"), verbose=True)
    assert "Exported Sequential 'simple' to " in capsys.readouterr().out
    model.export(file)
    assert (
        (tmp_path / "without_ending").read_bytes()
        == (tmp_path / "model.onnx").read_bytes()
        == file.getvalue()
    )


def test_equal_models_give_equal_bytes():
    first, second = simple(), simple()
    second.set_weights(first.get_weights())
    assert exported(first) == exported(first) == exported(second)
    second.layers[0].bias.assign(np.ones(3))
    assert exported(first) != exported(second)


def test_the_versions_written():
    proto = onnx.load_from_string(exported(simple()))
    assert [(o.domain, o.version) for o in proto.opset_import] == [("", 18)]
    assert (proto.ir_version, proto.producer_name, proto.graph.name) == (8, "minikeras", "simple")
    assert not any(node.doc_string for node in proto.graph.node)
    simple().export(io.BytesIO(), opset_version=18)
    for version in (17, 21, "18", True):
        with pytest.raises(ExportError, match="opset_version must be 18"):
            simple().export(io.BytesIO(), opset_version=version)


def test_a_failed_export_leaves_the_old_file(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")
    with pytest.raises(ExportError):
        keras.Sequential([keras.Input((3,)), NoForm()]).export(path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"]
    with pytest.raises(FileNotFoundError, match="its folder does not exist"):
        simple().export(tmp_path / "missing" / "model.onnx")
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(IsADirectoryError):
        simple().export(tmp_path / "folder.onnx")


def test_models_of_unknown_shape_are_refused():
    model = keras.Sequential([layers.Dense(3)], name="unbuilt")
    with pytest.raises(
        ExportError, match="'unbuilt' cannot be exported: it was not called yet.*input_signature"
    ):
        exported(model)
    assert_agrees(
        model,
        lambda size: np.ones((size, 4), "float32"),
        signature=[InputSpec(shape=(None, 4), dtype="float32")],
    )


@pytest.mark.parametrize("signature", [[InputSpec(ndim=2)], ["float32"], [3], [None], {"x": (None, 4)}])
def test_signatures_that_say_nothing_are_refused(signature):
    with pytest.raises(ExportError, match=r"input_signature expected InputSpec objects with a shape"):
        exported(simple(), signature)


@pytest.mark.parametrize("shape", [(None, 5), (None, 4, 1), ()])
def test_signatures_that_do_not_fit_are_refused(shape):
    with pytest.raises(ExportError, match="do not fit the model's inputs"):
        exported(simple(), [InputSpec(shape=shape)])


def test_a_signature_may_fix_what_is_open():
    model = keras.Sequential([keras.Input((None, 2)), layers.LSTM(3, activation="elu")])
    signature = [InputSpec(shape=(None, 4, 2))]
    assert_agrees(model, lambda size: np.ones((size, 4, 2), "float32"), signature=signature)
    assert_agrees(
        simple(), lambda size: np.ones((size, 4), "float32"), signature=[np.zeros((9, 4), "float32")]
    )


def test_strings_are_refused():
    class Words(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ExportError, match="'words' cannot be exported: its input 'text' has dtype string"):
        exported(Words(name="words"), [InputSpec(shape=(None,), dtype="string", name="text")])


def test_models_too_large_for_the_format_are_refused(monkeypatch):
    monkeypatch.setattr(onnx_file, "_LARGEST", 50)
    with pytest.raises(ExportError, match="'simple' cannot be exported: its weights take more than 2 GiB"):
        exported(simple())


def test_without_the_package(monkeypatch, tmp_path):
    real = builtins.__import__

    def without_onnx(name, *args, **kwargs):
        if name == "onnx":
            raise ImportError("No module named 'onnx'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    with pytest.raises(ImportError, match=r"pip install minikeras-nn\[onnx\]"):
        simple().export(tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


# Around it


def test_nothing_is_recorded_on_tapes():
    model = simple()
    x = keras.Variable(np.ones((2, 4), "float32"))
    with keras.GradientTape() as tape:
        y = ops.sum(model(x))
        exported(model)
    assert tape.gradient(y, x).shape == (2, 4)
    assert len(tape.nodes) < 10


def test_penalties_of_the_trials_are_forgotten():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activity_regularizer="l2")])
    exported(model)
    assert model.losses == []


def test_models_in_two_threads():
    models, found = [simple(), simple()], {}
    expected = [exported(model) for model in models]

    def work(i):
        found[i] = [exported(models[i]) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [set(found[i]) for i in range(2)] == [{data} for data in expected]


def test_returns_the_number_of_nodes():
    assert export_onnx(simple(), io.BytesIO()) == 2
