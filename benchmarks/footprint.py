"""What a framework costs before it computes: import time, files on disk, memory; and what it is called."""

import importlib
import importlib.util
import os
import platform
import re
import sys
import tomllib
from importlib import metadata
from operator import attrgetter
from pathlib import Path
from time import perf_counter

CHECKOUT = Path(__file__).resolve().parent.parent


def use_cores(count):
    """Keep this process on `count` of the cores it may use, also for frameworks without a setting for it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def import_seconds(modules, names):
    """Seconds to import `modules` and take `names` from the first, in a process that has imported NumPy."""
    importlib.import_module("numpy")
    start = perf_counter()
    first, *_ = [importlib.import_module(name) for name in modules]
    for name in names:
        attrgetter(name)(first)
    return perf_counter() - start


def peak_bytes():
    """The largest resident memory of this process so far.

    Linux's `ru_maxrss` would count the memory of the process that started this one, so its own peak is read.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1])
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def installed_bytes(distributions, modules):
    """Bytes of the files of the distributions and of all that they require, NumPy included.

    A package that runs from its sources (an editable install, or this checkout) counts with its folder.
    """
    found, missing = closure(distributions)
    total = sum(files_of(distribution) for distribution in found.values())
    for name in modules:
        folder = Path(importlib.util.find_spec(name.partition(".")[0]).origin).parent
        if missing or not any(owns(distribution, folder) for distribution in found.values()):
            total += folder_bytes(folder)
    return total


def closure(names):
    """The installed distributions behind `names` and their requirements, without extras; and names not installed."""
    found, missing, waiting = {}, set(), list(names)
    while waiting:
        name = canonical(waiting.pop())
        if name in found or name in missing:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if name in map(canonical, names):
                missing.add(name)
                waiting += [canonical(line) for line in requirements_of_checkout(name)]
            continue
        waiting += [line for line in found[name].requires or () if not re.search(r";.*\bextra\b", line)]
    return found, missing


def canonical(requirement):
    """The normalized name at the start of a requirement line."""
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", requirement)[0]).lower()


def requirements_of_checkout(name):
    """What this checkout's pyproject.toml requires, when it is the distribution called `name`."""
    file = CHECKOUT / "pyproject.toml"
    project = tomllib.loads(file.read_text())["project"] if file.exists() else {}
    return project.get("dependencies", ()) if canonical(project.get("name", "-")) == name else ()


def files_of(distribution):
    paths = (Path(distribution.locate_file(file)) for file in distribution.files or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


def owns(distribution, folder):
    return any(Path(distribution.locate_file(file)).parent == folder for file in distribution.files or ())


def folder_bytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def versions(distributions):
    """The interpreter, NumPy and the distributions with their versions, as 'name version'."""
    names = dict.fromkeys([*distributions, "numpy"])
    return [f"Python {platform.python_version()}", *(f"{name} {version_of(name)}" for name in names)]


def version_of(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "from the checkout"


def machine():
    """The processor, the number of cores this process may use and the system, in one line each."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": processor(),
        "cores": cores,
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def processor():
    """The processor's name and the widest vector instructions it offers."""
    file = Path("/proc/cpuinfo")
    if not file.exists():
        return platform.processor() or platform.machine()
    text = file.read_text()
    name = re.search(r"model name\s*:\s*(.*)", text)
    widest = next((label for flag, label in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in text), None)
    return ", ".join(part for part in (name[1] if name else platform.machine(), widest) if part)
