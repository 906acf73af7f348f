"""Keras 3's estimators for scikit-learn: pipelines, cross-validation and grid searches over models."""

import copy

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.metadata_routing import MetadataRequest
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from minikeras.models import Model, clone_model

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]


class SKLearnBase(BaseEstimator):
    """What the estimators share: they make, or copy, a compiled model and train it on checked arrays.

    model: a compiled model, which is copied with fresh weights for each `fit`; or a function model(X, y, **model_kwargs)
    that makes one from the checked data, y being what the model is trained on. warm_start: go on with the weights of
    the last fit, and train a given model itself. fit_kwargs: for `model.fit`. Afterwards `model_` is the trained model and
    `history_` its History.
    """

    # Whether y may have several columns.
    several_outputs = True

    def __init__(self, model, warm_start=False, model_kwargs=None, fit_kwargs=None):
        self.model = model
        self.warm_start = warm_start
        self.model_kwargs = model_kwargs
        self.fit_kwargs = fit_kwargs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        tags.target_tags.multi_output = self.several_outputs
        return tags

    def __sklearn_clone__(self):
        model = _copied(self.model) if isinstance(self.model, Model) else self.model
        return type(self)(
            model, self.warm_start, copy.deepcopy(self.model_kwargs), copy.deepcopy(self.fit_kwargs)
        )

    @property
    def epoch_(self):
        """How many epochs the last fit went through."""
        return len(self.history_.epoch) if hasattr(self, "history_") else 0

    def set_fit_request(self, **kwargs):
        """Which metadata, by name, a meta-estimator is to hand to `fit` (scikit-learn's metadata routing)."""
        if not sklearn.get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                "set_fit_request is there when metadata routing is on. Call sklearn.set_config(enable_metadata_routing=True)."
            )
        self._metadata_request = MetadataRequest(owner=type(self).__name__)
        for name, alias in kwargs.items():
            self._metadata_request.fit.add_request(param=name, alias=alias)
        return self

    def fit(self, X, y, **kwargs):
        """Train on X (samples, features) and y (samples,) or (samples, outputs); the rest goes to `model.fit`."""
        several = self.several_outputs
        X, y = validate_data(self, X, y, multi_output=several, y_numeric=several)
        target = self._encoded(y)
        model = self._model_for(X, target)
        self.history_ = model.fit(X, target, **{**(self.fit_kwargs or {}), **kwargs})
        self.model_ = model
        return self

    def _model_for(self, X, y):
        if self.warm_start and hasattr(self, "model_"):
            return self.model_
        if isinstance(self.model, Model):
            model = self.model if self.warm_start else _copied(self.model)
        elif callable(self.model):
            model = self.model(X=X, y=y, **(self.model_kwargs or {}))
        else:
            raise TypeError(
                f"{type(self).__name__} expected a compiled model or a function model(X, y) that makes one, received "
                f"{type(self.model).__name__}."
            )
        if not isinstance(model, Model) or not model.compiled:
            raise RuntimeError(
                f"{type(self).__name__} expected a compiled model, received "
                f"{'one that is not' if isinstance(model, Model) else type(model).__name__}. Call model.compile(...) first."
            )
        return model

    def _encoded(self, y):
        """y as the model is trained on it; notes its form."""
        self._one_dimensional = y.ndim == 1
        return y.reshape(-1, 1) if self._one_dimensional else y

    def _raw(self, X):
        """The model's outputs."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, reset=False)
        settings = {k: v for k, v in (self.fit_kwargs or {}).items() if k in ("verbose", "batch_size")}
        outputs = self.model_.predict(X, **settings)
        return outputs[0] if isinstance(outputs, list) and len(outputs) == 1 else outputs


class SKLearnClassifier(ClassifierMixin, SKLearnBase):
    """A model as a classifier: it is trained on one-hot labels, so it has an output for each class.

    >>> import minikeras as keras
    >>> def make(X, y):
    ...     model = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(y.shape[1], activation="softmax")])
    ...     model.compile(keras.optimizers.Adam(0.1), "categorical_crossentropy")
    ...     return model
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> classifier = SKLearnClassifier(make, fit_kwargs={"epochs": 80, "verbose": 0})
    >>> classifier.fit(X, ["low", "low", "high", "high"]).predict([[-5.0], [9.0]]).tolist()
    ['low', 'high']
    """

    several_outputs = False

    def _encoded(self, y):
        kind = type_of_target(y, input_name="y")
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                f"Only binary and multiclass target types are supported. Unknown label type: {kind!r}. "
                "Use SKLearnRegressor for numbers."
            )
        self._one_dimensional = y.ndim == 1
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError("Classifier can't train when only one class is present.")
        return np.eye(len(self.classes_))[numbers.reshape(-1)]

    def decision_function(self, X):
        """The model's outputs (samples, classes)."""
        return self._raw(X)

    def predict(self, X):
        """The class of each sample."""
        found = self.classes_[self._raw(X).argmax(axis=-1)] if hasattr(self, "classes_") else self._raw(X)
        return found if self._one_dimensional else found.reshape(-1, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags


class SKLearnRegressor(RegressorMixin, SKLearnBase):
    """A model as a regressor.

    >>> import minikeras as keras
    >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    >>> model.compile(keras.optimizers.SGD(0.1), "mse")
    >>> regressor = SKLearnRegressor(model, fit_kwargs={"epochs": 200, "verbose": 0})
    >>> regressor.fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).predict([[3.0]]).round(1).tolist()
    [7.0]
    """

    def predict(self, X):
        """The model's outputs, of the form that y had."""
        y = self._raw(X)
        return y[:, 0] if self._one_dimensional and y.ndim == 2 and y.shape[1] == 1 else y

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags


class SKLearnTransformer(TransformerMixin, SKLearnBase):
    """A model as a transformer: `transform` gives its outputs."""

    def transform(self, X):
        """The model's outputs for X."""
        return self._raw(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # the outputs are of the model's dtype
        return tags


def _copied(model):
    """A compiled copy of a model with fresh weights."""
    if not model.compiled:
        return model
    copied = clone_model(model)
    copied.compile_from_config(model.get_compile_config())
    return copied
