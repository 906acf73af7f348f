"""`minikeras evaluate`: the loss and metrics of a saved model on labelled data."""

from minikeras.cli import arguments, models, tables
from minikeras.cli.errors import CommandError, UsageError
from minikeras.cli.predict import choose_inputs

HELP = "the loss and metrics of a saved model on labelled data"
DETAILS = """\
The model must have been compiled when it was saved. The data are an .npz file with arrays x and y (or arrays called
like the model's inputs, and y), or a .csv file with --target for the column, or columns, of labels.

examples:
  minikeras evaluate model.keras test.npz
  minikeras evaluate model.keras flowers.csv --target species
  minikeras evaluate model.keras houses.csv --target price --drop address --batch-size 128
"""


def add_arguments(parser):
    arguments.add_model(parser)
    parser.add_argument("data", metavar="DATA", help="a .npz or .csv file")
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="COLUMN",
        help="the CSV's column of labels, by name or number",
    )
    arguments.add_batch_size(parser)
    arguments.add_drop(parser)


def run(options):
    kind = tables.kind(options.data)
    if kind == ".npy":
        raise UsageError(
            f"expected an .npz file with x and y, or a .csv file with --target, received {options.data}."
        )
    if kind != ".npz" and not options.target:
        raise UsageError(f"{options.data}: name the column of labels with --target COLUMN.")
    model = models.load(options.model, compile=True)
    if not model.compiled:
        raise CommandError(
            f"{options.model} was saved without a loss. Load it in Python, call compile(loss=..., metrics=[...]) and save "
            "it again."
        )
    x, y = _from_arrays(model, options) if kind == ".npz" else _from_table(model, options)
    if len(y) != len(x if not isinstance(x, dict) else next(iter(x.values()))):
        raise CommandError(f"{options.data} has {len(y)} labels for another number of samples.")
    logs = model.evaluate(x, y, batch_size=options.batch_size, verbose=0, return_dict=True)
    for name, value in logs.items():
        print(f"{name}: {float(value):.6g}")


def _from_arrays(model, options):
    arrays = tables.read_arrays(options.data)
    labels = next((name for name in ("y", "y_test", "labels") if name in arrays), None)
    if labels is None:
        raise CommandError(
            f"{options.data} holds {', '.join(arrays) or 'nothing'}: expected labels called y."
        )
    besides = [name for name in arrays if name.startswith("y") or name == "labels"]
    return choose_inputs(model, arrays, options.data, besides), arrays[labels]


def _from_table(model, options):
    table = tables.Table(options.data)
    targets = [table.column_number(name) for name in options.target]
    dropped = {*targets, *(table.column_number(name) for name in options.drop)}
    columns = [c for c in range(len(table.names)) if c not in dropped]
    x = models.fit_shape(table.numbers(columns), model, options.data)
    return x, table.numbers(targets)
