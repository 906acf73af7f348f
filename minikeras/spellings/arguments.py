"""Arguments of classes and functions that older versions called something else.

A row holds for whatever takes the modern argument today and does not take the older one; `OF` has the rows of single
classes (with those derived from them) and functions, and what is gone altogether; `VALUES` those of arguments that keep
their names but not all their values. In a row, a text is the modern name; the other kinds are in `rules.py`.
"""

import math

from minikeras.spellings import changes
from minikeras.spellings.rules import Afterwards, Checked, Dropped, Gathered, Positions, Remade, Values

_DATA_FORMATS = {"th": "channels_first", "tf": "channels_last", "default": None}
_RECTANGLE = Gathered("kernel_size", ("nb_row", "nb_col"))
_CUBE = Gathered("kernel_size", ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_ONES = {"one": True, "ones": True, "zero": False, "zeros": False}

# Keras 1 (2015-2017).
KERAS_1 = {
    "U_constraint": "recurrent_constraint",
    "U_regularizer": "recurrent_regularizer",
    "W_constraint": ("kernel_constraint", "embeddings_constraint"),
    "W_regularizer": ("kernel_regularizer", "embeddings_regularizer"),
    "atrous_rate": "dilation_rate",
    "b_constraint": "bias_constraint",
    "b_regularizer": "bias_regularizer",
    "beta_init": "beta_initializer",
    "bias": "use_bias",
    "border_mode": "padding",
    "dim_ordering": Values("data_format", _DATA_FORMATS),
    "dropout_U": "recurrent_dropout",
    "dropout_W": "dropout",
    "filter_length": "kernel_size",
    "forget_bias_init": Values("unit_forget_bias", _ONES),
    "gamma_init": "gamma_initializer",
    "init": ("kernel_initializer", "embeddings_initializer", "alpha_initializer", "initializer"),
    "inner_activation": "recurrent_activation",
    "inner_init": "recurrent_initializer",
    "kernel_dim1": _CUBE,
    "kernel_dim2": _CUBE,
    "kernel_dim3": _CUBE,
    "length": "size",
    "nb_classes": "num_classes",
    "nb_col": _RECTANGLE,
    "nb_epoch": "epochs",
    "nb_filter": "filters",
    "nb_row": _RECTANGLE,
    "nb_words": "num_words",
    "output_dim": "units",
    "p": "rate",
    "pool_length": "pool_size",
    "sigma": "stddev",
    "stride": "strides",
    "subsample": "strides",
    "subsample_length": "strides",
}

# Keras 2 (2017-2023).
KERAS_2 = {
    "experimental_autocast": "autocast",
    "lr": "learning_rate",
}

EVERYWHERE = KERAS_1 | KERAS_2

_WORKERS = dict.fromkeys(
    ("max_queue_size", "max_q_size", "workers", "nb_worker", "use_multiprocessing", "pickle_safe"),
    Dropped("workers=..., use_multiprocessing=... and max_queue_size=... of PyDataset"),
)
_ACCURACY = {"show_accuracy": Dropped("compile(metrics=['accuracy'])")}
_RECURRENT = {
    "consume_less": Dropped("the layer without it, there is one way to compute"),
    "input_dtype": Dropped("Input(shape, dtype=...)"),
    "time_major": Dropped("the layer without it, inputs are (batch, time, features)", (False,)),
}
_SAVING = {
    "options": Dropped("the call without it"),
    "save_traces": Dropped("the call without it"),
    "signatures": Dropped("the call without it", (None,)),
}

OF = {
    # Layers
    "Layer": {
        "dynamic": Dropped("the layer without it, every layer runs eagerly"),
        "input_dtype": Dropped("Input(shape, dtype=...)"),
        "weights": Afterwards("layer.set_weights(...) once the layer is built", changes.set_first_weights),
    },
    "BatchNormalization": {
        "adjustment": Dropped("the layer without it", (None,)),
        "fused": Dropped("the layer without it, there is one way to compute"),
        "mode": Dropped(
            "BatchNormalization without it; LayerNormalization for mode=1, or a call with training=True for mode=2",
            (0,),
        ),
        "virtual_batch_size": Dropped("the layer without it", (None,)),
    },
    "CategoryEncoding": {"max_tokens": "num_tokens"},
    "Conv2DTranspose": {"output_shape": Dropped("the layer without it, the shape is inferred")},
    "Conv3DTranspose": {"output_shape": Dropped("the layer without it, the shape is inferred")},
    "Embedding": {
        "dropout": Dropped("SpatialDropout1D(rate) after the layer"),
        "input_length": Afterwards(
            "Input((length,)) at the beginning of the model", changes.set_input_length
        ),
    },
    "GRU": _RECURRENT,
    "InputLayer": {"input_shape": "shape", "batch_input_shape": "batch_shape", "input_dtype": "dtype"},
    "IntegerLookup": {"max_values": "max_tokens", "mask_value": "mask_token", "oov_value": "oov_token"},
    "LSTM": _RECURRENT,
    "LeakyReLU": {"alpha": "negative_slope"},
    "MaxNorm": {"m": "max_value"},
    "Model": {"input": "inputs", "output": Remade("Model(outputs=...)", changes.set_outputs)},
    "RNN": _RECURRENT,
    "ReLU": {"alpha": "negative_slope", "theta": "threshold"},
    "SeparableConv1D": {
        "init": Remade(
            "SeparableConv1D(depthwise_initializer=..., pointwise_initializer=...)", changes.both_kernels
        )
    },
    "SeparableConv2D": {
        "init": Remade(
            "SeparableConv2D(depthwise_initializer=..., pointwise_initializer=...)", changes.both_kernels
        )
    },
    "SimpleRNN": _RECURRENT,
    "StringLookup": {"max_values": "max_tokens"},
    "Input": {"type_spec": Dropped("Input(shape, dtype=...)", (None,)), "batch_input_shape": "batch_shape"},
    "add_weight": {
        "collections": Dropped("add_weight without it", (None,)),
        "experimental_autocast": "autocast",
        "getter": Dropped("add_weight without it", (None,)),
        "partitioner": Dropped("add_weight without it", (None,)),
        "synchronization": Dropped("add_weight without it"),
        "use_resource": Dropped("add_weight without it"),
    },
    "Metric.add_weight": {
        "aggregation": Dropped("add_weight without it"),
        "synchronization": Dropped("add_weight without it"),
    },
    # Optimizers
    "Optimizer": {
        "decay": Afterwards(
            "learning_rate=keras.optimizers.schedules.InverseTimeDecay(rate, 1, decay)", changes.set_decay
        ),
        "is_legacy_optimizer": Dropped("the optimizer without it"),
        "jit_compile": Dropped("the optimizer without it"),
    },
    "Nadam": {"schedule_decay": Dropped("Nadam without it")},
    # Regularizers and constraints
    "L1": {"l": "l1"},
    "L2": {"l": "l2"},
    "Layer.add_loss": {"inputs": Dropped("add_loss without it")},
    # Training
    "Model.compile": {
        "class_mode": Dropped("loss='binary_crossentropy' or 'categorical_crossentropy'"),
        "cloning": Dropped("compile without it", (None, False)),
        "distribute": Dropped("compile without it", (None,)),
        "experimental_run_tf_function": Dropped("compile without it"),
        "experimental_steps_per_execution": "steps_per_execution",
        "options": Dropped("compile without it"),
        "run_metadata": Dropped("compile without it"),
        "sample_weight_mode": Dropped("fit(sample_weight=...) with weights of the loss's shape"),
        "target_tensors": Dropped("fit(x, y)", (None,)),
    },
    "Model.fit": {**_WORKERS, **_ACCURACY},
    "Model.evaluate": {**_WORKERS, **_ACCURACY, "val_samples": Dropped("steps=...", (None,))},
    "Model.predict": _WORKERS,
    "Model.train_on_batch": {
        "accuracy": Dropped("compile(metrics=['accuracy'])"),
        "reset_metrics": Dropped("train_on_batch without it: it reports its batch alone", (True,)),
    },
    "Model.test_on_batch": {
        "accuracy": Dropped("compile(metrics=['accuracy'])"),
        "reset_metrics": Dropped("test_on_batch without it: it reports its batch alone", (True,)),
    },
    "Model.save": _SAVING,
    "Model.save_weights": {"save_format": Dropped("a filepath that ends in .weights.h5"), **_SAVING},
    "Model.load_weights": _SAVING,
    "save_model": _SAVING,
    "load_model": {"options": Dropped("load_model without it")},
    # Callbacks
    "ModelCheckpoint": {
        "load_weights_on_restart": Dropped("model.load_weights(filepath) before fit", (None, False)),
        "options": Dropped("ModelCheckpoint without it"),
        "period": Afterwards("ModelCheckpoint(save_freq=...), a number of batches", changes.set_period),
    },
    "ProgbarLogger": {
        "count_mode": Dropped("ProgbarLogger()"),
        "stateful_metrics": Dropped("ProgbarLogger()"),
    },
    "ReduceLROnPlateau": {"epsilon": "min_delta"},
    "TensorBoard": {
        "batch_size": Dropped("TensorBoard without it"),
        "embeddings_data": Dropped("TensorBoard without it"),
        "embeddings_layer_names": Dropped("TensorBoard(embeddings_metadata={layer name: file})"),
        "write_grads": Dropped("TensorBoard(histogram_freq=1), which writes gradients too"),
    },
}

_STEPS = Checked(changes.is_float, math.ceil, "a whole number of steps: math.ceil(...)")

# {class or function: {argument: its values}}
_EPSILON = Values("epsilon", {None: 1e-7})
VALUES = {
    "CategoryEncoding": {"output_mode": Values("output_mode", {"binary": "multi_hot"})},
    "Model.evaluate": {"steps": _STEPS},
    "Model.fit": {
        "class_weight": Checked(
            changes.is_no_dictionary, changes.by_class, "fit(class_weight={class: weight, ...})"
        ),
        "steps_per_epoch": _STEPS,
        "validation_steps": _STEPS,
    },
    "Model.predict": {"steps": _STEPS},
    "Loss": {"reduction": Values("reduction", {"auto": "sum_over_batch_size"})},
    "Optimizer": {"epsilon": _EPSILON},
    "TextVectorization": {"output_mode": Values("output_mode", {"binary": "multi_hot", "tf-idf": "tf_idf"})},
    "VarianceScaling": {"distribution": Values("distribution", {"normal": "truncated_normal"})},
}


def _begins_with_a_name(args):
    return isinstance(args[1], str)


def _third_is_metrics(args):
    """Whether what stands where the weights of losses stand today are metrics."""
    third = args[3]
    parts = third.values() if isinstance(third, dict) else _as_list(third)
    return any(isinstance(one, str) or callable(one) for part in parts for one in _as_list(part))


def _as_list(value):
    return value if isinstance(value, (list, tuple)) else [value]


_STATE = ("name", "shape", "aggregation", "synchronization", "initializer", "dtype")
_WEIGHT = ("name", "shape", "dtype", "initializer", "regularizer", "trainable", "constraint")

# {function: the older order of its positional arguments}
POSITIONS = {
    "Model.compile": Positions(
        "compile(optimizer, loss, metrics)",
        "compile(optimizer, loss, metrics=metrics)",
        3,
        ("metrics", "loss_weights", "sample_weight_mode", "weighted_metrics", "target_tensors"),
        _third_is_metrics,
    ),
    "Metric.add_weight": Positions(
        "add_weight(name, shape)", "add_weight(shape, name=name)", 1, _STATE, _begins_with_a_name
    ),
    "add_variable": Positions(
        "add_variable(name, shape)", "add_weight(shape, name=name)", 1, _WEIGHT, _begins_with_a_name
    ),
    "add_weight": Positions(
        "add_weight(name, shape)", "add_weight(shape, name=name)", 1, _WEIGHT, _begins_with_a_name
    ),
}
