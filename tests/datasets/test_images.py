"""MNIST from its real files; MNIST's archive, Fashion-MNIST and CIFAR from small files on a real server."""

import gzip
import pickle
import re
import shutil
import tarfile
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from archives import idx, npz, python2_pickle, tar

from minikeras import config, files
from minikeras.datasets import cifar10, cifar100, fashion_mnist, mnist, source

RANDOM = np.random.default_rng(0)


def images(count, *shape):
    return RANDOM.integers(0, 256, (count, *shape), dtype=np.uint8)


def assert_same(received, expected):
    for (x, y), (expected_x, expected_y) in zip(received, expected, strict=True):
        for array, expected_array in ((x, expected_x), (y, expected_y)):
            np.testing.assert_array_equal(array, expected_array, strict=True)
            assert array.flags.writeable
            assert array.flags.c_contiguous


class TestMnist:
    def test_the_real_files(self):
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
        assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
        assert (y_train.shape, y_test.shape) == ((60000,), (10000,))
        assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
        train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
        assert np.bincount(y_train).tolist() == train
        assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
        assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
        # The mean and deviation that every MNIST script divides by: 0.1307 and 0.3081 of 255.
        assert round(float(x_train.mean() / 255), 4) == 0.1307
        assert round(float(x_train.std() / 255), 4) == 0.3081
        x_train[0] = 0

    SMALL = (images(5, 28, 28), images(5) % 10), (images(3, 28, 28), images(3) % 10)

    def test_the_published_archive(self, publish, server, cache):
        (x, y), (x_test, y_test) = self.SMALL
        publish(mnist, npz(x_train=x, y_train=y, x_test=x_test, y_test=y_test))
        assert_same(mnist.load_data(), self.SMALL)
        assert_same(mnist.load_data("mnist.npz"), self.SMALL)
        assert len(server.requests) == 1
        assert [path.name for path in cache.iterdir()] == ["mnist.npz"]

    def test_original_files_in_the_cache(self, cache, monkeypatch):
        (x, y), (x_test, y_test) = self.SMALL
        (cache / "mnist").mkdir(parents=True)
        originals = []
        for (name, rank, _), array in zip(mnist.ORIGINALS, (x, y, x_test, y_test), strict=True):
            (cache / "mnist" / name).write_bytes(idx(array))
            originals.append((name, rank, sha256(gzip.decompress(idx(array))).hexdigest()))
        monkeypatch.setattr(mnist, "ORIGINALS", tuple(originals))
        assert_same(mnist.load_data(), self.SMALL)

    def test_a_damaged_original_file_is_named(self, cache):
        (cache / "mnist").mkdir(parents=True)
        for name, _, _ in mnist.ORIGINALS:
            (cache / "mnist" / name).write_bytes(idx(images(2, 28, 28) if "images" in name else images(2)))
        path = cache / "mnist" / "train-images-idx3-ubyte.gz"
        text = f"The file {path} is damaged or is another file: it is not a sound gzipped idx file of rank 3 (unpack"
        with pytest.raises(ValueError, match=re.escape(text)):
            mnist.load_data()

    def test_offline_it_names_both_ways(self, server, cache, monkeypatch):
        monkeypatch.setattr(mnist, "ARCHIVE", replace(mnist.ARCHIVE, url=server.address + "mnist.npz"))
        with pytest.raises(files.DownloadError) as caught:
            mnist.load_data()
        assert str(caught.value).endswith(
            f"put the file here: {cache / 'mnist.npz'} with SHA-256 {mnist.ARCHIVE.sha256}. Or put the four original "
            f"files into {cache / 'mnist'}: train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, "
            "t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz."
        )

    @pytest.mark.parametrize("missing", range(4))
    def test_three_original_files_do_not_do(self, publish, cache, monkeypatch, missing):
        (x, y), (x_test, y_test) = self.SMALL
        publish(mnist, npz(x_train=x, y_train=y, x_test=x_test, y_test=y_test))
        shutil.copytree(source.Path(__file__).parents[2] / "datasets" / "mnist", cache / "mnist")
        (cache / "mnist" / mnist.ORIGINALS[missing][0]).unlink()
        assert_same(mnist.load_data(), self.SMALL)


class TestFashionMnist:
    EXPECTED = (images(4, 28, 28), images(4) % 10), (images(2, 28, 28), images(2) % 10)

    @pytest.fixture
    def published(self, server, monkeypatch):
        contents = [idx(array) for pair in self.EXPECTED for array in pair]
        archives = []
        for (archive, rank), content in zip(fashion_mnist.ARCHIVES, contents, strict=True):
            url = server.serve(archive.url.rpartition("/")[2], content)
            archives.append((replace(archive, url=url, sha256=sha256(content).hexdigest()), rank))
        monkeypatch.setattr(fashion_mnist, "ARCHIVES", tuple(archives))

    def test_reads_its_four_files_and_keeps_them_apart_from_mnists(self, published, server, cache):
        assert_same(fashion_mnist.load_data(), self.EXPECTED)
        assert_same(fashion_mnist.load_data(), self.EXPECTED)
        assert len(server.requests) == 4
        assert {path.parent for path in cache.rglob("*.gz")} == {cache / "fashion-mnist"}

    def test_a_damaged_file_is_named(self, published, cache):
        fashion_mnist.load_data()
        path = cache / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz"
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(ValueError, match=re.escape(f"The file {path} is damaged")):
            fashion_mnist.load_data()


def batch(pixels, **labels):
    return python2_pickle({b"data": pixels, **{key.encode(): value for key, value in labels.items()}})


class TestCifar10:
    PIXELS = images(14, 3072)
    LABELS = (images(14) % 10).tolist()
    NAMES = ("data_batch_3", "test_batch", "data_batch_1", "data_batch_2", "data_batch_5", "data_batch_4")

    def members(self):
        """Batches of two images, the tests' of four, in an order of their own, among other files."""
        members = {
            "cifar-10-batches-py/readme.html": b"<html>",
            "cifar-10-batches-py/batches.meta": b"\x80\x02}.",
        }
        for name in self.NAMES:
            rows = slice(10, 14) if name == "test_batch" else slice(2 * int(name[-1]) - 2, 2 * int(name[-1]))
            content = batch(self.PIXELS[rows], labels=self.LABELS[rows], batch_label=b"x")
            members[f"cifar-10-batches-py/{name}"] = content
        return members

    @pytest.mark.parametrize("layout", ["channels_last", "channels_first"])
    def test_reads_its_batches(self, publish, server, layout, monkeypatch):
        publish(cifar10, tar(self.members()))
        monkeypatch.setitem(config._settings, "image_data_format", layout)
        x = self.PIXELS.reshape(14, 3, 32, 32)
        if layout == "channels_last":
            x = np.moveaxis(x, 1, 3)
        y = np.array(self.LABELS, np.uint8).reshape(14, 1)
        assert_same(cifar10.load_data(), ((x[:10], y[:10]), (x[10:], y[10:])))
        cifar10.load_data()
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({"test_batch": None}, "it lacks cifar-10-batches-py/test_batch"),
            ({"test_batch": b"\x80\x02K\x01."}, "test_batch is not a pickle of plain arrays"),
            ({"test_batch": pickle.dumps(np.ones(3), 4)}, "test_batch is not a dictionary"),
            ({"test_batch": batch(images(2, 3072))}, "test_batch has no images or no labels"),
            ({"test_batch": batch([1], labels=[1])}, "test_batch has no images or no labels"),
            ({"test_batch": batch(np.ones((1, 3072)), labels=[1])}, "test_batch has no images or no labels"),
            ({"test_batch": batch(images(2, 3072), labels=[1])}, "images of shape (2, 3072) for 1 labels"),
            ({"test_batch": batch(images(1, 3071), labels=[1])}, "images of shape (1, 3071) for 1 labels"),
            ({"test_batch": batch(images(1, 3072), labels=[b"1"])}, "images of shape (1, 3072) for 1 labels"),
        ],
        ids=range(9),
    )
    def test_damage_is_a_value_error_that_names_the_file(self, publish, cache, change, text):
        members = self.members()
        for name, content in change.items():
            members[f"cifar-10-batches-py/{name}"] = content
        publish(cifar10, tar({name: content for name, content in members.items() if content is not None}))
        start = f"The file {cache / 'cifar-10-python.tar.gz'} is damaged or is another file: it is not a sound CIFAR"
        with pytest.raises(ValueError, match=re.escape(start) + ".*" + re.escape(text)):
            cifar10.load_data()

    @pytest.mark.parametrize("content", [b"", b"no archive", tar({})[:-20], gzip.compress(bytes(700))])
    def test_another_file_is_a_value_error_that_names_the_file(self, publish, content):
        publish(cifar10, content)
        with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz is damaged or is another file"):
            cifar10.load_data()

    @pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
    def test_a_link_in_place_of_a_batch_is_refused(self, publish, kind):
        members = self.members()
        link = tarfile.TarInfo("cifar-10-batches-py/test_batch")
        link.type, link.linkname = kind, "cifar-10-batches-py/data_batch_1"
        members[link.name] = link
        publish(cifar10, tar(members))
        with pytest.raises(ValueError, match="it lacks cifar-10-batches-py/test_batch"):
            cifar10.load_data()

    def test_members_with_hostile_names_are_written_nowhere(self, publish, tmp_path):
        members = self.members() | {"../../escaped": b"!", str(tmp_path / "escaped"): b"!"}
        publish(cifar10, tar(members))
        cifar10.load_data()
        assert not list(tmp_path.rglob("escaped"))


class TestCifar100:
    X, Y = images(5, 3072), images(5) % 100

    @pytest.fixture(autouse=True)
    def published(self, publish):
        members = {}
        for name, rows in (("meta", slice(1)), ("test", slice(3, 5)), ("train", slice(3))):
            labels = {"fine_labels": self.Y[rows].tolist(), "coarse_labels": (self.Y[rows] // 5).tolist()}
            members[f"cifar-100-python/{name}"] = batch(self.X[rows], **labels)
        publish(cifar100, tar(members))

    @pytest.mark.parametrize("label_mode", ["fine", "coarse"])
    def test_reads_its_batches(self, label_mode):
        x = np.moveaxis(self.X.reshape(5, 3, 32, 32), 1, 3)
        y = (self.Y if label_mode == "fine" else self.Y // 5).astype(np.int64).reshape(5, 1)
        assert_same(cifar100.load_data(label_mode), ((x[:3], y[:3]), (x[3:], y[3:])))
        assert cifar100.load_data()[0][1].tolist() == self.Y[:3, None].tolist()

    def test_refuses_another_label_mode(self):
        with pytest.raises(ValueError, match="expected label_mode 'fine' or 'coarse', received 'rough'"):
            cifar100.load_data("rough")
