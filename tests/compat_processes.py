"""Running programs under `minikeras run`, and under Python itself for comparison."""

import os
import subprocess
import sys

RUN = (sys.executable, "-m", "minikeras", "run")


def start(*command, cwd, stdin=None, environment=None, options=()):
    """Run a command; its exit code, output and errors."""
    path = os.pathsep.join(p for p in sys.path if p)
    return subprocess.run(
        [command[0], *options, *map(str, command[1:])],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **(environment or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def run(*arguments, **kwargs):
    """`minikeras run ARGUMENTS`, with warnings as errors."""
    return start(*RUN, *arguments, options=("-W", "error"), **kwargs)


def both(*arguments, **kwargs):
    """The same program under `minikeras run` and under Python."""
    return start(*RUN, *arguments, **kwargs), start(sys.executable, *arguments, **kwargs)
