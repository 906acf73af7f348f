"""`tf.layers` of TensorFlow 1: functions that make a layer and call it, with its variables in the graph."""

from minikeras import layers
from minikeras.compat.tensorflow import graph
from minikeras.compat.tensorflow.basics import as_tensor
from minikeras.compat.tensorflow.graph import is_deferred, mode
from minikeras.compat.tensorflow.sessions import AUTO_REUSE, get_variable_scope
from minikeras.compat.tensorflow.variables import adopt

_made: dict = {}  # layers by graph and full name, for those who reuse them


def _call(make, kind, inputs, name, reuse, training=None):
    """Make the layer, or find it again, call it, and put its variables into the graph."""
    scope = get_variable_scope()
    reuse = scope.reuse if reuse is None else reuse
    prefix = "/".join(mode.graph.scopes)
    full = f"{prefix}/{name}" if prefix and name else name
    key = id(mode.graph), full
    layer = _made.get(key, (None, None))[0] if name and reuse in (True, AUTO_REUSE) else None
    if layer is None:
        if reuse is True and name:
            raise ValueError(f"Variable {full} does not exist, or was not created with a layer of this name.")
        layer = make()
        label = full or mode.graph.unique_name(kind)
        if full and key in _made:
            raise ValueError(
                f"Variable {full} already exists, disallowed. Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
            )
        _made[key if full else (id(mode.graph), label)] = layer, mode.graph
        if not layer.built:
            layer.build(tuple(inputs.shape))
        if mode.deferring:
            adopt(layer.weights, label)
    if training is None:
        return layer(inputs)
    if is_deferred(training):

        def call(x, t):
            return layer(x, training=bool(t))

        call.weights = layer.weights
        return graph.record(call, (inputs, training), {}, name=kind)
    return layer(inputs, training=bool(training))


def _inputs(value):
    return value if is_deferred(value) else as_tensor(value)


def dense(
    inputs, units, activation=None, use_bias=True, kernel_initializer=None, bias_initializer="zeros",
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """activation(inputs · kernel + bias)."""

    def make():
        return layers.Dense(
            units, activation, use_bias, kernel_initializer or "glorot_uniform", bias_initializer,
            kernel_regularizer, bias_regularizer, activity_regularizer, kernel_constraint, bias_constraint,
            trainable=trainable,
        )  # fmt: skip

    return _call(make, "dense", _inputs(inputs), name, reuse)


def _convolution(cls, kind):
    def function(
        inputs, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1,
        activation=None, use_bias=True, kernel_initializer=None, bias_initializer="zeros", kernel_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, bias_constraint=None, trainable=True,
        name=None, reuse=None,
    ):  # fmt: skip
        settings = {} if "transpose" in kind else {"dilation_rate": dilation_rate}

        def make():
            return getattr(layers, cls)(
                filters, kernel_size, strides=strides, padding=padding.lower(), data_format=data_format,
                activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer or "glorot_uniform",
                bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
                bias_regularizer=bias_regularizer, kernel_constraint=kernel_constraint, bias_constraint=bias_constraint,
                trainable=trainable, **settings,
            )  # fmt: skip

        return _call(make, kind, _inputs(inputs), name, reuse)

    function.__name__ = function.__qualname__ = kind
    function.__doc__ = f"The layer {cls}, made and called."
    return function


conv1d = _convolution("Conv1D", "conv1d")
conv2d = _convolution("Conv2D", "conv2d")
conv3d = _convolution("Conv3D", "conv3d")
conv2d_transpose = _convolution("Conv2DTranspose", "conv2d_transpose")


def separable_conv2d(
    inputs, filters, kernel_size, strides=(1, 1), padding="valid", data_format="channels_last", dilation_rate=(1, 1),
    depth_multiplier=1, activation=None, use_bias=True, name=None, reuse=None,
):  # fmt: skip
    """The layer SeparableConv2D, made and called."""

    def make():
        return layers.SeparableConv2D(
            filters, kernel_size, strides, padding.lower(), data_format, dilation_rate, depth_multiplier,
            activation=activation, use_bias=use_bias,
        )  # fmt: skip

    return _call(make, "separable_conv2d", _inputs(inputs), name, reuse)


def _pooling(cls, kind):
    def function(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
        layer = getattr(layers, cls)(pool_size, strides, padding.lower(), data_format=data_format)
        return layer(_inputs(inputs))

    function.__name__ = function.__qualname__ = kind
    function.__doc__ = f"The layer {cls}, made and called."
    return function


max_pooling1d = _pooling("MaxPooling1D", "max_pooling1d")
max_pooling2d = _pooling("MaxPooling2D", "max_pooling2d")
max_pooling3d = _pooling("MaxPooling3D", "max_pooling3d")
average_pooling1d = _pooling("AveragePooling1D", "average_pooling1d")
average_pooling2d = _pooling("AveragePooling2D", "average_pooling2d")
average_pooling3d = _pooling("AveragePooling3D", "average_pooling3d")


def flatten(inputs, name=None, data_format="channels_last"):
    """All axes but the batch as one."""
    return layers.Flatten(data_format=data_format)(_inputs(inputs))


def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """Elements zeroed at the rate while training."""
    layer = layers.Dropout(rate, noise_shape, seed)
    if is_deferred((training, rate)):
        return graph.record(lambda x, t: layer(x, training=bool(t)), (inputs, training), {}, name="dropout")
    return layer(_inputs(inputs), training=bool(training))


def batch_normalization(
    inputs, axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer="zeros",
    gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones", beta_regularizer=None,
    gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, training=False, trainable=True, name=None,
    reuse=None, renorm=False, fused=None,
):  # fmt: skip
    """The layer BatchNormalization, made and called; it moves its averages by itself while training."""
    if renorm:
        raise ValueError(
            "tf.layers.batch_normalization with renorm=True does not exist here. Leave renorm out."
        )

    def make():
        return layers.BatchNormalization(
            axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer, moving_mean_initializer,
            moving_variance_initializer, beta_regularizer, gamma_regularizer, beta_constraint, gamma_constraint,
            trainable=trainable,
        )  # fmt: skip

    return _call(make, "batch_normalization", _inputs(inputs), name, reuse, training)
