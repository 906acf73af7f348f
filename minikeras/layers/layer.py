"""The base class of layers: what every layer does around its own `build` and `call`."""

import functools
import inspect
import warnings

import numpy as np

from minikeras import constraints, dtypes, initializers, registry, regularizers
from minikeras.autodiff import Tensor, Variable, as_array, is_symbolic
from minikeras.autodiff.error_notes import add_once
from minikeras.autodiff.symbolic import Spec, SymbolicTensor, infer, probing, symbolic_call
from minikeras.autodiff.tensor import state
from minikeras.layers import shapes
from minikeras.layers.context import context
from minikeras.layers.description import Description
from minikeras.layers.spec import check_inputs, check_kind, who
from minikeras.layers.tracking import Tracking
from minikeras.nest import flatten, map_structure
from minikeras.ops import elementwise
from minikeras.serialization import Registered, constructor_parameters
from minikeras.spellings import users_level
from minikeras.spellings.calls import accepting

# Arguments of `call` that a layer gets from the layer around it, or from its inputs, if the caller passes none.
_PASSED_DOWN = ("training", "mask")
# Of unknown arguments so many are named.
_MOST_NAMED = 5


class Layer(Tracking, Description, Registered, family="layer"):
    """A computation with weights.

    A layer is `__init__` (stores its arguments), `build(input_shape)` (makes weights with `add_weight`; called once,
    before the first call) and `call(inputs)` (computes). `call` may also take `training` and `mask`.

    activity_regularizer: a penalty on the outputs. trainable: whether training changes the weights. dtype: a float
    type or DTypePolicy. name: unique in a model; made from the class's name if not given.

    >>> import minikeras as keras
    >>> class Scale(keras.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(np.ones((2, 3), "float32")).shape
    (2, 3)
    """

    module = "keras.layers"
    supports_masking = False
    # Whether integer inputs are cast to the compute dtype as floats are: so for layers that multiply by weights.
    casts_integers = False
    # Whether all that a call does is done by the functions it applies, so that these can be replayed without it.
    replayable = True
    # What a model has and a plain layer lacks, for those who ask a layer that may be a model.
    _graph = None
    _call_names = _required_names = ()
    input_dtype_hint: str | None = None
    input_spec = None

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls)
        layer._init_arguments = (args, kwargs)
        layer.built = False
        layer._name = None
        layer._trainable = True
        layer._accepted = None
        layer._build_shape = None
        layer._built_by_name = False
        layer._variables = []
        layer._losses = []
        layer._calls = []
        layer._dtype_policy = None
        layer._output_shape = None
        layer._first_weights = None
        layer.activity_regularizer = None
        return layer

    def __init__(
        self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs
    ):
        shape = shapes.old_input_shape(type(self).__name__, kwargs)
        if kwargs:
            raise ValueError(
                f"{type(self).__name__} received unknown arguments: "
                + ", ".join(
                    f"{k!r} ({registry.suggest(k, constructor_parameters(type(self)))})"
                    for k in list(kwargs)[:_MOST_NAMED]
                )
            )
        if name is not None and not isinstance(name, str):
            raise TypeError(f"{type(self).__name__}: name must be a string, received {name!r}.")
        self._name = name or registry.unique_name(registry.snake_case(type(self).__name__))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._trainable = bool(trainable)
        self.autocast = autocast
        self._set_policy(dtypes.get_policy(dtype))
        self._input_shape_argument = shape

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _building(cls.__dict__["build"])
        parameters = dict(list(inspect.signature(cls.call).parameters.items())[1:])
        free = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        cls._call_names = [
            n for n, p in parameters.items() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        cls._required_names = [
            n
            for n in cls._call_names
            if parameters[n].default is parameters[n].empty and n not in _PASSED_DOWN
        ]
        cls._takes_training = "training" in parameters
        cls._takes_mask = "mask" in parameters or (free and cls.__dict__.get("passes_mask", False))
        default = parameters["training"].default if cls._takes_training else None
        cls._default_training = None if default is inspect.Parameter.empty else default
        cls._own_mask = cls.compute_mask is not Layer.compute_mask

    # What a layer may say about itself

    def build(self, input_shape):
        """Make the weights for inputs of this shape (None for unknown sizes)."""
        self.built = True
        self._build_shape = input_shape

    def call(self, *args, **kwargs):
        """Compute the outputs; every layer writes its own."""
        raise NotImplementedError(f"{type(self).__name__} has no call(self, inputs) method. Write one.")

    def compute_mask(self, inputs, previous_mask):
        """The mask of the outputs, given that of the inputs; as it came by default."""
        return previous_mask

    def compute_output_shape(self, *args, **kwargs):
        """The shape of the outputs for inputs of the given shape(s), inferred by trying the call."""
        structure = args[0] if len(args) == 1 else list(args) if args else list(kwargs.values())
        inputs = shapes.map_shapes(lambda s: SymbolicTensor(s, self.compute_dtype), structure)
        spec = self.compute_output_spec(inputs)
        return map_structure(lambda s: s.shape, spec)

    def compute_output_spec(self, *args, **kwargs):
        """The shapes and dtypes of the outputs for symbolic inputs."""
        self._build_if_needed(args, kwargs)
        return infer(self._quiet_call, args, kwargs)

    def get_build_config(self):
        """What `build_from_config` needs to build the layer again."""
        if self._build_shape is None:
            return None
        return {"shapes_dict" if self._built_by_name else "input_shape": self._build_shape}

    def build_from_config(self, config):
        """Build the layer as `get_build_config` recorded."""
        if config and config.get("input_shape") is not None:
            self.build(shapes.as_shape(config["input_shape"]))
        elif config and config.get("shapes_dict") is not None:
            self.build(**{k: shapes.as_shape(v) for k, v in config["shapes_dict"].items()})

    def expected_axes(self):
        """For error messages: the axes the layer expects, such as ' (batch, features)'; empty if it has no names."""
        return ""

    # Weights

    @accepting("add_weight", looked_at=1)
    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
    ):
        """Make a variable that belongs to this layer; the default initializer is glorot_uniform."""
        shape = shapes.concrete(() if shape is None else shape, self)
        dtype = dtypes.standardize_dtype(dtype or self.variable_dtype)
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_float(dtype) else "zeros"
        variable = Variable(
            initializers.get(initializer),
            shape=shape,
            dtype=dtype,
            trainable=trainable,
            autocast=autocast,
            name=name,
        )
        variable.path = "/".join(
            [*context.path, *(() if context.path[-1:] == (self.name,) else (self.name,)), variable.name]
        )
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.aggregation = aggregation
        variable.overwrite_with_gradient = overwrite_with_gradient
        if not self._trainable:
            variable.trainable = False
            self._frozen_ids().add(id(variable)) if trainable else None
        self._variables.append(variable)
        return variable

    @accepting("add_variable", looked_at=1)
    def add_variable(
        self,
        shape,
        initializer,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        name=None,
    ):
        """An older name of `add_weight`."""
        return self.add_weight(
            shape, initializer, dtype, trainable, autocast, regularizer, constraint, name=name
        )

    # Calling

    def __call__(self, *args, **kwargs):
        x = args[0] if args else None
        first = False
        if (
            type(x) is not Tensor
            or not self.built
            or x.array.dtype is not self._input_dtype
            or len(args) != 1
            or (kwargs and (len(kwargs) != 1 or "training" not in kwargs))
        ):
            args, kwargs = self._prepare(args, kwargs)
            if is_symbolic(args) or is_symbolic(kwargs):
                return self._call_symbolically(args, kwargs)
            first = self._build_if_needed(args, kwargs)
            x = args[0] if args else None
        if self.input_spec is not None and (type(x) is not Tensor or x.array.shape[1:] != self._accepted):
            check_inputs(self.input_spec, x, self)
            self._accepted = x.array.shape[1:] if type(x) is Tensor else None
        outer, depth = context.training, context.depth
        if depth == 0:
            self._clear_losses()
        training = kwargs.get("training")
        if training is None:
            training = outer if outer is not None else self._default_training
            if self._takes_training:
                kwargs["training"] = training
        if not self._takes_training and "training" in kwargs:
            kwargs = {name: value for name, value in kwargs.items() if name != "training"}
        mask = x.mask if type(x) is Tensor else _masks(x)
        if mask is not None and self._takes_mask and kwargs.get("mask") is None:
            kwargs["mask"] = mask
        context.training, context.depth = training, depth + 1
        try:
            outputs = self.call(*args, **kwargs)
        except Exception as error:
            add_once(error, "While calling", f"While calling {who(self)} on shapes {_shapes(args)}.")
            raise
        finally:
            context.training, context.depth = outer, depth
        if self.activity_regularizer is not None:
            self._regularize_activity(outputs)
        if mask is not None or self._own_mask:
            self._set_output_mask(x, outputs, mask)
        if first:
            self._output_shape = map_structure(lambda o: (None, *np.shape(o)[1:]), outputs)
        return outputs

    def _prepare(self, args, kwargs):
        """Arguments with arrays and numbers turned into tensors, floats in the layer's own dtype."""
        if self._name is None:
            raise RuntimeError(
                f"{type(self).__name__}.__init__ did not call super().__init__(). "
                "Write `super().__init__()` as its first line."
            )
        args = list(args)
        for name in self._call_names[: len(args)]:
            if name in kwargs:
                raise TypeError(f"{who(self)} received {name!r} twice: by position and by name.")
        if not args and self._call_names and self._call_names[0] in kwargs:
            args = [kwargs[self._call_names[0]]]
            kwargs = {k: v for k, v in kwargs.items() if k != self._call_names[0]}
        else:
            kwargs = dict(kwargs)
        args = [self._as_input(a) for a in args]
        for name, value in kwargs.items():
            if name != "training" and (isinstance(value, np.ndarray) or _has_arrays(value)):
                kwargs[name] = self._as_input(value)
        if args and not isinstance(args[0], Tensor) and type(self).__module__.startswith("minikeras.layers."):
            check_kind(args[0], self)
        return args, kwargs

    def _as_input(self, value):
        if isinstance(value, (bool, type(None), str)):
            return value
        if isinstance(value, dict):
            return {k: self._as_input(v) for k, v in value.items()}
        if isinstance(value, tuple) and _has_arrays(value):
            return tuple([self._as_input(v) for v in value])
        if isinstance(value, list) and _has_arrays(value):
            return [self._as_input(v) for v in value]
        if isinstance(value, SymbolicTensor):
            return value
        if not isinstance(value, Tensor):
            if not isinstance(value, (np.ndarray, np.generic, list, tuple, int, float)) and not hasattr(
                value, "__array__"
            ):
                return value
            value = Tensor(_numeric(as_array(value), self))
        if (
            self.autocast
            and value.dtype != self._input_dtype
            and (value.dtype.kind == "f" or self.casts_integers)
        ):
            cast = elementwise.cast(value, self.compute_dtype)
            cast.mask = value.mask
            return cast
        return value

    def _build_if_needed(self, args, kwargs):
        """Build the layer for these arguments, unless it is; returns whether it was not."""
        if self.built:
            return False
        self._check_call(args, kwargs)
        structure = map_structure(shapes.shape_of, list(args))
        with probing():  # making weights is nothing to record
            state.probing = False
            self.build(*self._build_arguments(structure, kwargs))
        self.built = True
        return True

    def _check_call(self, args, kwargs):
        """Refuse a first call that leaves arguments out, or whose inputs are not of the layer's kind."""
        given = {*self._call_names[: len(args)], *kwargs}
        missing = [name for name in self._required_names if name not in given]
        if args and missing:
            raise TypeError(
                f"{who(self)} expected the arguments {', '.join(self._required_names)}, received no {missing[0]}. "
                f"Pass {missing[0]}=..."
            )
        if self.input_spec is not None and args:
            check_inputs(self.input_spec, args[0], self)

    def _build_arguments(self, shapes_of_args, kwargs):
        """What to pass to `build`: the first argument's shape, or one shape for each parameter of build."""
        parameters = [
            p for p in inspect.signature(self.build).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD
        ]
        if len(parameters) <= 1:
            return shapes_of_args[:1]
        by_name = dict(zip(self._call_names, shapes_of_args, strict=False))
        by_name.update({k: shapes.shape_of(v) for k, v in kwargs.items() if hasattr(v, "shape")})
        return [by_name.get(p.name.removesuffix("_shape")) for p in parameters]

    def _call_symbolically(self, args, kwargs):
        """Record the call on symbolic tensors; the outputs' shapes are inferred."""
        self._build_if_needed(args, kwargs)
        if self.input_spec is not None and args:
            check_inputs(self.input_spec, args[0], self)
        specs = self._output_specs(args, kwargs)
        outputs = symbolic_call(self, tuple(args), kwargs, specs)
        leaves = [leaf for leaf in flatten(outputs) if leaf is not None]
        if leaves:
            self._calls.append(leaves[0].call)
        self._output_shape = map_structure(lambda o: o.shape if o is not None else None, outputs)
        mask = _masks(args[0]) if args else None
        if mask is not None or self._own_mask:
            self._set_symbolic_mask(args[0], outputs, mask)
        return outputs

    def _output_specs(self, args, kwargs):
        if type(self).compute_output_spec is not Layer.compute_output_spec:
            specs = self.compute_output_spec(*args, **kwargs)
            return map_structure(lambda s: Spec(s.shape, s.dtype), specs)
        if type(self).compute_output_shape is not Layer.compute_output_shape:
            structure = map_structure(lambda v: getattr(v, "shape", None), args[0])
            return shapes.map_shapes(
                lambda s: Spec(s, self.compute_dtype), self.compute_output_shape(structure)
            )
        return infer(self._quiet_call, args, kwargs)

    def _quiet_call(self, *args, **kwargs):
        """The call, without its penalties and checks, for probing shapes."""
        before = self.activity_regularizer
        self.activity_regularizer = None
        try:
            return Layer.__call__(self, *args, **kwargs)
        finally:
            self.activity_regularizer = before

    def _set_output_mask(self, x, outputs, mask):
        if mask is not None and not self.supports_masking and not self._own_mask:
            if not self._takes_mask:
                warnings.warn(
                    f"{who(self)} was passed an input with a mask, which it does not support: the mask ends here.",
                    stacklevel=users_level(),
                )
            return
        # As in Keras, a single mask is that of the first output.
        masks = flatten(self.compute_mask(x, mask))
        for output, one in zip(flatten(outputs), masks, strict=False):
            if isinstance(output, Tensor) and output.mask is None and one is not None:
                output.mask = one if isinstance(one, Tensor) else Tensor(as_array(one))

    def _set_symbolic_mask(self, x, outputs, mask):
        if mask is not None and not self.supports_masking and not self._own_mask:
            return
        masks = flatten(self.compute_mask(x, mask))
        for output, one in zip(flatten(outputs), masks, strict=False):
            if isinstance(output, SymbolicTensor) and one is not None:
                output.mask = one

    def stateless_call(self, trainable_variables, non_trainable_variables, *args, **kwargs):
        """Call the layer with the given values in place of its variables; returns (outputs, new non-trainable values)."""
        variables = [*self.trainable_variables, *self.non_trainable_variables]
        before = [v.array.copy() for v in variables]
        try:
            for variable, value in zip(
                variables, [*trainable_variables, *non_trainable_variables], strict=True
            ):
                variable.assign(value)
            outputs = self(*args, **kwargs)
            return outputs, [Tensor(v.array.copy()) for v in self.non_trainable_variables]
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)


def _building(build):
    """A layer's `build` that also notes the shape and the names of the weights' owners."""

    @functools.wraps(build)
    def wrapped(self, *args, **kwargs):
        outer = context.path
        context.path = (*outer, self.name) if outer[-1:] != (self.name,) else outer
        try:
            build(self, *args, **kwargs)
        finally:
            context.path = outer
        if self._build_shape is None:
            shapes_of = inspect.signature(build).bind(self, *args, **kwargs).arguments
            named = dict(list(shapes_of.items())[1:])
            self._built_by_name = len(named) > 1
            self._build_shape = named if self._built_by_name else next(iter(named.values()), None)
        self.built = True
        if self._first_weights is not None:
            self.set_weights(self._first_weights)
            self._first_weights = None

    return wrapped


def _has_arrays(value):
    return isinstance(value, (list, tuple, dict)) and any(
        isinstance(leaf, (Tensor, SymbolicTensor, np.ndarray)) for leaf in flatten(value)
    )


def _shapes(inputs):
    return ", ".join(str(leaf.shape) for leaf in flatten(inputs) if hasattr(leaf, "shape"))


def _masks(value):
    """The masks of a nest of tensors in the same nest, or None if there is none."""
    if isinstance(value, (Tensor, SymbolicTensor)):
        return value.mask
    if not isinstance(value, (list, tuple, dict)):
        return None
    found = [getattr(leaf, "mask", None) for leaf in flatten(value)]
    return None if all(m is None for m in found) else found


def _numeric(array, layer):
    if array.dtype.kind in "OUS":
        raise ValueError(
            f"{who(layer)} expected numbers, received an array of dtype {array.dtype}. "
            "Convert strings and objects to numbers first (for example with StringLookup or .astype('float32'))."
        )
    return array
