"""Images, under the names of `keras.preprocessing.image`."""

from minikeras.utils import array_to_img, img_to_array, load_img, save_img

__all__ = ["array_to_img", "img_to_array", "load_img", "save_img"]
