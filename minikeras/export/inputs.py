"""The inputs of a model to be exported: their names, shapes and dtypes, and what they are tried on."""

import itertools

import numpy as np

from minikeras.autodiff import SymbolicTensor, Tensor
from minikeras.autodiff.symbolic import Spec
from minikeras.export.errors import ExportError
from minikeras.layers.spec import InputSpec, who
from minikeras.nest import flatten, is_nested, map_structure, pack_like

# Sizes tried for an unknown batch axis, and for others, with the distance from one axis to the next: of different
# remainders, or of none where halves must fit together; large enough for strided convolutions, or small enough for
# tables of positions.
_BATCHES = (2, 3, 5)
_OTHERS = (
    ((64, 97, 83), 4),
    ((64, 128, 192), 64),
    ((16, 25, 19), 4),
    ((16, 32, 48), 16),
    ((4, 7, 6), 1),
)
TRIALS = len(_BATCHES)
# What integers, and indices given as floats, are drawn up to: the first that the model accepts.
_LIMITS = (1000, 100, 10, 2, 1)


class Inputs:
    """The inputs of a model: .names, .specs (shape and dtype each), .axes (name or size of each axis), .structure."""

    def __init__(self, model, signature):
        self.model = model
        self.structure = _signature_of(model) if signature is None else _checked(model, signature)
        leaves = flatten(self.structure)
        graph_names = model.input_names if model._graph is not None else []
        self.names = graph_names if len(graph_names) == len(leaves) else _names(self.structure, leaves)
        self.specs = [Spec(leaf.shape, np.dtype(leaf.dtype)) for leaf in leaves]
        for name, spec in zip(self.names, self.specs, strict=True):
            if spec.dtype.kind not in "fiub":
                _refuse_dtype(model, name, spec.dtype)

    def axes(self, tied):
        """For each input the names of its unknown axes and the sizes of the others."""
        found = []
        for name, spec in zip(self.names, self.specs, strict=True):
            labels = {
                "apart": lambda a, n=name: f"{n}_{a}",
                "by axis": lambda a: f"axis_{a}",
                "all": lambda a: "size",
            }
            found.append(
                [
                    s if s is not None else "batch" if a == 0 else labels[tied](a)
                    for a, s in enumerate(spec.shape)
                ]
            )
        return found

    def ways(self):
        """How trials may be run, the most telling first: (names of the axes, arrays for each trial in turn)."""
        kinds = {spec.dtype.kind for spec in self.specs}
        limits = _LIMITS if kinds & set("iu") else (None,)
        draws = [(True, limit) for limit in limits] + ([(False, m) for m in _LIMITS] if "f" in kinds else [])
        unknown = sum(s is None for spec in self.specs for s in spec.shape[1:])
        schemes = ("apart", "by axis", "all")[: 1 if unknown < 2 else 3]
        for (others, step), tied, draw in itertools.product(
            _OTHERS if unknown else _OTHERS[:1], schemes, draws
        ):
            axes = self.axes(tied)
            yield axes, [self._arrays(axes, trial, others[trial], step, *draw) for trial in range(TRIALS)]

    def _arrays(self, axes, trial, other, step, normal, limit):
        generator = np.random.default_rng(trial)
        order = {
            name: i
            for i, name in enumerate(dict.fromkeys(a for one in axes for a in one if isinstance(a, str)))
        }
        arrays = []
        for spec, one in zip(self.specs, axes, strict=True):
            sizes = [
                a if not isinstance(a, str) else _BATCHES[trial] if a == "batch" else other + step * order[a]
                for a in one
            ]
            if spec.dtype.kind == "f" and normal:
                # Positive, negative, mixed: whoever asks for the sign of something gets different answers.
                array = generator.standard_normal(sizes)
                array = np.abs(array) if trial == 0 else -np.abs(array) if trial == 1 else array
            elif spec.dtype.kind == "b":
                array = generator.integers(0, 2, sizes)
            else:
                array = generator.integers(0, limit, sizes)
            arrays.append(np.asarray(array).astype(spec.dtype))
        return arrays

    def pack(self, leaves):
        """Flat inputs in the structure in which the model takes them."""
        return pack_like(self.structure, leaves)


def _signature_of(model):
    """The structure of symbolic tensors that a model was built on."""
    if model._graph is not None:
        return model.input
    if getattr(model, "_built_on", None) is not None:
        return model._built_on
    raise ExportError(
        f"{who(model)} cannot be exported: it was not called yet, so the shapes of its inputs are unknown. "
        "Call it on a batch, or pass input_signature=[minikeras.InputSpec(shape=(None, ...), dtype='float32')]."
    )


def _checked(model, signature):
    """A signature given by the user, as a structure of Specs."""

    def one(leaf):
        if isinstance(leaf, (SymbolicTensor, Spec)):
            return leaf
        if str(getattr(leaf, "dtype", None)) in ("string", "object") or getattr(leaf, "dtype", None) is str:
            _refuse_dtype(model, getattr(leaf, "name", None) or "input", leaf.dtype)
        if isinstance(leaf, InputSpec) and leaf.shape is not None:
            return SymbolicTensor(leaf.shape, leaf.dtype or "float32", leaf.name)
        if isinstance(leaf, (Tensor, np.ndarray)):
            return SymbolicTensor((None, *leaf.shape[1:]) if leaf.ndim else (), leaf.dtype.name)
        raise ExportError(
            f"{who(model)}: input_signature expected InputSpec objects with a shape (or tensors like the inputs), one for "
            f"each input, received {leaf!r}. Write for example [minikeras.InputSpec(shape=(None, 4), dtype='float32')]."
        )

    structure = map_structure(one, signature)
    if isinstance(structure, (list, tuple)) and len(structure) == 1:
        structure = structure[0]  # a list around a model's only argument
    if model._graph is not None:
        _fit(model, flatten(structure))
        structure = pack_like(model.input, flatten(structure))
    return structure


def _refuse_dtype(model, name, dtype):
    raise ExportError(
        f"{who(model)} cannot be exported: its input {name!r} has dtype {dtype}, and only numbers can be exported. Look "
        "strings up before the exported model."
    )


def _fit(model, leaves):
    expected = model.inputs
    fits = len(leaves) == len(expected) and all(
        len(leaf.shape) == len(t.shape)
        and all(t_size is None or size == t_size for size, t_size in zip(leaf.shape, t.shape, strict=True))
        for leaf, t in zip(leaves, expected, strict=True)
    )
    if not fits:
        raise ExportError(
            f"{who(model)}: input_signature has shapes {[leaf.shape for leaf in leaves]}, which do not fit the model's inputs "
            f"{[t.shape for t in expected]}. Leave it out, or pass sizes for unknown axes only."
        )


def _names(structure, leaves):
    if isinstance(structure, dict) and not any(is_nested(v) for v in structure.values()):
        return sorted(structure)
    named = [leaf.name if isinstance(leaf, SymbolicTensor) else None for leaf in leaves]
    if len(leaves) == 1:
        return ["input"] if not named[0] or named[0].startswith("keras_tensor") else named
    return [f"input_{i}" if not n or n.startswith("keras_tensor") else n for i, n in enumerate(named)]
