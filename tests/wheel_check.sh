#!/bin/sh
# Builds the wheel and trains with it where there is no compiler and no checkout.
# Usage: tests/wheel_check.sh [python]; works in a temporary folder.
set -eu
python=$(command -v "${1:-python}")
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip wheel -q --no-deps --wheel-dir "$work/dist" "$root"
wheel=$(echo "$work"/dist/*.whl)
"$python" - "$wheel" <<'PYTHON'
import pathlib
import sys
import zipfile

wheel = pathlib.Path(sys.argv[1])
names = zipfile.ZipFile(wheel).namelist()
modules = [name for name in names if name.startswith("minikeras/kernels/_native.")]
sources = [name for name in names if name.endswith((".cpp", ".h", ".hpp", ".txt", ".o", ".a"))]
tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
size = wheel.stat().st_size
assert len(modules) == 1, f"expected one native module in the wheel, found {modules}"
assert not [name for name in sources if "dist-info" not in name], f"sources in the wheel: {sources}"
assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))], "tests in the wheel"
assert f"-{tag}-{tag}-" in wheel.name and not wheel.name.endswith("-any.whl"), f"wrong tag: {wheel.name}"
assert size < 3_000_000, f"the wheel has {size} bytes"
print(f"{wheel.name}: {size / 1e6:.2f} MB, {len(names)} files")
PYTHON

"$python" -m venv "$work/venv"
mkdir "$work/elsewhere"
cd "$work/elsewhere"
# Only the environment's own programs: no compiler, no make, no cmake.
unset PYTHONPATH MINIKERAS_KERNELS CC CXX
PATH="$work/venv/bin" "$work/venv/bin/pip" install -q "$wheel"
PATH="$work/venv/bin" "$work/venv/bin/python" -W error -c "
import numpy as np
import minikeras as keras
assert keras.__file__.startswith('$work/venv'), keras.__file__
assert keras.config.kernels().startswith('native-'), keras.config.kernels()
keras.utils.set_random_seed(1)
layers = keras.layers
model = keras.Sequential([keras.Input((12, 12, 1)), layers.Conv2D(4, 3, activation='relu'), layers.MaxPooling2D(),
                          layers.Flatten(), layers.Dense(2, activation='softmax')])
model.compile(keras.optimizers.Adam(0.01), 'sparse_categorical_crossentropy')
labels = np.arange(256) % 2
images = np.random.default_rng(0).random((256, 12, 12, 1), dtype=np.float32) * 0.1 + labels[:, None, None, None]
history = model.fit(images, labels, epochs=8, verbose=0).history
assert history['loss'][-1] < 0.6 * history['loss'][0], history['loss']
print('trained from the wheel with', keras.config.kernels())
"
