"""LeNet-5 learns to read handwritten digits (MNIST), after LeCun et al. 1998.

Run it with `python examples/mnist_lenet.py`. It reaches about 98.8 % on digits it never saw, and saves a picture of
its learning curves and of its worst mistakes. `--epochs 1 --samples 6000` makes a shorter run.
"""

import argparse
from pathlib import Path

import numpy as np

import minikeras as keras

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=5, help="passes over the training data")
parser.add_argument(
    "--samples", type=int, default=60000, help="how many of the 60,000 training digits to use"
)
parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bits")
parser.add_argument("--picture", type=Path, default=Path("mnist_lenet.png"), help="where to save the picture")
arguments = parser.parse_args()
keras.utils.set_random_seed(arguments.seed)

# The data: grey images of 28 × 28 pixels from 0 to 255, and the digits they show.
# A convolution wants a channels axis, and numbers around one learn best.
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train[: arguments.samples, ..., None].astype("float32") / 255
y_train = y_train[: arguments.samples]
x_test = x_test[..., None].astype("float32") / 255

# The model: convolutions find strokes, pooling forgets where exactly they were, dense layers decide.
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(6, kernel_size=5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(16, kernel_size=5, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(120, activation="relu"),
        keras.layers.Dense(84, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.summary()

# Learning: Adam on the cross-entropy of the true digit.
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    x_train, y_train, batch_size=32, epochs=arguments.epochs, validation_data=(x_test, y_test)
).history

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"test accuracy {accuracy:.2%}, test loss {loss:.4f}")

# The mistakes it was most sure of.
probabilities = model.predict(x_test, verbose=0)
predicted = probabilities.argmax(axis=1)
wrong = np.flatnonzero(predicted != y_test)
worst = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:15]
print(f"{len(wrong)} of {len(y_test)} digits misread")

# A picture of both: learning curves above, the worst mistakes below.
try:
    import matplotlib
except ImportError:
    raise SystemExit(
        "matplotlib is not installed, so there is no picture (pip install matplotlib)."
    ) from None
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (after the choice of a drawing that needs no screen)

figure = plt.figure(figsize=(10, 7), layout="constrained")
curves, gallery = figure.subfigures(2, 1, height_ratios=(3, 4))
epochs = range(1, len(history["loss"]) + 1)
for axis, name in zip(curves.subplots(1, 2), ("loss", "accuracy"), strict=True):
    axis.plot(epochs, history[name], "o-", label="training")
    axis.plot(epochs, history[f"val_{name}"], "o-", label="test")
    axis.set(xlabel="epoch", ylabel=name, xticks=list(epochs))
    axis.legend()
gallery.suptitle("The most confused digits: what they are, what LeNet read, how sure it was")
for axis, index in zip(gallery.subplots(3, 5).ravel(), worst, strict=False):
    axis.imshow(x_test[index, ..., 0], cmap="gray_r")
    axis.set_title(
        f"{y_test[index]} read as {predicted[index]} ({probabilities[index].max():.0%})", fontsize=9
    )
for axis in gallery.axes:
    axis.axis("off")
arguments.picture.parent.mkdir(parents=True, exist_ok=True)
figure.savefig(arguments.picture, dpi=110)
print(f"picture saved as {arguments.picture}")
