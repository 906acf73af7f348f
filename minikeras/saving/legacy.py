"""Whole models and weights in `.h5` files: the format of Keras 2, which Keras 3 still reads and writes."""

import io
import json
import warnings

import numpy as np

from minikeras import limits, losses, optimizers
from minikeras import metrics as metrics_module
from minikeras.files import atomic_write
from minikeras.layers.layer import Layer
from minikeras.limits import limited
from minikeras.nest import flatten
from minikeras.saving.archive import is_archive, parse_json
from minikeras.saving.errors import ModelFileError, UnsafeFileError
from minikeras.saving.guard import check_config, refusing
from minikeras.saving.hdf5 import Group, HDF5File
from minikeras.saving.legacy_config import modern, modern_loss, modern_metrics
from minikeras.saving.store import stored_in
from minikeras.serialization import deserialize, serialize, sharing_objects

_WEIGHTS, _OPTIMIZER = "model_weights", "optimizer_weights"
_MOST_ATTRIBUTE_BYTES = 60_000
_MOST_NAMES = 20_000


def load_legacy_model(file, name, custom_objects=None, compile=True):
    """The model in an open `.h5` file; `name` is what errors call the file."""
    root = HDF5File(file, name).root
    config = root.attribute("model_config")
    weights = root.group(_WEIGHTS)
    if not isinstance(config, str) or weights is None:
        raise ModelFileError(
            f"{name} holds no model. If it holds weights only, build the model in Python and call load_weights({name!r})."
        )
    config = modern(parse_json(config, name))
    check_config(config, name)
    with refusing(name), limited(*stored_in(root, name)), sharing_objects():
        model = deserialize(config, custom_objects, family="layer")
        if not isinstance(model, Layer):
            raise ModelFileError(f"{name} holds a {type(model).__name__}, not a model.")
        load_by_order(model, weights, name)
        training = root.attribute("training_config")
        if compile and isinstance(training, str):
            _compile(model, parse_json(training, name), root, name, custom_objects)
    return model


def save_legacy_model(model, path, include_optimizer=True):
    """Save a model whole in an `.h5` file."""
    import h5py

    buffer = io.BytesIO()  # h5py hides what goes wrong with a file when it is closed
    with h5py.File(buffer, "w", libver=("earliest", "v108")) as hdf5:
        hdf5.attrs["keras_version"] = "3.15.1"
        hdf5.attrs["backend"] = "minikeras"
        hdf5.attrs["model_config"] = json.dumps(
            {"class_name": type(model).__name__, "config": model.get_config()}
        )
        _write_weights(model, hdf5.create_group(_WEIGHTS))
        if include_optimizer and model.compiled:
            training = {k: v for k, v in model.get_compile_config().items() if k != "optimizer"}
            training["loss"] = _full_names(training["loss"])
            optimizer = serialize(model.optimizer)
            training["optimizer_config"] = {k: optimizer[k] for k in ("class_name", "config")}
            hdf5.attrs["training_config"] = json.dumps(training)
            if model.optimizer.variables:
                _write_arrays(hdf5.create_group(_OPTIMIZER), model.optimizer.variables)
    with atomic_write(path) as file:
        file.write(buffer.getbuffer())


def save_legacy_weights(model, path):
    """Save a model's weights, layer by layer, in an `.h5` file."""
    import h5py

    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=("earliest", "v108")) as hdf5:
        hdf5.attrs["keras_version"] = "3.15.1"
        hdf5.attrs["backend"] = "minikeras"
        _write_weights(model, hdf5)
    with atomic_write(path) as file:
        file.write(buffer.getbuffer())


def _write_weights(model, group):
    _write_names(group, "layer_names", [layer.name for layer in model.layers])
    for layer in sorted(model.layers, key=lambda each: each.name):
        _write_arrays(group.create_group(layer.name), _weights(layer))
    own = {id(v) for layer in model.layers for v in layer.weights}
    _write_arrays(
        group.create_group("top_level_model_weights"), [v for v in model.weights if id(v) not in own]
    )


def is_legacy(file, name):
    """Whether an open file, if it is HDF5 at all, holds weights layer by layer."""
    if is_archive(file):
        return False
    root = HDF5File(file, name).root
    return _WEIGHTS in root or any(
        root.attribute(names) is not None for names in ("layer_names", "layer_names0")
    )


def load_legacy_weights(model, file, name, by_name=False, skip_mismatch=False):
    """Give a model the weights in an open `.h5` file, layer by layer in order, or by the layers' names."""
    root = HDF5File(file, name).root
    group = root.group(_WEIGHTS) if root.attribute("layer_names") is None and _WEIGHTS in root else root
    with refusing(name):
        if by_name:
            _load_by_name(model, group, name, skip_mismatch)
        else:
            load_by_order(model, group, name, skip_mismatch)


def load_by_order(model, group, name, skip_mismatch=False):
    """Give the layers with weights, in order, those of the stored layers with weights."""
    stored = [(n, _datasets(group, n, name)) for n in _names(group, "layer_names")]
    stored = [(n, datasets) for n, datasets in stored if datasets]
    layers = [layer for layer in model.layers if layer.weights]
    if len(stored) != len(layers):
        raise ModelFileError(
            f"{name} holds {len(stored)} layers with weights ({', '.join(n for n, _ in stored)}), the model has {len(layers)} "
            f"({', '.join(layer.name for layer in layers)})."
        )
    for layer, (_, datasets) in zip(layers, stored, strict=True):
        _assign(layer, _weights(layer), datasets, name, skip_mismatch)
    _load_top_level(model, group, name, skip_mismatch)


def _load_by_name(model, group, name, skip_mismatch):
    by_name = {layer.name: layer for layer in model.layers}
    for stored in _names(group, "layer_names"):
        if stored in by_name:
            layer = by_name[stored]
            _assign(layer, _weights(layer), _datasets(group, stored, name), name, skip_mismatch)
    _load_top_level(model, group, name, skip_mismatch)


def _load_top_level(model, group, name, skip_mismatch):
    if "top_level_model_weights" in group:
        own = {id(v) for layer in model.layers for v in layer.weights}
        variables = [v for v in model.weights if id(v) not in own]
        _assign(model, variables, _datasets(group, "top_level_model_weights", name), name, skip_mismatch)


def _assign(layer, variables, datasets, name, skip_mismatch):
    shapes = [d.shape for d in datasets]
    if shapes == [v.shape for v in variables]:
        for variable, dataset in zip(variables, datasets, strict=True):
            variable.assign(dataset.read())
        return
    text = (
        f"{name} does not fit the model: {type(layer).__name__} '{layer.name}' has weights of shapes "
        f"{[v.shape for v in variables]}, the file {shapes}."
    )
    if not skip_mismatch:
        raise ModelFileError(
            f"{text} Build the model as it was when it was saved, or pass skip_mismatch=True."
        )
    warnings.warn(f"{text} They were left as they are.", stacklevel=5)


def _compile(model, training, root, name, custom_objects):
    """Compile as the file says, and take over the optimizer's state."""
    if not isinstance(training, dict):
        raise ModelFileError(f"{name}: its training_config is no configuration.")
    check_config(training, name)
    limits.check_values(
        flatten([training.get(key) for key in ("loss", "loss_weights", "metrics", "weighted_metrics")])
    )
    optimizer = optimizers.deserialize(modern(training["optimizer_config"]), custom_objects)
    model.compile(
        optimizer=optimizer,
        loss=deserialize(modern_loss(training.get("loss")), custom_objects, family="loss"),
        metrics=deserialize(
            modern_metrics(training.get("metrics"), _is_metric), custom_objects, family="metric"
        ),
        weighted_metrics=deserialize(
            modern_metrics(training.get("weighted_metrics"), _is_metric), custom_objects, family="metric"
        ),
        loss_weights=training.get("loss_weights"),
    )
    if root.group(_OPTIMIZER) is None:
        return
    unbuilt = len(optimizer.variables)
    optimizer.build(model.trainable_variables)
    names, datasets = _names(root.group(_OPTIMIZER), "weight_names"), _datasets(root, _OPTIMIZER, name)
    variables = list(optimizer.variables)
    if len(datasets) in (1, len(variables) - 1):
        variables = [
            v for v in variables if v is not optimizer.learning_rate
        ]  # Keras 2 keeps it in the configuration
    datasets = _beside_each_other(names, datasets)
    if len(datasets) in (1, unbuilt):
        variables = variables[: len(datasets)]  # it had made no step
    if [d.shape for d in datasets] != [v.shape for v in variables]:
        warnings.warn(
            f"{name} holds another optimizer's state than {type(optimizer).__name__} has: it starts anew.",
            stacklevel=4,
        )
        return
    for variable, dataset in zip(variables, datasets, strict=True):
        variable.assign(dataset.read())


def _full_names(loss):
    """Losses by their full names: Keras 3 does not know 'mse' in files of this format."""
    if isinstance(loss, list):
        return [_full_names(part) for part in loss]
    if isinstance(loss, dict) and "class_name" not in loss:
        return {key: _full_names(part) for key, part in loss.items()}
    return getattr(losses.get(loss), "__name__", loss) if isinstance(loss, str) else loss


def _is_metric(name):
    try:
        return name in ("accuracy", "acc", "crossentropy", "ce") or metrics_module.get(name) is not None
    except ValueError:
        return False


def _beside_each_other(names, datasets):
    """The slots of each variable side by side, where an older file has all 'm' before all 'v'."""
    kinds = [name.rpartition("/")[2].partition(":")[0] for name in names[1:]]
    if (
        not kinds
        or set(kinds) != {"m", "v"}
        or kinds != sorted(kinds)
        or kinds.count("m") != kinds.count("v")
    ):
        return datasets
    half = len(kinds) // 2
    pairs = zip(datasets[1 : 1 + half], datasets[1 + half :], strict=True)
    return [datasets[0], *(dataset for pair in pairs for dataset in pair)]


def _weights(layer):
    """A layer's weights in the order of this format: those that train first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _datasets(group, name, file_name):
    """The arrays of a stored layer, in the order it lists them."""
    member = group.group(name)
    if member is None:
        raise ModelFileError(f"{file_name} lists the layer {name!r}, but does not hold it.")
    found = [member.find(n) for n in _names(member, "weight_names")]
    if any(d is None or isinstance(d, Group) for d in found):
        raise ModelFileError(f"{file_name} lists weights of the layer {name!r}, but does not hold them.")
    return found


def _names(group, attribute):
    """A list of names, which large models have in several attributes: layer_names0, layer_names1, ..."""
    whole = group.attribute(attribute)
    if whole is None:
        whole, number = [], 0
        while (part := group.attribute(f"{attribute}{number}")) is not None:
            whole += _texts(part)
            number += 1
            if len(whole) > _MOST_NAMES:
                raise UnsafeFileError(f"An attribute lists more than {_MOST_NAMES} names as {attribute}.")
    return _texts(whole)


def _texts(value):
    if isinstance(value, str):
        return [value]
    return [] if isinstance(value, np.ndarray) else value


def _write_names(group, attribute, names):
    names = [name.encode() for name in names]
    longest = max((len(name) for name in names), default=1)
    size = max(1, _MOST_ATTRIBUTE_BYTES // longest)
    if len(names) <= size:
        group.attrs[attribute] = names
        return
    for number, start in enumerate(range(0, len(names), size)):
        group.attrs[f"{attribute}{number}"] = names[start : start + size]


def _write_arrays(group, variables):
    paths, counts = [], {}
    for variable in variables:
        count = counts[variable.path] = counts.get(variable.path, -1) + 1
        paths.append(variable.path if count == 0 else f"{variable.path}_{count}")
    _write_names(group, "weight_names", paths)
    for path, variable in zip(paths, variables, strict=True):
        group.create_dataset(path, data=variable.numpy(), track_times=False)
