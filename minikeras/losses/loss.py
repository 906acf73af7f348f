"""The loss: what it is given, how its values are weighted, masked and reduced to one number."""

import inspect

import numpy as np

from minikeras import config, ops, registry, serialization
from minikeras.autodiff import Tensor, convert_to_tensor, differentiable
from minikeras.dtypes import get_policy
from minikeras.nest import flatten, is_nested, map_structure
from minikeras.serialization import Registered, constructor_parameters

__all__ = [
    "Loss",
    "LossFunctionWrapper",
]

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)
_MEANS = ("sum_over_batch_size", "mean", "mean_with_sample_weight")


class Loss(Registered, family="loss"):
    """Base of the losses: a function of targets and predictions that training makes small.

    A subclass implements `call(y_true, y_pred)`, which returns the loss of each sample; calling the loss weights these
    values by `sample_weight`, leaves out what the mask of the predictions excludes, and reduces them.

    reduction: 'sum_over_batch_size' or 'mean' (the sum divided by the number of values), 'mean_with_sample_weight' (by
    the sum of the weights), 'sum', or 'none' (no reduction). dtype: what the loss is computed in.

    >>> from minikeras import ops
    >>> class Absolute(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return ops.mean(ops.abs(y_true - y_pred), axis=-1)
    >>> float(Absolute()([[1.0], [2.0]], [[2.0], [4.0]]))
    1.5
    """

    module = "keras.losses"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "call" in cls.__dict__ and "average" not in cls.__dict__:
            # Another `call` computes something else than the inherited mean does.
            cls.average = Loss.average

    def __init__(self, name=None, reduction="sum_over_batch_size", dtype=None):
        if reduction not in REDUCTIONS:
            raise ValueError(
                f"{type(self).__name__} expected reduction to be one of {list(REDUCTIONS)}, received {reduction!r}."
            )
        self.name = name or registry.unique_name(registry.snake_case(type(self).__name__))
        self.reduction = reduction
        self._averages = reduction in _MEANS
        self._has_own_dtype = dtype is not None
        self._dtype = get_policy(dtype or config.floatx()).compute_dtype

    @property
    def dtype(self):
        """The name of the dtype that the loss is computed in."""
        return self._dtype

    def __call__(self, y_true, y_pred, sample_weight=None):
        """The reduced loss of predictions `y_pred` against targets `y_true`, as a tensor."""
        if sample_weight is None and self._averages and isinstance(y_pred, Tensor) and y_pred.mask is None:
            loss = self.average(y_true, y_pred)
            if loss is not None:
                return loss
        mask = None if is_nested(y_pred) else getattr(y_pred, "mask", None)
        y_true, y_pred = self._convert(y_true), self._convert(y_pred)
        values = convert_to_tensor(self.call(*align_structures(y_true, y_pred)), self._dtype)
        if values.mask is not None:
            mask = values.mask if mask is None else ops.logical_and(mask, values.mask)
        return reduce_weighted(values, self._convert(sample_weight), mask, self.reduction)

    def call(self, y_true, y_pred):
        """The loss of each sample, without the last axis."""
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred). Implement it.")

    def average(self, y_true, y_pred):
        """The mean of the losses in one differentiable function, or None where the general way must be taken.

        y_true: as the user gave it. y_pred: a tensor without a mask. For losses that training spends much time on.
        """
        return None

    def get_config(self):
        """The constructor's arguments; dtype only where one was given, as Keras has it."""
        known = {"name": self.name, "reduction": self.reduction}
        signature = inspect.signature(type(self).__init__).parameters
        if not any(p.kind is p.VAR_KEYWORD for p in signature.values()):
            known = {key: value for key, value in known.items() if key in signature}
        for name in constructor_parameters(type(self)):
            if hasattr(self, name) and (name != "dtype" or self._has_own_dtype):
                known[name] = serialization.serialize(getattr(self, name))
        return known

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"

    def _convert(self, value):
        """Tensors of the loss's dtype, in the nest that arrays or tensors came in; None stays None."""
        if value is None:
            return None
        if isinstance(value, (np.ndarray, Tensor)):
            return convert_to_tensor(value, self._dtype)
        if isinstance(value, dict) or any(
            hasattr(leaf, "dtype") for leaf in flatten(value) if is_nested(value)
        ):
            return map_structure(self._convert, value)
        return convert_to_tensor(value, self._dtype)


class LossFunctionWrapper(Loss):
    """The loss made of a function `fn(y_true, y_pred, **kwargs)` that returns the loss of each sample."""

    def __init__(self, fn, reduction="sum_over_batch_size", name=None, dtype=None, **kwargs):
        super().__init__(name=name or getattr(fn, "__name__", None), reduction=reduction, dtype=dtype)
        self.fn = fn
        self._settings = kwargs

    def call(self, y_true, y_pred):
        return self.fn(y_true, y_pred, **self._settings)

    def get_config(self):
        config = super().get_config()
        if "fn" in config:
            config["fn"] = function_config(self.fn)
            config.update(serialization.serialize(self._settings))
        return config

    @classmethod
    def from_config(cls, config):
        return cls(**(serialization.deserialize(config) if "fn" in config else config))


def loss_function(function):
    """Decorator: make a built-in function known by its name, to `get` and to files."""
    return registry.register_function(function, family="loss")


def function_config(function):
    """A function's configuration in full, as Keras writes it where an object holds one."""
    known = serialization.serialize(function)
    if isinstance(known, str):
        return {
            "module": "builtins",
            "class_name": "function",
            "config": known,
            "registered_name": "function",
        }
    return known


def align_structures(y_true, y_pred):
    """`align` for nests of the same structure; other nests stay as they are."""
    if not is_nested(y_true) and not is_nested(y_pred):
        return align(y_true, y_pred)
    if isinstance(y_true, dict) and isinstance(y_pred, dict) and set(y_true) == set(y_pred):
        pairs = {key: align_structures(y_true[key], y_pred[key]) for key in y_pred}
        return {k: p[0] for k, p in pairs.items()}, {k: p[1] for k, p in pairs.items()}
    if isinstance(y_true, (list, tuple)) and isinstance(y_pred, (list, tuple)) and len(y_true) == len(y_pred):
        pairs = [align_structures(t, p) for t, p in zip(y_true, y_pred, strict=True)]
        return type(y_true)([t for t, _ in pairs]), type(y_pred)([p for _, p in pairs])
    return y_true, y_pred


def align(x1, x2):
    """Two values (arrays or tensors) whose ranks differ by a last axis of size 1, brought to one rank.

    The axis is dropped, except that a vector gets one instead: (n,) against (n, 1) becomes (n, 1) against (n, 1), so
    that the two are compared element by element and never broadcast to (n, n).
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if rank1 == rank2:
        return x1, x2
    if rank1 == rank2 + 1 and x1.shape[-1] == 1:
        return (x1, x2[..., None]) if rank2 == 1 else (x1[..., 0], x2)
    if rank2 == rank1 + 1 and x2.shape[-1] == 1:
        return (x1[..., None], x2) if rank1 == 1 else (x1, x2[..., 0])
    return x1, x2


def prepare(who, y_true, y_pred):
    """Targets and predictions as tensors of one float dtype and one shape; `who` is the loss that an error names."""
    y_pred = floating(y_pred)
    y_true, y_pred = align(convert_to_tensor(y_true, y_pred.dtype), y_pred)
    check_shapes(who, y_true, y_pred)
    return y_true, y_pred


def floating(x):
    """`x` as a tensor of a float dtype."""
    x = convert_to_tensor(x)
    return x if x.dtype.kind == "f" else ops.cast(x, config.floatx())


def check_shapes(who, y_true, y_pred):
    """Raise an error that says what to do unless the two shapes are the same."""
    if y_true.shape == y_pred.shape or same_shape(y_true.shape, y_pred.shape):
        return
    expected, received = tuple(y_pred.shape), tuple(y_true.shape)
    message = (
        f"{who} expected targets of shape {expected}, as the predictions have, received shape {received}."
    )
    labels = received in (expected[:-1], (*expected[:-1], 1)) and expected[-1] != 1
    if labels:
        raise ValueError(
            f"{message} If the targets are integer labels, use the loss 'sparse_categorical_crossentropy', or make "
            f"them one-hot with minikeras.utils.to_categorical(y, {expected[-1]})."
        )
    raise ValueError(f"{message} Change the last layer's units or reshape the targets.")


def number(value, name, who, optional=False):
    """A number, or a tensor of one; None only where it is optional. Raises ValueError for anything else and for NaN."""
    if value is None and optional:
        return value
    try:
        fits = not isinstance(value, (str, bytes)) and float(value) == float(value)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise ValueError(f"{who} expected {name} to be a number, received {value!r}.")
    return value


def same_shape(shape1, shape2):
    """Whether two shapes agree wherever both are known."""
    return len(shape1) == len(shape2) and all(
        a == b or a is None or b is None for a, b in zip(shape1, shape2, strict=True)
    )


# Reduction


def reduce_weighted(values, weight, mask, reduction):
    """The values times their weights, masked and reduced, as a tensor."""
    weight = masked_weight(weight, mask, values.dtype, reduction)
    if weight is not None:
        values, weight = align_weight(values, weight)
        if reduction in ("sum_over_batch_size", "mean") and values.shape and values.shape == weight.shape:
            return _weighted_mean(values, weight)
        values = ops.multiply(values, weight)
    if reduction in (None, "none") or tuple(values.shape) in ((), (0,)):
        return values
    if reduction == "sum" or 0 in values.shape:
        return ops.sum(values)
    if reduction == "mean_with_sample_weight" and weight is not None:
        return ops.divide_no_nan(ops.sum(values), ops.sum(weight))
    return ops.mean(values)


@differentiable(composed=lambda values, weight: ops.mean(ops.multiply(values, weight)))
def _weighted_mean(values, weight, /):
    """Σ values · weight / the number of values, for two arrays of one shape; 0 where there are none."""
    scale = 1.0 / max(values.size, 1)
    mean = np.add.reduce(values * weight, axis=None) * values.dtype.type(scale)
    return mean, (lambda dy: weight * (dy * scale), lambda dy: values * (dy * scale))


def masked_weight(weight, mask, dtype, reduction):
    """The weights that express a mask and sample weights together, or None if there is neither.

    Where the values are averaged, the remaining ones weigh total / remaining, so that the mean is over them alone.
    """
    if mask is None:
        return weight
    keep = ops.cast(mask, dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        share = ops.mean(keep)
        keep = ops.divide_no_nan(keep, share)
    if weight is None:
        return keep
    if len(weight.shape) > len(keep.shape):
        weight, keep = align_weight(weight, keep)
    else:
        keep, weight = align_weight(keep, weight)
    return ops.multiply(weight, keep)


def align_weight(values, weight):
    """Values and weights of one rank: weights of the leading axes count for all that these hold."""
    if values.shape == weight.shape:
        return values, weight
    values, weight = align(values, weight)
    rank, missing = len(weight.shape), len(values.shape) - len(weight.shape)
    if missing > 0 and rank and same_shape(values.shape[:rank], weight.shape):
        weight = weight[(..., *[None] * missing)]
    pairs = zip(reversed(values.shape), reversed(weight.shape), strict=False)
    if (missing < 0 and values.shape) or not all(
        v == w or v in (1, None) or w in (1, None) for v, w in pairs
    ):
        raise ValueError(
            f"sample_weight of shape {tuple(weight.shape)} does not fit values of shape {tuple(values.shape)}. "
            "Pass one weight for each sample, or one for each of the values."
        )
    return values, weight


# What targets and predictions say of each other


def kind_of_classes(y_true, y_pred):
    """'binary' for one output, 'sparse' for integer labels against several, 'categorical' for one-hot targets."""
    true_rank, pred_rank = len(y_true.shape), len(y_pred.shape)
    if pred_rank < 2 or y_pred.shape[-1] == 1:
        return "binary"
    if true_rank < pred_rank or y_true.shape[-1] == 1:
        return "sparse"
    return "categorical"


def object_name(thing):
    """The name of a loss or metric, be it an object or a function."""
    return getattr(thing, "name", None) or getattr(
        thing, "__name__", registry.snake_case(type(thing).__name__)
    )
