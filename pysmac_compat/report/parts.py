"""Tables and pictures of curves that a caller can add to the page about a result."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Part:
    """A part of the page with a table, a picture, or both.

    Attributes
    ----------
    title, text : str
    head : sequence of str
        The names of the table's columns.
    rows : sequence of sequence of str
        The rows of the table; the first cell of each row is its name.
    figure : matplotlib.figure.Figure or None
    shows : str
        A description of the figure, for readers who do not see it.
    """

    title: str
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    figure: Figure | None = None
    shows: str = ""

    @property
    def picture(self) -> str:
        """The figure as a ``data:`` URL; empty without a figure."""
        if self.figure is None:
            return ""
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=150)
        return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


@dataclass(frozen=True)
class Panel:
    """Curves in the unit square, on common axes.

    Attributes
    ----------
    title, x, y : str
        The title, and the labels of the axes.
    lines : sequence of (str, array, array)
        The name of each curve, and its points.
    chance : sequence of (float, float)
        The two end points of the line that a model which guesses at random would have; empty for no such line.
    """

    title: str
    x: str
    y: str
    lines: Sequence[tuple[str, Any, Any]]
    chance: Sequence[tuple[float, float]] = ()


def curves(panels: Sequence[Panel]) -> Figure:
    """Draw panels side by side, with one legend for all of them.

    Raises
    ------
    ImportError
        If matplotlib is missing.
    """
    from pysmac_compat.report.plots import style

    figure = style.new_figure(4.6 * len(panels), 4.9)
    for i, panel in enumerate(panels):
        axes = style.new_axes(figure, 1, len(panels), i + 1)
        for j, (name, x, y) in enumerate(panel.lines):
            dashes = _DASHES[j % len(_DASHES)]
            axes.plot(x, y, linestyle=dashes, linewidth=1.6, label=style.plain(name, 40))
        if panel.chance:
            axes.plot(*zip(*panel.chance, strict=True), color=style.QUIET, linewidth=0.8, zorder=1)
        axes.set(title=panel.title, xlabel=panel.x, ylabel=panel.y, xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
        axes.set_aspect("equal")
    style.legend_below(figure.get_axes()[0], 3)
    return figure
