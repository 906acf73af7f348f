"""`minikeras run`: a script written for TensorFlow or for any Keras; the work is done in `minikeras.compat.runner`."""

import argparse

from minikeras.compat.runner import run as run_program

HELP = "run a script or a notebook written for tensorflow or keras, of any year"
DETAILS = """\
The script runs as `python SCRIPT` would run it: arguments, exit code, standard input and tracebacks are the same.
`import tensorflow`, `import keras` and what is below them are answered by minikeras. At the end, standard error has
one line for each older spelling that was translated, with what to write today.

examples:
  minikeras run train.py --epochs 3      a script with its own arguments
  minikeras run tutorial.ipynb           the cells of a notebook, in order; figures are not shown
  minikeras run -m package.train         a module, as python -m
  minikeras run -c "import keras; print(keras.__version__)"
  generate | minikeras run -             a script from standard input
"""


def add_arguments(parser):
    parser.add_argument(
        "script", metavar="SCRIPT", help="a .py file, an .ipynb notebook, a folder, or - for stdin"
    )
    parser.add_argument("arguments", metavar="ARGS", nargs=argparse.REMAINDER, help="what the script gets")


def run(options):
    return run_program([options.script, *options.arguments])
