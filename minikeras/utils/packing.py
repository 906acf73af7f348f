"""A batch as (x, y, sample_weight), and back."""


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """The shortest tuple that says the same: x alone, (x, y) or (x, y, sample_weight).

    >>> pack_x_y_sample_weight(1, 2)
    (1, 2)
    """
    if sample_weight is not None:
        return x, y, sample_weight
    if y is not None:
        return x, y
    return (x,) if isinstance(x, (list, tuple)) else x


def unpack_x_y_sample_weight(data):
    """(x, y, sample_weight) of a batch, None for what it has not.

    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    parts = tuple(data) if isinstance(data, (list, tuple)) else (data,)
    if isinstance(data, list):
        parts = (data,)
    if len(parts) > 3:
        raise ValueError(
            f"A batch must be x, (x, y) or (x, y, sample_weight), received a tuple of {len(parts)} parts."
        )
    return parts + (None,) * (3 - len(parts))
