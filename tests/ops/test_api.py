"""The names of `keras.ops` and `keras.random` are here, with the same parameters in the same order and the same defaults."""

import importlib
import inspect
import json
from pathlib import Path

import pytest

API = json.loads((Path(__file__).parents[1] / "data" / "keras_api.json").read_text())
NAMES = {n: entry for n, entry in API.items() if n.startswith(("keras.ops.", "keras.random."))}

# What is not there, and why.
UNSUPPORTED = {}


def found(name):
    module, _, last = name.replace("keras", "minikeras", 1).rpartition(".")
    return getattr(importlib.import_module(module), last, None)


def shown(function):
    """A signature as the list writes it: parameters and defaults, no annotations."""
    if inspect.isclass(function):
        function = function.__init__
    signature = inspect.signature(function)
    plain = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=plain, return_annotation=signature.empty))


def test_the_list_is_whole():
    assert len(NAMES) > 600
    assert set(UNSUPPORTED) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_name_and_parameters(name):
    if name in UNSUPPORTED:
        assert found(name) is None, f"{name} is there: take it off the list"
        return
    function = found(name)
    assert function is not None, f"{name} is missing"
    assert shown(function) == NAMES[name]["signature"]


@pytest.mark.parametrize("name", [n for n, entry in NAMES.items() if entry["kind"] == "class"])
def test_members(name):
    cls = found(name)
    for member, signature in NAMES[name]["members"].items():
        assert hasattr(cls, member), f"{name}.{member} is missing"
        if signature != "property":
            expected = signature.replace("(self, ", "(").replace("(self)", "()")
            value = getattr(cls, member)
            mine = shown(value).replace("(self, ", "(").replace("(self)", "()")
            assert mine == expected
