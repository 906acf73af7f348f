"""Training on 20 GB: `python large_data.py FOLDER KIND` prints in JSON by how much the process's own memory grew at most.

The file has holes in place of zeros, so that it takes no room on the disk.
"""

import json
import sys
from pathlib import Path

import numpy as np
from memory_scenarios import resident_bytes

import minikeras as keras
from minikeras import layers

ROWS, COLUMNS = 5_000_000, 1000
STEPS = 20


class Watch(keras.callbacks.Callback):
    """Keeps the largest size of the process's own memory."""

    largest = 0

    def look(self, batch, logs=None):
        if batch % 5 == 0:
            self.largest = max(self.largest, resident_bytes())

    on_train_batch_end = on_test_batch_end = on_predict_batch_end = look


def mapped(folder, dtype, columns=COLUMNS):
    return np.memmap(folder / "x.bin", dtype, "w+", shape=(ROWS, columns))


def main(folder, kind):
    columns = 8 if kind == "whole_pass" else COLUMNS
    x = mapped(folder, ">f4" if kind == "other_byte_order" else "float32", columns)
    y = np.zeros((ROWS, 1), "uint8")
    if kind == "every_other":
        x, y = x[::2, ::2], y[::2]
    model = keras.Sequential([keras.Input((x.shape[1],)), layers.Dense(1)])
    model.compile("sgd", "mse")
    watch = Watch()
    start = resident_bytes()
    common = {"verbose": 0, "callbacks": [watch]}
    if kind == "whole_pass":
        model.fit(x, y, batch_size=8192, **common)
    else:
        shuffle = "batch" if kind == "batch_shuffled" else kind != "in_order"
        limits = {"steps_per_epoch": STEPS, "validation_split": 0.5, "validation_steps": STEPS}
        model.fit(x, y, batch_size=256, epochs=2, shuffle=shuffle, **limits, **common)
        model.evaluate(x, y, steps=STEPS, **common)
        model.predict(x, steps=STEPS, **common)
    print(json.dumps({"grown": watch.largest - start, "disk": (folder / "x.bin").stat().st_blocks * 512}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
