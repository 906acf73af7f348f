"""`minikeras.utils`: what surrounds training."""

from minikeras import spellings
from minikeras.config import (
    disable_interactive_logging,
    enable_interactive_logging,
    is_interactive_logging_enabled,
)
from minikeras.dtypes import standardize_dtype
from minikeras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras.serialization import deserialize_keras_object
from minikeras.serialization import serialize as serialize_keras_object
from minikeras.training.pydataset import PyDataset
from minikeras.utils import bounding_boxes
from minikeras.utils.dot import model_to_dot
from minikeras.utils.download import get_file
from minikeras.utils.drawing import plot_model
from minikeras.utils.file_datasets import (
    audio_dataset_from_directory,
    image_dataset_from_directory,
    text_dataset_from_directory,
)
from minikeras.utils.image import array_to_img, img_to_array, load_img, save_img
from minikeras.utils.numerical import normalize, to_categorical
from minikeras.utils.packing import pack_x_y_sample_weight, unpack_x_y_sample_weight
from minikeras.utils.progbar import Progbar
from minikeras.utils.seeding import set_random_seed
from minikeras.utils.sequences import pad_sequences
from minikeras.utils.session import clear_session, get_source_inputs, is_keras_tensor
from minikeras.utils.settings import Config
from minikeras.utils.split import split_dataset
from minikeras.utils.timeseries import timeseries_dataset_from_array
from minikeras.visual.activations_plot import plot_activations
from minikeras.visual.confusion_matrix import plot_confusion_matrix
from minikeras.visual.history_plot import plot_history
from minikeras.visual.weights_plot import plot_weights

CustomObjectScope = custom_object_scope
Sequence = PyDataset
__getattr__ = spellings.fallback(__name__)
