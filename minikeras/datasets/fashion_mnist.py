"""Fashion-MNIST: 70,000 grey images of clothes, 28 by 28; it fits wherever MNIST does, and is harder."""

from minikeras.datasets.idx import read_idx
from minikeras.datasets.source import KERAS_ADDRESS, Source

# Each file, its axes and its checksum as packed, in the order in which load_data returns them.
_FILES = (
    ("train-images-idx3-ubyte.gz", 3, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
    ("train-labels-idx1-ubyte.gz", 1, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
    ("t10k-images-idx3-ubyte.gz", 3, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
    ("t10k-labels-idx1-ubyte.gz", 1, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
)
# A folder of their own, because MNIST's four files have the same names.
ARCHIVES = tuple(
    (Source(f"fashion-mnist/{name}", KERAS_ADDRESS + name, sha256), rank) for name, rank, sha256 in _FILES
)


def load_data():
    """Images and classes as `(x_train, y_train), (x_test, y_test)`, all uint8.

    Images have the shapes (60000, 28, 28) and (10000, 28, 28); classes have the shapes (60000,) and (10000,):
    0 T-shirt or top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag, 9 ankle
    boot.

    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, 2017, github.com/zalandoresearch/fashion-mnist; MIT
    licence.
    """
    x_train, y_train, x_test, y_test = (read_idx(source.fetch(), rank) for source, rank in ARCHIVES)
    return (x_train, y_train), (x_test, y_test)
