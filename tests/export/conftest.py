"""The tests import their neighbours, and the rows of the table of layers, by name."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "layers")]
