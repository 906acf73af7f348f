"""Ctrl-C between steps, not within them."""

import signal
import threading


class WholeSteps:
    """While it is entered, Ctrl-C waits for the end of the step that is being made, if `inside` says there is one.

    So an interrupted training leaves weights, optimizer and metrics of one and the same moment, and no layer half
    built. A second Ctrl-C does not wait. Where Ctrl-C does not mean KeyboardInterrupt (other threads, a handler of the
    user's) nothing is changed.

    >>> with WholeSteps() as steps:
    ...     steps.inside = True
    ...     signal.raise_signal(signal.SIGINT)
    ...     steps.inside = False
    ...     print(steps.interrupted)
    ...     steps.interrupted = False
    True
    """

    def __init__(self):
        self.inside = False
        self.interrupted = False
        self._installed = False

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._installed = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if self._installed:
                signal.signal(signal.SIGINT, self._handle)
        return self

    def _handle(self, number, frame):
        if self.inside and not self.interrupted:
            self.interrupted = True
            return
        # Before raising: the interruption may have come while this was being entered or left.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise KeyboardInterrupt

    def __exit__(self, kind, error, traceback):
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if kind is None and self.interrupted:
            raise KeyboardInterrupt
