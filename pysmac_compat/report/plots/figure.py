"""A matplotlib figure that a notebook shows even if nothing has imported pyplot."""

from __future__ import annotations

import io

from matplotlib import figure


class Figure(figure.Figure):
    """A ``matplotlib.figure.Figure`` with a method that notebooks call to show an object.

    A notebook shows matplotlib's own class only after an import of pyplot; this class looks the same after that import.
    """

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png")
        return stream.getvalue()
