"""Sigmoid or softmax: what each does to one vector, and which one a problem wants.

Run it with `python examples/sigmoid_or_softmax.py`; every number it prints can be checked with a pocket calculator.
"""

import numpy as np

import minikeras as keras
from minikeras import ops

np.set_printoptions(precision=7, suppress=True)

# One vector of scores ("logits"), as the last layer of a network gives them before any activation.
scores = ops.convert_to_tensor([-0.94192672, 1.94404745])

# Softmax makes the scores compete: e to each of them, divided by the sum, so the results add up to one.
# It answers "which one of these is it?": exactly one of two classes.
exponentials = ops.exp(scores)
print("softmax by hand  ", ops.convert_to_numpy(exponentials / ops.sum(exponentials)))
print("softmax          ", ops.convert_to_numpy(keras.activations.softmax(scores)))

# Sigmoid looks at each score alone: 1 / (1 + e to minus the score). The results need not add up to anything.
# It answers "is it this?", once for each class, and several answers may be yes.
print("sigmoid by hand  ", ops.convert_to_numpy(1 / (1 + ops.exp(-scores))))
print("sigmoid          ", ops.convert_to_numpy(keras.activations.sigmoid(scores)))

# Three scores: the largest wins most of the probability, not all of it.
print(
    "softmax of 3 4 1 ",
    ops.convert_to_numpy(keras.activations.softmax(ops.convert_to_tensor([3.0, 4.0, 1.0]))),
)

# What the choice means for learning. The cross-entropy of a prediction is minus the logarithm of the probability
# that it gave to the truth: 0 for certainty, and 0.5108 where the true class got 0.6.
predicted = [[0.6, 0.3, 0.1]]
loss = keras.losses.SparseCategoricalCrossentropy()([0], predicted)
print(f"cross-entropy of a true class given 0.6: {float(loss):.4f} = -log(0.6)")

# Multi-class: one label per sample, softmax, (sparse) categorical cross-entropy.
# Multi-label: a yes or no for each class of each sample, sigmoid, binary cross-entropy.
keras.utils.set_random_seed(3)
x = np.random.uniform(-1, 1, (400, 2)).astype("float32")
right, upper = x[:, 0] > 0, x[:, 1] > 0

multi_class = keras.Sequential(
    [keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(4, activation="softmax")]
)
multi_class.compile(
    optimizer=keras.optimizers.Adam(0.02), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)
multi_class.fit(x, 2 * upper + right, epochs=30, verbose=0)

multi_label = keras.Sequential(
    [keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(2, activation="sigmoid")]
)
multi_label.compile(
    optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["binary_accuracy"]
)
multi_label.fit(x, np.stack([right, upper], axis=1), epochs=30, verbose=0)

point = np.array([[0.7, 0.6]], "float32")  # right and upper
four, two = multi_class.predict(point, verbose=0)[0], multi_label.predict(point, verbose=0)[0]
print("which quadrant? (softmax, adds up to 1)       ", four.round(3), "sum", four.sum().round(3))
print("right? upper? (sigmoid, each answers for itself)", two.round(3), "sum", two.sum().round(3))
