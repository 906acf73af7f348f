"""The thread pool: the same bits on any number of threads, after fork, and from several Python threads at once."""

import multiprocessing
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from kernel_checks import numbers

try:
    from minikeras.kernels import native
except ImportError:
    pytest.skip("the native module is not installed", allow_module_level=True)

GEOMETRY = ((1, 1), ((1, 1), (1, 1)), (1, 1), 1)


@pytest.fixture(autouse=True)
def threads():
    before = native.num_threads()
    yield
    native.set_num_threads(before)


def everything():
    """The results of kernels that split their work, as one list of bytes."""
    x, w = numbers(33, 14, 14, 6), numbers(3, 3, 6, 16, seed=1)
    y = native.conv(x, w, None, *GEOMETRY, "relu")
    wide, square = numbers(200, 300), numbers(300, 130, seed=2)
    pooled, winners = native.max_pool(y, (2, 2), (2, 2), ((0, 0), (0, 0)))
    sequence = numbers(33, 9, 20), numbers(20, 64, seed=1), numbers(16, 64, seed=2), None
    states = np.zeros((33, 16), np.float32)
    outputs, _, _, saved = native.lstm(*sequence, states, states, None)
    w_flat, g, m, v = (
        numbers(100_001),
        numbers(100_001, seed=1),
        numbers(100_001, seed=2),
        np.abs(numbers(100_001)),
    )
    native.adam(w_flat, g, m, v, 0.01, 0.9, 0.999, 1e-7, 3)
    results = [
        *native.conv_gradient(y, x, w, y, *GEOMETRY, "relu", (True,) * 3),
        pooled,
        native.max_pool_gradient(pooled, winners, y.shape, (2, 2), (2, 2), ((0, 0), (0, 0))),
        native.dense(wide, square),
        *native.dense_gradient(wide @ square, wide, square, None, None, (True,) * 3),
        *native.batch_norm(numbers(5000, 20), None, None, 1e-3),
        *native.lstm_gradient(outputs, None, None, *sequence, saved, (True, True, True, True, True, True)),
        w_flat,
        np.float64(native.squared_norm(g)),
        native.embedding_gradient(numbers(2000, 33), np.arange(2000) % 77, 77),
    ]
    return [result.tobytes() for result in results]


def test_the_same_bits_on_any_number_of_threads():
    native.set_num_threads(1)
    expected = everything()
    for count in (2, 3, 8):
        native.set_num_threads(count)
        for _ in range(3):
            assert everything() == expected, count


def test_the_same_bits_beside_a_busy_process():
    native.set_num_threads(2)
    expected = everything()
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        for _ in range(5):
            assert everything() == expected
    finally:
        busy.kill()
        busy.wait()


def test_several_python_threads_at_once():
    native.set_num_threads(3)
    expected = everything()
    with ThreadPoolExecutor(4) as executor:
        for received in executor.map(lambda _: everything(), range(12)):
            assert received == expected


def child(connection):
    connection.send(everything())
    connection.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_after_fork():
    native.set_num_threads(3)
    expected = everything()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=child, args=(sender,))
    process.start()
    assert receiver.poll(60)
    assert receiver.recv() == expected
    process.join(60)
    assert process.exitcode == 0
    assert everything() == expected


def test_workers_that_slept_are_woken():
    native.set_num_threads(2)
    expected = everything()
    for _ in range(5):
        time.sleep(0.01)
        assert everything() == expected
