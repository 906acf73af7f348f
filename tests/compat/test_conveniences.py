"""Small things of older `keras.utils`: HDF5Matrix, enqueuers, functions about arrays and shapes."""

import builtins
import time

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import ops
from minikeras.compat import conveniences
from minikeras.compat.enqueuers import GeneratorEnqueuer, OrderedEnqueuer, SequenceEnqueuer
from minikeras.compat.hdf5_matrix import HDF5Matrix
from minikeras.spellings.utilities import UTILITIES

# HDF5Matrix


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(40.0).reshape(20, 2)
        file["group/y"] = np.arange(20.0)
        file["elsewhere"] = h5py.ExternalLink("other.h5", "x")
        file["soft"] = h5py.SoftLink("/x")
        file.create_dataset("outside", (4,), "f4", external=[(str(tmp_path / "raw.bin"), 0, 16)])
    return path


def test_hdf5_matrix_is_read_by_rows(path):
    x = HDF5Matrix(path, "x", start=5, end=15, normalizer=lambda rows: rows / 10)
    whole = np.arange(40.0).reshape(20, 2)[5:15] / 10
    assert x.shape == (10, 2)
    assert len(x) == 10
    assert (x.ndim, x.size, x.dtype) == (2, 20, np.float64)
    for key in (slice(2, 5), slice(None), slice(None, None, -2), 3, -1, [4, 0, 4], np.array([9, 1])):
        np.testing.assert_allclose(x[key], whole[key])
    np.testing.assert_allclose(np.asarray(x), whole)
    with pytest.raises(IndexError, match="has 10 rows, there is no number 10"):
        x[10]


def test_training_on_hdf5_matrices(path):
    x, y = HDF5Matrix(path, "x", 0, 15), HDF5Matrix(path, "group/y", 0, 15)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    for shuffle in ("batch", True, False):
        assert np.isfinite(model.fit(x, y, batch_size=4, shuffle=shuffle, verbose=0).history["loss"][0])
    np.testing.assert_allclose(model.predict(x, verbose=0), model.predict(np.asarray(x), verbose=0))


def test_hdf5_files_lead_nowhere_else(path):
    for name in ("elsewhere", "soft"):
        with pytest.raises(ValueError, match="is a link, which may lead to another file"):
            HDF5Matrix(path, name)
    with pytest.raises(ValueError, match="keeps its data in other files"):
        HDF5Matrix(path, "outside")
    with pytest.raises(KeyError, match="has no dataset 'z'"):
        HDF5Matrix(path, "z")
    with pytest.raises(KeyError, match="is no dataset"):
        HDF5Matrix(path, "group")
    with pytest.raises(ValueError, match="0 <= start <= end <= 20, received start=3 and end=2"):
        HDF5Matrix(path, "x", 3, 2)


# Enqueuers


class Numbers(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.epochs = 0

    def __len__(self):
        return 6

    def __getitem__(self, index):
        time.sleep(0.002 * (6 - index))  # the later ones are ready first
        return index

    def on_epoch_end(self):
        self.epochs += 1


@pytest.mark.parametrize("workers", [1, 4])
def test_ordered_enqueuer_keeps_the_order(workers):
    numbers = Numbers()
    enqueuer = OrderedEnqueuer(numbers)
    assert not enqueuer.is_running()
    enqueuer.start(workers=workers, max_queue_size=3)
    batches = enqueuer.get()
    assert [next(batches) for _ in range(13)] == [*range(6), *range(6), 0]
    assert numbers.epochs >= 1
    with pytest.raises(RuntimeError, match="running already"):
        enqueuer.start()
    enqueuer.stop()
    assert not enqueuer.is_running()


def test_ordered_enqueuer_shuffles_each_epoch():
    keras.utils.set_random_seed(1)
    enqueuer = OrderedEnqueuer(Numbers(), shuffle=True)
    enqueuer.start(workers=2)
    batches = enqueuer.get()
    epochs = [[next(batches) for _ in range(6)] for _ in range(2)]
    enqueuer.stop()
    assert all(sorted(epoch) == list(range(6)) for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_generator_enqueuer_ends_and_hands_errors_on():
    enqueuer = GeneratorEnqueuer(iter("abc"))
    enqueuer.start()
    assert list(enqueuer.get()) == ["a", "b", "c"]
    enqueuer.stop()

    def broken():
        yield 1
        raise ZeroDivisionError("the generator's own")

    enqueuer = GeneratorEnqueuer(broken())
    enqueuer.start()
    batches = enqueuer.get()
    assert next(batches) == 1
    with pytest.raises(ZeroDivisionError, match="the generator's own"):
        next(batches)
    SequenceEnqueuer(None).stop()


# Functions


def test_classes_of_probabilities():
    p = np.array([[0.1, 0.9], [0.8, 0.2]])
    assert conveniences.categorical_probas_to_classes(p).tolist() == [1, 0]
    assert conveniences.probas_to_classes(p).tolist() == [1, 0]
    assert conveniences.probas_to_classes(np.array([[0.4], [0.6]])).tolist() == [0, 1]


def test_lists():
    assert conveniences.to_list(1) == conveniences.to_list([1]) == [1]
    assert conveniences.to_list((1, 2), allow_tuple=True) == [1, 2]
    assert conveniences.to_list((1, 2)) == [(1, 2)]
    assert conveniences.unpack_singleton([3]) == 3
    assert conveniences.unpack_singleton([3, 4]) == [3, 4]
    assert conveniences.is_all_none([None, None])
    assert not conveniences.is_all_none([None, 0])
    a = object()
    assert conveniences.object_list_uid([a]) == conveniences.object_list_uid(a)
    arrays = conveniences.slice_arrays([np.arange(4), None], [0, 3])
    assert arrays[0].tolist() == [0, 3]
    assert arrays[1] is None
    assert conveniences.slice_arrays(np.arange(4), 2).tolist() == [2, 3]


def test_arguments_of_functions():
    def function(a, *, b=1, **kwargs):
        return a, b, kwargs

    assert conveniences.has_arg(function, "a")
    assert conveniences.has_arg(function, "b")
    assert not conveniences.has_arg(function, "kwargs")
    assert not conveniences.has_arg(function, "c")
    assert conveniences.has_arg(function, "c", accept_all=True)


def test_models(capsys, tmp_path):
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, (2, 3)), keras.layers.Dense(1)])
    conveniences.print_summary(model, line_length=60)
    assert "conv2d" in capsys.readouterr().out
    assert conveniences.count_params([*model.weights, model.weights[0]]) == model.count_params()
    before = model.layers[0].kernel.numpy()
    dense = model.layers[1].get_weights()[0]
    conveniences.convert_all_kernels_in_model(model)
    np.testing.assert_array_equal(model.layers[0].kernel.numpy(), before[::-1, ::-1])
    np.testing.assert_array_equal(model.layers[1].get_weights()[0], dense)
    with pytest.raises(ValueError, match="3 to 5 axes"):
        conveniences.convert_kernel(np.ones((2, 2)))
    pytest.importorskip("matplotlib")
    assert conveniences.plot(model, str(tmp_path / "m.png")).endswith("m.png")


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize("window", [2, 3])
@pytest.mark.parametrize("stride", [1, 2])
def test_lengths_are_those_of_the_layers(padding, size, window, stride):
    x = np.zeros((1, size, 1), "float32")
    length = ops.conv(x, np.zeros((window, 1, 1), "float32"), stride, padding).shape[1]
    assert conveniences.conv_output_length(size, window, padding, stride) == length
    longer = ops.conv_transpose(x, np.zeros((window, 1, 1), "float32"), stride, padding).shape[1]
    assert conveniences.deconv_length(size, stride, window, padding) == longer
    assert conveniences.deconv_output_length(size, window, padding, stride=stride) == longer


def test_other_lengths():
    assert conveniences.conv_output_length(None, 3, "valid", 1) is None
    assert conveniences.conv_output_length(8, 3, "full", 1) == 10
    assert conveniences.conv_output_length(8, 3, "causal", 2, dilation=2) == 4
    assert conveniences.conv_input_length(None, 3, "valid", 1) is None
    assert conveniences.conv_input_length(6, 3, "valid", 1) == 8
    assert conveniences.deconv_length(None, 2, 3, "valid") is None
    assert conveniences.deconv_length(4, 2, 3, "valid", output_padding=1) == 10
    with pytest.raises(ValueError, match="padding must be"):
        conveniences.conv_output_length(8, 3, "sam", 1)


def test_settings():
    assert conveniences.normalize_tuple(2, 3, "strides") == (2, 2, 2)
    assert conveniences.normalize_tuple([1, 2], 2, "strides") == (1, 2)
    assert conveniences.normalize_padding("SAME") == "same"
    assert conveniences.normalize_data_format(None) == "channels_last"
    with pytest.raises(ValueError, match="`strides` argument must be an integer or a tuple of 2"):
        conveniences.normalize_tuple((1, 2, 3), 2, "strides")
    with pytest.raises(ValueError, match="received 'wide'"):
        conveniences.normalize_padding("wide")


def test_question(monkeypatch):
    answers = iter(["maybe", "Y"])
    monkeypatch.setattr(builtins, "input", lambda text: next(answers))
    assert conveniences.ask_to_proceed_with_overwrite("w.h5")


def test_older_names_of_utils_are_found():
    for name, row in UTILITIES.items():
        with pytest.warns(DeprecationWarning, match=f"keras.utils.{name} is an older spelling"):
            found = getattr(keras.utils, name)
        assert found.__name__ in (name, row.address.partition(":")[2])
