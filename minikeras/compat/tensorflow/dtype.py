"""The dtypes of TensorFlow: the names, what each says of itself, and how it stands beside NumPy's."""

import numpy as np

_python_bool, _python_complex = bool, complex
_NAMES = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip


class DType:
    """A dtype: equal to its name and to NumPy's dtype, printed as TensorFlow prints it.

    >>> as_dtype("float32")
    tf.float32
    >>> print(as_dtype("float32"), as_dtype("float32") == np.float32)
    <dtype: 'float32'> True
    """

    __slots__ = ("dtype", "name")

    def __init__(self, name, dtype):
        self.name = name
        self.dtype = dtype  # NumPy reads this attribute wherever it expects a dtype

    @property
    def as_numpy_dtype(self):
        """The NumPy type."""
        return self.dtype.type

    @property
    def base_dtype(self):
        """The dtype itself."""
        return self

    @property
    def real_dtype(self):
        """The dtype of the real part."""
        return as_dtype({"complex64": "float32", "complex128": "float64"}.get(self.name, self.name))

    @property
    def is_floating(self):
        """Whether it holds real numbers."""
        return self.dtype.kind == "f"

    @property
    def is_integer(self):
        """Whether it holds integers."""
        return self.dtype.kind in "iu"

    @property
    def is_complex(self):
        """Whether it holds complex numbers."""
        return self.dtype.kind == "c"

    @property
    def is_bool(self):
        """Whether it holds truth values."""
        return self.dtype.kind == "b"

    @property
    def is_unsigned(self):
        """Whether it holds integers without a sign."""
        return self.dtype.kind == "u"

    @property
    def is_numpy_compatible(self):
        """Whether NumPy has it."""
        return True

    @property
    def size(self):
        """Bytes per element; 1 for strings."""
        return 1 if self.dtype.kind == "O" else self.dtype.itemsize

    @property
    def min(self):
        """The smallest number it holds."""
        return self._bounds().min

    @property
    def max(self):
        """The largest number it holds."""
        return self._bounds().max

    @property
    def limits(self):
        """The smallest and the largest number it holds."""
        return self.min, self.max

    def _bounds(self):
        return np.finfo(self.dtype) if self.dtype.kind in "fc" else np.iinfo(self.dtype)

    def is_compatible_with(self, other):
        """Whether the other is the same dtype."""
        return self == as_dtype(other)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.dtype, name)

    def __eq__(self, other):
        if other is self:
            return True
        if other is None:
            return False
        if isinstance(other, DType):
            return self.dtype == other.dtype
        if isinstance(other, np.dtype):
            return self.dtype == other
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.dtype)

    def __str__(self):
        return f"<dtype: '{self.name}'>"

    def __repr__(self):
        return f"tf.{self.name}"

    def __reduce__(self):
        return as_dtype, (self.name,)


_BY_NAME = {name: DType(name, np.dtype(name)) for name in _NAMES}
_BY_NAME["string"] = DType("string", np.dtype(object))
_BY_NUMPY = {dtype.dtype: dtype for dtype in _BY_NAME.values()}
_OF_PYTHON = {
    float: "float32",
    int: "int32",
    _python_bool: "bool",
    _python_complex: "complex128",
    str: "string",
    bytes: "string",
}
# The numbers that TensorFlow's files and `tf.zeros(1, 1)` have for dtypes.
_BY_NUMBER = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    17: "uint16",
    18: "complex128",
    19: "float16",
    22: "uint32",
    23: "uint64",
}
_ALIASES = {"half": "float16", "double": "float64", "float": "float32", "int": "int32", "str": "string"}

float16 = half = _BY_NAME["float16"]
float32 = _BY_NAME["float32"]
float64 = double = _BY_NAME["float64"]
int8, int16, int32, int64 = (_BY_NAME[f"int{bits}"] for bits in (8, 16, 32, 64))
uint8, uint16, uint32, uint64 = (_BY_NAME[f"uint{bits}"] for bits in (8, 16, 32, 64))
complex64, complex128 = _BY_NAME["complex64"], _BY_NAME["complex128"]
bool = _BY_NAME["bool"]
string = _BY_NAME["string"]


def of_array(dtype):
    """The DType of a NumPy dtype."""
    found = _BY_NUMPY.get(dtype)
    return found if found is not None else as_dtype(dtype)


def as_dtype(type_value):
    """A DType from a DType, a name, a NumPy dtype or type, a Python type, or TensorFlow's number of one."""
    if isinstance(type_value, DType):
        return type_value
    if type(type_value) is int and type_value in _BY_NUMBER:
        return _BY_NAME[_BY_NUMBER[type_value]]
    if isinstance(type_value, str):
        name = _ALIASES.get(type_value.removesuffix("_ref"), type_value.removesuffix("_ref"))
    elif isinstance(type_value, type) and type_value in _OF_PYTHON:  # a NumPy dtype equals `int`, too
        name = _OF_PYTHON[type_value]
    else:
        try:
            dtype = np.dtype(type_value)
        except TypeError:
            raise TypeError(
                f"Cannot convert the argument `type_value`: {type_value!r} to a tf.DType."
            ) from None
        name = "string" if dtype.kind in "OUS" else dtype.name
    if name not in _BY_NAME:
        raise TypeError(
            f"There is no dtype {type_value!r} here. Those that exist: {', '.join(_BY_NAME)} "
            "(for bfloat16 use float16 or float32)."
        )
    return _BY_NAME[name]


def numpy_dtype(dtype, default=None):
    """The NumPy dtype of anything that `as_dtype` takes; `default` for None."""
    return default if dtype is None else as_dtype(dtype).dtype
