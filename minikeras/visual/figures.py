"""A new figure in the style that all pictures here share; matplotlib is imported when the first is drawn."""

import numpy as np

BLUE, ORANGE, GREEN, GREY, PALE = "#2c6fad", "#e0762f", "#3a8f4d", "#5b6570", "#e3e7eb"
DIVERGING = "RdBu_r"


def new_figure(width, height, caller):
    """An empty Figure of so many inches; `caller` is the function that an error names."""
    try:
        from minikeras.visual.picture import Picture
    except ImportError as error:
        raise ImportError(
            f"{caller} needs matplotlib, which is not installed. Run: pip install 'minikeras-nn[plots]'"
        ) from error
    return Picture(figsize=(width, height), layout="constrained", facecolor="white")


def whole_number(caller, argument, value, least=1):
    """An error unless a value is a whole number from `least` up; `caller` is the function that it names."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(
            f"{caller} expected {argument} to be a whole number from {least} up, received {value!r:.60} of type "
            f"{type(value).__name__}."
        )


def tidy(axes, title=None, xlabel=None, ylabel=None):
    """Make axes light: a title on the left, no frame above and at the right, small grey numbers, a pale grid."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color("#b8c0c8")
    axes.tick_params(colors=GREY, labelsize=8, length=3, color="#b8c0c8")
    axes.grid(color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    name(axes, title)
    if xlabel:
        axes.set_xlabel(xlabel, fontsize=8.5, color=GREY)
    if ylabel:
        axes.set_ylabel(ylabel, fontsize=8.5, color=GREY)


def name(axes, title, size=10):
    """Write a title on the left above axes."""
    if title:
        axes.set_title(title, loc="left", fontsize=size, color="#20262c", pad=6)


def show_image(axes, image, limit=None, colors=None):
    """Draw an array of two axes (or of three, in colours) as a picture without ticks.

    limit: numbers from -limit to limit get the colours from blue to red, with white for zero; without it the darkest
    number is black and the brightest white.
    """
    if limit is None:
        axes.imshow(image, cmap=colors or "gray", interpolation="nearest", aspect="equal")
    else:
        axes.imshow(image, cmap=DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest", aspect="equal")
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)


def show_matrix(axes, matrix, limit=None, colors="viridis"):
    """Draw a matrix of any proportions into the room there is."""
    shades = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit} if limit else {"cmap": colors}
    axes.imshow(
        matrix, interpolation="nearest" if max(matrix.shape) < 400 else "antialiased", aspect="auto", **shades
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(integer=True)
    axes.tick_params(colors=GREY, labelsize=7, length=2, color="#b8c0c8")
    for spine in axes.spines.values():
        spine.set(color="#b8c0c8", linewidth=0.6)


def largest(array):
    """The largest finite absolute value of an array, 1 for an array of zeros."""
    values = np.abs(array[np.isfinite(array)])
    return float(values.max()) or 1.0 if values.size else 1.0


def as_picture(image):
    """Colours (an array whose last axis has 3 or 4 entries) stretched to the range from 0 to 1."""
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    if low >= 0.0 and high <= 1.0:
        return image
    return (image - low) / ((high - low) or 1.0)
