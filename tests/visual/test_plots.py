"""Pictures of trainings, weights and activations: rendered, and what is on them looked at."""

import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, utils

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.filterwarnings("error")


def pixels(figure):
    """What the figure looks like: (height, width, 3) from 0 to 255."""
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(int)


def titles(figure):
    return [axes.get_title("left") for axes in figure.axes]


def share(figure, color, tolerance=12):
    """How much of the figure has a colour."""
    return float((np.abs(pixels(figure) - color).max(axis=-1) <= tolerance).mean())


BLUE, ORANGE = (44, 111, 173), (224, 118, 47)


# History


def trained(**arguments):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    x = np.random.default_rng(0).random((20, 3))
    return model.fit(x, x.sum(1), epochs=3, verbose=0, **arguments)


def test_history_has_axes_for_each_metric_and_the_learning_rate():
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    history = trained(validation_split=0.2, callbacks=[schedule])
    figure = utils.plot_history(history, title="a run")
    assert titles(figure) == ["loss", "mae", "learning_rate"]
    assert figure.get_suptitle() == "a run"
    loss, _, rate = figure.axes
    training, validation = loss.lines
    np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(training.get_ydata(), history.history["loss"])
    np.testing.assert_allclose(validation.get_ydata(), history.history["val_loss"])
    assert [text.get_text().split()[0] for text in loss.get_legend().get_texts()] == [
        "training",
        "validation",
    ]
    assert len(rate.lines) == 1
    assert share(figure, BLUE) > 0.001
    assert share(figure, ORANGE) > 0.001


def test_history_of_chosen_metrics_and_of_one_epoch():
    history = {"loss": [1.0], "val_loss": [2.0], "top": [np.nan], "other": [[1, 2]]}
    assert titles(utils.plot_history(history)) == ["loss", "top"]
    assert titles(utils.plot_history(history, metrics=["val_loss"])) == ["val_loss"]
    assert share(utils.plot_history(history), ORANGE) > 0.0001  # a mark, for a line needs two epochs


def test_validation_that_is_not_due_in_every_epoch():
    figure = utils.plot_history({"loss": [4.0, 3.0, 2.0, 1.0], "val_loss": [5.0, 6.0]})
    assert list(figure.axes[0].lines[1].get_xdata()) == [3, 4]


def test_a_wide_range_is_logarithmic():
    axes = utils.plot_history({"loss": [100.0, 1.0, 0.01], "mae": [1.0, 0.9, 0.8]}).axes
    assert [a.get_yscale() for a in axes] == ["log", "linear"]


def test_history_errors():
    with pytest.raises(TypeError, match=r"plot_history expected what fit returned.*received list"):
        utils.plot_history([1, 2])
    with pytest.raises(ValueError, match="at least one epoch of numbers, received an empty history"):
        utils.plot_history({"loss": []})
    with pytest.raises(ValueError, match=r"expected metrics among \['loss'\], received \['acc'\]"):
        utils.plot_history({"loss": [1.0]}, metrics=["acc"])


# Confusion matrix


def cell_texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_confusion_matrix_counts():
    figure = utils.plot_confusion_matrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], labels=["a", "b", "c"])
    axes = figure.axes[0]
    assert cell_texts(figure) == ["1", "1", "·", "·", "1", "·", "1", "·", "2"]
    assert axes.get_title("left") == "accuracy 66.7 % of 6"
    assert [t.get_text() for t in axes.get_xticklabels()] == ["a", "b", "c"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "true")
    assert share(figure, (8, 48, 107)) > 0.02  # the darkest blue: the cell of two
    np.testing.assert_array_equal(axes.images[0].get_array(), [[1, 1, 0], [0, 1, 0], [1, 0, 2]])


@pytest.mark.parametrize(
    ("y_true", "y_pred"),
    [
        ([0, 1, 1, 0], [[0.2], [0.9], [0.4], [0.1]]),
        (np.array([[1], [0], [0], [1]]) == 0, [0.2, 0.9, 0.4, 0.1]),
        ([[1, 0], [0, 1], [0, 1], [1, 0]], [[0.8, 0.2], [0.1, 0.9], [0.6, 0.4], [0.9, 0.1]]),
        ([0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]),
    ],
)
def test_confusion_matrix_takes_what_models_take_and_give(y_true, y_pred):
    assert cell_texts(utils.plot_confusion_matrix(y_true, y_pred)) == ["2", "·", "1", "1"]


@pytest.mark.parametrize(
    ("normalize", "texts"),
    [
        ("true", ["67 %", "33 %", "·", "100 %"]),
        ("pred", ["100 %", "50 %", "·", "50 %"]),
        ("all", ["50 %", "25 %", "·", "25 %"]),
    ],
)
def test_confusion_matrix_in_shares(normalize, texts):
    assert cell_texts(utils.plot_confusion_matrix([0, 0, 0, 1], [0, 0, 1, 1], normalize=normalize)) == texts


def test_confusion_matrix_of_many_classes_has_no_numbers():
    many = np.arange(60)
    assert cell_texts(utils.plot_confusion_matrix(many, many)) == []


def test_confusion_matrix_errors():
    with pytest.raises(ValueError, match=r"expected normalize among .*received 'rows'"):
        utils.plot_confusion_matrix([0], [0], normalize="rows")
    with pytest.raises(ValueError, match="y_true for 2 samples and y_pred for 1"):
        utils.plot_confusion_matrix([0, 1], [0])
    with pytest.raises(ValueError, match="expected classes from 0 to 1, received classes from 0 to 2"):
        utils.plot_confusion_matrix([0, 2], [0, 1], labels=["a", "b"])
    with pytest.raises(ValueError, match="expected y_true as whole numbers"):
        utils.plot_confusion_matrix(["a"], [0])


# Weights and activations


def network():
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(6, 3, name="colors"),
            layers.Conv2D(40, 3, name="many"),
            layers.BatchNormalization(name="norm"),
            layers.Flatten(name="flat"),
            layers.Dense(5, name="dense"),
        ]
    )


def test_weights_of_a_model():
    figure = utils.plot_weights(network(), title="net")
    assert titles(figure)[::2] == [
        "colors kernel (3, 3, 3, 6)",
        "many kernel (3, 3, 6, 40), the first 32 of 40 filters, 1 of 6 input channels",
        "dense kernel (640, 5)",
    ]
    assert titles(figure)[1].startswith("mean ")
    assert figure.axes[0].images[0].get_array().shape == (3, 23, 3)  # six tiles in colours with gaps
    assert figure.axes[2].images[0].get_array().shape == (7, 63)  # two rows of sixteen tiles


def test_weights_are_blue_below_and_red_above_zero():
    layer = layers.Dense(2)
    layer.build((None, 2))
    layer.kernel.assign([[1.0, -1.0], [0.0, 0.0]])
    figure = utils.plot_weights(layer)
    assert (
        titles(figure)[::2] == ["dense kernel (2, 2)", "dense bias (2,)"]
        or "kernel (2, 2)" in titles(figure)[0]
    )
    assert share(figure, (103, 0, 31)) > 0.02
    assert share(figure, (5, 48, 97)) > 0.02


def test_units_as_images():
    model = keras.Sequential([keras.Input((16,)), layers.Dense(3, name="d")])
    image = utils.plot_weights(model, image_shape=(4, 4)).axes[0].images[0].get_array()
    kernel = model.layers[0].kernel.numpy()
    np.testing.assert_allclose(image[:, :4], kernel[:, 0].reshape(4, 4), rtol=1e-6)
    np.testing.assert_allclose(image[:, 5:9], kernel[:, 1].reshape(4, 4), rtol=1e-6)


@pytest.mark.parametrize(
    "layer", [layers.Conv1D(4, 3), layers.Conv3D(4, 2), layers.LSTM(3), layers.DepthwiseConv2D(3), layers.LayerNormalization()]
)  # fmt: skip
def test_weights_of_layers_of_every_kind(layer):
    shapes = {
        "Conv1D": (None, 9, 2),
        "Conv3D": (None, 5, 5, 5, 2),
        "LSTM": (None, 4, 2),
        "DepthwiseConv2D": (None, 6, 6, 3),
    }
    layer.build(shapes.get(type(layer).__name__, (None, 6)))
    figure = utils.plot_weights(layer)
    assert len(figure.axes) == 2 * len(layer.weights)
    assert pixels(figure).std() > 1


def test_weights_that_are_not_finite_are_counted():
    layer = layers.Dense(2)
    layer.build((None, 2))
    layer.kernel.assign([[np.nan, 1.0], [2.0, np.inf]])
    assert titles(utils.plot_weights(layer))[1].endswith("2 not finite")


def test_activations():
    model = network()
    x = np.random.default_rng(0).random((3, 8, 8, 3)).astype("float32")
    figure = utils.plot_activations(model, x, sample=1)
    assert titles(figure) == [
        "input (8, 8, 3)",
        "colors (Conv2D) (6, 6, 6)",
        "many (Conv2D) (4, 4, 40), the first 32 channels",
        "norm (BatchNormalization) (4, 4, 40), the first 32 channels",
        "flat (Flatten) (640,)",
        "dense (Dense) (5,)",
    ]
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), x[1], rtol=1e-6)
    heights = [bar.get_height() for bar in figure.axes[-1].patches]
    np.testing.assert_allclose(heights, model.predict(x, verbose=0)[1], rtol=1e-4)
    assert all("call" not in vars(layer) for layer in model.layers)
    assert titles(utils.plot_activations(model, x, layers=["dense"])) == ["dense (Dense) (5,)"]


def test_activations_of_sequences_and_subclasses():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.embed, self.read = layers.Embedding(9, 4), layers.GRU(3, return_sequences=True)

        def call(self, x):
            return self.read(self.embed(x))

    figure = utils.plot_activations(Own(), np.arange(6)[None])
    assert [title.split(" ", 1)[1] for title in titles(figure)] == [
        "(6,)",
        "(Embedding) (6, 4)",
        "(GRU) (6, 3)",
    ]
    assert figure.axes[1].images[0].get_array().shape == (4, 6)


def test_activations_of_data_of_other_kinds():
    pandas = pytest.importorskip("pandas")
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3, name="d")])
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [True, False]})
    expected = ["input (2,)", "d (Dense) (3,)"]
    assert titles(utils.plot_activations(model, frame)) == expected
    assert titles(utils.plot_activations(model, [[1, 2], [3, 4]])) == expected


def test_gallery_errors():
    with pytest.raises(TypeError, match="plot_weights expected a layer or a model, received 3"):
        utils.plot_weights(3)
    with pytest.raises(ValueError, match=r"Dense 'd' has none yet: it is not built"):
        utils.plot_weights(layers.Dense(2, name="d"))
    with pytest.raises(ValueError, match=r"names of layers among \['colors'.*received \['nope'\]"):
        utils.plot_activations(network(), np.ones((1, 8, 8, 3)), layers=["nope"])
    with pytest.raises(ValueError, match=r"expected a batch with sample 4, received shape \(1, 8, 8, 3\)"):
        utils.plot_activations(network(), np.ones((1, 8, 8, 3)), sample=4)


# Where they are drawn


def test_nothing_pops_up_and_nothing_is_kept(tmp_path):
    import matplotlib.pyplot

    figure = utils.plot_history({"loss": [1.0, 2.0]})
    assert matplotlib.pyplot.get_fignums() == []
    figure.savefig(tmp_path / "loss.svg")
    assert b"<svg" in (tmp_path / "loss.svg").read_bytes()
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_without_matplotlib_the_error_names_the_extra():
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import minikeras as keras\n"
        "try:\n    keras.utils.plot_history({'loss': [1.0]})\n"
        "except ImportError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == (
        "plot_history needs matplotlib, which is not installed. Run: pip install 'minikeras-nn[plots]'"
    ), run.stderr
