"""Functions of `ops` in a functional model: their configurations, which are those of Keras's operations.

Keras writes `relu(x)` in a graph as an object of the class `keras.src.ops.nn.Relu`, with the settings of the call as its
configuration and the tensors among the arguments of its call.
"""

import inspect

from minikeras.autodiff import FUNCTIONS, is_symbolic
from minikeras.serialization import serialize

_PACKAGE = "keras.src.ops."
# Keras's classes of operations, by module; each is named as its function is, but for case and underscores.
_CLASSES = {
    "numpy": """
        Absolute Add All AllClose Angle Any Append Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh
        Argmax Argmin Argpartition Argsort ArraySplit Average Bincount BitwiseAnd BitwiseInvert
        BitwiseLeftShift BitwiseOr BitwiseRightShift BitwiseXor BroadcastTo Cbrt Ceil Clip Concatenate
        Conj Copy Corrcoef Correlate Cos Cosh CountNonzero Cross Cumprod Cumsum Deg2rad Diag Diagflat
        Diagonal Diff Digitize Divide DivideNoNan Dot Dsplit Dstack Einsum EmptyLike Equal Exp Exp2
        ExpandDims Expm1 Fabs Flip Fliplr Flipud Floor FloorDivide Fmax Fmin Fmod FullLike Gcd GetItem
        Greater GreaterEqual Heaviside Histogram Hsplit Hstack Hypot I0 Imag Inner IsIn Isclose Isfinite
        Isinf Isnan Isneginf Isposinf Isreal Kron Lcm Ldexp Less LessEqual Log Log10 Log1p Log2
        Logaddexp Logaddexp2 LogicalAnd LogicalNot LogicalOr LogicalXor Matmul Max Maximum Mean Median
        Meshgrid Min Minimum Mod Moveaxis Multiply NanToNum Nanargmax Nanargmin Nancumprod Nancumsum
        Nanmax Nanmean Nanmedian Nanmin Nanpercentile Nanprod Nanquantile Nanstd Nansum Nanvar Negative
        Nextafter Nonzero NotEqual OnesLike Outer Pad Percentile Power Prod Ptp Quantile Rad2deg Ravel
        Real Reciprocal Repeat Reshape Roll Rot90 Round SearchSorted Select Sign Signbit Sin Sinc Sinh
        Slogdet Sort Split Sqrt Square Squeeze Stack Std Subtract Sum Swapaxes Take TakeAlongAxis Tan
        Tanh Tensordot Tile Trace Transpose Trapezoid Tril Triu Trunc UnravelIndex Vander Var Vdot View
        Vsplit Vstack Where ZerosLike
    """,
    "nn": """
        AdaptiveAveragePool AdaptiveMaxPool AveragePool BinaryCrossentropy CTCDecode
        CategoricalCrossentropy Celu Conv ConvTranspose DepthToSpace DepthwiseConv DotProductAttention
        Elu Fold Gelu Glu HardShrink HardSigmoid HardSilu HardTanh LeakyRelu LogSigmoid LogSoftmax
        MaxPool Moments MultiHot Normalize OneHot PSNR Polar Relu Relu6 Selu SeparableConv Sigmoid Silu
        SoftShrink Softmax Softplus Softsign SpaceToDepth SparseCategoricalCrossentropy SparsePlus
        SparseSigmoid Sparsemax Squareplus TanhShrink Threshold Unfold
    """,
    "math": """
        CDist Erf Erfc Erfinv ExtractSequences FFT FFT2 IFFT2 IRFFT ISTFT InTopK Logdet Logsumexp RFFT
        Rsqrt STFT SegmentMax SegmentMin SegmentProd SegmentSum TopK ViewAsComplex ViewAsReal
    """,
    "core": """
        AssociativeScan Cast Map SaturateCast Scan Scatter ScatterUpdate Slice SliceUpdate StopGradient
        Unstack
    """,
    "linalg": """
        Cholesky CholeskyInverse Det Eig Eigh Inv Lstsq LuFactor MatrixRank Norm Pinv Qr SVD Solve
        SolveTriangular
    """,
    "image": """
        AffineTransform CropImages ElasticTransform ExtractPatches GaussianBlur HSVToRGB MapCoordinates
        PadImages PerspectiveTransform RGBToGrayscale RGBToHSV Resize SSIM ScaleAndTranslate SobelEdges
    """,
}

_MODULES = {name: module for module, names in _CLASSES.items() for name in names.split()}
_BY_LOWER_NAME = {name.lower(): name for name in _MODULES}
# Classes whose function goes by another name here.
_FUNCTIONS = {
    "Abs": "absolute",
    "Amax": "max",
    "Amin": "min",
    "BatchNorm": "batch_normalization",
    "BitwiseNot": "bitwise_invert",
    "Conjugate": "conj",
    "LayerNorm": "layer_normalization",
    "LeftShift": "bitwise_left_shift",
    "RMSNorm": "rms_normalization",
    "RightShift": "bitwise_right_shift",
    "TrueDivide": "divide",
}
_RENAMED = {_FUNCTIONS[name]: name for name in ("BatchNorm", "LayerNorm", "RMSNorm")}
_MODULES |= dict.fromkeys(_RENAMED.values(), "nn")
# What Keras passes to the call of an operation, where that is not what precedes the slash in our function's signature.
_ARGUMENTS = {
    "average": ("x", "weights"),
    "batch_normalization": ("x", "mean", "variance", "offset", "scale"),
    "bincount": ("x",),
    "clip": ("x",),
    "dot_product_attention": ("query", "key", "value", "bias", "mask", "scale"),
    "getitem": ("x", "index"),
    "layer_normalization": ("x", "gamma", "beta"),
    "rms_normalization": ("x", "scale"),
    "isclose": ("x1", "x2", "rtol", "atol"),
    "nanpercentile": ("x", "q"),
    "nanquantile": ("x", "q"),
    "pad": ("x", "constant_values"),
    "percentile": ("x", "q"),
    "quantile": ("x", "q"),
    "scale_and_translate": ("images", "output_shape", "scale", "translation"),
    "select": ("condlist", "choicelist", "default"),
    "trapezoid": ("y",),
}


def is_operation(entry):
    """Whether an entry among a model's layers is a function of `ops`."""
    return entry["class_name"] == "Function" or str(entry.get("module")).startswith(_PACKAGE)


def operation_entry(call, name):
    """The configuration of a call of a function of `ops`, without its `inbound_nodes`; and the call's (args, kwargs)."""
    function = call.function
    cls = _RENAMED.get(function.__name__) or _BY_LOWER_NAME.get(function.__name__.replace("_", "").lower())
    passed = _passed(function)
    bound = inspect.signature(function).bind(*call.args, **call.kwargs)
    if cls is None or any(is_symbolic(value) for key, value in bound.arguments.items() if key not in passed):
        # Keras has no operation of this kind, or none with tensors in these places: such a model is read here only.
        config = {"name": name, "function": function.__name__}
        entry = {
            "module": "minikeras.ops",
            "class_name": "Function",
            "config": config,
            "registered_name": "Function",
        }
        return entry, call.args, call.kwargs
    args, kwargs, settings = [], {}, {}
    parameters = inspect.signature(function.__wrapped__).parameters
    bound.apply_defaults()
    for position, (key, value) in enumerate(bound.arguments.items()):
        kind = parameters[key].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            settings |= value
        elif key not in passed:
            settings[key] = serialize(value)
        elif kind is inspect.Parameter.VAR_POSITIONAL:
            args += value
        elif position == len(args):
            args.append(value)
        else:
            kwargs[key] = value
    entry = {
        "module": _PACKAGE + _MODULES[cls],
        "class_name": cls,
        "config": {"name": name, **settings},
        "registered_name": cls,
    }
    return entry, args, kwargs


def _passed(function):
    """The names of the arguments that Keras passes to the call of an operation; the others are its settings."""
    parameters = inspect.signature(inspect.unwrap(function)).parameters
    return (
        _ARGUMENTS.get(function.__name__)
        or [key for key, p in parameters.items() if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL)]
        or list(parameters)[:1]
    )


def operation_from_entry(entry):
    """A function of the call's arguments, from the configuration of an operation."""
    config = dict(entry["config"])
    config.pop("name", None)
    name = (
        config.pop("function") if entry["class_name"] == "Function" else _function_name(entry["class_name"])
    )
    function = FUNCTIONS.get(name) if isinstance(name, str) else None
    if function is None:
        raise ValueError(
            f"The configuration names the operation {entry['class_name']!r}, which does not exist here."
        )
    parameters = inspect.signature(function).parameters.values()
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    # A function of any number of inputs takes its settings before them.
    before = (
        [config.pop(p.name) for p in parameters if p.name in config and p.kind is not p.KEYWORD_ONLY]
        if variadic
        else []
    )

    def operation(*args, **kwargs):
        if function.__name__ == "getitem" and isinstance(args[1], list):
            args = args[0], tuple(args[1])
        return function(*before, *args, **config, **kwargs)

    return operation


def _function_name(cls):
    if not isinstance(cls, str) or cls in _FUNCTIONS:
        return _FUNCTIONS.get(cls) if isinstance(cls, str) else None
    return next(
        (n for n in FUNCTIONS.names() if not n.startswith("_") and n.replace("_", "").lower() == cls.lower()),
        None,
    )
