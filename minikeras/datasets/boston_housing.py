"""Boston housing: 506 districts of Boston in the 1970s, 13 features each, and the median price of a home.

One feature, "B", assumes that racial segregation raises prices: use the set to discuss that, and
`california_housing` to practise regression.
"""

from minikeras.datasets.npz import read_npz
from minikeras.datasets.source import KERAS_ADDRESS, Source
from minikeras.datasets.split import require_fraction, split_table

ARCHIVE = Source(
    "boston_housing.npz",
    KERAS_ADDRESS + "boston_housing.npz",
    sha256="f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
)


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Features and prices as `(x_train, y_train), (x_test, y_test)`.

    Features are float64 of shape (rows, 13), prices float64 of shape (rows,), in 1,000 dollars; 404 rows are
    to train and 102 to test, in an order that depends on the seed.

    Source: D. Harrison and D. Rubinfeld, Hedonic Housing Prices and the Demand for Clean Air, 1978, by way of
    StatLib (lib.stat.cmu.edu/datasets/boston). `path` is a name below the data folders, or absolute.
    """
    require_fraction(test_split)
    x, y = read_npz(ARCHIVE.fetch(path), "x", "y")
    return split_table(x, y, test_split, seed)
