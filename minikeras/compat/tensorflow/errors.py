"""The exceptions of TensorFlow, by their names; each is also the Python exception that it is closest to."""


class OpError(Exception):
    """The base of TensorFlow's errors."""

    def __init__(self, *args):
        # TensorFlow's own constructor takes (node, operation, message).
        self.message = args[2] if len(args) > 2 else args[0] if args else ""
        self.node_def = self.op = None
        super().__init__(self.message)


class InvalidArgumentError(OpError, ValueError):
    """An argument does not fit."""


class OutOfRangeError(OpError, IndexError):
    """There is nothing more to read."""


class NotFoundError(OpError, FileNotFoundError):
    """A file or name does not exist."""


class AlreadyExistsError(OpError, FileExistsError):
    """A file or name exists already."""


class FailedPreconditionError(OpError, RuntimeError):
    """Something has to be done first."""


class UnimplementedError(OpError, NotImplementedError):
    """What was asked for does not exist."""


class ResourceExhaustedError(OpError, MemoryError):
    """There is not enough memory."""


class AbortedError(OpError):
    """The operation was aborted."""


class CancelledError(OpError):
    """The operation was cancelled."""


class DataLossError(OpError):
    """Data cannot be recovered."""


class DeadlineExceededError(OpError, TimeoutError):
    """It took too long."""


class InternalError(OpError):
    """Something is broken inside."""


class PermissionDeniedError(OpError, PermissionError):
    """It is not allowed."""


class UnauthenticatedError(OpError):
    """The caller is not known."""


class UnavailableError(OpError):
    """The service cannot be reached."""


class UnknownError(OpError):
    """Nobody knows."""
