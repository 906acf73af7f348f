"""Runs what the README promises: its two shell lines (`run`), and its Python snippets (`snippets`)."""

import contextlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def blocks(language):
    """The fenced blocks of a language in the README."""
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(), flags=re.S)


def shell_lines():
    """The lines that set everything up: one runs the main example, one the tests."""
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("python3 -m venv")
    ]
    if len(lines) != 2:
        raise SystemExit(f"README.md should hold exactly two set-up lines, found {len(lines)}.")
    return lines


def run():
    """Both lines as they stand, the example shortened so that they fit into continuous integration."""
    for line in shell_lines():
        line = line.replace("examples/mnist_lenet.py", "examples/mnist_lenet.py --epochs 1 --samples 6000")
        line = line.replace("python -m pytest", "python -m pytest tests/test_readme.py")
        print("$", line, flush=True)
        subprocess.run(["bash", "-euo", "pipefail", "-c", line], check=True)


def snippets():
    """Every Python snippet, one after another in one namespace, as a reader would paste them."""
    namespace = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for number, code in enumerate(blocks("python"), 1):
            exec(compile(code, f"README.md snippet {number}", "exec"), namespace)
    print(f"{number} snippets ran")


if __name__ == "__main__":
    {"run": run, "snippets": snippets}[sys.argv[1]]()
