"""minikeras: Keras-style neural networks on NumPy.

    import minikeras as keras

    model = keras.Sequential([keras.layers.Dense(3, activation="softmax")])
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=10)
    model.summary()

The names are those of Keras 3. Each is loaded when it is first used, so the import is immediate.
"""

import importlib
import sys

__version__ = "0.1.0"

# Where the names of the top level live; a name that is absent here is a subpackage.
_HOMES = {
    "minikeras.autodiff": ("GradientTape", "SymbolicTensor", "Tensor", "Variable"),
    "minikeras.dtypes": ("DTypePolicy",),
    "minikeras.initializers": ("Initializer",),
    "minikeras.layers": ("Input", "InputSpec", "Layer"),
    "minikeras.layers.operation": ("Operation",),
    "minikeras.losses": ("Loss",),
    "minikeras.metrics": ("Metric",),
    "minikeras.models": ("Functional", "Model", "Sequential"),
    "minikeras.models.function": ("Function",),
    "minikeras.optimizers": ("Optimizer",),
    "minikeras.regularizers": ("Regularizer",),
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names} | {
    "FloatDTypePolicy": "minikeras.dtypes",
    "KerasTensor": "minikeras.autodiff",
}
_ALIASES = {"FloatDTypePolicy": "DTypePolicy", "KerasTensor": "SymbolicTensor"}
_SUBPACKAGES = (
    "activations", "autodiff", "backend", "callbacks", "config", "constraints", "datasets", "export", "initializers",
    "kernels", "layers", "losses", "metrics", "mixed_precision", "models", "ops", "optimizers", "preprocessing",
    "random", "regularizers", "saving", "training", "tree", "utils", "wrappers",
)  # fmt: skip

__all__ = sorted([*_NAMES, *_SUBPACKAGES])


def __getattr__(name):
    if name in _NAMES:
        importlib.import_module("minikeras.ops")  # attaches the operators to tensors and variables
        module = importlib.import_module(_NAMES[name])
        value = getattr(module, _ALIASES.get(name, name))
    elif name in _SUBPACKAGES:
        value = importlib.import_module(f"minikeras.{name}")
        if name == "config":  # what tells the configuration of the kernels chosen and of the dtype policy
            importlib.import_module("minikeras.kernels")
            importlib.import_module("minikeras.dtypes")
    else:
        return importlib.import_module("minikeras.spellings").find_name("minikeras", name, __all__)
    globals()[name] = value
    return value


def __dir__():
    return __all__


class _OlderModules:
    """Finds what Python does not: modules of older Keras below minikeras, such as `minikeras.layers.convolutional`."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """The module's specification, or None."""
        if not name.startswith("minikeras."):
            return None
        return importlib.import_module("minikeras.spellings.imports").find_spec(name)


sys.meta_path.append(_OlderModules)


def version():
    """The version of minikeras."""
    return __version__
