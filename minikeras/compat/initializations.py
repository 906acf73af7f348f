"""`keras.initializations` of Keras 1: functions of a shape that give a variable, for layers of one's own.

Today's initializers are objects that are called with the shape: `keras.initializers.GlorotUniform()(shape)`.
"""

from minikeras import initializers
from minikeras.autodiff import Variable
from minikeras.spellings import older

__all__ = [
    "get", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "lecun_uniform", "normal", "one",
    "orthogonal", "uniform", "zero",
]  # fmt: skip


def get(identifier, **kwargs):
    """The function of that name; a function is returned as it is.

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     get("zero")((2, 3), name="b").shape
    (2, 3)
    """
    if not isinstance(identifier, str):
        return identifier
    if identifier in __all__ and identifier != "get":
        return globals()[identifier]
    return _function(identifier, lambda scale: initializers.get(identifier), None)


def _function(name, initializer, scale):
    usual = scale

    def initialize(shape, scale=usual, name=None, dim_ordering=None, dtype=None):
        older(
            f"keras.initializations.{initialize.__name__}(shape)", "keras.initializers, called with the shape"
        )
        return Variable(initializer(scale)(tuple(shape), dtype=dtype), name=name)

    initialize.__name__ = initialize.__qualname__ = name
    initialize.__doc__ = "A variable of that shape."
    return initialize


normal = _function("normal", lambda scale: initializers.RandomNormal(stddev=scale), 0.05)
uniform = _function("uniform", lambda scale: initializers.RandomUniform(-scale, scale), 0.05)
lecun_uniform = _function("lecun_uniform", lambda scale: initializers.LecunUniform(), None)
glorot_normal = _function("glorot_normal", lambda scale: initializers.GlorotNormal(), None)
glorot_uniform = _function("glorot_uniform", lambda scale: initializers.GlorotUniform(), None)
he_normal = _function("he_normal", lambda scale: initializers.HeNormal(), None)
he_uniform = _function("he_uniform", lambda scale: initializers.HeUniform(), None)
orthogonal = _function("orthogonal", lambda scale: initializers.Orthogonal(gain=scale), 1.1)
identity = _function("identity", lambda scale: initializers.Identity(gain=scale), 1.0)
zero = _function("zero", lambda scale: initializers.Zeros(), None)
one = _function("one", lambda scale: initializers.Ones(), None)


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(f"module 'minikeras.compat.initializations' has no attribute {name!r}")
    return getattr(initializers, name)
