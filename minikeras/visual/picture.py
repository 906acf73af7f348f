"""A figure that needs no window; this file alone imports matplotlib."""

import io
import os

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from minikeras.files import atomic_write


class Picture(Figure):
    """A matplotlib Figure outside of pyplot: nothing pops up, nothing is kept; notebooks show it all the same."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        FigureCanvasAgg(self)

    def savefig(self, fname, **kwargs):
        """As matplotlib's; a file is written whole or not at all."""
        if not isinstance(fname, (str, os.PathLike)):
            super().savefig(fname, **kwargs)
            return
        path = os.fspath(fname)
        kind = os.path.splitext(path)[1][1:].lower()
        if "format" not in kwargs:
            kwargs["format"] = kind or self.canvas.get_default_filetype()
            path = path if kind else f"{path.rstrip('.')}.{kwargs['format']}"
        buffer = io.BytesIO()
        super().savefig(buffer, **kwargs)
        with atomic_write(path) as file:
            file.write(buffer.getbuffer())

    def _repr_png_(self):
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()
