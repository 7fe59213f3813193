"""What a minimisation came to: `SMAC_optimizer.result`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat.evaluation.outcome import FAILURES, SUCCESSES, Status
from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    import optuna
    import pandas as pd

    from pysmac_compat.report.plots import Plots
    from pysmac_compat.space.definition import Definition


#: what other tools call what a result has
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
}


@dataclass(frozen=True)
class Evaluation:
    """One call of the function.

    Attributes
    ----------
    index : int
        Its number within the run, from 1.
    configuration : dict
        The active parameters, sorted by name.
    instance : int or None
    seed : int or None
        What the function got as ``seed``.
    status : Status
    value : float
    cutoff : float or None
        Its CPU limit, seconds.
    cpu_time, wall_time : float
        Seconds.
    message : str
        Why it failed; empty if it did not.
    runtime : float or None
        Seconds: what the function reported, else its CPU time; of a TIMEOUT the limit.
    quality : float or None
        The function's own value, where ``value`` is a run time.
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
    """A step of a trajectory: from this evaluation on, this was the best configuration.

    Attributes
    ----------
    evaluation : int
        The index of the evaluation; 0 if it was known before the search.
    value : float
    active_configuration : dict
    """

    evaluation: int
    value: float
    active_configuration: dict[str, Any]


@dataclass(repr=False)
class RunResult:
    """One of the independent runs.

    Attributes
    ----------
    seed : int
    value : float
    configuration : dict
        Every parameter, sorted by name; inactive ones carry their default.
    active_configuration : dict
        The active ones only.
    trajectory : list of Incumbent
    evaluations : list of Evaluation
    test_evaluations : list of Evaluation
        Those of the final incumbent on test instances, or of several configurations, if the options say so.
    incumbent_runs : int
        On how many (instance, seed) pairs the incumbent was run: ``value`` is their mean.
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
        """How many evaluations have failed (a TIMEOUT is no failure)."""
        return sum(e.status in FAILURES for e in self.evaluations)

    @property
    def n_timed_out(self) -> int:
        """How many evaluations have the status TIMEOUT."""
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
        The mean of its evaluations.
    n_runs : int
        How many these are.
    run : int
        The number of the run in ``result.runs``, from 0, that has found it.
    evaluation : int
        The index of the first of them; 0 if it was known before the search.
    active_configuration : dict
    """

    value: float
    n_runs: int
    run: int
    evaluation: int
    active_configuration: dict[str, Any]


class Ranking(list[Ranked]):
    """The best configurations, a list that is printed with a line for each."""

    def __repr__(self) -> str:
        from pysmac_compat.report.words import ranked

        return "\n".join(map(ranked, self)) or "[]"


@dataclass(frozen=True)
class Searched:
    """What was searched.

    Attributes
    ----------
    space : Definition or None
        The search space; None if that is not known.
    maximize : bool
        Whether the largest value is the best.
    runtime : bool
        Whether the values are run times in seconds.
    penalty : float
        With ``runtime``: a value of at least ``cutoff`` counts so many times in a mean.
    cutoff : float or None
        CPU limit of a call, seconds.
    max_evaluations : int or None
        Of each run.
    total_time : float or None
        Seconds of each run.
    num_runs : int or None
        How many runs there are to be; None if that is not known.
    workers : int
        Calls of a run at the same time.
    n_instances : int or None
        The training instances.
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

    Iterating over it gives all evaluations, run by run; ``len()`` counts them.

    Attributes
    ----------
    value : float
        The best value found.
    configuration : dict
        Its configuration: every parameter, sorted by name; inactive ones carry their default.
    active_configuration : dict
        The active parameters only.
    runs : list of RunResult
    n_crashed : int
        How many evaluations of all runs have failed.
    stopped_because : str
        Why the search ended.
    search : Searched
        What was searched.
    known : list of Evaluation
        What was known before the first call; none of these counts as an evaluation.
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
        """How many evaluations all runs have had."""
        return sum(len(run.evaluations) for run in self.runs)

    @property
    def n_planned(self) -> int | None:
        """How many evaluations all runs were to have; None if that is not known, or there are more of them."""
        planned = (self.search.max_evaluations or 0) * (self.search.num_runs or 0)
        return planned if planned >= max(1, self.n_evaluations) else None

    @property
    def n_timed_out(self) -> int:
        """How many evaluations of all runs have the status TIMEOUT."""
        return sum(run.n_timed_out for run in self.runs)

    def __len__(self) -> int:
        return self.n_evaluations

    def __bool__(self) -> bool:
        return True  # also without an evaluation

    if not TYPE_CHECKING:  # which knows what there is

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def __iter__(self) -> Iterator[Evaluation]:
        return (evaluation for run in self.runs for evaluation in run.evaluations)

    def best(self, n: int = 10) -> Ranking:
        """The best configurations that have not failed; the first is ``active_configuration``.

        Where they race over instances or seeds, those with more evaluations come first: a mean over few is luck.

        Parameters
        ----------
        n : int
            How many at most.
        """
        from pysmac_compat.report.ranking import ranking

        n = arguments.integer("n", n)
        return Ranking(
            Ranked(value, n_runs, run, evaluation.index, dict(evaluation.configuration))
            for (value, n_runs, run, evaluation), _ in zip(ranking(self), range(n), strict=False)
        )

    def to_frame(self, of: str = "evaluations") -> pd.DataFrame:
        """A table for pandas, a row for each evaluation.

        Parameters
        ----------
        of : {'evaluations', 'test_evaluations', 'known'}

        Returns
        -------
        pandas.DataFrame
            The columns ``run`` (its number in ``runs``, from 0), ``run_seed`` (as in the names of its files), ``seed``
            and ``instance`` (what the function got), ``index``, ``status``, ``value``, ``cutoff``, ``cpu_time``,
            ``wall_time``, ``runtime``, ``quality``, ``message`` (the last line), and one for each parameter: NA where
            it is inactive. A parameter that is called as one of the others is ``parameter.NAME``.

        Raises
        ------
        ImportError
            Without pandas: ``pip install 'pysmac-compat[show]'``.
        """
        from pysmac_compat.report.table import to_frame

        return to_frame(self, of)

    def to_csv(self, path: str | os.PathLike[str] | None = None, of: str = "evaluations") -> str | None:
        """The table of `to_frame` as CSV, which needs no pandas; a cell of an inactive parameter is empty.

        Returns
        -------
        str or None
            The text; None if ``path`` says where to write it.
        """
        from pysmac_compat.report.table import to_csv

        return _written(path, to_csv(self, of))

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """All of it as JSON, by the names of the attributes; a number that is not finite is null.

        Returns
        -------
        str or None
            See `to_csv`.
        """
        from pysmac_compat.report.table import to_json

        return _written(path, to_json(self))

    def to_optuna(self, storage: Any = None, study_name: str | None = None) -> optuna.Study:
        """The search as a study of Optuna, for its plots, its dashboard and its samplers.

        A trial is an evaluation; where configurations race over instances or seeds, a trial is a configuration with
        the mean of its evaluations, and is pruned if it had fewer than the incumbent. What has no value, as a
        time-out, has failed.

        Parameters
        ----------
        storage : str or optuna.storages.BaseStorage, optional
            As in ``optuna.create_study``, such as ``'sqlite:///search.db'``; None: in memory.
        study_name : str, optional
            A study of this name that is there gets the trials that it does not have.

        Raises
        ------
        ArgumentError
            A ``ValueError``: the study has another direction, or the search space is not known.
        ImportError
            Without Optuna: ``pip install 'pysmac-compat[optuna]'``.
        """
        from pysmac_compat.report.study import to_optuna

        return to_optuna(self, storage, study_name)

    def summary(self) -> str:
        """The result in a few lines: ``print(opt.result.summary())``."""
        from pysmac_compat.report.summary import summary

        return summary(self)

    def report(self, path: str | os.PathLike[str] | None = None, title: str = "Result of a search") -> str | None:
        """A page with all about the result, in one file of HTML: ``opt.result.report("run.html")``.

        It has the summary, an interactive history and parallel coordinates, the best configurations, the importance
        of parameters, failures with their messages, the search space in words, and how to repeat the search. It
        needs no network and no other file.

        Parameters
        ----------
        path : str or path-like, optional
        title : str

        Returns
        -------
        str or None
            See `to_csv`.

        Raises
        ------
        ImportError
            Without jinja2: ``pip install 'pysmac-compat[report]'``.
        """
        from pysmac_compat.report.page import as_bytes, page

        text = as_bytes(page(self, title))
        return _written(path, text.decode())

    @property
    def plot(self) -> Plots:
        """The pictures, for matplotlib: ``opt.result.plot.history()``."""
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
