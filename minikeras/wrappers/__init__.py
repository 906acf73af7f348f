"""Models as scikit-learn estimators; scikit-learn is imported when one of them is first used."""

import importlib

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


def __getattr__(name):
    if name == "scikit_learn":  # older Keras's, below its own name
        return importlib.import_module("minikeras.wrappers.scikit_learn")
    if name not in __all__:
        raise AttributeError(f"module 'minikeras.wrappers' has no attribute {name!r}")
    try:
        value = getattr(importlib.import_module("minikeras.wrappers.estimators"), name)
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("sklearn"):
            raise
        raise ImportError(
            f"{name} needs scikit-learn, which is not installed. Run: pip install scikit-learn"
        ) from error
    globals()[name] = value
    return value


def __dir__():
    return __all__
