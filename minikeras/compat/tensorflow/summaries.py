"""`tf.summary`: numbers for TensorBoard, written by tensorboardX; in graphs, operations that cost nothing."""

import contextlib

import numpy as np

from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import Operation, is_deferred, mode
from minikeras.compat.tensorflow.storage import path_of

_writers: list = []
_step: list = [None]


class Writer:
    """Where summaries go."""

    def __init__(self, logdir):
        try:
            from tensorboardX import SummaryWriter
        except ImportError:
            raise ImportError(
                "tf.summary.create_file_writer needs tensorboardX: pip install tensorboardX. "
                "For curves without it use tf.keras.callbacks.CSVLogger."
            ) from None
        self._writer = SummaryWriter(path_of(logdir))

    @contextlib.contextmanager
    def as_default(self, step=None):
        """A block whose summaries go here."""
        _writers.append(self._writer)
        before = _step[0]
        if step is not None:
            _step[0] = step
        try:
            yield self
        finally:
            _writers.pop()
            _step[0] = before

    def set_as_default(self, step=None):
        """Summaries go here from here on."""
        _writers.append(self._writer)
        _step[0] = step if step is not None else _step[0]

    def flush(self):
        """Write what waits."""
        self._writer.flush()

    def close(self):
        """Write what waits, and end."""
        self._writer.close()

    def init(self):
        """Nothing to begin."""


def create_file_writer(
    logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None, experimental_trackable=False
):
    """A writer of summaries into a folder."""
    return Writer(logdir)


class _NoWriter:
    @contextlib.contextmanager
    def as_default(self, step=None):
        """A block whose summaries are not written."""
        yield self

    def flush(self):
        """Nothing waits."""

    def close(self):
        """Nothing waits."""


def create_noop_writer():
    """A writer that writes nothing."""
    return _NoWriter()


def _summary(write):
    def function(name, data=None, step=None, *args, tensor=None, values=None, **settings):
        data = data if data is not None else tensor if tensor is not None else values
        if mode.deferring or is_deferred(data):
            return Operation(lambda: None, (), "summary")
        step = step if step is not None else _step[0]
        if not _writers:
            return False
        if step is None:
            raise ValueError(
                "No step set. Please specify one either through the `step` argument or through tf.summary.experimental.set_step()"
            )
        write(_writers[-1], name, np.asarray(as_tensor(data).array), int(step))
        return True

    function.__doc__ = "Write a value for TensorBoard, if there is a writer."
    return function


scalar = _summary(lambda writer, name, data, step: writer.add_scalar(name, data.item(), step))
histogram = _summary(lambda writer, name, data, step: writer.add_histogram(name, data, step))
image = _summary(lambda writer, name, data, step: writer.add_images(name, data, step, dataformats="NHWC"))
text = _summary(
    lambda writer, name, data, step: writer.add_text(name, str(data.reshape(-1)[0].decode()), step)
)


def set_step(step):
    """The step of the summaries that name none."""
    _step[0] = step


def get_step():
    """The step of the summaries that name none."""
    return _step[0]


def record_if(condition):
    """A block whose summaries are written if the condition holds."""
    return contextlib.nullcontext()


def should_record_summaries():
    """Whether summaries are written."""
    return bool(_writers)


def trace_on(graph=True, profiler=False, profiler_outdir=None):
    """There is no graph to trace."""


def trace_export(name, step=None, profiler_outdir=None):
    """There is no graph to trace."""


# TensorFlow 1


def merge_all(key=None, scope=None, name=None):
    """An operation that does nothing."""
    return Operation(lambda: None, (), "merge_all")


def merge(inputs, collections=None, name=None):
    """An operation that does nothing."""
    return Operation(lambda: None, (), "merge")


class FileWriter:
    """What programs of TensorFlow 1 pass graphs and summaries to: nothing is written."""

    def __init__(self, logdir=None, graph=None, *args, **settings):
        self.logdir = logdir

    def get_logdir(self):
        """The folder."""
        return self.logdir

    def add_summary(self, summary, global_step=None):
        """Nothing is written."""

    def add_graph(self, graph, global_step=None):
        """Nothing is written."""

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Nothing is written."""

    def flush(self):
        """Nothing waits."""

    def close(self):
        """Nothing waits."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return None
