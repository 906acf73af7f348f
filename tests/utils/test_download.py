"""Files from a real server on this machine, and archives that try to get out of their folder."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from local_server import LocalServer

from minikeras.utils import get_file


@pytest.fixture
def server():
    with LocalServer() as server:
        yield server


def tar_of(*members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if content is None:
                info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
                archive.addfile(info)
            else:
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zip_of(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            if content is None:
                info.external_attr = 0o120777 << 16
            archive.writestr(info, content or b"/etc/passwd")
    return buffer.getvalue()


def test_downloads_once_and_again_when_asked(server, tmp_path):
    address = server.serve("a.txt", b"hello")
    for force, requests in ((False, 1), (False, 1), (True, 2)):
        path = get_file(origin=address, cache_dir=tmp_path, force_download=force)
        assert path == str(tmp_path / "datasets" / "a.txt")
        assert Path(path).read_bytes() == b"hello"
        assert len(server.requests) == requests


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_checksums(server, tmp_path, algorithm):
    address = server.serve("a.txt", b"hello")
    right = hashlib.new(algorithm, b"hello").hexdigest()
    with pytest.raises(OSError, match=algorithm):
        get_file(origin=address, cache_dir=tmp_path, file_hash=right[::-1])
    assert not (tmp_path / "datasets" / "a.txt").exists()
    kept = Path(get_file(origin=address, cache_dir=tmp_path, file_hash=right))
    kept.write_bytes(b"spoiled")
    assert Path(get_file(origin=address, cache_dir=tmp_path, file_hash=right)).read_bytes() == b"hello"


@pytest.mark.parametrize(("name", "pack"), [("d.tar.gz", tar_of), ("d.zip", zip_of)])
def test_unpacks(server, tmp_path, name, pack):
    address = server.serve(name, pack(("x/one.txt", b"1"), ("two.txt", b"2")))
    folder = Path(get_file(name, address, extract=True, cache_dir=tmp_path))
    assert folder == tmp_path / "datasets" / "d_extracted"
    assert (folder / "x" / "one.txt").read_bytes() == b"1"
    assert sorted(p.name for p in folder.iterdir()) == ["two.txt", "x"]


@pytest.mark.parametrize("pack", [tar_of, zip_of])
@pytest.mark.parametrize(
    ("member", "text"),
    [
        (("/absolute.txt", b"1"), "leads out of the folder"),
        (("../out.txt", b"1"), "leads out of the folder"),
        (("a/../../out.txt", b"1"), "leads out of the folder"),
        (("link", None), "a link or a device"),
    ],
)
def test_hostile_archives_leave_nothing(server, tmp_path, pack, member, text):
    address = server.serve("bad", pack(("good.txt", b"1"), member))
    with pytest.raises(ValueError, match=text):
        get_file(origin=address, extract=True, cache_dir=tmp_path)
    assert [p.name for p in (tmp_path / "datasets").iterdir()] == ["bad_archive"]


def test_not_an_archive(server, tmp_path):
    with pytest.warns(UserWarning, match="not an archive"):
        get_file(origin=server.serve("a.txt", b"hello"), extract=True, cache_dir=tmp_path)


def test_names_without_folders(tmp_path):
    with pytest.raises(ValueError, match="without folders"):
        get_file("../a", "http://127.0.0.1:1/a", cache_dir=tmp_path)
    with pytest.raises(ValueError, match="needs origin"):
        get_file("a")
