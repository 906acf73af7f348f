"""PyDataset with worker processes: the same batches, and no process left, however the training ends."""

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.training import workers as workers_module

SCRIPT = Path(__file__).with_name("worker_script.py")
PROCESSES = {"workers": 2, "use_multiprocessing": True}
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")


class Batches(keras.utils.PyDataset):
    """Ten batches; the numbers in batch `index` say which it is, and in which process it was made."""

    count = 10
    epoch = 0

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        x = np.full((2, 3), index + 100 * self.epoch, "float32")
        return x, np.full((2, 1), os.getpid(), "float64")

    def on_epoch_end(self):
        self.epoch += 1


class Watching(keras.Model):
    """A model that notes its batches instead of learning from them."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.compile("sgd", "mse")

    def train_step(self, data):
        self.seen.append((int(data[0].numpy()[0, 0]), int(data[1].numpy()[0, 0])))
        return {"loss": 0.0}


def children(of=None):
    """The processes that a process (this one) started and that are there still, zombies included."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            number, rest = path.read_text().split(" ", 1)
            if int(rest.rpartition(")")[2].split()[1]) == (of or os.getpid()):
                found.append(int(number))
    return found


def gone(processes):
    """Whether these processes end within seconds."""
    for _ in range(200):
        if not any(Path(f"/proc/{p}").exists() for p in processes):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(autouse=True)
def no_process_left():
    before = children()
    yield
    assert sorted(children()) == sorted(before)


def seen(data, **kwargs):
    model = Watching()
    model.fit(data, verbose=0, **kwargs)
    return [index for index, _ in model.seen], {process for _, process in model.seen}


@needs_proc
@pytest.mark.parametrize("most", [1, 3, 50])
def test_processes_prepare_the_batches_and_order_stays(most):
    batches, processes = seen(Batches(**PROCESSES, max_queue_size=most), epochs=2, shuffle=False)
    assert batches == [*range(10), *range(100, 110)]
    assert os.getpid() not in processes
    assert len(processes) == 4  # two for each epoch, which see what on_epoch_end has changed
    same = {"epochs": 2, "shuffle": True}
    keras.utils.set_random_seed(3)
    expected, here = seen(Batches(), **same)
    assert here == {os.getpid()}
    keras.utils.set_random_seed(3)
    assert (
        seen(Batches(**PROCESSES, max_queue_size=most), **same)[0]
        == expected
        != [*range(10), *range(100, 110)]
    )


def test_the_queue_is_as_long_as_asked_for(tmp_path):
    class Noting(Batches):
        def __getitem__(self, index):
            (tmp_path / str(index)).touch()
            return super().__getitem__(index)

    class Looking(keras.callbacks.Callback):
        ahead = 0

        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.05)
            self.ahead = max(self.ahead, len(list(tmp_path.iterdir())) - batch - 1)

    for kwargs in (PROCESSES, {"workers": 2}):
        looking = Looking()
        Watching().fit(Noting(**kwargs, max_queue_size=3), verbose=0, callbacks=[looking], shuffle=False)
        assert looking.ahead == 3
        for path in tmp_path.iterdir():
            path.unlink()


def test_epochs_of_some_steps_tell_the_data_set_as_keras_does():
    """`on_epoch_end` comes after each epoch of the training, not after each pass over the data."""
    expected = [0, 1, 2, 103, 104, 105, 206, 207, 208, 309, 300, 301]
    for kwargs in ({}, {"workers": 2}, PROCESSES):
        assert seen(Batches(**kwargs), epochs=4, steps_per_epoch=3, shuffle=False)[0] == expected


def test_an_infinite_data_set_goes_on():
    class Endless(Batches):
        num_batches = None

    expected = [0, 1, 2, 103, 104, 105]
    for kwargs in ({}, {"workers": 2}, PROCESSES):
        assert seen(Endless(**kwargs), epochs=2, steps_per_epoch=3)[0] == expected


def test_random_numbers_do_not_depend_on_the_number_of_workers():
    class Drawing(Batches):
        def __getitem__(self, index):
            return np.random.normal(size=(4, 3)), np.random.normal(size=(4, 1))

    def losses(workers):
        keras.utils.set_random_seed(5)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        data = Drawing(workers=workers, use_multiprocessing=True)
        return model.fit(data, epochs=2, validation_data=data, verbose=0).history

    one = losses(1)
    assert one == losses(3)
    assert len(set(one["loss"] + one["val_loss"])) == 4


def test_the_fast_paths_of_training_are_taken():
    class Same(Batches):
        def __getitem__(self, index):
            return np.ones((4, 3), "float32"), np.ones((4, 1), "float32")

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(Same(**PROCESSES), verbose=0)
    (form,) = model._replay._forms.values()
    assert form.trusted is not None


class NeedsTwoError(Exception):
    def __init__(self, one, two):
        super().__init__(one, two)
        self.args = (one,)


@pytest.mark.parametrize("kwargs", [{"workers": 2}, PROCESSES], ids=["threads", "processes"])
@pytest.mark.parametrize(("raised", "kind"), [(OSError, OSError), (NeedsTwoError, Exception)])
def test_an_error_in_a_worker_comes_with_its_place(kwargs, raised, kind):
    class Faulty(Batches):
        def __getitem__(self, index):
            if index == 5:
                raise raised("no batch", "here")
            return super().__getitem__(index)

    with pytest.raises(kind, match="no batch") as caught:
        Watching().fit(Faulty(**kwargs), shuffle=False, verbose=0)
    assert caught.value.__notes__ == ["It was raised in Faulty.__getitem__(5)."]
    if "use_multiprocessing" in kwargs:
        assert "in a worker process:\nTraceback" in str(caught.value.__cause__)
        assert "in __getitem__" in str(caught.value.__cause__)


def test_a_worker_that_dies_is_told_of():
    class Dying(Batches):
        def __getitem__(self, index):
            if index == 5:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().__getitem__(index)

    with pytest.raises(
        RuntimeError, match=r"worker process of the data set Dying ended .* \(exit code -9; .*fewer workers"
    ):
        Watching().fit(Dying(**PROCESSES), shuffle=False, verbose=0)


def test_batches_that_cannot_be_sent():
    class Sending(Batches):
        def __getitem__(self, index):
            return lambda: index

    with pytest.raises(Exception, match=r"(?i)can't (pickle|get local) .*lambda"):
        Watching().fit(Sending(**PROCESSES), verbose=0)


def test_a_data_set_that_cannot_be_sent_says_what_to_do(monkeypatch):
    class Local(Batches):
        pass

    monkeypatch.setattr(workers_module.multiprocessing, "get_start_method", lambda allow_none: "spawn")
    with pytest.raises(
        TypeError, match=r"Local\(use_multiprocessing=True\) .* 'spawn'.*at the top of a module.*use threads"
    ):
        Watching().fit(Local(**PROCESSES), verbose=0)
    assert pickle.loads(pickle.dumps(Batches(**PROCESSES))).workers == 2


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"workers": "2"}, "Batches expected workers to be a whole number from 0 up, received '2'"),
        ({"workers": -1, "use_multiprocessing": True}, "expected workers .* received -1"),
        (
            {"workers": 2, "max_queue_size": 0},
            "expected max_queue_size to be a whole number from 1 up, received 0",
        ),
    ],
)
def test_settings_that_count_nothing(kwargs, text):
    with pytest.raises(ValueError, match=text):
        Watching().fit(Batches(**kwargs), verbose=0)


def test_a_length_that_is_no_number():
    class Half(Batches):
        num_batches = 2.5

    with pytest.raises(ValueError, match=r"Half expected __len__ .* received 2.5. Round it up: math.ceil"):
        Watching().fit(Half(), verbose=0)


@pytest.mark.parametrize("kwargs", [{"workers": 2}, PROCESSES], ids=["threads", "processes"])
def test_a_training_that_ends_early_ends_the_workers(kwargs):
    class Stopping(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    class Failing(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise ArithmeticError("a callback's")

    data = Batches(**kwargs)
    Watching().fit(data, verbose=0, callbacks=[Stopping()])
    with pytest.raises(ArithmeticError) as caught:
        Watching().fit(data, verbose=0, steps_per_epoch=3, callbacks=[Failing()])
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert model.predict(data, verbose=0, steps=3).shape == (6, 1)
    del caught


def started(method, epochs, folder=""):
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), method, str(epochs), str(folder)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_scripts_train_with_every_way_of_starting_processes(method):
    process = started(method, 2)
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert errors == ""
    assert out.count("batch\n") == 12


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_outlives_a_script_that_is_interrupted(number):
    process = started("fork", 1000)
    with process:
        assert process.stdout.readline() == "batch\n"
        processes = children(process.pid)
        assert len(processes) == 2
        # Ctrl-C reaches every process of the terminal; kill -9 only the one that is named.
        os.killpg(process.pid, number) if number == signal.SIGINT else process.kill()
        errors = process.communicate(timeout=30)[1]
    assert errors.endswith("KeyboardInterrupt\n" if number == signal.SIGINT else "")
    assert errors.count("Traceback") == (number == signal.SIGINT)
    assert gone(processes)


def test_a_training_with_workers_resumes_after_a_kill(tmp_path):
    """Its data set shuffles itself in on_epoch_end, and its batches draw random numbers."""
    out, errors = started("fork", 4).communicate(timeout=60)
    assert errors == ""
    weights = out.splitlines()[-1]
    with started("fork", 4, tmp_path / "backup") as process:
        for _ in range(16):
            process.stdout.readline()
        process.kill()
        process.communicate()
    out, errors = started("fork", 4, tmp_path / "backup").communicate(timeout=60)
    assert errors == ""
    assert 8 <= out.count("batch") <= 10
    assert out.splitlines()[-1] == weights
