"""Tracebacks of programs: what the program did, without the frames of minikeras around it and, for errors that
minikeras raises on purpose, inside it."""

import contextlib
import linecache
import os
import sys
import traceback

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_AROUND = (
    os.path.join(_PACKAGE, "compat", "runner.py"),
    os.path.join(_PACKAGE, "compat", "notebook.py"),
    os.path.join(_PACKAGE, "compat", "tracebacks.py"),
    os.path.join(_PACKAGE, "cli") + os.sep,
    os.path.join(_PACKAGE, "__main__.py"),
)


def show(error, in_memory=False):
    """Show an exception nobody caught through `sys.excepthook`, as Python does.

    in_memory: the program's lines are in no file but in `linecache`, where Python's own hook may not look.
    """
    clean(error)
    with contextlib.suppress(OSError, ValueError, AttributeError):  # a stream that is closed or gone
        sys.stdout.flush()
    hook = sys.excepthook
    if in_memory and hook is sys.__excepthook__:
        hook = traceback.print_exception
    try:
        hook(type(error), error, error.__traceback__)
    except Exception as second:
        clean(second)
        second.__context__ = None
        print("Error in sys.excepthook:", file=sys.stderr)
        traceback.print_exception(second)
        print("\nOriginal exception was:", file=sys.stderr)
        traceback.print_exception(error)


def clean(error, seen=None):
    """Leave the frames that tell a user something, in an exception and in those behind it.

    The frames of the runner go always. An error that minikeras raises on purpose ends at the user's line: its message
    says the rest. Any other keeps its frames inside minikeras, which then are what one reports.
    """
    seen = set() if seen is None else seen
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    frames = [frame for frame in _frames(error.__traceback__) if not _file(frame).startswith(_AROUND)]
    if frames and _is_ours(frames[-1]) and _raises(frames[-1]):
        frames = [frame for frame in frames if not _is_ours(frame)]
    error.__traceback__ = _joined(frames)
    clean(error.__cause__, seen)
    clean(error.__context__, seen)


def _frames(trace):
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _joined(frames):
    following = None
    for frame in reversed(frames):
        frame.tb_next, following = following, frame
    return following


def _file(frame):
    return frame.tb_frame.f_code.co_filename


def _is_ours(frame):
    return _file(frame).startswith(_PACKAGE)


def _raises(frame):
    return linecache.getline(_file(frame), frame.tb_lineno).strip().startswith("raise")
