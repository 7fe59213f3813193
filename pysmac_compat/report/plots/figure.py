"""A matplotlib figure that a notebook shows even if nothing has imported pyplot."""

from __future__ import annotations

import io

from matplotlib import figure


class Figure(figure.Figure):
    """A ``matplotlib.figure.Figure`` with a method that notebooks call to show an object.

    A notebook shows figures of matplotlib's own class only after an import of pyplot. After that import, it shows both
    classes in the same way.
    """

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png")
        return stream.getvalue()
