"""`minikeras.utils`: what surrounds training."""

from minikeras.registry import (
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from minikeras.serialization import deserialize as deserialize_keras_object
from minikeras.serialization import serialize as serialize_keras_object
from minikeras.training.pydataset import PyDataset
from minikeras.utils.numerical import normalize, to_categorical
from minikeras.utils.seeding import set_random_seed

CustomObjectScope = custom_object_scope
Sequence = PyDataset
