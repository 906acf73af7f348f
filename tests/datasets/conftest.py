"""An empty home, no checkout, and a server in place of the network, for the tests of downloaded data sets."""

import hashlib
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from local_server import LocalServer

from minikeras import files
from minikeras.datasets import source


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """The data folder of a user who has no checkout and has downloaded nothing yet."""
    monkeypatch.setenv("MINIKERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(source, "checkout_folder", lambda: None)
    return tmp_path / "home" / "datasets"


@pytest.fixture
def server(monkeypatch, cache):
    monkeypatch.setattr(files, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with LocalServer() as server:
        yield server


@pytest.fixture
def publish(monkeypatch, server):
    """Serve content in place of a module's published file: only its address and its checksum change."""

    def publish(module, content, name="ARCHIVE", **faults):
        published = getattr(module, name)
        sums = {"sha256" if published.sha256 else "md5": None}
        for algorithm in sums:
            sums[algorithm] = hashlib.new(algorithm, content).hexdigest()
        url = server.serve(Path(published.url).name, content, **faults)
        monkeypatch.setattr(module, name, replace(published, url=url, **sums))
        return url

    return publish
