"""Event files for TensorBoard, written by the package tensorboardX."""

import os
import struct
import time
import warnings
import zlib

import numpy as np

from minikeras import config
from minikeras.callbacks import checks, projector
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.learning_rates import log_learning_rates, optimizers_of
from minikeras.callbacks.logs import plain_number
from minikeras.files import room_for
from minikeras.layers import Embedding

__all__ = ["TensorBoard"]

# As many images of one weight are written, the first ones of a convolution's kernels.
_IMAGES = 3


class TensorBoard(Callback):
    """Write what TensorBoard shows: metrics, the model's graph and summary, histograms of weights and gradients.

    It needs the package tensorboardX (`pip install minikeras-nn[tensorboard]`). Look at the files with
    `tensorboard --logdir logs`; training is in the folder 'train', validation and evaluation in 'validation'.

    log_dir: where, a folder for this training alone. histogram_freq: every so many epochs histograms of all weights and
    of their last gradients (as the optimizer had changed them, by clipping for example); 0 for none. write_graph: the
    model's layers as a graph, and its summary as a text. write_images: with the histograms, weights as images, their
    smallest value black, the largest white. write_steps_per_second: the speed. update_freq: 'epoch', 'batch' or a
    number of batches, after which the running metrics are written too. profile_batch: only 0; there is no profiler.
    embeddings_freq: every so many epochs the vectors of Embedding layers for the projector; embeddings_metadata: a file
    with a line for each of them, or a dictionary {layer name: file}.
    """

    reads_lazy_logs = True

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        super().__init__()
        if profile_batch:
            raise ValueError(
                f"TensorBoard: profiling is not available. Received: profile_batch={profile_batch} (must be 0). "
                "Use a profiler of Python, such as cProfile."
            )
        if update_freq not in ("batch", "epoch") and not (isinstance(update_freq, int) and update_freq > 0):
            raise ValueError(
                f"TensorBoard: update_freq must be 'batch', 'epoch' or a positive number of batches, received {update_freq!r}."
            )
        self.log_dir = checks.path("TensorBoard", "log_dir", log_dir)
        self.histogram_freq = checks.number(
            "TensorBoard", "histogram_freq", histogram_freq, least=0, whole=True
        )
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.profile_batch = profile_batch
        self.embeddings_freq = checks.number(
            "TensorBoard", "embeddings_freq", embeddings_freq, least=0, whole=True
        )
        self.embeddings_metadata = embeddings_metadata
        self._writers = {}
        self._fits = False
        self._graph_due = False
        self._global_train_batch = 0
        self._global_test_batch = 0
        self._batch_start = 0.0
        self._epoch_start = (0.0, 0)

    # The files

    def set_model(self, model):
        super().set_model(model)
        _import_tensorboardx()
        if self.embeddings_freq:
            projector.check_metadata(self._embeddings(), self.embeddings_metadata)

    @property
    def summary(self):
        """The `tensorboardX.SummaryWriter` of the training, for values of one's own."""
        return self._writer("train")

    def _writer(self, name):
        if name not in self._writers:
            folder = os.path.join(self.log_dir, name)
            with room_for(folder):
                self._writers[name] = _import_tensorboardx().SummaryWriter(folder)
        return self._writers[name]

    def _close(self):
        writers, self._writers = self._writers, {}
        with room_for(self.log_dir):
            for writer in writers.values():
                writer.close()

    def get_state(self):
        return {"train_batches": self._global_train_batch, "test_batches": self._global_test_batch}

    def set_state(self, state):
        self._global_train_batch, self._global_test_batch = state["train_batches"], state["test_batches"]
        self._graph_due = False

    # Training

    def on_train_begin(self, logs=None):
        self._fits = True
        self._global_train_batch = 0
        self._graph_due = self.write_graph

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch_start = (time.perf_counter(), self._global_train_batch)

    def on_train_batch_begin(self, batch, logs=None):
        self._global_train_batch += 1
        self._batch_start = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if self._graph_due:  # the model is built now
            self._graph_due = False
            self._write_model()
        if not self._is_due(self._global_train_batch):
            return
        writer, step = self._writer("train"), self._global_train_batch
        if self.write_steps_per_second:
            seconds = time.perf_counter() - self._batch_start
            writer.add_scalar("batch_steps_per_second", 1 / seconds, step)
        _write_scalars(writer, "batch_{}", dict(logs or {}), step)

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        training = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if training:
            log_learning_rates(self.model, training)
            if self.write_steps_per_second:
                began, before = self._epoch_start
                training["steps_per_second"] = (self._global_train_batch - before) / (
                    time.perf_counter() - began
                )
            _write_scalars(self._writer("train"), "epoch_{}", training, epoch)
        validation = {name[4:]: value for name, value in logs.items() if name.startswith("val_")}
        if validation:
            _write_scalars(self._writer("validation"), "epoch_{}", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            folder = os.path.join(self.log_dir, "train")
            projector.write(folder, self._embeddings(), self.embeddings_metadata, epoch)
        with room_for(self.log_dir):
            for writer in self._writers.values():
                writer.flush()

    def on_train_end(self, logs=None):
        self._fits = False
        self._close()

    on_abandon = on_train_end

    # Evaluation

    def on_test_batch_begin(self, batch, logs=None):
        self._global_test_batch += 1

    def on_test_batch_end(self, batch, logs=None):
        if self._is_due(self._global_test_batch):
            _write_scalars(self._writer("validation"), "batch_{}", dict(logs or {}), self._global_test_batch)

    def on_test_end(self, logs=None):
        if self.model.optimizer is not None:
            step = int(self.model.optimizer.iterations)
            _write_scalars(self._writer("validation"), "evaluation_{}_vs_iterations", logs or {}, step)
        if not self._fits:
            self._close()

    def _is_due(self, batch):
        return self.update_freq != "epoch" and batch % self.update_freq == 0

    # The model

    def _write_model(self):
        writer = self._writer("train")
        lines = []
        self.model.summary(print_fn=lines.append)
        text = "\n".join(f"    {line}" for line in "\n".join(lines).splitlines())
        writer.add_text("model", text, 0)
        if getattr(self.model, "_graph", None) is None:  # a model of a class of its own has no graph to draw
            return
        try:
            described = self.model.to_json()
        except (NotImplementedError, TypeError, ValueError) as error:
            warnings.warn(
                f"TensorBoard: the model has no configuration to draw a graph of: {error}", stacklevel=2
            )
            return
        writer._get_file_writer().add_summary(_graph_summary(described), 0)

    def _write_weights(self, epoch):
        writer = self._writer("train")
        for variable in self.model.weights:
            name = variable.path.replace(":", "_")
            _write_histogram(writer, f"{name}/histogram", variable.array, epoch)
            if self.write_images:
                for number, image in enumerate(images_of(variable.array)[:_IMAGES]):
                    tag = f"{name}/image" if number == 0 else f"{name}/image/{number}"
                    writer._get_file_writer().add_summary(_image_summary(tag, image), epoch)
        for name, gradient in self._gradients():
            _write_histogram(writer, f"{name}/gradient/histogram", gradient, epoch)

    def _gradients(self):
        """Pairs (path of a variable, its last gradient), as they lie where the optimizer was given them."""
        for _, optimizer in optimizers_of(self.model):
            variables = optimizer._trainable_variables if optimizer.built else []
            places = optimizer.destinations(variables) if variables else {}
            yield from ((v.path, places[id(v)]) for v in variables)

    def _embeddings(self):
        return [layer for layer in self.model._flatten_layers() if isinstance(layer, Embedding)]


def _import_tensorboardx():
    try:
        import tensorboardX  # imported only when used: it is optional, and takes half a second
    except ImportError:
        raise ImportError(
            "TensorBoard needs the package tensorboardX. Install it with: pip install minikeras-nn[tensorboard]"
        ) from None
    return tensorboardX


def _write_scalars(writer, name, values, step):
    for key, value in values.items():
        number = plain_number(value)
        if isinstance(number, (bool, int, float)):
            writer.add_scalar(name.format(key), number, step)


def _write_histogram(writer, tag, array, step):
    values = np.asarray(array, "float64").reshape(-1)
    values = values[np.isfinite(values)]
    if values.size:
        writer.add_histogram(tag, values, step)


def _graph_summary(described):
    """The model's configuration in the form in which TensorBoard draws a conceptual graph of it."""
    from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboardX.proto.tensor_pb2 import TensorProto
    from tensorboardX.proto.tensor_shape_pb2 import TensorShapeProto

    plugin = SummaryMetadata.PluginData(plugin_name="graph_keras_model", content=b"1")
    tensor = TensorProto(dtype="DT_STRING", string_val=[described.encode()], tensor_shape=TensorShapeProto())
    value = Summary.Value(tag="keras", metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)
    return Summary(value=[value])


def _image_summary(tag, pixels):
    from tensorboardX.proto.summary_pb2 import Summary

    height, width, colors = pixels.shape
    image = Summary.Image(height=height, width=width, colorspace=colors, encoded_image_string=png(pixels))
    return Summary(value=[Summary.Value(tag=tag, image=image)])


def images_of(weight):
    """A weight as images of (height, width, 1, 3 or 4) bytes: a matrix lies, a kernel is an image for each filter.

    >>> [image.shape for image in images_of(np.zeros((8, 3)))]
    [(3, 8, 1)]
    """
    array = np.squeeze(np.asarray(weight, "float64"))
    if array.ndim == 1:
        array = array[np.newaxis, np.newaxis, :, np.newaxis]
    elif array.ndim == 2:
        array = (array.T if array.shape[0] > array.shape[1] else array)[np.newaxis, :, :, np.newaxis]
    elif array.ndim == 3:
        if config.image_data_format() == "channels_last":
            array = array.transpose(2, 0, 1)
        array = array[..., np.newaxis]
    if array.ndim != 4 or array.shape[-1] not in (1, 3, 4) or not np.isfinite(array).all():
        return []
    low, high = array.min(), array.max()
    return list(np.rint((array - low) * (255 / (high - low) if high > low else 0)).astype("uint8"))


def png(pixels):
    """An image of (height, width, 1, 3 or 4) bytes as a PNG file (ISO/IEC 15948)."""
    height, width, colors = pixels.shape
    rows = np.zeros((height, 1 + width * colors), "uint8")  # each row begins with its filter, 0: none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 3: 2, 4: 6}[colors], 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
