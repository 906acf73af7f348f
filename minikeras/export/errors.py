"""The error of exporting."""


class ExportError(ValueError):
    """A model that cannot be written for another runtime; the text names the layer, says why, and what to do."""
