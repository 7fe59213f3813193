"""The plots of a result: `Result.plot`. Each plot is a matplotlib figure that needs no display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pysmac_compat.results import Result

#: the names of plots in other tools, and the method of `Plots` to use instead
_OTHER_NAMES = {
    "optimization_history": "plot.history()",
    "param_importances": "plot.importance()",
    "parallel_coordinate": "plot.parallel_coordinates()",
    "terminator_improvement": "plot.history()",
}


@dataclass(frozen=True)
class Plots:
    """The plots of a result.

    Each method returns a ``matplotlib.figure.Figure``. A notebook shows it, and ``figure.savefig("history.png")``
    writes it to a file. No method uses ``pyplot`` or needs a display. The colours can be told
    apart with all kinds of colour vision. The scale of the values is logarithmic if all values are positive and the
    largest is at least 30 times the smallest.

    Each method raises an ``ImportError`` if matplotlib is missing (``pip install 'pysmac-compat[plot]'``), and an
    ``ArgumentError`` if the result has nothing to draw.

    Attributes
    ----------
    result : Result
    """

    result: Result

    if not TYPE_CHECKING:  # a type checker knows the attributes

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def history(self, over: str = "evaluations") -> Figure:
        """Plot the value of each evaluation, and each run's best value so far up to the end of the budget.

        Evaluations without a value have marks at the edge of the plot where the worst values are.

        Parameters
        ----------
        over : {'evaluations', 'time'}
            What the x axis shows: the evaluations, or the sum of the wall-clock times of all calls so far.
        """
        from pysmac_compat.report.plots.progress import history

        return history(self.result, over)

    def compare_runs(self, others: Mapping[str, Result] | None = None, name: str = "this search") -> Figure:
        """Plot the best value so far over several runs: the median, and the band between the quartiles.

        A run that ended early keeps its best value up to the end of the budget. Before a run has a first value, its
        best value counts as infinitely bad.

        Parameters
        ----------
        others : dict of str to Result, optional
            Further results with the same objective, keyed by their names in the legend.
        name : str
            The name of this result.
        """
        from pysmac_compat.report.plots.progress import compare_runs

        return compare_runs(self.result, others, name)

    def edf(self) -> Figure:
        """Plot the empirical distribution function: for each value, the fraction of evaluations at least as good.

        The fraction is of all evaluations, so the line of a run with failures or time-outs ends below 1.
        """
        from pysmac_compat.report.plots.progress import edf

        return edf(self.result)

    def importance(self, pairs: int = 10) -> Figure:
        """Plot which fraction of the variance each parameter explains alone, and which a pair explains only together.

        The method is a functional analysis of variance of a random forest (Hutter, Hoos and Leyton-Brown, ICML 2014).
        Whiskers show the standard deviation over the trees. Evaluations without a value are left out. The fractions
        are for the mean over instances.

        Parameters
        ----------
        pairs : int
            The largest number of pairs. Only the 12 parameters that explain most alone can form pairs.
        """
        from pysmac_compat.report.plots.importances import importance

        return importance(self.result, pairs)

    def slice(self, parameters: Sequence[str] | str | None = None) -> Figure:
        """Plot the values over each parameter, for evaluations in which it is active; colours show their order.

        Parameters
        ----------
        parameters : list of str, or str, optional
            Names of parameters; by default all parameters.
        """
        from pysmac_compat.report.plots.spaces import slices

        return slices(self.result, parameters)

    def contour(self, x: str | None = None, y: str | None = None) -> Figure:
        """Plot a random forest's prediction over two parameters, averaged over all other parameters.

        Points are the evaluations in which both parameters are active.

        Parameters
        ----------
        x, y : str, optional
            Names of parameters; by default the two that explain most of the variance.
        """
        from pysmac_compat.report.plots.importances import contour

        return contour(self.result, x, y)

    def parallel_coordinates(self, parameters: Sequence[str] | str | None = None, n: int = 300) -> Figure:
        """Plot each evaluation as a line through its values on parallel axes; inactive parameters are below their axis.

        Parameters
        ----------
        parameters : list of str, or str, optional
            Names of parameters; by default all parameters.
        n : int
            The largest number of evaluations that are drawn. These are the best ones, and the very best is on top.
        """
        from pysmac_compat.report.plots.spaces import parallel_coordinates

        return parallel_coordinates(self.result, parameters, n)

    def status_map(self, x: str | None = None, y: str | None = None) -> Figure:
        """Plot for which values of two parameters calls succeed, crash or reach their limits.

        Parameters
        ----------
        x, y : str, optional
            Names of parameters; by default the two that have most influence on whether a call succeeds.
        """
        from pysmac_compat.report.plots.spaces import status_map

        return status_map(self.result, x, y)

    def timeline(self) -> Figure:
        """Plot the calls of each worker, with their durations.

        A result does not record when a call began or which worker made it. The plot therefore takes the calls in
        their order and assigns each to the worker that becomes free first. It shows neither the time between calls nor
        the time that workers wait.
        """
        from pysmac_compat.report.plots.calls import timeline

        return timeline(self.result)

    def instances(self, n: int = 25) -> Figure:
        """Plot the values of configurations on instances, as means over seeds.

        If the run time is the objective, a call that reached its limit is penalised as in the search. For
        example, with ``overall-obj`` MEAN10 its run time counts ten times, as in PAR10. The best configuration comes
        first, then the configurations that were run on the most instances.

        Parameters
        ----------
        n : int
            The largest number of configurations.
        """
        from pysmac_compat.report.plots.calls import instances

        return instances(self.result, n)
