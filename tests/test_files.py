"""The home folder, writing all or nothing, checksums, and downloads from a real server with real faults."""

import contextlib
import hashlib
import os
import re
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from local_server import LocalServer

from minikeras import files

CONTENT = bytes(range(256)) * 4000
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(files, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with LocalServer() as server:
        yield server


def only(folder, *names):
    """The folder holds these files and nothing else: no leftovers."""
    assert sorted(os.listdir(folder)) == sorted(names)


class TestHome:
    def test_is_where_the_environment_says(self, monkeypatch, tmp_path):
        monkeypatch.setenv("MINIKERAS_HOME", str(tmp_path / "here"))
        assert files.home() == tmp_path / "here"

    @pytest.mark.parametrize("value", [None, ""])
    def test_is_in_the_users_folder_else(self, monkeypatch, tmp_path, value):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        monkeypatch.delenv("MINIKERAS_HOME", raising=False)
        if value is not None:
            monkeypatch.setenv("MINIKERAS_HOME", value)
        assert files.home() == tmp_path / ".minikeras"


class TestAtomicWrite:
    @settings(max_examples=20, deadline=None)
    @given(old=st.binary(max_size=50) | st.none(), new=st.binary(max_size=50))
    def test_replaces_the_whole_content(self, tmp_path_factory, old, new):
        path = tmp_path_factory.mktemp("atomic") / "file"
        if old is not None:
            path.write_bytes(old)
        with files.atomic_write(path) as file:
            file.write(new)
            assert (path.read_bytes() if path.exists() else None) == old
        assert path.read_bytes() == new
        only(path.parent, "file")

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_an_error_leaves_the_old_file_and_nothing_else(self, tmp_path, error):
        path = tmp_path / "file"
        path.write_bytes(b"old")

        def write():
            with files.atomic_write(path) as file:
                file.write(b"half of the ne")
                raise error

        with pytest.raises(error):
            write()
        assert path.read_bytes() == b"old"
        only(tmp_path, "file")

    def test_an_error_before_there_was_a_file_leaves_no_file(self, tmp_path):
        with pytest.raises(ZeroDivisionError), files.atomic_write(tmp_path / "file"):
            raise ZeroDivisionError
        only(tmp_path)

    def test_a_killed_process_leaves_the_old_file(self, tmp_path):
        path = tmp_path / "file"
        path.write_bytes(b"old")
        script = (
            "import os, sys; from minikeras import files\n"
            "with files.atomic_write(sys.argv[1]) as file:\n"
            "    file.write(b'new'); file.flush(); os._exit(9)"
        )
        assert subprocess.run([sys.executable, "-c", script, str(path)]).returncode == 9
        assert path.read_bytes() == b"old"

    def test_writes_text_in_utf_8_with_plain_line_ends(self, tmp_path):
        with files.atomic_write(tmp_path / "file", "w") as file:
            file.write("größer\n")
        assert (tmp_path / "file").read_bytes() == "größer\n".encode()

    @pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
    def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own(self, tmp_path):
        usual, path = tmp_path / "usual", tmp_path / "file"
        usual.write_bytes(b"")
        with files.atomic_write(path) as file:
            file.write(b"1")
        assert path.stat().st_mode == usual.stat().st_mode
        path.chmod(0o640)
        with files.atomic_write(path) as file:
            file.write(b"2")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    @pytest.mark.skipif(os.name != "posix", reason="symbolic links need privileges elsewhere")
    def test_a_link_keeps_pointing_at_the_file(self, tmp_path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_bytes(b"old")
        (tmp_path / "link").symlink_to(tmp_path / "folder" / "file")
        with files.atomic_write(tmp_path / "link") as file:
            file.write(b"new")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "folder" / "file").read_bytes() == b"new"
        only(tmp_path / "folder", "file")

    def test_says_what_is_wrong_with_the_path(self, tmp_path):
        with pytest.raises(IsADirectoryError, match="received the folder"), files.atomic_write(tmp_path):
            pass
        with (
            pytest.raises(FileNotFoundError, match="its folder does not exist"),
            files.atomic_write(tmp_path / "no" / "x"),
        ):
            pass
        with pytest.raises(ValueError, match="mode 'wb' or 'w', received 'a'"), files.atomic_write("x", "a"):
            pass


class TestChecksums:
    def test_sha256_of_the_standards_example(self, tmp_path):
        # FIPS 180-4's example "abc".
        (tmp_path / "file").write_bytes(b"abc")
        expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert files.sha256(tmp_path / "file") == expected
        files.check(tmp_path / "file", sha256=expected.upper(), md5="900150983cd24fb0d6963f7d28e17f72")

    @pytest.mark.parametrize("algorithm", ["sha256", "md5"])
    def test_a_disagreement_names_the_file_and_both_sums(self, tmp_path, algorithm):
        path = tmp_path / "file"
        path.write_bytes(b"abc")
        received = hashlib.new(algorithm, b"abc").hexdigest()
        text = (
            f"file {path} is damaged or is another file: expected {algorithm} 00, received {received}. Delete"
        )
        with pytest.raises(ValueError, match=re.escape(text)):
            files.check(path, **{algorithm: "00"})


class TestDownload:
    def test_writes_the_file_and_the_folders_above_it(self, server, tmp_path, capsys):
        url = server.serve("file", CONTENT)
        files.download(url, tmp_path / "a" / "b" / "file", sha256=SUM, md5=hashlib.md5(CONTENT).hexdigest())
        assert (tmp_path / "a" / "b" / "file").read_bytes() == CONTENT
        only(tmp_path / "a" / "b", "file")
        output = capsys.readouterr()
        assert output == ("", f"Downloading file (1,024,000 bytes) from {url}\n")

    def test_shows_a_bar_on_a_terminal(self, server, tmp_path):
        termios = pytest.importorskip("termios", reason="needs a pseudo-terminal")
        script = "import sys; from minikeras import files; files.download(*sys.argv[1:])"
        reader, terminal = os.openpty()
        termios.tcsetwinsize(terminal, (24, 80))
        try:
            url = server.serve("file", CONTENT)
            command = [sys.executable, "-c", script, url, str(tmp_path / "file"), SUM]
            result = subprocess.run(command, stderr=terminal, stdout=subprocess.PIPE)
            output = os.read(reader, 10_000).decode()
        finally:
            os.close(terminal)
            os.close(reader)
        assert (result.returncode, result.stdout) == (0, b"")
        assert re.search(r"^\rfile: .*100%.*\| 1\.02M/1\.02M \[", output, re.DOTALL)
        assert "Downloading" not in output

    def test_an_empty_file_and_one_of_unannounced_length(self, server, tmp_path):
        files.download(server.serve("empty", b""), tmp_path / "empty")
        files.download(server.serve("long", CONTENT, announce=False), tmp_path / "long", sha256=SUM)
        assert (tmp_path / "empty").read_bytes() == b""
        assert (tmp_path / "long").read_bytes() == CONTENT

    def test_resumes_where_the_answer_broke_off(self, server, tmp_path):
        files.download(server.serve("file", CONTENT, cuts=[300_000, 400_000]), tmp_path / "file", sha256=SUM)
        assert (tmp_path / "file").read_bytes() == CONTENT
        only(tmp_path, "file")
        ranges = [headers.get("Range") for _, headers in server.requests]
        assert ranges == [None, "bytes=300000-", "bytes=700000-"]

    def test_starts_over_when_the_server_cannot_resume(self, server, tmp_path):
        url = server.serve("file", CONTENT, cuts=[300_000], resumable=False)
        files.download(url, tmp_path / "file", sha256=SUM)
        assert (tmp_path / "file").read_bytes() == CONTENT
        assert [headers.get("Range") for _, headers in server.requests] == [None, None]

    def test_starts_over_when_the_file_changed_meanwhile_under_the_same_tag(self, server, tmp_path):
        new = CONTENT[::-1]
        url = server.serve("file", CONTENT, cuts=[300_000], later=new)
        files.download(url, tmp_path / "file", sha256=hashlib.sha256(new).hexdigest())
        assert (tmp_path / "file").read_bytes() == new
        assert [headers.get("Range") for _, headers in server.requests] == [None, "bytes=300000-", None]

    @pytest.mark.parametrize("resumable", [True, False])
    def test_starts_over_when_the_file_became_shorter_meanwhile(self, server, tmp_path, resumable):
        new = b"short"
        url = server.serve("file", CONTENT, cuts=[300_000], later=new, resumable=resumable)
        files.download(url, tmp_path / "file", sha256=hashlib.sha256(new).hexdigest())
        assert (tmp_path / "file").read_bytes() == new

    def test_does_not_join_parts_that_do_not_fit(self, server, tmp_path):
        url = server.serve("file", CONTENT, cuts=[300_000], shift=7)
        files.download(url, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == CONTENT
        assert len(server.requests) == 3

    @pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
    def test_tries_again_after_a_passing_error(self, server, tmp_path, status):
        files.download(
            server.serve("file", CONTENT, statuses=[status, status]), tmp_path / "file", sha256=SUM
        )
        assert (tmp_path / "file").read_bytes() == CONTENT

    def test_an_answer_always_truncated_fails_and_leaves_nothing(self, server, tmp_path):
        url = server.serve("file", CONTENT, cuts=[1000] * 9, resumable=False)
        text = "the answer broke off after 1,000 of 1,024,000 bytes, 3 times"
        with pytest.raises(files.DownloadError, match=text):
            files.download(url, tmp_path / "file")
        assert len(server.requests) == files.ATTEMPTS
        only(tmp_path)

    def test_a_corrupted_answer_fails_at_once_and_leaves_the_old_file(self, server, tmp_path):
        (tmp_path / "file").write_bytes(b"old")
        damaged = CONTENT[:5000] + b"!" + CONTENT[5001:]
        received = hashlib.sha256(damaged).hexdigest()
        text = f"the 1,024,000 bytes received have sha256 {received}, expected {SUM}"
        with pytest.raises(files.DownloadError, match=text):
            files.download(server.serve("file", damaged), tmp_path / "file", sha256=SUM)
        assert len(server.requests) == 1
        assert (tmp_path / "file").read_bytes() == b"old"
        only(tmp_path, "file")

    def test_a_truncation_without_a_length_is_found_by_the_checksum(self, server, tmp_path):
        url = server.serve("file", CONTENT, announce=False, cuts=[1000])
        with pytest.raises(files.DownloadError, match="the 1,000 bytes received have sha256"):
            files.download(url, tmp_path / "file", sha256=SUM)
        only(tmp_path)

    def test_a_missing_page_fails_at_once(self, server, tmp_path):
        with pytest.raises(files.DownloadError, match=r"the server answered 404 \(Not Found\)\. Without"):
            files.download(server.address + "nothing", tmp_path / "file")
        assert len(server.requests) == 1
        only(tmp_path)

    def test_a_lasting_server_error_is_told(self, server, tmp_path):
        url = server.serve("file", CONTENT, statuses=[503] * 9)
        with pytest.raises(files.DownloadError, match=r"the server answered 503 \(.*\), 3 times"):
            files.download(url, tmp_path / "file")

    def test_a_silent_server_is_given_up(self, server, tmp_path, monkeypatch):
        monkeypatch.setattr(files, "TIMEOUT_SECONDS", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/file"
            with pytest.raises(
                files.DownloadError, match=r"the server did not answer \(.*timed out.*\), 3 times"
            ):
                files.download(url, tmp_path / "file")
        only(tmp_path)

    def test_without_a_network_it_says_what_to_put_where(self, server, tmp_path):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/file"
        with pytest.raises(files.DownloadError) as caught:
            files.download(url, tmp_path / "file", sha256=SUM)
        expected = (
            f"Could not download {url}: no connection to the server ([Errno 111] Connection refused). Without a "
            f"network, fetch that address on another machine and put the file here: {tmp_path / 'file'} with "
            f"SHA-256 {SUM}."
        )
        assert re.sub(r"\[Errno \d+\]", "[Errno 111]", str(caught.value)) == expected
        only(tmp_path)

    def test_an_unknown_host_is_no_connection(self, tmp_path, server):
        with pytest.raises(files.DownloadError, match="no connection to the server"):
            files.download("http://name.invalid/file", tmp_path / "file")

    def test_follows_a_redirect_to_a_web_address_only(self, server, tmp_path):
        moved = server.serve("moved", b"", redirect=server.serve("file", CONTENT))
        files.download(moved, tmp_path / "file", sha256=SUM)
        secret = tmp_path / "secret"
        secret.write_text("secret")
        for target, text in (
            (secret.as_uri(), "the server answered 302"),
            ("ftp://127.0.0.1/file", "redirects to 'ftp://127.0.0.1/file', which is neither http nor https"),
        ):
            with pytest.raises(files.DownloadError, match=text):
                files.download(server.serve("evil", b"", redirect=target), tmp_path / "stolen")
        only(tmp_path, "file", "secret")

    @pytest.mark.parametrize("scheme", ["file", "ftp", "data", "javascript", ""])
    def test_refuses_other_addresses(self, tmp_path, scheme):
        with pytest.raises(ValueError, match="begins with https:// or http://, received"):
            files.download(f"{scheme}://{tmp_path}/x" if scheme else str(tmp_path / "x"), tmp_path / "file")
        only(tmp_path)

    def test_refuses_what_is_no_string(self, tmp_path):
        with pytest.raises(TypeError, match="an address as a string, received 3"):
            files.download(3, tmp_path / "file")

    def test_two_processes_at_once_both_get_the_file(self, server, tmp_path):
        url = server.serve("file", CONTENT * 8)
        script = "import sys; from minikeras import files; files.download(*sys.argv[1:])"
        sha256 = hashlib.sha256(CONTENT * 8).hexdigest()
        command = [sys.executable, "-c", script, url, str(tmp_path / "file"), sha256]
        with contextlib.ExitStack() as stack:
            processes = [stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE)) for _ in "ab"]
            assert [process.communicate()[1].count(b"\n") for process in processes] == [1, 1]
        assert [process.returncode for process in processes] == [0, 0]
        assert len(server.requests) == 2
        assert files.sha256(tmp_path / "file") == sha256
        only(tmp_path, "file")


def test_only_the_standard_library_is_imported_until_a_download():
    script = (
        "import sys; from minikeras import files\n"
        "print([name for name in ('tqdm', 'urllib.request', 'http.client', 'h5py') if name in sys.modules])"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert output.stdout == "[]\n"
    assert "import numpy" not in Path(files.__file__).read_text()
