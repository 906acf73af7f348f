"""What reading each costly file takes: `python tests/saving/costs.py FOLDER` prints it in JSON, {name: [outcome, MB, s]}.

Each is read in a process of its own, forked from one that has read a valid file: the memory is how far the resident
memory rose above what it was, the time that of the processor.
"""

import json
import os
import pathlib
import sys
import time
import warnings

import costly_files
import hostile_files

import minikeras as keras
from minikeras.saving import ModelFileError


def memory(field):
    """A line of /proc/self/status, in MB."""
    text = pathlib.Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(field)) / 1024


def outcome(path):
    """What reading a file ends in."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            keras.saving.load_model(path)
    except ModelFileError:
        return "refused"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "loaded"


def measured(path):
    """(outcome, MB, seconds) of reading a file, in a forked process."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before, start = memory("VmRSS"), time.process_time()
        result = outcome(path)
        taken = [result, memory("VmHWM") - before, time.process_time() - start]
        os.write(writing, json.dumps(taken).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.wait()
    return json.loads(text) if text else ["died", 0, 0]


def main(folder):
    valid = folder / "valid.keras"
    hostile_files.archive(valid)
    keras.saving.load_model(valid)
    costs = {}
    for name, make in (costly_files.LOADED | costly_files.REFUSED).items():
        path = folder / (name if name.endswith(".h5") else "model.keras")
        make(path)
        costs[name] = measured(path)
        path.unlink()
    print(json.dumps(costs))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
