"""The state of a model, object by object, under the paths that Keras gives them.

A path is made of attributes' names; members of a list or dictionary go by their class in snake case, numbered where a
class comes again: `layers/dense`, `layers/dense_1`, `encoder/blocks/container/layer_normalization`, `optimizer`.
"""

import functools
import warnings

from minikeras.layers.layer import Layer
from minikeras.ops.random import SeedGenerator
from minikeras.optimizers.optimizer import Optimizer
from minikeras.registry import snake_case
from minikeras.saving.assets import read_assets, written_assets
from minikeras.saving.errors import ModelFileError, UnsafeFileError
from minikeras.saving.store import Arrays

_OBJECTS = (Layer, Optimizer, SeedGenerator)
_CONTAINERS = (list, tuple, dict)
_PLAIN = frozenset((str, int, float, bool, type(None)))
# Classes that Keras exports under another name than their own.
_KERAS_NAMES = {"GroupQueryAttention": "GroupedQueryAttention"}


def save_state(root, weights, assets=None, skipped=()):
    """Put the arrays of `root` and of all objects below it into a WeightsWriter, and their files into `assets`."""
    done = {id(obj) for obj in skipped}
    for path, obj in _walk(root, "", done):
        done.add(id(obj))
        arrays = Arrays()
        if isinstance(obj, SeedGenerator):
            arrays["0"] = obj.state
            weights.add(path, arrays)
            continue
        obj.save_own_variables(arrays)
        weights.add(path, arrays, obj.name if isinstance(obj.name, str) else None)
        if assets is not None and hasattr(obj, "save_assets"):
            assets.update(written_assets(obj, path))


def load_state(root, weights, archive=None, skip_mismatch=False, skipped=()):
    """Take the arrays of `root` and of all objects below it from a WeightsReader, their files from an archive.

    An object that cannot be loaded under one path is tried under the next one that leads to it. What cannot be loaded
    at all is an error that lists it, or a warning with `skip_mismatch`.
    """
    done, failed = {id(obj) for obj in skipped}, {}
    for path, obj in _walk(root, "", done):
        try:
            _load_object(obj, path, weights, archive)
        except UnsafeFileError:
            raise
        except Exception as error:  # a user's load_own_variables may raise anything
            failed.setdefault(id(obj), (obj, path, error))
        else:
            done.add(id(obj))
            failed.pop(id(obj), None)
    if failed:
        _report(weights.name, list(failed.values()), skip_mismatch)


def _load_object(obj, path, weights, archive):
    arrays = weights.arrays(path)
    if isinstance(obj, SeedGenerator):
        # Keras keeps no seeds in its files: the generator then goes on as it is.
        if "0" in arrays and arrays.shape("0") == obj.state.shape:
            obj.state.assign(arrays["0"])
        return
    if isinstance(obj, Optimizer) and 0 < len(arrays) < len(obj.variables):
        arrays = _unbuilt_state(obj, arrays)
    obj.load_own_variables(arrays)
    if archive is not None and hasattr(obj, "load_assets"):
        read_assets(obj, path, archive)


def _unbuilt_state(optimizer, arrays):
    """The arrays of an optimizer that had made no step when it was saved, with its slots as they begin."""
    fresh = {str(i): variable.numpy() for i, variable in enumerate(optimizer.variables)}
    without_slots = len(type(optimizer).from_config(optimizer.get_config()).variables)
    if len(arrays) != without_slots:
        return arrays
    return fresh | {key: arrays[key] for key in arrays}


def _report(file_name, failed, skip_mismatch):
    obj, path, error = failed[0]
    others = (
        ""
        if len(failed) == 1
        else f" So it is for {len(failed)} objects: {', '.join(repr(p) for _, p, _ in failed)}."
    )
    text = (
        f"{file_name} does not fit the model: {type(obj).__name__} '{obj.name}' at {path!r}: {error}{others}"
    )
    if skip_mismatch:
        warnings.warn(f"{text} Their values were left as they are.", stacklevel=4)
        return
    raise ModelFileError(
        f"{text} Build the model as it was when it was saved, or pass skip_mismatch=True."
    ) from error


def _walk(obj, path, done):
    """(path, object) of everything with a state, parents first, each as long as its id is not in `done`."""
    if id(obj) in done:
        return
    yield path, obj
    if isinstance(obj, SeedGenerator):
        return
    for name, value in _attributes(obj):
        inner = f"{path}/{name}" if path else name
        if isinstance(value, _OBJECTS):
            yield from _walk(value, inner, done)
        elif isinstance(value, _CONTAINERS):
            yield from _walk_members(value, inner, done, set())


def _walk_members(container, path, done, open_):
    if id(container) in open_:
        return
    open_.add(id(container))
    counts = {}
    values = list(container.values()) if isinstance(container, dict) else container
    if _PLAIN.issuperset(map(type, values)):  # vocabularies are long
        return
    for value in values:
        if isinstance(value, _OBJECTS):
            name = type(value).__name__
            yield from _walk(
                value, f"{path}/{_numbered(snake_case(_KERAS_NAMES.get(name, name)), counts)}", done
            )
        elif isinstance(value, _CONTAINERS):
            yield from _walk_members(value, f"{path}/{_numbered('container', counts)}", done, open_)


def _numbered(name, counts):
    count = counts[name] = counts.get(name, -1) + 1
    return name if count == 0 else f"{name}_{count}"


def _attributes(obj):
    """The attributes of an object that are its own, in Keras's order: by name, those with an underscore last."""
    graph = getattr(obj, "_graph", None) is not None or hasattr(obj, "_stack")
    if graph:
        yield "layers", obj.layers
    common = _common_attributes(Optimizer if isinstance(obj, Optimizer) else Layer)
    for name in sorted(set(dir(obj)) - common, key=lambda n: f"~{n}" if n.startswith("_") else n):
        if name.startswith("__") or (graph and name in _OF_GRAPHS):
            continue
        try:
            value = getattr(obj, name)
        except Exception:  # a property may raise anything as long as the object is not complete
            continue
        yield name, value


# What models keep of their graphs: its layers stand under `layers` already.
_OF_GRAPHS = frozenset(("_stack", "_start", "_graph", "_graph_layers", "layers"))


@functools.cache
def _common_attributes(base):
    """The attributes that every layer, or every optimizer, has."""
    instance = Layer(name="any") if base is Layer else Optimizer(0.0, name="any")
    return frozenset(dir(instance)) - {"variables"}
