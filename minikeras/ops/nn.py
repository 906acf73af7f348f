"""`minikeras.ops.nn`: the functions of neural networks."""

from minikeras import lazy

_FILES = [
    "activation",
    "attention",
    "convolution",
    "crossentropy",
    "ctc",
    "ctc_decoding",
    "encoding",
    "normalization",
    "patches",
    "pooling",
    "probability",
]
NAMES = lazy.Names(__name__, __file__, _FILES, also={"polar": "elementwise.complex"})
__getattr__, __dir__ = lazy.attributes(NAMES, globals())
