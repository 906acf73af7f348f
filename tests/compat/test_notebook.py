"""Notebooks as programs: their cells, and the lines in them that are not Python."""

import json
import os
from types import ModuleType

import pytest
from compat_processes import run

from minikeras.compat import notebook
from minikeras.compat.notebook import NotebookError, read_cells, run_cells


def write(path, *cells, **metadata):
    """A notebook file with a heading and these code cells."""
    entries = [{"cell_type": "markdown", "source": "# Heading"}]
    entries += [
        {"cell_type": "code", "source": text.splitlines(keepends=True), "outputs": []} for text in cells
    ]
    path.write_text(json.dumps({"nbformat": 4, "metadata": metadata, "cells": entries}))


@pytest.fixture
def cells(monkeypatch):
    """A function that runs cells; returns their namespace."""
    monkeypatch.setattr(os, "environ", os.environ.copy())

    def go(*texts):
        main = ModuleType("__main__")
        run_cells(texts, "it.ipynb", main)
        return vars(main)

    return go


def test_a_notebook_is_run(tmp_path):
    write(
        tmp_path / "lesson.ipynb",
        "%matplotlib inline\n!pip install -q tensorflow==2.3\nimport tensorflow.keras as keras\nimport numpy as np",
        "model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])\nmodel.compile(keras.optimizers.SGD(lr=0.1), 'mse')",
        "%%time\nhistory = model.fit(np.ones((8, 2)), np.ones(8), epochs=2, verbose=0)\nlen(history.history['loss'])",
        "import matplotlib.pyplot as plt\nplt.plot(history.history['loss'])\nplt.show()\nplt.get_backend().lower()",
        "import sys, os\n__name__, sys.argv, os.path.basename(sys.path[0])",
    )
    done = run("lesson.ipynb", "more", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *_, length, backend, names = done.stdout.splitlines()
    assert (length, backend) == ("2", "'agg'")
    assert names == f"('__main__', ['lesson.ipynb', 'more'], {tmp_path.name!r})"
    first, *rest = done.stderr.splitlines()
    assert first == "minikeras run: lesson.ipynb, cell 1: skipped: !pip install -q tensorflow==2.3"
    assert any("SGD(lr=...)" in line for line in rest)


def test_an_error_names_the_cell_and_shows_its_line(tmp_path):
    write(tmp_path / "wrong.ipynb", "x = 1", "def f():\n    return x / 0", "f()", "print('never')")
    done = run("wrong.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if "^" not in line]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "wrong.ipynb, cell 3", line 1, in <module>',
        "    f()",
        '  File "wrong.ipynb, cell 2", line 2, in f',
        "    return x / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_a_mistake_in_the_grammar_is_shown(tmp_path):
    write(tmp_path / "grammar.ipynb", "%matplotlib inline\nx = = 1")
    done = run("grammar.ipynb", cwd=tmp_path)
    assert done.returncode == 1
    assert 'File "grammar.ipynb, cell 1", line 2\n    x = = 1' in done.stderr
    assert done.stderr.endswith("SyntaxError: invalid syntax\n")


def test_what_is_no_notebook_is_said(tmp_path):
    (tmp_path / "text.ipynb").write_text("words")
    done = run("text.ipynb", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "minikeras run: text.ipynb is not a notebook: expected the JSON of an .ipynb file"
    )
    with pytest.raises(NotebookError, match="it is not a notebook"):
        read_cells(b"[]", "it")
    with pytest.raises(NotebookError, match="a notebook in julia; minikeras runs Python"):
        read_cells(b'{"cells": [], "metadata": {"kernelspec": {"language": "julia"}}}', "it.ipynb is")


def test_older_files_keep_cells_in_worksheets():
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}]}]}
    assert read_cells(json.dumps(old).encode(), "old.ipynb") == ["x = 1\ny = 2"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 + 1", "2\n"),
        ("'text'", "'text'\n"),
        ("None", ""),
        ("x = 3", ""),
        ("x = 3\nx;", ""),
        ("x = 3\nx  # a comment;", "3\n"),
        ("for i in range(3):\n    i", ""),
        ("print(5)\n[1,\n 2]", "5\n[1, 2]\n"),
        ("display('a', [1])", "a\n[1]\n"),
        ("", ""),
        ("# only a comment", ""),
    ],
)
def test_the_value_of_a_cell_is_shown(cells, capsys, text, shown):
    cells(text)
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("%time x = 4", "x", 4),
        ("%timeit -n 10 -r 3 x = 4", "x", 4),
        ("if True:\n    %matplotlib inline\n    x = 4", "x", 4),
        ("%%time\nx = 4", "x", 4),
        ("%%capture out\nx = 4", "x", 4),
        ("x = '''\n%d\n!ls\n''' % 3", "x", "\n3\n!ls\n"),
        ("x = (7\n% 4)", "x", 3),
        (
            "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.figure_format = 'retina'\nx = 4",
            "x",
            4,
        ),
        ("%env COLOUR=red\nimport os\nx = os.environ['COLOUR']", "x", "red"),
        ("%tensorflow_version 2.x\nx = 4", "x", 4),
    ],
)
def test_lines_for_the_notebook(cells, capsys, text, name, value):
    assert cells(text)[name] == value
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "line", ["!ls -l (unclosed", "!pip install 'it", "%unheard of", "len?", "?len", "!wget http://x/y 2>&1"]
)
def test_commands_are_skipped_and_told(cells, capsys, line):
    assert cells(f"x = 1\n{line}\ny = 2")["y"] == 2
    assert capsys.readouterr().err == f"minikeras run: it.ipynb, cell 1: skipped: {line}\n"


def test_cells_in_other_languages_are_skipped(cells, capsys):
    assert "y" in cells("%%bash\nrm -rf *", "y = 1")
    assert capsys.readouterr().err == "minikeras run: it.ipynb, cell 1: skipped: %%bash\n"


def test_the_output_of_a_command_cannot_be_had(cells):
    with pytest.raises(NotebookError, match=r"takes the output of a command, which minikeras does not run"):
        cells("files = !ls")


def test_files_are_written_and_folders_changed(cells, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inner").mkdir()
    cells("%cd inner", "%%writefile helper.py\nvalue = 'a'\n", "%%writefile -a helper.py\nmore = 1")
    assert (tmp_path / "inner" / "helper.py").read_text() == "value = 'a'\nmore = 1"


def test_the_last_value_has_a_name(cells):
    assert cells("5", "y = _ + 1")["y"] == 6


def test_magics_are_documented_by_their_tables():
    assert not set(notebook._TIMING) & set(notebook._QUIET)
