"""Classes and functions that older versions called something else, or that are no more: {package: {name: row}}.

A row is where the thing is today (`Name`), a class whose older name took other positional arguments (`Form`), or what
to use instead (`Gone`). Names that today's Keras still has as second names are not here.
"""

from minikeras.spellings.rules import Form, Gone, Name, load
from minikeras.spellings.utilities import UTILITIES


def _are_sizes(values):
    return all(hasattr(value, "__index__") for value in values)


def _not_rows_and_columns(args, kwargs):
    """Whether Convolution2D(32, (3, 3)) is meant rather than Convolution2D(32, 3, 3)."""
    return len(args) < 3 or not _are_sizes(args[1:3])


def _not_three_sizes(args, kwargs):
    return len(args) < 4 or not _are_sizes(args[1:4])


def _no_initializer(args, kwargs):
    """Whether nothing tells that a third positional argument is an initializer rather than the strides."""
    return len(args) < 3 or _are_sizes(args[2:3]) or isinstance(args[2], (tuple, list))


def _never(args, kwargs):
    return False


def _always(args, kwargs):
    return True


def _each_step(target, args, kwargs):
    """TimeDistributed(Dense(...)), with the shape of the inputs for the wrapper."""
    shapes = ("input_dim", "input_length", "input_shape", "batch_input_shape")
    outer = {name: kwargs.pop(name) for name in shapes if name in kwargs}
    return target(load("minikeras.layers:Dense")(*args, **kwargs), **outer)


_REST = ("W_regularizer", "b_regularizer", "activity_regularizer", "W_constraint", "b_constraint", "bias")
# Under today's names: they are those of the layer inside.
_DENSE = (
    "units", "kernel_initializer", "activation", "weights", "kernel_regularizer", "bias_regularizer",
    "activity_regularizer", "kernel_constraint", "bias_constraint", "use_bias",
)  # fmt: skip
_CONV_1D = (
    "nb_filter",
    "filter_length",
    "init",
    "activation",
    "weights",
    "border_mode",
    "subsample_length",
    *_REST,
)
_CONV_2D = (
    "nb_filter", "nb_row", "nb_col", "init", "activation", "weights", "border_mode", "subsample", "dim_ordering", *_REST,
)  # fmt: skip
_CONV_3D = (
    "nb_filter", "kernel_dim1", "kernel_dim2", "kernel_dim3", "init", "activation", "weights", "border_mode", "subsample",
    "dim_ordering", *_REST,
)  # fmt: skip

# Forms that have several older names.
_ATROUS_1D = Form(
    "minikeras.layers:Conv1D",
    (*_CONV_1D[:7], "atrous_rate", *_REST),
    _no_initializer,
    "keras.layers.Conv1D",
)
_ATROUS_2D = Form(
    "minikeras.layers:Conv2D",
    (*_CONV_2D[:8], "atrous_rate", "dim_ordering", *_REST),
    _not_rows_and_columns,
    "keras.layers.Conv2D(filters, (rows, columns))",
)
_DECONV_2D = Form(
    "minikeras.layers:Conv2DTranspose",
    (*_CONV_2D[:3], "output_shape", *_CONV_2D[3:]),
    _not_rows_and_columns,
    "keras.layers.Conv2DTranspose(filters, (rows, columns))",
)
_MERGE = Form(
    "minikeras.compat.merging:Merge",
    (),
    _always,
    "keras.layers.Concatenate, Add, ... on the outputs of the branches",
)
_MERGED = Form(
    "minikeras.compat.merging:merge", (), _always, "keras.layers.concatenate, add, ... on a list of tensors"
)

_SHORT = {
    "bce": "binary_crossentropy",
    "cosine_proximity": "cosine_similarity",
    "kld": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "mse": "mean_squared_error",
    "msle": "mean_squared_logarithmic_error",
}
_SHORT |= {name.upper(): _SHORT[name] for name in ("bce", "kld", "mae", "mape", "mse", "msle")}
_SHORT_LOSSES = {name: Name(f"minikeras.losses:{modern}") for name, modern in _SHORT.items()}
_SHORT_METRICS = _SHORT_LOSSES | {
    "MeanRelativeError": Gone("Use keras.metrics.MeanAbsolutePercentageError."),
    "MeanTensor": Gone("Write a subclass of keras.metrics.Metric with a variable of the tensor's shape."),
}

# Keras 1 (2015-2017).
KERAS_1: dict[str, dict] = {
    "layers": {
        "AtrousConv1D": _ATROUS_1D,
        "AtrousConv2D": _ATROUS_2D,
        "AtrousConvolution1D": _ATROUS_1D,
        "AtrousConvolution2D": _ATROUS_2D,
        "Convolution1D": Form(
            "minikeras.layers:Conv1D",
            _CONV_1D,
            _no_initializer,
            "keras.layers.Conv1D(filters, kernel_size)",
            today=True,
        ),
        "Convolution2D": Form(
            "minikeras.layers:Conv2D",
            _CONV_2D,
            _not_rows_and_columns,
            "keras.layers.Conv2D(filters, (rows, columns))",
            today=True,
        ),
        "Convolution3D": Form(
            "minikeras.layers:Conv3D",
            _CONV_3D,
            _not_three_sizes,
            "keras.layers.Conv3D(filters, (depth, rows, columns))",
            today=True,
        ),
        "Deconv2D": _DECONV_2D,
        "Deconvolution2D": _DECONV_2D,
        "Deconvolution3D": Form(
            "minikeras.layers:Conv3DTranspose",
            (*_CONV_3D[:4], "output_shape", *_CONV_3D[4:]),
            _not_three_sizes,
            "keras.layers.Conv3DTranspose(filters, (depth, rows, columns))",
        ),
        "Highway": Gone(
            "Write it with Dense layers: t * h(x) + (1 - t) * x, where t is a Dense layer with a sigmoid."
        ),
        "MaxoutDense": Gone(
            "Write Dense(units * pieces), Reshape((pieces, units)) and Lambda of ops.max(x, axis=1)."
        ),
        "Merge": _MERGE,
        "ParametricSoftplus": Gone("Write a layer of your own with two weights, or use keras.layers.PReLU."),
        "Recurrent": Gone("Derive a cell from keras.layers.Layer and wrap it into keras.layers.RNN."),
        "SReLU": Gone("Use keras.layers.PReLU."),
        "SeparableConvolution2D": Form(
            "minikeras.layers:SeparableConv2D",
            _CONV_2D,
            _not_rows_and_columns,
            "keras.layers.SeparableConv2D(filters, (rows, columns))",
            today=True,
        ),
        "ThresholdedLinear": Gone("Use keras.layers.ReLU(threshold=theta)."),
        "TimeDistributedDense": Form(
            "minikeras.layers:TimeDistributed",
            _DENSE,
            _never,
            "keras.layers.TimeDistributed(Dense(...))",
            _each_step,
        ),
        "merge": _MERGED,
    },
    "": {
        "Merge": _MERGE,
        "merge": _MERGED,
        "slice_X": Name("minikeras.compat.conveniences:slice_arrays", "array[start:stop]"),
        "slice_arrays": Name("minikeras.compat.conveniences:slice_arrays", "array[start:stop]"),
    },
    "models": {
        "Graph": Gone("Use keras.Model(inputs, outputs)."),
        "Merge": _MERGE,
        "model_from_yaml": Gone("Use model.to_json() and keras.models.model_from_json."),
    },
    "constraints": {
        "maxnorm": Name("minikeras.constraints:MaxNorm"),
        "nonneg": Name("minikeras.constraints:NonNeg"),
        "unitnorm": Name("minikeras.constraints:UnitNorm"),
    },
    "initializers": {
        "normal": Name("minikeras.initializers:RandomNormal"),
        "one": Name("minikeras.initializers:Ones"),
        "uniform": Name("minikeras.initializers:RandomUniform"),
        "zero": Name("minikeras.initializers:Zeros"),
    },
    "losses": _SHORT_LOSSES | {"cosine": Name("minikeras.losses:cosine_similarity")},
    "metrics": _SHORT_METRICS,
    "regularizers": {
        "ActivityRegularizer": Name("minikeras.regularizers:L1L2"),
        "WeightRegularizer": Name("minikeras.regularizers:L1L2"),
        "activity_l1": Name("minikeras.regularizers:L1"),
        "activity_l1l2": Name("minikeras.regularizers:L1L2"),
        "activity_l2": Name("minikeras.regularizers:L2"),
        "l1l2": Name("minikeras.regularizers:L1L2"),
    },
    "utils": {
        "layer_from_config": Name("minikeras.layers:deserialize"),
    },
}

# Keras 2 (2017-2023), the package of its own and the one inside TensorFlow.
KERAS_2: dict[str, dict] = {
    "": {
        "CosineDecay": Name("minikeras.optimizers.schedules:CosineDecay"),
        "CosineDecayRestarts": Name("minikeras.optimizers.schedules:CosineDecayRestarts"),
        "LinearCosineDecay": Gone("Use keras.optimizers.schedules.CosineDecay."),
        "LinearModel": Gone("Use keras.layers.Dense(1)."),
        "NoisyLinearCosineDecay": Gone("Use keras.optimizers.schedules.CosineDecay."),
        "PeepholeLSTMCell": Gone("Use keras.layers.LSTMCell, or a cell of your own in keras.layers.RNN."),
        "SequenceFeatures": Gone("Use keras.layers.Embedding."),
        "WideDeepModel": Gone("Use keras.Model with two branches that are added."),
        "estimator": Gone("Use model.fit, or keras.wrappers for scikit-learn."),
        "export_saved_model": Name("minikeras.saving:save_model"),
        "load_from_saved_model": Name("minikeras.saving:load_model"),
    },
    "callbacks": {
        "BaseLogger": Gone("Logs hold the averages already."),
    },
    "constraints": {
        "RadialConstraint": Gone("Write a subclass of keras.constraints.Constraint."),
        "radial_constraint": Gone("Write a subclass of keras.constraints.Constraint."),
    },
    "layers": {
        "AbstractRNNCell": Name("minikeras.layers:Layer"),
        "CategoryCrossing": Gone("Use keras.layers.HashedCrossing."),
        "ConvLSTM2DCell": Gone("Use keras.layers.ConvLSTM2D."),
        "CuDNNGRU": Name("minikeras.layers:GRU"),
        "CuDNNLSTM": Name("minikeras.layers:LSTM"),
        "DenseFeatures": Gone(
            "Use keras.layers.Concatenate on inputs that Normalization, CategoryEncoding, ... prepared."
        ),
        "LocallyConnected1D": Gone("Use keras.layers.Conv1D; every position then shares one kernel."),
        "LocallyConnected2D": Gone("Use keras.layers.Conv2D; every position then shares one kernel."),
        "PreprocessingLayer": Name("minikeras.layers:Layer"),
        "RandomFourierFeatures": Gone("Use keras.layers.Dense with a frozen kernel, and Lambda of ops.cos."),
        "RandomHeight": Gone("Use keras.layers.RandomZoom."),
        "RandomWidth": Gone("Use keras.layers.RandomZoom."),
        "SyncBatchNormalization": Name("minikeras.layers:BatchNormalization"),
        "ThresholdedReLU": Form(
            "minikeras.layers:ReLU", ("threshold",), _never, "keras.layers.ReLU(threshold=theta)"
        ),
    },
    "losses": {
        "Reduction": Name(
            "minikeras.spellings.stand_ins:Reduction", "reduction='sum', 'sum_over_batch_size' or None"
        ),
    },
    "mixed_precision": {
        "set_policy": Name("minikeras.mixed_precision:set_global_policy"),
    },
    "models": {
        "Input": Name("minikeras.layers:Input"),
    },
    "optimizers": {
        "TFOptimizer": Gone("Use the optimizer of the same name in keras.optimizers."),
    },
    "utils": {
        **UTILITIES,
        "multi_gpu_model": Name(
            "minikeras.spellings.stand_ins:multi_gpu_model", "the model itself", warns=True
        ),
    },
}

NAMES: dict[str, dict] = {
    package: KERAS_1.get(package, {}) | KERAS_2.get(package, {}) for package in KERAS_1 | KERAS_2
}
