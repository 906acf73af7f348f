"""Whatever people keep numbers in: each kind of data trains, judges and predicts as the same numbers in arrays do."""

import threading

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers

RNG = np.random.default_rng(0)
X = RNG.random((50, 4)).astype("float32")
X[X < 0.3] = 0.0  # so that sparse matrices are
Y = (X @ np.float32([1, -2, 3, 0.5]))[:, None]
W = RNG.random(50).astype("float32")


def model():
    keras.utils.set_random_seed(3)
    made = keras.Sequential(
        [keras.Input((4,)), layers.Dense(6, activation="tanh"), layers.Dense(1)], name="net"
    )
    made.compile("adam", "mse", weighted_metrics=["mae"])
    return made


def results(x, y=None, w=None, **arguments):
    """What training, judging and predicting with some data give."""
    net = model()
    settings = {"batch_size": 8, "verbose": 0}
    history = net.fit(x, y, sample_weight=w, epochs=2, **settings, **arguments).history
    judged = net.evaluate(x, y, sample_weight=w, **settings)
    return history, judged, net.predict(x, **settings), net.get_weights()


def assert_same(one, other):
    assert one[0].keys() == other[0].keys()
    for name, values in one[0].items():
        assert values == other[0][name], name
    assert one[1] == other[1]
    for a, b in zip([one[2], *one[3]], [other[2], *other[3]], strict=True):
        np.testing.assert_array_equal(a, b)


def pandas_frame(folder):
    pandas = pytest.importorskip("pandas")
    index = pandas.Index(RNG.permutation(50) + 1000)  # of no meaning here
    x = pandas.DataFrame(X.astype("float64"), index=index, columns=list("abcd"))
    return x, pandas.Series(Y[:, 0], index=index), pandas.Series(W, index=index)


def pandas_frames(folder):
    x, _, w = pandas_frame(folder)
    return x, x.assign(y=Y)[["y"]], w


def polars_frame(folder):
    polars = pytest.importorskip("polars")
    return polars.DataFrame(X, schema=list("abcd")), polars.DataFrame(Y), polars.Series(W)


def memory_map(folder):
    parts = []
    for i, part in enumerate((X, Y, W)):
        np.save(folder / f"{i}.npy", part)
        parts.append(np.load(folder / f"{i}.npy", mmap_mode="r"))
    return tuple(parts)


def other_byte_order(folder):
    x = np.memmap(folder / "x", ">f4", "w+", shape=X.shape)
    x[:] = X
    return x, Y.astype(">f8").astype(">f4"), W.astype(">f4")


def every_other_row(folder):
    x = np.zeros((100, 8), "float32")
    x[::2, ::2] = X
    return x[::2, ::2], Y, W


def hdf5(folder, **storage):
    h5py = pytest.importorskip("h5py")
    with h5py.File(folder / "data.h5", "w") as file:
        for name, part in (("x", X), ("y", Y), ("w", W)):
            file.create_dataset(name, data=part, **storage)
    file = h5py.File(folder / "data.h5", "r")
    return file["x"], file["y"], file["w"]


def hdf5_compressed(folder):
    return hdf5(folder, compression="gzip", chunks=True)


def zarr(folder):
    zarr = pytest.importorskip("zarr")
    return tuple(
        zarr.create_array(folder / name, data=part, chunks=(8, *part.shape[1:]))
        for name, part in (("x", X), ("y", Y), ("w", W))
    )


def sparse(folder, form="csr_matrix"):
    scipy = pytest.importorskip("scipy.sparse")
    return getattr(scipy, form)(X), Y, W


def sparse_targets(folder):
    return X, sparse(folder)[0].__class__(Y), W


def torch_tensors(folder):
    torch = pytest.importorskip("torch")
    return torch.from_numpy(X).requires_grad_(), torch.from_numpy(Y), torch.from_numpy(W)


def lists(folder):
    return X.tolist(), Y.tolist(), W.tolist()


def our_tensors(folder):
    return tuple(keras.ops.convert_to_tensor(part) for part in (X, Y, W))


KINDS = [
    pandas_frame, pandas_frames, polars_frame, memory_map, other_byte_order, every_other_row, hdf5, hdf5_compressed, zarr,
    sparse, sparse_targets, torch_tensors, lists, our_tensors,
]  # fmt: skip
kinds = pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)


@kinds
@pytest.mark.parametrize("shuffle", [True, "batch", False])
def test_arrays_of_every_kind(make, shuffle, tmp_path):
    assert_same(results(*make(tmp_path), shuffle=shuffle), results(X, Y, W, shuffle=shuffle))


@kinds
def test_validation(make, tmp_path):
    x, y, w = make(tmp_path)
    options = {"validation_split": 0.3, "steps_per_epoch": 3}
    assert_same(results(x, y, w, **options), results(X, Y, W, **options))
    expected = results(X, Y, validation_data=(X, Y, W), validation_steps=2)
    assert_same(results(X, Y, validation_data=(x, y, w), validation_steps=2), expected)


@kinds
def test_single_batches(make, tmp_path):
    x, y, w = make(tmp_path)
    ours, other = model(), model()
    assert ours.train_on_batch(x, y, w) == other.train_on_batch(X, Y, W)
    assert ours.test_on_batch(x, y, w) == other.test_on_batch(X, Y, W)
    np.testing.assert_array_equal(ours.predict_on_batch(x), other.predict_on_batch(X))


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("kind", ["matrix", "array"])
def test_every_sparse_format(form, kind, tmp_path):
    assert_same(results(*sparse(tmp_path, f"{form}_{kind}")), results(X, Y, W))


def test_class_weights_with_labels_in_a_file(tmp_path):
    h5py = pytest.importorskip("h5py")
    labels = (Y[:, 0] > 1).astype("int64")

    def train(labels):
        keras.utils.set_random_seed(3)
        net = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation="softmax")])
        net.compile("sgd", "sparse_categorical_crossentropy")
        return net.fit(X, labels, class_weight={0: 1.0, 1: 5.0}, verbose=0).history

    with h5py.File(tmp_path / "y.h5", "w") as file:
        assert train(file.create_dataset("y", data=labels)) == train(labels)


def test_class_weights_of_a_generator():
    """Whose length is not known before its end."""
    labels = (Y[:, 0] > 1).astype("int64")

    def train(*data, **arguments):
        keras.utils.set_random_seed(3)
        net = keras.Sequential([keras.Input((4,)), layers.Dense(2, activation="softmax")])
        net.compile("sgd", "sparse_categorical_crossentropy")
        return net.fit(*data, class_weight={0: 1.0, 1: 5.0}, verbose=0, **arguments).history

    pieces = ((X[i : i + 10], labels[i : i + 10]) for i in range(0, 50, 10))
    assert train(pieces) == train(X, labels, batch_size=10, shuffle=False)


# Several inputs


def two_inputs():
    keras.utils.set_random_seed(4)
    kind, size = keras.Input((1,), name="kind", dtype="int32"), keras.Input((1,), name="size")
    hidden = layers.Concatenate()([layers.Flatten()(layers.Embedding(5, 3)(kind)), size])
    net = keras.Model([kind, size], layers.Dense(1)(hidden))
    net.compile("adam", "mse")
    return net


KIND, SIZE = RNG.integers(0, 5, 50), RNG.random(50)


def column_frame(name):
    library = pytest.importorskip(name)
    return library.DataFrame({"size": SIZE, "unused": SIZE, "kind": KIND})


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_as_inputs_by_their_names(library):
    """As a dictionary of columns, or the frame itself; the order of its columns does not matter."""
    frame = column_frame(library)
    whole = two_inputs()
    expected = whole.fit([KIND, SIZE], Y, verbose=0, validation_split=0.2).history
    for x in (frame, {"size": frame["size"], "kind": frame["kind"]}):
        net = two_inputs()
        assert net.fit(x, Y, verbose=0, validation_split=0.2).history == expected
        assert net.evaluate(x, Y, verbose=0) == whole.evaluate([KIND, SIZE], Y, verbose=0)
        np.testing.assert_array_equal(
            net.predict(x, verbose=0), whole.predict({"kind": KIND, "size": SIZE}, verbose=0)
        )
        assert net.fit(KIND_AND_SIZE, Y, verbose=0, validation_data=(x, Y)).history.keys() == expected.keys()


KIND_AND_SIZE = [KIND, SIZE]


def test_a_file_of_arrays_as_inputs_by_name(tmp_path):
    h5py = pytest.importorskip("h5py")
    np.savez(tmp_path / "inputs.npz", kind=KIND, size=SIZE)
    expected = two_inputs().fit([KIND, SIZE], Y, verbose=0).history
    with np.load(tmp_path / "inputs.npz") as archive:
        assert two_inputs().fit(archive, Y, verbose=0).history == expected
    with h5py.File(tmp_path / "inputs.h5", "w") as file:
        file["kind"], file["size"] = KIND, SIZE
        assert two_inputs().fit(file, Y, verbose=0).history == expected


def test_mixed_kinds_in_a_list(tmp_path):
    scipy = pytest.importorskip("scipy.sparse")
    pandas = pytest.importorskip("pandas")
    x = [pandas.Series(KIND), scipy.csr_matrix(SIZE[:, None])]
    assert two_inputs().fit(x, Y, verbose=0).history == two_inputs().fit([KIND, SIZE], Y, verbose=0).history


# Batches


def batches():
    return [(X[i : i + 8], Y[i : i + 8], W[i : i + 8]) for i in range(0, 50, 8)]


def test_a_list_of_batches_as_an_iterable():
    class Batches:
        def __iter__(self):
            return iter(batches())

    assert_same(results(Batches()), results(X, Y, W, shuffle=False))


def test_objects_with_a_numpy_method():
    """As TensorFlow's data sets and their tensors behave."""

    class Value:
        def __init__(self, array):
            self.array, self.shape, self.dtype = array, array.shape, "tf.float32"

        def numpy(self):
            return self.array

    class DataSet:
        def __iter__(self):
            return iter([tuple(Value(part) for part in batch) for batch in batches()])

        def __len__(self):
            raise TypeError("of unknown length")

    class NumPyDataSet(DataSet):
        def as_numpy_iterator(self):
            return iter(batches())

    expected = results(X, Y, W, shuffle=False)
    assert_same(results(DataSet()), expected)
    assert_same(results(NumPyDataSet()), expected)


def test_tensorflow_datasets():
    tensorflow = pytest.importorskip("tensorflow")
    data = tensorflow.data.Dataset.from_tensor_slices((X, Y, W)).batch(8)
    assert_same(results(data), results(X, Y, W, shuffle=False))


def test_torch_data_loaders():
    torch = pytest.importorskip("torch")
    parts = torch.utils.data.TensorDataset(*[torch.from_numpy(part) for part in (X, Y, W)])
    loader = torch.utils.data.DataLoader(parts, batch_size=8)
    expected = results(X, Y, W, shuffle=False)
    assert_same(results(loader), expected)
    workers = torch.utils.data.DataLoader(parts, batch_size=8, num_workers=2)
    assert_same(results(workers), expected)
    half = torch.from_numpy(X).to(torch.bfloat16)
    assert model().predict(half, verbose=0).shape == (50, 1)
    with pytest.raises(TypeError, match="x expected arrays or batches, received a TensorDataset.*DataLoader"):
        model().fit(parts, verbose=0)


def test_generators_in_steps():
    def endless():
        while True:
            yield from batches()

    net, whole = model(), model()
    history = net.fit(endless(), steps_per_epoch=7, epochs=2, verbose=0).history
    assert history == whole.fit(X, Y, 8, 2, 0, sample_weight=W, shuffle=False).history
    assert net.evaluate(endless(), steps=7, verbose=0) == whole.evaluate(X, Y, 8, 0, sample_weight=W)
    np.testing.assert_array_equal(net.predict(endless(), steps=7, verbose=0), whole.predict(X, 8, 0))
    settings = {"verbose": 0, "shuffle": False}
    one = net.fit(X, Y, validation_data=endless(), validation_steps=7, **settings).history
    two = whole.fit(X, Y, validation_data=(X, Y, W), validation_batch_size=8, **settings).history
    assert one == two


def test_pieces_of_a_table():
    """The chunks that a reader of large files yields."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X)
    chunks = [frame[i : i + 8] for i in range(0, 50, 8)]
    np.testing.assert_array_equal(
        model().predict(iter(chunks), verbose=0), model().predict(X, batch_size=8, verbose=0)
    )


@pytest.mark.parametrize("workers", [1, 4])
def test_pydataset_with_workers(workers):
    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 7

        def __getitem__(self, index):
            return batches()[index]

    assert_same(results(Batches(workers=workers), shuffle=False), results(X, Y, W, shuffle=False))
    net, whole = model(), model()
    net.fit(Batches(workers=workers), steps_per_epoch=3, epochs=4, verbose=0, shuffle=False)
    whole.fit(X, Y, 8, 4, 0, sample_weight=W, steps_per_epoch=3, shuffle=False)
    np.testing.assert_array_equal(net.get_weights()[0], whole.get_weights()[0])


def test_workers_end_with_the_training():
    """An error in a worker is raised here, and no thread of a training that ended goes on."""
    before = threading.active_count()

    class Faulty(keras.utils.Sequence):
        def __len__(self):
            return 100

        def __getitem__(self, index):
            if index == 5:
                raise OSError("batch 5 cannot be read")
            return batches()[index % 7]

    with pytest.raises(OSError, match="batch 5 cannot be read"):
        model().fit(Faulty(workers=3), shuffle=False, verbose=0)
    model().fit(Faulty(workers=3, max_queue_size=3), shuffle=False, steps_per_epoch=1, verbose=0)
    assert threading.active_count() == before


def test_an_infinite_pydataset_counts_on():
    seen = []

    class Counting(keras.utils.PyDataset):
        @property
        def num_batches(self):
            return None

        def __getitem__(self, index):
            seen.append(index)
            return batches()[index % 6]

    model().fit(Counting(), steps_per_epoch=4, epochs=2, verbose=0)
    assert seen[:8] == list(range(8))


# What cannot work


class Samples:
    """A data set of samples, not batches."""

    def __len__(self):
        return 50

    def __getitem__(self, index):
        return X[index], Y[index]


def test_what_cannot_work_is_refused_by_name(tmp_path):
    net = model()

    def generate():
        yield X, Y

    for x, message in [
        (
            generate,
            r"x expected data, received the function or class generate\. Call it, generate\(\), so that",
        ),
        (Samples(), "x expected arrays or batches, received a Samples, which gives single samples by index"),
        ({1.0, 2.0}, "x expected arrays, received a set, which has no order"),
        (object(), "x expected arrays of numbers, received <object object.*of type object"),
    ]:
        with pytest.raises(TypeError, match=message):
            net.fit(x, Y, verbose=0)
        with pytest.raises(TypeError, match=message):
            net.predict(x, verbose=0)


def test_a_batch_or_data_of_nothing():
    with pytest.raises(ValueError, match="x expected data, received None"):
        model().fit(None, Y, verbose=0)
    with pytest.raises(ValueError, match=r"A batch must be x, \(x, y\).*received one whose x is None"):
        model().fit(iter([(None, Y)]), verbose=0)


def test_shuffle_is_one_of_three():
    with pytest.raises(ValueError, match=r"shuffle expected True, False or 'batch', received 'batches'"):
        model().fit(X, Y, shuffle="batches", verbose=0)
    assert_same(results(X, Y, shuffle=1), results(X, Y, shuffle=True))


def test_frames_that_cannot_work(tmp_path):
    pandas = pytest.importorskip("pandas")
    polars = pytest.importorskip("polars")
    net, frame = model(), pandas.DataFrame(X[:3], columns=list("abcd"))
    names = frame.assign(b=["u", "v", "w"])
    with pytest.raises(
        ValueError, match=r"x expected a DataFrame of numbers, but column 'b' holds 'u'.*Encode texts"
    ):
        net.fit(names, Y[:3], verbose=0)
    missing = frame.assign(c=pandas.Series([1, None, 3], dtype="object"))
    with pytest.raises(ValueError, match="but column 'c' misses 1 of 3 values"):
        net.fit(missing, Y[:3], verbose=0)
    with pytest.raises(ValueError, match=r"y expected a Series of numbers, but it holds 'yes'"):
        net.fit(frame, pandas.Series(["yes", "no", "no"]), verbose=0)
    with pytest.raises(
        TypeError, match=r"received a LazyFrame that has not been computed. Call .collect\(\)"
    ):
        net.predict(polars.DataFrame(X).lazy(), verbose=0)
    with pytest.raises(ValueError, match="misses 1 of 3 values|holds 'u'"):
        net.predict(polars.DataFrame({"a": ["u", None, "w"], "b": [1, 2, 3]}), verbose=0)
    with pytest.raises(ValueError, match="expected numbers, received an array of dates"):
        net.predict(pandas.DataFrame({"t": pandas.date_range("2026-01-01", periods=3)}), verbose=0)


def test_frames_of_several_dtypes():
    """Whole numbers, truth values, floats; a missing whole number is a NaN, of which fit warns."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1, 2, 3], "b": [True, False, True], "c": [0.5, 1, 2], "d": [1, 0, 1]})
    array = np.array([[1, 1, 0.5, 1], [2, 0, 1, 0], [3, 1, 2, 1]])
    np.testing.assert_array_equal(model().predict(frame, verbose=0), model().predict(array, verbose=0))
    dated = frame.assign(d=pandas.Timestamp("2020-01-01"))
    with pytest.raises(ValueError, match=r"x expected a DataFrame of numbers, but column 'd' holds dates"):
        model().predict(dated, verbose=0)
    frame["d"] = pandas.array([1, None, 1], dtype="Int64")
    with pytest.warns(UserWarning, match=r"x holds NaN in 1 of 3 rows \(1\)"):
        model().fit(frame, array[:, 0], verbose=0)


def test_files_that_cannot_work(tmp_path):
    h5py = pytest.importorskip("h5py")
    scipy = pytest.importorskip("scipy.sparse")
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["text"] = [b"a", b"b"]
        file["number"] = 3.0
        with pytest.raises(ValueError, match="x expected numbers, received an array of"):
            model().predict(file["text"], verbose=0)
        with pytest.raises(ValueError, match="x expected an array with a batch axis"):
            model().predict(file["number"], verbose=0)
        numbers = file.create_dataset("x", data=X)
    with pytest.raises(ValueError, match=r"received a Dataset of an HDF5 file that is closed.*dataset\[:\]"):
        model().fit(numbers, Y, verbose=0)
    records = np.zeros(3, [("a", "f4"), ("b", "i4")])
    with pytest.raises(ValueError, match="x expected numbers, received an array of records"):
        model().predict(records, verbose=0)
    with pytest.raises(ValueError, match="A sparse array must have two axes"):
        model().predict(scipy.coo_array(np.ones(3)), verbose=0)
