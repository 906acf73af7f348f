"""Programs of TensorFlow 1: sessions, placeholders, variables by name, and what such programs set up around them."""

import contextlib
import re

import numpy as np

from minikeras import initializers
from minikeras.autodiff import Tensor
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import numpy_dtype
from minikeras.compat.tensorflow.graph import Deferred, Graph, GraphCall, Operation, mode
from minikeras.compat.tensorflow.variables import graph_variable


def defer(on=True):
    """Whether calls on variables are deferred, as in TensorFlow 1."""
    mode.deferring = bool(on)


def disable_eager_execution():
    """Defer calls on variables from here on."""
    defer()


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Compute everything at once from here on."""
    defer(False)


def reset_default_graph():
    """Begin a new graph."""
    mode.graph = Graph()


def get_default_graph():
    """The graph that calls belong to."""
    return mode.graph


# Sessions


class Session:
    """Runs graphs: `run` gives the values of deferred and other tensors, as NumPy arrays."""

    def __init__(self, target="", graph=None, config=None):
        self._graph = graph

    @property
    def graph(self):
        """The graph that is run."""
        return self._graph or mode.graph

    sess_str = target = ""

    def run(self, fetches, feed_dict=None, options=None, run_metadata=None):
        """The values of a nest of fetches, given those of placeholders: {placeholder: value}."""
        return graph.fetch(fetches, feed_dict)

    def __enter__(self):
        _sessions.append(self)
        return self

    def __exit__(self, kind, error, traceback):
        if self in _sessions:
            _sessions.remove(self)

    @contextlib.contextmanager
    def as_default(self):
        """A block in which this is the default session."""
        with self:
            yield self

    def close(self):
        """Nothing to close."""

    def list_devices(self):
        """None that could be chosen."""
        return []

    def should_stop(self):
        """Whether a monitored session is to end: not by itself."""
        return False


class InteractiveSession(Session):
    """A session that is the default one at once."""

    def __init__(self, target="", graph=None, config=None):
        super().__init__(target, graph, config)
        _sessions.append(self)


_sessions: list = []


def get_default_session():
    """The session of the innermost block, or None."""
    return _sessions[-1] if _sessions else None


class Settings:
    """ConfigProto, GPUOptions and their like: any attribute may be set, none changes anything."""

    def __init__(self, *args, **settings):
        self.__dict__.update(settings)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        made = self.__dict__[name] = Settings()
        return made


class OptimizerOptions(Settings):
    """How graphs would be compiled."""

    OFF, ON_1, ON_2, L0, L1 = -1, 1, 2, -1, 0


class RunOptions(Settings):
    """What a run would trace."""

    NO_TRACE, SOFTWARE_TRACE, HARDWARE_TRACE, FULL_TRACE = range(4)


# Placeholders and variables


def placeholder(dtype, shape=None, name=None):
    """A value that `feed_dict` gives at each run."""
    mode.deferring = True
    return graph.placeholder(numpy_dtype(dtype), shape, name or "Placeholder")


def placeholder_with_default(input, shape, name=None):
    """A value that `feed_dict` may give; else this one."""
    value = as_tensor(input)
    made = graph.placeholder(numpy_dtype(value.dtype), shape, name or "PlaceholderWithDefault")
    made.call = GraphCall(lambda: value, (), {})
    made.call.outputs = made
    return made


class VariableScope:
    """Where variables are made by name."""

    def __init__(self, name, reuse=None, initializer=None):
        self.name, self.reuse, self.initializer = name, reuse, initializer

    @property
    def original_name_scope(self):
        """The name, with a slash."""
        return self.name + "/"

    def reuse_variables(self):
        """Let `get_variable` find variables that were made before."""
        self.reuse = True


_scopes: list = [VariableScope("")]
AUTO_REUSE = "AUTO_REUSE"


@contextlib.contextmanager
def variable_scope(name_or_scope, default_name=None, values=None, initializer=None, reuse=None, **other):
    """A block whose variables are named with a prefix; with reuse, those made before are found again."""
    above = _scopes[-1]
    if isinstance(name_or_scope, VariableScope):
        full = name_or_scope.name
        reuse = name_or_scope.reuse if reuse is None else reuse
    else:
        name = name_or_scope or default_name
        full = f"{above.name}/{name}" if above.name else name
        reuse = above.reuse if reuse is None else reuse
    scope = VariableScope(full, reuse, initializer or above.initializer)
    before = mode.graph.scopes
    mode.graph.scopes = full.split("/") if full else []
    _scopes.append(scope)
    try:
        yield scope
    finally:
        _scopes.pop()
        mode.graph.scopes = before


def get_variable_scope():
    """The innermost variable scope."""
    return _scopes[-1]


def get_variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, collections=None, caching_device=None,
    partitioner=None, validate_shape=True, use_resource=None, custom_getter=None, constraint=None, **other,
):  # fmt: skip
    """A variable by name: made, or with reuse found again."""
    scope = _scopes[-1]
    full = f"{scope.name}/{name}" if scope.name else name
    known = next((v for v in mode.graph.variables if v.name == f"{full}:0"), None)
    if scope.reuse and known is not None:
        return known
    if scope.reuse is True:
        raise ValueError(
            f"Variable {full} does not exist, or was not created with tf.get_variable(). "
            "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
        )
    if known is not None:
        raise ValueError(
            f"Variable {full} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
        )
    before, mode.graph.scopes = mode.graph.scopes, []
    try:
        variable = graph_variable(
            initial_value(initializer or scope.initializer, shape, dtype), trainable, full, dtype
        )
    finally:
        mode.graph.scopes = before
    if regularizer is not None:
        mode.graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, regularizer(variable))
    return variable


def initial_value(initializer, shape, dtype):
    """The value that an initializer (an array, an object, a class or a function; Glorot's by default) gives."""
    if initializer is None:
        initializer = initializers.GlorotUniform()
    if isinstance(initializer, (Tensor, Deferred, np.ndarray, int, float, list)):
        return initializer
    if isinstance(initializer, type):
        initializer = initializer()
    sizes = [int(s) for s in shape] if isinstance(shape, (list, tuple)) else [int(shape)]
    return initializer(sizes, dtype=numpy_dtype(dtype, np.dtype("float32")).name)


def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Replaces a variable's value, when it is run."""
    return ref.assign(value)


def assign_add(ref, value, use_locking=None, name=None):
    """Adds to a variable, when it is run."""
    return ref.assign_add(value)


def assign_sub(ref, value, use_locking=None, name=None):
    """Subtracts from a variable, when it is run."""
    return ref.assign_sub(value)


# Collections


class GraphKeys:
    """The names of collections."""

    GLOBAL_VARIABLES, TRAINABLE_VARIABLES, LOCAL_VARIABLES = (
        "variables",
        "trainable_variables",
        "local_variables",
    )
    VARIABLES, MODEL_VARIABLES, MOVING_AVERAGE_VARIABLES = (
        "variables",
        "model_variables",
        "moving_average_variables",
    )
    UPDATE_OPS, LOSSES, REGULARIZATION_LOSSES = "update_ops", "losses", "regularization_losses"
    SUMMARIES, GLOBAL_STEP, TRAIN_OP, WEIGHTS, BIASES = (
        "summaries",
        "global_step",
        "train_op",
        "weights",
        "biases",
    )


def global_variables(scope=None):
    """All variables of the graph."""
    return [v for v in mode.graph.variables if scope is None or re.match(scope, v.name)]


def trainable_variables(scope=None):
    """The variables that training changes."""
    return [v for v in global_variables(scope) if v.trainable]


def local_variables(scope=None):
    """None."""
    return []


def get_collection(key, scope=None):
    """What was added to a collection; variables by the collections' names too."""
    if key == GraphKeys.TRAINABLE_VARIABLES:
        return trainable_variables(scope)
    if key == GraphKeys.GLOBAL_VARIABLES:
        return global_variables(scope)
    return mode.graph.get_collection(key, scope)


def add_to_collection(name, value):
    """Add to a collection."""
    mode.graph.add_to_collection(name, value)


def variables_initializer(var_list, name="init"):
    """Sets variables to their initial values, drawn anew."""

    def initialize():
        for variable in var_list:
            variable.initialize()

    return Operation(initialize, (), name)


def global_variables_initializer():
    """Sets all variables of the graph to their initial values, drawn anew."""
    variables = mode.graph.variables

    def initialize():
        for variable in list(variables):
            variable.initialize()

    return Operation(initialize, (), "init")


def nothing_to_initialize(*args, **kwargs):
    """An operation that does nothing: what it would initialize needs none."""
    return Operation(lambda: None, (), "init")


def is_variable_initialized(variable):
    """Variables always are."""
    return as_tensor(True)


def report_uninitialized_variables(*args, **kwargs):
    """None: variables always are initialized."""
    return as_tensor(np.zeros(0, np.float32))


class Coordinator:
    """Stops threads of input queues: there are none."""

    def should_stop(self):
        """Not by itself."""
        return False

    def request_stop(self, ex=None):
        """Nothing to stop."""

    def join(self, threads=None, **settings):
        """Nothing to wait for."""


def start_queue_runners(*args, **kwargs):
    """There are no queues."""
    return []
