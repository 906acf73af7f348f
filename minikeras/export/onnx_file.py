"""Models as ONNX files, for onnxruntime and other runtimes."""

import numpy as np

from minikeras.export.errors import ExportError
from minikeras.export.exporter import Exported
from minikeras.export.graph import Body
from minikeras.export.inputs import Inputs
from minikeras.files import atomic_write
from minikeras.layers.spec import who

# Version 18 of the operators (ONNX 1.13, January 2023): the first in which every reduction takes its axes as an input,
# and understood by every onnxruntime since 1.14.
OPSET, IR_VERSION = 18, 8
_LARGEST = 2**31 - 1  # bytes that a protocol buffer may have


def export_onnx(model, filepath, input_signature=None, opset_version=None):
    """Write a model as an ONNX file; returns the number of nodes in its graph.

    filepath: a path, or an open binary file. input_signature: InputSpecs, needed where a subclassed model was not called
    yet. opset_version: None or 18, the version written. Unknown sizes of inputs stay open, the first axis as 'batch'.

    >>> import io
    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    >>> file = io.BytesIO()
    >>> export_onnx(model, file)  # MatMul, Add, Softmax
    3
    """
    onnx = _onnx()
    if opset_version not in (None, OPSET):
        raise ExportError(
            f"export: opset_version must be {OPSET}, the version of the operators written, received {opset_version!r}. "
            "Leave it out; onnx.version_converter changes the version of a file."
        )
    exported = Exported(model, Inputs(model, input_signature))
    if sum(a.nbytes for a in exported.graph.constants.values()) > _LARGEST:
        raise ExportError(
            f"{who(model)} cannot be exported: its weights take more than 2 GiB, the largest ONNX file there is. "
            "Export it in parts."
        )
    proto = _as_proto(onnx, exported, model.name)
    try:
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(
            f"{who(model)} cannot be exported: the graph made of it is not valid: {error}"
        ) from error
    data = proto.SerializeToString(deterministic=True)
    if hasattr(filepath, "write"):
        filepath.write(data)
    else:
        with atomic_write(filepath) as file:
            file.write(data)
    return len(exported.nodes)


def _onnx():
    try:
        import onnx
    except ImportError:
        raise ImportError(
            "Exporting to ONNX needs the package onnx. Install it: pip install minikeras-nn[onnx]"
        ) from None
    return onnx


def _as_proto(onnx, exported, name):
    helper = onnx.helper

    def element_type(dtype):
        return helper.np_dtype_to_tensor_dtype(np.dtype(dtype))

    def attribute(value):
        if isinstance(value, np.dtype):
            return element_type(value)
        if isinstance(value, Body):
            return helper.make_graph(
                made(value.nodes), "body", described(value.inputs), described(value.outputs)
            )
        return onnx.numpy_helper.from_array(value) if isinstance(value, np.ndarray) else value

    def described(places):
        return [helper.make_tensor_value_info(n, element_type(d), axes) for n, d, axes in places]

    def made(nodes):
        return [
            helper.make_node(
                node.operator,
                node.inputs,
                node.outputs,
                name=node.name,
                **{key: attribute(value) for key, value in sorted(node.attributes.items())},
            )
            for node in nodes
        ]

    constants = [onnx.numpy_helper.from_array(array, key) for key, array in exported.graph.constants.items()]
    graph = helper.make_graph(
        made(exported.nodes), name, described(exported.inputs), described(exported.outputs), constants
    )
    return helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="minikeras",
    )
