"""Where data files are looked for, and what is said when one is damaged or out of reach."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import minikeras.datasets
from minikeras import files
from minikeras.datasets import imdb, source
from minikeras.datasets.source import Source

ROOT = Path(__file__).resolve().parents[2]
CONTENT = b"content"
SUM = hashlib.sha256(CONTENT).hexdigest()


def test_the_checkout_is_known_by_its_list_of_checksums():
    assert source.checkout_folder() == ROOT / "datasets"


def test_an_installed_package_ignores_another_packages_folder_of_the_same_name(tmp_path):
    shutil.copytree(ROOT / "minikeras" / "datasets", tmp_path / "minikeras" / "datasets")
    for name in ("__init__.py", "files.py", "config.py"):
        shutil.copy(ROOT / "minikeras" / name, tmp_path / "minikeras" / name)
    (tmp_path / "minikeras" / "__init__.py").write_text("")
    (tmp_path / "datasets").mkdir()
    script = "from minikeras.datasets import source; print(source.checkout_folder(), source.folders())"
    environment = {"PYTHONPATH": str(tmp_path), "MINIKERAS_HOME": "/home/x"}
    run = subprocess.run(
        [sys.executable, "-S", "-c", script],  # -S: no editable installation in the way
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"None [{Path('/home/x/datasets')!r}]\n"


def test_the_list_of_checksums_is_that_of_the_files():
    listed = dict(
        reversed(line.split("  ")) for line in (ROOT / "datasets/SHA256SUMS").read_text().splitlines()
    )
    for name, expected in listed.items():
        assert files.sha256(ROOT / "datasets" / name) == expected
    readme = (ROOT / "datasets/README.md").read_text()
    present = {str(path.relative_to(ROOT / "datasets")) for path in (ROOT / "datasets").glob("*/*")}
    assert present == set(listed)
    assert all(f"`{Path(name).name}`" in readme for name in present)


def test_the_checkout_comes_before_the_cache_and_the_cache_before_the_network(
    server, cache, tmp_path, monkeypatch
):
    remote = Source("a/file", server.serve("file", CONTENT), SUM)
    assert remote.fetch() == cache / "a" / "file"
    assert remote.fetch() == cache / "a" / "file"
    assert len(server.requests) == 1
    checkout = tmp_path / "checkout"
    monkeypatch.setattr(source, "checkout_folder", lambda: checkout)
    assert remote.fetch() == cache / "a" / "file"
    shutil.copytree(cache, checkout)
    assert remote.fetch() == checkout / "a" / "file"
    assert len(server.requests) == 1


@pytest.mark.parametrize("absolute", [True, False])
def test_a_path_takes_the_place_of_the_name(server, cache, tmp_path, absolute):
    remote = Source("file", server.serve("file", CONTENT), SUM)
    path = tmp_path / "mine" / "other" if absolute else "other"
    expected = path if absolute else cache / "other"
    assert remote.fetch(path) == expected
    assert remote.fetch(str(path)) == expected
    assert len(server.requests) == 1
    assert expected.read_bytes() == CONTENT


def test_a_damaged_file_is_named_and_neither_used_nor_overwritten(server, cache):
    remote = Source("file", server.serve("file", CONTENT), SUM)
    cache.mkdir(parents=True)
    (cache / "file").write_bytes(b"damaged")
    with pytest.raises(ValueError, match=re.escape(f"The file {cache / 'file'} is damaged") + ".*Delete it"):
        remote.fetch()
    assert (cache / "file").read_bytes() == b"damaged"
    assert not server.requests


def test_a_failed_download_leaves_the_cache_empty_and_says_what_to_put_where(server, cache):
    remote = Source("file", server.serve("file", b"wrong"), SUM)
    text = f"put the file here: {cache / 'file'} with SHA-256 {SUM}."
    with pytest.raises(OSError, match=re.escape(text)):
        remote.fetch()
    assert list(cache.iterdir()) == []


def test_every_published_address_is_safe_and_has_a_checksum():
    for name in minikeras.datasets.__all__:
        module = getattr(minikeras.datasets, name)
        published = [value for value in vars(module).values() if isinstance(value, Source)]
        published += [archive for archive, _ in getattr(module, "ARCHIVES", ())]
        assert published, name
        for remote in published:
            assert remote.url.startswith("https://")
            digits = {32: remote.md5, 64: remote.sha256}
            assert [len(value) for value in digits.values() if value] in ([64], [32])
            assert (remote.sha256 is None) == remote.name.endswith("word_index.json")


def test_data_sets_are_loaded_by_name_when_first_used():
    script = (
        "import sys, minikeras.datasets as d; before = 'minikeras.datasets.imdb' in sys.modules\n"
        "print(before, d.imdb.load_data.__name__, 'reuters' in dir(d))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "False load_data True\n"
    assert minikeras.datasets.imdb is imdb
    with pytest.raises(AttributeError, match=r"has no data set 'mnits'; it has boston_housing, .*mnist"):
        _ = minikeras.datasets.mnits
