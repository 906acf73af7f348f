"""The errors of reading model files."""

__all__ = ["ModelFileError", "UnsafeFileError"]


class ModelFileError(ValueError):
    """A model file was refused: it is damaged, is another file, or holds what does not fit or is not known here.

    Reading a model file ends in the model or in this error, whatever the file holds; where a file cannot be opened at
    all, in the OSError of the system. What was loaded before the error was met stays loaded.
    """


class UnsafeFileError(ModelFileError):
    """A model file asks for something that no model needs and an attacker does: code, other files, unbounded memory."""
