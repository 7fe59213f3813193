"""Plots of the importance of parameters, alone and together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.report.plots import parameters, style, values

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pysmac_compat.report.importance import Coded
    from pysmac_compat.results import Evaluation, Result

#: pairs are formed only from this number of parameters: those that explain most alone
_MOST = 12
_CELLS = 50  # the number of cells on each axis of a contour plot


def coded(result: Result, costs: Sequence[float] | None = None, used: Sequence[Evaluation] | None = None) -> Coded:
    """Return the analysis of variance of a result.

    Parameters
    ----------
    result : Result
    costs : sequence of float, optional
        A cost for each evaluation, to use in place of its value.
    used : sequence of Evaluation, optional
        The evaluations to use; by default all evaluations that have a value.
    """
    from pysmac_compat.report.importance import importance

    space = parameters.space_of(result)
    if used is None:
        used = values.usable(result) if costs is None else list(result)
    if costs is None:
        costs = [each.value for each in used]
    return importance(space, [each.configuration for each in used], costs, [each.instance for each in used])


def shares_of(anova: Any) -> dict[str, tuple[float, float]]:
    """Return the fraction that each parameter explains alone, as mean and deviation over the trees; largest first."""
    found = {}
    for name in anova.parameter_names:
        share = anova.quantify_importance(name)[name,]
        found[name] = share["individual importance"], share["individual std"]
    return dict(sorted(found.items(), key=lambda item: -item[1][0]))


def pairs_of(result: Result, anova: Any, n: int, among: int = _MOST) -> dict[tuple[str, str], float]:
    """Return the ``n`` pairs whose interactions explain most; only parameters that explain much alone form pairs.

    Two parameters that are never active together form no pair.
    """
    found = anova.get_most_important_pairwise_marginals(among**2, list(shares_of(anova))[:among])
    met = _active_together(result)
    return dict(itertools.islice(((pair, share) for pair, share in found.items() if frozenset(pair) in met), n))


def _active_together(result: Result) -> set[frozenset[str]]:
    """Return the pairs of parameters that were active in the same evaluation."""
    kinds = {frozenset(each.configuration) for each in result}
    return {frozenset(pair) for names in kinds for pair in itertools.combinations(names, 2)}


def importance(result: Result, pairs: int = 10) -> Figure:
    """See `Plots.importance`."""
    pairs = arguments.integer("pairs", pairs, least=0)
    anova = coded(result).anova
    alone = shares_of(anova)
    together = pairs_of(result, anova, pairs) if pairs and len(alone) > 1 else {}
    height = 1.2 + 0.26 * max(len(alone), len(together), 4)
    figure = style.new_figure(11.0 if together else 6.5, height)
    axes = style.new_axes(figure, 1, 2 if together else 1, 1)
    conditional = parameters.space_of(result).conditions
    names = [f"{style.plain(name)}{' *' if name in conditional else ''}" for name in alone]
    rows = max(len(alone), len(together))  # so the bars in both panels have the same thickness
    _bars(axes, names, [mean for mean, _ in alone.values()], rows, style.COLOURS[0], [std for _, std in alone.values()])
    axes.set_title("alone" + (" (* conditional)" if conditional else ""))
    if together:
        axes = style.new_axes(figure, 1, 2, 2)
        names = [f"{style.plain(one)} × {style.plain(other)}" for one, other in together]
        _bars(axes, names, list(together.values()), rows, style.COLOURS[2], None)
        axes.set_title("only two together")
    return figure


def _bars(
    axes: Axes, names: list[str], shares: list[float], rows: int, colour: str, spread: list[float] | None
) -> None:
    error = None
    if spread is not None:  # whiskers stay within 0 and 1
        pairs = list(zip(spread, shares, strict=True))
        error = [[max(0.0, min(s, m)) for s, m in pairs], [max(0.0, min(s, 1 - m)) for s, m in pairs]]
    axes.barh(range(len(names)), shares, color=colour, xerr=error, ecolor="#555555", error_kw={"linewidth": 1})
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.grid(False, axis="y")
    axes.set_xlim(left=0)
    axes.set_xlabel("share of the variance")


def contour(result: Result, x: str | None = None, y: str | None = None) -> Figure:
    """See `Plots.contour`."""
    found = coded(result)
    first, second = pair(result, x, y, lambda: found)
    space = parameters.space_of(result).parameters
    one, other = space[first], space[second]
    rows, columns = _grid(found, one), _grid(found, other)
    surface = found.anova.marginal((first, second), rows[1], columns[1])
    figure = style.new_figure(7.0, 5.2)
    axes = style.new_axes(figure)
    axes.grid(False)
    wide = values.is_wide(surface.ravel().tolist())
    colours = style.colour_map(result.search.maximize)
    mesh = axes.pcolormesh(rows[0], columns[0], surface.T, cmap=colours, norm="log" if wide else "linear")
    figure.colorbar(mesh, ax=axes, label=f"model: mean {values.value_label(result.search)}")
    both = [e for e in values.usable(result) if first in e.configuration and second in e.configuration]
    axes.plot(
        parameters.scattered(one, both),
        parameters.scattered(other, both),
        "o",
        markersize=4,
        markerfacecolor="white",
        markeredgecolor="black",
        markeredgewidth=0.7,
        label="evaluation",
    )
    best = result.active_configuration
    if first in best and second in best:
        axes.plot(
            parameters.place(one, best[first]),
            parameters.place(other, best[second]),
            "*",
            color=style.BEST,
            markeredgecolor="white",
            markersize=15,
            label="the best",
        )
    parameters.set_up(axes, one, "x", 6)
    parameters.set_up(axes, other, "y", 6)
    axes.set_xlim(rows[0][0], rows[0][-1])
    axes.set_ylim(columns[0][0], columns[0][-1])
    style.legend_below(axes)
    return figure


def pair(result: Result, x: str | None, y: str | None, found: Callable[[], Coded]) -> tuple[str, str]:
    """Return two parameters; if a name is missing, choose the parameter that explains most with the other one.

    ``found`` computes the analysis of variance if it is needed.
    """
    if len(parameters.space_of(result).parameters) < 2:
        raise ArgumentError("expected a search space of two or more parameters, got one parameter")
    given = [name for name in (x, y) if name is not None]
    if not all(isinstance(name, str) for name in given):
        raise ArgumentError(f"x and y must be names of parameters, got {', '.join(map(shown, given))}")
    parameters.chosen(result, given or None)
    if len(set(given)) < len(given):
        raise ArgumentError(f"x and y must be different parameters, both are {x!r}")
    if len(given) == 2:
        return given[0], given[1]
    anova = found().anova
    alone = shares_of(anova)
    candidates = list(alone)[:_MOST]
    firsts = given or candidates
    met = _active_together(result)
    explained = {
        (one, other): anova.quantify_importance((one, other))[one, other]["total importance"]
        for one in firsts
        for other in candidates
        if one != other and frozenset((one, other)) in met
    }
    if not explained:
        raise ArgumentError(f"there is no parameter that was active together with {given[0] if given else 'another'}")
    one, other = max(explained, key=explained.__getitem__)
    return (one, other) if x is not None or y is None else (other, one)


def _grid(found: Coded, parameter: Any) -> tuple[list[float], list[float]]:
    """Return the borders of the cells on the axis, and the middles of the cells as coordinates for the forest."""
    if not parameter.numeric:
        k = len(parameter.values)
        return [i - 0.5 for i in range(k + 1)], [found.choices[parameter.name][value] for value in parameter.values]
    low, high = (float(each) for each in parameter.values)
    if parameter.kind == "integer" and high - low < _CELLS:
        whole = range(int(low), int(high) + 1)
        borders = [value - 0.5 for value in (*whole, whole[-1] + 1)]
        return borders, [parameters.unit_place(parameter, value) for value in whole]
    if parameter.kind == "integer":
        low, high = low - 0.5, high + 0.5
    parts = [i / _CELLS for i in range(_CELLS + 1)]
    if parameter.log:
        logs = math.log(low), math.log(high)
        borders = [math.exp((1 - part) * logs[0] + part * logs[1]) for part in parts]
    else:
        borders = [(1 - part) * low + part * high for part in parts]
    return borders, [(i + 0.5) / _CELLS for i in range(_CELLS)]
