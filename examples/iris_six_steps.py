"""Iris in six steps: import, data, Sequential, compile, fit, summary.

150 flowers, four measurements each, three species: a single dense layer tells them apart.
Run it with `python examples/iris_six_steps.py`.
"""

# 1. Import: minikeras has Keras's names, so this line is the only difference.
import minikeras as keras

# 2. Data: 150 rows of four lengths in centimetres, and the species as 0, 1 or 2.
# The rows come sorted by species; shuffling them first lets the last fifth be a fair test.
keras.utils.set_random_seed(1)
(x, y), _ = keras.datasets.iris.load_data(test_split=0.0)

# 3. The model: three outputs that add up to one, with a penalty on large weights.
model = keras.Sequential(
    [
        keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2()),
    ]
)

# 4. How it learns: gradient descent on the cross-entropy of the true species.
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)

# 5. Learn: 500 passes over the first four fifths; every 20 passes a look at the last fifth.
history = model.fit(x, y, batch_size=32, epochs=500, validation_split=0.2, validation_freq=20, verbose=2)

# 6. What we have: 4 × 3 weights and 3 biases.
model.summary()

print(f"accuracy on flowers it never saw: {history.history['val_sparse_categorical_accuracy'][-1]:.1%}")
