"""Exported models in onnxruntime, held against the models themselves."""

import io

import numpy as np
import pytest

import minikeras as keras
from minikeras.export import export_onnx
from minikeras.nest import flatten

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

_options = onnxruntime.SessionOptions()
_options.log_severity_level = 4
_options.intra_op_num_threads = 1


def exported(model, signature=None):
    """The bytes of the ONNX file of a model, checked strictly."""
    file = io.BytesIO()
    export_onnx(model, file, signature)
    proto = onnx.load_from_string(file.getvalue())
    onnx.checker.check_model(proto, full_check=True)
    onnx.shape_inference.infer_shapes(proto, check_type=True, strict_mode=True, data_prop=True)
    return file.getvalue()


def session(data):
    """The runtime with an exported model."""
    return onnxruntime.InferenceSession(data, _options, providers=["CPUExecutionProvider"])


def run(runtime, leaves):
    """What the runtime computes from arrays in the order of its inputs."""
    feed = {i.name: leaf for i, leaf in zip(runtime.get_inputs(), leaves, strict=True)}
    return runtime.run(None, feed)


def assert_agrees(model, make, sizes=(1, 3, 7), signature=None, tolerance=1e-5):
    """Export a model and compare: `make(size)` gives a batch of inputs. Returns the runtime."""
    runtime = session(exported(model, signature))
    for size in sizes:
        inputs = make(size)
        expected = [tensor.numpy() for tensor in flatten(model(inputs, training=False))]
        found = run(runtime, flatten(inputs))
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert (one.shape, one.dtype) == (other.shape, other.dtype)
            np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    return runtime


class WithMask(keras.Layer):
    """Gives its first input the second one as mask."""

    supports_masking = True

    def call(self, inputs):
        return keras.ops.copy(inputs[0])

    def compute_mask(self, inputs, previous_mask):
        return inputs[1]
