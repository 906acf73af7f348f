"""Functions of functions: `tf.function`, conditions, loops, maps, gradients of one's own."""

import contextlib
import functools
import sys

import numpy as np

from minikeras import ops
from minikeras.autodiff import Tensor
from minikeras.autodiff.symbolic import SymbolicTensor
from minikeras.autodiff.tensor import Operand
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.errors import InvalidArgumentError
from minikeras.compat.tensorflow.graph import Operation, is_deferred, liftable, mode
from minikeras.nest import flatten, map_structure


class Function:
    """What `tf.function` makes: a call runs the Python function, whose arrays come and go as tensors."""

    def __init__(self, function, input_signature=None):
        functools.update_wrapper(self, function)
        self.python_function = function
        self.input_signature = input_signature

    def __call__(self, *args, **kwargs):
        if self.input_signature is not None:
            specs = self.input_signature
            args = [_fitting(a, s) for a, s in zip(args, specs, strict=False)] + list(args[len(specs) :])
        else:
            args = [Tensor(a) if type(a) is np.ndarray and a.dtype.kind != "O" else a for a in args]
        result = self.python_function(*args, **kwargs)
        return result if isinstance(result, Operand) or result is None else map_structure(_returned, result)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return Function(self.python_function.__get__(instance, owner), self.input_signature)

    def get_concrete_function(self, *args, **kwargs):
        """There is none: nothing is compiled."""
        raise NotImplementedError(
            "tf.function compiles nothing here, so there is no concrete function. Call the function itself; to deploy a "
            "model use model.save('name.keras') or model.export('name.onnx')."
        )

    def experimental_get_tracing_count(self):
        """The number of graphs made: none."""
        return 0

    def __repr__(self):
        return f"<tf.function {getattr(self.python_function, '__name__', self.python_function)!r}>"


def _fitting(value, spec):
    dtype, shape = getattr(spec, "dtype", None), getattr(spec, "shape", None)
    if dtype is None:
        return value
    value = as_tensor(value, dtype) if not isinstance(value, Operand) else value
    if value.dtype != dtype or not shape.is_compatible_with(tuple(value.shape)):
        raise TypeError(
            f"Can not cast a tensor of shape {tuple(value.shape)} and dtype {value.dtype} to {spec!r}."
        )
    return value


def _returned(value):
    return as_tensor(value) if type(value) in (int, float, bool, np.ndarray) else value


def function(
    func=None, input_signature=None, autograph=True, jit_compile=None, reduce_retracing=False, **other
):
    """A decorator that leaves the function what it is: every call runs it eagerly."""
    known = {
        "experimental_implements", "experimental_autograph_options", "experimental_attributes", "experimental_compile",
        "experimental_relax_shapes", "experimental_follow_type_hints",
    }  # fmt: skip
    if unknown := sorted(set(other) - known):
        raise TypeError(f"tf.function() got an unexpected keyword argument {unknown[0]!r}.")
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    return Function(func, input_signature)


def identity_decorator(func=None, *args, **kwargs):
    """A decorator that leaves the function what it is, with or without arguments."""
    return func if callable(func) else lambda f: f


def convert_autograph(entity=None, *args, **kwargs):
    """The function itself: Python runs it as it is."""
    return entity


def custom_gradient(f=None):
    """A function with a gradient of its own: f(*args) returns (outputs, function of the upstream gradients)."""
    if f is None:
        return custom_gradient
    own = ops.custom_gradient(f)

    @functools.wraps(f)
    def function(*args, **kwargs):
        return _lifted(own)(
            *[as_tensor(a) if isinstance(a, (float, np.ndarray)) else a for a in args], **kwargs
        )

    return function


@functools.cache
def _lifted(own):
    return liftable(own)


def recompute_grad(f):
    """The function itself: memory is not spared by computing twice."""
    return f


# Conditions and loops


def cond(pred, true_fn=None, false_fn=None, name=None, strict=False, fn1=None, fn2=None):
    """true_fn() where pred holds, false_fn() where not."""
    true_fn, false_fn = true_fn or fn1, false_fn or fn2
    if is_deferred(pred):
        return graph.record(_chosen, (pred, true_fn(), false_fn()), {}, name="cond")
    if isinstance(pred, SymbolicTensor):
        return ops.cond(pred, true_fn, false_fn)
    return true_fn() if bool(pred) else false_fn()


def _chosen(pred, first, second):
    chosen = first if bool(pred) else second
    return map_structure(as_tensor, chosen)


def case(pred_fn_pairs, default=None, exclusive=False, strict=False, name="case"):
    """The function of the first condition that holds."""
    for pred, function in pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs:
        if bool(pred):
            return function()
    if default is None:
        raise InvalidArgumentError("tf.case: none of the conditions holds and there is no default.")
    return default()


def switch_case(branch_index, branch_fns, default=None, name="switch_case"):
    """The function of an index."""
    pairs = (
        branch_fns
        if isinstance(branch_fns, dict)
        else dict(pair if isinstance(pair, tuple) else (i, pair) for i, pair in enumerate(branch_fns))
    )
    index = int(branch_index)
    if index not in pairs:
        return (default or pairs[max(pairs)])()
    return pairs[index]()


def while_loop(
    cond, body, loop_vars, shape_invariants=None, parallel_iterations=10, back_prop=True, swap_memory=False,
    maximum_iterations=None, name=None,
):  # fmt: skip
    """body applied to the loop variables as long as cond holds of them."""
    single = not isinstance(loop_vars, (list, tuple))
    values = [loop_vars] if single else list(loop_vars)
    if is_deferred(values):

        def loop(*values):
            return while_loop(cond, body, list(values), maximum_iterations=maximum_iterations)

        return graph.record(loop, tuple(values), {}, name="while")
    values = map_structure(lambda v: as_tensor(v) if _numeric(v) else v, values)
    count = 0
    while (maximum_iterations is None or count < int(maximum_iterations)) and bool(cond(*values)):
        result = body(*values)
        values = list(result) if isinstance(result, (list, tuple)) else [result]
        values = map_structure(lambda v: as_tensor(v) if _numeric(v) else v, values)
        count += 1
    return (
        values[0] if single else type(loop_vars)(values) if isinstance(loop_vars, (list, tuple)) else values
    )


def _numeric(value):
    return isinstance(value, (int, float, np.ndarray, np.generic))


# Maps


def _slices(elems):
    elems = map_structure(as_tensor, elems)
    count = flatten(elems)[0].shape[0]
    return [map_structure(lambda e, i=i: e[i], elems) for i in range(count)]


def _stacked(results):
    return map_structure(lambda *parts: ops.stack([as_tensor(p) for p in parts]), *results)


@liftable
def map_fn(
    fn, elems, dtype=None, parallel_iterations=None, back_prop=True, swap_memory=False, infer_shape=True, name=None,
    fn_output_signature=None,
):  # fmt: skip
    """fn applied to each slice along the first axis, the results stacked."""
    return _stacked([fn(x) for x in _slices(elems)])


@liftable
def vectorized_map(fn, elems, fallback_to_while_loop=True, warn=True):
    """fn applied to each slice along the first axis, the results stacked."""
    return _stacked([fn(x) for x in _slices(elems)])


@liftable
def scan(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, infer_shape=True,
    reverse=False, name=None,
):  # fmt: skip
    """fn(result so far, slice) for each slice along the first axis, all results stacked."""
    slices = _slices(elems)
    slices = slices[::-1] if reverse else slices
    value, found = map_structure(as_tensor, initializer) if initializer is not None else None, []
    for x in slices:
        value = x if value is None else map_structure(as_tensor, fn(value, x))
        found.append(value)
    return _stacked(found[::-1] if reverse else found)


@liftable
def foldl(
    fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None, reverse=False
):  # fmt: skip
    """fn(result so far, slice) for each slice along the first axis: the last result."""
    slices = _slices(elems)
    slices = slices[::-1] if reverse else slices
    value = map_structure(as_tensor, initializer) if initializer is not None else None
    for x in slices:
        value = x if value is None else map_structure(as_tensor, fn(value, x))
    return value


def foldr(fn, elems, initializer=None, parallel_iterations=10, back_prop=True, swap_memory=False, name=None):
    """As foldl, from the last slice on."""
    return foldl(fn, elems, initializer, reverse=True)


# Python inside


def py_function(func=None, inp=None, Tout=None, name=None, stateful=True):
    """func called with the tensors; what it returns, as tensors of the dtypes Tout."""
    if is_deferred(inp):
        return graph.record(
            lambda *values: py_function(func, values, Tout), tuple(inp), {}, name="py_function"
        )
    return _typed(func(*[as_tensor(v) for v in inp or ()]), Tout)


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """func called with NumPy arrays; what it returns, as tensors of the dtypes Tout."""
    if is_deferred(inp):
        return graph.record(
            lambda *values: numpy_function(func, values, Tout), tuple(inp), {}, name="numpy_function"
        )
    return _typed(func(*[as_tensor(v).array[()] for v in inp or ()]), Tout)


def _typed(result, dtypes):
    if dtypes is None:
        return result
    if isinstance(dtypes, (list, tuple)):
        result = result if isinstance(result, (list, tuple)) else [result]
        return [
            as_tensor(np.asarray(r) if not isinstance(r, Tensor) else r, d)
            for r, d in zip(result, dtypes, strict=True)
        ]
    return as_tensor(result if isinstance(result, (Tensor, str, bytes)) else np.asarray(result), dtypes)


# Blocks that change nothing, and what is done for its effect


class _Block(contextlib.ContextDecorator):
    """A block, or a decorator, that changes nothing."""

    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return None


class device(_Block):  # noqa: N801 -- TensorFlow's name
    """A block of calls on a device: there is one, the CPU."""


class init_scope(_Block):  # noqa: N801 -- TensorFlow's name
    """A block outside of graphs."""


class name_scope(_Block):  # noqa: N801 -- TensorFlow's name
    """A block whose variables and deferred values have a prefix."""

    def __init__(self, name=None, default_name=None, values=None):
        self.name = name or default_name or ""

    def __enter__(self):
        # The counts of names belong to the graph: a scope entered twice is numbered.
        self._pushed = mode.graph.unique_name(self.name).rpartition("/")[2] if self.name else None
        if self._pushed:
            mode.graph.scopes.append(self._pushed)
        return self.name + "/"

    def __exit__(self, kind, error, traceback):
        if self._pushed:
            mode.graph.scopes.pop()


class control_dependencies(_Block):  # noqa: N801 -- TensorFlow's name
    """A block whose deferred calls are run after the given ones."""

    def __init__(self, control_inputs=None):
        self.inputs = tuple(flatten(list(control_inputs or ())))

    def __enter__(self):
        self._before = mode.graph.controls
        mode.graph.controls = (*self._before, *[i for i in self.inputs if i is not None])
        return self

    def __exit__(self, kind, error, traceback):
        mode.graph.controls = self._before


def group(*inputs, name="group"):
    """All of several operations together."""
    leaves = [leaf for leaf in flatten(list(inputs)) if isinstance(leaf, (graph.Deferred, Operation))]
    if not leaves:
        return None
    together = Operation(lambda: None, (), name)
    together.call.controls += tuple([leaf.call for leaf in leaves if leaf.call is not None])
    return together


def tuple_(tensors, name=None, control_inputs=None):
    """The tensors, each available when all are."""
    return list(tensors)


def no_op(name="no_op"):
    """Nothing to do."""
    return Operation(lambda: None, (), name) if mode.deferring else None


def print_values(input_, data, message=None, first_n=None, summarize=None, name=None):
    """input_, with a print to stderr of data whenever it is computed: `tf.Print` of TensorFlow 1."""
    return _printing(input_, list(data), message)


@liftable
def _printing(input_, data, message):
    shown = "".join(f"[{_shown(as_tensor(d), None)}]" for d in data)
    print(f"{message or ''}{shown}", file=sys.stderr)
    return as_tensor(input_)


def print_(*inputs, output_stream=sys.stderr, end="\n", sep=" ", summarize=3, name=None):
    """Print values, by default to stderr; tensors as their values alone."""
    if is_deferred(inputs):
        return Operation(
            lambda *values: print_(*values, output_stream=output_stream, end=end), inputs, "print"
        )
    stream = sys.stdout if output_stream in ("stdout", sys.stdout) else sys.stderr
    shown = [_shown(v, summarize) for v in inputs]
    print(*shown, end=end, sep=sep, file=stream)
    return None


def _shown(value, summarize):
    if not isinstance(value, Operand):
        return (
            map_structure(lambda v: _shown(v, summarize), value)
            if isinstance(value, (list, tuple, dict))
            else value
        )
    array = value.array
    if array.dtype.kind == "O" and array.ndim == 0:
        return array.item().decode("utf-8", "replace")
    edge = 3 if summarize is None else array.size if summarize < 0 else summarize
    threshold = 2 * edge if summarize is None or summarize >= 0 else array.size + 1
    with np.printoptions(threshold=threshold, edgeitems=edge, floatmode="maxprec"):
        text = np.array2string(array, separator=" ", formatter={"float_kind": _short})
    return text


def _short(number):
    return (
        np.format_float_positional(np.float32(number), unique=True, trim="-")
        if abs(number) < 1e6
        else str(number)
    )
