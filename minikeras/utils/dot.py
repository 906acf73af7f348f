"""Models as graphs in the DOT language, for Graphviz."""

from minikeras.utils.drawing import Label, layout


def model_to_dot(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    subgraph=False,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """A built model's layers and connections as a pydot.Dot, whose `to_string()` is DOT; pictures of it need Graphviz.

    The settings are those of `plot_model`, which needs neither. expand_nested: nested models become clusters of their
    layers. subgraph: the model itself becomes a pydot.Cluster. Needs pydot.
    """
    if kwargs:
        raise ValueError(f"model_to_dot does not know the arguments {sorted(kwargs)}.")
    if not getattr(model, "built", False):
        raise ValueError(
            "model_to_dot takes built models. Call model.build(input_shape) or fit the model first."
        )
    try:
        import pydot
    except ImportError as error:
        raise ImportError(
            "model_to_dot needs pydot, which is not installed. Run: pip install pydot. plot_model works without."
        ) from error
    label = Label(
        shapes=show_shapes,
        dtype=show_dtype,
        layer_names=show_layer_names,
        layer_activations=show_layer_activations,
        trainable=show_trainable,
    )
    if subgraph:
        dot = pydot.Cluster(model.name, label=model.name, labeljust="l", style="dashed")
    else:
        dot = pydot.Dot(rankdir=rankdir, concentrate="true", dpi=str(dpi), splines=splines)
    _fill(dot, model, pydot, expand_nested, label)
    return dot


def _fill(dot, model, pydot, expand, label):
    """Add a model's layers and arrows; returns the names of its first and last box, where arrows end and begin."""
    boxes, arrows = layout(model)
    ends = []
    for layer, _, _ in boxes:
        if expand and getattr(layer, "layers", None) and getattr(layer, "built", False):
            cluster = pydot.Cluster(str(id(layer)), label=layer.name, labeljust="l", style="dashed")
            ends.append(_fill(cluster, layer, pydot, expand, label))
            dot.add_subgraph(cluster)
            continue
        name = f"{id(model)}_{len(ends)}"
        text = label.text(layer).replace('"', "'").replace("\n", "\\n")
        dot.add_node(pydot.Node(name, label=f'"{text}"', shape="box", fontname="Helvetica"))
        ends.append((name, name))
    for first, second in arrows:
        dot.add_edge(pydot.Edge(ends[first][1], ends[second][0], penwidth="2"))
    return ends[0][0], ends[-1][1]
