"""A figure of matplotlib that a notebook shows, also where nothing has imported pyplot."""

from __future__ import annotations

import io

from matplotlib import figure


class Figure(figure.Figure):
    """See ``matplotlib.figure.Figure``.

    A notebook learns how to show that one when pyplot is imported there. It then does so for this one, too.
    """

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png")
        return stream.getvalue()
