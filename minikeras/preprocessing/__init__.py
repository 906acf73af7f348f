"""Data preparation under the names of `keras.preprocessing`; `minikeras.utils` has the same."""

from minikeras.preprocessing import image, sequence, text
from minikeras.utils import (
    image_dataset_from_directory,
    text_dataset_from_directory,
    timeseries_dataset_from_array,
)
