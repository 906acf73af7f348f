"""Small files that ask for much: each is written by a function of its path, and named after what is to be made large.

`LOADED` load, since what they only declare costs nothing; `REFUSED` are refused.
"""

import functools
import json
import struct
import zipfile

import h5py
import hostile_files
import numpy as np

_MILLION = 10**6


def layer(cls, name=None, **settings):
    """The entry of a layer."""
    config = {"name": name, **settings} if name else settings
    return {"module": "keras.layers", "class_name": cls, "config": config, "registered_name": None}


def start(*shape, name="in", dtype="float32"):
    """The entry of an Input in a functional model."""
    entry = layer("InputLayer", name, batch_shape=[None, *shape], dtype=dtype)
    return {**entry, "name": name, "inbound_nodes": []}


def tensor(name, *shape, number=0):
    """The output of a layer or operation, as an argument of a call."""
    config = {"shape": [None, *shape], "dtype": "float32", "keras_history": [name, number, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def called(entry, *calls):
    """The entry of a layer or operation with the arguments of its calls."""
    nodes = [{"args": list(arguments), "kwargs": {}} for arguments in calls]
    return {**entry, "name": entry["config"]["name"], "inbound_nodes": nodes}


def operation(name, cls, module="numpy", **settings):
    """The entry of an operation."""
    config = {"name": name, **settings}
    return {"module": f"keras.src.ops.{module}", "class_name": cls, "config": config, "registered_name": cls}


def graph(layers, output, number=0):
    """The configuration of a functional model from 'in' to a layer's or operation's output."""
    config = {
        "name": "m",
        "layers": layers,
        "input_layers": [["in", 0, 0]],
        "output_layers": [[output, number, 0]],
    }
    return {"module": "keras.src.models.functional", "class_name": "Functional", "config": config}


def written(config, weights=None, compression=zipfile.ZIP_STORED):
    """A maker of `.keras` files with a configuration; weights(h5py file) writes the arrays."""

    def make(path):
        changes = {"config.json": config if isinstance(config, (str, bytes)) else json.dumps(config)}
        with zipfile.ZipFile(path, "w", compression) as file:
            for name, content in (hostile_files.members() | changes).items():
                file.writestr(name, content)
        if weights is not None:
            hostile_files.weights(path, lambda file, group: weights(group))
            data = {}
            with zipfile.ZipFile(path) as file:
                data = {name: file.read(name) for name in file.namelist()}
            with zipfile.ZipFile(path, "w", compression) as file:
                for name, content in (data | changes).items():
                    file.writestr(name, content)

    return make


def sequential(shape, *layers, dtype="float32"):
    """The configuration of a Sequential."""
    entries = [layer("InputLayer", batch_shape=[None, *shape], dtype=dtype), *layers]
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "m", "layers": entries}}


def one_operation(cls, *arguments, shape=(3,), module="numpy", **settings):
    """A maker of files with one operation on the input, "x"."""
    places = [tensor("in", *shape) if argument == "x" else argument for argument in arguments]
    entry = called(operation("f", cls, module, **settings), places)
    return written(graph([start(*shape), entry], "f"))


def nested(depth, width):
    """A model that calls a model several times, which calls a model several times, ..."""
    inner = sequential((2,), layer("Activation", activation="relu"))
    for _ in range(depth):
        inner = {**inner, "config": {**inner["config"], "name": "n"}}
        calls = [[tensor("in", 2)], *([tensor("n", 2, number=k)] for k in range(width - 1))]
        inner = graph([start(2), called(inner, *calls)], "n", width - 1)
    return inner


def chain(length, backwards=False):
    """A row of additions; backwards: the last one first, so that none can be made when it is met."""
    entries = [
        called(operation(f"a{i}", "Add"), [tensor(f"a{i - 1}" if i else "in", 2)] * 2) for i in range(length)
    ]
    return graph([start(2), *(reversed(entries) if backwards else entries)], f"a{length - 1}")


def doubling(length):
    """Concatenations of a tensor with itself, of which each is twice as large."""
    entries = [
        called(operation(f"a{i}", "Concatenate", axis=1), [[tensor(f"a{i - 1}" if i else "in", 2 << i)] * 2])
        for i in range(length)
    ]
    return graph([start(2), *entries], f"a{length - 1}")


def compiled(**arguments):
    """The valid model with arguments of `compile`."""
    return {**hostile_files.config(), "compile_config": {"optimizer": "adam", "loss": "mse", **arguments}}


def metric(cls, **settings):
    """A configuration of a metric."""
    return {"module": "keras.metrics", "class_name": cls, "config": settings, "registered_name": None}


def names_of_the_older_format(path):
    with h5py.File(path, "w") as file:
        model = hostile_files.config()
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": model["config"]})
        group = file.create_group("model_weights")
        for i in range(300):
            group.attrs[f"layer_names{i}"] = np.array([b"a" * 6] * 10_000)


def one_text_many_times(path):
    """Texts of any length that all stand at one place."""
    with h5py.File(path, "w") as file:
        model = hostile_files.config()
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": model["config"]})
        group = file.create_group("model_weights")
        texts = ["a" * 60_000, *["b"] * 4000]
        group.attrs.create("layer_names", texts, dtype=h5py.string_dtype())
    data = bytearray(path.read_bytes())
    place = data.index(struct.pack("<I", 60_000))
    data[place : place + 16 * 4001] = bytes(data[place : place + 16]) * 4001
    path.write_bytes(data)


def _relu(shape, *layers):
    return written(sequential(shape, *layers, layer("Activation", activation="relu")))


_MANY_BYTES = np.zeros(20 * _MILLION, "int8")
LOADED = {
    "categories": _relu((2,), layer("CategoryEncoding", num_tokens=10**9, output_mode="count")),
    "enlarged images": _relu((2, 2, 1), layer("Resizing", height=10**5, width=10**5)),
    "turned images": _relu((3000, 3000, 1), layer("RandomRotation", factor=0.2)),
    "mixed images": _relu((1500, 1500, 3), layer("AugMix")),
    "sequences of tokens": written(
        sequential((), layer("TextVectorization", output_sequence_length=10**9, vocabulary=["a"]), dtype="string")
    ),
    "n-grams": written(
        sequential((), layer("TextVectorization", ngrams=10**9, vocabulary=["a"]), dtype="string")
    ),
    "elementwise": one_operation("Erfinv", "x", shape=(20 * _MILLION,), module="math"),
    "a row and a column": one_operation(
        "Add",
        "x",
        {"class_name": "__numpy__", "config": {"value": [[1.0]] * 500, "dtype": "float32"}},
        shape=(1, 10**6),
    ),
    "models in models": written(nested(8, 10)),
    "an operation whose shape is told": written(
        graph(
            [
                start(2000, 2000),
                called(operation("s", "SVD", "linalg", compute_uv=False), [tensor("in", 2000, 2000)]),
                called(operation("f", "Exp"), [tensor("s", 2000)]),
            ],
            "f",
        )
    ),
}  # fmt: skip
REFUSED = {
    "kron": one_operation("Kron", "x", "x", shape=(10**5,)),
    "outer": one_operation("Outer", "x", [1.0] * 50_000, shape=(300,)),
    "einsum": written(
        graph(
            [start(200), called(operation("f", "Einsum", subscripts="ij,ik,il->ijkl"), [tensor("in", 200)] * 3)],
            "f",
        )
    ),
    "products": one_operation("Matmul", "x", "x", shape=(3000, 3000)),
    "decompositions": one_operation("LuFactor", "x", shape=(700, 700), module="linalg"),
    "blocks": one_operation("Unfold", "x", kernel_size=[60, 60], shape=(3, 200, 200), module="nn"),
    "windows": one_operation("MaxPool", "x", pool_size=[300, 300], strides=1, shape=(600, 600, 1), module="nn"),
    "holes in a window": one_operation(
        "Conv", "x", [[[[1.0]], [[1.0]]]], shape=(4, 4, 1), module="nn", padding="same", dilation_rate=10**9
    ),
    "margins": one_operation("Pad", "x", pad_width=[[0, 0], [10**7, 0]], mode="reflect"),
    "similarity": one_operation("SSIM", "x", "x", max_val=1.0, shape=(1500, 1500, 1), module="image"),
    "correlation": one_operation("Correlate", [1.0] * 20_000, [1.0] * 10_000, mode="full"),
    "doubling": written(doubling(30)),
    "steps of a loop": written(
        graph(
            [
                start(2),
                called(
                    {
                        "module": "minikeras.ops", "class_name": "Function",
                        "config": {"name": "f", "function": "scan", "length": 10**9},
                    },
                    [{"class_name": "function", "config": "linear", "registered_name": "linear"}, tensor("in", 2)],
                ),
            ],
            "f",
        )
    ),
    "an operation on constants": written(
        graph(
            [
                start(2),
                called(operation("k", "Kron"), [[1.0] * 20_000, [1.0] * 20_000]),
                called(operation("f", "Exp"), [tensor("in", 2)]),
            ],
            "f",
        )
    ),
    "calls": written(chain(6000)),
    "calls the wrong way round": written(chain(6000, backwards=True)),
    "layers": written(sequential((2,), *(layer("Dense", f"d{i}", units=2) for i in range(2000)))),
    "wrappers": written(
        sequential(
            (3, 3), functools.reduce(lambda inner, _: layer("Bidirectional", layer=inner), range(16), layer("LSTM", units=2))
        )
    ),
    "bytes instead of numbers": written(
        sequential((1,), layer("Dense", units=20 * _MILLION, use_bias=False)),
        lambda group: group.create_dataset("x", data=_MANY_BYTES),
    ),
    "compressed weights": written(
        sequential((1,), layer("Dense", units=5 * _MILLION, use_bias=False)),
        lambda group: group.create_dataset("x", data=np.zeros(5 * _MILLION, "float32")),
        zipfile.ZIP_DEFLATED,
    ),
    "orthogonal weights": written(
        sequential((2500,), layer("Dense", units=2500, kernel_initializer="orthogonal")),
        lambda group: group.create_dataset("x", data=np.zeros((2500, 2500), "float32")),
    ),
    "a table of classes": written(compiled(metrics=[metric("MeanIoU", num_classes=7000)])),
    "thresholds": written(compiled(metrics=[metric("AUC", num_thresholds=10**9)])),
    "losses": written(compiled(loss=["mse"] * 300_000)),
    "wide characters": written(b'{"class_name": "' + "\U0001f600".encode() + b"a" * 60 * _MILLION + b'"}'),
    "dictionaries": written('{"a": [' + "{}," * 300_000 + "{}]}"),
    "names.h5": names_of_the_older_format,
    "one text many times.h5": one_text_many_times,
}  # fmt: skip
