"""The layers and weights of functional models stand in Keras's order: whose distance from the outputs is larger first."""

import json

import layer_orders

import minikeras as keras


def test_layers_and_weights_of_random_graphs_stand_as_in_keras():
    record = json.loads(layer_orders.RECORD.read_text())
    assert len(record) == layer_orders.MODELS
    for number, expected in enumerate(record):
        model = layer_orders.drawn(keras, number)
        assert list(layer_orders.order(model)) == expected
        rebuilt = keras.Model.from_config(model.get_config())
        assert [layer.name for layer in rebuilt.layers] == [layer.name for layer in model.layers]


def test_inputs_that_nothing_uses_come_last_with_the_outputs():
    used, unused = keras.Input((2,), name="used"), keras.Input((3,), name="unused")
    model = keras.Model([used, unused], keras.layers.Dense(1, name="out")(used))
    assert [layer.name for layer in model.layers] == ["used", "unused", "out"]
