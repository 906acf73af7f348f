"""Files that an attacker would send: each is written by a function of its path, and named after what it tries.

`VULNERABILITIES` says which of them try what the published vulnerabilities of Keras were open to.
"""

import base64
import io
import json
import marshal
import struct
import zipfile

import h5py
import numpy as np

HUGE = 10**9


def members():
    """The members of a valid `.keras` file with one Dense layer."""
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        group = file.create_group("layers/dense/vars")
        group["0"], group["1"] = np.zeros((2, 3), "float32"), np.zeros(3, "float32")
    return {
        "metadata.json": b"{}",
        "config.json": json.dumps(config()),
        "model.weights.h5": weights.getvalue(),
    }


def config(*layers):
    """The configuration of a Sequential: an Input of two features, the given entries, a Dense."""
    start = {
        "class_name": "InputLayer",
        "module": "keras.layers",
        "config": {"batch_shape": [None, 2], "dtype": "float32"},
    }
    dense = {"class_name": "Dense", "module": "keras.layers", "config": {"units": 3, "name": "dense"}}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "model", "layers": [start, *layers, dense]},
        "registered_name": None,
    }


def archive(path, changes=None, compression=zipfile.ZIP_STORED):
    """A `.keras` file of the valid members with changes."""
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in (members() | (changes or {})).items():
            file.writestr(name, content)


def with_layer(path, layer):
    """A `.keras` file whose configuration has one more layer."""
    archive(path, {"config.json": json.dumps(config(layer))})


def weights(path, write):
    """A `.keras` file whose weights `write(h5py file)` made."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        write(file, file.create_group("layers/dense/vars"))
    archive(path, {"model.weights.h5": buffer.getvalue()})


# Code in configurations


def lambda_layer(path):
    code = base64.b64encode(marshal.dumps(compile("__import__('os').system('id')", "x", "eval"))).decode()
    function = {"class_name": "__lambda__", "config": {"value": [code, None, None]}}
    with_layer(path, {"class_name": "Lambda", "module": "keras.layers", "config": {"function": function}})


def lambda_as_activation(path):
    with_layer(
        path,
        {
            "class_name": "Activation",
            "module": "keras.layers",
            "config": {"activation": {"class_name": "__lambda__", "config": {"value": ["", None, None]}}},
        },
    )


def named_module(path):
    function = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
    with_layer(
        path, {"class_name": "Activation", "module": "keras.layers", "config": {"activation": function}}
    )


def class_of_a_module(path):
    with_layer(
        path,
        {"class_name": "Popen", "module": "subprocess", "config": {"args": "id"}, "registered_name": None},
    )


def downloading_function(path):
    function = {
        "class_name": "function",
        "module": "keras.utils",
        "config": "get_file",
        "registered_name": "get_file",
    }
    arguments = {"fname": "x", "origin": "http://127.0.0.1:9/x", "cache_dir": "."}
    with_layer(
        path,
        {
            "class_name": "Lambda",
            "module": "keras.layers",
            "config": {"function": function, "arguments": arguments},
        },
    )


def lambda_in_the_older_format(path):
    code = {"class_name": "Lambda", "config": {"function": ["YWJj", None, None], "function_type": "lambda"}}
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": [code]}})
        file.create_group("model_weights").attrs["layer_names"] = [b"lambda"]


def safe_mode_off_from_within(path):
    off = {"class_name": "function", "module": "keras.config", "config": "enable_unsafe_deserialization"}
    with_layer(path, {"class_name": "Activation", "module": "keras.layers", "config": {"activation": off}})


def saved_program(path):
    with_layer(path, {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": "/etc"}})


def texts_as_an_array(path):
    array = {"class_name": "__numpy__", "config": {"value": ["a"] * 100, "dtype": f"<U{HUGE}"}}
    with_layer(path, {"class_name": "Rescaling", "module": "keras.layers", "config": {"scale": array}})


def deep_configuration(path):
    archive(path, {"config.json": "[" * 500_000})


def endless_configuration(path):
    archive(path, {"config.json": "[" + "{}," * 2_000_000 + "{}]"})


# Other files


def vocabulary_of_another_file(path):
    with_layer(
        path,
        {"class_name": "StringLookup", "module": "keras.layers", "config": {"vocabulary": "/etc/passwd"}},
    )


def vocabulary_of_another_host(path):
    config = {"vocabulary": "http://127.0.0.1:9/secret"}
    with_layer(path, {"class_name": "TextVectorization", "module": "keras.layers", "config": config})


def member_above_the_archive(path):
    archive(path, {"../../evil.py": "print('evil')"})


def member_with_an_absolute_name(path):
    archive(path, {"/tmp/evil.py": "print('evil')"})


def member_with_backslashes(path):
    archive(path, {"assets\\..\\..\\evil.py": "print('evil')"})


def asset_with_a_leading_dot(path):
    archive(path, {"assets/../../evil": "x"})


def asset_named_as_a_device(path):
    """Windows opens a device of this name in every folder."""
    layer = {"class_name": "StringLookup", "module": "keras.layers", "config": {"name": "words"}}
    model = {"name": "m", "layers": [layer]}
    model = {"module": "keras", "class_name": "Sequential", "config": model, "registered_name": None}
    archive(path, {"config.json": json.dumps(model), "assets/layers/string_lookup/com1.txt": "x"})


def symbolic_link(path):
    archive(path)
    with zipfile.ZipFile(path, "a") as file:
        info = zipfile.ZipInfo("assets/link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        file.writestr(info, "/etc/passwd")


def duplicate_members(path):
    archive(path)
    data = path.read_bytes()
    # A second 'config.json' under the name of equal length that it was written with.
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("konfig.json", "{}")
    data = path.read_bytes().replace(b"konfig.json", b"config.json")
    path.write_bytes(data)


# Memory


def zip_bomb(path):
    archive(path, {"config.json": b" " * 100_000_000}, zipfile.ZIP_DEFLATED)


def zip_bomb_in_the_weights(path):
    archive(path, {"model.weights.h5": bytes(200_000_000)}, zipfile.ZIP_DEFLATED)


def zip_member_that_lies(path):
    archive(path, {"config.json": b" " * 10_000_000}, zipfile.ZIP_DEFLATED)
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    place = data.index(b"PK\x01\x02", place + 4)
    data[place + 24 : place + 28] = struct.pack("<I", 100)
    path.write_bytes(data)


def endless_directory(path):
    archive(path)
    data = path.read_bytes()
    place = data.rindex(b"PK\x05\x06")
    path.write_bytes(data[: place + 10] + struct.pack("<H", 65535) + data[place + 12 :])


def declared_shape(path):
    def write(file, group):
        group.create_dataset("0", shape=(HUGE, HUGE), dtype="float32", chunks=(1, 1024), compression="gzip")

    weights(path, write)


def contiguous_shape_without_data(path):
    weights(path, lambda file, group: group.create_dataset("0", shape=(HUGE, 100), dtype="float32"))


def layer_of_any_size(path):
    layer = {"class_name": "Dense", "module": "keras.layers", "config": {"units": HUGE, "name": "wide"}}
    with_layer(path, layer)


def input_of_any_size(path):
    start = {"class_name": "InputLayer", "module": "keras.layers", "config": {"batch_shape": [None, HUGE]}}
    layer = {"class_name": "Activation", "module": "keras.layers", "config": {"activation": "relu"}}
    model = config(layer)
    model["config"]["layers"][0] = start
    archive(path, {"config.json": json.dumps(model)})


def result_of_any_size(*layers, shape=(2,)):
    """A maker of files with a layer whose settings alone say how large its output is."""

    def make(path):
        model = config(*[{"module": "keras.layers", "class_name": c, "config": s} for c, s in layers])
        model["config"]["layers"][0]["config"]["batch_shape"] = [None, *shape]
        archive(path, {"config.json": json.dumps(model)})

    return make


def operation_of_any_size(name, *args, **settings):
    """A maker of files with an operation on the input, "x", and other arguments."""

    def make(path):
        x = {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 3], "dtype": "float32", "keras_history": ["in", 0, 0]},
        }
        nodes = [{"args": [x if arg == "x" else arg for arg in args], "kwargs": {}}]
        start = {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "in"}}
        layers = [
            {**start, "module": "keras.layers", "name": "in", "inbound_nodes": []},
            {
                "module": "keras.src.ops.numpy", "class_name": name, "config": {"name": "f", **settings},
                "registered_name": name, "name": "f", "inbound_nodes": nodes,
            },
        ]  # fmt: skip
        graph = {
            "name": "m",
            "layers": layers,
            "input_layers": [["in", 0, 0]],
            "output_layers": [["f", 0, 0]],
        }
        model = {"module": "keras.src.models.functional", "class_name": "Functional", "config": graph}
        archive(path, {"config.json": json.dumps(model)})

    return make


RESULTS_OF_ANY_SIZE = {
    "hashing": result_of_any_size(("Hashing", {"num_bins": HUGE, "output_mode": "multi_hot"})),
    "unknown_tokens": result_of_any_size(("IntegerLookup", {"num_oov_indices": HUGE, "vocabulary": [1]})),
    "repeat": operation_of_any_size("Repeat", "x", repeats=HUGE, axis=1),
    "tile": operation_of_any_size("Tile", "x", repeats=[1, 10**5, 10**5]),
    "pad": operation_of_any_size("Pad", "x", pad_width=[[0, 0], [HUGE, 0]]),
    "broadcast": operation_of_any_size("BroadcastTo", "x", shape=[HUGE, 3, 3]),
    "one_hot_operation": operation_of_any_size("OneHot", "x", num_classes=HUGE),
    "bins": operation_of_any_size("Histogram", "x", bins=HUGE),
    "counts": operation_of_any_size("Bincount", "x", minlength=HUGE),
    "parts": operation_of_any_size("ArraySplit", "x", indices_or_sections=HUGE, axis=1),
    "windows": operation_of_any_size("STFT", "x", sequence_length=4, sequence_stride=1, fft_length=HUGE),
    "spectrum": operation_of_any_size("RFFT", "x", fft_length=HUGE),
}


# Storage of HDF5 elsewhere


def external_storage(path):
    def write(file, group):
        group.create_dataset("0", shape=(2, 3), dtype="float32", external=[("/etc/passwd", 0, 24)])

    weights(path, write)


def virtual_dataset(path):
    def write(file, group):
        layout = h5py.VirtualLayout((2, 3), "float32")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", (2, 3))
        file["layers/dense/vars"].create_virtual_dataset("0", layout)

    weights(path, write)


def external_link(path):
    weights(path, lambda file, group: group.__setitem__("0", h5py.ExternalLink("/etc/passwd", "/x")))


def soft_link(path):
    weights(path, lambda file, group: group.__setitem__("0", h5py.SoftLink("/layers")))


def hard_link(path):
    def write(file, group):
        group["0"] = np.zeros((2, 3), "float32")
        group["1"] = group["0"]

    weights(path, write)


def group_in_itself(path):
    weights(path, lambda file, group: group.__setitem__("0", file["layers"]))


def compressed_weights(path):
    def write(file, group):
        group.create_dataset("0", data=np.zeros((2, 3), "float32"), compression="gzip")

    weights(path, write)


def external_storage_in_the_older_format(path):
    with h5py.File(path, "w") as file:
        model = config()
        model = {"class_name": "Sequential", "config": model["config"]}
        file.attrs["model_config"] = json.dumps(model)
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"dense"]
        layer = group.create_group("dense")
        layer.attrs["weight_names"] = [b"kernel", b"bias"]
        layer.create_dataset("kernel", shape=(2, 3), dtype="float32", external=[("/etc/passwd", 0, 24)])
        layer["bias"] = np.zeros(3, "float32")


OLDER_FORMAT = [lambda_in_the_older_format, external_storage_in_the_older_format]
# Refused as what they are: something that no model needs.
UNSAFE = [
    lambda_layer, lambda_as_activation, downloading_function, saved_program, endless_configuration,
    vocabulary_of_another_file, vocabulary_of_another_host, member_above_the_archive, member_with_an_absolute_name,
    member_with_backslashes, asset_with_a_leading_dot, asset_named_as_a_device, symbolic_link, duplicate_members, zip_bomb,
    zip_bomb_in_the_weights, endless_directory, declared_shape, contiguous_shape_without_data, layer_of_any_size,
    input_of_any_size, external_storage, virtual_dataset, external_link, soft_link, hard_link, group_in_itself,
    compressed_weights, *OLDER_FORMAT,
]  # fmt: skip
# Refused as unknown or damaged.
REFUSED = [
    named_module, class_of_a_module, safe_mode_off_from_within, texts_as_an_array, deep_configuration,
    zip_member_that_lies,
]  # fmt: skip
# The published vulnerabilities of Keras, and the files that try the same here. (What CVE-2025-12060 did with archives of
# data sets is tried in tests/utils, too.)
VULNERABILITIES = {
    "CVE-2024-3660": [lambda_layer, lambda_as_activation],
    "CVE-2025-1550": [named_module, class_of_a_module],
    "CVE-2025-8747": [downloading_function],
    "CVE-2025-9905": [lambda_in_the_older_format],
    "CVE-2025-9906": [safe_mode_off_from_within],
    "CVE-2025-12058": [vocabulary_of_another_file, vocabulary_of_another_host],
    "CVE-2025-12060": [member_above_the_archive, member_with_an_absolute_name, symbolic_link],
    "CVE-2026-0897": [declared_shape, contiguous_shape_without_data],
    "CVE-2026-1669": [external_storage, virtual_dataset, external_link, external_storage_in_the_older_format],
}
