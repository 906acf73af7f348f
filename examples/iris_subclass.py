"""The same iris classifier as a class of one's own.

A `Model` class makes its layers in `__init__` and uses them in `call`. It takes one more line than `Sequential`, and
in return `call` may do anything: branch, loop, use a layer twice.
Run it with `python examples/iris_subclass.py`.
"""

# 1. Import
import minikeras as keras

# 2. Data: 150 flowers, four lengths each, species 0, 1 or 2
keras.utils.set_random_seed(1)
(x, y), _ = keras.datasets.iris.load_data(test_split=0.0)


# 3. The model: what it consists of, and what it does with its inputs
class IrisModel(keras.Model):
    def __init__(self):
        super().__init__()
        self.species = keras.layers.Dense(
            3, activation="softmax", kernel_regularizer=keras.regularizers.L2(), name="species"
        )

    def call(self, inputs):
        return self.species(inputs)


model = IrisModel()

# 4. How it learns
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=False),
    metrics=["sparse_categorical_accuracy"],
)

# 5. Learn
history = model.fit(x, y, batch_size=32, epochs=500, validation_split=0.2, validation_freq=20, verbose=2)

# 6. What we have: the output shapes are known, since the model has been called
model.summary()

print(f"accuracy on flowers it never saw: {history.history['val_sparse_categorical_accuracy'][-1]:.1%}")
