"""`tf.data` over arrays in memory."""

import numpy as np
import pytest

import minikeras as keras


@pytest.fixture
def tf():
    import minikeras.compat.tensorflow as tf

    return tf


def listed(dataset):
    return [x.tolist() for x in dataset.as_numpy_iterator()]


def test_windows_of_a_series(tf):
    data = tf.data.Dataset.range(8).window(4, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(4))
    assert listed(data) == [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]
    assert [listed(w) for w in tf.data.Dataset.range(5).window(2)] == [[0, 1], [2, 3], [4]]
    assert [listed(w) for w in tf.data.Dataset.range(7).window(2, shift=1, stride=3, drop_remainder=True)] == [
        [0, 3], [1, 4], [2, 5], [3, 6],
    ]  # fmt: skip


def test_windows_of_pairs(tf):
    data = tf.data.Dataset.from_tensor_slices((np.arange(4), np.arange(4) * 10)).window(2)
    pairs = data.flat_map(lambda x, y: tf.data.Dataset.zip((x.batch(2), y.batch(2))))
    assert [(x.tolist(), y.tolist()) for x, y in pairs] == [([0, 1], [0, 10]), ([2, 3], [20, 30])]


@pytest.mark.parametrize(("buffer", "whole"), [(100, True), (10, False)])
def test_shuffle(tf, buffer, whole):
    data = tf.data.Dataset.range(100).shuffle(buffer, seed=1)
    first, second = listed(data), listed(data)
    assert sorted(first) == sorted(second) == list(range(100))
    assert first != second
    if not whole:
        assert all(value <= place + buffer for place, value in enumerate(first))
    fixed = tf.data.Dataset.range(100).shuffle(buffer, seed=1, reshuffle_each_iteration=False)
    assert listed(fixed) == listed(fixed)


def test_shuffled_rows_in_batches_are_the_rows(tf):
    x, y = np.arange(50).reshape(25, 2), np.arange(25)
    batches = list(tf.data.Dataset.from_tensor_slices((x, y)).shuffle(25).batch(10).as_numpy_iterator())
    assert [len(b) for _, b in batches] == [10, 10, 5]
    rows = np.concatenate([b for _, b in batches])
    assert sorted(rows) == list(range(25))
    np.testing.assert_array_equal(np.concatenate([a for a, _ in batches]), x[rows])


def test_lengths(tf):
    data = tf.data.Dataset.range(10)
    assert [
        len(d) for d in (data.batch(3), data.batch(3, drop_remainder=True), data.repeat(2), data.skip(4))
    ] == [4, 3, 20, 6]
    assert len(data.take(3)) == 3
    assert len(data.repeat().take(7)) == 7
    with pytest.raises(TypeError, match="The dataset is infinite"):
        len(data.repeat())
    with pytest.raises(TypeError, match="The dataset length is unknown"):
        len(data.filter(lambda x: x > 3))


def test_grouping(tf):
    data = tf.data.Dataset.range(6)
    grouped = data.group_by_window(lambda x: x % 2, lambda key, group: group.batch(3), 3)
    assert listed(grouped) == [[0, 2, 4], [1, 3, 5]]
    ragged = tf.data.Dataset.range(1, 5).map(lambda x: tf.fill([x], x))
    assert listed(ragged.padded_batch(2, padding_values=-1)) == [
        [[1, -1], [2, 2]],
        [[3, 3, 3, -1], [4, 4, 4, 4]],
    ]
    buckets = ragged.bucket_by_sequence_length(lambda x: tf.shape(x)[0], [3], [2, 2])
    assert [np.shape(b) for b in listed(buckets)] == [(2, 2), (2, 4)]
    with pytest.raises(ValueError, match="Use padded_batch"):
        listed(ragged.batch(2))


def test_errors(tf):
    with pytest.raises(ValueError, match="first axes of one size"):
        tf.data.Dataset.from_tensor_slices((np.zeros(3), np.zeros(4)))
    with pytest.raises(TypeError, match="Pass the generator function itself"):
        tf.data.Dataset.from_generator(iter([1]), output_types=tf.int32)
    with pytest.raises(TypeError, match="output_signature="):
        tf.data.Dataset.from_generator(lambda: iter([1]))
    with pytest.raises(
        AttributeError, match=r"tensorflow.data.TFRecordDataset does not exist in minikeras. Keep arrays"
    ):
        _ = tf.data.TFRecordDataset


def test_cache_walks_the_source_once(tf):
    calls = []

    def generate():
        calls.append(1)
        yield from range(3)

    data = tf.data.Dataset.from_generator(generate, output_types=tf.int32).cache()
    assert listed(data) == listed(data) == [0, 1, 2]
    assert len(calls) == 1


def test_files(tf, tmp_path):
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.txt").write_text("three")
    files = tf.data.Dataset.list_files(str(tmp_path / "*.txt"), shuffle=False)
    lines = files.flat_map(tf.data.TextLineDataset)
    assert [line.numpy() for line in lines] == [b"one", b"two", b"three"]


def test_fit_evaluate_predict(tf):
    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
    data = tf.data.Dataset.from_tensor_slices((x, x.sum(1, keepdims=True))).shuffle(64).batch(16)
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    history = model.fit(data, epochs=40, verbose=0, validation_data=data)
    assert history.history["val_loss"][-1] < 0.01
    assert model.evaluate(data, verbose=0) < 0.01
    assert model.predict(data.map(lambda x, y: x), verbose=0).shape == (64, 1)
    history = model.fit(data.repeat(), epochs=2, steps_per_epoch=3, verbose=0)
    assert len(history.history["loss"]) == 2


def test_data_sets_of_keras_have_the_methods(tf):
    windows = keras.utils.timeseries_dataset_from_array(np.arange(10.0), np.arange(10.0), 3, batch_size=4)
    x, y = next(iter(windows.map(lambda x, y: (x * 2, y)).take(1)))
    assert x.numpy()[1].tolist() == [2.0, 4.0, 6.0]
    assert y.shape.as_list() == [4]
    assert all(tf.is_tensor(x) for x, _ in windows)


def test_models_of_texts(tf, tmp_path):
    texts = np.array(["good film", "bad film", "great thing", "awful bad"])
    layer = keras.layers.TextVectorization(output_sequence_length=4)
    layer.adapt(tf.constant(texts))
    tail = [keras.layers.Embedding(20, 4), keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)]
    inputs = x = tf.keras.Input((1,), dtype=tf.string)
    for part in (layer, *tail):
        x = part(x)
    model = tf.keras.Model(inputs, x)
    model.compile("adam", "mse")
    data = tf.data.Dataset.from_tensor_slices((texts, [1, 0, 1, 0])).batch(2)
    model.fit(data, verbose=0)
    expected = model.predict(tf.constant(texts), verbose=0)
    assert expected.shape == (4, 1)
    np.testing.assert_allclose(
        keras.Sequential([layer, *tail]).predict(tf.constant(texts), verbose=0), expected
    )
    model.save(tmp_path / "texts.keras")
    loaded = keras.models.load_model(tmp_path / "texts.keras")
    np.testing.assert_allclose(loaded.predict(tf.constant(texts), verbose=0), expected)
