"""Sends the metrics to a server."""

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
import warnings

import numpy as np

from minikeras.callbacks import checks
from minikeras.callbacks.callback import Callback
from minikeras.callbacks.logs import plain_number

__all__ = ["RemoteMonitor"]

TIMEOUT_SECONDS = 10.0


class RemoteMonitor(Callback):
    """Send each epoch's number and metrics to a server, by HTTP POST to `root + path`.

    The data is an object in JSON: in the form's field `field`, or alone, as application/json, with send_as_json.
    headers: further HTTP headers, a dictionary. A server that does not answer is warned of; training goes on.

    >>> RemoteMonitor("file:///etc", "/passwd")
    Traceback (most recent call last):
        ...
    ValueError: RemoteMonitor: root must begin with http:// or https://, received 'file:///etc'.
    """

    def __init__(
        self,
        root="http://localhost:9000",
        path="/publish/epoch/end/",
        field="data",
        headers=None,
        send_as_json=False,
    ):
        super().__init__()
        if not isinstance(root, str) or not root.startswith(("http://", "https://")):
            raise ValueError(f"RemoteMonitor: root must begin with http:// or https://, received {root!r}.")
        if headers is not None and not isinstance(headers, dict):
            raise TypeError(
                f"RemoteMonitor expected headers to be a dictionary such as {{'Authorization': '...'}}, received {headers!r:.60}."
            )
        self.root = root
        self.path = checks.text("RemoteMonitor", "path", path, "/publish/epoch/end/")
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch, logs=None):
        data = {"epoch": epoch, **{name: _as_json(value) for name, value in (logs or {}).items()}}
        text = json.dumps(data)
        if self.send_as_json:
            body, kind = text.encode(), "application/json"
        else:
            body, kind = (
                urllib.parse.urlencode({self.field: text}).encode(),
                "application/x-www-form-urlencoded",
            )
        headers = {"Content-Type": kind, **(self.headers or {})}
        request = urllib.request.Request(self.root + self.path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            warnings.warn(
                f"RemoteMonitor: the server at {self.root} answered {error.code} ({error.reason}).",
                stacklevel=2,
            )
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            warnings.warn(
                f"Could not reach RemoteMonitor root server at {self.root}: {reason}. Training goes on; start the server, or "
                "leave RemoteMonitor out.",
                stacklevel=2,
            )


def _as_json(value):
    value = plain_number(value)
    return value.tolist() if isinstance(value, np.ndarray) else value
