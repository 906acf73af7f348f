"""The batches of MNIST that the first TensorFlow tutorials learned from, and the list of devices."""

import numpy as np
import pytest

from minikeras import seeds
from minikeras.compat import device_lib
from minikeras.compat.input_data import DataSet, read_data_sets


@pytest.fixture
def ten():
    """Ten examples whose labels are their numbers."""
    return DataSet(np.arange(10.0)[:, None], np.arange(10))


def test_mnist_in_three_parts():
    data = read_data_sets("MNIST_data/", one_hot=True)
    assert [part.num_examples for part in data] == [55000, 5000, 10000]
    assert data.train.images.dtype == np.float32
    assert (data.test.images.min(), data.test.images.max()) == (0.0, 1.0)
    assert data.test.labels.sum(axis=1).tolist() == [1.0] * 10000
    plain = read_data_sets(reshape=False, validation_size=0, dtype=np.uint8)
    assert plain.train.images.shape == (60000, 28, 28, 1)
    assert plain.train.images.max() == 255
    assert plain.test.labels[:3].tolist() == [7, 2, 1]


def test_each_epoch_gives_every_example_once(ten):
    seeds.set_global_seed(3)
    epochs = []
    for _ in range(2):
        labels = np.concatenate([ten.next_batch(5)[1] for _ in range(2)])
        assert sorted(labels.tolist()) == list(range(10))
        epochs.append(labels.tolist())
    assert epochs[0] != epochs[1]
    seeds.set_global_seed(None)


def test_a_batch_goes_over_the_end_of_an_epoch(ten):
    batches = [ten.next_batch(4, shuffle=False)[1].tolist() for _ in range(3)]
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    assert ten.epochs_completed == 1
    images, labels = ten.next_batch(4, shuffle=False)
    assert images[:, 0].tolist() == labels.tolist() == [2, 3, 4, 5]


def test_what_cannot_be_met_is_an_error(ten):
    with pytest.raises(ValueError, match=r"expected a batch size from 1 to 10, received 11"):
        ten.next_batch(11)
    with pytest.raises(ValueError, match=r"fake_data=True\) does not exist"):
        ten.next_batch(2, fake_data=True)
    with pytest.raises(ValueError, match=r"expected a validation_size from 0 to 60000, received -1"):
        read_data_sets(validation_size=-1)


def test_the_processor_is_the_only_device():
    (device,) = device_lib.list_local_devices()
    assert (device.name, device.device_type) == ("/device:CPU:0", "CPU")
    assert device.memory_limit > 0
