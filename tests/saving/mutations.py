"""Valid files, and what random changes make of them.

`python tests/saving/mutations.py FIRST COUNT` tries the changes of these numbers, and prints in JSON what came of them.
"""

import collections
import io
import json
import pathlib
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
import zipfile

import minikeras as keras
from minikeras.callbacks import snapshot
from minikeras.saving import ModelFileError

_ODD = (
    None, True, False, 0, 1, -1, 3, 2**31, 10**12, 1e308, -0.5, float("nan"), "", "x", "relu", "Dense", "../x", [], [None],
    [[]], [1, 2, 3], {}, {"class_name": "Dense", "config": {}}, {"class_name": "function", "config": "relu"},
)  # fmt: skip


def originals():
    """Small valid files: {name: bytes}."""
    files = {}
    for name, model in models().items():
        model.compile("adam", "mse", metrics=["mae"])
        model.train_on_batch(*[_zeros(shape) for shape in (model.input_shape, model.output_shape)])
        files[f"{name}.json"] = model.to_json().encode()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            model.save(path / f"{name}.keras")
            model.save(path / f"{name}.h5")
            model.save_weights(path / f"{name}.weights.h5")
            backup = keras.callbacks.BackupAndRestore(path, delete_checkpoint=False)
            data = [_zeros(shape) for shape in (model.input_shape, model.output_shape)]
            model.fit(*data, verbose=0, callbacks=[backup])
            (path / "latest.npz").rename(path / f"{name}.npz")
            files.update((file.name, file.read_bytes()) for file in path.iterdir())
    return files


def models():
    """{name: model} of the kinds whose files are changed."""
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
    return {"branched": branched, "sequence": sequence, "images": images}


def _zeros(shape):
    return keras.ops.zeros((2, *shape[1:])).numpy()


def mutated(data, chance):
    """The bytes of a file with a few random changes: of its bytes, or inside the members of an archive."""
    if data[:1] == b"{" and chance.random() < 0.8:
        return json.dumps(_changed_value(json.loads(data), chance)).encode()
    if not zipfile.is_zipfile(io.BytesIO(data)) or chance.random() < 0.2:
        return _changed_bytes(data, chance)
    # A changed member gets a fresh checksum, so that it is read at all.
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if "config.json" not in members:
        name = chance.choice(sorted(members))
        members[name] = _changed_bytes(members[name], chance)
    elif chance.random() < 0.6:
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


def outcome(path, data, receivers):
    """What reading a file ends in: 'loaded' or 'refused'; anything else is raised.

    receivers: the models (see `models`) that take the weights of files that hold weights only.
    """
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if path.name.endswith(".weights.h5"):
                receivers[path.name.split(".")[0]].load_weights(path)
            elif path.suffix == ".json":
                keras.models.model_from_json(data.decode("utf-8", "replace"))
            elif path.suffix == ".npz":
                snapshot.read(path)
            else:
                keras.saving.load_model(path)
        except (ModelFileError, snapshot.DamagedSnapshotError):
            return "refused"
    return "loaded"


def main(first, count):
    files, receivers = originals(), models()
    counts, slowest, wrong = collections.Counter(), 0.0, []
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            chance = random.Random(number)
            name = chance.choice(sorted(files))
            data = mutated(files[name], chance)
            began = time.process_time()
            try:
                result = outcome(pathlib.Path(folder) / name, data, receivers)
            except BaseException:
                wrong.append(f"number {number}, {name}: {traceback.format_exc()}")
                result = "wrong"
            counts[f"{name.split('.', 1)[1]} {result}"] += 1
            slowest = max(slowest, time.process_time() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) << 10
    print(json.dumps({"counts": counts, "slowest": slowest, "grown": grown, "wrong": wrong}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
