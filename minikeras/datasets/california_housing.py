"""California housing: 20,640 census block groups of 1990, 8 features each, and the median price of a home."""

from minikeras.datasets.npz import read_npz
from minikeras.datasets.source import KERAS_ADDRESS, Source
from minikeras.datasets.split import require_fraction, split_table

ARCHIVE = Source(
    "california_housing.npz",
    KERAS_ADDRESS + "california_housing.npz",
    sha256="1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
)
_SMALL_ROWS = 600


def load_data(version="large", path="california_housing.npz", test_split=0.2, seed=113):
    """Features and prices as `(x_train, y_train), (x_test, y_test)`.

    Features have the shape (rows, 8): median income, median age of a house, rooms and bedrooms per household,
    population, members per household, latitude, longitude. Prices have the shape (rows,), in dollars. The
    'large' version has all rows, the 'small' one the first 600. Both come in the order that the seed gives.

    Source: R. Pace and R. Barry, Sparse Spatial Autoregressions, Statistics and Probability Letters 33
    (1997), by way of StatLib. `path` is a name below the data folders, or absolute.
    """
    if version not in ("small", "large"):
        raise ValueError(
            f"california_housing.load_data expected version 'small' or 'large', received {version!r}."
        )
    require_fraction(test_split)
    x, y = read_npz(ARCHIVE.fetch(path), "x", "y")
    if version == "small":
        x, y = x[:_SMALL_ROWS], y[:_SMALL_ROWS]
    return split_table(x, y, test_split, seed)
