"""The commands, their help, and what becomes of their errors."""

import argparse
import importlib
import os
import sys

import minikeras
from minikeras.cli.errors import CommandError, UsageError

_DESCRIPTION = "Keras-style neural networks on NumPy: run scripts, use models without writing any."
_EPILOG = """\
commands to begin with:
  minikeras run script.py                      run a script written for tensorflow or keras
  minikeras summary model.keras                what is in a saved model
  minikeras predict model.keras data.csv       what it says about each row
  minikeras doctor                             is everything here, and how fast will it be

`minikeras COMMAND --help` explains each with examples.
Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.
"""
# Each is a module beside this one with `HELP`, `DETAILS`, `add_arguments(parser)` and `run(arguments)`.
_COMMANDS = ("run", "summary", "predict", "evaluate", "convert", "datasets", "doctor")


def command(arguments):
    """Run the command that the arguments name; returns the exit code."""
    parser = argparse.ArgumentParser(
        "minikeras",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minikeras {minikeras.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in [n for n in _COMMANDS if n in arguments[:1]] or _COMMANDS:
        module = importlib.import_module(f"minikeras.cli.{name}")
        below = commands.add_parser(
            name,
            help=module.HELP,
            description=f"{module.HELP[0].upper()}{module.HELP[1:]}.",
            epilog=module.DETAILS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(below)
        below.set_defaults(module=module, command=name)
    options = parser.parse_args(arguments)
    if not hasattr(options, "module"):
        parser.print_help(sys.stderr)
        return 2
    return _carry_out(options)


def _carry_out(options):
    try:
        code = options.module.run(options)
        sys.stdout.flush()
    except UsageError as error:
        return _fail(options.command, error, 2)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); Python is not to complain again while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except FileNotFoundError as error:
        return _fail(options.command, f"{error.filename}: no such file." if error.filename else error, 1)
    except (CommandError, ImportError, OSError, TypeError, ValueError) as error:
        return _fail(options.command, error, 1)
    except KeyboardInterrupt:
        return _fail(options.command, "interrupted.", 130)
    return code or 0


def _fail(name, error, code):
    print(f"minikeras {name}: {error}", file=sys.stderr)
    return code
