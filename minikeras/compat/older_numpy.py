"""Names that NumPy gave up and that scripts for older Keras are full of: `np.float`, `np.int`, `np.product`."""

import sys

from minikeras.spellings import older

# The older name -> what to write today: a name of Python or of NumPy, with - for the negative of a number.
BUILTINS = {"complex": complex, "float": float, "int": int, "object": object, "str": str, "unicode": str}
NAMES = {
    "Inf": "inf",
    "Infinity": "inf",
    "NINF": "-inf",
    "NaN": "nan",
    "PINF": "inf",
    "alltrue": "all",
    "asfarray": "asarray",
    "complex_": "complex128",
    "cumproduct": "cumprod",
    "float_": "float64",
    "in1d": "isin",
    "infty": "inf",
    "mat": "asmatrix",
    "product": "prod",
    "round_": "round",
    "sometrue": "any",
    "string_": "bytes_",
    "trapz": "trapezoid",
    "unicode_": "str_",
}
# Functions of more arguments than their successor, as written today.
_CALLS = {"asfarray": lambda numpy, a, dtype=float: numpy.asarray(a, dtype=dtype)}
_LIBRARIES = ("site-packages", "dist-packages")
_lent: dict = {}


def lend():
    """Let NumPy answer its older names, for scripts; libraries see NumPy as it is."""
    if _lent:
        return
    import numpy

    refuse = _lent["__getattr__"] = vars(numpy).get("__getattr__")

    def find(name):
        known = name in BUILTINS or name in NAMES
        if known and not any(part in sys._getframe(1).f_code.co_filename for part in _LIBRARIES):
            return _answer(numpy, name)
        if refuse is None:
            raise AttributeError(f"module 'numpy' has no attribute {name!r}")
        return refuse(name)

    numpy.__getattr__ = find


def take_back():
    """Leave NumPy as it was."""
    if _lent:
        import numpy

        numpy.__getattr__ = _lent.pop("__getattr__")


def _answer(numpy, name):
    if name in BUILTINS:
        older(f"np.{name}", BUILTINS[name].__name__)
        return BUILTINS[name]
    modern = NAMES[name]
    negative = modern.startswith("-")
    older(f"np.{name}", f"-np.{modern[1:]}" if negative else f"np.{modern}")
    if name in _CALLS:
        return lambda *args, **kwargs: _CALLS[name](numpy, *args, **kwargs)
    value = getattr(numpy, modern.removeprefix("-"))
    return -value if negative else value
