"""Helpers beside the tests, and what writes the pages of docs/, can be imported by their names."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parent / "docs")]
