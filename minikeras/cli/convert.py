"""`minikeras convert`: a saved model in another format."""

import os
from pathlib import Path

from minikeras.cli import models
from minikeras.cli.errors import CommandError
from minikeras.files import atomic_write

HELP = "write a saved model in another format"
DETAILS = """\
The ending of the second name is the format:
  .keras           a whole model, which Keras 3 opens too
  .h5              a whole model in the format of Keras 2
  .weights.h5      the weights alone
  .onnx            for other runtimes (needs: pip install 'minikeras-nn[onnx]')
  .json            the architecture alone, for keras.models.model_from_json

examples:
  minikeras convert old_model.h5 model.keras
  minikeras convert model.keras model.onnx
  minikeras convert model.keras model.weights.h5
"""
_FORMATS = (".keras", ".h5", ".weights.h5", ".onnx", ".json")


def add_arguments(parser):
    parser.add_argument("source", metavar="MODEL", help="a .keras or .h5 file, or a folder")
    parser.add_argument("destination", metavar="OUT", help=f"a name that ends in {', '.join(_FORMATS)}")


def run(options):
    destination = options.destination
    if not destination.endswith((*_FORMATS, ".hdf5")):
        raise CommandError(f"{destination}: expected a name that ends in {', '.join(_FORMATS)}.")
    if Path(destination).exists() and os.path.samefile(options.source, destination):
        raise CommandError(f"{destination} is the model itself. Choose another name.")
    model = models.load(options.source, compile=destination.endswith((".keras", ".h5", ".hdf5")))
    if destination.endswith(".weights.h5"):
        model.save_weights(destination)
    elif destination.endswith(".onnx"):
        model.export(destination)
    elif destination.endswith(".json"):
        with atomic_write(destination, "w") as file:
            file.write(model.to_json(indent=2) + "\n")
    else:
        model.save(destination)
    print(f"{destination}: {os.path.getsize(destination):,} bytes")
