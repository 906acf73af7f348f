"""`tf.config`, `tf.test`, `tf.distribute` and other questions about the machine: one CPU, nothing to set."""

import collections
import contextlib
import logging
import time
import unittest

import numpy as np

from minikeras import config, ops
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.graph import mode

PhysicalDevice = collections.namedtuple("PhysicalDevice", ("name", "device_type"))
LogicalDevice = collections.namedtuple("LogicalDevice", ("name", "device_type"))


def list_physical_devices(device_type=None):
    """The CPU; no GPU, no TPU."""
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def list_logical_devices(device_type=None):
    """The CPU; no GPU, no TPU."""
    return [LogicalDevice("/device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


def get_visible_devices(device_type=None):
    """The CPU; no GPU, no TPU."""
    return list_physical_devices(device_type)


def nothing(*args, **kwargs):
    """Harmless: there is nothing to set."""


def run_functions_eagerly(run_eagerly):
    """Harmless: functions always run eagerly."""


def functions_run_eagerly():
    """Whether `tf.function` functions run eagerly: they do."""
    return True


def get_memory_info(device):
    """There is no GPU whose memory could be asked."""
    raise ValueError(f"No matching devices found for {device!r}: there is only the CPU.")


def get_memory_growth(device):
    """Whether a GPU's memory grows: there is none."""
    return False


def set_intra_op_parallelism_threads(num_threads):
    """How many threads the kernels use; 0 leaves it as it is."""
    if num_threads:
        config.set_num_threads(int(num_threads))


def get_intra_op_parallelism_threads():
    """How many threads the kernels use."""
    return config.num_threads()


def get_inter_op_parallelism_threads():
    """One: operations run one after the other."""
    return 1


class LogicalDeviceConfiguration:
    """How much of a GPU to use: there is none."""

    def __init__(self, memory_limit=None, experimental_priority=None, experimental_device_ordinal=None):
        self.memory_limit = memory_limit


# tf.test


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """Whether there is a GPU: there is none."""
    return False


def is_built_with_cuda():
    """Whether it could use a GPU: it could not."""
    return False


def gpu_device_name():
    """The name of the GPU, empty."""
    return ""


class TestCase(unittest.TestCase):
    """A test case with comparisons of arrays."""

    def assertAllEqual(self, a, b, msg=None):
        """Raise unless all elements are equal."""
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), msg or "")

    def assertAllClose(self, a, b, rtol=1e-6, atol=1e-6, msg=None):
        """Raise unless all elements are close."""
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol, atol, err_msg=msg or "")

    def assertShapeEqual(self, a, b, msg=None):
        """Raise unless the shapes are equal."""
        np.testing.assert_equal(tuple(a.shape), tuple(b.shape), msg or "")


def run_tests():
    """Run the tests of the script."""
    unittest.main()


# Logging and time


def get_logger():
    """Python's logger named 'tensorflow'."""
    return logging.getLogger("tensorflow")


def set_log_verbosity(v):
    """How much the logger says."""
    get_logger().setLevel(int(v))


def get_log_verbosity():
    """How much the logger says."""
    return get_logger().getEffectiveLevel()


def log(msg, *args, **kwargs):
    """Log at level INFO."""
    get_logger().info(msg, *args, **kwargs)


def log_warning(msg, *args, **kwargs):
    """Log at level WARNING."""
    get_logger().warning(msg, *args, **kwargs)


def log_error(msg, *args, **kwargs):
    """Log at level ERROR."""
    get_logger().error(msg, *args, **kwargs)


def log_debug(msg, *args, **kwargs):
    """Log at level DEBUG."""
    get_logger().debug(msg, *args, **kwargs)


DEBUG, INFO, WARN, ERROR, FATAL = (
    logging.DEBUG,
    logging.INFO,
    logging.WARNING,
    logging.ERROR,
    logging.CRITICAL,
)


def timestamp(name=None):
    """Seconds since 1970."""
    return Tensor(np.asarray(time.time(), np.float64))


def executing_eagerly():
    """Whether calls are computed at once, rather than noted for a graph."""
    return not mode.deferring


def get_build_info():
    """What it was built with: no GPU."""
    return collections.OrderedDict(is_cuda_build=False, is_rocm_build=False, is_tensorrt_build=False)


# tf.distribute


class Strategy:
    """One replica, this process: `scope()` and `run` change nothing."""

    num_replicas_in_sync = 1
    cluster_resolver = None

    def __init__(self, *args, **kwargs):
        pass

    @contextlib.contextmanager
    def scope(self):
        """A block whose variables would be spread."""
        yield self

    def run(self, fn, args=(), kwargs=None, options=None):
        """fn called once."""
        return fn(*args, **(kwargs or {}))

    experimental_run_v2 = run

    def reduce(self, reduce_op, value, axis=None):
        """The value of the one replica, reduced along an axis if one is given."""
        if axis is None:
            return value
        return ops.mean(value, axis) if "MEAN" in str(reduce_op).upper() else ops.sum(value, axis)

    def gather(self, value, axis):
        """The value of the one replica."""
        return value

    def experimental_distribute_dataset(self, dataset, options=None):
        """The data set itself."""
        return dataset

    def distribute_datasets_from_function(self, dataset_fn, options=None):
        """The data set of one input pipeline."""
        return dataset_fn(InputContext())

    def experimental_local_results(self, value):
        """The value of the one replica, in a tuple."""
        return (value,)

    def make_dataset_iterator(self, dataset):
        """The data set's iterator."""
        return iter(dataset)


class InputContext:
    """Which part of the input a pipeline reads: all of it."""

    num_input_pipelines, input_pipeline_id, num_replicas_in_sync = 1, 0, 1

    def get_per_replica_batch_size(self, global_batch_size):
        """The whole batch."""
        return global_batch_size


class ReduceOp:
    """How the values of replicas would be combined."""

    SUM, MEAN = "SUM", "MEAN"


def get_strategy():
    """The strategy of one replica."""
    return Strategy()


def has_strategy():
    """Whether a strategy is in use: none."""
    return False


def get_replica_context():
    """The one replica."""
    return Strategy()
