"""The estimators of older Keras for scikit-learn: a function that makes the model, whose arguments are parameters.

`GridSearchCV` can try values for the arguments of that function and for those of `fit` and `predict` alike.
"""

import inspect

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from minikeras.models import Sequential
from minikeras.spellings import older
from minikeras.utils import to_categorical

__all__ = ["BaseWrapper", "KerasClassifier", "KerasRegressor"]

# What fit was called with in Keras 1.
_OLDER_ARGUMENTS = ("nb_epoch",)


class BaseWrapper(BaseEstimator):
    """What the two estimators share.

    build_fn: a function (or an object that can be called) which returns a compiled model; None in a subclass that has
    `__call__` itself. sk_params: its arguments, and those of `fit`, `predict` and `evaluate`. After `fit`, `model` is the
    trained model.
    """

    modern = "SKLearnClassifier or SKLearnRegressor"

    def __init__(self, build_fn=None, **sk_params):
        if type(self).__module__ == __name__:
            older(f"keras.wrappers.scikit_learn.{type(self).__name__}", f"keras.wrappers.{self.modern}")
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def _maker(self):
        return self.__call__ if self.build_fn is None else self.build_fn

    def check_params(self, params):
        """Refuse parameters that neither the model's function nor its methods take."""
        if self.build_fn is None and not callable(self):
            raise ValueError(
                f"{type(self).__name__} expected build_fn, a function that makes a compiled model."
            )
        parameters = [
            inspect.signature(f).parameters
            for f in (Sequential.fit, Sequential.predict, Sequential.evaluate, self._maker())
        ]
        if any(p.kind is p.VAR_KEYWORD for p in parameters[-1].values()):
            return
        known = {name for group in parameters for name in group} | set(_OLDER_ARGUMENTS)
        unknown = sorted(set(params) - known)
        if unknown:
            raise ValueError(
                f"{unknown[0]} is not a legal parameter: neither build_fn nor fit, predict and evaluate of a model take it."
            )

    def get_params(self, deep=True):
        """All parameters by name, build_fn among them."""
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params):
        """Change parameters; returns the estimator."""
        params = dict(params)
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.check_params(params)
        self.sk_params = {**self.sk_params, **params}
        return self

    def filter_sk_params(self, fn, override=None):
        """Those of the parameters that a function takes, and what overrides them."""
        names = inspect.signature(fn).parameters
        if fn == Sequential.fit:
            names = [*names, *_OLDER_ARGUMENTS]
        return {name: value for name, value in self.sk_params.items() if name in names} | (override or {})

    def fit(self, x, y, **kwargs):
        """Make a model and train it; returns its History. The arguments go to `model.fit`, before the parameters."""
        maker = self._maker()
        parameters = inspect.signature(maker).parameters.values()
        free = any(p.kind is p.VAR_KEYWORD for p in parameters)
        known = set(inspect.signature(Sequential.fit).parameters) | set(_OLDER_ARGUMENTS)
        more = {k: v for k, v in self.sk_params.items() if free and k not in known}
        self.model = maker(**{**self.filter_sk_params(maker), **more})
        self.history = self.model.fit(x, self._targets(y), **self.filter_sk_params(Sequential.fit, kwargs))
        return self.history

    def _targets(self, y):
        """Class numbers as one-hot rows where the loss wants those."""
        loss = self.model.loss
        name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", None))
        return to_categorical(y) if name == "categorical_crossentropy" and np.ndim(y) != 2 else y

    def _fitted(self):
        if not hasattr(self, "model"):
            raise AttributeError(f"This {type(self).__name__} has no model yet. Call fit first.")
        return self.model

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model")


class KerasClassifier(ClassifierMixin, BaseWrapper):
    """A classifier of the model that build_fn makes.

    >>> import warnings, minikeras as keras
    >>> def make(units=4):
    ...     model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    ...     model.compile(keras.optimizers.Adam(0.5), "binary_crossentropy", metrics=["accuracy"])
    ...     return model
    >>> with warnings.catch_warnings(action="ignore"):
    ...     classifier = KerasClassifier(build_fn=make, epochs=60, verbose=0)
    >>> history = classifier.fit(np.array([[-2.0], [-1.0], [1.0], [2.0]]), [0, 0, 1, 1])
    >>> classifier.predict(np.array([[-3.0], [3.0]])).tolist()
    [[0], [1]]
    """

    modern = "SKLearnClassifier"

    def fit(self, x, y, sample_weight=None, **kwargs):
        """Make a model and train it on labels (samples,), or one-hot rows (samples, classes)."""
        y = np.asarray(y)
        if y.ndim == 2 and y.shape[1] > 1:
            self.classes_ = np.arange(y.shape[1])
        elif y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
            self.classes_ = np.unique(y)
            y = np.searchsorted(self.classes_, y)
        else:
            raise ValueError(
                f"Invalid shape for y: {y.shape}. Expected (samples,) or one-hot rows (samples, classes)."
            )
        self.n_classes_ = len(self.classes_)
        if sample_weight is not None:
            kwargs["sample_weight"] = sample_weight
        return super().fit(x, y, **kwargs)

    def predict(self, x, **kwargs):
        """The class of each sample; (samples, 1) if the model has one output."""
        outputs = self._fitted().predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        numbers = outputs.argmax(axis=-1) if outputs.shape[-1] > 1 else (outputs > 0.5).astype("int32")
        return self.classes_[numbers]

    def predict_proba(self, x, **kwargs):
        """The probability of each class (samples, classes); of two classes both, if the model has one output."""
        outputs = self._fitted().predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def score(self, x, y, **kwargs):
        """The accuracy on the data."""
        model = self._fitted()
        y = np.asarray(y)
        if y.ndim == 1 or y.shape[1] == 1:
            y = np.searchsorted(self.classes_, y)
        settings = self.filter_sk_params(Sequential.evaluate, kwargs)
        logs = model.evaluate(x, self._targets(y), **{**settings, "return_dict": True})
        found = [value for name, value in logs.items() if name.endswith("accuracy") or name == "acc"]
        if not found:
            raise ValueError(
                'The model is not configured to compute accuracy. Pass metrics=["accuracy"] to model.compile().'
            )
        return float(found[0])


class KerasRegressor(RegressorMixin, BaseWrapper):
    """A regressor of the model that build_fn makes."""

    modern = "SKLearnRegressor"

    def predict(self, x, **kwargs):
        """The model's outputs; (samples,) if it has one."""
        outputs = self._fitted().predict(x, **self.filter_sk_params(Sequential.predict, kwargs))
        return outputs[..., 0] if outputs.shape[-1] == 1 else outputs

    def score(self, x, y, **kwargs):
        """Minus the model's loss on the data, so that more is better."""
        settings = self.filter_sk_params(Sequential.evaluate, kwargs)
        logs = self._fitted().evaluate(x, y, **{**settings, "return_dict": True})
        return -float(logs["loss"])
