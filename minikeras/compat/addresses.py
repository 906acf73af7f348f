"""Which module of minikeras stands for which module of TensorFlow and Keras: the table, as data."""

# The package that is TensorFlow.
FACADE = "minikeras.compat.tensorflow"

# Packages that are answered, whether or not others of that name are installed.
ROOTS = ("tensorflow", "tensorflow_core", "keras", "tf_keras", "keras_preprocessing")

# Paths under which a package has been reachable; the longest that fits is replaced, until none fits.
SAME = {
    "keras.api": "keras",
    "keras.api._v1.keras": "keras",
    "keras.api._v2.keras": "keras",
    "keras_preprocessing": "keras.preprocessing",
    "tensorflow._api.v1": "tensorflow.compat.v1",
    "tensorflow._api.v2": "tensorflow",
    "tensorflow.compat.v1.keras": "keras",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.keras": "keras",
    "tensorflow_core": "tensorflow",
    "tf_keras": "keras",
}
# The same for paths that were never public: their modern spelling is told.
PRIVATE = {
    "keras.legacy": "keras",
    "keras.src": "keras",
    "keras._tf_keras.keras": "keras",
    "tensorflow.contrib.keras": "tensorflow.keras",
    "tensorflow.contrib.keras.api.keras": "tensorflow.keras",
    "tensorflow.contrib.keras.python.keras": "tensorflow.keras",
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.python.keras.api.keras": "tensorflow.keras",
    "tensorflow.python.keras._impl.keras": "tensorflow.keras",
    "tf_keras.src": "tf_keras",
}

# Modules of TensorFlow that were never public, or are gone, and where their names are today.
TENSORFLOW = {
    "tensorflow.examples.tutorials.mnist.input_data": "minikeras.compat.input_data",
    "tensorflow.contrib.learn.python.learn.datasets.mnist": "minikeras.compat.input_data",
    "tensorflow.contrib.eager": "tensorflow",
    "tensorflow.python.client.device_lib": "minikeras.compat.device_lib",
    "tensorflow.python.client.session": "tensorflow.compat.v1",
    "tensorflow.python.data.ops.dataset_ops": "tensorflow.data",
    "tensorflow.python.eager.backprop": "tensorflow",
    "tensorflow.python.eager.context": "tensorflow",
    "tensorflow.python.framework.constant_op": "tensorflow",
    "tensorflow.python.framework.dtypes": "tensorflow",
    "tensorflow.python.framework.ops": "tensorflow.compat.v1",
    "tensorflow.python.framework.random_seed": "tensorflow.compat.v1",
    "tensorflow.python.framework.tensor_shape": "tensorflow",
    "tensorflow.python.ops.array_ops": "tensorflow.compat.v1",
    "tensorflow.python.ops.gen_array_ops": "tensorflow",
    "tensorflow.python.ops.gen_math_ops": "tensorflow.math",
    "tensorflow.python.ops.image_ops": "tensorflow.image",
    "tensorflow.python.ops.init_ops": "tensorflow.compat.v1",
    "tensorflow.python.ops.linalg_ops": "tensorflow.linalg",
    "tensorflow.python.ops.math_ops": "tensorflow.math",
    "tensorflow.python.ops.nn": "tensorflow.nn",
    "tensorflow.python.ops.nn_ops": "tensorflow.nn",
    "tensorflow.python.ops.random_ops": "tensorflow.random",
    "tensorflow.python.ops.state_ops": "tensorflow.compat.v1",
    "tensorflow.python.ops.variable_scope": "tensorflow.compat.v1",
    "tensorflow.python.ops.variables": "tensorflow.compat.v1",
    "tensorflow.python.platform.tf_logging": "tensorflow.compat.v1.logging",
    "tensorflow.python.training.optimizer": "tensorflow.compat.v1.train",
    "tensorflow.python.training.training": "tensorflow.compat.v1.train",
}

# Packages of the years of Python 2 that are answered where they are not installed.
LAST = {
    "six": "minikeras.compat.six",
    "six.moves": "minikeras.compat.six",
    "six.moves.cPickle": "pickle",
    "six.moves.queue": "queue",
    "six.moves.urllib": "urllib",
    "six.moves.urllib.error": "urllib.error",
    "six.moves.urllib.parse": "urllib.parse",
    "six.moves.urllib.request": "urllib.request",
}

# What to write in place of modules that stand for ones that are gone.
INSTEAD = {
    "minikeras.compat.six": "what Python 3 has itself",
    "minikeras.compat.device_lib": "tf.config.list_physical_devices()",
    "minikeras.compat.input_data": "keras.datasets.mnist",
}

# Modules of Keras that are public, below a package: they are answered by the module of that name.
PUBLIC_BELOW = ("datasets", "dtype_policies", "ops", "optimizers", "preprocessing", "utils", "wrappers")

# What does not exist, and the nearest thing that does.
ABSENT = {
    "autokeras": "search over the models in a loop of your own, with keras.callbacks.EarlyStopping",
    "keras.applications": "build the network from keras.layers, or load a .keras file with keras.models.load_model",
    "keras.utils.FeatureSpace": "the preprocessing layers: keras.layers.Normalization, StringLookup, IntegerLookup, "
    "CategoryEncoding, Discretization, HashedCrossing",
    "keras_applications": "build the network from keras.layers, or load a .keras file with keras.models.load_model",
    "keras_contrib": "its layers and losses are in keras.layers and keras.losses, as far as Keras took them over",
    "keras_cv": "keras.layers has the image preprocessing layers",
    "keras_hub": "build the network from keras.layers",
    "keras_nlp": "keras.layers has TextVectorization, Embedding and MultiHeadAttention",
    "tensorflow.contrib.layers": "keras.layers and keras.initializers",
    "tensorflow.contrib.learn": "keras.Model with fit, evaluate and predict",
    "tensorflow.contrib.rnn": "keras.layers.RNN with LSTMCell, GRUCell and SimpleRNNCell",
    "tensorflow.contrib.slim": "keras.layers",
    "tensorflow.estimator": "keras.Model with fit, evaluate and predict",
    "tensorflow.feature_column": "the preprocessing layers: keras.layers.Normalization, CategoryEncoding, StringLookup, Hashing",
    "tensorflow.keras.applications": "build the network from keras.layers, or load a .keras file with keras.models.load_model",
    "tensorflow.lite": "model.export('model.onnx')",
    "tensorflow.python.ops.rnn_cell": "keras.layers.RNN with LSTMCell, GRUCell and SimpleRNNCell",
    "tensorflow.tpu": "minikeras computes on the processor",
    "tensorflow_addons": "keras.layers (GroupNormalization), keras.optimizers (AdamW, Lamb) and keras.metrics (F1Score) "
    "have what Keras took over",
    "tensorflow_datasets": "keras.datasets, tf.data.Dataset.from_tensor_slices or keras.utils.image_dataset_from_directory",
    "tensorflow_estimator": "keras.Model with fit, evaluate and predict",
    "tensorflow_hub": "build the network from keras.layers, or load a .keras file with keras.models.load_model",
    "tensorflow_model_optimization": "model.export('model.onnx'), and tools for ONNX",
    "tensorflow_probability": "keras.random and keras.ops",
    "tensorflow_text": "keras.layers.TextVectorization",
    "tf_slim": "keras.layers",
}
