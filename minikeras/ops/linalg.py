"""`minikeras.ops.linalg`: linear algebra."""

from minikeras import lazy

NAMES = lazy.Names(__name__, __file__, ["decomposition", "directional", "inverses", "norms"])
__getattr__, __dir__ = lazy.attributes(NAMES, globals())
