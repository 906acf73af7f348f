"""The order of a functional model's layers and weights in Keras: makes keras_layer_orders.json.

Run it in the environment of tests/saving/keras_environment.sh: `KERAS_BACKEND=torch python tests/layer_orders.py`. The
models are graphs drawn at random, with shared layers, operators, models in them, and inputs that are used late or never.
"""

import json
import random
from pathlib import Path

RECORD = Path(__file__).parent / "data" / "keras_layer_orders.json"
MODELS = 60


def drawn(keras, number):
    """The model of this number, of a framework."""
    layers, draw = keras.layers, random.Random(number)
    inputs = [keras.Input((4,), name=f"input{i}") for i in range(draw.randint(1, 3))]
    tensors, shared = list(inputs), [layers.Dense(4, name=f"shared{i}") for i in range(2)]
    for i in range(draw.randint(4, 12)):
        kind = draw.random()
        if kind < 0.5:
            made = layers.Dense(4, name=f"dense{i}")(draw.choice(tensors))
        elif kind < 0.7:
            made = draw.choice(shared)(draw.choice(tensors))
        elif kind < 0.85:
            made = layers.Add(name=f"sum{i}")(draw.choices(tensors, k=draw.randint(2, 3)))
        elif kind < 0.95:
            made = draw.choice(tensors) + draw.choice(tensors)
        else:
            inner = [layers.Dense(4, name="one"), layers.Dense(4, name="two")]
            made = keras.Sequential(inner, name=f"inner{i}")(draw.choice(tensors))
        tensors.append(made)
    second = draw.choice(tensors[len(inputs) :]) if draw.random() < 0.3 else None
    return keras.Model(inputs, tensors[-1] if second is None else [tensors[-1], second])


def order(model):
    """The names of its layers (operators, which are layers in Keras alone, left out), and which weights follow which."""
    layers = [layer for layer in model.layers if not layer.name.startswith("add")]
    return [layer.name for layer in layers], [v.path.removesuffix("_1") for v in model.trainable_variables]


def main():
    import keras

    record = [order(drawn(keras, number)) for number in range(MODELS)]
    RECORD.write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
