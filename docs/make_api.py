"""Write docs/api.md, the table of Keras's public names: `python docs/make_api.py` from the project's folder."""

import importlib
import inspect
import json
import re
import sys
from collections import Counter
from pathlib import Path

import api_gaps

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "api.md"
KERAS_NAMES = ROOT / "tests" / "data" / "keras_api.json"
_INTRODUCTION = """\
# Keras's names

Every public name of Keras 3.15 ({total}), and whether minikeras has it under the same path with the same
parameters in the same order and the same defaults. {supported} are supported, {by_design} are left out by design,
{not_yet} are not there yet. This page is written by `docs/make_api.py`; `tests/test_api.py` holds every line of it.
"""


def keras_names():
    """Keras's public names, each with its kind, signature and members."""
    return json.loads(KERAS_NAMES.read_text())


def find(name):
    """What minikeras has under a name of Keras's; None if nothing."""
    found = importlib.import_module("minikeras")
    for part in name.split(".")[1:]:
        try:
            found = getattr(found, part)
        except AttributeError:
            try:
                found = importlib.import_module(f"{found.__name__}.{part}")
            except (AttributeError, ModuleNotFoundError):
                return None
    return found


def parameters(thing):
    """[(name, default as text or None)] of a callable, `self` and **kwargs aside."""
    # A class may take anything in __new__ and say what it means in __init__.
    subject = thing
    if inspect.isclass(thing) and thing.__init__ is not object.__init__:
        subject = thing.__init__
    return _listed(inspect.signature(subject))


def keras_parameters(signature):
    """The same of a signature in the list of Keras's names."""
    scope = {"inf": float("inf"), "nan": float("nan")}
    text = re.sub(r"<[^<>]*>", lambda match: repr(match.group()), signature)
    exec(f"def function{text}: pass", scope)
    return _listed(inspect.signature(scope["function"]))


def _listed(signature):
    return [
        (p.name, None if p.default is p.empty else repr(p.default))
        for p in signature.parameters.values()
        if p.name != "self" and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]


def difference(name, signature):
    """How the parameters of our `name` differ from Keras's signature, as a sentence; None if they do not."""
    if name in api_gaps.SIGNATURES:
        return None
    theirs = [p for p in keras_parameters(signature) if p[0] not in api_gaps.PARAMETERS]
    if not theirs:  # a base class or a function of any arguments
        return None
    ours = parameters(find(name))
    for position, parameter in enumerate(theirs):
        if position >= len(ours) or ours[position] != parameter:
            received = ours[position] if position < len(ours) else "nothing"
            return f"parameter {position} is {received}, Keras's is {parameter}"
    needed = [p for p in ours[len(theirs) :] if p[1] is None]
    return f"needs parameters that Keras's does not have: {needed}" if needed else None


def reasons():
    """{name: why it is left out} of all that the table of gaps mentions."""
    table = api_gaps.BY_DESIGN | {f"not yet: {reason}": names for reason, names in api_gaps.NOT_YET.items()}
    return {name: reason for reason, names in table.items() for name in names.split()}


def page():
    """The text of docs/api.md."""
    names, gaps = keras_names(), reasons()
    counts = Counter(
        "supported" if name not in gaps else "not_yet" if gaps[name].startswith("not yet") else "by_design"
        for name in names
    )
    lines = [
        _INTRODUCTION.format(
            total=f"{len(names):,}",
            supported=f"{counts['supported']:,}",
            by_design=counts["by_design"],
            not_yet=counts["not_yet"],
        )
    ]
    homes = {}
    for name in names:
        homes.setdefault(name.rpartition(".")[0], []).append(name)
    for home, members in sorted(homes.items()):
        lines += [f"## `{home}`", "", "| name | | why not, or what differs |", "|---|---|---|"]
        for name in sorted(members):
            notes = gaps.get(name) or "; ".join(_remarks(name, names[name]["signature"]))
            lines.append(f"| `{name.rpartition('.')[2]}` | {'no' if name in gaps else 'yes'} | {notes} |")
        lines.append("")
    return "\n".join(lines)


def _remarks(name, signature):
    if name in api_gaps.SIGNATURES:
        return [api_gaps.SIGNATURES[name]]
    return [
        f"without `{parameter}` ({api_gaps.PARAMETERS[parameter]})"
        for parameter, _ in keras_parameters(signature)
        if parameter in api_gaps.PARAMETERS and parameter not in dict(parameters(find(name)))
    ]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page())
