"""Which TensorFlow a program was written for."""

import os
import re
import sys

# Names that only programs of TensorFlow 1 use, called on the module.
_OF_GRAPHS = re.compile(
    r"\b(?:tf|tensorflow|v1)\.(?:placeholder|global_variables_initializer|initialize_all_variables|"
    r"train\.MonitoredTrainingSession)\s*\("
)
# A session alone may only be there for its settings; one that runs something is TensorFlow 1's.
_SESSION = re.compile(r"\b(?:tf|tensorflow|v1)\.(?:Session|InteractiveSession)\s*\(")
_RUN = re.compile(r"\.(?:run|eval)\s*\(")
_OF_TODAY = re.compile(r"enable_eager_execution|GradientTape")


def is_written_for_graphs(source):
    """Whether a program builds graphs and runs them in sessions, as TensorFlow 1 did.

    >>> is_written_for_graphs("with tf.Session() as s: print(s.run(y))"), is_written_for_graphs("print(tf.ones(2))")
    (True, False)
    """
    if _OF_TODAY.search(source):
        return False
    return bool(_OF_GRAPHS.search(source) or (_SESSION.search(source) and _RUN.search(source)))


def source_of_program():
    """The source of the program that is running, '' if it is no file."""
    path = getattr(sys.modules.get("__main__"), "__file__", None) or sys.argv[0]  # a notebook has no __file__
    if not path or not path.endswith((".py", ".ipynb")) or not os.path.isfile(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
