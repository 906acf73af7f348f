#!/bin/sh
# Makes an environment with real Keras from PyPI, in which tests/saving/test_interchange.py runs instead of being skipped.
# usage: tests/saving/keras_environment.sh FOLDER      (about 1 GB)
set -eu
folder=${1:?usage: keras_environment.sh FOLDER}
root=$(cd "$(dirname "$0")/../.." && pwd)
python3 -m venv "$folder"
# Keras needs a backend. PyTorch it is: the files under tests/golden name its optimizers, which Keras then wants to import.
# Its wheels without CUDA are in an index of their own; the ones on PyPI do as well.
"$folder/bin/python" -m pip install --quiet --index-url https://download.pytorch.org/whl/cpu torch \
    || "$folder/bin/python" -m pip install --quiet torch
"$folder/bin/python" -m pip install --quiet "keras==3.15.*" "numpy>=2.0" "h5py>=3.10" "tqdm>=4.60" pytest
echo "Ready. Run:"
echo "  cd $root && KERAS_BACKEND=torch $folder/bin/python -m pytest tests/saving/test_interchange.py"
