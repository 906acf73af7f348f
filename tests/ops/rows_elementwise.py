"""Rows of the elementwise functions."""

import math

import numpy as np
from op_row import Row, generators

numbers, whole = generators(20)

A, B, C = numbers(2, 3), numbers(3), numbers(2, 1)
P, Q = numbers(2, 3, low=0.1, high=3.0), numbers(3, low=0.2, high=2.0)
U = numbers(2, 3, low=-0.95, high=0.95)
I, J = whole(2, 3, low=1, high=9), whole(3, low=1, high=4)
T, F = np.array([[True, False, True], [False, False, True]]), np.array([True, True, False])
N = np.array([[1.0, np.nan, -2.0], [np.inf, -np.inf, 0.0]])
COARSE = np.round(A * 16) / 16
Z = A + 1j * numbers(2, 3)

UNARY = {
    "abs": A, "absolute": A, "arccos": U, "arccosh": P + 1, "arcsin": U, "arcsinh": A, "arctan": A, "arctanh": U,
    "cbrt": A, "ceil": A, "conj": A, "conjugate": A, "cos": A, "cosh": A, "deg2rad": A * 60, "exp": A, "exp2": A,
    "expm1": A, "fabs": A, "floor": A, "log": P, "log10": P, "log1p": P, "log2": P, "negative": A,
    "rad2deg": A, "reciprocal": P, "round": A, "sign": A, "sin": A, "sinc": A, "sinh": A, "sqrt": P, "square": A,
    "tan": U, "tanh": A, "trunc": A,
}  # fmt: skip
BINARY = {
    "add": (A, B), "arctan2": (A, B), "divide": (A, Q), "fmax": (A, B), "fmin": (A, B), "hypot": (A, B),
    "logaddexp": (A, B), "logaddexp2": (A, B), "maximum": (A, C), "minimum": (A, C), "multiply": (A, C),
    "power": (P, B), "subtract": (C, B), "true_divide": (A, Q), "mod": (A, Q), "fmod": (A, Q),
}  # fmt: skip

rows = [
    Row("positive", A, expected=np.positive, second=True, keras=False, why="the operator's function"),
    *[Row(name, x, expected=getattr(np, name), second=True) for name, x in UNARY.items()],
    *[Row(name, *x, expected=getattr(np, name), second=True) for name, x in BINARY.items()],
    Row("add", I, 2.5, expected=np.add, gradient="integers"),
    Row("multiply", A, 3, expected=np.multiply, second=True),
    Row("power", A, 3, expected=np.power, gradient=[0], second=True),
    Row("power", np.array([0.0, 2.0, -1.0]), 2.0, expected=np.power, second=True),
    Row("divide", I, J, expected=np.divide, gradient="integers"),
    Row("rsqrt", P, expected=lambda x: 1 / np.sqrt(x), second=True),
    Row("floor_divide", A, Q, expected=np.floor_divide),
    Row("floor_divide", I, J, expected=np.floor_divide, gradient="integers"),
    Row("mod", I, J, expected=np.mod, gradient="integers"),
    Row("divide_no_nan", A, np.array([0.5, 0.0, 2.0]), expected=lambda x, y: np.divide(x, y, np.zeros((2, 3)), where=y != 0),
        gradient=[0], second=True),
    Row("divide_no_nan", A, Q, expected=np.divide, second=True),
    Row("gcd", I * 4, J * 2, expected=np.gcd, gradient="integers"),
    Row("lcm", I, J, expected=np.lcm, gradient="integers"),
    Row("ldexp", A, J, expected=np.ldexp, second=True),
    Row("nextafter", A, B, expected=np.nextafter, gradient="steps between neighbouring numbers", keras=False,
        why="the next float32 is not the next float64 that Keras computes with"),
    Row("round", A * 10, 1, expected=np.round),
    Row("erf", A, expected=np.vectorize(math.erf), second=True),
    Row("erfc", A * 3, expected=np.vectorize(math.erfc), second=True),
    Row("erfinv", U, second=True),
    Row("i0", A * 3, expected=np.i0, second=True),
    Row("i0", np.array([29.0, 31.0, -35.0, 0.0]), expected=np.i0, second=False),
    Row("sinc", np.array([0.0, 1e-7, 0.004, 1.0, -2.0]), expected=np.sinc, second=True, tolerance=1e-5),
    # Choice
    Row("clip", A, -0.6, 0.9, expected=np.clip, second=True),
    Row("clip", I, 2, 6, expected=np.clip, gradient="integers"),
    Row("clip", A, B - 1, numbers(2, 3, low=0.1, high=0.6), expected=np.clip, second=True),
    Row("where", T, A, B, expected=np.where, second=True),
    Row("where", T, A, 0.0, expected=np.where, gradient=[1], second=True),
    Row("where", T, expected=lambda x: np.stack(np.nonzero(x)), gradient="places", symbolic=False),
    Row("select", [T, F], [A, B], 0.5, expected=np.select),
    Row("heaviside", np.array([-1.0, 0.0, 2.0]), Q, expected=np.heaviside, gradient=[1]),
    Row("nan_to_num", N, expected=lambda x: np.nan_to_num(x), gradient="the largest number swamps the rest", keras=False, why="the largest float32 differs"),
    Row("nan_to_num", A, nan=1.0, posinf=2.0, neginf=3.0, expected=lambda x, **_: x, second=True),
    Row("nan_to_num", N, nan=1.0, posinf=2.0, neginf=3.0, expected=np.nan_to_num),
    Row("stop_gradient", A, expected=lambda x: x, gradient="stopped"),
    # Casting
    Row("cast", COARSE, "float32", expected=lambda x, d: x.astype(d), step=2.0**-9),
    Row("cast", A, "float64", expected=lambda x, d: x, second=True),
    Row("cast", A * 3, "int32", expected=lambda x, d: x.astype(d), gradient="to integers"),
    Row("saturate_cast", A * 200, "uint8", expected=lambda x, d: np.clip(x, 0, 255).astype(d), gradient="to integers"),
    Row("saturate_cast", np.array([1e12, -1e12, 5.5]), "int32", gradient="to integers",
        expected=lambda x, d: np.array([2**31 - 1, -(2**31), 5], "int32"), keras=False,
        why="Keras stops at the nearest float32 below the bound"),
    Row("saturate_cast", A, "float64", expected=lambda x, d: x),
    Row("copy", A, expected=np.copy, second=True),
    Row("view", single := A.astype("float32"), "int32", expected=lambda x, d: single.view(d), gradient="bits"),
    # Complex numbers
    Row("real", A, expected=np.real, second=True),
    Row("real", Z, expected=np.real),
    Row("imag", Z, expected=np.imag),
    Row("angle", A, expected=np.angle),
    Row("angle", Z, expected=np.angle),
    *[Row(name, Z, expected=getattr(np, name)) for name in ("absolute", "square", "exp", "conj", "reciprocal", "sqrt", "log")],
    Row("sign", Z, expected=np.sign, keras=False, why="not with torch"),
    *[Row(name, Z, Z[0] - 0.3j, expected=getattr(np, name)) for name in ("add", "subtract", "multiply", "divide")],
    Row("multiply", Z, A, expected=np.multiply),
    Row("polar", P, A, expected=lambda r, a: r * np.exp(1j * a)),
    Row("view_as_complex", numbers(3, 2), expected=lambda x: x[..., 0] + 1j * x[..., 1]),
    Row("view_as_real", Z, expected=lambda x: np.stack([x.real, x.imag], -1)),
    # Comparison and logic
    *[Row(name, I, np.array([3, 5, 7]), expected=getattr(np, name), gradient="integers")
      for name in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal")],
    Row("greater", A, 0.3, expected=np.greater, gradient="truths"),
    *[Row(name, T, F, expected=getattr(np, name), gradient="truths") for name in ("logical_and", "logical_or", "logical_xor")],
    Row("logical_not", T, expected=np.logical_not, gradient="truths"),
    *[Row(name, N, expected=getattr(np, name), gradient="truths")
      for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "signbit", "isreal")],
    Row("isclose", A, A + 1e-9, expected=np.isclose, gradient="truths"),
    Row("isclose", N, N, equal_nan=True, expected=np.isclose, gradient="truths"),
    Row("allclose", A, A + 1e-3, expected=np.allclose, gradient="a truth"),
    Row("isin", I, J, expected=np.isin, gradient="integers"),
    Row("isin", I, J, invert=True, expected=np.isin, gradient="integers"),
    # Bits
    *[Row(name, I, J, expected=getattr(np, name), gradient="integers") for name in ("bitwise_and", "bitwise_or", "bitwise_xor",
      "bitwise_left_shift", "bitwise_right_shift", "left_shift", "right_shift")],
    *[Row(name, I, expected=np.invert, gradient="integers") for name in ("bitwise_invert", "bitwise_not")],
]  # fmt: skip
