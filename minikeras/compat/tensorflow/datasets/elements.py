"""The elements of data sets: nests of NumPy arrays inside, of tensors outside."""

import numpy as np

from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow.basics import as_tensor, texts
from minikeras.compat.tensorflow.dtype import of_array
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.ragged import RaggedTensor
from minikeras.compat.tensorflow.shapes import TensorShape, TensorSpec
from minikeras.nest import flatten, map_structure


def arrays_of(structure):
    """A user's nest as a nest of arrays: tuples and dictionaries are structure, lists are values."""
    if isinstance(structure, dict):
        return {key: arrays_of(value) for key, value in structure.items()}
    if isinstance(structure, tuple):
        items = [arrays_of(value) for value in structure]
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if isinstance(structure, Tensor):
        return structure.array
    if type(structure).__name__ in ("Dataset", "RaggedTensor") or hasattr(structure, "as_numpy_iterator"):
        return structure
    if hasattr(structure, "to_dict") and hasattr(structure, "columns"):  # a data frame
        return as_tensor(np.asarray(structure)).array
    return as_tensor(np.asarray(structure) if hasattr(structure, "to_numpy") else structure).array


def tensors_of(element):
    """An element as users see it."""
    if type(element) is tuple:
        return tuple([tensors_of(part) for part in element])
    if isinstance(element, (list, tuple, dict)):
        return map_structure(tensors_of, element)
    return as_leaf(element)


def as_leaf(value):
    """One array as a tensor; data sets and ragged tensors as they are."""
    if isinstance(value, np.ndarray):
        return Tensor(value)
    if isinstance(value, bytes):
        made = np.empty((), object)
        made[()] = value
        return Tensor(made)
    return Tensor(np.asarray(value)) if isinstance(value, np.generic) else value


def call(function, element):
    """A user's function on an element: the parts of a tuple are its arguments."""
    tensors = tensors_of(element)
    return function(*tensors) if type(tensors) is tuple else function(tensors)


def stacked(parts):
    """Elements as one batch."""
    first = parts[0]
    if isinstance(first, dict):
        return {key: stacked([part[key] for part in parts]) for key in first}
    if isinstance(first, (list, tuple)):
        items = [stacked([part[i] for part in parts]) for i in range(len(first))]
        return type(first)(*items) if hasattr(first, "_fields") else type(first)(items)
    if isinstance(first, bytes):
        return texts(parts)
    if isinstance(first, RaggedTensor) or hasattr(first, "as_numpy_iterator"):
        raise InvalidArgumentError(
            f"Elements that are a {type(first).__name__} cannot be batched. Use flat_map(lambda window: window.batch(n)) "
            "on windows and to_tensor() on ragged tensors first."
        )
    try:
        return np.array(parts) if not isinstance(first, np.ndarray) or first.ndim == 0 else np.stack(parts)
    except ValueError:
        sizes = [list(np.shape(part)) for part in parts]
        other = next(i for i, size in enumerate(sizes) if size != sizes[0])
        raise InvalidArgumentError(
            f"Cannot batch tensors with different shapes in component 0. First element had shape {sizes[0]} and "
            f"element {other} had shape {sizes[other]}. Use padded_batch."
        ) from None


def rows_of(structure, index):
    """The elements, or the one, at an index along the first axis."""
    if type(structure) is np.ndarray:
        return structure[index]
    if type(structure) is tuple:
        return tuple(
            [part[index] if type(part) is np.ndarray else rows_of(part, index) for part in structure]
        )
    return map_structure(lambda part: part[index], structure)


def spec_of(element):
    """The specs of an element."""

    def spec(leaf):
        if hasattr(leaf, "as_numpy_iterator"):
            return leaf
        if isinstance(leaf, bytes):
            return TensorSpec((), "string")
        if isinstance(leaf, RaggedTensor):
            return TensorSpec(leaf.shape, leaf.dtype)
        array = np.asarray(leaf)
        return TensorSpec(array.shape, of_array(array.dtype))

    return map_structure(spec, element)


def batched_spec(spec, size):
    """The specs of batches of elements with these specs."""

    def batched(leaf):
        shape = TensorShape((size, *leaf.shape)) if leaf.shape.known else TensorShape(None)
        return TensorSpec(shape, leaf.dtype)

    return map_structure(batched, spec)


def spec_without_batch(spec):
    """The specs of the rows of elements with these specs."""
    return map_structure(
        lambda leaf: TensorSpec(leaf.shape[1:] if leaf.shape.known else None, leaf.dtype), spec
    )


def length_of(structure):
    """The size of the first axis, which all arrays must share."""
    sizes = {
        len(leaf) if np.ndim(leaf) or not isinstance(leaf, np.ndarray) else -1 for leaf in flatten(structure)
    }
    if len(sizes) != 1 or -1 in sizes:
        raise ValueError(
            "from_tensor_slices expected arrays with first axes of one size, received shapes "
            f"{[np.shape(leaf) for leaf in flatten(structure)]}."
        )
    return sizes.pop()
