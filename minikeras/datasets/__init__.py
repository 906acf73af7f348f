"""Well-known data sets, each a module with `load_data()`, downloaded when first asked for.

>>> from minikeras.datasets import iris
>>> (x_train, y_train), (x_test, y_test) = iris.load_data()
>>> x_train.shape, y_test.shape
((120, 4), (30,))
"""

import importlib

__all__ = [
    "boston_housing",
    "california_housing",
    "cifar10",
    "cifar100",
    "fashion_mnist",
    "imdb",
    "iris",
    "mnist",
    "reuters",
]


def __getattr__(name):
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no data set {name!r}; it has {', '.join(__all__)}.")


def __dir__():
    return sorted({*globals(), *__all__})
