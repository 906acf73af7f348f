"""EarlyStopping, ReduceLROnPlateau and ModelCheckpoint decide what Keras decides when they are told the same."""

import json
import warnings
from pathlib import Path

import pytest
from callback_decisions import cases, decisions, histories

from minikeras import callbacks

RECORDED = json.loads(Path(__file__).with_name("keras_decisions.json").read_text())


def test_the_record_is_of_these_cases():
    assert [len(row) for row in RECORDED] == [len(list(histories()))] * len(list(cases()))


def test_some_of_everything_is_decided():
    """The record tells good decisions from bad ones only if there are many kinds of them."""
    results = [result for row in RECORDED for result in row]
    assert len({r["epochs"] for r in results}) > 8
    assert len({r["restored"] for r in results}) > 8
    assert len({tuple(r["rates"]) for r in results}) > 20
    assert len({tuple(r["saved"]) for r in results}) > 10


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_same_decisions(number):
    name, arguments = list(cases())[number]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        received = [decisions(callbacks, name, arguments, history) for history in histories()]
    assert received == RECORDED[number], (name, arguments)
