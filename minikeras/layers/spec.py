"""What a layer expects of its inputs, and the error that says so when it receives something else."""

from minikeras.nest import flatten


class InputSpec:
    """Rank, sizes and dtype that an input must have; None means anything.

    axes: {axis: size}. shape: the whole shape, None for free axes.

    >>> InputSpec(min_ndim=2, axes={-1: 64})
    InputSpec(min_ndim=2, axes={-1: 64})
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = dtype
        self.shape = tuple(shape) if shape is not None else None
        self.ndim = len(self.shape) if shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(k): v for k, v in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def __repr__(self):
        parts = [f"{k}={v!r}" for k, v in self.get_config().items() if v not in (None, {}, False)]
        return f"InputSpec({', '.join(parts)})"

    def get_config(self):
        """The arguments as plain data."""
        return {
            "dtype": self.dtype,
            "shape": self.shape,
            "ndim": self.ndim if self.shape is None else None,
            "max_ndim": self.max_ndim,
            "min_ndim": self.min_ndim,
            "axes": self.axes,
            "optional": self.optional,
        }

    @classmethod
    def from_config(cls, config):
        """An InputSpec made from what `get_config` returned."""
        return cls(**config)


def check_inputs(spec, inputs, layer):
    """Raise a ValueError that names the layer, what it expects and what it received."""
    specs, values = flatten(spec), flatten(inputs)
    if len(values) < len(specs):
        raise ValueError(
            f"{who(layer)} expected {len(specs)} inputs, received {len(values)}. Pass them as one list."
        )
    for one, value in zip(specs, values, strict=False):
        if one is None or value is None or not hasattr(value, "shape"):
            continue
        _check(one, tuple(value.shape), layer)


def check_kind(inputs, layer):
    """Raise a TypeError for inputs among which there are neither tensors nor arrays, numbers or lists of strings."""
    known = (int, float) if isinstance(inputs, (str, bytes)) else (int, float, str, bytes)
    if not any(hasattr(value, "shape") or isinstance(value, known) for value in flatten(inputs)):
        raise TypeError(
            f"{who(layer)} expected a tensor, an array or numbers, received {inputs!r:.80} ({type(inputs).__name__}). "
            "Pass an array, or keras.Input(...) where a model is being put together."
        )


def check_axis(axis, shape, layer):
    """Refuse inputs that do not have an axis."""
    if not -len(shape) <= axis < len(shape):
        raise ValueError(f"{who(layer)}: axis={axis} does not exist in inputs of shape {tuple(shape)}.")


def who(layer):
    """How an error names a layer: its class and its name."""
    return f"{type(layer).__name__} '{layer.name}'"


def _check(spec, shape, layer):
    rank = len(shape)
    if (
        spec.ndim is not None
        and rank != spec.ndim
        and not (spec.allow_last_axis_squeeze and spec.ndim == rank + 1)
    ):
        raise ValueError(
            f"{who(layer)} expected inputs of rank {spec.ndim}{layer.expected_axes()}, received shape {shape}. "
            f"{_rank_remedy(spec.ndim, shape)}"
        )
    if spec.max_ndim is not None and rank > spec.max_ndim:
        raise ValueError(
            f"{who(layer)} expected inputs of rank at most {spec.max_ndim}, received shape {shape}."
        )
    if spec.min_ndim is not None and rank < spec.min_ndim:
        raise ValueError(
            f"{who(layer)} expected inputs of rank at least {spec.min_ndim}{layer.expected_axes()}, received shape "
            f"{shape}. {_rank_remedy(spec.min_ndim, shape)}"
        )
    wanted = dict(enumerate(spec.shape)) if spec.shape is not None else spec.axes
    for axis, size in wanted.items():
        if size is None or rank <= (axis if axis >= 0 else -axis - 1):
            continue
        if shape[axis] not in (None, size):
            what = "features" if axis in (-1, rank - 1) and rank == 2 else f"size {size} on axis {axis}"
            amount = f"{size} features" if what == "features" else what
            built = getattr(layer, "_build_shape", None)
            on = f" (it was built on {built})" if isinstance(built, tuple) else ""
            raise ValueError(
                f"{who(layer)} expected inputs with {amount}{on}, received shape {shape}. "
                "Rebuild the layer or reshape the input."
            )


def _rank_remedy(expected, shape):
    if len(shape) == expected - 1:
        if expected == 4 and len(shape) == 3:
            return (
                "Images need a channels axis: add one with x[..., None] (batch, height, width, 1), "
                "or a batch axis with x[None] if this is a single image."
            )
        return "Add the missing axis: x[None] for one sample without its batch axis, or x[..., None]."
    return "Reshape the input."
