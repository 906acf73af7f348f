"""Arguments that several commands take."""


def add_model(parser):
    """The file or folder of a saved model."""
    parser.add_argument("model", metavar="MODEL", help="a .keras or .h5 file, or a folder")


def add_batch_size(parser):
    """How many rows are computed at a time."""
    parser.add_argument(
        "--batch-size", type=positive_integer, default=32, metavar="N", help="rows at a time (default: 32)"
    )


def add_drop(parser):
    """Columns of a table that the model is not to see."""
    parser.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="COLUMN",
        help="a column of the CSV to leave out (repeatable)",
    )


def positive_integer(text):
    """The number that an argument's text stands for; a ValueError for anything below 1."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


positive_integer.__name__ = "positive integer"  # what argparse calls the value that it refuses
