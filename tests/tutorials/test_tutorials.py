"""Scripts in the manner of each era run under `minikeras run`, as processes of their own, and learn what they should."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"


def run(path, folder):
    """Run one script in a folder of its own; its exit code, output and errors. A user's warning is an error."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "OPENBLAS_NUM_THREADS": "1",
        "MINIKERAS_SEED": "1",  # a script may set none: its weights are then as random as its author's were
        "MPLBACKEND": "agg",
    }
    folder.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-m", "minikeras", "run", path],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def runs_folder(tmp_path_factory):
    """The folder with a folder for each script."""
    folder = tmp_path_factory.getbasetemp() / "tutorials"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory, request):
    """The runs of all scripts that are tested, begun at once, as many side by side as there are processors."""
    folder = runs_folder(tmp_path_factory)
    wanted = [
        item.callspec.params["name"]
        for item in request.session.items
        if item.module is request.module and hasattr(item, "callspec")
    ]
    if any("second_run" in item.name for item in request.session.items) and "lenet_mnist" not in wanted:
        wanted.append("lenet_mnist")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {n: pool.submit(run, SCRIPTS / f"{n}.py", folder / n) for n in wanted}


def last(pattern, bound):
    """A check: the last number that the pattern finds is at least the bound."""

    def check(output):
        found = [float(text) for text in re.findall(pattern, output)]
        assert found, f"nothing like {pattern!r} in the output"
        assert found[-1] >= bound, f"{pattern!r} gave {found[-1]}"

    return check


def prints(*lines):
    """A check: the output has these lines, numbers being equal to five digits, whatever the blanks between them."""

    def check(output):
        number = re.compile(r"-?\d+\.\d*(?:e-?\d+)?")
        words, numbers = _parts(output, number)
        for line in lines:
            expected_words, expected = _parts(line, number)
            places = [i for i in range(len(words)) if words[i : i + len(expected_words)] == expected_words]
            assert any(
                numbers[i : i + len(expected)] == pytest.approx(expected, rel=2e-5, abs=2e-6) for i in places
            ), f"{line!r} is not in {output!r}"

    return check


def _parts(text, number):
    """The words of a text, with # for each number, and for each word its number (0 for one without)."""
    spaced = re.sub(r"([\[\](),])", r" \1 ", text).split()
    return [number.sub("#", w) for w in spaced], [
        float(m[0]) if (m := number.search(w)) else 0.0 for w in spaced
    ]


def above(pattern, bound):
    """A check: every number that the pattern finds (at least one) is at least the bound."""

    def check(output):
        found = [float(text) for text in re.findall(pattern, output)]
        assert found, f"nothing like {pattern!r} in the output"
        assert min(found) >= bound, f"{pattern!r} gave {found}"

    return check


def says(*lines):
    """A check: the output has these pieces, in this order."""

    def check(output):
        place = 0
        for line in lines:
            assert line in output[place:], f"{line!r} is not in the output after {output[:place][-80:]!r}"
            place = output.index(line, place) + len(line)

    return check


def told(*spellings):
    """A check of standard error: these older spellings were told; a check marked so gets the errors."""

    def check(errors):
        for spelling in spellings:
            assert re.search(rf"^minikeras: .*{re.escape(spelling)}", errors, re.MULTILINE), (
                f"{spelling!r} was not told"
            )

    check.of_errors = True
    return check


CHECKS = {
    "iris_six_steps": [
        last(r"val_sparse_categorical_accuracy: ([\d.]+)", 0.9),
        says("Epoch 500/500", 'Model: "sequential', "dense (Dense)", "Trainable params: 15"),
        told("SGD(lr=...)"),
    ],
    "iris_subclass": [
        last(r"val_sparse_categorical_accuracy: ([\d.]+)", 0.9),
        says("Epoch 500/500", 'Model: "iris_model', "(Dense)", "15"),
        told("SGD(lr=...)"),
    ],
    "softmax_by_hand": [
        # What TensorFlow 2.21 prints.
        prints(
            "tf.Tensor([0.18142608 0.8130953  0.00547859], shape=(3,), dtype=float32)",
            "tf.Tensor([ 9.037777   5.4365635 20.453417 ], shape=(3,), dtype=float32)",
            "tf.Tensor( [[0.18242553 0.8175745 ] [0.5        0.5       ] [0.01798621 0.98201376]], shape=(3, 2), dtype=float32)",
            "After softmax, y_pro is: tf.Tensor([0.25598174 0.69583046 0.0481878 ], shape=(3,), dtype=float32)",
            "tf.Tensor([0.05290006 0.9470999 ], shape=(2,), dtype=float32)",
            "y: tf.Tensor([[ 1.0099998  2.008     -0.6600003]], shape=(1, 3), dtype=float32)",
            "The output of y_dim: tf.Tensor([0.25633812 0.69540703 0.04825488], shape=(3,), dtype=float32)",
        ),
        says(
            "tf.Tensor(\n[[",
            "[0.5 1. ]",
            "tf.Tensor([0.0529 0.9471], shape=(2,), dtype=float32)",
            "x1.shape: (1, 4)",
            "w1.shape: (4, 3)",
        ),
    ],
    "softmax_in_a_session": [
        prints("[[0.09003057 0.24472848 0.66524094] [0.01714783 0.04661262 0.93623954]]", "[1. 1.]"),
        says("True"),
        told("tf.Session"),
    ],
    "lenet_mnist": [above(r"validation accuracy: ([\d.]+)", 0.6), says("Total params", "saved: True True")],
    "keras1_mnist_mlp": [
        above(r"Test accuracy: ([\d.]+)", 0.8),
        says("4000 train samples", "dense_1", "['acc"),
        told("Dense(output_dim=...)", "keras.layers.core", "keras.utils.np_utils", "nb_epoch"),
    ],
    "keras1_mnist_cnn": [
        above(r"(?:Test accuracy|Agreement): ([\d.]+)", 0.6),
        says("X_train shape: (1000, 28, 28, 1)", "(3, 10)"),
        told("Convolution2D", "border_mode", "subsample", "predict_classes", "image_dim_ordering"),
    ],
    "keras1_imdb_lstm": [
        above(r"Test accuracy: ([\d.]+)", 0.7),
        told("dropout_W", "inner_activation", "consume_less"),
    ],
    "keras1_merge": [
        above(r"concat \(None, 1\) ([\d.]+)", 0.9),
        says("sum (5, 6)", "mul (5, 6)", "concat (5, 12)", "dot (5, 1)", "cos (5, 1)", "difference 0.0"),
        told("Merge", "W_regularizer"),
    ],
    "keras1_generator": [
        above(r"Test accuracy: ([\d.]+)", 0.8),
        says("epochs 6", "(160, 2)"),
        told("fit_generator", "evaluate_generator", "predict_generator", "SGD(lr=...)"),
    ],
    "keras1_stateful_lstm": [
        says("(200, 1) improves True", "(2, 5, 2)"),
        told("batch_input_shape", "TimeDistributedDense"),
    ],
    "keras1_intermediate": [
        says("(30, 8)", "True", "6", "True", "6.0 1e-07 float32"),
        told("keras.backend.function"),
    ],
    "keras2_mnist_cnn": [
        above(r"Test accuracy: ([\d.]+)", 0.7),
        says("x_train shape: (1000, 28, 28, 1)", "Epoch 3/3"),
        told("SGD(lr=...)".replace("SGD", "Adam")),
    ],
    "keras2_sequence": [
        above(r"(?:Validation|Evaluated) accuracy: ([\d.]+)", 0.9),
        says("['acc', 'loss', 'val_acc', 'val_loss']", "(64, 2)", "(3, 1) 96"),
        told("fit_generator", "evaluate_generator", "predict_generator", "CuDNNLSTM"),
    ],
    "keras2_vae": [says("improves True", "(10, 2) (1, 784)")],
    "keras2_text": [
        above(r"Accuracy: ([\d.]+)", 80),
        says("16 ", "(10, 4)", "(None, 4, 8)", "[1, 1, 1, 1, 1, 0, 0, 0", "(10,)"),
        told("predict_classes", "input_length"),
    ],
    "keras2_pictures_from_folders": [
        above(r"Validation accuracy: ([\d.]+)", 0.9),
        says("Found 48 images belonging to 2 classes.", "{'cats': 0, 'dogs': 1} 8", "\n4\n"),
    ],
    "keras2_scikit_learn": [above(r"Baseline: ([\d.]+)%", 80), says("['batch_size', 'neurons'] True")],
    "keras2_custom": [
        says(
            "True True",
            "improves True",
            "(None, 1) 0.001",
            "0.01 96",
            "True",
        ),
    ],
    "keras2_callbacks": [
        above(r"acc: ([\d.]+)%", 60),
        says("'acc'", "'val_acc'", "0.02 0.01 True", "0.02", "epoch,acc,", "True"),
    ],
    "keras2_time_series": [says("Test Score: ", "16 (8, 6, 1) (8, 1)", "True", "(8, 2, 1)")],
    "keras2_seq2seq": [says("improves True", "(1, 1, 6)")],
    "keras2_text_generation": [says("total chars: 28", "like the text: True"), told("np.float")],
    "keras2_gan": [says("29 [D loss: ", "(2, 4, 4, 1)"), above(r"G loss: ([\d.]+)", 0.1)],
    "tf1_linear_regression": [
        says("Epoch: 0050", "Optimization Finished!"),
        told("tf.placeholder", "tf.Session"),
    ],
    "tf1_mnist_softmax": [above(r"^(0\.\d+|1\.0)$".replace("^", "(?m)^"), 0.8)],
    "tf1_mnist_deep": [above(r"test accuracy ([\d.]+)", 0.6), says("step 40, training accuracy")],
    "tf1_compat_v1": [
        says(
            "Addition with constants: 5",
            "Multiplication with constants: 6",
            "Addition with variables: 5",
            "Multiplication with variables: 6",
            "[[12.]]",
            "1\n2\n3\n",
            "final loss below 0.05: True",
        )
    ],
    "tf2_quickstart_beginner": [
        above(r"accuracy: ([\d.]+)\n?\Z", 0.85),
        says("TensorFlow version: 2", "(1, 10)", "True", "Epoch 3/3", "32/32 - ", "(5, 10)"),
    ],
    "tf2_quickstart_advanced": [above(r"Epoch 3, .*, Accuracy: ([\d.]+),", 75), told("reset_states")],
    "tf2_data_pipelines": [
        says(
            "8 3 0 8 2 1",
            "TensorSpec(shape=(), dtype=tf.int32, name=None)",
            "(1, 11)",
            "tf.Tensor([",
            "fitted: True",
            "[ 0.5 -1.   1.5]",
        )
    ],
    "tf2_regression": [says("True", "Validation MAE below 1.5: True", "(7,)", "True")],
    "tf2_text": [above(r"accuracy: ([\d.]+)", 0.9), says("[True, False]", "(3, 10)")],
    "tf2_autodiff": [
        says(
            "6.0",
            "(3, 2) (3, 2)",
            "(2,)",
            "27.0 18.0",
            "Variables: 2",
            "W = 3.00, b = 2.00",
            "tf.Tensor(\n[[ 0  1  2  3]\n [ 4  5  6  7]\n [ 8  9 10 11]], shape=(3, 4), dtype=int32)",
            "tf.Tensor([ 8  9 10 11], shape=(4,), dtype=int32) 1 12",
            "tf.Tensor([1 2 3], shape=(3,), dtype=int32)",
        )
    ],
    "tf2_dcgan": [says("True True (1, 8, 8, 1)", "True")],
    "tf2_saving": [
        says("training_1/cp.ckpt", "True", os.path.join("training_2", "cp-0003.ckpt"), "(Dense)", "True"),
    ],
    "tf2_transfer_and_functional": [says("department_loss", "2 4", "['loss', 'mae'] True")],
    "keras3_custom_layers": [says("weights: 1 trainable: 0", "improves True", "True", "(3, 2)")],
    "keras3_transformer": [above(r"accuracy: ([\d.]+)", 0.8), says("(2, 2)")],
    "keras3_timeseries": [
        says("Input shape: (64, 12, 1) Target shape: (64, 1)", "loss below 0.02: True", "] True")
    ],
    "keras3_denoising_autoencoder": [says("Conv2DTranspose", "improves True", "(64, 28, 28, 1)")],
    "keras1_vae_loss": [
        says("improves True ['loss', 'val_loss']", "(200, 2)"),
        told("a loss that reads symbolic tensors (vae_loss)"),
    ],
    "keras1_memory_network": [
        above(r"Accuracy: ([\d.]+)", 0.3),
        says("inputs: 3", "[(20, 6), (20, 3), (20, 6)]"),
        told("keras.slice_X", "six.moves", "Merge"),
    ],
    "keras1_irnn": [
        above(r"Accuracy: ([\d.]+)", 0.8),
        says("learned: True (12,) 6"),
        told("keras.initializations"),
    ],
    "keras2_book_vae": [
        says("improves True", "(1, 8, 8, 1)", "activations: [(1, 4), (1, 1)]"),
        told("Callback.validation_data".replace("Callback", "ActivationLogger")),
    ],
    "keras2_learning_rates": [
        says(
            "rates: [0.1, 0.2, 0.4, 0.8]",
            "LR: 0.192308",
            "LR: 0.092593",
            "lr: [0.2, 0.1]",
            "fc1 (None, 6) (None, 8) 56",
            "['loss', 'a_loss', 'b_loss', 'b_accuracy'] 4",
        ),
        told("Dense.input_shape"),
    ],
    "keras2_style_transfer": [says("improves True (192,)")],
    "tf1_word2vec": [above(r"next word: ([\d.]+)", 0.8), says("improves True")],
    "tf2_handson_custom": [
        says(
            "<tf.Variable 'Variable:0' shape=(2, 3) dtype=float32, numpy=\narray([[100.,  42.,   0.],\n       [  8.,  10., 200.]]",
            "tf.Tensor(14.0, shape=(), dtype=float32)",
            "['huber', 'loss', 'reconstruction_error'] True",
            "10/10 - mean: ",
        )
    ],
    "tf2_transformer_book": [above(r"Test acc: ([\d.]+)", 0.85), says("(None, None, 30)", "(2, 1)")],
    "keras3_distillation": [above(r"student accuracy: ([\d.]+)", 0.85)],
}
MODERN = {name for name in CHECKS if name.startswith("keras3")}


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_tutorial(runs, name):
    done = runs[name].result()
    assert done.returncode == 0, done.stderr[-3000:]
    for check in CHECKS[name]:
        check(done.stderr if getattr(check, "of_errors", False) else done.stdout)
    # Nothing is on standard error but what was translated; nothing at all for a modern script.
    rest = [line for line in done.stderr.splitlines() if not line.startswith("minikeras: ")]
    assert rest == []
    if name in MODERN:
        assert done.stderr == ""


def test_a_second_run_goes_on_from_the_checkpoint(runs, tmp_path_factory):
    """LeNet finds its checkpoint, loads it before it has weights, and begins better than it first began."""
    first = runs["lenet_mnist"].result()
    folder = runs_folder(tmp_path_factory) / "lenet_mnist"
    second = run(SCRIPTS / "lenet_mnist.py", folder)
    assert second.returncode == 0, second.stderr
    assert "-------------load the model-----------------" in second.stdout
    assert "load the model" not in first.stdout
    losses = [[float(v) for v in re.findall(r" loss: ([\d.]+)", done.stdout)] for done in (first, second)]
    assert losses[1][0] < losses[0][0]


def test_every_script_is_checked():
    assert sorted(CHECKS) == sorted(path.stem for path in SCRIPTS.glob("*.py"))
