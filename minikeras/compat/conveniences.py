"""Small functions that older Keras kept in `keras.utils`: about arrays, layers, shapes and questions to the user."""

import inspect

import numpy as np

from minikeras.backend.session import normalize_data_format
from minikeras.layers import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from minikeras.layers.convolution_base import BaseConv
from minikeras.utils.drawing import plot_model
from minikeras.utils.session import get_source_inputs

__all__ = [
    "ask_to_proceed_with_overwrite", "categorical_probas_to_classes", "conv_input_length", "conv_output_length",
    "convert_all_kernels_in_model", "convert_kernel", "count_params", "deconv_length", "deconv_output_length",
    "get_source_inputs", "has_arg", "is_all_none", "normalize_data_format", "normalize_padding", "normalize_tuple",
    "object_list_uid", "plot", "print_summary", "probas_to_classes", "slice_arrays", "to_list", "unpack_singleton",
]  # fmt: skip

# np_utils


def categorical_probas_to_classes(p):
    """The class of the highest probability in each row."""
    return np.argmax(p, axis=1)


def probas_to_classes(y_pred):
    """The class of each row: of the highest probability, or with one column 1 where it is above 0.5.

    >>> probas_to_classes(np.array([[0.2], [0.7]])).tolist()
    [0, 1]
    """
    if y_pred.ndim > 1 and y_pred.shape[1] > 1:
        return categorical_probas_to_classes(y_pred)
    return np.array([1 if p > 0.5 else 0 for p in np.reshape(y_pred, -1)])


# generic_utils


def to_list(x, allow_tuple=False):
    """x, if it is a list, else [x]."""
    if isinstance(x, list):
        return x
    return list(x) if allow_tuple and isinstance(x, tuple) else [x]


def unpack_singleton(x):
    """The only element of a list of one; anything else as it is."""
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x


def is_all_none(iterable_or_element):
    """Whether there is nothing but None."""
    return all(element is None for element in to_list(iterable_or_element, allow_tuple=True))


def object_list_uid(object_list):
    """A text that tells this list of objects from others."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list, allow_tuple=True))


def has_arg(fn, name, accept_all=False):
    """Whether a function takes an argument by this name."""
    parameters = inspect.signature(fn).parameters
    if accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return True
    return name in parameters and parameters[name].kind in (
        inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY,
    )  # fmt: skip


def slice_arrays(arrays, start=None, stop=None):
    """The rows from start to stop of an array, or of each array of a list; `start` may be a list of rows.

    >>> slice_arrays([np.arange(4), None], 1, 3)
    [array([1, 2]), None]
    """
    if isinstance(arrays, list):
        return [slice_arrays(array, start, stop) for array in arrays]
    if arrays is None:
        return None
    if hasattr(start, "__len__"):
        return arrays[np.asarray(start).reshape(-1)]
    return arrays[start:stop]


# layer_utils and vis_utils


def print_summary(model, line_length=None, positions=None, print_fn=None):
    """Print a model's layers, shapes and counts: `model.summary()`."""
    model.summary(line_length=line_length, positions=positions, print_fn=print_fn)


def count_params(weights):
    """How many numbers a list of weights holds."""
    return int(sum(np.prod(w.shape) for w in {id(w): w for w in weights}.values()))


def convert_kernel(kernel):
    """A convolution's kernel with its spatial axes reversed, as Theano stored it."""
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"convert_kernel expected a kernel of 3 to 5 axes, received shape {kernel.shape}.")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


def convert_all_kernels_in_model(model):
    """Reverse the spatial axes of all convolutions' kernels, in place: weights that came from Theano."""
    kinds = (BaseConv, Conv1DTranspose, Conv2DTranspose, Conv3DTranspose)
    for layer in model._flatten_layers():
        if isinstance(layer, kinds):
            layer.kernel.assign(convert_kernel(layer.kernel))


def plot(model, to_file="model.png", show_shapes=False, show_layer_names=True):
    """Draw a model into a file: `utils.plot_model`."""
    return plot_model(model, to_file, show_shapes=show_shapes, show_layer_names=show_layer_names)


# conv_utils


def normalize_tuple(value, n, name):
    """An integer as a tuple of n of it; a tuple of n integers as it is."""
    values = (value,) * n if isinstance(value, (int, np.integer)) else tuple(value)
    if len(values) != n or any(not isinstance(v, (int, np.integer)) for v in values):
        raise ValueError(
            f"The `{name}` argument must be an integer or a tuple of {n} integers, received {value!r}."
        )
    return values


def normalize_padding(value):
    """'valid', 'same' or 'causal', in small letters."""
    name = str(value).lower()
    if name not in ("valid", "same", "causal"):
        raise ValueError(f"padding must be 'valid', 'same' or 'causal', received {value!r}.")
    return name


def conv_output_length(input_length, filter_size, padding, stride, dilation=1):
    """How long a convolution's output is.

    >>> conv_output_length(28, 3, "valid", 2)
    13
    """
    if input_length is None:
        return None
    window = (filter_size - 1) * dilation + 1
    lengths = {
        "same": input_length,
        "causal": input_length,
        "valid": input_length - window + 1,
        "full": input_length + window - 1,
    }
    if padding not in lengths:
        raise ValueError(f"padding must be 'valid', 'same', 'causal' or 'full', received {padding!r}.")
    return -(-lengths[padding] // stride)


def conv_input_length(output_length, filter_size, padding, stride):
    """How long the input of a convolution with this output is."""
    if output_length is None:
        return None
    margin = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * margin + filter_size


def deconv_length(dim_size, stride_size, kernel_size, padding, output_padding=None, dilation=1):
    """How long a transposed convolution's output is."""
    if dim_size is None:
        return None
    window = (kernel_size - 1) * dilation + 1
    if output_padding is None:
        added = {"valid": max(window - stride_size, 0), "full": -(stride_size + window - 2), "same": 0}[
            padding
        ]
        return dim_size * stride_size + added
    margin = {"same": window // 2, "valid": 0, "full": window - 1}[padding]
    return (dim_size - 1) * stride_size + window - 2 * margin + output_padding


def deconv_output_length(input_length, filter_size, padding, output_padding=None, stride=0, dilation=1):
    """`deconv_length` with its arguments in another order."""
    return deconv_length(input_length, stride, filter_size, padding, output_padding, dilation)


# io_utils


def ask_to_proceed_with_overwrite(filepath):
    """Ask on the terminal whether a file may be overwritten."""
    answer = input(f"[WARNING] {filepath} already exists - overwrite? [y/n]").strip().lower()
    while answer not in ("y", "n"):
        answer = input('Enter "y" (overwrite) or "n" (cancel).').strip().lower()
    return answer == "y"
