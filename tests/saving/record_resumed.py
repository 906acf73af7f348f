"""How real Keras goes on training with the files in tests/golden/saved: makes keras_resumed.json.

Run it in the environment of keras_environment.sh: `KERAS_BACKEND=torch python tests/saving/record_resumed.py`. Each model is
loaded and trained on four batches of eight rows, in order.
"""

import json
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parents[1] / "golden"
RECORD = Path(__file__).with_name("keras_resumed.json")


def resumed(keras, path):
    """Losses of the four steps, then predictions for five rows, of a framework and a file."""
    model = keras.saving.load_model(path)
    with np.load(GOLDEN / "training" / f"{path.stem}.npz") as data:
        x, y = data["x"], data["y"]
    steps = int(model.optimizer.iterations)
    losses = [
        float(model.train_on_batch(x[i : i + 8], y[i : i + 8], return_dict=True)["loss"])
        for i in range(0, 32, 8)
    ]
    assert int(model.optimizer.iterations) == steps + 4
    return {
        "steps": steps,
        "losses": losses,
        "predictions": np.asarray(model.predict(x[:5], verbose=0)).tolist(),
    }


def main():
    import keras

    paths = sorted(GOLDEN.glob("saved/*.keras"))
    record = {path.stem: resumed(keras, path) for path in paths}
    RECORD.write_text(json.dumps({"keras": keras.__version__, **record}, indent=1) + "\n")


if __name__ == "__main__":
    main()
