"""Pictures of models, drawn with matplotlib: layers as boxes in rows, calls as arrows."""

from dataclasses import dataclass

from minikeras.nest import flatten

_WIDTH, _HEIGHT = 2.6, 0.9  # the room of one box in inches


def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Draw a built model's layers and connections into a file (png, svg, pdf) and return its path.

    rankdir: 'TB' from top to bottom, 'LR' from left to right. expand_nested lists a nested model's layers in its box.
    splines: 'curved' or 'spline' bend the arrows, all other words leave them straight. Needs matplotlib, no Graphviz.
    """
    if kwargs:
        raise ValueError(f"plot_model does not know the arguments {sorted(kwargs)}.")
    if rankdir not in ("TB", "LR"):
        raise ValueError(f"plot_model expected rankdir 'TB' or 'LR', received {rankdir!r}.")
    if not getattr(model, "built", False):
        raise ValueError(
            "plot_model draws built models. Call model.build(input_shape) or fit the model first."
        )
    try:
        from minikeras.visual.picture import Picture
    except ImportError as error:
        raise ImportError(
            "plot_model needs matplotlib, which is not installed. Run: pip install matplotlib"
        ) from error
    boxes, arrows = layout(model)
    label = Label(
        shapes=show_shapes,
        dtype=show_dtype,
        layer_names=show_layer_names,
        layer_activations=show_layer_activations,
        trainable=show_trainable,
        nested_layers=expand_nested,
    )
    texts = [label.text(layer) for layer, _, _ in boxes]
    # 1. A grid with room for the longest text.
    tall = _HEIGHT + 0.2 * max(text.count("\n") for text in texts)
    points = [(row, column) if rankdir == "LR" else (column, row) for _, row, column in boxes]
    across, down = (max(places) + 1 for places in zip(*points, strict=True))
    figure = Picture(figsize=(across * _WIDTH, down * tall))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.5, across - 0.5), ylim=(down - 0.5, -0.5))
    axes.axis("off")
    # 2. The boxes.
    frame = {"boxstyle": "round", "fc": "white"}
    marks = [
        axes.text(*point, text, ha="center", va="center", fontsize=8, bbox=frame)
        for point, text in zip(points, texts, strict=True)
    ]
    # 3. The arrows, from edge to edge.
    bend = "arc3,rad=0.2" if splines in ("curved", "spline") else "arc3"
    for first, second in arrows:
        ends = {"patchA": marks[first].get_bbox_patch(), "patchB": marks[second].get_bbox_patch()}
        arrow = {"arrowstyle": "->", "connectionstyle": bend, **ends}
        axes.annotate("", points[second], points[first], arrowprops=arrow)
    figure.savefig(to_file, dpi=dpi)
    return str(to_file)


def layout(model):
    """[(layer or function, row, column)] and [(box, box)] arrows; a box stands one row below the last it needs."""
    graph = getattr(model, "_graph", None)
    if graph is None:
        count = len(model.layers)
        return [(layer, i, 0) for i, layer in enumerate(model.layers)], [(i, i + 1) for i in range(count - 1)]
    boxes, arrows, makers, filled = [], [], {}, {}

    def place(thing, row):
        column = filled.get(row, 0)
        filled[row] = column + 1
        boxes.append((thing, row, column))
        return len(boxes) - 1

    for tensor in graph.inputs:
        makers[id(tensor)] = place(tensor.call.function if tensor.call else tensor, 0)
    for call in graph.calls:
        sources = list(dict.fromkeys(makers[id(t)] for t in call.inputs))
        box = place(call.function, 1 + max(boxes[source][1] for source in sources))
        arrows += [(source, box) for source in sources]
        makers.update((id(t), box) for t in flatten(call.outputs))
    return boxes, arrows


@dataclass(frozen=True)
class Label:
    """What is shown of a layer or function in its box, besides its kind."""

    shapes: bool
    dtype: bool
    layer_names: bool
    layer_activations: bool
    trainable: bool
    nested_layers: bool = False

    def text(self, layer):
        """A line for each thing that is shown."""
        kind = getattr(layer, "__name__", None) or type(layer).__name__
        lines = [f"{layer.name} ({kind})" if self.layer_names and hasattr(layer, "name") else kind]
        if self.layer_activations and hasattr(layer, "activation"):
            lines.append(f"activation: {getattr(layer.activation, '__name__', layer.activation)}")
        shape = getattr(layer, "_output_shape", None)
        if self.shapes and shape is not None:
            lines.append(f"output: {shape}")
        if self.dtype and hasattr(layer, "compute_dtype"):
            lines.append(f"dtype: {layer.compute_dtype}")
        if self.trainable and hasattr(layer, "trainable"):
            lines.append("trainable" if layer.trainable else "frozen")
        if self.nested_layers and hasattr(layer, "layers"):
            lines += [f"  {inner.name} ({type(inner).__name__})" for inner in layer.layers]
        return "\n".join(lines)
