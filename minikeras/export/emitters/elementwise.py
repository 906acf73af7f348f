"""Operations on single elements."""

import numpy as np

from minikeras.export.emitters.table import emits

# One node, on floats as the operation itself computes them.
_FLOAT_FUNCTIONS = {
    "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "reciprocal": "Reciprocal", "sin": "Sin", "cos": "Cos", "tan": "Tan",
    "arcsin": "Asin", "arccos": "Acos", "arctan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "tanh": "Tanh",
    "arcsinh": "Asinh", "arccosh": "Acosh", "arctanh": "Atanh", "floor": "Floor", "ceil": "Ceil", "erf": "Erf",
    "sigmoid": "Sigmoid", "softsign": "Softsign",
}  # fmt: skip
_SAME_FUNCTIONS = {"negative": "Neg", "absolute": "Abs", "sign": "Sign"}
_ARITHMETIC = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "divide": "Div", "power": "Pow"}
_EXTREMES = {"maximum": "Max", "minimum": "Min"}
_COMPARISONS = {
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "less": "Less",
    "less_equal": "LessOrEqual",
}
_LOGIC = {"logical_and": "And", "logical_or": "Or", "logical_xor": "Xor"}
_BITS = {"bitwise_and": "BitwiseAnd", "bitwise_or": "BitwiseOr", "bitwise_xor": "BitwiseXor"}


def _out(graph):
    return graph.call.outputs[0]


@emits("stop_gradient", "copy", "_read", "positive")
def same(graph, x):
    """x itself."""
    return graph.name(x)


@emits("cast")
def cast(graph, x, dtype):
    """Floats become integers by truncation, as in NumPy."""
    return graph.name(graph.cast(x, _out(graph).dtype))


@emits(*_FLOAT_FUNCTIONS)
def float_function(graph, x):
    """A function of real numbers."""
    return graph.add(_FLOAT_FUNCTIONS[graph.call.name], graph.cast(x, _out(graph).dtype))


@emits(*_SAME_FUNCTIONS)
def same_function(graph, x):
    """A function of numbers of any kind."""
    return graph.add(_SAME_FUNCTIONS[graph.call.name], x)


@emits(*_ARITHMETIC)
def arithmetic(graph, x1, x2):
    """In the dtype of the result."""
    dtype = _out(graph).dtype
    if dtype.kind == "b":  # sums and products of booleans
        return graph.add({"add": "Or", "multiply": "And"}[graph.call.name], x1, x2)
    return graph.add(_ARITHMETIC[graph.call.name], graph.cast(x1, dtype), graph.cast(x2, dtype))


@emits(*_EXTREMES)
def extreme(graph, x1, x2):
    """The larger or the smaller of two."""
    return graph.add(_EXTREMES[graph.call.name], x1, x2)


@emits("square")
def square(graph, x):
    """x · x."""
    x = graph.cast(x, _out(graph).dtype)
    return graph.add("Mul", x, x)


@emits("rsqrt")
def rsqrt(graph, x):
    """1 / √x."""
    return graph.add("Reciprocal", graph.add("Sqrt", graph.cast(x, _out(graph).dtype)))


@emits("log1p")
def log1p(graph, x):
    """log(1 + x)."""
    dtype = _out(graph).dtype
    return graph.add("Log", graph.add("Add", graph.cast(x, dtype), graph.number(1, dtype)))


@emits("expm1")
def expm1(graph, x):
    """eˣ - 1."""
    dtype = _out(graph).dtype
    return graph.add("Sub", graph.add("Exp", graph.cast(x, dtype)), graph.number(1, dtype))


@emits("logaddexp")
def logaddexp(graph, x1, x2):
    """max + log(1 + e^-|x1 - x2|)."""
    dtype = _out(graph).dtype
    x1, x2 = graph.cast(x1, dtype), graph.cast(x2, dtype)
    if x2.is_all(0):
        return graph.add("Softplus", x1)
    distance = graph.add("Neg", graph.add("Abs", graph.add("Sub", x1, x2)))
    tail = graph.add("Log", graph.add("Add", graph.add("Exp", distance), graph.number(1, dtype)))
    return graph.add("Add", graph.add("Max", x1, x2), tail)


@emits("exp2", "log2", "log10", "cbrt", "arctan2")
def composed(graph, *inputs):
    """Those that take a few nodes."""
    dtype = _out(graph).dtype
    x = graph.cast(inputs[0], dtype)
    if graph.call.name == "exp2":
        return graph.add("Exp", graph.add("Mul", x, graph.number(np.log(2), dtype)))
    if graph.call.name == "cbrt":
        root = graph.add("Pow", graph.add("Abs", x), graph.number(1 / 3, dtype))
        return graph.add("Mul", graph.add("Sign", x), root)
    if graph.call.name == "arctan2":
        return _arctan2(graph, x, graph.cast(inputs[1], dtype), dtype)
    base = np.log(2.0 if graph.call.name == "log2" else 10.0)
    return graph.add("Div", graph.add("Log", x), graph.number(base, dtype))


def _arctan2(graph, y, x, dtype):
    """The angle of (x, y), by the quadrant."""
    zero, pi = graph.number(0, dtype), graph.number(np.pi, dtype)
    up = graph.add("Where", graph.add("Less", y, zero), graph.number(-1, dtype), graph.number(1, dtype))
    upright = graph.add("Equal", x, zero)
    slope = graph.add("Atan", graph.add("Div", y, graph.add("Where", upright, graph.number(1, dtype), x)))
    turned = graph.add("Add", slope, graph.add("Mul", up, pi))
    angle = graph.add("Where", graph.add("Less", x, zero), turned, slope)
    vertical = graph.add("Mul", graph.cast(graph.add("Sign", y), dtype), graph.number(np.pi / 2, dtype))
    return graph.add("Where", upright, vertical, angle)


@emits("hypot")
def hypot(graph, x1, x2):
    """√(x1² + x2²), with the larger one taken out of the root."""
    dtype = _out(graph).dtype
    x1, x2 = (graph.add("Abs", graph.cast(x, dtype)) for x in (x1, x2))
    large, small = graph.add("Max", x1, x2), graph.add("Min", x1, x2)
    safe = graph.add(
        "Where", graph.add("Equal", large, graph.number(0, dtype)), graph.number(1, dtype), large
    )
    share = graph.add("Div", small, safe)
    rest = graph.add("Add", graph.add("Mul", share, share), graph.number(1, dtype))
    return graph.add("Mul", large, graph.add("Sqrt", rest))


@emits("mod", "fmod")
def mod(graph, x1, x2):
    """The remainder, with the sign of x2 (mod) or of x1 (fmod)."""
    dtype = _out(graph).dtype
    x1, x2 = graph.cast(x1, dtype), graph.cast(x2, dtype)
    if graph.call.name == "fmod" or dtype.kind in "iu":
        return graph.add("Mod", x1, x2, fmod=int(graph.call.name == "fmod"))
    quotient = graph.add("Floor", graph.add("Div", x1, x2))
    return graph.add("Sub", x1, graph.add("Mul", quotient, x2))


@emits("floor_divide")
def floor_divide(graph, x1, x2):
    """⌊x1 / x2⌋."""
    dtype = _out(graph).dtype
    x1, x2 = graph.cast(x1, dtype), graph.cast(x2, dtype)
    if dtype.kind in "iu":  # integers divide towards zero
        return graph.add("Div", graph.add("Sub", x1, graph.add("Mod", x1, x2, fmod=0)), x2)
    return graph.add("Floor", graph.add("Div", x1, x2))


@emits("trunc")
def trunc(graph, x):
    """Without the fraction."""
    if x.dtype.kind != "f":
        return graph.name(x)
    return graph.add("Mul", graph.add("Sign", x), graph.add("Floor", graph.add("Abs", x)))


@emits("round")
def rounded(graph, x, decimals):
    """To so many places, halves to even."""
    if x.dtype.kind != "f":
        if decimals < 0:
            graph.refuse(f"it rounds integers to {decimals} places, for which there is no operator")
        return graph.name(x)
    if decimals == 0:
        return graph.add("Round", x)
    scale = graph.number(10.0**decimals, x.dtype)
    return graph.add("Div", graph.add("Round", graph.add("Mul", x, scale)), scale)


@emits("clip")
def clip(graph, x, x_min, x_max):
    """Kept between bounds."""
    dtype = _out(graph).dtype
    low = graph.add("Max", graph.cast(x, dtype), graph.cast(x_min, dtype))
    return graph.add("Min", low, graph.cast(x_max, dtype))


@emits("where")
def where(graph, condition, x1, x2):
    """x1 where the condition holds, else x2."""
    if x1 is None:
        return graph.cast(graph.add("NonZero", graph.cast(condition, "bool")), _out(graph).dtype)
    dtype = _out(graph).dtype
    return graph.add("Where", graph.cast(condition, "bool"), graph.cast(x1, dtype), graph.cast(x2, dtype))


# Rectifiers that are one node


@emits("relu")
def relu(graph, x):
    """max(x, 0)."""
    if x.dtype.kind == "f":
        return graph.add("Relu", x)
    return graph.add("Max", x, graph.number(0, x.dtype))


@emits("leaky_relu")
def leaky_relu(graph, x, negative_slope):
    """x where positive, negative_slope · x elsewhere."""
    return graph.add("LeakyRelu", graph.cast(x, _out(graph).dtype), alpha=float(negative_slope))


@emits("elu")
def elu(graph, x, alpha):
    """x where positive, alpha · (eˣ - 1) elsewhere."""
    return graph.add("Elu", graph.cast(x, _out(graph).dtype), alpha=float(alpha))


@emits("softplus")
def softplus(graph, x):
    """log(1 + eˣ)."""
    return graph.add("Softplus", graph.cast(x, _out(graph).dtype))


@emits("hard_sigmoid")
def hard_sigmoid(graph, x):
    """x / 6 + 1/2, kept between 0 and 1."""
    return graph.add("HardSigmoid", graph.cast(x, _out(graph).dtype), alpha=1 / 6, beta=0.5)


# Comparison and logic


@emits("equal", "not_equal")
def equal(graph, x1, x2):
    """Whether two are equal."""
    found = graph.add("Equal", x1, x2)
    return graph.add("Not", found) if graph.call.name == "not_equal" else found


@emits(*_COMPARISONS)
def compare(graph, x1, x2):
    """Whether one is larger; booleans count as 0 and 1."""
    if x1.dtype.kind == "b" or x1.dtype.itemsize < 4:
        wide = "int32" if x1.dtype.kind in "biu" else "float32"
        x1, x2 = graph.cast(x1, wide), graph.cast(x2, wide)
    return graph.add(_COMPARISONS[graph.call.name], x1, x2)


@emits(*_LOGIC)
def logic(graph, x1, x2):
    """Of truth values."""
    return graph.add(_LOGIC[graph.call.name], graph.cast(x1, "bool"), graph.cast(x2, "bool"))


@emits("logical_not")
def logical_not(graph, x):
    """Whether x does not hold."""
    return graph.add("Not", graph.cast(x, "bool"))


@emits("isnan", "isinf", "isfinite", "isposinf", "isneginf")
def kind_of_number(graph, x):
    """NaN, infinite or neither."""
    x = graph.cast(x, x.dtype if x.dtype.kind == "f" else "float32")
    if graph.call.name == "isnan":
        return graph.add("IsNaN", x)
    if graph.call.name == "isfinite":
        return graph.add("Not", graph.add("Or", graph.add("IsNaN", x), graph.add("IsInf", x)))
    positive, negative = int(graph.call.name != "isneginf"), int(graph.call.name != "isposinf")
    return graph.add("IsInf", x, detect_positive=positive, detect_negative=negative)


@emits(*_BITS)
def bits(graph, x1, x2):
    """Bit by bit."""
    if _out(graph).dtype.kind == "b":
        return graph.add(_BITS[graph.call.name].removeprefix("Bitwise"), x1, x2)
    return graph.add(_BITS[graph.call.name], x1, x2)


@emits("bitwise_invert")
def invert(graph, x):
    """All bits turned."""
    return graph.add("Not" if x.dtype.kind == "b" else "BitwiseNot", x)
