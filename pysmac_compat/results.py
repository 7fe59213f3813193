"""The result of a minimisation: `SMAC_optimizer.result`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat.evaluation.outcome import FAILURES, SUCCESSES, Status
from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    import optuna
    import pandas as pd

    from pysmac_compat.report.parts import Part
    from pysmac_compat.report.plots import Plots
    from pysmac_compat.space.definition import Definition


#: other tools' names for the attributes and methods of a result, and what to write in their place
_OTHER_NAMES = {
    **dict.fromkeys(
        ("best_params", "best_params_", "best_configuration", "best_config"), "result.active_configuration"
    ),
    **dict.fromkeys(("best_value", "best_score_", "best_cost", "fun"), "result.value"),
    **dict.fromkeys(("best_trial", "best_index_"), "result.best(1)[0]"),
    **dict.fromkeys(
        ("trials", "evaluations"), "list(result), result.runs[0].evaluations, or result.to_optuna().trials"
    ),
    "study": "result.to_optuna()",
    **dict.fromkeys(("trials_dataframe", "cv_results_", "dataframe"), "result.to_frame()"),
    "trajectory": "result.runs[0].trajectory",
    **dict.fromkeys(("plot_history", "plot_optimization_history", "plot_convergence"), "result.plot.history()"),
    **dict.fromkeys(("plot_importance", "plot_param_importances"), "result.plot.importance()"),
    **dict.fromkeys(("plot_parallel_coordinates", "plot_parallel_coordinate"), "result.plot.parallel_coordinates()"),
    **{f"plot_{name}": f"result.plot.{name}()" for name in ("edf", "slice", "contour", "timeline", "instances")},
}
#: other names for the attributes of an entry of `Result.best` or of a step of a trajectory
_OTHER_NAMES_OF_BEST = dict.fromkeys(("configuration", "params", "parameters"), "active_configuration")


@dataclass(frozen=True)
class Evaluation:
    """One call of the user's function.

    Attributes
    ----------
    index : int
        The index of the evaluation within its run, from 1.
    configuration : dict
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        The argument ``seed`` that the function got.
    status : Status
    value : float
    cutoff : float or None
        Limit on the CPU time of the call, in seconds.
    cpu_time, wall_time : float
        Seconds.
    message : str
        Why the call failed; for a success, usually empty.
    runtime : float or None
        Seconds: the run time that the function reported; if it reported none, its CPU time. For a TIMEOUT, the limit of
        the call; for other failures, the limit of all calls, or 3600 if there is no limit.
    quality : float or None
        The function's own value, or ``smac_options['timeout_quality']`` for a failure. If run times are minimised,
        ``value`` is the run time instead.
    """

    index: int
    configuration: dict[str, Any]
    instance: int | None
    seed: int | None
    status: Status
    value: float
    cutoff: float | None
    cpu_time: float
    wall_time: float
    message: str = ""
    runtime: float | None = None
    quality: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the value is the function's own."""
        return self.status in SUCCESSES


@dataclass(frozen=True)
class Incumbent:
    """A step of a trajectory: from this evaluation until the next step, this configuration is the best.

    Attributes
    ----------
    evaluation : int
        The index of the evaluation; 0 if the configuration was known before the search.
    value : float
        If configurations race, the mean over all runs that the configuration had before the next step.
    active_configuration : dict
    """

    evaluation: int
    value: float
    active_configuration: dict[str, Any]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES_OF_BEST)


@dataclass(repr=False)
class RunResult:
    """One of the independent runs.

    Attributes
    ----------
    seed : int
    value : float
    configuration : dict
        Every parameter, sorted by name; inactive parameters have their defaults.
    active_configuration : dict
        The active parameters only.
    trajectory : list of Incumbent
    evaluations : list of Evaluation
    test_evaluations : list of Evaluation
        Evaluations on test instances: of the final incumbent or, depending on the options, of several configurations.
    incumbent_runs : int
        Number of (instance, seed) pairs on which the incumbent has run; ``value`` is the mean over these pairs.
    """

    seed: int
    value: float
    configuration: dict[str, Any]
    active_configuration: dict[str, Any]
    trajectory: list[Incumbent] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    test_evaluations: list[Evaluation] = field(default_factory=list)
    incumbent_runs: int = 0

    @property
    def n_crashed(self) -> int:
        """The number of evaluations that failed (a TIMEOUT is not a failure)."""
        return sum(e.status in FAILURES for e in self.evaluations)

    @property
    def n_timed_out(self) -> int:
        """The number of evaluations with the status TIMEOUT."""
        return sum(e.status == "TIMEOUT" for e in self.evaluations)

    def __repr__(self) -> str:
        return (
            f"<RunResult: seed={self.seed}, value={self.value!r}, configuration={self.configuration!r}, "
            f"evaluations={len(self.evaluations)}, crashed={self.n_crashed}, timed out={self.n_timed_out}>"
        )


@dataclass(frozen=True)
class Ranked:
    """One of the best configurations.

    Attributes
    ----------
    value : float
        The mean over the evaluations of the configuration.
    n_runs : int
        The number of these evaluations.
    run : int
        The run that found the configuration, as an index of ``result.runs``, from 0.
    evaluation : int
        The index of the first of these evaluations; 0 if the configuration was known before the search.
    active_configuration : dict
    """

    value: float
    n_runs: int
    run: int
    evaluation: int
    active_configuration: dict[str, Any]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES_OF_BEST)


class Ranking(list[Ranked]):
    """A list of the best configurations, whose ``repr`` has one line for each."""

    def __repr__(self) -> str:
        from pysmac_compat.report.words import ranked

        return "\n".join(map(ranked, self)) or "[]"


@dataclass(frozen=True)
class Searched:
    """The task of the search: the space, whether the value is maximised, and the limits.

    Attributes
    ----------
    space : Definition or None
        The search space; None if it is not known.
    maximize : bool
        Whether the largest value is the best.
    runtime : bool
        Whether the values are run times in seconds.
    penalty : float
        With ``runtime``: a mean multiplies each value of at least ``cutoff`` by this factor.
    cutoff : float or None
        Limit on the CPU time of a call, in seconds.
    max_evaluations : int or None
        The largest number of evaluations in each run.
    total_time : float or None
        Limit on the wall clock time of each run, in seconds.
    num_runs : int or None
        The planned number of runs; None if it is not known.
    workers : int
        Number of calls that a run makes at the same time.
    n_instances : int or None
        Number of training instances.
    deterministic : bool
    """

    space: Definition | None = None
    maximize: bool = False
    runtime: bool = False
    penalty: float = 1.0
    cutoff: float | None = None
    max_evaluations: int | None = None
    total_time: float | None = None
    num_runs: int | None = None
    workers: int = 1
    n_instances: int | None = None
    deterministic: bool = True


@dataclass(repr=False)
class Result:
    """The result of one ``minimize()``.

    Iterating over a result gives all evaluations, run by run; ``len(result)`` is their number.

    Attributes
    ----------
    value : float
        The best value found.
    configuration : dict
        The best configuration: every parameter, sorted by name; inactive parameters have their defaults.
    active_configuration : dict
        The active parameters only.
    runs : list of RunResult
    n_crashed : int
        Number of failed evaluations in all runs.
    stopped_because : str
        Why the search ended.
    search : Searched
        The task of the search.
    known : list of Evaluation
        Evaluations that were known before the first call; they do not count as evaluations of the search.
    """

    value: float
    configuration: dict[str, Any]
    active_configuration: dict[str, Any]
    runs: list[RunResult]
    n_crashed: int
    stopped_because: str
    search: Searched = field(default_factory=Searched)
    known: list[Evaluation] = field(default_factory=list)

    @property
    def n_evaluations(self) -> int:
        """The number of evaluations in all runs."""
        return sum(len(run.evaluations) for run in self.runs)

    @property
    def n_planned(self) -> int | None:
        """The planned number of evaluations in all runs; None if it is not known or already exceeded."""
        planned = (self.search.max_evaluations or 0) * (self.search.num_runs or 0)
        return planned if planned >= max(1, self.n_evaluations) else None

    @property
    def n_timed_out(self) -> int:
        """The number of evaluations with the status TIMEOUT in all runs."""
        return sum(run.n_timed_out for run in self.runs)

    def __len__(self) -> int:
        return self.n_evaluations

    def __bool__(self) -> bool:
        return True  # also without an evaluation

    if not TYPE_CHECKING:  # with `__getattr__`, a type checker would accept any name

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def __iter__(self) -> Iterator[Evaluation]:
        return (evaluation for run in self.runs for evaluation in run.evaluations)

    def best(self, n: int = 10) -> Ranking:
        """Return the best configurations that have not failed; the first is ``active_configuration``.

        If configurations race over instances or seeds, configurations with more evaluations come first, because
        a mean over few evaluations may be good by luck.

        Parameters
        ----------
        n : int
            The largest number of configurations to return.
        """
        from pysmac_compat.report.ranking import ranking

        n = arguments.integer("n", n)
        return Ranking(
            Ranked(value, n_runs, run, evaluation.index, dict(evaluation.configuration))
            for (value, n_runs, run, evaluation), _ in zip(ranking(self), range(n), strict=False)
        )

    def to_frame(self, of: str = "evaluations") -> pd.DataFrame:
        """Return a table for pandas with one row for each evaluation.

        Parameters
        ----------
        of : {'evaluations', 'test_evaluations', 'known'}

        Returns
        -------
        pandas.DataFrame
            The columns are ``run`` (an index of ``runs``, from 0), ``run_seed`` (the seed in the names of the run's
            files), ``seed`` and ``instance`` (the arguments of the call), ``index``, ``status``, ``value``,
            ``cutoff``, ``cpu_time``, ``wall_time``, ``runtime``, ``quality``, ``message`` (its last line), and one
            column for each parameter, with NA where the parameter is inactive. If a parameter has the name of one of
            the other columns, its column is ``parameter.NAME``.

        Raises
        ------
        ImportError
            If pandas is missing: ``pip install 'pysmac-compat[show]'``.
        """
        from pysmac_compat.report.table import to_frame

        return to_frame(self, of)

    def to_csv(self, path: str | os.PathLike[str] | None = None, of: str = "evaluations") -> str | None:
        """Return the table of `to_frame` as CSV, or write it to a file; this needs no pandas.

        The cell of an inactive parameter is empty.

        Returns
        -------
        str or None
            The text; if ``path`` is given, the text is written to this file and None is returned.
        """
        from pysmac_compat.report.table import to_csv

        return _written(path, to_csv(self, of))

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """Return the whole result as JSON, or write it to a file.

        The keys are the names of the attributes; a number that is not finite is written as null.

        Returns
        -------
        str or None
            See `to_csv`.
        """
        from pysmac_compat.report.table import to_json

        return _written(path, to_json(self))

    def to_optuna(self, storage: Any = None, study_name: str | None = None) -> optuna.Study:
        """Return the search as an Optuna study, for Optuna's plots, dashboard and samplers.

        Each evaluation becomes a trial. But if configurations race over instances or seeds, each configuration becomes
        a trial with the mean of its evaluations. Such a trial is pruned if the configuration has fewer evaluations than
        the incumbent. An evaluation without a value, for example a time-out, becomes a failed trial.

        Parameters
        ----------
        storage : str or optuna.storages.BaseStorage, optional
            The argument of ``optuna.create_study``, for example ``'sqlite:///search.db'``; None: in memory.
        study_name : str, optional
            If a study of this name exists, the trials that it lacks are added to it.

        Raises
        ------
        ArgumentError
            A ``ValueError``, if the study has another direction or the search space is not known.
        ImportError
            If Optuna is missing: ``pip install 'pysmac-compat[optuna]'``.
        """
        from pysmac_compat.report.study import to_optuna

        return to_optuna(self, storage, study_name)

    def summary(self) -> str:
        """Return the result in a few lines: ``print(opt.result.summary())``."""
        from pysmac_compat.report.summary import summary

        return summary(self)

    def report(
        self,
        path: str | os.PathLike[str] | None = None,
        title: str = "Result of a search",
        parts: Sequence[Part] = (),
        script: str = "",
    ) -> str | None:
        """Return an HTML page about the result, or write it to one file: ``opt.result.report("run.html")``.

        The page has the summary, an interactive history and parallel coordinates, the best configurations, the
        importance of parameters, failures with their messages, the search space in words, and how to repeat the
        search. It needs no network and no other file.

        Parameters
        ----------
        path : str or path-like, optional
        title : str
        parts : sequence of pysmac_compat.report.Part
            Further tables and pictures, which the page shows below the summary.
        script : str
            A script that repeats the search; the page shows it in place of a script with ``minimize``.

        Returns
        -------
        str or None
            See `to_csv`.

        Raises
        ------
        ImportError
            If jinja2 is missing: ``pip install 'pysmac-compat[report]'``.
        """
        from pysmac_compat.report.page import as_bytes, page

        text = as_bytes(page(self, title, parts=parts, script=script))
        return _written(path, text.decode())

    @property
    def plot(self) -> Plots:
        """The plots of the result, with matplotlib: ``opt.result.plot.history()``."""
        from pysmac_compat.report.plots import Plots

        return Plots(self)

    def __repr__(self) -> str:
        end = f"stopped because: {self.stopped_because}" if self.stopped_because else "not stopped"
        return (
            f"<Result: value={self.value!r}, configuration={self.configuration!r}, runs={len(self.runs)}, "
            f"evaluations={self.n_evaluations}, crashed={self.n_crashed}, timed out={self.n_timed_out}, "
            f"{end}>"
        )

    def _repr_html_(self) -> str:
        from pysmac_compat.report.summary import html

        return html(self)


def _written(path: str | os.PathLike[str] | None, text: str) -> str | None:
    if path is None:
        return text
    with open(path, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)
    return None
