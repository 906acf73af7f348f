"""Operations that rearrange, join, cut and index."""

import numpy as np

from minikeras.export.calls import is_number
from minikeras.export.emitters.table import emits
from minikeras.export.graph import BEGIN, END
from minikeras.export.values import Value, Varying


def _out(graph):
    return graph.call.outputs[0]


@emits("reshape", "ravel", "expand_dims", "squeeze")
def reshape(graph, x, **settings):
    """The same elements in another shape."""
    shape = _out(graph).shape
    if graph.call.name == "expand_dims":
        return graph.unsqueeze(x, *sorted([int(a) % len(shape) for a in np.atleast_1d(settings["axis"])]))
    if graph.call.name == "squeeze":
        axis = settings["axis"]
        axes = [a for a, s in enumerate(x.shape) if s == 1] if axis is None else np.atleast_1d(axis) % x.ndim
        return graph.squeeze(x, *[int(a) for a in axes]) if len(axes) else graph.name(x)
    return graph.reshape(x, shape, x.shape)


@emits("transpose", "moveaxis", "swapaxes", "rot90")
def transpose(graph, x, **settings):
    """The axes in another order."""
    if graph.call.name == "rot90":
        return _turned(graph, x, settings["k"] % 4, [a % x.ndim for a in settings["axes"]])
    places = np.arange(x.ndim)
    # What happens to the shape 0 x 1 x 2 ... tells the order of axes.
    marked = np.empty(tuple(places + 2), "int8")
    if graph.call.name == "transpose":
        moved = np.transpose(marked, settings["axes"])
    elif graph.call.name == "moveaxis":
        moved = np.moveaxis(marked, settings["source"], settings["destination"])
    else:
        moved = np.swapaxes(marked, settings["axis1"], settings["axis2"])
    return graph.name(graph.transpose(x, [s - 2 for s in moved.shape]))


def _turned(graph, x, k, axes):
    order = list(range(x.ndim))
    order[axes[0]], order[axes[1]] = axes[1], axes[0]
    if k == 2:
        return graph.reversed(x, *axes)
    if k == 1:
        return graph.name(graph.transpose(graph.reversed(x, axes[1]), order))
    if k == 3:
        return graph.reversed(graph.transpose(x, order), axes[1])
    return graph.name(x)


@emits("broadcast_to")
def broadcast_to(graph, x, shape):
    """Repeated to a larger shape."""
    return graph.add("Expand", x, graph.ints(_out(graph).shape))


@emits("full_like")
def full_like(graph, x, fill_value, dtype):
    """One value in the shape of x."""
    return graph.add("Expand", graph.cast(fill_value, _out(graph).dtype), graph.ints(_out(graph).shape))


@emits("flip")
def flip(graph, x, axis):
    """The elements in reverse order."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis)
    return graph.reversed(x, *[int(a) % x.ndim for a in axes])


@emits("roll")
def roll(graph, x, shift, axis):
    """Shifted, what is pushed out coming back at the other end."""
    if axis is None:
        flat = graph.reshape(x, (-1,))
        return graph.reshape(_rolled(graph, flat, shift, 0), x.shape)
    for s, a in zip(np.atleast_1d(shift), np.atleast_1d(axis), strict=True):
        x = _rolled(graph, x, int(s), int(a) % _out(graph).ndim)
    return graph.name(x)


def _rolled(graph, x, shift, axis):
    if shift == 0:
        return x
    size = _out(graph).shape[axis] if _out(graph).ndim > axis else None
    if isinstance(size, int) and size:
        shift %= size
        if shift == 0:
            return x
    cut = [-shift]
    end, begin = graph.slice(x, cut, [END], [axis]), graph.slice(x, [0], cut, [axis])
    return graph.add("Concat", end, begin, axis=axis)


@emits("repeat")
def repeat(graph, x, repeats, axis):
    """Each element repeated."""
    if not is_number(repeats):
        repeats = np.asarray(repeats.constant if isinstance(repeats, Value) else repeats)
        if repeats.size == 1:
            repeats = int(repeats.reshape(-1)[0])
    along = 0 if axis is None else axis % x.ndim
    shape = x.shape
    if axis is None:
        x, shape = graph.reshape(x, (-1,)), (None,)
    if is_number(repeats):
        wide = graph.unsqueeze(x, along + 1)
        counts = [1] * (len(shape) + 1)
        counts[along + 1] = repeats
        spread = graph.add("Expand", wide, graph.ints(counts))
        return graph.reshape(spread, _out(graph).shape)
    if isinstance(shape[along], Varying):
        graph.refuse("it repeats the elements of an axis of unknown size different numbers of times")
    return graph.add("Gather", x, np.repeat(np.arange(len(repeats)), repeats), axis=along)


@emits("tile")
def tile(graph, x, repeats):
    """Copies side by side."""
    repeats = repeats.constant.tolist() if isinstance(repeats, Value) else repeats
    repeats = [repeats] if is_number(repeats) else list(repeats)
    rank = _out(graph).ndim
    repeats = [1] * (rank - len(repeats)) + repeats
    if rank > x.ndim:
        x = graph.unsqueeze(x, *range(rank - x.ndim))
    return graph.add("Tile", x, graph.ints(repeats))


@emits("pad")
def pad(graph, x, pad_width, mode, constant_values):
    """With a margin."""
    width = pad_width.constant if isinstance(pad_width, Value) else _nested(pad_width)
    width = np.broadcast_to(np.asarray(width, object), (x.ndim, 2)).tolist()
    if mode == "symmetric":
        for axis, (before, after) in enumerate(width):
            if before or after:
                if isinstance(x.shape[axis], Varying):
                    graph.refuse("it mirrors an axis of unknown size")
                places = np.pad(np.arange(x.shape[axis]), (before, after), mode="symmetric")
                x = Value(_out(graph).arrays, False) if isinstance(x, str) else x
                made = graph.add("Gather", x, places, axis=axis)
                shaped = Value([np.take(a, places, axis) for a in x.arrays], False)
                shaped.name, x = made, shaped
        return graph.name(x)
    fill = None
    if mode == "constant" and constant_values is not None:
        fill = (
            constant_values if isinstance(constant_values, Value) else graph.number(constant_values, x.dtype)
        )
        fill = graph.cast(fill, x.dtype) if isinstance(fill, Value) else fill
    bounds = [before for before, _ in width] + [after for _, after in width]
    return graph.add("Pad", x, graph.ints(bounds), fill, mode=mode)


def _nested(value):
    return [_nested(v) for v in value] if isinstance(value, (tuple, list)) else value


# Joining and cutting


@emits("_concatenate")
def concatenate(graph, *xs, axis):
    """One after another."""
    return graph.add("Concat", *xs, axis=axis % xs[0].ndim)


@emits("_stack")
def stack(graph, *xs, axis):
    """Along a new axis."""
    axis %= _out(graph).ndim
    return graph.add("Concat", *[graph.unsqueeze(x, axis) for x in xs], axis=axis)


@emits("_split")
def split(graph, x, indices_or_sections, axis):
    """Cut into parts."""
    outputs = graph.call.outputs
    if len(outputs) == 1:
        return (graph.name(x),)
    sizes = graph.ints([o.shape[axis] for o in outputs])
    return graph.add("Split", x, sizes, outputs=len(outputs), axis=axis % x.ndim)


@emits("_unstack")
def unstack(graph, x, axis):
    """Cut into slices."""
    axis %= x.ndim
    outputs = graph.call.outputs
    if len(outputs) == 1:
        return (graph.squeeze(x, axis),)
    parts = graph.add("Split", x, np.ones(len(outputs), "int64"), outputs=len(outputs), axis=axis)
    return tuple([graph.squeeze(part, axis) for part in parts])


# Indexing


@emits("getitem")
def getitem(graph, x, index):
    """x[index]."""
    parts = list(index) if isinstance(index, tuple) else [index]
    parts = [Value([np.asarray(p)], True) if isinstance(p, list) else p for p in parts]
    used = sum(1 for p in parts if p is not None and p is not Ellipsis)
    if Ellipsis in [p for p in parts if not isinstance(p, Value)]:
        place = next(i for i, p in enumerate(parts) if p is Ellipsis)
        parts[place : place + 1] = [slice(None)] * (x.ndim - used)
    else:
        parts += [slice(None)] * (x.ndim - used)
    arrays = [p for p in parts if isinstance(p, Value) and p.ndim]
    if arrays:
        return _by_arrays(graph, x, parts, arrays)
    bounds, dropped, new, axis = [], [], [], 0
    for part in parts:
        if part is None:
            new.append(axis - len(dropped) + len(new))
            continue
        if isinstance(part, Value):  # a number without axes
            if part.constant is None or part.dtype.kind == "b":
                graph.refuse("it is indexed with a number that is only known at run time")
            part = int(part.constant)
        if isinstance(part, bool):
            graph.refuse("it is indexed with a boolean")
        if is_number(part):
            bounds.append((part, _next(part), axis, 1))
            dropped.append(axis)
        elif part != slice(None):
            step = 1 if part.step is None else part.step
            start = (0 if step > 0 else END) if part.start is None else _plain(graph, part.start)
            stop = (END if step > 0 else BEGIN) if part.stop is None else _plain(graph, part.stop)
            bounds.append((start, stop, axis, step))
        axis += 1
    y = x
    if bounds:
        y = graph.slice(x, *[list(column) for column in zip(*bounds, strict=True)])
    if dropped:
        y = graph.squeeze(y, *dropped)
    if new:
        y = graph.unsqueeze(y, *new)
    return graph.name(y)


def _next(number):
    if isinstance(number, Varying):
        return Varying([n + 1 for n in number.values])
    return END if number == -1 else number + 1


def _plain(graph, bound):
    if isinstance(bound, Value):
        if bound.constant is None:
            graph.refuse("it is cut at a place that is only known at run time")
        return int(bound.constant)
    return bound


def _by_arrays(graph, x, parts, arrays):
    """x indexed with arrays of integers, all other axes whole."""
    if any(a.dtype.kind not in "iu" for a in arrays) or None in [
        p for p in parts if not isinstance(p, Value)
    ]:
        graph.refuse("it is indexed with booleans, or with arrays and new axes together")
    whole = [isinstance(p, slice) and p == slice(None) for p in parts]
    if len(arrays) == 1 and sum(whole) == len(parts) - 1:
        return graph.add("Gather", x, _wide(graph, arrays[0]), axis=whole.index(False))
    count = len(arrays)
    places = [i for i, p in enumerate(parts) if isinstance(p, Value)]
    rest = [i for i in range(x.ndim) if i not in places]
    if not all(whole[i] for i in rest):
        graph.refuse("it is indexed with several arrays and slices together")
    rank = len(np.broadcast_shapes(*[a.arrays[0].shape for a in arrays]))
    # Where the arrays stand side by side the result has their axes, otherwise they come first.
    first = places[0] if places == list(range(places[0], places[0] + count)) else 0
    shape = _out(graph).shape[first : first + rank]
    columns = [graph.unsqueeze(graph.add("Expand", _wide(graph, a), graph.ints(shape)), rank) for a in arrays]
    found = graph.add(
        "GatherND", graph.transpose(x, (*places, *rest)), graph.add("Concat", *columns, axis=rank)
    )
    order = (*range(rank, rank + first), *range(rank), *range(rank + first, rank + len(rest)))
    return graph.name(graph.transpose(found, order))


def _wide(graph, indices):
    return indices if indices.dtype.name in ("int32", "int64") else graph.cast(indices, "int64")


@emits("take")
def take(graph, x, indices, axis):
    """The elements at indices along an axis."""
    indices = graph.cast(indices, "int64") if indices.dtype.kind not in "iu" else _wide(graph, indices)
    if axis is None:
        x, axis = graph.reshape(x, (-1,)), 0
    return graph.add("Gather", x, indices, axis=axis)


@emits("take_along_axis")
def take_along_axis(graph, x, indices, axis):
    """The elements at indices, matched along the other axes."""
    indices = _wide(graph, indices)
    if axis is None:
        return graph.add("GatherElements", graph.reshape(x, (-1,)), graph.reshape(indices, (-1,)), axis=0)
    axis %= x.ndim
    shape = list(_out(graph).shape)
    if list(indices.shape) != shape:
        indices = graph.add("Expand", indices, graph.ints(shape))
    shape[axis] = x.shape[axis]
    if list(x.shape) != shape:
        x = graph.add("Expand", x, graph.ints(shape))
    return graph.add("GatherElements", x, indices, axis=axis)


@emits("slice")
def block(graph, x, start_indices, shape):
    """The block that begins at start_indices."""
    starts = start_indices.constant
    if starts is None:
        graph.refuse("it cuts out a block at a place that is only known at run time")
    starts = starts.reshape(-1).tolist()
    sizes = shape.constant.reshape(-1).tolist() if isinstance(shape, Value) else shape
    if any(isinstance(s, Varying) for s in sizes):
        stops = [
            Varying([n + b for n in s.values]) if isinstance(s, Varying) else b + s
            for b, s in zip(starts, sizes, strict=True)
        ]
    else:
        stops = [END if s == -1 else b + s for b, s in zip(starts, sizes, strict=True)]
    return graph.slice(x, starts, stops, range(x.ndim))


@emits("tril", "triu")
def triangle(graph, x, k):
    """x with zeros on one side of a diagonal."""
    wide = x if x.dtype.kind == "f" or x.dtype == "int64" else graph.cast(x, "int64")
    cut = graph.add("Trilu", wide, np.asarray(k, "int64"), upper=int(graph.call.name == "triu"))
    return cut if wide is x else graph.cast(cut, x.dtype)


@emits("embedding")
def embedding(graph, table, indices, owner):
    """The rows of a table."""
    return graph.add("Gather", table, _wide(graph, indices), axis=0)


@emits("one_hot")
def one_hot(graph, x, num_classes, axis, dtype, sparse):
    """A 1 at each index along a new axis."""
    places = graph.unsqueeze(graph.cast(x, "int64"), x.ndim)
    y = graph.cast(graph.add("Equal", places, np.arange(num_classes)), _out(graph).dtype)
    if axis in (-1, x.ndim):
        return y
    order = list(range(x.ndim))
    order.insert(axis % (x.ndim + 1), x.ndim)
    return graph.name(graph.transpose(y, order))
