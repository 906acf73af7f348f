"""Functions of elements made into functions of tensors."""

import numpy as np

from minikeras.autodiff import convert_to_tensor
from minikeras.nest import map_structure
from minikeras.ops import joining, shaping

__all__ = ["vectorize"]


def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function that applies pyfunc to each element of its (broadcast) arguments, or to each of their slices.

    excluded: positions and names of arguments that are passed on whole. signature: the axes that belong to a slice,
    such as "(n),(n)->()".

    >>> from minikeras import ops
    >>> ops.vectorize(lambda a, b: ops.maximum(a - b, 0))([1.0, 5.0], 2.0).tolist()
    [0.0, 3.0]
    """
    if not callable(pyfunc):
        raise TypeError(f"vectorize expected a function, received {pyfunc!r}.")
    excluded = frozenset(excluded or ())
    ranks = None
    if signature is not None:
        terms = signature.replace(" ", "").split("->")[0].strip("()").split("),(")
        ranks = [len([name for name in term.split(",") if name]) for term in terms]

    def apply(*args, **kwargs):
        places = [i for i in range(len(args)) if i not in excluded]
        names = [name for name in kwargs if name not in excluded]
        values = [
            convert_to_tensor(v) for v in (*[args[i] for i in places], *[kwargs[name] for name in names])
        ]
        inner = ranks if ranks is not None else [0] * len(values)
        outer = [v.shape[: v.ndim - r] for v, r in zip(values, inner, strict=True)]
        loop = np.broadcast_shapes(*outer)
        values = [
            shaping.reshape(
                shaping.broadcast_to(v, (*loop, *v.shape[v.ndim - r :])), (-1, *v.shape[v.ndim - r :])
            )
            for v, r in zip(values, inner, strict=True)
        ]
        results = []
        for row in range(int(np.prod(loop))):
            given, named = list(args), dict(kwargs)
            for i, v in zip(places, values, strict=False):
                given[i] = v[row]
            for name, v in zip(names, values[len(places) :], strict=True):
                named[name] = v[row]
            results.append(pyfunc(*given, **named))
        return map_structure(
            lambda *leaves: shaping.reshape(joining.stack(leaves), (*loop, *leaves[0].shape)), *results
        )

    return apply
