"""The command line: `minikeras COMMAND`, or `python -m minikeras COMMAND`."""

import sys


def main(arguments=None):
    """Run one command; returns its exit code: 0 done, 1 failed, 2 wrong usage.

    `run` is looked at first and alone, since a script is to start at once.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments[:1] == ["run"] and arguments[1:2] not in (["-h"], ["--help"]):
        from minikeras.compat.runner import run

        return run(arguments[1:])
    from minikeras.cli.commands import command

    return command(arguments)
