"""Ratios, choices and texts of the benchmarks, from values made up here: no timing is tested."""

from pathlib import Path

import pytest

from benchmarks import competitors, plot, report, runner
from benchmarks.workloads import SWEEPS, WORKLOADS

OURS = competitors.minikeras("minikeras (native)", "python", is_peer=False)
REFERENCE = competitors.minikeras("minikeras (reference)", "python", is_peer=False)
EAGER = competitors.pytorch("PyTorch", "python", "eager")
COMPILED = competitors.pytorch("PyTorch, torch.compile", "python", "compiled", counts_as_best=False)
JAX = competitors.keras("jax", "Keras on JAX", "python")


def results():
    """Five competitors in three rounds; the machine is four times slower in the second."""
    return [
        runner.Result(OURS, [1.0, 4.0, 1.0]),
        runner.Result(REFERENCE, [2.0, 8.0, 2.0]),
        runner.Result(EAGER, [3.0, 12.0, 3.5]),
        runner.Result(COMPILED, [2.0, 6.0, 2.0]),
        runner.Result(JAX, error="ValueError: no | luck"),
    ]


def made_up_run():
    tables = [(WORKLOADS[0], results()), (SWEEPS[0], results()), (SWEEPS[1], results())]
    machine = {"processor": "An abacus", "cores": 4, "system": "Linux", "load": 0.5}
    described = {"minikeras (native)": {"versions": ["Python 3.11"], "note": "kernels: reference"}}
    return report.Run("2024-02-29", machine, 2, 3, described, {"Keras on JAX": "ImportError: none"}, tables)


def test_the_ratio_is_the_median_of_the_ratios_within_rounds():
    ours, _, eager, *_ = results()
    assert runner.paired_ratio(eager, ours) == 3.0
    assert runner.paired_ratio(ours, ours) == 1.0
    assert (
        runner.paired_ratio(runner.Result(EAGER, [9.0, 10.0, 1.0]), runner.Result(OURS, [1.0, 5.0, 10.0]))
        == 2.0
    )


def test_a_ratio_of_unequal_rounds_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        runner.paired_ratio(runner.Result(EAGER, [1.0, 2.0]), runner.Result(OURS, [1.0]))


def test_the_best_peer_is_neither_ours_nor_compiled_nor_failed():
    assert runner.best_peer(results()).competitor is EAGER
    assert runner.best_peer(results()[:2]) is None


def test_the_baseline_is_our_first_result_with_values():
    assert runner.baseline(results()).competitor is OURS
    assert runner.baseline([runner.Result(OURS, error="broken"), *results()[1:]]).competitor is REFERENCE
    assert runner.baseline(results()[2:]) is None


def test_terminal_table():
    text = report.terminal_table(WORKLOADS[0], results())
    lines = text.splitlines()
    assert lines[0] == WORKLOADS[0].title
    assert lines[3].split() == ["PyTorch", "3500", "ms", "min", "3000", "ms", "3.00", "×"]
    assert lines[5].split() == ["Keras", "on", "JAX", "failed:", "ValueError:", "no", "|", "luck"]
    assert lines[6].strip() == (
        "minikeras (native) against the best peer (PyTorch): 3.00 ×; against PyTorch, torch.compile: 2.00 ×"
    )


def test_markdown():
    page = report.markdown(made_up_run(), [Path("results.svg")])
    assert "on 2 of 4 cores: An abacus, Linux, load average 0.5" in page
    assert "| minikeras (native) | Python 3.11 | kernels: reference |" in page
    assert "| Keras on JAX | could not run | ImportError: none |" in page
    assert f"| {WORKLOADS[0].title} | 1000 ms | 3500 ms | PyTorch | **3.00 ×** |" in page
    assert "| Keras on JAX | failed |  | ValueError: no \\| luck |" in page
    assert "![results](results.svg)" in page
    assert f"| {SWEEPS[1].batch} | 1000 ms | 2000 ms | 3500 ms | 2000 ms | failed |" in page
    assert page.count(SWEEPS[0].title) == 1


def test_a_page_of_sweeps_says_how_it_was_made():
    run = made_up_run()
    assert report.markdown(run).startswith(
        "# Results\n\nMeasured on 2024-02-29 by `python -m benchmarks --write` in "
    )
    run.results = [pair for pair in run.results if pair[0].group != "main"]
    assert report.markdown(run).startswith(
        "# Sweeps\n\nMeasured on 2024-02-29 by `python -m benchmarks --sweeps --write` in "
    )


def test_pictures(tmp_path):
    pytest.importorskip("matplotlib")
    paths = plot.draw(made_up_run(), tmp_path)
    assert [path.name for path in paths] == ["results.svg", "sweeps.svg"]
    assert all("<svg" in path.read_text(encoding="utf-8") for path in paths)
    assert plot.draw(report.Run("", {}, 1, 1, {}, {}, []), tmp_path) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.5, "1234"),
        (99.96, "100.0"),
        (12.345, "12.3"),
        (1.2345, "1.23"),
        (0.23456, "0.235"),
        (0.0123, "0.0123"),
    ],
)
def test_figures_have_about_three_digits(value, text):
    assert report.figure(value) == text


def test_long_errors_are_shortened():
    assert report.shortened("a\n b") == "a b"
    assert len(report.shortened("x" * 500)) == 160


def test_names_of_workloads_are_unique():
    names = [workload.name for workload in (*WORKLOADS, *SWEEPS)]
    assert len(set(names)) == len(names)


def test_what_competitors_support():
    by_name = {workload.name: workload for workload in WORKLOADS}
    sklearn = competitors.sklearn_peers("python")[0]
    compiled = competitors.torch_peers("python")[1]
    assert [name for name, workload in by_name.items() if sklearn.supports(workload)] == [
        "mlp",
        "import",
        "size",
    ]
    assert [name for name, workload in by_name.items() if not compiled.supports(workload)] == [
        "iris-python",
        "lenet-python",
        "script",
        "import",
        "size",
        "memory",
    ]
    assert all(OURS.supports(workload) for workload in (*WORKLOADS, *SWEEPS))
