"""Dtypes: their names, how two of them combine, and what a layer computes and stores in."""

import warnings

import numpy as np

from minikeras import config
from minikeras.serialization import Registered

ALLOWED = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip
_PYTHON_TYPES = {bool: "bool", int: "int32", float: None, np.bool_: "bool"}


def standardize_dtype(dtype):
    """The name of a dtype given as a name, a NumPy dtype or type, a Python type, or None (the default float).

    >>> standardize_dtype(np.float32), standardize_dtype(int), standardize_dtype(None)
    ('float32', 'int32', 'float32')
    """
    if dtype is None:
        return config.floatx()
    if isinstance(dtype, type) and dtype in _PYTHON_TYPES:
        return _PYTHON_TYPES[dtype] or config.floatx()
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None)
    if not isinstance(name, str):
        try:
            name = np.dtype(dtype).name
        except TypeError:
            name = str(dtype)
    name = {"float": config.floatx(), "int": "int32", "double": "float64", "half": "float16"}.get(name, name)
    if name not in ALLOWED:
        raise ValueError(f"Invalid dtype: {dtype!r}. Expected one of {', '.join(ALLOWED)}.")
    return name


def is_float(dtype):
    """Whether a dtype (or its name) is a floating one."""
    return np.dtype(dtype).kind == "f"


def result_type(*dtypes):
    """The dtype in which values of several dtypes combine, by Keras's rule: integers give way to floats.

    NumPy alone would turn int32 with float32 into float64; here, as in Keras and JAX, the float stays as it is.

    >>> result_type("int32", "float32"), result_type("int64", "float16"), result_type("uint8", "int8")
    ('float32', 'float16', 'int16')
    """
    names = [standardize_dtype(d) for d in dtypes]
    floats = [n for n in names if np.dtype(n).kind in "fc"]
    if floats:
        return np.result_type(*floats).name
    name = np.result_type(*names).name if names else config.floatx()
    return config.floatx() if name.startswith("float") else name


class DTypePolicy(Registered):
    """What a layer computes in and what it stores its weights in.

    `name` is a float type ('float32', 'float64', 'float16') for both, or 'mixed_float16': float16
    computation over float32 weights. 'bfloat16' and 'mixed_bfloat16' keep their names in configurations and compute in
    float32, for NumPy has no such type.

    >>> DTypePolicy("mixed_float16").compute_dtype
    'float16'
    """

    module = "keras"

    def __init__(self, name=None):
        name = config.floatx() if name is None else getattr(name, "name", name)
        if name == "mixed_float16":
            self.compute_dtype, self.variable_dtype = "float16", "float32"
        elif name in ("bfloat16", "mixed_bfloat16"):
            self.compute_dtype = self.variable_dtype = "float32"
            warnings.warn(
                f"There is no bfloat16 in NumPy: the dtype policy {name!r} computes in float32.", stacklevel=2
            )
        else:
            self.compute_dtype = self.variable_dtype = standardize_dtype(name)
        self.name = name if isinstance(name, str) else self.compute_dtype
        self.quantization_mode = None

    def __repr__(self):
        return f'<DTypePolicy "{self.name}">'

    def __eq__(self, other):
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self):
        return hash(self.name)


def get_policy(identifier):
    """A DTypePolicy from a policy, a name, a dtype, a configuration, or None (the global default)."""
    if identifier is None:
        return _global.get("policy") or DTypePolicy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy(identifier["config"]["name"])
    return DTypePolicy(identifier if isinstance(identifier, str) else standardize_dtype(identifier))


_global: dict = {}


def set_dtype_policy(policy):
    """Make `policy` (a name or a DTypePolicy) the one that layers take when they name none."""
    _global["policy"] = None if policy is None else get_policy(policy)


def dtype_policy():
    """The policy that layers take when they name none."""
    return get_policy(None)


config.attach_policies(dtype_policy, set_dtype_policy)
