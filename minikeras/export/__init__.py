"""`minikeras.export`: models written for other runtimes."""

from minikeras.export.errors import ExportError
from minikeras.export.onnx_file import export_onnx

__all__ = ["ExportError", "export_onnx"]
