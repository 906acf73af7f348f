"""TensorBoard: the event files, read back by the tensorboard package itself."""

import json
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import TensorBoard
from minikeras.callbacks.tensorboard import images_of, png

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3)).astype("float32")
Y = X.sum(axis=1)


def compiled():
    keras.utils.set_random_seed(2)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="hidden"), layers.Dense(1, name="out")])
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    return model


@pytest.fixture
def read():
    """A function that reads the events of a folder."""
    pytest.importorskip("tensorboardX")
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def read(folder):
        events = EventAccumulator(
            str(folder), size_guidance={"scalars": 0, "histograms": 0, "images": 0, "tensors": 0}
        )
        return events.Reload()

    return read


def scalars(events, tag):
    return [(e.step, pytest.approx(e.value, rel=1e-6)) for e in events.Scalars(tag)]


def test_metrics_of_epochs(tmp_path, read):
    callback = TensorBoard(tmp_path, write_steps_per_second=True)
    history = compiled().fit(X, Y, epochs=3, validation_data=(X, Y), verbose=0, callbacks=[callback]).history
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    assert scalars(train, "epoch_loss") == list(enumerate(history["loss"]))
    assert scalars(train, "epoch_mae") == list(enumerate(history["mae"]))
    assert scalars(train, "epoch_learning_rate") == [(i, pytest.approx(0.01)) for i in range(3)]
    assert all(e.value > 0 for e in train.Scalars("epoch_steps_per_second"))
    assert scalars(validation, "epoch_loss") == list(enumerate(history["val_loss"]))
    assert scalars(validation, "evaluation_loss_vs_iterations") == list(
        zip((2, 4, 6), history["val_loss"], strict=True)
    )
    assert not any(tag.startswith("batch_") for tag in train.Tags()["scalars"])
    assert "learning_rate" not in history


def test_metrics_of_batches(tmp_path, read):
    seen = []

    class Watching(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(logs["loss"])

    callbacks = [TensorBoard(tmp_path, update_freq=2), Watching()]
    compiled().fit(X, Y, epochs=2, batch_size=8, verbose=0, callbacks=callbacks)
    events = read(tmp_path / "train")
    assert scalars(events, "batch_loss") == [(n, seen[n - 1]) for n in (2, 4, 6, 8, 10)]


def test_evaluation_alone(tmp_path, read):
    model = compiled()
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, update_freq="batch")])
    events = read(tmp_path / "validation")
    assert scalars(events, "evaluation_loss_vs_iterations") == [(0, loss)]
    assert [e.step for e in events.Scalars("batch_loss")] == [1, 2]


def test_histograms_of_weights_and_gradients(tmp_path, read):
    model = compiled()
    model.fit(X, Y, epochs=3, batch_size=40, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=2)])
    events = read(tmp_path / "train")
    paths = [v.path for v in model.weights]
    expected = [f"{p}/histogram" for p in paths] + [f"{p}/gradient/histogram" for p in paths]
    assert sorted(events.Tags()["histograms"]) == sorted(expected)
    for variable in model.weights:
        (_, last) = events.Histograms(f"{variable.path}/histogram")
        assert last.step == 2
        assert last.histogram_value.min == pytest.approx(variable.numpy().min(), abs=1e-6)
        assert last.histogram_value.sum == pytest.approx(variable.numpy().sum(), abs=1e-5)
    before = compiled()
    before.fit(X, Y, epochs=2, batch_size=40, verbose=0)
    with keras.GradientTape() as tape:
        loss = keras.ops.mean((before(X)[:, 0] - Y) ** 2)
    gradients = tape.gradient(loss, before.trainable_variables)
    for path, gradient in zip(paths, gradients, strict=True):
        value = events.Histograms(f"{path}/gradient/histogram")[-1].histogram_value
        assert value.max == pytest.approx(np.asarray(gradient).max(), rel=1e-3, abs=1e-6)


def test_the_graph_and_the_summary(tmp_path, read):
    model = compiled()
    model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])
    events = read(tmp_path / "train")
    (text,) = events.Tensors("model/text_summary")
    assert b"hidden" in text.tensor_proto.string_val[0]
    (graph,) = events.Tensors("keras")
    assert json.loads(graph.tensor_proto.string_val[0]) == json.loads(model.to_json())
    assert events.SummaryMetadata("keras").plugin_data.plugin_name == "graph_keras_model"


def test_no_graph(tmp_path, read):
    compiled().fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, write_graph=False)])
    assert read(tmp_path / "train").Tags()["tensors"] == []


def test_images_of_weights(tmp_path, read):
    callback = TensorBoard(tmp_path, histogram_freq=1, write_images=True)
    model = compiled()
    model.fit(X, Y, verbose=0, callbacks=[callback])
    events = read(tmp_path / "train")
    kernel = model.layers[0].kernel
    (image,) = events.Images(f"{kernel.path}/image")
    assert (image.height, image.width) == (3, 4)
    Image = pytest.importorskip("PIL.Image")
    import io

    pixels = np.asarray(Image.open(io.BytesIO(image.encoded_image_string)))
    value = kernel.numpy()
    assert np.array_equal(pixels, np.rint((value - value.min()) / np.ptp(value) * 255))


def test_embeddings(tmp_path, read):
    model = keras.Sequential(
        [keras.Input((2,)), layers.Embedding(5, 3, name="words"), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    labels = tmp_path / "labels.tsv"
    labels.write_text("a\nb\nc\nd\ne\n")
    callback = TensorBoard(tmp_path / "logs", embeddings_freq=1, embeddings_metadata={"words": str(labels)})
    model.fit(np.array([[1, 2], [3, 4]]), np.ones((2, 1)), verbose=0, callbacks=[callback])
    from google.protobuf import text_format
    from tensorboard.plugins.projector import ProjectorConfig

    folder = tmp_path / "logs" / "train"
    written = text_format.Parse((folder / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (embedding,) = written.embeddings
    assert embedding.metadata_path == str(labels)
    table = np.loadtxt(folder / embedding.tensor_path, delimiter="\t")
    np.testing.assert_allclose(table, model.layers[0].embeddings.numpy(), rtol=1e-6)
    with pytest.raises(
        ValueError, match=r"names 'word', which is no Embedding layer of the model. Did you mean 'words'"
    ):
        model.fit(
            np.array([[1, 2]]), np.ones((1, 1)), verbose=0,
            callbacks=[TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"word": "x"})],
        )  # fmt: skip


def test_an_interrupted_training_closes_its_files(tmp_path, read):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    callback = TensorBoard(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        compiled().fit(X, Y, epochs=3, verbose=0, callbacks=[callback, Interrupt()])
    assert callback._writers == {}
    assert len(read(tmp_path / "train").Scalars("epoch_loss")) == 2


def test_without_tensorboardx(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(
        ImportError,
        match=r"needs the package tensorboardX. Install it with: pip install minikeras-nn\[tensorboard\]",
    ):
        compiled().fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path)])


def test_arguments():
    with pytest.raises(ValueError, match="profiling is not available. Received: profile_batch=2"):
        TensorBoard(profile_batch=2)
    with pytest.raises(ValueError, match="update_freq must be 'batch', 'epoch' or a positive number"):
        TensorBoard(update_freq="step")


@pytest.mark.parametrize(
    ("shape", "images"),
    [
        ((4,), [(1, 4, 1)]),
        ((2, 5), [(2, 5, 1)]),
        ((5, 2), [(2, 5, 1)]),
        ((3, 4, 2), [(3, 4, 1)] * 2),
        ((3, 3, 5, 2), []),
    ],
)
def test_shapes_of_images(shape, images):
    assert [image.shape for image in images_of(RNG.normal(size=shape))] == images


@pytest.mark.parametrize("colors", [1, 3, 4])
def test_png_is_read_back(colors):
    image = pytest.importorskip("matplotlib.image")
    import io

    pixels = RNG.integers(0, 256, (5, 7, colors)).astype("uint8")
    back = image.imread(io.BytesIO(png(pixels)), format="png")
    assert np.array_equal(np.rint(back * 255).astype("uint8").reshape(pixels.shape), pixels)
