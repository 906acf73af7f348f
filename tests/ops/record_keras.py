"""Record what real Keras computes for the rows of the tables: run as a script where Keras 3 and torch are installed.

    KERAS_BACKEND=torch python tests/ops/record_keras.py

Writes tests/data/keras_ops.npz: the results, float32 and int32 in, one array for each output.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from op_row import checksum, identified, prepared, single
from tables import every_row


def leaves(value):
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def record():
    import keras

    arrays, failures = {}, {}
    for name, row in identified(every_row).items():
        if not row.keras:
            continue
        try:
            args, kwargs = prepared(row, keras.ops, lambda a: keras.ops.convert_to_tensor(single(a)))
            arrays[f"{name}/inputs"] = checksum(row)
            for number, leaf in enumerate(leaves(row.function(keras.ops)(*args, **kwargs))):
                arrays[f"{name}/{number}"] = np.array(
                    keras.ops.convert_to_numpy(leaf) if hasattr(leaf, "shape") else leaf
                )
        except Exception as error:  # every failure is listed for the one who reads it
            failures[name] = f"{type(error).__name__}: {error}"
    np.savez_compressed(Path(__file__).parents[1] / "data" / "keras_ops.npz", **arrays)
    return arrays, failures


if __name__ == "__main__":
    found, lost = record()
    print(f"{len(found)} results recorded")
    for row_name, message in lost.items():
        print(row_name, message.splitlines()[0])
