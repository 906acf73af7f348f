"""CSVLogger and RemoteMonitor: what arrives in the file and at the server."""

import csv
import http.server
import json
import threading
import urllib.parse

import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.callbacks import CSVLogger, LambdaCallback, RemoteMonitor

X = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
Y = X[:, :1]


def fit(*callbacks, **arguments):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(X, Y, verbose=0, callbacks=list(callbacks), **arguments)


def rows(path, separator=","):
    with open(path, newline="") as file:
        return list(csv.reader(file, delimiter=separator))


def test_rows(tmp_path):
    path = tmp_path / "log.csv"
    history = fit(CSVLogger(path, separator=";"), epochs=2, validation_data=(X, Y)).history
    names = ["loss", "mae", "val_loss", "val_mae"]
    values = [[str(epoch), *(str(history[name][epoch]) for name in names)] for epoch in range(2)]
    assert rows(path, ";") == [["epoch", *names], *values]


def test_values_that_are_missing_or_no_numbers(tmp_path):
    path = tmp_path / "log.csv"

    def add(epoch, logs):
        logs["list"] = [1, 2.5]
        logs["text"] = "a,b"
        if epoch:
            del logs["mae"]

    fit(LambdaCallback(on_epoch_end=add), CSVLogger(path), epochs=2)
    header, first, second = rows(path)
    assert header == ["epoch", "list", "loss", "mae", "text", "val_list", "val_loss", "val_mae", "val_text"]
    assert first[1] == '"[1, 2.5]"'
    assert first[4:] == ["a,b", "NA", "NA", "NA", "NA"]
    assert second[3] == "NA"


def test_append_and_replace(tmp_path):
    path = tmp_path / "log.csv"
    for append, lines in ((False, 3), (True, 5), (True, 7), (False, 3)):
        fit(CSVLogger(path, append=append), epochs=2)
        table = rows(path)
        assert len(table) == lines
        assert [row[0] for row in table] == ["epoch", *["0", "1"] * ((lines - 1) // 2)]


def test_rows_are_there_at_once_and_after_an_error(tmp_path):
    path = tmp_path / "log.csv"

    def fail(epoch, logs):
        assert len(rows(path)) == epoch + 1 if epoch else True
        if epoch == 2:
            raise RuntimeError("stop")

    logger = CSVLogger(path)
    with pytest.raises(RuntimeError, match="stop"):
        fit(logger, LambdaCallback(on_epoch_begin=fail), epochs=5)
    assert len(rows(path)) == 3
    assert logger.csv_file is None


class Receiver:
    """A real HTTP server that keeps what is posted to it, and answers with a given status."""

    def __init__(self, status=200):
        self.posts = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # the name that http.server looks for
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((self.path, dict(self.headers), body.decode()))
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def test_posts_as_json():
    with Receiver() as server:
        monitor = RemoteMonitor(server.address, path="/here", headers={"X-Run": "7"}, send_as_json=True)
        add = LambdaCallback(
            on_epoch_end=lambda epoch, logs: logs.update(vector=np.arange(2), one=np.float32(0.5))
        )
        history = fit(add, monitor, epochs=2).history
    assert [path for path, _, _ in server.posts] == ["/here", "/here"]
    _, headers, body = server.posts[1]
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Run"] == "7"
    expected = {
        "epoch": 1,
        "loss": history["loss"][1],
        "mae": history["mae"][1],
        "vector": [0, 1],
        "one": 0.5,
    }
    assert json.loads(body) == expected


def test_posts_as_a_form():
    with Receiver() as server:
        history = fit(RemoteMonitor(server.address, field="metrics")).history
    ((path, headers, body),) = server.posts
    assert path == "/publish/epoch/end/"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    (text,) = urllib.parse.parse_qs(body)["metrics"]
    assert json.loads(text) == {"epoch": 0, "loss": history["loss"][0], "mae": history["mae"][0]}


def test_a_server_that_is_not_there():
    with Receiver() as server:
        address = server.address
    with pytest.warns(UserWarning, match=f"Could not reach RemoteMonitor root server at {address}"):
        assert fit(RemoteMonitor(address)).epoch == [0]


def test_a_server_that_refuses():
    with (
        Receiver(status=503) as server,
        pytest.warns(UserWarning, match=r"answered 503 \(Service Unavailable\)"),
    ):
        assert fit(RemoteMonitor(server.address)).epoch == [0]


def test_other_addresses():
    with pytest.raises(ValueError, match="root must begin with http:// or https://, received 'file:///tmp'"):
        RemoteMonitor("file:///tmp")
