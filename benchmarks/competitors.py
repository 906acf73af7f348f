"""Who is measured: minikeras with both kinds of kernels, and the peers whose interpreters are named."""

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Competitor:
    """A framework as its users run it: an interpreter, the adapter that drives it, its environment variables.

    `imports` are the modules that a script imports first, `names` what it then takes from the first of them,
    `distributions` what it installs; `models` and `measures` are the only ones it can run (all when empty).
    """

    label: str
    python: str
    adapter: str
    variant: str
    imports: tuple[str, ...]
    distributions: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    is_peer: bool = True
    counts_as_best: bool = True

    def supports(self, workload):
        """Whether it can run this workload."""
        if workload.measure == "outside" and self.variant != "minikeras":
            return False  # whose kernels are not told apart
        model_fits = not self.models or workload.model is None or workload.model in self.models
        return model_fits and (not self.measures or workload.measure in self.measures)


# A package that loads lazily shows its price only when its names are taken.
SCRIPT_NAMES = ("Input", "Sequential", "layers.Dense", "regularizers.L2", "optimizers.SGD")


def minikeras(label, python, **options):
    return Competitor(
        label,
        python,
        "keras_script",
        "minikeras",
        imports=("minikeras",),
        distributions=("minikeras-nn",),
        names=SCRIPT_NAMES,
        **options,
    )


def keras(backend, label, python):
    return Competitor(
        label,
        python,
        "keras_script",
        "keras",
        imports=("keras",),
        distributions=("keras", backend),
        environment={"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        names=SCRIPT_NAMES,
    )


def pytorch(label, python, variant, **options):
    return Competitor(label, python, "torch_peer", variant, ("torch",), ("torch",), **options)


def own(kernels=("native", "reference")):
    """minikeras in this interpreter, once for each kind of kernels."""
    return [
        minikeras(
            f"minikeras ({kind})", sys.executable, environment={"MINIKERAS_KERNELS": kind}, is_peer=False
        )
        for kind in kernels
    ]


def torch_peers(python):
    return [
        pytorch("PyTorch", python, "eager"),
        pytorch(
            "PyTorch, torch.compile",
            python,
            "compiled",
            measures=("step", "fit", "predict", "call"),
            counts_as_best=False,
        ),
        keras("torch", "Keras on PyTorch", python),
    ]


def sklearn_peers(python):
    return [
        Competitor(
            "scikit-learn",
            python,
            "sklearn_peer",
            "classifier",
            ("sklearn.neural_network",),
            ("scikit-learn",),
            models=("mlp",),
        )
    ]


PEERS = {
    "torch": torch_peers,
    "tensorflow": lambda python: [keras("tensorflow", "Keras on TensorFlow", python)],
    "jax": lambda python: [keras("jax", "Keras on JAX", python)],
    "sklearn": sklearn_peers,
    "minikeras": lambda python: [minikeras("minikeras (other)", python)],
}


def peers(argument):
    """The competitors that one `NAME=INTERPRETER` of the command line stands for."""
    name, _, path = argument.partition("=")
    if name not in PEERS or not path:
        raise ValueError(
            f"--peer expected NAME=INTERPRETER with NAME one of {', '.join(PEERS)}, received {argument!r}."
        )
    python = shutil.which(str(Path(path).expanduser()))
    if python is None:
        raise ValueError(
            f"--peer {name} expected the path of a Python interpreter, received {path!r}, which is not an executable "
            f"file. benchmarks/README.md says how to make one."
        )
    return PEERS[name](str(Path(python).absolute()))
