"""Keras's public names are all here, with Keras's parameters, except those that docs/api_gaps.py names with a reason."""

import api_gaps
import make_api
import pytest

NAMES = make_api.keras_names()
GAPS = make_api.reasons()
PACKAGES = sorted({name.rpartition(".")[0] for name in NAMES})


def names_of(package):
    return [name for name in NAMES if name.rpartition(".")[0] == package]


@pytest.mark.parametrize("package", PACKAGES)
def test_names_exist(package):
    missing = [name for name in names_of(package) if name not in GAPS and make_api.find(name) is None]
    assert missing == [], "write them, or give the reason in docs/api_gaps.py"


@pytest.mark.parametrize("package", PACKAGES)
def test_callables_are_callable(package):
    assert [n for n in names_of(package) if n not in GAPS and not callable(make_api.find(n))] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_parameters_are_kerass(package):
    wrong = {
        name: difference
        for name in names_of(package)
        if make_api.find(name) is not None
        and (difference := make_api.difference(name, NAMES[name]["signature"]))
    }
    assert wrong == {}


def test_gaps_name_only_what_is_missing():
    unknown = sorted(set(GAPS) - set(NAMES))
    assert unknown == [], "Keras has no such names"
    there = sorted(name for name in GAPS if make_api.find(name) is not None)
    assert there == [], "they exist now: delete them from docs/api_gaps.py, then run docs/make_api.py"


def test_exceptions_are_needed():
    """An exception for a signature that no longer differs is deleted."""
    for name in api_gaps.SIGNATURES:
        theirs = make_api.keras_parameters(NAMES[name]["signature"])
        assert make_api.parameters(make_api.find(name))[: len(theirs)] != theirs, name
    used = {p for name in NAMES for p, _ in make_api.keras_parameters(NAMES[name]["signature"])}
    assert set(api_gaps.PARAMETERS) <= used


def test_most_names_that_make_sense_are_supported():
    sensible = [name for name in NAMES if GAPS.get(name, "not yet").startswith("not yet")]
    supported = [name for name in sensible if name not in GAPS]
    assert len(supported) >= 0.99 * len(sensible)
    assert len(sensible) >= 0.95 * len(NAMES)


def test_difference_is_found(monkeypatch):
    """The comparison sees another order, another default, a missing and an added parameter."""
    monkeypatch.setattr(make_api, "find", lambda name: lambda a, b=1: None)
    assert make_api.difference("keras.f", "(a, b=1, **kwargs)") is None
    assert make_api.difference("keras.f", "(a)") is None
    assert "Keras's is ('b', None)" in make_api.difference("keras.f", "(b, a)")
    assert "Keras's is ('b', '2')" in make_api.difference("keras.f", "(a, b=2)")
    assert "is nothing" in make_api.difference("keras.f", "(a, b=1, c=None)")
    monkeypatch.setattr(make_api, "find", lambda name: lambda a, b: None)
    assert "needs parameters" in make_api.difference("keras.f", "(a)")


def test_page_is_current():
    assert make_api.PAGE.read_text() == make_api.page(), "run docs/make_api.py"
