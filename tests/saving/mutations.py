"""Valid model files, and what random changes make of them.

`python tests/saving/mutations.py 20000` tries so many, and prints what came of them.
"""

import collections
import io
import json
import random
import resource
import sys
import time
import warnings
import zipfile

import minikeras as keras
from minikeras.saving import ModelFileError

_ODD = (
    None, True, False, 0, 1, -1, 3, 2**31, 10**12, 1e308, -0.5, float("nan"), "", "x", "relu", "Dense", "../x", [], [None],
    [[]], [1, 2, 3], {}, {"class_name": "Dense", "config": {}}, {"class_name": "function", "config": "relu"},
)  # fmt: skip


def originals():
    """Small valid files: {name: bytes}."""
    layers = keras.layers
    x = keras.Input((4,))
    h = layers.Dense(3, activation="relu")(x)
    branched = keras.Model(x, layers.Dense(2)(layers.Concatenate()([h, x[:, 1:] * 2.0])))
    sequence = keras.Sequential([keras.Input((3, 2)), layers.LSTM(2), layers.Dropout(0.1), layers.Dense(1)])
    images = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(2, 3),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    files = {}
    for name, model in (("branched", branched), ("sequence", sequence), ("images", images)):
        model.compile("adam", "mse", metrics=["mae"])
        model.train_on_batch(*[_zeros(shape) for shape in (model.input_shape, model.output_shape)])
        for ending in ("keras", "h5"):
            files[f"{name}.{ending}"] = _saved(model, ending)
    return files


def _zeros(shape):
    return keras.ops.zeros((2, *shape[1:])).numpy()


def _saved(model, ending):
    if ending == "keras":
        buffer = io.BytesIO()
        keras.saving.save_model(model, buffer)
        return buffer.getvalue()
    import pathlib
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.h5"
        model.save(path)
        return path.read_bytes()


def mutated(data, chance):
    """The bytes of a file with a few random changes: of its bytes, or inside the members of an archive."""
    if not zipfile.is_zipfile(io.BytesIO(data)) or chance.random() < 0.2:
        return _changed_bytes(data, chance)
    # A changed member gets a fresh checksum, so that it is read at all.
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if chance.random() < 0.6:
        members["config.json"] = json.dumps(
            _changed_value(json.loads(members["config.json"]), chance)
        ).encode()
    else:
        name = chance.choice(["config.json", "model.weights.h5", "model.weights.h5", "model.weights.h5"])
        members[name] = _changed_bytes(members[name], chance)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _changed_bytes(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place, kind = chance.randrange(len(data)), chance.random()
        if kind < 0.5:
            data[place] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        elif kind < 0.7:
            data[place : place + 8] = chance.choice((b"\xff" * 8, bytes(8), chance.randbytes(8)))
        elif kind < 0.9:
            source, count = chance.randrange(len(data)), chance.randrange(1, 64)
            data[place : place + count] = data[source : source + count]
        else:
            del data[place : place + chance.randrange(1, 64)]
    return bytes(data)


def _changed_value(value, chance):
    """A configuration with one to three of its parts replaced, dropped or exchanged."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(value))
        holder, key = chance.choice(places)
        kind = chance.random()
        if kind < 0.5:
            holder[key] = chance.choice(_ODD)
        elif kind < 0.7:
            del holder[key]
        elif isinstance(holder[key], (int, float)) and kind < 0.85:
            holder[key] = holder[key] * chance.choice((-1, 2, 100, 10**6, 0.5))
        else:
            other, other_key = chance.choice(places)
            if key in holder if isinstance(holder, dict) else key < len(holder):
                holder[key] = json.loads(json.dumps(other[other_key]))
    return value


def _places(value):
    if isinstance(value, (dict, list)):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


def outcome(path, data):
    """What loading a file ends in: 'loaded' or 'refused'; anything else is raised."""
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            keras.saving.load_model(path)
        except ModelFileError:
            return "refused"
    return "loaded"


def main(count):
    import pathlib
    import tempfile

    files, counts, slow = originals(), collections.Counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            chance = random.Random(number)
            name = chance.choice(sorted(files))
            start = time.perf_counter()
            try:
                counts[outcome(pathlib.Path(folder) / name, mutated(files[name], chance))] += 1
            except BaseException:
                print(f"mutation {number} of {name}")
                raise
            slow = max(slow, time.perf_counter() - start)
    print(
        dict(counts), f"slowest {slow:.2f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
