"""Files from strangers: refused before they reach anything, or read as the data they are."""

import sys
import time
import tracemalloc

import hostile_files
import pytest

import minikeras as keras
from minikeras.limits import LimitError, limited
from minikeras.saving import ModelFileError, UnsafeFileError

_MOST_BYTES = 200 << 20
_MOST_SECONDS = 1.0
# What happens in the interpreter while a file is read: nothing of this kind may.
_ACTIONS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "socket.getaddrinfo",
            "os.remove", "os.rename", "os.mkdir", "shutil.", "pickle.find_class")  # fmt: skip
_watched = []


def _audit(event, arguments):
    if not _watched:
        return
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    reads = event == "open" and isinstance(arguments[0], str) and arguments[0].startswith("/etc/")
    if writes or reads or event.startswith(_ACTIONS):
        _watched[-1].append((event, arguments[:1]))


sys.addaudithook(_audit)


@pytest.fixture(scope="module", autouse=True)
def everything_imported():
    """Imports are no part of what a file costs."""
    assert keras.models.Sequential
    assert keras.layers.Dense


def load_watched(path):
    """Load a file; returns (what happened meanwhile, bytes allocated at most, seconds)."""
    actions = []
    tracemalloc.start()
    _watched.append(actions)
    start = time.process_time()  # what the file costs, not what else the machine does
    try:
        keras.saving.load_model(path)
    finally:
        seconds = time.process_time() - start
        _watched.pop()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert actions == []
        assert peak < _MOST_BYTES, f"{peak >> 20} MB"
        assert seconds < _MOST_SECONDS


def path_for(make, folder):
    return folder / ("model.h5" if make in hostile_files.OLDER_FORMAT else "model.keras")


def named(make):
    return make.__name__


@pytest.mark.parametrize("make", hostile_files.UNSAFE, ids=named)
def test_what_no_model_needs_is_refused_as_unsafe(make, tmp_path):
    path = path_for(make, tmp_path)
    make(path)
    with pytest.raises(UnsafeFileError):
        load_watched(path)
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", hostile_files.RESULTS_OF_ANY_SIZE)
def test_what_settings_alone_make_large_is_not_made(name, tmp_path):
    path = tmp_path / "model.keras"
    hostile_files.RESULTS_OF_ANY_SIZE[name](path)
    with pytest.raises(UnsafeFileError, match="would be needed to find out the shapes"):
        load_watched(path)


def test_a_row_and_a_column_are_not_made_a_matrix():
    x = keras.Input((100_000,))
    with limited(10, 0):
        assert (x[:, None, :] + x[:, :, None]).shape == (None, 100_000, 100_000)
        with pytest.raises(LimitError, match=r"shape \(2, 100000, 100000\) would be needed"):
            keras.ops.matmul(x[:, :, None], x[:, None, :])


def test_the_same_settings_of_a_user_are_not_bounded():
    x = keras.Input((1,))
    assert keras.ops.one_hot(keras.ops.cast(x[:, 0], "int32"), 30_000_000, dtype="bool").shape == (
        None,
        30_000_000,
    )


def test_differences_of_a_huge_order_end_at_once(tmp_path):
    path = tmp_path / "model.keras"
    hostile_files.operation_of_any_size("Diff", "x", n=hostile_files.HUGE)(path)
    load_watched(path)


@pytest.mark.parametrize("make", hostile_files.REFUSED, ids=named)
def test_what_is_unknown_or_damaged_is_refused(make, tmp_path):
    path = path_for(make, tmp_path)
    make(path)
    with pytest.raises(ModelFileError):
        load_watched(path)
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("vulnerability", "make"),
    [(name, make) for name, files in hostile_files.VULNERABILITIES.items() for make in files],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_what_keras_was_open_to(vulnerability, make, tmp_path):
    """Each of the published vulnerabilities: refused with a ValueError, nothing run, read elsewhere or written."""
    path = path_for(make, tmp_path)
    make(path)
    with pytest.raises(ValueError, match=path.name) as refusal:
        load_watched(path)
    assert isinstance(refusal.value, ModelFileError)
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_valid_file_that_the_hostile_ones_are_made_of_loads(tmp_path):
    hostile_files.archive(tmp_path / "model.keras")
    load_watched(tmp_path / "model.keras")


def test_safe_mode_off_does_not_let_code_in(tmp_path):
    hostile_files.lambda_layer(tmp_path / "model.keras")
    with pytest.raises(UnsafeFileError, match="Lambda.*Code in files is never run"):
        keras.saving.load_model(tmp_path / "model.keras", safe_mode=False)


def test_the_error_is_a_value_error_that_names_the_file_and_the_reason(tmp_path):
    path = tmp_path / "model.keras"
    hostile_files.external_storage(path)
    with pytest.raises(
        ValueError,
        match=r"model\.keras: model\.weights\.h5 holds the dataset '/layers/dense/vars/0'.*another file",
    ):
        keras.saving.load_model(path)


@pytest.mark.parametrize(
    "make",
    [
        hostile_files.declared_shape, hostile_files.external_storage, hostile_files.virtual_dataset, hostile_files.soft_link,
        hostile_files.external_link, hostile_files.hard_link, hostile_files.compressed_weights,
        hostile_files.contiguous_shape_without_data, hostile_files.zip_bomb_in_the_weights,
    ],
    ids=named,
)  # fmt: skip
def test_weights_of_such_files_are_refused_too(make, tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    before = [w.numpy() for w in model.weights]
    make(tmp_path / "model.keras")
    with pytest.raises(ModelFileError):
        model.load_weights(tmp_path / "model.keras")
    assert all((a == b.numpy()).all() for a, b in zip(before, model.weights, strict=True))


def test_a_dataset_of_another_shape_is_not_read(tmp_path):
    def write(file, group):
        group["0"], group["1"] = [[0.0] * 3] * 1000, [0.0] * 3

    hostile_files.weights(tmp_path / "model.keras", write)
    with pytest.raises(
        ModelFileError, match=r"variables of shapes \(\(2, 3\), \(3,\)\), the file \(\(1000, 3\), \(3,\)\)"
    ):
        keras.saving.load_model(tmp_path / "model.keras")


def test_skip_mismatch_does_not_pass_over_what_is_unsafe(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    hostile_files.external_storage(tmp_path / "model.keras")
    with pytest.raises(UnsafeFileError):
        model.load_weights(tmp_path / "model.keras", skip_mismatch=True)
