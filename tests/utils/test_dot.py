"""Models in the DOT language: pydot is not needed to test what is said to it."""

import sys
import types

import pytest

import minikeras as keras
from minikeras.utils import model_to_dot


class Thing:
    """Any of pydot's things: its arguments and what was added to it."""

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs, self.nodes, self.edges, self.parts = args, kwargs, [], [], []

    def add_node(self, node):
        self.nodes.append(node)

    def add_edge(self, edge):
        self.edges.append(edge)

    def add_subgraph(self, part):
        self.parts.append(part)


@pytest.fixture
def pydot(monkeypatch):
    module = types.ModuleType("pydot")
    module.Dot, module.Cluster = type("Dot", (Thing,), {}), type("Cluster", (Thing,), {})
    module.Node, module.Edge = type("Node", (Thing,), {}), type("Edge", (Thing,), {})
    monkeypatch.setitem(sys.modules, "pydot", module)
    return module


@pytest.fixture
def model():
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.ReLU()], name="inner")
    x = keras.Input((3,), name="x")
    y = keras.layers.Dense(4, name="side", activation="tanh")(x)
    return keras.Model(x, keras.layers.Add(name="sum")([inner(x), y]), name="outer")


def labels(dot):
    return [node.kwargs["label"].strip('"') for node in dot.nodes]


def test_boxes_and_arrows(pydot, model):
    dot = model_to_dot(
        model, show_layer_activations=True, show_shapes=True, rankdir="LR", dpi=90, splines="line"
    )
    assert isinstance(dot, pydot.Dot)
    assert dot.kwargs == {"rankdir": "LR", "concentrate": "true", "dpi": "90", "splines": "line"}
    assert "side (Dense)\\nactivation: tanh\\noutput: (None, 4)" in labels(dot)
    names = {
        node.args[0]: label.partition(" ")[0] for node, label in zip(dot.nodes, labels(dot), strict=True)
    }
    arrows = {(names[e.args[0]], names[e.args[1]]) for e in dot.edges}
    assert arrows == {("x", "inner"), ("x", "side"), ("inner", "sum"), ("side", "sum")}


def test_nested_models_become_clusters(pydot, model):
    dot = model_to_dot(model, expand_nested=True, show_layer_names=False)
    (cluster,) = dot.parts
    assert cluster.kwargs["label"] == "inner"
    assert labels(cluster)[-2:] == ["Dense", "ReLU"]
    ends = {node.args[0] for node in [*dot.nodes, *cluster.nodes]}
    assert all(end in ends for edge in [*dot.edges, *cluster.edges] for end in edge.args)
    assert isinstance(model_to_dot(model, subgraph=True), pydot.Cluster)


def test_errors(monkeypatch, model):
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match=r"pip install pydot\. plot_model works without"):
        model_to_dot(model)
    with pytest.raises(ValueError, match=r"Call model\.build"):
        model_to_dot(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(ValueError, match=r"does not know the arguments \['shapes'\]"):
        model_to_dot(model, shapes=True)
