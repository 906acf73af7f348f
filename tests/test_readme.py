"""The README and CONTRIBUTING keep their promises."""

import os
import re
import subprocess
import sys
from pathlib import Path

import readme_lines

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'layers'}"}


def test_two_set_up_lines():
    example, tests = readme_lines.shell_lines()
    assert "examples/mnist_lenet.py" in example
    assert "-m pytest" in tests


def test_snippets_run(capsys):
    readme_lines.snippets()
    printed = capsys.readouterr().out
    assert "Total params" in printed
    assert "[ 1. -2.  3.]" in printed
    assert "3.3054 -0.3462" in printed or "0." in printed
    assert "Did you mean 'adam'?" in printed


def test_links_lead_somewhere():
    for page in ("README.md", "CONTRIBUTING.md", "benchmarks/README.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text()):
            if "://" not in target:
                assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_files_that_are_named_exist():
    named = re.findall(
        r"`((?:examples|benchmarks|datasets|tests|docs)/[\w./-]*)`", (ROOT / "README.md").read_text()
    )
    assert named
    for name in named:
        assert (ROOT / name).exists(), f"README.md names {name}"


def test_figures_come_from_the_recorded_run():
    """Every speed the README tells stands, to the letter, in benchmarks/RESULTS.md."""
    text = (ROOT / "README.md").read_text()
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text()
    for figure in re.findall(r"\b\d+(?:\.\d+)? (?:ms|µs|times faster)\b", text):
        assert figure in results, f"README.md says {figure}, RESULTS.md does not"


CHECK = """
import numpy as np
import minikeras as keras

x = np.random.default_rng(0).normal(size=(3, 4))
model = keras.Sequential([keras.Input((4,)), Snake(frequency=2.0), keras.layers.Dense(1)])
np.testing.assert_allclose(model.layers[0](x), x + np.sin(2 * x) ** 2 / 2, rtol=1e-5)
model.compile("sgd", "mse")
model.fit(x, x[:, :1], verbose=0)
assert keras.models.model_from_json(model.to_json()).layers[0].frequency == 2.0
assert keras.registry.find_class("Snake", "layer") is Snake
built = ROWS[0].make()
ROWS[0].outputs(built)
assert built.frequency == 2.0
try:
    Snake(-1)
except ValueError as error:
    assert "positive frequency" in str(error)
else:
    raise SystemExit("a negative frequency passed")
"""


def test_adding_a_layer_as_contributing_shows_it(tmp_path):
    """The file of the new layer, as the page shows it, and nothing else."""
    layer, row = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.S)
    assert "Row(Snake" in row
    script = tmp_path / "snake.py"
    rows = f"ROWS = [{row.strip()}]\n"
    script.write_text(
        "from layer_row import Row\n"
        + layer
        + rows
        + CHECK.replace("keras.registry", "__import__('minikeras.registry').registry")
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    assert run.returncode == 0, run.stderr
