"""The model: a layer that can be trained, saved and summarized."""

import copyreg
import importlib
import inspect
import io
import os

import numpy as np

from minikeras import limits, saving
from minikeras.autodiff import is_symbolic
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.layers.layer import Layer
from minikeras.layers.spec import who
from minikeras.models.aside import Aside
from minikeras.models.graph import Graph
from minikeras.models.summary import print_summary
from minikeras.nest import flatten, map_structure
from minikeras.ops import elementwise
from minikeras.ops.shaping import expand_dims, squeeze
from minikeras.registry import is_built_in
from minikeras.serialization import serialize
from minikeras.spellings.calls import accepting
from minikeras.training.conversion import is_frame, texts_as_bytes
from minikeras.training.trainer import Trainer

__all__ = ["Model"]

# Exporting stands below models: it is looked up when it is asked for.
_EXPORTER = "minikeras.export"


class Model(Aside, Trainer, Layer):
    """Layers that are trained together.

    Either derive from it: make the layers in `__init__`, use them in `call`. Or connect symbolic tensors:
    `Model(inputs, outputs)` with what `Input` and calls of layers on it return, lists and dictionaries of them included.

    >>> import minikeras as keras
    >>> class Classifier(keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = keras.layers.Dense(8, activation="relu")
    ...         self.out = keras.layers.Dense(3, activation="softmax")
    ...
    ...     def call(self, inputs):
    ...         return self.out(self.hidden(inputs))
    >>> Classifier()(np.ones((2, 4), "float32")).shape
    (2, 3)

    >>> x = keras.Input((4,))
    >>> keras.Model(x, keras.layers.Dense(3)(x)).count_params()
    15
    """

    module = "keras"
    passes_mask = True
    # The class of `Model(inputs, outputs)`, set by its module.
    functional_class: type | None = None
    # How the configuration of such a model is written and read.
    graph_configs: tuple = ()

    def __new__(cls, *args, **kwargs):
        if cls is Model and _are_graph_arguments(args, kwargs):
            cls = Model.functional_class
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        graph = None
        if _are_graph_arguments(args, kwargs):
            names = ("inputs", "outputs", "name")
            kwargs = {**dict(zip(names, args, strict=False)), **kwargs}
            graph = kwargs.pop("inputs"), kwargs.pop("outputs")
            args = ()
        super().__init__(*args, **kwargs)
        self._graph = None
        self._built_on = self._waiting_weights = None
        if graph is not None:
            self._set_graph(*graph)

    def _set_graph(self, inputs, outputs):
        self._graph = Graph(inputs, outputs, self.name)
        self.autocast = False  # the graph's inputs say their dtypes
        self._graph_layers = self._graph.layers
        self.built = True
        self._build_shape = map_structure(lambda t: t.shape, inputs)
        self._output_shape = map_structure(lambda t: t.shape, outputs)

    def call(self, inputs, training=None, mask=None):
        """The outputs for the inputs; a subclass writes its own."""
        if self._graph is None:
            raise NotImplementedError(f"{type(self).__name__} has no call(self, inputs) method. Write one.")
        return self._run_graph(self._graph_inputs(inputs), training)

    def _graph_inputs(self, inputs):
        """The values for the graph's inputs, flat, in their dtypes."""
        expected = self._graph.inputs
        if isinstance(inputs, dict):
            values = self._inputs_by_name(inputs)
        else:
            values = flatten(inputs)
        if len(values) != len(expected):
            raise ValueError(
                f"{who(self)} has {len(expected)} inputs ({self._names()}), received {len(values)}."
            )
        checked = []
        for value, tensor in zip(values, expected, strict=True):
            if value is not None and not is_symbolic(value):
                value = self._fitted(value, tensor)
            checked.append(value)
        return checked

    def _inputs_by_name(self, inputs):
        structure = self._graph.input_structure
        if isinstance(structure, dict):
            missing = [k for k in structure if k not in inputs]
            if missing:
                raise ValueError(
                    f"{who(self)} is missing the input {missing[0]!r}; received {sorted(inputs)}."
                )
            return flatten({k: inputs[k] for k in structure})
        names = [t.name for t in self._graph.inputs]
        missing = [n for n in names if n not in inputs]
        if missing:
            raise ValueError(f"{who(self)} is missing the input {missing[0]!r}; received {sorted(inputs)}.")
        return [inputs[n] for n in names]

    def _fitted(self, value, tensor):
        """A value checked against the input's shape, with a missing last axis of size 1 added as Keras does."""
        shape, wanted = tuple(value.shape), tensor.shape
        if len(shape) == len(wanted) - 1 and wanted[-1] == 1:
            mask, value = value.mask, expand_dims(value, axis=-1)
            value.mask = mask
            shape = tuple(value.shape)
        elif len(shape) == len(wanted) + 1 and shape[-1] == 1:
            value = squeeze(value, axis=-1)
            shape = tuple(value.shape)
        if len(shape) != len(wanted) or any(
            w is not None and s != w for s, w in zip(shape[1:], wanted[1:], strict=True)
        ):
            raise ValueError(_wrong_shape(self, tensor, shape))
        if value.dtype != tensor.dtype:
            mask = value.mask
            value = elementwise.cast(value, tensor.dtype.name)
            value.mask = mask
        return value

    def _names(self):
        return ", ".join(t.name for t in self._graph.inputs)

    def build(self, input_shape):
        """Make the weights for inputs of this shape by trying the call on it."""
        if self._graph is None and type(self).call is not Model.call:
            symbolic = _symbols(input_shape)
            if self._built_on is None:
                self._built_on = symbolic
            self.built = True
            self._build_shape = input_shape
            self.compute_output_spec(symbolic)
        self.built = True

    def compute_output_spec(self, *args, **kwargs):
        self.built = True
        if limits.active() and self._graph is not None and is_built_in(type(self)) and len(args) == 1:
            inputs = self._graph_inputs(args[0])
            if all(isinstance(value, SymbolicTensor) for value in inputs):
                return self._graph.specs(inputs)
        return super().compute_output_spec(*args, **kwargs)

    def _build_if_needed(self, args, kwargs):
        # A subclass's layers build themselves when `call` reaches them; its own `build` is for weights of its own.
        first = not self.built
        if first and args:
            self._built_on = map_structure(_symbol_like, args[0])
        if first and type(self).build is not Model.build:
            return super()._build_if_needed(args, kwargs)
        if first:
            self.built = True
            self._build_shape = map_structure(
                lambda v: (None, *v.shape[1:]) if hasattr(v, "shape") and v.shape else None,
                args[0] if args else None,
            )
            if self._waiting_weights is not None:
                self.compute_output_spec(self._built_on)
                self._load_waiting()
        return first

    def _load_waiting(self):
        """Take the weights that were to be loaded before the model had any."""
        (path, skip_mismatch), self._waiting_weights = self._waiting_weights, None
        saving.load_weights(self, path, skip_mismatch)

    # What it consists of

    @property
    def layers(self):
        """The layers of the model, in order."""
        if self._graph is not None:
            return list(self._graph_layers)
        return [layer for layer in self._layers if isinstance(layer, Layer)]

    def get_layer(self, name=None, index=None):
        """The layer of that name, or at that index."""
        if (name is None) == (index is None):
            raise ValueError("get_layer expected either name= or index=.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"{who(self)} has {len(layers)} layers, received index={index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"{who(self)} has no layer {name!r}. Its layers are {[layer.name for layer in layers]}."
        )

    @property
    def inputs(self):
        """The symbolic inputs, a list."""
        return list(self._graph.inputs) if self._graph is not None else None

    @property
    def outputs(self):
        """The symbolic outputs, a list."""
        return list(self._graph.outputs) if self._graph is not None else None

    @property
    def input(self):
        """The symbolic input, in the structure the model was made with."""
        return self._graph.input_structure if self._graph is not None else super().input

    @property
    def output(self):
        """The symbolic output, in the structure the model was made with."""
        return self._graph.output_structure if self._graph is not None else super().output

    @property
    def input_shape(self):
        """The shape of the input, None where unknown."""
        return map_structure(lambda t: t.shape, self.input)

    @property
    def output_shape(self):
        """The shape of the output, None where unknown."""
        return map_structure(lambda t: t.shape, self.output)

    @property
    def input_names(self):
        """The names of the inputs."""
        return [t.name for t in self.inputs]

    @property
    def output_names(self):
        """The names of the outputs: of the layers that make them."""
        if self._graph is None:
            return None
        structure = self._graph.output_structure
        if isinstance(structure, dict):
            return sorted(structure)
        names, seen = [], {}
        for tensor in self._graph.outputs:
            base = getattr(tensor.call.function, "name", None) or getattr(
                tensor.call.function, "__name__", "output"
            )
            count = seen[base] = seen.get(base, 0) + 1
            names.append(base if count == 1 else f"{base}_{count - 1}")
        return names

    def _takes_texts(self):
        return self._graph is not None and any(str(t.dtype) == "string" for t in self._graph.inputs)

    def _as_inputs(self, x):
        if self._takes_texts():
            x = texts_as_bytes(x)
        if self._graph is None or not is_frame(x):
            return x
        names = self.input_names
        several = len(names) > 1 or isinstance(self._graph.input_structure, dict)
        return {name: x[name] for name in names} if several and set(names) <= set(x.columns) else x

    def _input_dtypes(self):
        return (
            [t.dtype for t in self._graph.inputs]
            if self._graph is not None and not isinstance(self._graph.input_structure, dict)
            else None
        )

    # Its configuration

    @classmethod
    def takes_graph(cls):
        """Whether the class is made as `cls(inputs, outputs, name=...)`, so that a functional configuration tells all."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        free = [p for p in parameters if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        named = [p.name for p in parameters if p not in free]
        return named[:2] == ["inputs", "outputs"] or (not named and len(free) == 2)

    def get_config(self):
        if self._graph is not None and type(self).takes_graph():
            write, _ = Model.graph_configs
            return write(self)
        return super().get_config()

    @classmethod
    def from_config(cls, config, custom_objects=None):
        functional = {"name", "layers", "input_layers", "output_layers"} <= set(config)
        if functional and cls.takes_graph():
            _, read = Model.graph_configs
            return read(cls, config, custom_objects)
        try:
            return super().from_config(config)
        except (TypeError, ValueError) as error:
            if not functional:
                raise
            raise type(error)(
                f"{cls.__name__} cannot be made from the configuration of a functional model: its constructor takes other "
                f"arguments. Write its get_config and from_config. ({error})"
            ) from error

    # Looking and keeping

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print the layers with their output shapes and parameters, and the totals.

        print_fn: called with each line instead of print. expand_nested: also the layers of inner models.
        """
        print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    @accepting("Model.save")
    def save(self, filepath, overwrite=True, zipped=None, include_optimizer=True, save_format=None):
        """Save the model whole in a `.keras` file, which Keras reads too; see `saving.save_model`."""
        saving.save_model(self, filepath, overwrite, zipped, include_optimizer, save_format)

    def __reduce__(self):
        """Pickled and copied as its `.keras` file: architecture, weights, optimizer and the arguments of `compile`."""
        if not self.built:
            return copyreg.__newobj__, (type(self),), self.__dict__
        file = io.BytesIO()
        saving.save_model(self, file)
        return _from_file, (file.getvalue(),)

    @accepting("Model.save_weights")
    def save_weights(self, filepath, overwrite=True, objects_to_skip=None):
        """Save the weights in a `.weights.h5` file; see `saving.save_weights`."""
        saving.save_weights(self, filepath, overwrite, objects_to_skip)

    @accepting("Model.load_weights")
    def load_weights(self, filepath, skip_mismatch=False, by_name=False, objects_to_skip=None):
        """Take the weights from a `.weights.h5`, `.keras` or `.h5` file; see `saving.load_weights`.

        A model that has no weights yet takes those of a checkpoint of the older kind, a path without an ending, when it
        is first called, as programs for TensorFlow 2 expect.
        """
        from minikeras.saving.checkpoint_files import (
            is_checkpoint,  # with the files' modules, when files are read
        )

        if not self.built and is_checkpoint(filepath) and os.path.isfile(filepath):
            self._waiting_weights = filepath, skip_mismatch
            return
        saving.load_weights(self, filepath, skip_mismatch, by_name, objects_to_skip)

    def to_json(self, **kwargs):
        """The architecture as a JSON string, from which `models.model_from_json` makes an equal model."""
        import json

        return json.dumps(serialize(self), **kwargs)

    def export(self, filepath, format=None, verbose=None, input_signature=None, opset_version=None):
        """Write the model as an ONNX file for other runtimes: `model.export("model.onnx")`.

        format: "onnx", the only one, which a path that ends in .onnx implies. verbose: print what was written.
        input_signature: InputSpec objects, needed where a model of one's own was not called yet. opset_version: see
        `export.export_onnx`. The batch axis stays open; a layer that cannot be exported is named in an ExportError (a
        ValueError).

        >>> import minikeras as keras
        >>> import pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "model.onnx"
        >>> keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).export(path)
        >>> path.stat().st_size > 0
        True
        """
        kind = format or ("onnx" if str(filepath).endswith(".onnx") or hasattr(filepath, "write") else None)
        if kind != "onnx":
            received = f"format={format!r}" if format else f"the path {str(filepath)!r}"
            raise ValueError(
                f"{who(self)}: export writes ONNX files, received {received}. Write export('model.onnx') or pass "
                "format='onnx'; for other formats save the model with model.save('model.keras') and export it with Keras."
            )
        nodes = importlib.import_module(_EXPORTER).export_onnx(self, filepath, input_signature, opset_version)
        if verbose:
            print(f"Exported {who(self)} to {filepath}: {nodes} nodes.")

    def __repr__(self):
        parameters = f"{self.count_params():,} parameters" if self.built else "unbuilt"
        return f"<{type(self).__name__} name={self.name}, {len(self.layers)} layers, {parameters}>"

    def _repr_html_(self):
        from minikeras.models.page import model_page  # for notebooks alone

        return model_page(self)


# With their names in Keras 1.
_INPUTS, _OUTPUTS = ("inputs", "input"), ("outputs", "output")


def _are_graph_arguments(args, kwargs):
    return len(args) >= 2 or (
        any(name in kwargs for name in _OUTPUTS) and (args or any(name in kwargs for name in _INPUTS))
    )


def _symbols(input_shape):
    if isinstance(input_shape, dict):
        return {k: _symbols(v) for k, v in input_shape.items()}
    if isinstance(input_shape, (list, tuple)) and all(
        s is None or isinstance(s, (int, np.integer)) for s in input_shape
    ):
        return SymbolicTensor(input_shape)
    return [_symbols(s) for s in input_shape]


def _symbol_like(value):
    """A symbolic tensor for values like this one, in batches of any size."""
    if isinstance(value, SymbolicTensor) or not hasattr(value, "shape"):
        return value
    return SymbolicTensor((None, *value.shape[1:]) if value.shape else (), value.dtype.name)


def _wrong_shape(model, tensor, shape):
    wanted = tensor.shape
    remedy = "Reshape the data, or define the model with another Input."
    if len(shape) == len(wanted) - 1 and len(wanted) == 4:
        remedy = "Images need a channels axis: add one with x[..., None]."
    elif len(shape) == len(wanted) - 1:
        remedy = "If this is a single sample, add the batch axis: x[None]."
    features = f"{wanted[-1]} features: " if len(wanted) == 2 and len(shape) == 2 else ""
    return f"{who(model)} expected inputs of {features}shape {wanted} ('{tensor.name}'), received shape {shape}. {remedy}"


def _from_file(content):
    """The model in the bytes of a `.keras` file."""
    return saving.load_model(io.BytesIO(content))
