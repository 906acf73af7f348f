"""`minikeras datasets`: which data sets there are, where they lie, and fetching one."""

import importlib

from minikeras import datasets
from minikeras.cli.errors import UsageError
from minikeras.datasets.source import Source, cache_folder, find, folders
from minikeras.registry import suggest

HELP = "list the data sets and where they lie, or fetch one"
DETAILS = """\
Downloads go to the folder that MINIKERAS_HOME names (or ~/.minikeras), below `datasets`; each file is checked against
its published checksum. Scripts fetch by themselves what they need: keras.datasets.mnist.load_data().

examples:
  minikeras datasets                   what there is
  minikeras datasets fetch cifar10     download it now, and see its shapes
"""


def add_arguments(parser):
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "fetch"), help="(default: list)"
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the data set to fetch")


def run(options):
    if options.action == "list":
        if options.name is not None:
            raise UsageError(f"list takes no name. Did you mean: minikeras datasets fetch {options.name}?")
        return _list()
    if options.name is None:
        raise UsageError(f"fetch which one? There are: {', '.join(datasets.__all__)}.")
    if options.name not in datasets.__all__:
        raise UsageError(f"there is no data set {options.name!r}. {suggest(options.name, datasets.__all__)}")
    return _fetch(options.name)


def _list():
    for name in datasets.__all__:
        module = importlib.import_module(f"minikeras.datasets.{name}")
        print(f"{name:20}{module.__doc__.splitlines()[0]}")
        print(f"{'':20}{_place(module)}")
    print(f"\nSearched: {', '.join(str(folder) for folder in folders())}. Downloads go to {cache_folder()}.")


def _place(module):
    files = [[find(source.name) for source in sources] for sources in _alternatives(module)]
    for found in files:
        if all(found):
            return str(found[0] if len(found) == 1 else found[0].parent)
    return "not here yet: it is downloaded when first used"


def _alternatives(module):
    """Lists of sources, each of which alone is the data set."""
    originals = getattr(module, "ORIGINALS", None)
    if originals:
        yield [Source(f"{module.__name__.rpartition('.')[2]}/{name}", "") for name, _, _ in originals]
    for value in vars(module).values():
        if isinstance(value, Source) and not value.name.endswith("word_index.json"):
            yield [value]
        elif (
            isinstance(value, tuple)
            and value
            and isinstance(value[0], tuple)
            and isinstance(value[0][0], Source)
        ):
            yield [source for source, *_ in value]


def _fetch(name):
    module = importlib.import_module(f"minikeras.datasets.{name}")
    (x_train, y_train), (x_test, y_test) = module.load_data()
    print(f"{name}: {_place(module)}")
    for label, array in (("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)):
        print(f"  {label:8}{array.dtype} {array.shape}")
