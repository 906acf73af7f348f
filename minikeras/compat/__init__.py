"""Programs written for TensorFlow and for other versions of Keras: `minikeras run` without the command line.

`install()` lets minikeras answer `import tensorflow` and `import keras` from then on, or within a `with` block:

>>> import minikeras.compat
>>> with minikeras.compat.install():
...     from keras.layers import Dense
>>> Dense.__name__
'Dense'
"""

from minikeras.compat.modules import Installation, install, uninstall

__all__ = ["Installation", "install", "uninstall"]
