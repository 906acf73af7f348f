"""Records what TensorFlow prints; run with TensorFlow, not by the tests.

    python tests/compat/record_tensorflow.py

Fills data/tensorflow.json: for each expression in it its repr and its str, for each program what it prints.
"""

import contextlib
import io
import json
import os
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

TARGET = Path(__file__).parent / "data" / "tensorflow.json"


def printed(program):
    """What a program prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(program, {"tf": tf, "np": np})
    return output.getvalue()


def shown(expression):
    """The repr and the str of a value."""
    value = eval(expression, {"tf": tf, "np": np, "ds": tf.data.Dataset, "v": tf.Variable(2.0)})
    return [repr(value), str(value)]


if __name__ == "__main__":
    recorded = json.loads(TARGET.read_text())
    recorded["version"] = tf.__version__
    for entry in recorded["expressions"]:
        entry["repr"], entry["str"] = shown(entry["code"])
    for entry in recorded["programs"]:
        entry["prints"] = printed("\n".join(entry["code"])).splitlines()
    TARGET.write_text(json.dumps(recorded, indent=1) + "\n")
