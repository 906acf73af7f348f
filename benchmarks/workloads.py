"""What is measured: the models, their data, and the list of workloads.

The models are Keras scripts written once; `keras` is the module they are run with: `minikeras`, or Keras itself
on any of its backends. Data are random but the same for everyone: times do not depend on what is learnt.
"""

from dataclasses import dataclass, replace

import numpy as np

SEED = 20240229


def iris_data(rows):
    """Flowers around the class means of the iris data: (rows, 4) measurements in cm, (rows,) species."""
    random = np.random.default_rng(SEED)
    means = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    labels = random.integers(0, 3, rows)
    return (means[labels] + random.normal(0, 0.4, (rows, 4))).astype("float32"), labels


def random_data(*shape):
    """A function of the number of rows that makes uniform float32 inputs of `shape` and labels 0 to 9."""

    def data(rows):
        random = np.random.default_rng(SEED)
        return random.random((rows, *shape), dtype="float32"), random.integers(0, 10, rows)

    return data


def iris(keras):
    """The six-step script: one dense layer with an L2 penalty, SGD."""
    regularizer = keras.regularizers.L2(0.01)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="softmax", kernel_regularizer=regularizer)]
    )
    return compiled(model, keras.optimizers.SGD(learning_rate=0.1))


def mlp(keras, width=128):
    """One hidden layer on flattened 28 × 28 images."""
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((784,)), layers.Dense(width, activation="relu"), layers.Dense(10, activation="softmax")]
    )
    return compiled(model, keras.optimizers.Adam())


def lenet(keras):
    """LeNet-5 of the MNIST example."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return compiled(model, keras.optimizers.Adam())


def cnn(keras):
    """A small network for 32 × 32 colour images, as the CIFAR-10 tutorials build it."""
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    return compiled(model, keras.optimizers.Adam())


def lstm(keras, width=64):
    """A sequence classifier: 64 steps of 32 features, one recurrent layer, one dense layer."""
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((64, 32)), layers.LSTM(width), layers.Dense(10, activation="softmax")]
    )
    return compiled(model, keras.optimizers.Adam())


def compiled(model, optimizer):
    """The model, compiled as every workload compiles it: cross-entropy of integer labels, and accuracy."""
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )
    return model


MODELS = {
    "iris": (iris, iris_data),
    "mlp": (mlp, random_data(784)),
    "lenet": (lenet, random_data(28, 28, 1)),
    "cnn": (cnn, random_data(32, 32, 3)),
    "lstm": (lstm, random_data(64, 32)),
}


@dataclass(frozen=True)
class Workload:
    """One thing to measure.

    `measure` names the way: 'step', 'outside', 'fit', 'predict' and 'call' are methods of the adapters and are timed in
    processes that live for all rounds; 'import', 'script', 'size' and 'memory' need a new process each time.
    """

    name: str
    title: str
    measure: str
    model: str | None = "lenet"
    rows: int = 2048
    batch: int = 32
    width: int | None = None
    group: str = "main"

    @property
    def size(self):
        """The number that a sweep varies."""
        return self.batch if self.width is None else self.width

    @property
    def needs_new_process(self):
        return self.measure in ("import", "script", "size", "memory")

    @property
    def unit(self):
        """The unit of the table, and how many of it one second (or one byte) is."""
        return ("MB", 1e-6) if self.measure in ("size", "memory") else ("ms", 1e3)

    def data(self):
        """Inputs and labels, the same bits in every process."""
        return MODELS[self.model][1](self.rows)

    def build(self, keras):
        """The compiled model, made by the Keras-like module `keras`."""
        keras.utils.set_random_seed(SEED)
        sizes = {} if self.width is None else {"width": self.width}
        return MODELS[self.model][0](keras, **sizes)


WORKLOADS = (
    Workload("iris", "iris: 100 epochs of fit (400 steps, batch 32)", "fit", "iris", rows=120),
    Workload("mlp", "MLP 784-128-10: one training step (batch 32)", "step", "mlp", rows=4096),
    Workload("lenet", "LeNet-5: one training step (batch 32)", "step"),
    Workload("cnn", "CNN on 32×32×3: one training step (batch 32)", "step", "cnn", rows=256),
    Workload("lstm", "LSTM, 64 steps of 32 into 64: one training step (batch 32)", "step", "lstm", rows=512),
    Workload("predict", "LeNet-5: predict() of one image", "predict", rows=1),
    Workload("call", "LeNet-5: model(x) of one image", "call", rows=1),
    Workload(
        "iris-python", "iris: what one training step spends outside the kernels", "outside", "iris", rows=120
    ),
    Workload("lenet-python", "LeNet-5: what one training step spends outside the kernels", "outside"),
    Workload("script", "the whole iris script, from starting Python to its end", "script", "iris", rows=120),
    Workload("import", "import and the names of the iris script, beyond NumPy's", "import", model=None),
    Workload("size", "installed size, with everything it requires", "size", model=None),
    Workload("memory", "peak memory of a process that trains LeNet-5", "memory"),
)

_MLP = Workload("mlp", "MLP 784-128-10: one training step by batch size", "step", "mlp")
_LENET = Workload("lenet", "LeNet-5: one training step by batch size", "step")
_WIDE = Workload("mlp", "MLP 784-width-10: one training step (batch 32) by width", "step", "mlp", rows=1024)


def sweep(workload, axis, values):
    """The workload once for each value of `axis`, 'batch' or 'width', with at least four batches of rows."""
    return [
        replace(
            workload,
            name=f"{workload.name}-{axis}-{value}",
            group=f"{workload.name} by {axis}",
            batch=value if axis == "batch" else workload.batch,
            width=value if axis == "width" else workload.width,
            rows=max(workload.rows, 4 * value) if axis == "batch" else workload.rows,
        )
        for value in values
    ]


SWEEPS = (
    *sweep(_MLP, "batch", (1, 4, 16, 64, 256, 1024)),
    *sweep(_LENET, "batch", (1, 4, 16, 64, 256, 1024)),
    *sweep(_WIDE, "width", (8, 32, 128, 512, 2048)),
)
