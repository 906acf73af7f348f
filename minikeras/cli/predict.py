"""`minikeras predict`: what a saved model says about each row of data."""

import numpy as np

from minikeras.cli import arguments, models, tables
from minikeras.cli.errors import CommandError

HELP = "predict with a saved model, for each row of a file"
DETAILS = """\
The data are rows of numbers: a .csv file (with or without a header line), an .npy array, or an .npz file whose arrays
are called like the model's inputs (a single array, or one called x, will do for a model with one input).
Rows are reshaped where the model expects images or sequences of the same size.

examples:
  minikeras predict model.keras flowers.csv                       a table on standard output
  minikeras predict model.keras flowers.csv --drop species -o probabilities.csv
  minikeras predict model.keras digits.npy --classes -o digits.csv     the most probable class of each
  minikeras predict model.keras digits.npy -o probabilities.npy --batch-size 256
"""


def add_arguments(parser):
    arguments.add_model(parser)
    parser.add_argument("data", metavar="DATA", help="a .csv, .npy or .npz file")
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="a .csv, .npy or .npz file (default: CSV on stdout)"
    )
    arguments.add_batch_size(parser)
    parser.add_argument(
        "--classes",
        action="store_true",
        help="the number of the most probable class in place of probabilities; for a single sigmoid output, 0 or 1",
    )
    arguments.add_drop(parser)


def run(options):
    tables.check_writable(options.output)
    model = models.load(options.model)
    x = read_inputs(model, options.data, options.drop)
    outputs = model.predict(x, batch_size=options.batch_size, verbose=0)
    outputs = _named(model, outputs)
    if options.classes:
        outputs = {
            ("class" if len(outputs) == 1 else f"{n}_class"): _classes(n, y) for n, y in outputs.items()
        }
    tables.write(options.output, outputs)


def read_inputs(model, path, drop=()):
    """The data for a model's inputs: an array, or a dictionary of arrays."""
    kind = tables.kind(path)
    names = models.input_names(model)
    if kind == ".npz":
        return choose_inputs(model, tables.read_arrays(path), path)
    if len(names) > 1:
        raise CommandError(
            f"the model '{model.name}' has {len(names)} inputs ({', '.join(names)}): expected an .npz file with arrays of "
            f"these names, received {path}."
        )
    if kind == ".npy":
        return models.fit_shape(tables.read_array(path), model, path)
    table = tables.Table(path)
    dropped = {table.column_number(name) for name in drop}
    columns = [c for c in range(len(table.names)) if c not in dropped]
    return models.fit_shape(table.numbers(columns), model, path)


def choose_inputs(model, arrays, path, besides=()):
    """The arrays of an .npz file that are a model's inputs; `besides`: names that are something else."""
    names = models.input_names(model)
    if set(names) <= set(arrays):
        found = {name: arrays[name] for name in names}
        return models.fit_shape(found[names[0]], model, path) if len(names) == 1 else found
    rest = [name for name in arrays if name not in besides]
    if len(names) == 1:
        chosen = next(
            (name for name in ("x", "x_test", "X") if name in rest), rest[0] if len(rest) == 1 else None
        )
        if chosen is not None:
            return models.fit_shape(arrays[chosen], model, f"{path}: {chosen}")
        names = [*names, "x"]
    raise CommandError(
        f"{path} holds {', '.join(arrays) or 'nothing'}: expected arrays called {' or '.join(names)}."
    )


def _named(model, outputs):
    if isinstance(outputs, dict):
        return outputs
    if isinstance(outputs, (list, tuple)):
        names = model.output_names or [f"output_{i}" for i in range(len(outputs))]
        return dict(zip(names, outputs, strict=True))
    return {"output": outputs}


def _classes(name, y):
    if y.ndim < 2:
        raise CommandError(
            f"--classes expected probabilities along an axis, the output '{name}' has shape {y.shape}."
        )
    return (y[..., 0] > 0.5).astype(np.int64) if y.shape[-1] == 1 else y.argmax(axis=-1)
