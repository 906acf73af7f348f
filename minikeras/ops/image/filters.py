"""Filters: blurring, edges, and likeness measured through a window."""

import numpy as np

from minikeras.autodiff import as_array, operation
from minikeras.ops import elementwise, joining, reduce
from minikeras.ops.convolution import convolution
from minikeras.ops.floating import floating_tensor
from minikeras.ops.image.layout import batched

__all__ = ["gaussian_blur", "sobel_edges", "ssim"]


def _gaussian(size, sigma):
    """The weights of a Gaussian bell of `size` places, their sum 1."""
    places = np.arange(size) - (size - 1) / 2
    weights = np.exp(-0.5 * (places / sigma) ** 2)
    return weights / weights.sum()


def _filtered(images, kernel, padding):
    """Each channel of images (batch, height, width, channels) filtered by itself with a matrix."""
    channels = images.shape[-1]
    kernel = np.broadcast_to(kernel[:, :, None, None], (*kernel.shape, 1, channels)).astype(images.dtype)
    return convolution(images, kernel, None, 1, padding, "channels_last", 1)


@operation
def gaussian_blur(images, /, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None):
    """Images smoothed by a Gaussian window, zeros beyond their borders.

    The first sigma is that of the columns, the second that of the rows.
    """
    size = [int(s) for s in as_array(kernel_size).reshape(-1)]
    widths = [float(s) for s in as_array(sigma).reshape(-1)]
    if len(size) != 2 or len(widths) != 2:
        raise ValueError(
            f"gaussian_blur expected pairs as kernel_size and sigma, received {kernel_size!r}, {sigma!r}."
        )
    kernel = np.outer(_gaussian(size[1], widths[1]), _gaussian(size[0], widths[0])).reshape(size)
    x, back = batched(floating_tensor(images), data_format, "gaussian_blur")
    return back(_filtered(x, kernel, "same"))


_SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


@operation
def sobel_edges(images, /, data_format=None):
    """How fast images change along the rows and along the columns, in a new last axis of size 2 (Sobel 1968)."""
    x, back = batched(floating_tensor(images), data_format, "sobel_edges")
    return joining.stack([back(_filtered(x, kernel, "same")) for kernel in (_SOBEL.T, _SOBEL)], axis=-1)


@operation
def ssim(
    image1,
    image2,
    /,
    max_val=1.0,
    filter_size=11,
    filter_sigma=1.5,
    k1=0.01,
    k2=0.03,
    data_format=None,
):
    """The structural similarity of images, 1 where they are the same: one number for each pair (Wang et al. 2004).

    max_val: the difference of the largest and smallest possible value. Means, variances and the covariance are taken
    under a Gaussian window of filter_size places.
    """
    dtype = image1.dtype
    x, _ = batched(floating_tensor(image1), data_format, "ssim")
    y, _ = batched(floating_tensor(image2), data_format, "ssim")
    if x.shape != y.shape:
        raise ValueError(f"ssim expected images of one shape, received {image1.shape} and {image2.shape}.")
    bell = _gaussian(filter_size, filter_sigma)
    kernel = np.outer(bell, bell)

    def mean(values):
        return _filtered(values, kernel, "valid")

    mean_x, mean_y = mean(x), mean(y)
    variance_x = mean(x * x) - mean_x * mean_x
    variance_y = mean(y * y) - mean_y * mean_y
    covariance = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    likeness = (mean_x * mean_y * 2.0 + c1) * (covariance * 2.0 + c2)
    likeness = likeness / ((mean_x * mean_x + mean_y * mean_y + c1) * (variance_x + variance_y + c2))
    result = reduce.mean(likeness, axis=(1, 2, 3))
    return elementwise.cast(result[0] if image1.ndim == 3 else result, dtype)
