"""`minikeras.ops.numpy`: the functions that carry NumPy's names."""

from minikeras import lazy

_FILES = [
    "create",
    "cumulative",
    "elementwise.arithmetic",
    "elementwise.bitwise",
    "elementwise.casting",
    "elementwise.choice",
    "elementwise.comparison",
    "elementwise.complex",
    "elementwise.exponential",
    "elementwise.rounding",
    "elementwise.special",
    "elementwise.trigonometry",
    "indexing",
    "joining",
    "nanreduce",
    "products",
    "reduce",
    "shaping",
    "sorting",
    "statistics",
    "vectorization",
    "windows",
]
NAMES = lazy.Names(__name__, __file__, _FILES, also={"slogdet": "inverses"})
__getattr__, __dir__ = lazy.attributes(NAMES, globals())
