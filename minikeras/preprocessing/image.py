"""Images, under the names of `keras.preprocessing.image`."""

from minikeras.preprocessing.older import attributes
from minikeras.utils import array_to_img, img_to_array, load_img, save_img
from minikeras.utils.smart_resize import smart_resize

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"]

__getattr__, __dir__ = attributes("image", ("generator", "iterators", "file_iterators", "affine"), globals())
