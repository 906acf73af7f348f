"""Data sets of windows, of parts, and of files in folders; fit takes them."""

import numpy as np
import pytest

import minikeras as keras
from minikeras import utils


def test_windows_and_targets():
    data = np.arange(10)
    windows = utils.timeseries_dataset_from_array(data, data * 10, 3, sampling_rate=2, batch_size=4)
    batches = list(windows)
    assert len(windows) == len(batches) == 2
    x, y = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    assert x.tolist() == [[i, i + 2, i + 4] for i in range(6)]
    assert y.tolist() == [i * 10 for i in range(6)]


def test_windows_of_a_part():
    x, y = next(
        iter(utils.timeseries_dataset_from_array(np.arange(10), np.arange(10), 2, start_index=3, end_index=7))
    )
    assert x.tolist() == [[3, 4], [4, 5], [5, 6]]
    assert y.tolist() == [3, 4, 5]


def test_shuffled_loops_differ_and_repeat():
    def loops():
        windows = utils.timeseries_dataset_from_array(np.arange(50), None, 1, shuffle=True, seed=3)
        return [np.concatenate(list(windows)).ravel().tolist() for _ in range(2)]

    first, second = loops()
    assert first != second
    assert sorted(first) == sorted(second) == list(range(50))
    assert loops() == [first, second]


@pytest.mark.parametrize(
    ("sizes", "expected"), [((0.8, None), (8, 2)), ((None, 3), (7, 3)), ((2, 0.5), (2, 5))]
)
def test_split(sizes, expected):
    x, y = np.arange(10.0), np.arange(10)
    left, right = utils.split_dataset((x, y), *sizes, shuffle=True, seed=1)
    assert (len(left), len(right)) == expected
    items = [(float(a), int(b)) for part in (left, right) for a, b in part]
    assert len(set(items)) == len(items)
    assert all(a == b for a, b in items)


def test_split_refuses():
    with pytest.raises(ValueError, match="needs left_size or right_size"):
        utils.split_dataset(np.arange(4))
    with pytest.raises(ValueError, match="cannot take 3 and 3 items of 4"):
        utils.split_dataset(np.arange(4), 3, 3)


def test_pad_sequences():
    sequences = [[1, 2, 3], [4]]
    assert utils.pad_sequences(sequences).tolist() == [[1, 2, 3], [0, 0, 4]]
    assert utils.pad_sequences(sequences, 2, padding="post", truncating="post", value=9).tolist() == [
        [1, 2],
        [4, 9],
    ]
    with pytest.raises(ValueError, match="received 3 as number 0"):
        utils.pad_sequences([3])


@pytest.fixture
def pictures(tmp_path):
    pytest.importorskip("PIL")
    for number, name in enumerate(("cats", "dogs")):
        (tmp_path / name).mkdir()
        for i in range(5):
            image = np.full((6, 8, 3), 100 * number + i, "float32")
            utils.save_img(tmp_path / name / f"{i}.png", image, scale=False)
    return tmp_path


def test_images(pictures):
    images = utils.image_dataset_from_directory(
        pictures, image_size=(4, 4), batch_size=4, shuffle=False, verbose=False
    )
    assert images.class_names == ["cats", "dogs"]
    x, y = (np.concatenate(parts) for parts in zip(*images, strict=True))
    assert (x.shape, x.dtype) == ((10, 4, 4, 3), np.dtype("float32"))
    assert x[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 100, 101, 102, 103, 104]
    assert y.tolist() == [0] * 5 + [1] * 5
    model = keras.Sequential(
        [keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert len(model.fit(images, epochs=2, verbose=0).history["loss"]) == 2


def test_images_padded_to_the_proportions(pictures):
    images = utils.image_dataset_from_directory(
        pictures, label_mode=None, image_size=(8, 8), pad_to_aspect_ratio=True, shuffle=False, verbose=False
    )
    last = next(iter(images))[-1, :, :, 0]
    assert last[:, 0].tolist() == [0, *[104] * 6, 0]


def test_subsets_do_not_overlap(pictures):
    one, two = utils.image_dataset_from_directory(
        pictures, validation_split=0.3, subset="both", seed=1, label_mode="binary", verbose=False
    )
    assert (len(one.file_paths), len(two.file_paths)) == (7, 3)
    assert not set(one.file_paths) & set(two.file_paths)
    with pytest.raises(ValueError, match="needs a seed"):
        utils.image_dataset_from_directory(pictures, validation_split=0.3, subset="training")


def test_texts(tmp_path, capsys):
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text(f"so {name}")
    x, y = next(iter(utils.text_dataset_from_directory(tmp_path, label_mode="categorical", shuffle=False)))
    assert x.tolist() == ["so bad", "so good"]
    assert y.tolist() == [[1, 0], [0, 1]]
    assert "Found 2 files belonging to 2 classes." in capsys.readouterr().out


def test_image_files(tmp_path):
    pytest.importorskip("PIL")
    image = np.arange(24.0).reshape(2, 4, 3) * 10
    utils.save_img(tmp_path / "a.png", image, scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(tmp_path / "a.png")), image)
    assert utils.img_to_array(utils.load_img(tmp_path / "a.png", "grayscale", (5, 6))).shape == (5, 6, 1)
    assert utils.array_to_img(image, scale=True).getextrema()[2][1] == 255
    with pytest.raises(ValueError, match="1, 3 or 4 channels, received 2"):
        utils.array_to_img(np.zeros((2, 2, 2)))


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
def test_plot_model(tmp_path, rankdir):
    pytest.importorskip("matplotlib")
    inputs = keras.Input((4,))
    a, b = keras.layers.Dense(3, name="left")(inputs), keras.layers.Dense(3, name="right")(inputs)
    model = keras.Model(inputs, keras.layers.Add(name="sum")([a, b]))
    path = utils.plot_model(
        model, tmp_path / "m.svg", show_layer_names=True, show_shapes=True, rankdir=rankdir
    )
    assert (tmp_path / "m.svg").stat().st_size > 2000
    assert path == str(tmp_path / "m.svg")
    with pytest.raises(ValueError, match="draws built models"):
        utils.plot_model(keras.Sequential([keras.layers.Dense(1)]), tmp_path / "n.png")


def test_split_of_columns():
    x = np.arange(10)
    left, right = utils.split_dataset({"a": x, "b": x + 1}, left_size=0.3)
    assert (list(left), next(iter(right))) == ([{"a": i, "b": i + 1} for i in range(3)], {"a": 3, "b": 4})
    left, _ = utils.split_dataset([x, x * 2], left_size=2)
    assert list(left) == [(0, 0), (1, 2)]
    with pytest.raises(TypeError, match="left_size to be a fraction or a count, received 'a'"):
        utils.split_dataset(x, left_size="a")


def test_images_are_resized_as_kerass_are(tmp_path):
    pytest.importorskip("PIL")
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype("uint8")
    (tmp_path / "a").mkdir()
    utils.save_img(tmp_path / "a" / "1.png", image, scale=False)
    for kwargs in (
        {},
        {"crop_to_aspect_ratio": True},
        {"pad_to_aspect_ratio": True},
        {"interpolation": "nearest"},
    ):
        data = utils.image_dataset_from_directory(
            tmp_path, labels=None, image_size=(7, 7), verbose=False, **kwargs
        )
        expected = keras.ops.image.resize(image.astype("float32"), (7, 7), **kwargs).numpy()
        np.testing.assert_array_equal(next(iter(data))[0], expected)
    with pytest.raises(ValueError, match=r"interpolation must be one of nearest, bilinear.* received 'box'"):
        utils.image_dataset_from_directory(tmp_path, interpolation="box")
