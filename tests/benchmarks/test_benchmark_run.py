"""The benchmarks from end to end on tiny runs; the peer is minikeras itself in the same interpreter."""

import stat
import subprocess
import sys

import numpy as np
import pytest

import minikeras
from benchmarks import competitors, footprint, runner, workloads
from benchmarks.__main__ import chosen, main

SAME = f"minikeras={sys.executable}"
TINY = ["--kernels", "reference", "--rounds", "2", "--seconds", "0.001"]


def test_a_run_prints_every_table(capsys):
    assert main([*TINY, "--peer", SAME, "--workloads", "iris", "call", "size", "mlp-batch-1024"]) == 0
    printed = capsys.readouterr().out
    assert "minikeras (reference): Python" in printed
    assert "kernels: reference" in printed
    for name in ("iris", "call", "size", "mlp-batch-1024"):
        (workload,) = chosen([name], sweeps=False)
        assert workload.title in printed
    assert printed.count("minikeras (reference) against the best peer (minikeras (other)):") == 4
    assert "failed" not in printed


def test_new_processes_give_their_figures(capsys):
    assert main([*TINY, "--workloads", "import", "memory", "script"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("minikeras (reference)  ") == 3
    assert "failed" not in printed


def test_write_leaves_a_page_and_a_picture(tmp_path):
    pytest.importorskip("matplotlib")
    arguments = ["--peer", SAME, "--workloads", "call", "--write", "--folder", str(tmp_path)]
    assert main([*TINY, *arguments]) == 0
    page = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "| minikeras (other) |" in page
    assert "results.svg" in page
    assert (tmp_path / "results.svg").exists()


def test_a_peer_that_cannot_run_is_reported_with_its_reason(tmp_path, capsys):
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'ImportError: no frameworks here' >&2\nexit 3\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    assert main([*TINY, "--peer", f"torch={fake}", "--workloads", "call"]) == 1
    printed = capsys.readouterr().out
    assert "PyTorch cannot run here: ImportError: no frameworks here" in printed
    assert "LeNet-5: model(x) of one image" in printed


def test_an_error_within_a_workload_is_that_row_only(capsys):
    absent = competitors.Competitor("absent", sys.executable, "keras_script", "no_such_keras", (), ())
    present = competitors.own(["reference"])[0]
    (workload,) = chosen(["call"], sweeps=False)
    failed, passed = runner.Runner([absent, present], threads=1, rounds=1, seconds=0.001, pause=0.0).run(
        workload
    )
    assert failed.error == "ModuleNotFoundError: No module named 'no_such_keras'"
    assert failed.values == []
    assert passed.error == ""
    assert len(passed.values) == 1


def test_a_silent_worker_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "ANSWER_SECONDS", 0.2)
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nread line\nread line\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    competitor = competitors.Competitor("silent", str(fake), "keras_script", "keras", (), ())
    with (
        runner.Process(competitor, threads=1) as process,
        pytest.raises(RuntimeError, match=r"no answer within 0\.2"),
    ):
        process.ask(do="describe")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--peer", "caffe=python"],
            "--peer expected NAME=INTERPRETER with NAME one of torch, tensorflow, jax",
        ),
        (["--peer", "torch"], "received 'torch'"),
        (["--peer", "jax=/no/such/python"], "received '/no/such/python', which is not an executable"),
        (["--workloads", "lenet5"], "--workloads expected names out of iris, mlp"),
        (["--rounds", "0"], "expected a number above 0, received 0"),
    ],
)
def test_wrong_arguments_are_explained(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err


def test_choosing_workloads():
    assert chosen(None, sweeps=False) == list(workloads.WORKLOADS)
    assert chosen(None, sweeps=True) == list(workloads.SWEEPS)
    assert [workload.name for workload in chosen(["mlp-batch-4", "call"], sweeps=True)] == [
        "mlp-batch-4",
        "call",
    ]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("iris", 15), ("mlp", 101770), ("lenet", 44426), ("cnn", 1250858), ("lstm", 25482)],
)
def test_models_have_the_sizes_of_the_peers(name, parameters):
    build, data = workloads.MODELS[name]
    model = build(minikeras)
    x, y = data(3)
    assert model.count_params() == parameters
    assert x.dtype == np.float32
    assert np.array_equal(x, data(3)[0])
    assert y.shape == (3,)


def test_the_width_of_a_sweep_reaches_the_model():
    (workload,) = chosen(["mlp-width-8"], sweeps=False)
    assert workload.build(minikeras).layers[0].units == workload.size == 8


def test_the_import_time_holds_what_is_loaded_by_name(tmp_path, monkeypatch):
    (tmp_path / "toy_lazy.py").write_text(
        "import time\n\n\ndef __getattr__(name):\n    time.sleep(0.05)\n    return len(name)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert footprint.import_seconds(["toy_lazy"], ["first.real", "second"]) >= 0.1


def test_importing_minikeras_loads_its_layers():
    (ours,) = competitors.own(["reference"])
    code = (
        "import sys; from benchmarks.footprint import import_seconds; "
        f"import_seconds({ours.imports!r}, {ours.names!r}); print('minikeras.layers.core' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=footprint.CHECKOUT, capture_output=True, text=True
    )
    assert answer.stdout == "True\n", answer.stderr


def test_installed_size_follows_requirements(tmp_path, monkeypatch):
    def install(name, size, requires=()):
        package, information = tmp_path / name, tmp_path / f"{name}-1.0.dist-info"
        package.mkdir()
        information.mkdir()
        (package / "__init__.py").write_bytes(b"#" * size)
        lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requires]
        (information / "METADATA").write_text("\n".join(lines))
        (information / "RECORD").write_text(f"{name}/__init__.py,,\n")

    install(
        "toy_framework",
        1000,
        ["toy-arrays>=1", "toy_extra; extra == 'plots'", "toy_absent; python_version<'3'"],
    )
    install("toy_arrays", 300)
    install("toy_extra", 50)
    monkeypatch.syspath_prepend(tmp_path)
    assert footprint.installed_bytes(["toy-framework"], ["toy_framework"]) == 1300


def test_size_of_a_checkout_counts_its_folder(tmp_path, monkeypatch):
    (tmp_path / "toy_sources").mkdir()
    (tmp_path / "toy_sources" / "__init__.py").write_bytes(b"#" * 70)
    monkeypatch.syspath_prepend(tmp_path)
    assert footprint.installed_bytes(["toy-sources"], ["toy_sources"]) == 70


def test_peak_memory_is_that_of_this_process():
    before = footprint.peak_bytes()
    block = np.ones(64 * 2**20, dtype="uint8")
    assert footprint.peak_bytes() >= before
    assert footprint.peak_bytes() > block.nbytes


def test_threads_are_the_same_for_everyone():
    settings = runner.thread_settings(2)
    assert {
        settings[name] for name in ("OMP_NUM_THREADS", "MINIKERAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    } == {"2"}
