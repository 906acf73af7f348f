"""Notebooks (`.ipynb`) run as programs: their cells in order, in one namespace."""

import ast
import builtins
import json
import linecache
import os
import re
import sys

# Magics with something to run behind them, magics that change the process, and those that only a notebook needs.
_TIMING = ("time", "timeit", "capture", "prun")
_QUIET = (
    "matplotlib", "autoreload", "load_ext", "reload_ext", "config", "tensorflow_version", "reset", "who", "whos",
    "precision", "xmode", "pinfo", "pdb", "colors", "logstart", "notebook", "aimport", "unload_ext",
)  # fmt: skip
_CANDIDATE = re.compile(r"^(?P<indent>\s*)(?P<text>(%|!|\?).*|[\w.]+\?{1,2})\s*$")
_CAPTURED = re.compile(r"^\s*[\w, ]+=\s*[%!](?P<command>.*)$")


class NotebookError(ValueError):
    """A file that is no notebook, or a notebook that is no Python."""


def run_cells(cells, name, main):
    """Run the cells of a notebook in a module.

    cells: their texts; name: what errors call the notebook; main: the module whose namespace all cells share. The
    value of a cell's last expression is printed, as a notebook shows it, unless a semicolon ends it. Figures are drawn
    without a screen. Lines for the notebook itself (`%matplotlib inline`) do nothing; commands for a shell
    (`!pip install ...`) are skipped and told on stderr.

    >>> from types import ModuleType
    >>> run_cells(["%matplotlib inline\\nx = 2", "x + 1"], "two.ipynb", ModuleType("__main__"))
    3
    """
    os.environ.setdefault("MPLBACKEND", "agg")
    namespace = vars(main)
    namespace.setdefault("__builtins__", builtins)
    namespace.setdefault("display", display)
    for number, text in enumerate(cells, 1):
        _run_cell(text, f"{name}, cell {number}", namespace)


def read_cells(source, name):
    """The texts of the code cells of a notebook, in order.

    >>> read_cells(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1"]}]}', "one.ipynb")
    ['x = 1']
    """
    try:
        notebook = json.loads(source)
        worksheets = notebook.get("worksheets") or [notebook]  # before version 4 cells were in worksheets
        cells = [cell for worksheet in worksheets for cell in worksheet["cells"]]
        language = notebook.get("metadata", {}).get("kernelspec", {}).get("language", "python")
        texts = [cell.get("source", cell.get("input")) for cell in cells if cell.get("cell_type") == "code"]
        texts = [text if isinstance(text, str) else "".join(text) for text in texts]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise NotebookError(
            f"{name} is not a notebook: expected the JSON of an .ipynb file ({type(error).__name__}: {error})."
        ) from None
    if language != "python":
        raise NotebookError(f"{name} is a notebook in {language}; minikeras runs Python.")
    return texts


def display(*values):
    """Show values, as a notebook's `display` does; in text."""
    for value in values:
        print(value if isinstance(value, str) else repr(value))


def _run_cell(text, place, namespace):
    # 1. What is meant for the notebook and what for Python.
    first = text.lstrip().partition("\n")[0].rstrip()
    if first.startswith("%%"):
        text = _cell_magic(first[2:], text, place)
    text, tree = _parse(text, place)
    linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
    # 2. The statements; a last expression is shown.
    shown = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not _ends_in_semicolon(text):
        shown = ast.Expression(tree.body.pop().value)
    exec(compile(tree, place, "exec", dont_inherit=True), namespace)
    if shown is not None:
        value = eval(compile(shown, place, "eval", dont_inherit=True), namespace)
        if value is not None:
            namespace["_"] = value
            print(repr(value))


def _parse(text, place):
    """The text without the lines that are not Python, and its syntax tree.

    Only a line at which Python's grammar fails is looked at, so that a `%` inside of text or of an expression is
    left alone.
    """
    lines = text.splitlines(keepends=True)
    while True:
        try:
            return "".join(lines), ast.parse("".join(lines), place)
        except SyntaxError as error:
            number = (error.lineno or 0) - 1
            line = lines[number] if 0 <= number < len(lines) else ""
            captured, found = _CAPTURED.match(line), _CANDIDATE.match(line)
            if captured:
                raise NotebookError(
                    f"{place}: {line.strip()!r} takes the output of a command, which minikeras does not run. "
                    "Assign the value in Python."
                ) from None
            if not found:
                linecache.cache[place] = (len(text), None, text.splitlines(keepends=True), place)
                raise
            lines[number] = found["indent"] + _line_magic(found["text"], place) + "\n"


def _line_magic(line, place):
    """The Python that stands for a line meant for the notebook."""
    if line.startswith(("!", "?")) or line.endswith("?"):
        return _skipped(line, place)
    name, _, rest = line.lstrip("%").partition(" ")
    rest = rest.strip()
    if name in _TIMING:
        return re.sub(r"^(-\w+(\s+\d+)?\s+)*", "", rest) or "pass"
    if name == "cd":
        return f"__import__('os').chdir(__import__('os').path.expanduser({rest.strip(chr(39) + chr(34))!r}))"
    if name in ("env", "set_env") and re.match(r"\w+[= ]", rest):
        key, value = re.split(r"[= ]+", rest, maxsplit=1)
        return f"__import__('os').environ[{key!r}] = {value!r}"
    if name == "pylab":
        return "from pylab import *"
    if name in _QUIET:
        return "pass"
    return _skipped(line, place)


def _cell_magic(line, text, place):
    """The Python in a cell that begins with a cell magic; what is no Python is skipped as a whole."""
    name, _, rest = line.partition(" ")
    body = text.lstrip().partition("\n")[2]
    if name == "writefile":
        arguments = [part for part in rest.split() if part != "-a"]
        mode = "a" if "-a" in rest.split() else "w"
        return f"with open({arguments[0]!r}, {mode!r}) as _file:\n    _file.write({body!r})\ndel _file\n"
    if name in _TIMING:
        return "\n" + body
    _skipped(f"%%{line}", place)
    return "\n"


def _skipped(line, place):
    print(f"minikeras run: {place}: skipped: {line}", file=sys.stderr)
    return "pass"


def _ends_in_semicolon(text):
    kept = [line.partition("#")[0].rstrip() for line in text.splitlines()]
    last = next((line for line in reversed(kept) if line), "")
    return last.endswith(";")
