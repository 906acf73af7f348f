"""`minikeras doctor`: what is installed, what will run, and whether it works."""

import importlib
import importlib.metadata
import os
import platform
import time

import numpy as np

import minikeras
from minikeras import config, datasets, kernels
from minikeras.datasets.source import cache_folder, checkout_folder
from minikeras.kernels import reference

HELP = "show versions, kernels, threads and data folders, and check that training works"
DETAILS = """\
Exit code 0 when all is well, 1 when something is broken. Include the output when you report a problem.

example:
  minikeras doctor
"""
_REQUIRED = ("numpy", "h5py", "tqdm")
# What each optional package is for, and the extra that installs it.
_OPTIONAL = {
    "onnx": ("model.export('model.onnx')", "onnx"),
    "matplotlib": ("figures: minikeras.visual, the examples", "plots"),
    "sklearn": ("its estimators and data sets", "examples"),
    "PIL": ("images from files", "images"),
    "tensorboardX": ("the TensorBoard callback", "tensorboard"),
}


def add_arguments(parser):
    """No arguments."""


def run(options):
    print(f"minikeras      {minikeras.__version__} in {os.path.dirname(minikeras.__file__)}")
    print(f"Python         {platform.python_version()} on {platform.system()} {platform.machine()}")
    healthy = _packages()
    _kernels()
    _folders()
    return 0 if _check() and healthy else 1


def _packages():
    healthy = True
    for name in _REQUIRED:
        version = _version(name)
        healthy &= version is not None
        print(f"{name:15}{version or f'missing: pip install {name}'}")
    for name, (purpose, extra) in _OPTIONAL.items():
        version = _version(name)
        print(
            f"{name:15}{version or f'not installed ({purpose}): pip install {chr(39)}minikeras-nn[{extra}]{chr(39)}'}"
        )
    return healthy


def _version(name):
    try:
        module = importlib.import_module(name)
    except ImportError:
        return None
    return getattr(module, "__version__", "installed")


def _kernels():
    chosen, forced = kernels.implementation(), os.environ.get("MINIKERAS_KERNELS")
    print(f"kernels        {chosen}{f' (MINIKERAS_KERNELS={forced})' if forced else ''}")
    print(f"  there are    reference{_native_kernels()}")
    print(f"processor      {_processor()}")
    print(f"threads        {config.num_threads()} of {os.cpu_count()} processors")


def _native_kernels():
    try:
        native = importlib.import_module("minikeras.kernels.native")
    except ImportError as error:
        return f"; native ones are not installed ({error}): install again with a C++ compiler at hand"
    return "".join(f", {name}" for name in native.instruction_sets())


def _processor():
    """The vector instructions that matter here, as far as the system tells."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            flags = next(
                (line.split(":")[1].split() for line in file if line.startswith(("flags", "Features"))), []
            )
    except OSError:
        flags = []
    known = [flag for flag in ("sse4_2", "avx", "avx2", "fma", "avx512f", "asimd") if flag in flags]
    return f"{platform.processor() or platform.machine()} {' '.join(known)}".rstrip()


def _folders():
    there = checkout_folder()
    print(f"data           {cache_folder()}{'' if cache_folder().is_dir() else ' (not made yet)'}")
    if there is not None:
        print(f"               {there}")
    print(f"  data sets    {', '.join(datasets.__all__)}")


def _check():
    """A small model learns, and the kernels agree with the reference."""
    begin = time.perf_counter()
    before, after = _train()
    learns = after < 0.5 * before
    print(f"training       {'works' if learns else 'FAILS'}: loss {before:.3f} -> {after:.3f}")
    difference = _disagreement()
    agrees = difference < 1e-4
    print(
        f"agreement      {'good' if agrees else 'BAD'}: kernels differ from the reference by {difference:.1e}"
    )
    print(f"checked in     {time.perf_counter() - begin:.2f} s")
    return learns and agrees


def _train():
    keras = minikeras
    generator = np.random.default_rng(0)
    x = generator.normal(size=(256, 4)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int64")
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(2)])
    model.compile(keras.optimizers.Adam(0.02), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = model.fit(x, y, epochs=30, verbose=0).history["loss"]
    return losses[0], losses[-1]


def _disagreement():
    """The largest relative difference between the kernels in use and the reference: dense, softmax, convolution."""
    generator = np.random.default_rng(1)
    x, w, b = (generator.normal(size=shape).astype("float32") for shape in ((64, 32), (32, 16), (16,)))
    image, filters = (
        generator.normal(size=shape).astype("float32") for shape in ((4, 12, 12, 3), (3, 3, 3, 8))
    )
    pairs = [
        (kernels.dense(x, w, b, "relu"), reference.dense(x, w, b, "relu")),
        (kernels.softmax(x), reference.softmax(x)),
    ]
    place = ((1, 1), ((1, 1), (1, 1)), (1, 1), 1, "relu")
    y = reference.conv(image, filters, None, *place)
    pairs.append((kernels.conv(image, filters, None, *place), y))
    wanted = (True, True, None)
    gradients = (each.conv_gradient(y, image, filters, y, *place, wanted) for each in (kernels, reference))
    pairs += [pair for pair in zip(*gradients, strict=True) if pair[0] is not None]
    return max(float(np.abs(np.asarray(a) - np.asarray(b)).max() / np.abs(b).max()) for a, b in pairs)
