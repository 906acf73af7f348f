"""ImageDataGenerator and its iterators: the numbers of older Keras, every argument, files and tables of files."""

import warnings
from pathlib import Path

import generator_cases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minikeras as keras
from minikeras.preprocessing import affine
from minikeras.preprocessing import image as older_names
from minikeras.preprocessing.file_iterators import DataFrameIterator
from minikeras.preprocessing.generator import ImageDataGenerator
from minikeras.preprocessing.iterators import Iterator, NumpyArrayIterator
from minikeras.utils import save_img

RECORDED = np.load(Path(__file__).parents[1] / "data" / "keras_generators.npz")
IMAGES, LABELS = generator_cases.IMAGES, generator_cases.LABELS


@pytest.mark.parametrize("name", generator_cases.SETTINGS)
def test_batches_are_kerass(name):
    if name == "bright":
        pytest.importorskip("PIL")
    generator = ImageDataGenerator(**generator_cases.SETTINGS[name])
    for number, (images, labels) in enumerate(generator_cases.batches(generator)):
        assert labels.tolist() == RECORDED[f"{name}/{number}/labels"].tolist()
        expected = RECORDED[f"{name}/{number}/images"]
        assert images.dtype == expected.dtype
        np.testing.assert_allclose(images, expected, rtol=1e-4, atol=1e-4)


# Affine maps


@settings(max_examples=60, deadline=None)
@given(
    theta=st.floats(-180, 180), tx=st.floats(-12, 12), ty=st.floats(-12, 12), shear=st.floats(-40, 40),
    zx=st.floats(0.4, 2), zy=st.floats(0.4, 2), fill_mode=st.sampled_from(affine.FILL_MODES),
)  # fmt: skip
def test_affine_maps_are_scipys(theta, tx, ty, shear, zx, zy, fill_mode):
    ndimage = pytest.importorskip("scipy.ndimage")
    image = IMAGES[0].astype("float64")
    found = affine.apply_affine_transform(
        image,
        theta,
        tx,
        ty,
        shear,
        zx,
        zy,
        row_axis=0,
        col_axis=1,
        channel_axis=2,
        fill_mode=fill_mode,
        cval=3.0,
    )
    matrix = affine._matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        np.testing.assert_array_equal(found, image)
        return
    matrix = affine.transform_matrix_offset_center(matrix, *image.shape[:2])
    swap = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    matrix = swap @ matrix @ swap
    expected = np.stack(
        [
            ndimage.affine_transform(
                image[..., c], matrix[:2, :2], matrix[:2, 2], order=1, mode=fill_mode, cval=3.0
            )
            for c in range(3)
        ],
        axis=-1,
    )
    # A pixel whose place is on the edge but for rounding may count as outside to one and inside to the other.
    different = np.abs(found - expected).max(-1) > 1e-6
    rows, columns = np.nonzero(different)
    places = matrix[:2, :2] @ [rows, columns] + matrix[:2, 2:]
    last = np.array(image.shape[:2])[:, None] - 1
    on_edge = (np.abs(places) < 1e-6) | (np.abs(places - last) < 1e-6)
    whole = np.abs(places - np.rint(places)) < 1e-6
    assert (on_edge | whole).any(axis=0).all()


def test_whole_turns_and_shifts():
    image = np.arange(9.0).reshape(3, 3, 1)
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    turned = affine.apply_affine_transform(image, theta=90, **axes)
    np.testing.assert_allclose(turned[..., 0], np.rot90(image[..., 0]), atol=1e-9)
    moved = affine.apply_affine_transform(image, tx=1, fill_mode="constant", cval=-1, **axes)
    assert moved[..., 0].tolist() == [[1, 2, -1], [4, 5, -1], [7, 8, -1]]
    wrapped = affine.apply_affine_transform(image, ty=3, fill_mode="reflect", **axes)
    np.testing.assert_array_equal(wrapped, image[::-1])
    first = affine.apply_affine_transform(np.moveaxis(image, 2, 0), tx=1, fill_mode="constant", cval=-1)
    np.testing.assert_array_equal(first[0], moved[..., 0])
    bytes_ = affine.apply_affine_transform(image.astype("uint8"), theta=30, **axes)
    assert bytes_.dtype == "uint8"


def test_nearest_pixels_instead_of_lines():
    image = np.arange(4.0).reshape(1, 1, 4)
    found = affine.apply_affine_transform(image, tx=0.4, order=0)
    assert found.tolist() == image.tolist()


def test_affine_refuses():
    with pytest.raises(
        ValueError, match="fill_mode must be one of constant, nearest, reflect, wrap, received 'mirror'"
    ):
        affine.apply_affine_transform(
            IMAGES[0], 1, row_axis=0, col_axis=1, channel_axis=2, fill_mode="mirror"
        )
    with pytest.raises(ValueError, match="splines need SciPy"):
        affine.apply_affine_transform(IMAGES[0], 1, row_axis=0, col_axis=1, channel_axis=2, order=3)
    with pytest.raises(ValueError, match="channels first or last; received shape .* and axes 0, 2, 1"):
        affine.apply_affine_transform(IMAGES[0], 1, row_axis=0, col_axis=2, channel_axis=1)
    with pytest.raises(ValueError, match="zoom_range to be two numbers, received 0.5"):
        affine.random_zoom(IMAGES[0], 0.5)


def test_random_functions():
    axes = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
    np.random.seed(1)
    for function, argument in (
        (affine.random_rotation, (30,)), (affine.random_shift, (0.3, 0.3)), (affine.random_shear, (30,)),
        (affine.random_zoom, ((0.5, 0.9),)),
    ):  # fmt: skip
        found = function(IMAGES[0], *argument, **axes)
        assert found.shape == IMAGES[0].shape
        assert not np.array_equal(found, IMAGES[0])
    assert affine.random_zoom(IMAGES[0], (1, 1), **axes) is not None
    shifted = affine.random_channel_shift(IMAGES[0], 50, 2)
    assert IMAGES[0].min() <= shifted.min()
    assert shifted.max() <= IMAGES[0].max()


def test_brightness():
    pytest.importorskip("PIL")
    image = np.full((2, 2, 3), 100.0)
    assert affine.apply_brightness_shift(image, 0.5, scale=False)[0, 0, 0] == 50
    assert affine.random_brightness(image, (2.0, 2.0), scale=False)[0, 0, 0] == 200
    wide = affine.apply_brightness_shift(np.linspace(-1, 1, 12).reshape(2, 2, 3), 1.0, scale=False)
    assert wide.min() == pytest.approx(-1)
    with pytest.raises(ValueError, match="brightness_range to be two numbers"):
        affine.random_brightness(image, 0.3)


# The generator


def test_settings_that_need_others_switch_them_on():
    with pytest.warns(
        UserWarning,
        match=r"ImageDataGenerator\(samplewise_std_normalization=True\) sets samplewise_center=True",
    ) as w:
        generator = ImageDataGenerator(samplewise_std_normalization=True)
    assert generator.samplewise_center
    assert w[0].filename == __file__
    with pytest.warns(UserWarning, match="sets featurewise_"):
        generator = ImageDataGenerator(zca_whitening=True, featurewise_std_normalization=True)
    assert generator.featurewise_center
    assert not generator.featurewise_std_normalization
    with pytest.warns(UserWarning, match="Call generator.fit"):
        generator.standardize(IMAGES[0])


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="zoom_range to be a number or two numbers"):
        ImageDataGenerator(zoom_range=(1, 2, 3))
    with pytest.raises(ValueError, match="brightness_range to be two numbers, received 0.2"):
        ImageDataGenerator(brightness_range=0.2)
    with pytest.raises(ValueError, match="validation_split between 0 and 1, received 1.5"):
        ImageDataGenerator(validation_split=1.5)
    with pytest.raises(ValueError, match="data_format must be"):
        ImageDataGenerator(data_format="last")
    with pytest.raises(ValueError, match="array of 4 axes"):
        ImageDataGenerator().flow(IMAGES[0])
    with pytest.raises(ValueError, match="as many of y as images, received 2 for 6"):
        ImageDataGenerator().flow(IMAGES, LABELS[:2])
    with pytest.raises(ValueError, match="needs to know how to split"):
        ImageDataGenerator().flow(IMAGES, subset="validation")
    with pytest.raises(ValueError, match="subset must be 'training' or 'validation', received 'test'"):
        ImageDataGenerator(validation_split=0.5).flow(IMAGES, subset="test")
    with pytest.raises(ValueError, match="different classes"):
        ImageDataGenerator(validation_split=0.5).flow(IMAGES, LABELS, subset="training")
    with pytest.warns(UserWarning, match="received 2"):
        ImageDataGenerator().flow(IMAGES[..., :2])


def test_a_transform_is_drawn_and_applied():
    generator = ImageDataGenerator(
        rotation_range=90, horizontal_flip=True, preprocessing_function=lambda x: x + 1
    )
    drawn = generator.get_random_transform((7, 6, 3), seed=1)
    assert drawn == generator.get_random_transform((7, 6, 3), seed=1)
    assert -90 <= drawn["theta"] <= 90
    assert set(drawn) == {
        "theta", "tx", "ty", "shear", "zx", "zy", "flip_horizontal", "flip_vertical", "channel_shift_intensity", "brightness",
    }  # fmt: skip
    np.testing.assert_array_equal(
        generator.apply_transform(IMAGES[0], {"flip_vertical": True, "flip_horizontal": True}),
        IMAGES[0][::-1, ::-1],
    )
    np.testing.assert_array_equal(
        generator.random_transform(IMAGES[0], 5), generator.random_transform(IMAGES[0], 5)
    )
    before = IMAGES[0].copy()
    np.testing.assert_array_equal(generator.standardize(IMAGES[0]), before + 1)
    np.testing.assert_array_equal(IMAGES[0], before)


def test_fit_with_augmented_images():
    generator = ImageDataGenerator(featurewise_center=True, vertical_flip=True)
    generator.fit(IMAGES, augment=True, rounds=2, seed=1)
    np.testing.assert_allclose(generator.mean.reshape(-1), IMAGES.mean((0, 1, 2)), rtol=1e-5)


def test_channels_first():
    generator = ImageDataGenerator(data_format="channels_first", width_shift_range=2, featurewise_center=True)
    first = IMAGES.transpose(0, 3, 1, 2)
    generator.fit(first)
    assert generator.mean.shape == (3, 1, 1)
    assert next(generator.flow(first, batch_size=2)).shape == (2, 3, 7, 6)


# Iterators


def test_iterator_goes_on_forever_and_starts_again():
    flow = ImageDataGenerator().flow(IMAGES, LABELS, batch_size=4, shuffle=False)
    assert isinstance(flow, NumpyArrayIterator)
    assert len(flow) == 2
    seen = [next(flow)[1].tolist() for _ in range(3)]
    assert seen == [[0, 1, 2, 3], [4, 5], [0, 1, 2, 3]]
    flow.reset()
    assert flow.next()[1].tolist() == [0, 1, 2, 3]
    assert flow[1][1].tolist() == [4, 5]
    with pytest.raises(IndexError, match="There are 2 batches, number 2 is not among them"):
        flow[2]
    assert flow.n == 6
    assert flow.batch_size == 4


def test_shuffled_epochs_hold_every_sample_once():
    flow = ImageDataGenerator().flow(IMAGES, LABELS, batch_size=4, seed=1)
    orders = []
    for _ in range(3):
        orders.append([n for i in range(2) for n in flow[i][1].tolist()])
        flow.on_epoch_end()
    assert all(sorted(order) == LABELS.tolist() for order in orders)
    assert len({tuple(order) for order in orders}) > 1


def test_other_inputs_and_weights_go_along():
    extra, weights = np.arange(6) * 10, np.arange(6) / 10
    flow = ImageDataGenerator(validation_split=0.5).flow(
        (IMAGES, extra),
        LABELS,
        batch_size=3,
        sample_weight=weights,
        subset="training",
        ignore_class_split=True,
        shuffle=False,
    )
    (images, more), labels, weight = next(flow)
    np.testing.assert_array_equal(images, IMAGES[3:])
    assert more.tolist() == [30, 40, 50]
    assert labels.tolist() == [3, 4, 5]
    np.testing.assert_array_equal(weight, weights[3:])


def test_an_iterator_of_ones_own():
    class Numbers(Iterator):
        def _get_batches_of_transformed_samples(self, index_array):
            return index_array * 2

    numbers = Numbers(5, batch_size=2, shuffle=False, seed=None)
    assert [next(numbers).tolist() for _ in range(4)] == [[0, 2], [4, 6], [8], [0, 2]]
    with pytest.raises(NotImplementedError, match="_get_batches_of_transformed_samples"):
        next(Iterator(5, 2, False, None))


def test_training_on_it():
    keras.utils.set_random_seed(1)
    generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True)
    model = keras.Sequential(
        [keras.Input((7, 6, 3)), keras.layers.Flatten(), keras.layers.Dense(6, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    flow = generator.flow(IMAGES, LABELS, batch_size=2)
    history = model.fit(
        flow, epochs=15, verbose=0, validation_data=generator.flow(IMAGES, LABELS, batch_size=3)
    )
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert len(model.predict(generator.flow(IMAGES, shuffle=False), verbose=0)) == 6
    assert model.evaluate(flow, verbose=0)[1] >= 0


# Files


@pytest.fixture
def folder(tmp_path):
    pytest.importorskip("PIL")
    for name, count in (("cats", 4), ("dogs", 6)):
        (tmp_path / name / "more").mkdir(parents=True)
        for number in range(count):
            value = 10 * number + (100 if name == "dogs" else 0)
            place = tmp_path / name / ("more" if number == 0 else ".")
            save_img(place / f"{number}.png", np.full((5, 4, 3), value), scale=False)
    (tmp_path / "cats" / "notes.txt").write_text("no image")
    return tmp_path


def test_flow_from_directory(folder, capsys):
    flow = ImageDataGenerator(rescale=0.5).flow_from_directory(
        folder, target_size=(5, 4), batch_size=4, shuffle=False
    )
    assert capsys.readouterr().out == "Found 10 images belonging to 2 classes.\n"
    assert flow.class_indices == {"cats": 0, "dogs": 1}
    assert flow.samples == flow.n == 10
    assert flow.num_classes == 2
    assert flow.classes.tolist() == [0] * 4 + [1] * 6
    assert flow.labels is flow.classes
    assert [Path(name).as_posix() for name in flow.filenames[:2]] == ["cats/1.png", "cats/2.png"]
    assert all(Path(path).is_file() for path in flow.filepaths)
    assert flow.image_shape == (5, 4, 3)
    images, labels = next(flow)
    assert images.shape == (4, 5, 4, 3)
    assert images[0].max() == images[0].min() == 5
    assert labels.tolist() == [[1, 0]] * 4


@pytest.mark.parametrize(
    ("class_mode", "expected"),
    [("binary", [0.0, 0.0]), ("sparse", [0.0, 0.0]), ("input", None), (None, None)],
)
def test_class_modes(folder, class_mode, expected):
    flow = ImageDataGenerator().flow_from_directory(
        folder, (5, 4), color_mode="grayscale", class_mode=class_mode, batch_size=2, shuffle=False
    )
    batch = next(flow)
    if class_mode is None:
        assert batch.shape == (2, 5, 4, 1)
    elif class_mode == "input":
        np.testing.assert_array_equal(*batch)
    else:
        assert batch[1].tolist() == expected
        assert batch[1].dtype == "float32"


def test_subsets_and_chosen_classes(folder):
    generator = ImageDataGenerator(validation_split=0.5)
    settings_ = {"target_size": (5, 4), "classes": ["dogs", "cats"], "shuffle": False}
    training = generator.flow_from_directory(folder, subset="training", **settings_)
    validation = generator.flow_from_directory(folder, subset="validation", **settings_)
    assert training.class_indices == {"dogs": 0, "cats": 1}
    assert training.n == validation.n == 5
    assert not set(training.filenames) & set(validation.filenames)


def test_augmented_images_can_be_kept(folder, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    flow = ImageDataGenerator(rotation_range=10).flow_from_directory(
        folder, (5, 4), classes=["cats"], batch_size=4, save_to_dir=kept, save_prefix="cat", save_format="png"
    )
    next(flow)
    assert sorted(p.name[:4] for p in kept.iterdir()) == ["cat_"] * 4


def test_directories_are_refused(folder):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        ImageDataGenerator().flow_from_directory(folder / "nowhere")
    with pytest.raises(ValueError, match="color_mode must be 'rgb', 'rgba' or 'grayscale', received 'bgr'"):
        ImageDataGenerator().flow_from_directory(folder, color_mode="bgr")
    with pytest.raises(ValueError, match="class_mode must be one of 'categorical', .*, received 'raw'"):
        ImageDataGenerator().flow_from_directory(folder, class_mode="raw")


class Column(list):
    """What a pandas Series can do that the iterator uses."""

    def tolist(self):
        return list(self)

    def to_numpy(self):
        return np.array(self)


class Table:
    """What a pandas DataFrame can do that the iterator uses."""

    def __init__(self, columns):
        self.columns = columns
        self.iloc = self

    def __getitem__(self, key):
        if isinstance(key, str):
            return Column(self.columns[key])
        if isinstance(key, slice):
            return Table({n: c[key] for n, c in self.columns.items()})
        return Table({n: [v for v, k in zip(c, key, strict=True) if k] for n, c in self.columns.items()})

    def __len__(self):
        return len(next(iter(self.columns.values())))


@pytest.fixture
def table(folder):
    return Table(
        {
            "filename": ["cats/1.png", "cats/2.png", "dogs/1.png", "dogs/2.png", "gone.png"],
            "class": ["cat", "cat", "dog", "dog", "dog"],
            "both": [["cat"], ["cat", "dog"], ["dog"], ["dog"], ["cat"]],
            "age": [1.0, 2.0, 3.0, 4.0, 5.0],
            "weight": [0.1, 0.2, 0.3, 0.4, 0.5],
        }
    )


def flow_of(table, folder, **kwargs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return ImageDataGenerator(validation_split=0.5).flow_from_dataframe(
            table, folder, target_size=(5, 4), shuffle=False, **kwargs
        )


def test_flow_from_dataframe(table, folder, capsys):
    with pytest.warns(UserWarning, match="leaves out 1 names of the column 'filename'"):
        flow = ImageDataGenerator().flow_from_dataframe(
            table, folder, weight_col="weight", target_size=(5, 4), shuffle=False
        )
    assert capsys.readouterr().out == "Found 4 validated image filenames belonging to 2 classes.\n"
    assert isinstance(flow, DataFrameIterator)
    images, labels, weights = next(flow)
    assert images[:, 0, 0, 0].tolist() == [10, 20, 110, 120]
    assert labels.tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]
    assert weights.tolist() == [0.1, 0.2, 0.3, 0.4]


def test_tables_with_several_classes_numbers_and_subsets(table, folder):
    assert next(flow_of(table, folder, y_col="both"))[1].tolist() == [[1, 0], [1, 1], [0, 1], [0, 1]]
    assert next(flow_of(table, folder, y_col="age", class_mode="raw"))[1].tolist() == [1, 2, 3, 4]
    outputs = next(flow_of(table, folder, y_col=["age", "weight"], class_mode="multi_output"))[1]
    assert [o.tolist() for o in outputs] == [[1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4]]
    assert next(flow_of(table, folder, class_mode="binary"))[1].tolist() == [0, 0, 1, 1]
    assert next(flow_of(table, folder, classes=["dog"]))[1].tolist() == [[1], [1]]
    assert flow_of(table, folder, subset="validation").filenames == ["cats/1.png", "cats/2.png"]
    assert next(flow_of(table, folder, class_mode=None)).shape == (4, 5, 4, 3)


def test_tables_are_refused(table, folder):
    with pytest.raises(TypeError, match="expected the column 'age' to hold texts"):
        flow_of(table, folder, y_col="age")
    with pytest.raises(ValueError, match="expected 2 classes, received 1"):
        flow_of(table, folder, class_mode="binary", classes=["dog"])
    with pytest.raises(TypeError, match="must hold the names of files"):
        flow_of(table, folder, x_col="age")
    with pytest.raises(TypeError, match="a list of columns as y_col, received 'age'"):
        flow_of(table, folder, y_col="age", class_mode="multi_output")


# Names


def test_older_names_warn_once(monkeypatch):
    monkeypatch.delitem(vars(older_names), "flip_axis", raising=False)
    with pytest.warns(
        DeprecationWarning,
        match="keras.preprocessing.image.flip_axis is an older spelling: write keras.ops.flip",
    ):
        assert older_names.flip_axis is affine.flip_axis
    assert "ImageDataGenerator" in dir(older_names)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        older_names.nonsense  # noqa: B018


def test_smart_resize():
    found = keras.preprocessing.image.smart_resize(IMAGES, (4, 4))
    assert type(found) is np.ndarray
    assert found.shape == (6, 4, 4, 3)
    expected = keras.ops.image.resize(IMAGES[:, 0:6], (4, 4)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    tensor = keras.ops.convert_to_tensor(IMAGES[0].transpose(2, 0, 1))
    assert keras.preprocessing.image.smart_resize(tensor, (2, 3), data_format="channels_first").shape == (
        3,
        2,
        3,
    )
    with pytest.raises(ValueError, match="size=\\(height, width\\), received 4"):
        keras.preprocessing.image.smart_resize(IMAGES, 4)
