"""The process in which one competitor runs one workload.

It reads one request a line from standard input and answers with one line of JSON: `{"do": "prepare", …}` and
`{"do": "time", "repeats": n}` for a process that lives for all rounds, `{"do": "once", …}` for a figure that needs
a new process, `{"do": "describe", …}` for versions. Whatever else is printed goes to standard error. An error ends
the process: its last line on standard error is what the other side reports.
"""

import importlib
import json
import os
import sys
from time import perf_counter

from . import footprint
from .workloads import Workload


def main():
    """Answer requests until standard input ends."""
    prefer_installed_packages()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(worker, request.pop("do"))(**request)
        print(json.dumps(answer), file=answers, flush=True)


def prefer_installed_packages():
    """Look in the checkout last, so that an installed minikeras is measured before the checkout's sources."""
    checkout = sys.path.pop(0)
    sys.path.append(checkout)


class Worker:
    """The requests, each a method that returns its answer."""

    def __init__(self):
        self.session = None
        self.measure = None

    def describe(self, competitor, threads):
        """Versions of the interpreter and of the distributions, the kernels in use, or why it cannot run."""
        footprint.use_cores(threads)
        for name in competitor["imports"]:
            importlib.import_module(name)
        return {"versions": footprint.versions(competitor["distributions"]), "note": kernels_in_use()}

    def prepare(self, competitor, workload, threads):
        """Build the model and run it once: everything that is compiled, is compiled here."""
        footprint.use_cores(threads)
        self.session = open_session(competitor, workload)
        self.measure = getattr(self.session, workload["measure"])
        self.measure(1)
        return {}

    def time(self, repeats):
        """Seconds of one unit, and of all the repeats."""
        start = perf_counter()
        seconds = self.measure(repeats)
        return {"value": seconds, "seconds": perf_counter() - start}

    def once(self, competitor, workload, threads):
        """A figure of this process: its import time, its peak memory, its size on disk, or one whole script."""
        footprint.use_cores(threads)
        match workload["measure"]:
            case "import":
                return {"value": footprint.import_seconds(competitor["imports"], competitor["names"])}
            case "size":
                return {
                    "value": footprint.installed_bytes(competitor["distributions"], competitor["imports"])
                }
            case "memory":
                open_session(competitor, workload).step(1)
                return {"value": footprint.peak_bytes()}
            case "script":
                open_session(competitor, workload).fit(1)
                return {}


def open_session(competitor, workload):
    adapter = importlib.import_module(f".{competitor['adapter']}", __package__)
    return adapter.Session(Workload(**workload), competitor["variant"])


def kernels_in_use():
    """What minikeras says of its kernels, where minikeras is what was imported."""
    if "minikeras" not in sys.modules:
        return ""
    return f"kernels: {importlib.import_module('minikeras.kernels').implementation()}"
