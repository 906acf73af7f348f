"""`minikeras summary`: the layers of a saved model."""

from minikeras.cli import arguments
from minikeras.cli.models import load

HELP = "show the layers, output shapes and parameters of a saved model"
DETAILS = """\
examples:
  minikeras summary model.keras
  minikeras summary model.h5 --expand-nested     also the layers of models inside the model
"""


def add_arguments(parser):
    arguments.add_model(parser)
    parser.add_argument("--expand-nested", action="store_true", help="show the layers of inner models too")


def run(options):
    load(options.model).summary(expand_nested=options.expand_nested)
