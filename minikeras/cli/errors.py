"""What a command says when it cannot do what it was asked to."""


class CommandError(Exception):
    """The command failed; the text says why and what to do. Exit code 1."""


class UsageError(Exception):
    """The command was called in a way it does not understand. Exit code 2."""
