"""`tf.Variable`: a variable as TensorFlow has it, and the one of a graph, which is read when the graph is run."""

import numpy as np

from minikeras.autodiff import Tensor, Variable
from minikeras.compat.tensorflow import appearance, graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.dtype import of_array
from minikeras.compat.tensorflow.graph import Deferred, Operation, mode
from minikeras.compat.tensorflow.shapes import TensorShape


class EagerVariable(Variable):
    """A value that training changes in place.

    initial_value: a number, nested lists, an array, a tensor, or a function without arguments that gives one.
    """

    __slots__ = ("_handle_name", "initial")

    shape = property(lambda self: TensorShape(self.array.shape), doc="The sizes of the axes.")
    dtype = property(lambda self: of_array(self.array.dtype), doc="The DType.")
    numpy = appearance.numpy

    def __init__(
        self,
        initial_value=None,
        trainable=True,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        import_scope=None,
        constraint=None,
        synchronization="auto",
        aggregation="none",
        shape=None,
        experimental_enable_variable_lifting=True,
        collections=None,
        use_resource=True,
    ):
        tensor = initial_tensor(initial_value, dtype)
        label = name or "Variable"
        super().__init__(
            np.array(tensor.array), trainable=bool(trainable) and tensor.array.dtype.kind in "fc", name=label
        )
        self._trainable = bool(trainable) if trainable is not None else True
        self._handle_name = f"{'/'.join([*mode.graph.scopes, label])}:0"
        self.constraint = constraint
        self.initial = tensor.array.copy()

    name = property(lambda self: self._handle_name, doc="The name, such as 'Variable:0'.")
    initial_value = property(lambda self: Tensor(self.initial.copy()), doc="What it held first.")
    initializer = property(
        lambda self: self._initialize(), doc="Sets it back to its initial value (done at once)."
    )
    op = property(lambda self: self, doc="The variable itself.")
    handle = property(lambda self: self, doc="The variable itself.")

    def _initialize(self):
        self.array[...] = self.initial
        return None

    def _unread(self):
        """What an assignment returns: this variable under the name that TensorFlow prints."""
        same = object.__new__(EagerVariable)
        for slot in _SLOTS:
            if hasattr(self, slot):
                setattr(same, slot, getattr(self, slot))
        same._handle_name = "UnreadVariable"
        return same

    def value(self):
        """The current value as a tensor that later assignments do not change."""
        return self.read_value()

    def initialized_value(self):
        """The current value."""
        return self.read_value()

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Replace the value."""
        super().assign(as_tensor(value, self.array.dtype))
        return self._unread() if read_value else None

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Add to the value in place."""
        super().assign_add(as_tensor(delta, self.array.dtype))
        return self._unread() if read_value else None

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtract from the value in place."""
        super().assign_sub(as_tensor(delta, self.array.dtype))
        return self._unread() if read_value else None

    def scatter_nd_update(self, indices, updates, name=None):
        """Put updates at indices."""
        self.array[tuple(np.moveaxis(np.asarray(indices), -1, 0))] = np.asarray(updates)
        return self

    def __getitem__(self, index):
        """The elements at a place; what it returns outside of tapes can be assigned to: `v[0, 1].assign(42.0)`."""
        found = super().__getitem__(index)
        return found if found.tracked or mode.deferring else VariableSlice(found.array, self, index)

    def load(self, value, session=None):
        """Replace the value."""
        self.assign(value)

    def __repr__(self):
        text = appearance.text_of(self.array, as_repr=True)
        return (
            f"<tf.Variable '{self.name}' shape={self.array.shape} dtype={of_array(self.array.dtype).name}, "
            f"numpy={appearance._below(text)}>"
        )

    __str__ = __repr__

    def __format__(self, spec):
        if spec:
            return format(self.array.item(), spec)
        return repr(self)

    def __deepcopy__(self, memo):
        copy = EagerVariable(self.array.copy(), trainable=self.trainable, name=self._name)
        memo[id(self)] = copy
        return copy

    def __reduce__(self):
        return _restored, (self.array, self.trainable, self._name)


class VariableSlice(Tensor):
    """Elements of a variable: their values when they were read, and where to assign others."""

    __slots__ = ("place", "variable")

    def __init__(self, array, variable, place):
        super().__init__(np.array(array))
        self.variable = variable
        self.place = tuple(_static(p) for p in place) if isinstance(place, tuple) else _static(place)

    def read_value(self):
        """The values as a plain tensor."""
        return Tensor(self.array)

    def assign(self, value, name=None):
        """Replace these elements of the variable; returns the variable."""
        value = as_tensor(value, self.array.dtype).array
        if value.shape not in ((), self.array.shape):
            raise ValueError(
                f"Elements of shape {self.array.shape} of '{self.variable.name}' were assigned a value of shape {value.shape}."
            )
        self.variable.array[self.place] = value
        return self.variable


def _static(place):
    return place.array if isinstance(place, Tensor) else place


_SLOTS = ("array", "mask", "tracked", *Variable.__slots__, "initial")


def _restored(array, trainable, name):
    return EagerVariable(array, trainable=trainable, name=name)


def initial_tensor(initial_value, dtype):
    """The value that a variable begins with."""
    if initial_value is None:
        raise ValueError(
            "tf.Variable expected an initial_value (a number, an array or a tensor), received none."
        )
    if callable(initial_value) and not isinstance(initial_value, Tensor):
        initial_value = initial_value()
    return as_tensor(initial_value, dtype)


class GraphVariable(Deferred):
    """A variable of a graph: deferred to those who compute with it, while its value stands in `variable`."""

    __slots__ = ("initial", "variable")

    def __init__(self, variable, initial, name):
        super().__init__(
            TensorShape(variable.array.shape), variable.array.dtype, name, None, (variable, variable)
        )
        self.variable = variable
        self.initial = initial  # an array, or the deferred value that gives one
        mode.graph.variables.append(self)
        if isinstance(variable, EagerVariable):
            variable._handle_name = self.name

    trainable = property(lambda self: self.variable.trainable, doc="Whether optimizers change it.")
    path = property(lambda self: self.name.removesuffix(":0"), doc="The name.")

    @property
    def initializer(self):
        """Sets the initial value."""
        return Operation(self.initialize, (), "init")

    def initialize(self):
        """Set the initial value now."""
        value = (
            graph.evaluate([self.initial], {})[0].array
            if isinstance(self.initial, Deferred)
            else self.initial
        )
        self.variable.array[...] = value

    def initialized_value(self):
        """The value, which is never uninitialized."""
        return self

    def value(self):
        """The value."""
        return self

    def read_value(self):
        """The value."""
        return graph.record(lambda v: v.read_value(), (self,), {}, name="read")

    def numpy(self):
        """The value now."""
        return self.variable.numpy()

    def load(self, value, session=None):
        """Replace the value now."""
        self.variable.assign(value)

    def assign(self, value, validate_shape=None, use_locking=None, name=None, read_value=True):
        """Replaces the value when it is run."""
        return _changes("assign", self, value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds to the value when it is run."""
        return _changes("assign_add", self, delta)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts from the value when it is run."""
        return _changes("assign_sub", self, delta)

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}_ref>"

    __str__ = __repr__


def _changes(method, ref, value):
    """A deferred change of a variable; its value is the new one."""

    def change(variable, value):
        getattr(variable, method)(value)
        return Tensor(np.array(variable.array))

    change.__name__ = method
    return graph.record(change, (ref, value), {}, effect=True)


def adopt(weights, name):
    """The variables of the graph for a layer's weights, made for those that are not in it yet."""
    known = {id(v.variable): v for v in mode.graph.variables}
    for weight in weights:
        if id(weight) not in known:
            known[id(weight)] = GraphVariable(weight, weight.array.copy(), f"{name}/{weight.name}")
    return [known[id(weight)] for weight in weights]


mode.adopt = adopt


def graph_variable(initial_value, trainable=True, name=None, dtype=None):
    """A variable of the current graph."""
    if callable(initial_value) and not isinstance(initial_value, (Tensor, Deferred)):
        initial_value = initial_value()
    if isinstance(initial_value, Deferred):
        initial = initial_value
        value = graph.evaluate([initial], {})[0]
        value = as_tensor(value, dtype)
    else:
        value = initial_tensor(initial_value, dtype)
        initial = value.array.copy()
    full = mode.graph.unique_name(name or "Variable")
    variable = EagerVariable(value, trainable=trainable, name=full)
    return GraphVariable(variable, initial, full)


class _Kind(type):
    def __call__(cls, *args, **kwargs):
        if mode.deferring:
            return _graph_variable(*args, **kwargs)
        return EagerVariable(*args, **kwargs)

    def __instancecheck__(cls, value):
        return isinstance(value, (Variable, GraphVariable))

    def __subclasscheck__(cls, other):
        return issubclass(other, (Variable, GraphVariable))


def _graph_variable(
    initial_value=None,
    trainable=True,
    collections=None,
    validate_shape=True,
    caching_device=None,
    name=None,
    variable_def=None,
    dtype=None,
    expected_shape=None,
    import_scope=None,
    constraint=None,
    use_resource=None,
    synchronization=None,
    aggregation=None,
    shape=None,
):
    for collection in collections or ():
        mode.graph.add_to_collection(collection, initial_value)
    return graph_variable(initial_value, trainable, name, dtype)


class TensorFlowVariable(metaclass=_Kind):
    """`tf.Variable`: makes a variable, one of the graph in programs of TensorFlow 1; every variable is one of it."""
