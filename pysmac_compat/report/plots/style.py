"""What all pictures share: figures, colours, markers, and texts that matplotlib takes as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: the palette of M. Okabe and K. Ito, *Color Universal Design*, 2008: apart for all kinds of colour vision
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BEST = "#D55E00"
QUIET = "#8A8A8A"
#: for each status its colour and its marker: nothing is told by the colour alone
STATUSES: dict[str, tuple[str, str]] = {
    "SAT": ("#0072B2", "o"),
    "UNSAT": ("#56B4E9", "s"),
    "TIMEOUT": ("#E69F00", "^"),
    "CRASHED": ("#D55E00", "x"),
    "MEMOUT": ("#CC79A7", "P"),
    "ABORT": ("#000000", "*"),
}
_LONGEST = 18


def new_figure(width: float = 7.0, height: float = 4.5) -> Figure:
    """An empty figure, in inches; it needs no display.

    Raises
    ------
    ImportError
        Without matplotlib: ``pip install 'pysmac-compat[plot]'``.
    """
    try:
        from pysmac_compat.report.plots.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'pysmac-compat[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")


def new_axes(figure: Figure, *place: Any) -> Axes:
    """Axes in a figure, with the colours of `COLOURS` in turns and a grid behind what is drawn."""
    axes = figure.add_subplot(*place)
    axes.set_prop_cycle(color=COLOURS)
    axes.grid(True, color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def plain(text: object, longest: int = _LONGEST) -> str:
    r"""A name or value as matplotlib shows it: in one line, cut, and never taken for a formula.

    >>> plain("a$b"), plain("a_name_that_is_much_too_long"), plain(None)
    ('a\\$b', 'a_name_t…too_long', 'None')
    """
    line = " ".join(str(text).split())
    if len(line) > longest:
        half = (longest - 1) // 2
        line = f"{line[:half]}…{line[-half:]}"
    return line.replace("$", r"\$")


def run_colours(n: int, best: int) -> list[tuple[str, str]]:
    """The colour of each of some runs, and its name in a legend; of many runs only the best stands out.

    Parameters
    ----------
    n : int
    best : int
        The number of the best run.
    """
    if n <= len(COLOURS):
        return [(COLOURS[i], f"run {i}") for i in range(n)]
    first = 1 if best == 0 else 0
    names = {best: f"run {best}, the best", first: f"the {n - 1} others"}
    return [(COLOURS[0] if i == best else QUIET, names.get(i, "")) for i in range(n)]


def colour_map(dark_is_high: bool) -> Any:
    """A scale of colours that changes in lightness, which all kinds of colour vision see; none is as light as paper."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    colours = matplotlib.colormaps["cividis"](range(220))
    return ListedColormap(colours[::-1] if dark_is_high else colours)


def whole_ticks(axes: Axes) -> None:
    """Ticks of the x axis at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))


def legend_below(axes: Axes, columns: int = 5) -> None:
    """A legend below the axes, where it covers nothing; none where there is nothing to tell apart."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure: Any = axes.figure
        rows = -(-len(handles) // columns)
        figure.legend(handles, labels, loc="outside lower center", ncols=-(-len(handles) // rows), frameon=False)


def grid_shape(n: int) -> tuple[int, int]:
    """Rows and columns for some panels.

    >>> grid_shape(1), grid_shape(4), grid_shape(20)
    ((1, 1), (2, 2), (4, 5))
    """
    columns = next(each for each in range(1, n + 1) if each * each >= n or each == 5)
    return -(-n // columns), columns


def crop_ticks(places: Sequence[int], most: int) -> list[int]:
    """Some of many ticks, evenly.

    >>> crop_ticks(range(10), 4)
    [0, 3, 6, 9]
    """
    step = -(-len(places) // most)
    return list(places[::step])
