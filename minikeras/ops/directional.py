"""The derivative of a function along a direction."""

import numpy as np

from minikeras.autodiff import GradientTape, Tensor, convert_to_tensor
from minikeras.nest import flatten, pack_like
from minikeras.ops import elementwise

__all__ = ["jvp"]


def jvp(fun, primals, tangents, has_aux=False):
    """The value of fun at primals, and its derivative along tangents: (outputs, derivatives), with has_aux also the
    second result of fun.

    Taken from reverse mode: the gradient is linear in the upstream gradient, and is differentiated by it.
    """
    primals = [elementwise.copy(convert_to_tensor(p)) for p in primals]
    tangents = [convert_to_tensor(t, p.dtype) for t, p in zip(tangents, primals, strict=True)]
    with GradientTape() as outer:
        with GradientTape() as inner:
            inner.watch(primals)
            outputs = fun(*primals)
            outputs, aux = outputs if has_aux else (outputs, None)
        leaves = flatten(outputs)
        upstream = [Tensor(np.ones_like(leaf.array)) for leaf in leaves]
        outer.watch(upstream)
        found = inner.gradient(leaves, primals, upstream)
        kept = [(g, t) for g, t in zip(found, tangents, strict=True) if g is not None]
    derivatives = (
        outer.gradient([g for g, _ in kept], upstream, [t for _, t in kept]) if kept else [None] * len(leaves)
    )
    derivatives = [
        Tensor(np.zeros_like(o.array)) if d is None else d for o, d in zip(leaves, derivatives, strict=True)
    ]
    pair = (outputs, pack_like(outputs, derivatives))
    return (*pair, aux) if has_aux else pair
