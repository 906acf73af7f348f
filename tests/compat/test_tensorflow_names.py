"""Which names the façade has, what it refuses, and what it leaves as it is."""

import subprocess
import sys

import numpy as np
import pytest

import minikeras as keras
from minikeras.compat.tensorflow import appearance


@pytest.fixture
def tf():
    import minikeras.compat.tensorflow as tf

    return tf


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_name_in_the_tables_is_there(tf):
    missing = []
    for path, space in tf._spaces.items():
        for name in space._addresses:
            try:
                getattr(space, name)
            except AttributeError as error:
                missing.append((path, name, str(error)))
    assert missing == []


def test_nothing_that_exists_is_refused(tf):
    both = [(p, n) for p, s in tf._spaces.items() for n in s._refused if n in s._addresses]
    assert both == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("contrib", "tensorflow.contrib does not exist in minikeras. Use tf.keras.layers for contrib.layers"),
        ("lite", "Use model.export('name.onnx')"),
        ("saved_model", "Use model.save('name.keras')"),
        ("estimator", "Use tf.keras.Model with fit"),
        ("nn.dynamic_rnn", "Use tf.keras.layers.LSTM"),
        ("compat.v1.nn.rnn_cell", "Use tf.keras.layers.LSTM"),
        ("reduce_summ", "Did you mean 'reduce_sum'"),
        ("polyval_", "module 'tensorflow' has no attribute 'polyval_'"),
        ("nn.matmul", "There is tensorflow.matmul"),
        ("io.TFRecordWriter", "Keep arrays in .npz files"),
        ("hessians", "tensorflow.hessians does not exist in minikeras. Take tape.jacobian of tape.gradient"),
        ("sysconfig.get_include", "There are no headers."),
    ],
)
def test_refusals(tf, path, text):
    *above, name = path.split(".")
    module = tf
    for part in above:
        module = getattr(module, part)
    with pytest.raises(AttributeError) as caught:
        getattr(module, name)
    assert text in str(caught.value)
    assert not hasattr(module, name)


def test_imports_below(tf):
    from minikeras.compat.tensorflow.compat.v1 import train
    from minikeras.compat.tensorflow.nn import relu

    assert relu is tf.nn.relu
    assert train.AdamOptimizer is tf.compat.v1.train.AdamOptimizer
    assert tf.compat.v2 is tf
    assert tf.keras is keras
    assert tf.compat.v1.__version__ == tf.__version__ >= "2.0"
    assert [int(part) for part in tf.__version__.split(".")[:2]] == [2, 21]


def test_tensors_get_their_own_looks_back(tf):
    x = keras.ops.convert_to_tensor([[1.0, 2.0]])
    assert str(x) == "tf.Tensor([[1. 2.]], shape=(1, 2), dtype=float32)"
    assert x.shape.as_list() == [1, 2]
    appearance.put_off()
    assert str(x) == repr(x) == "Tensor([[1. 2.]], shape=(1, 2), dtype=float32)"
    assert type(x.shape) is tuple
    assert x.dtype is np.dtype("float32")
    assert (x / 2).dtype == "float32"
    assert not hasattr(x, "get_shape")
    appearance.put_on()
    assert x.get_shape() == [1, 2]


def test_arithmetic_of_dtypes(tf):
    whole = tf.constant([7, 8])
    assert (whole / 2).dtype == tf.float64
    assert (whole // 2).dtype == tf.int32
    assert (tf.constant([1.0]) * np.array([2.0])).dtype == tf.float32
    assert (np.array([2.0]) * tf.constant([1.0])).dtype == tf.float32
    assert tf.reduce_mean(whole).numpy() == 7
    assert (tf.constant([1.0]) + 1).dtype == tf.float32


def test_infinities_do_not_warn(tf):
    assert tf.math.log(0.0).numpy() == -np.inf
    assert (tf.constant(1.0) / 0.0).numpy() == np.inf


def test_function_is_called_with_its_arguments(tf):
    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32)], jit_compile=True)
    def double(x):
        return x * 2

    assert double(np.array([1.0], "float32")).numpy().tolist() == [2.0]
    with pytest.raises(TypeError, match="Can not cast a tensor of shape"):
        double([[1.0]])
    with pytest.raises(NotImplementedError, match=r"model\.export\('name\.onnx'\)"):
        double.get_concrete_function()
    with pytest.raises(TypeError, match="unexpected keyword argument 'wrong'"):
        tf.function(lambda x: x, wrong=1)


def test_no_foreign_package_and_little_time():
    code = (
        "import minikeras.compat.tensorflow as tf, sys; "
        "bad = [m for m in ('tensorflow', 'PIL', 'tensorboardX', 'minikeras.layers') if m in sys.modules]; "
        "sys.exit(repr(bad) if bad else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_checkpoint_of_a_model_and_its_optimizer(tf, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.ones((4, 2), "float32")
    model.fit(x, x[:, :1], verbose=0)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=model.optimizer, step=tf.Variable(7))
    manager = tf.train.CheckpointManager(checkpoint, tmp_path / "kept", max_to_keep=2)
    weights = model.get_weights()
    manager.save()
    model.set_weights([w * 0 for w in weights])
    status = checkpoint.restore(manager.latest_checkpoint)
    status.assert_existing_objects_matched()
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    assert checkpoint.restore(None).expect_partial() is not None
    with pytest.raises(FileNotFoundError, match="there is no checkpoint"):
        checkpoint.restore(str(tmp_path / "absent"))


def test_pictures(tf, tmp_path):
    pixels = tf.constant(np.arange(48, dtype="uint8").reshape(4, 4, 3))
    path = str(tmp_path / "picture.png")
    tf.io.write_file(path, tf.io.encode_png(pixels))
    read = tf.io.decode_image(tf.io.read_file(path), channels=3)
    np.testing.assert_array_equal(read, pixels)
    assert tf.image.resize(read, (2, 2)).dtype == tf.float32
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        tf.io.read_file(str(tmp_path / "absent"))
