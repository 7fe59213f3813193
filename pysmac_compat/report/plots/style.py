"""Figures, colours, markers and texts for all plots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

from pysmac_compat.evaluation.outcome import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: the palette of M. Okabe and K. Ito, *Color Universal Design*, 2008: distinct for all kinds of colour vision
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BEST = "#D55E00"
QUIET = "#8A8A8A"
_STATUSES = {
    "SAT": ("#0072B2", "o"),
    "UNSAT": ("#56B4E9", "s"),
    "TIMEOUT": ("#E69F00", "^"),
    "CRASHED": ("#D55E00", "x"),
    "MEMOUT": ("#CC79A7", "P"),
    "ABORT": ("#000000", "*"),
}
#: the colour and the marker of each status; the markers differ, too, so that no difference is in colour alone
STATUSES: dict[str, tuple[str, str]] = {
    **_STATUSES,
    **{status: (QUIET, "D") for status in get_args(Status) if status not in _STATUSES},
}
_LONGEST = 18


def new_figure(width: float = 7.0, height: float = 4.5) -> Figure:
    """Return an empty figure that needs no display; the size is in inches.

    Raises
    ------
    ImportError
        If matplotlib is missing: ``pip install 'pysmac-compat[plot]'``.
    """
    try:
        from pysmac_compat.report.plots.figure import Figure
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'pysmac-compat[plot]'") from error
    return Figure(figsize=(width, height), layout="constrained")


def new_axes(figure: Figure, *place: Any) -> Axes:
    """Add axes to a figure; lines get the `COLOURS` in turn, and a grid is in the background."""
    axes = figure.add_subplot(*place)
    axes.set_prop_cycle(color=COLOURS)
    axes.grid(True, color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def plain(text: object, longest: int = _LONGEST) -> str:
    r"""Return a name or value as a text of one short line that matplotlib does not read as a formula.

    >>> plain("a$b"), plain("a_name_that_is_much_too_long"), plain(None)
    ('a\\$b', 'a_name_t…too_long', 'None')
    """
    line = " ".join(str(text).split())
    if len(line) > longest:
        half = (longest - 1) // 2
        line = f"{line[:half]}…{line[-half:]}"
    return line.replace("$", r"\$")


def run_colours(n: int, best: int) -> list[tuple[str, str]]:
    """Return each run's colour and legend text; if there are many runs, only the best has its own colour.

    Parameters
    ----------
    n : int
    best : int
        The index of the best run.
    """
    if n <= len(COLOURS):
        return [(COLOURS[i], f"run {i}") for i in range(n)]
    first = 1 if best == 0 else 0
    names = {best: f"run {best}, the best", first: f"the {n - 1} others"}
    return [(COLOURS[0] if i == best else QUIET, names.get(i, "")) for i in range(n)]


def colour_map(dark_is_high: bool) -> Any:
    """Return a colour map that varies in lightness, for all kinds of colour vision, but is never as light as paper."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    colours = matplotlib.colormaps["cividis"](range(220))
    return ListedColormap(colours[::-1] if dark_is_high else colours)


def whole_ticks(axes: Axes) -> None:
    """Put ticks of the x axis at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))


def legend_below(axes: Axes, columns: int = 5) -> None:
    """Add a legend below the axes, where it covers nothing; add none if no line has a label."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure: Any = axes.figure
        rows = -(-len(handles) // columns)
        figure.legend(handles, labels, loc="outside lower center", ncols=-(-len(handles) // rows), frameon=False)


def grid_shape(n: int) -> tuple[int, int]:
    """Return how many rows and how many columns ``n`` panels need.

    >>> grid_shape(1), grid_shape(4), grid_shape(20)
    ((1, 1), (2, 2), (4, 5))
    """
    columns = next(each for each in range(1, n + 1) if each * each >= n or each == 5)
    return -(-n // columns), columns


def crop_ticks(places: Sequence[int], most: int) -> list[int]:
    """Return at most ``most`` of the ticks, chosen at equal distances.

    >>> crop_ticks(range(10), 4)
    [0, 3, 6, 9]
    """
    step = -(-len(places) // most)
    return list(places[::step])
