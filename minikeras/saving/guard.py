"""What a configuration from a stranger may say, and how errors of reading it are reported."""

import contextlib

from minikeras.limits import LimitError
from minikeras.saving.errors import ModelFileError, UnsafeFileError

# Classes whose configuration is code, or names a file that holds code.
_CODE = ("Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer")
# Arguments that hold values in a file, but that constructors also take as the path of another file.
_VALUES_OR_PATHS = ("vocabulary", "idf_weights", "token_counts")


def check_config(config, name="The configuration"):
    """Refuse a configuration that holds code or names files, at any depth; `name` is what errors call it."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            if part.get("class_name") in _CODE and isinstance(part.get("class_name"), str):
                raise UnsafeFileError(
                    f"{name} holds a {part['class_name'].strip('_')}, whose configuration is code. Code in files is never "
                    "run: build the model in Python, then load its weights with load_weights()."
                )
            for key in _VALUES_OR_PATHS:
                if isinstance(part.get(key), str):
                    raise UnsafeFileError(
                        f"{name} names the file {part[key]!r} as {key}. Other files are never read."
                    )


@contextlib.contextmanager
def refusing(name):
    """Turn whatever goes wrong inside into a ModelFileError about the file of that name."""
    try:
        yield
    except ModelFileError:
        raise
    except LimitError as error:
        raise UnsafeFileError(f"{name}: {error}") from error
    except Exception as error:  # configurations reach every constructor there is
        raise ModelFileError(f"{name} cannot be loaded: {error or type(error).__name__}") from error
