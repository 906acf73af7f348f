"""Rows of the preprocessing layers."""

import numpy as np
from layer_row import Row

from minikeras.layers import (
    CategoryEncoding,
    Dense,
    Discretization,
    Dropout,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Lambda,
    Normalization,
    Pipeline,
    Rescaling,
    StringLookup,
    TextVectorization,
)
from minikeras.utils import register_keras_serializable

WORDS = np.array([["a", "z"], ["b", "a"], ["", "c"]])


@register_keras_serializable("rows")
def cubed(x, factor=1.0):
    return x * x * x * factor


def _strings(cls, kwargs, data=WORDS, prepare=None):
    return Row(cls, kwargs=kwargs, data=lambda: data, gradient="strings", symbolic=False, prepare=prepare)


def _integers(cls, kwargs, shape=(3, 2), prepare=None, high=5, **more):
    return Row(cls, shape, kwargs, dtype="int64", high=high, gradient="integers", prepare=prepare, **more)


def _adapted(data):
    return lambda layer: layer.adapt(data)


ROWS = [
    Row(Rescaling, (2, 3, 4), {"scale": 2.0, "offset": 1.0}, mask=(2, 3)),
    Row(Rescaling, (2, 3), {"scale": [1.0, 2.0, 3.0], "offset": [0.0, 1.0, 2.0]}),
    Row(Normalization, (2, 3), {"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0]}, mask=(2,)),
    Row(Normalization, (2, 3, 4), {"axis": None, "mean": 1.0, "variance": 4.0, "invert": True}),
    Row(
        Normalization,
        (2, 3, 4),
        {"axis": (1, -1)},
        weights=((3, 4), (3, 4), ()),
        prepare=_adapted(np.random.default_rng(1).standard_normal((20, 3, 4))),
    ),
    Row(Discretization, (4, 3), {"bin_boundaries": [-1.0, 0.0, 1.0]}, gradient="bins are places"),
    Row(
        Discretization,
        (4, 3),
        {"bin_boundaries": [0.0], "output_mode": "one_hot"},
        gradient="bins are places",
    ),
    Row(
        Discretization, (4, 3), {"num_bins": 3}, prepare=_adapted(np.arange(30.0)), gradient="bins are places"
    ),
    *[
        _integers(CategoryEncoding, {"num_tokens": 5, "output_mode": mode})
        for mode in ("one_hot", "multi_hot", "count")
    ],
    _integers(
        CategoryEncoding,
        {"num_tokens": 5, "output_mode": "count"},
        call={"count_weights": np.ones((3, 2)) / 2},
        symbolic=False,
    ),
    _strings(Hashing, {"num_bins": 3}),
    _integers(Hashing, {"num_bins": 3, "salt": 7, "mask_value": 2}),
    _integers(Hashing, {"num_bins": 3, "output_mode": "count"}),
    _strings(HashedCrossing, {"num_bins": 4}, [WORDS[:, 0], WORDS[:, 1]]),
    _integers(HashedCrossing, {"num_bins": 4, "output_mode": "one_hot"}, [(3, 1), (3, 1)]),
    _strings(StringLookup, {"vocabulary": ["a", "b"], "num_oov_indices": 2, "mask_token": ""}),
    _strings(StringLookup, {"output_mode": "tf_idf"}, prepare=_adapted(WORDS)),
    _strings(
        StringLookup,
        {"vocabulary": ["a", "b"], "output_mode": "count", "max_tokens": 6, "pad_to_max_tokens": True},
    ),
    _integers(IntegerLookup, {"vocabulary": [1, 2]}),
    _integers(
        IntegerLookup,
        {"vocabulary": [1, 2], "output_mode": "multi_hot", "max_tokens": 5, "pad_to_max_tokens": True},
    ),
    _integers(IntegerLookup, {"vocabulary": [1, 2, 3], "output_mode": "multi_hot", "mask_token": 0}),
    _integers(
        IntegerLookup, {"vocabulary": [1, 2, 3], "output_mode": "one_hot", "num_oov_indices": 3}, (3, 1)
    ),
    _integers(IntegerLookup, {"vocabulary": [1, 2, 3], "invert": True}),
    _strings(TextVectorization, {"vocabulary": ["a", "b"]}, np.array(["A b!", "c a a", ""])),
    _strings(
        TextVectorization,
        {"ngrams": 2, "output_mode": "count"},
        np.array(["a b c", "c a"]),
        _adapted(["a b", "b a c"]),
    ),
    _strings(
        TextVectorization,
        {"vocabulary": ["a", "b"], "output_mode": "multi_hot", "max_tokens": 5, "pad_to_max_tokens": True},
        np.array(["a b c", "c a"]),
    ),
    # Files with a Lambda are refused: rows with data of their own are not saved.
    Row(Lambda, data=lambda: np.ones((2, 3)), kwargs={"function": cubed, "arguments": {"factor": 2.0}}),
    Row(
        Lambda,
        data=lambda: np.ones((2, 3)),
        kwargs={"function": cubed, "mask": [True, False]},
        mask=(2,),
        mask_out=(2,),
    ),
    Row(
        Pipeline,
        (2, 3),
        lambda: {"layers": [Rescaling(2.0), Dropout(0.5, seed=1), Rescaling(0.5)]},
        random=True,
    ),
    Row(Pipeline, (2, 3), lambda: {"layers": [Rescaling(2.0), Dense(2, name="end")]}, weights=((3, 2), (2,))),
]
