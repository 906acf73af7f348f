"""`model.summary()`: a table of layers, output shapes and parameters, as Keras 3 draws it."""

import math
import re
import textwrap

import numpy as np

from minikeras import messages
from minikeras.autodiff import SymbolicTensor
from minikeras.nest import flatten

# The least widths of the columns, those of Keras's tables.
_WIDTHS_LINEAR = {"Layer (type)": 29, "Output Shape": 22, "Param #": 15, "Trainable": 9}
_WIDTHS = {"Layer (type)": 19, "Output Shape": 17, "Param #": 10, "Connected to": 17, "Trainable": 9}
_ALIGNED = {
    "Layer (type)": "left", "Output Shape": "left", "Param #": "right", "Connected to": "left", "Trainable": "center",
}  # fmt: skip


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print the table of a model; see `Model.summary`."""
    if print_fn is not None and not callable(print_fn):
        raise TypeError(
            f"summary expected print_fn to be a function of a line of text, such as print, received {print_fn!r:.60} of type "
            f"{type(print_fn).__name__}."
        )
    say = print_fn if print_fn is not None else messages.say
    for line in summary_lines(model, line_length, positions, expand_nested, show_trainable, layer_range):
        say(line)


def summary_lines(
    model, line_length=None, positions=None, expand_nested=False, show_trainable=False, layer_range=None
):
    """The lines of a model's summary."""
    linear = _is_linear(model)
    header, rows = summary_rows(model, expand_nested, show_trainable, layer_range)
    _check_widths(line_length, positions, header)
    aligned = [_ALIGNED[name] for name in header]
    import shutil

    width = line_length or min(max(60, shutil.get_terminal_size((80, 24)).columns), 100 if linear else 120)
    widths = _widths(header, rows, width, positions, linear)
    lines = [f'Model: "{model.name}"']
    lines += _table(header, rows, widths, aligned)
    return lines + totals(model)


def summary_rows(model, expand_nested=False, show_trainable=False, layer_range=None):
    """(names of the columns, a list of texts for each layer) of a model's summary."""
    linear = _is_linear(model)
    header = ["Layer (type)", "Output Shape", "Param #"]
    header += [] if linear else ["Connected to"]
    header += ["Trainable"] if show_trainable else []
    rows = []
    for layer in _chosen(model, layer_range):
        _add_rows(rows, layer, model, linear, expand_nested, show_trainable, "")
    return header, rows


def _chosen(model, layer_range):
    layers = _listed(model)
    if layer_range is None:
        return layers
    names = [layer.name for layer in layers]
    pair = isinstance(layer_range, (list, tuple)) and len(layer_range) == 2
    if not pair or not all(isinstance(name, str) for name in layer_range):
        raise ValueError(
            f"layer_range expected the names (or regular expressions) of two layers, [first, last], received {layer_range!r:.60}."
        )
    places = []
    for pattern in layer_range:
        found = [i for i, name in enumerate(names) if name == pattern or re.match(pattern, name)]
        if not found:
            raise ValueError(
                f"layer_range expected the names (or regular expressions) of two layers among {names}, received {pattern!r}."
            )
        places.append(found)
    first, last = places
    return (
        layers[min(first) : max(last) + 1] if min(first) <= max(last) else layers[min(last) : max(first) + 1]
    )


def _listed(model):
    return model.layers


def _is_linear(model):
    """Whether each layer feeds only the next: then a column of connections would say nothing."""
    graph = getattr(model, "_graph", None)
    if graph is None or (len(graph.inputs) == 1 and len(graph.outputs) == 1 and hasattr(model, "_stack")):
        return True
    if len(graph.inputs) > 1 or len(graph.outputs) > 1:
        return False
    uses = {}
    for call in graph.calls:
        if len(call.inputs) != 1 or len(flatten(call.outputs)) != 1:
            return False
        for tensor in call.inputs:
            uses[id(tensor)] = uses.get(id(tensor), 0) + 1
    return all(count == 1 for count in uses.values()) and len(graph.layers) == len(graph.calls) + 1


def _add_rows(rows, layer, model, linear, expand_nested, show_trainable, indent):
    row = [f"{indent}{layer.name} ({type(layer).__name__})", _shape_text(layer), _count_text(layer)]
    if not linear:
        row.append(_connections(layer, model))
    if show_trainable:
        row.append("Y" if layer.trainable_variables else "N" if layer.weights else "-")
    rows.append(row)
    if expand_nested and hasattr(layer, "layers"):
        for inner in layer.layers:
            _add_rows(rows, inner, None, linear, expand_nested, show_trainable, indent + "   └ ")


def _shape_text(layer):
    shape = layer._output_shape
    if shape is None and layer._calls:
        outputs = layer._calls[0].outputs
        shape = outputs.shape if isinstance(outputs, SymbolicTensor) else [t.shape for t in flatten(outputs)]
    if isinstance(shape, tuple) and shape and isinstance(shape[0], (tuple, list)):
        shape = list(shape)
    return "?" if shape is None else str(shape)


def _count_text(layer):
    if not layer.built:
        return "0 (unbuilt)"
    return f"{sum(v.size for v in layer.weights):,}"


def _connections(layer, model):
    if getattr(model, "_graph", None) is None:  # layers of inner models too
        return "-"
    sources = []
    for call in model._graph.calls:
        if call.function is layer:
            for tensor in call.inputs:
                position = next(i for i, t in enumerate(flatten(tensor.call.outputs)) if t is tensor)
                name = getattr(tensor.call.function, "name", None) or tensor.call.function.__name__.strip("_")
                sources.append(f"{name}[0][{position}]")
    return ", ".join(sources) if sources else "-"


def _check_widths(line_length, positions, header):
    whole = isinstance(line_length, (int, np.integer)) and not isinstance(line_length, bool)
    if line_length is not None and not (whole and line_length > 0):
        raise ValueError(
            f"summary expected line_length to be a positive whole number of characters or None, received {line_length!r:.60}."
        )
    if positions is None or (isinstance(positions, (list, tuple)) and not positions):
        return
    right = isinstance(positions, (list, tuple, np.ndarray)) and all(
        isinstance(p, (int, float, np.number)) and p > 0 for p in positions
    )
    if not right or len(positions) < len(header) or sorted(positions) != list(positions):
        raise ValueError(
            f"summary expected positions to be where each of its {len(header)} columns ({', '.join(header)}) ends, ascending, as "
            f"shares of the line such as {[round((i + 1) / len(header), 2) for i in range(len(header))]} or as numbers of "
            f"characters; received {positions!r:.60}."
        )


def _widths(header, rows, width, positions, linear):
    columns = len(header)
    if positions is not None and len(positions):
        ends = [int(p * width) if p <= 1 else int(p) for p in positions[:columns]]
        return [max(8, end - start - 3) for start, end in zip([0, *ends], ends, strict=False)]
    needed = [max(len(str(row[i])) for row in [header, *rows]) for i in range(columns)]
    least = [(_WIDTHS_LINEAR if linear else _WIDTHS)[name] for name in header]
    wanted = [max(n, m) for n, m in zip(needed, least, strict=True)]
    room = width - 3 * columns - 1
    while sum(wanted) > room and max(wanted) > 12:
        wanted[wanted.index(max(wanted))] -= 1
    return wanted


def _table(header, rows, widths, aligned):
    def border(left, middle, right, bar):
        return left + middle.join(bar * (w + 2) for w in widths) + right

    def lines_of(cells, side):
        wrapped = [_wrap(str(cell), w) for cell, w in zip(cells, widths, strict=True)]
        height = max(len(w) for w in wrapped)
        for i in range(height):
            parts = [
                _align(w[i] if i < len(w) else "", width, a)
                for w, width, a in zip(wrapped, widths, aligned, strict=True)
            ]
            yield f"{side} " + f" {side} ".join(parts) + f" {side}"

    lines = [border("┏", "┳", "┓", "━"), *lines_of(header, "┃"), border("┡", "╇", "┩", "━")]
    for i, row in enumerate(rows):
        if i:
            lines.append(border("├", "┼", "┤", "─"))
        lines += lines_of(row, "│")
    return [*lines, border("└", "┴", "┘", "─")]


def _wrap(text, width):
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _align(text, width, side):
    return {"left": text.ljust, "right": text.rjust, "center": text.center}[side](width)


def totals(model):
    """The lines below the table: how many parameters there are."""
    trainable = model.trainable_variables
    frozen = model.non_trainable_weights
    optimizer = (
        model.optimizer.variables if getattr(model, "compiled", False) and model.optimizer is not None else []
    )
    groups = [
        ("Total params", [*trainable, *frozen, *optimizer]),
        ("Trainable params", trainable),
        ("Non-trainable params", frozen),
    ]
    if optimizer and model.optimizer.built:
        groups.append(("Optimizer params", optimizer))
    else:
        groups[0] = ("Total params", [*trainable, *frozen])
    return [
        f" {name}: {sum(v.size for v in vs):,} ({_bytes(sum(v.size * v.dtype.itemsize for v in vs))})"
        for name, vs in groups
    ]


def _bytes(count):
    if not count:
        return "0.00 B"
    power = min(int(math.log(count, 1024)), 5)
    return f"{count / 1024**power:.2f} {('B', 'KB', 'MB', 'GB', 'TB', 'PB')[power]}"
