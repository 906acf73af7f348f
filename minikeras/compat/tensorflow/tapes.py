"""Gradients: the tape with TensorFlow's further methods, and derivatives by call."""

import enum

import numpy as np

from minikeras import autodiff
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import Deferred, is_deferred
from minikeras.nest import flatten, pack_like


class UnconnectedGradients(enum.StrEnum):
    """What stands for the gradient of what a target does not depend on."""

    NONE = "none"
    ZERO = "zero"


class GradientTape(autodiff.GradientTape):
    """Records the operations of its block, so that gradients can be taken afterwards.

    >>> x = Tensor(np.float32([1.0, 2.0]))
    >>> with GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x).tolist()
    [2.0, 4.0]
    """

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """The gradients of the target's sum by each of the sources."""
        target = _of_tensors(target)
        kind = str(getattr(unconnected_gradients, "value", unconnected_gradients))
        return super().gradient(target, sources, output_gradients, kind)

    def batch_jacobian(
        self, target, source, unconnected_gradients="none", parallel_iterations=None, experimental_use_pfor=True
    ):  # fmt: skip
        """For each row, the derivative of each element of the target's row by each element of the source's."""
        whole = self.jacobian(target, source)
        if whole is None:
            return None
        rows = np.arange(target.shape[0])
        axis = len(target.shape)
        moved = np.moveaxis(whole.array, axis, 1)
        return Tensor(np.ascontiguousarray(moved[rows, rows]))


def _of_tensors(target):
    """A target without the integers and None that do not depend on anything."""
    if isinstance(target, (list, tuple)):
        return [_of_tensors(part) for part in target if part is not None]
    return target if isinstance(target, (Tensor, dict)) else as_tensor(target)


def gradients(
    ys, xs, grad_ys=None, name="gradients", gate_gradients=False, aggregation_method=None, stop_gradients=None,
    unconnected_gradients="none",
):  # fmt: skip
    """Derivatives of the sum of ys by each of xs, in a graph."""
    listed = isinstance(xs, (list, tuple))
    flat = flatten(xs)
    if not is_deferred(ys) or not all(isinstance(x, Deferred) for x in flat):
        raise RuntimeError(
            "tf.gradients is for graphs and what is computed at once is not in one. Use tf.GradientTape, or build the "
            "graph after tf.compat.v1.disable_eager_execution()."
        )
    upstream = None if grad_ys is None else flatten(grad_ys)
    found = graph.gradients(flatten(ys), flat, upstream)
    return pack_like(list(xs), found) if listed else found
