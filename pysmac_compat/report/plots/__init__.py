"""Pictures of a result: `Result.plot`. Each is a matplotlib figure that needs no display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pysmac_compat.results import Result

#: what other tools call the pictures
_OTHER_NAMES = {
    "optimization_history": "plot.history()",
    "param_importances": "plot.importance()",
    "parallel_coordinate": "plot.parallel_coordinates()",
    "terminator_improvement": "plot.history()",
}


@dataclass(frozen=True)
class Plots:
    """The pictures of a result.

    Each method returns a ``matplotlib.figure.Figure``: a notebook shows it, ``figure.savefig("history.png")`` writes
    it. None of them touches ``pyplot`` or needs a display. Colours can be told apart with all kinds of colour vision.
    Values are on a logarithmic scale where they are all positive and the largest is at least 30 times the least.

    Each of them raises an ``ImportError`` without matplotlib (``pip install 'pysmac-compat[plot]'``), and an
    ``ArgumentError`` where the result has nothing to draw.

    Attributes
    ----------
    result : Result
    """

    result: Result

    if not TYPE_CHECKING:  # which knows what there is

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def history(self, over: str = "evaluations") -> Figure:
        """Each evaluation, and the best so far of each run, which goes on to the end of the budget.

        Calls without a value stand at the edge of the worst values.

        Parameters
        ----------
        over : {'evaluations', 'time'}
            ``'time'``: the wall clock time of all calls so far, one after the other.
        """
        from pysmac_compat.report.plots.progress import history

        return history(self.result, over)

    def compare_runs(self, others: Mapping[str, Result] | None = None, name: str = "this search") -> Figure:
        """The best so far over several runs: the median, and the band from the first to the third quartile.

        A run that has ended early keeps its value up to the end of the budget; one that has found nothing yet is
        infinitely bad.

        Parameters
        ----------
        others : dict of str to Result, optional
            Further results with the same objective, by the names in the legend.
        name : str
            The name of this result.
        """
        from pysmac_compat.report.plots.progress import compare_runs

        return compare_runs(self.result, others, name)

    def edf(self) -> Figure:
        """The empirical distribution of the values: which share of the evaluations is at least that good.

        Evaluations without a value count in the whole, so that the line of a run with failures ends below 1.
        """
        from pysmac_compat.report.plots.progress import edf

        return edf(self.result)

    def importance(self, pairs: int = 10) -> Figure:
        """The share of the variance that each parameter explains alone, and that pairs explain only together.

        A functional analysis of variance of a random forest (Hutter, Hoos and Leyton-Brown, ICML 2014); whiskers
        are the deviation over the trees. Evaluations without a value are left out, instances are averaged out.

        Parameters
        ----------
        pairs : int
            How many pairs; they are sought among the 12 parameters that explain most alone.
        """
        from pysmac_compat.report.plots.importances import importance

        return importance(self.result, pairs)

    def slice(self, parameters: Sequence[str] | str | None = None) -> Figure:
        """The values over each parameter, where it is active; the colour is the order of the evaluations.

        Parameters
        ----------
        parameters : list of str, or str, optional
            By default all.
        """
        from pysmac_compat.report.plots.spaces import slices

        return slices(self.result, parameters)

    def contour(self, x: str | None = None, y: str | None = None) -> Figure:
        """The mean over all other parameters that a random forest expects, for two parameters.

        Points are the evaluations in which both are active.

        Parameters
        ----------
        x, y : str, optional
            By default those that explain most of the variance.
        """
        from pysmac_compat.report.plots.importances import contour

        return contour(self.result, x, y)

    def parallel_coordinates(self, parameters: Sequence[str] | str | None = None, n: int = 300) -> Figure:
        """A line for each evaluation through its values of the parameters; an inactive one stands below its axis.

        Parameters
        ----------
        parameters : list of str, or str, optional
            By default all.
        n : int
            How many evaluations at most, the best ones; they lie on top.
        """
        from pysmac_compat.report.plots.spaces import parallel_coordinates

        return parallel_coordinates(self.result, parameters, n)

    def status_map(self, x: str | None = None, y: str | None = None) -> Figure:
        """Where in the plane of two parameters calls succeed, crash and reach limits.

        Parameters
        ----------
        x, y : str, optional
            By default those on which it depends most whether a call succeeds.
        """
        from pysmac_compat.report.plots.spaces import status_map

        return status_map(self.result, x, y)

    def timeline(self) -> Figure:
        """The calls of each worker, as long as they took.

        A result does not know when a call began and which worker made it. So calls are drawn in their order, each
        on the worker that is free first: what the search does between calls, and what workers wait, is not seen.
        """
        from pysmac_compat.report.plots.calls import timeline

        return timeline(self.result)

    def instances(self, n: int = 25) -> Figure:
        """The values of configurations on instances, as means over seeds.

        Where the run time is the objective, a call that reached the limit counts as in the search: ten times with
        ``overall-obj`` MEAN10, as PAR10. The best comes first, then those with most instances.

        Parameters
        ----------
        n : int
            How many configurations at most.
        """
        from pysmac_compat.report.plots.calls import instances

        return instances(self.result, n)
