"""The command line, as real processes."""

import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import minikeras as keras
from minikeras.cli import main


def call(*arguments, cwd=None, stdin=None, home=None):
    """Run `minikeras ARGUMENTS`; what it wrote and its exit code."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    if home is not None:
        environment["MINIKERAS_HOME"] = str(home)
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "minikeras", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def fails(code, *arguments, **kwargs):
    """What a command that fails writes on stderr: without a traceback, and nothing on stdout."""
    done = call(*arguments, **kwargs)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a trained model, and data of several kinds."""
    folder = tmp_path_factory.mktemp("models")
    (x, y), (x_test, y_test) = keras.datasets.iris.load_data()
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=30, verbose=0)
    model.save(folder / "iris.keras")
    model.save(folder / "iris.h5")
    np.save(folder / "x.npy", x_test)
    np.savez(folder / "test.npz", x=x_test, y=y_test)
    rows = [[*map(repr, map(float, row)), str(label)] for row, label in zip(x_test, y_test, strict=True)]
    names = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    (folder / "flowers.csv").write_text("\n".join(",".join(row) for row in [names, *rows]) + "\n")
    (folder / "plain.csv").write_text("\n".join(";".join(row[:4]) for row in rows) + "\n")
    np.savez(folder / "expected.npz", y=model.predict(x_test, verbose=0), labels=y_test)
    return folder


@pytest.fixture
def expected(folder):
    with np.load(folder / "expected.npz") as file:
        return file["y"]


def read(text):
    return np.array([[float(v) for v in line.split(",")] for line in text.splitlines()[1:]])


def test_help_teaches_and_usage_is_2():
    done = call("--help")
    assert done.returncode == 0
    assert "minikeras run script.py" in done.stdout
    for name in ("run", "summary", "predict", "evaluate", "convert", "datasets", "doctor"):
        assert name in done.stdout
    assert call().returncode == 2
    assert "invalid choice: 'predikt'" in fails(2, "predikt")
    assert "the following arguments are required: DATA" in fails(2, "predict", "model.keras")


@pytest.mark.parametrize("name", ["run", "summary", "predict", "evaluate", "convert", "datasets", "doctor"])
def test_every_command_explains_itself_with_examples(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert f"  minikeras {name}" in text
    assert "example" in text


def test_version():
    assert call("--version").stdout == f"minikeras {keras.__version__}\n"


def test_summary(folder):
    done = call("summary", "iris.keras", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "(Dense)" in done.stdout
    assert "Total params: 15 (60.00 B)" in done.stdout


def test_predict_an_array_into_an_array(folder, expected):
    done = call("predict", "iris.keras", "x.npy", "-o", "out.npy", "--batch-size", 7, cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    np.testing.assert_allclose(np.load(folder / "out.npy"), expected, rtol=1e-5)


def test_predict_a_table_with_a_header(folder, expected):
    done = call("predict", "iris.keras", "flowers.csv", "--drop", "species", cwd=folder)
    assert done.stderr == ""
    assert done.stdout.startswith("output_0,output_1,output_2\n")
    np.testing.assert_allclose(read(done.stdout), expected, rtol=1e-5)


def test_predict_classes_of_a_table_without_a_header(folder, expected):
    done = call("predict", "iris.keras", "plain.csv", "--classes", "-o", "classes.csv", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    text = (folder / "classes.csv").read_text()
    assert text.startswith("class\n")
    np.testing.assert_array_equal(read(text)[:, 0], expected.argmax(1))


def test_predict_an_older_file_from_named_arrays(folder, expected):
    done = call("predict", "iris.h5", "test.npz", "-o", "out.npz", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    with np.load(folder / "out.npz") as file:
        np.testing.assert_allclose(file["output"], expected, rtol=1e-5)


def test_rows_become_images(tmp_path):
    model = keras.Sequential(
        [keras.Input((2, 3, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")]
    )
    model.save(tmp_path / "images.keras")
    (tmp_path / "pixels.csv").write_text("0,1,2,3,4,5\n5,4,3,2,1,0\n")
    done = call("predict", "images.keras", "pixels.csv", cwd=tmp_path)
    x = np.array([[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]], "float32").reshape(2, 2, 3, 1)
    np.testing.assert_allclose(read(done.stdout), model.predict(x, verbose=0), rtol=1e-5)
    classes = call("predict", "images.keras", "pixels.csv", "--classes", cwd=tmp_path)
    assert classes.stdout.splitlines()[1:] == [str(int(v > 0.5)) for v in model.predict(x, verbose=0)[:, 0]]


def test_predict_a_model_with_two_inputs_and_outputs(tmp_path):
    a, b = keras.Input((2,), name="a"), keras.Input((3,), name="b")
    both = keras.layers.Concatenate()([a, b])
    model = keras.Model(
        [a, b], [keras.layers.Dense(1, name="one")(both), keras.layers.Dense(2, name="two")(both)]
    )
    model.save(tmp_path / "two.keras")
    np.savez(tmp_path / "two.npz", a=np.ones((4, 2)), b=np.zeros((4, 3)))
    done = call("predict", "two.keras", "two.npz", cwd=tmp_path)
    assert done.stdout.splitlines()[0] == "one,two_0,two_1"
    assert len(done.stdout.splitlines()) == 5
    np.save(tmp_path / "a.npy", np.ones((4, 2)))
    text = fails(1, "predict", "two.keras", "a.npy", cwd=tmp_path)
    assert "has 2 inputs (a, b): expected an .npz file with arrays of these names" in text


def test_evaluate(folder):
    from_arrays = call("evaluate", "iris.keras", "test.npz", cwd=folder)
    assert (from_arrays.returncode, from_arrays.stderr) == (0, "")
    values = dict(line.split(": ") for line in from_arrays.stdout.splitlines())
    assert float(values["accuracy"]) > 0.8
    from_table = call("evaluate", "iris.h5", "flowers.csv", "--target", "species", cwd=folder)
    assert from_table.stdout == from_arrays.stdout
    assert "name the column of labels with --target COLUMN" in fails(
        2, "evaluate", "iris.keras", "flowers.csv", cwd=folder
    )


def test_evaluate_needs_a_compiled_model(tmp_path):
    keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]).save(tmp_path / "bare.keras")
    np.savez(tmp_path / "d.npz", x=np.ones((2, 1)), y=np.ones((2, 1)))
    assert "was saved without a loss" in fails(1, "evaluate", "bare.keras", "d.npz", cwd=tmp_path)


def test_convert(folder, expected):
    x = np.load(folder / "x.npy")
    for source, destination in (("iris.h5", "new.keras"), ("iris.keras", "new.h5")):
        assert call("convert", source, destination, cwd=folder).returncode == 0
        model = keras.models.load_model(folder / destination)
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5)
    assert call("convert", "iris.h5", "new.weights.h5", cwd=folder).stdout.startswith("new.weights.h5: ")
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    model.load_weights(folder / "new.weights.h5")
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5)
    assert call("convert", "iris.keras", "new.json", cwd=folder).returncode == 0
    assert json.loads((folder / "new.json").read_text())["class_name"] == "Sequential"
    assert "is the model itself" in fails(1, "convert", "iris.keras", "iris.keras", cwd=folder)
    assert "expected a name that ends in" in fails(1, "convert", "iris.keras", "iris.pb", cwd=folder)


def test_convert_to_onnx(folder, expected):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    done = call("convert", "iris.h5", "iris.onnx", cwd=folder)
    assert done.returncode == 0, done.stderr
    session = runtime.InferenceSession(str(folder / "iris.onnx"), providers=["CPUExecutionProvider"])
    x = np.load(folder / "x.npy").astype("float32")
    (y,) = session.run(None, {session.get_inputs()[0].name: x})
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-6)


def test_datasets(tmp_path):
    listed = call("datasets", home=tmp_path)
    assert listed.returncode == 0
    for name in keras.datasets.__all__:
        assert name in listed.stdout
    assert str(tmp_path / "datasets") in listed.stdout
    assert "not here yet" in listed.stdout
    fetched = call("datasets", "fetch", "iris", home=tmp_path)
    assert "x_train float64 (120, 4)" in fetched.stdout
    assert "Did you mean 'iris'?" in fails(2, "datasets", "fetch", "irs")
    assert "fetch which one?" in fails(2, "datasets", "fetch")


def test_doctor(tmp_path):
    done = call("doctor", home=tmp_path)
    assert done.returncode == 0, done.stdout
    for word in ("minikeras", "Python", "numpy", "h5py", "kernels", "threads", "processor", str(tmp_path)):
        assert word in done.stdout
    assert "training       works" in done.stdout
    assert "agreement      good" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["summary", "absent.keras"], "absent.keras: no such file"),
        (["summary", "flowers.csv"], "is not a model: expected a file that ends in .keras"),
        (["summary", "noise.keras"], "noise.keras is not a .keras file"),
        (["summary", "noise.h5"], "noise.h5"),
        (["predict", "iris.keras", "absent.csv"], "absent.csv: no such file"),
        (["predict", "iris.keras", "iris.keras"], "expected a file that ends in .npy, .npz, .csv"),
        (
            ["predict", "iris.keras", "x.npy", "-o", "out.txt"],
            "expected an output that ends in .npy, .npz or .csv",
        ),
        (["predict", "iris.keras", "flowers.csv"], "expects 4 numbers a sample, flowers.csv has 5 columns"),
        (["predict", "iris.keras", "flowers.csv", "--drop", "specie"], "Did you mean 'species'?"),
        (["predict", "iris.keras", "words.csv"], "words.csv, line 3: column 'b' has 'oops', not a number"),
        (["predict", "iris.keras", "gap.csv"], "gap.csv, line 2: column '1' has no value"),
        (["predict", "iris.keras", "ragged.csv"], "ragged.csv, line 3: 3 columns, the first line has 4"),
        (["predict", "iris.keras", "empty.csv"], "empty.csv is empty"),
        (["predict", "iris.keras", "objects.npy"], "holds no plain arrays of numbers"),
        (["predict", "iris.keras", "many.npz"], "expected arrays called"),
    ],
)
def test_clear_errors(folder, arguments, text, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "noise.keras").write_bytes(b"noise" * 100)
    (folder / "noise.h5").write_bytes(b"noise" * 100)
    (folder / "words.csv").write_text("a,b,c,d\n1,2,3,4\n1,oops,3,4\n")
    (folder / "gap.csv").write_text("1,2,3,4\n1,,3,4\n")
    (folder / "ragged.csv").write_text("1,2,3,4\n1,2,3,4\n1,2,3\n")
    (folder / "empty.csv").write_text("")
    np.save(folder / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.savez(folder / "many.npz", p=np.ones((1, 4)), q=np.ones((1, 4)))
    assert main(arguments) == 1
    written = capsys.readouterr()
    assert text in written.err
    assert written.err.count("\n") == 1
    assert written.out == ""


def test_a_hostile_file_is_refused_and_runs_nothing(folder):
    class Harm:
        def __reduce__(self):
            return os.system, (f"touch {folder / 'harmed'}",)

    (folder / "harm.npy").write_bytes(pickle.dumps(Harm()))
    assert "holds no plain arrays" in fails(1, "predict", "iris.keras", "harm.npy", cwd=folder)
    config = {"module": "os", "class_name": "system", "config": {"command": f"touch {folder / 'harmed'}"}}
    with zipfile.ZipFile(folder / "iris.keras") as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(folder / "harm.keras", "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    assert "harm.keras" in fails(1, "summary", "harm.keras", cwd=folder)
    assert not (folder / "harmed").exists()


def test_a_reader_that_leaves_early_is_no_error(folder):
    command = f"{sys.executable} -m minikeras predict iris.keras x.npy | head -n 1"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.stdout == "output_0,output_1,output_2\n"
    assert done.stderr == ""
