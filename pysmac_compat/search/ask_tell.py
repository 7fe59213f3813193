"""`Search`: its method `ask` returns a trial, and `tell` reports the result of the trial."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform
from pysmac_compat.errors import ArgumentError, FileFormatError, SearchError, shown
from pysmac_compat.files.saved_search import SavedSearch, read_search, write_search
from pysmac_compat.options.meaning import CallOptions, LimitOptions, Options
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.plan import Plan
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.results import Result
from pysmac_compat.search.driven import DrivenSearch
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.trials import Trial, told_outcome
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.ready import understand

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace


#: other tools' names for the arguments of `Search`, and what to write in their place
_OTHER_NAMES = {
    **{name: use for name, use in arguments.OTHER_NAMES.items() if name != "space"},
    "parameter_dict": "space, the first argument",
    **dict.fromkeys(
        ("func", "objective", "fun", "fn", "function"), "tell(trial, value), because your script calls the function"
    ),
    **dict.fromkeys(("n_jobs", "n_workers", "workers"), "ask() several times before you tell"),
    **dict.fromkeys(("timeout", "time_budget"), "t_limit_function_s=... for one trial; your script ends the search"),
    **dict.fromkeys(("callback", "callbacks"), "result, which is complete at any moment"),
}


class Search:
    """A search that a script drives: get a trial with `ask`, evaluate it anywhere, and report its result with `tell`.

    Given the same results, it proposes the same configurations as `SMAC_optimizer.minimize` with these arguments.
    Several trials may be open (without a result) at a time; the search uses results in the order of your reports.
    Iterating over a search gives one trial after another until the search ends.

    Parameters
    ----------
    space : dict of str to tuple, or ConfigSpace.ConfigurationSpace
    conditional_clauses, forbidden_clauses : list of str
    max_evaluations : int
        The number of evaluations after which the search ends; it also sets the size of the initial design.
    deterministic, num_train_instances, train_instance_features, t_limit_function_s, maximize, known
        See `SMAC_optimizer.minimize`; ``t_limit_function_s`` becomes the ``cutoff`` of each trial.
    num_test_instances : int or None
        Number of test instances. After the search, further trials evaluate the final incumbent on them; in these
        trials, ``test`` is True.
    seed : int
    smac_options : dict
        Options as in ``SMAC_optimizer().smac_options``, except options about calls and files.

    Raises
    ------
    ArgumentError, ParameterError, ClauseError
        All three are ``ValueError``.

    Examples
    --------
    >>> search = Search({"x": ("real", [-5, 5], 4)}, max_evaluations=3)
    >>> for trial in search:
    ...     search.tell(trial, trial.configuration["x"] ** 2)
    >>> len(search.result), search.result.stopped_because
    (3, 'max_evaluations reached')
    """

    @arguments.entrance(_OTHER_NAMES)
    def __init__(
        self,
        space: Mapping[str, Any] | ConfigurationSpace | Definition,
        conditional_clauses: Sequence[str] = (),
        forbidden_clauses: Sequence[str] = (),
        *,
        max_evaluations: int,
        seed: int = 0,
        deterministic: bool = True,
        num_train_instances: int | None = None,
        num_test_instances: int | None = None,
        train_instance_features: Any = None,
        t_limit_function_s: float | None = None,
        maximize: bool = False,
        known: Sequence[tuple[Mapping[str, Any], float]] = (),
        smac_options: Mapping[str, Any] | None = None,
    ) -> None:
        check_platform()
        if not isinstance(smac_options, (Mapping, type(None))):
            raise ArgumentError(f"smac_options must be a dict of options, got {shown(smac_options)}")
        self._definition = understand(space, conditional_clauses, forbidden_clauses)
        self._settings = {
            "max_evaluations": max_evaluations,
            "seed": seed,
            "deterministic": deterministic,
            "num_train_instances": num_train_instances,
            "num_test_instances": num_test_instances,
            "train_instance_features": train_instance_features,
            "t_limit_function_s": t_limit_function_s,
            "maximize": maximize,
            "known": list(known) if isinstance(known, Iterable) else known,
            "smac_options": dict(smac_options or {}),
        }
        self._start()

    def _start(self, saved: SavedSearch | None = None) -> None:
        self._plan = search_plan(self._definition, **self._settings)
        builder = ResultBuilder(self._plan, shows_failures=False)  # the caller itself reports the failures
        recorded = None if saved is None else saved.recorded
        self._design = self._plan.budget.evaluations if recorded is None else recorded.max_evaluations
        self._driven = DrivenSearch(self._plan, builder, recorded=recorded)

    def ask(self) -> Trial:
        """Return the next trial to evaluate.

        Raises
        ------
        SearchError
            A ``RuntimeError``: the search has ended, or it needs results of open trials first, or an earlier call of
            `ask` raised another exception. To continue after such an exception, `save` the search and `load` it.
        """
        trial = self._driven.ask()
        if trial is None:
            raise SearchError(f"ask: {self._driven.why_nothing}")
        return trial

    def __iter__(self) -> Iterator[Trial]:
        while (trial := self._driven.ask()) is not None:
            yield trial

    def tell(self, trial: Trial, result: Any) -> None:
        """Report the result of a trial.

        Parameters
        ----------
        trial : Trial
            An open trial.
        result : float, dict or Exception
            What a function for `SMAC_optimizer.minimize` returns: a number, or a dict with 'value' and
            optionally 'status' and 'runtime' (seconds; required if the objective is RUNTIME). An exception means that
            the evaluation has crashed.

        Raises
        ------
        ArgumentError
            A ``ValueError``; the trial stays open.
        """
        self._driven.check(trial)
        self._driven.tell(trial, told_outcome(trial, result, self._plan))

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials without a result, in the order in which `ask` returned them."""
        return self._driven.open

    @property
    def unneeded(self) -> tuple[Trial, ...]:
        """Open trials whose configurations have already lost, so that the search no longer needs their results."""
        return self._driven.unneeded

    @property
    def ended(self) -> str:
        """Why the search has ended; empty before that. Sometimes only `ask` finds out that no trial is left."""
        return self._driven.ended

    @property
    def best(self) -> tuple[float, dict[str, Any]] | None:
        """The best value and configuration, as `SMAC_optimizer.minimize` returns them; None if there is none yet."""
        result = self.result
        return (result.value, dict(result.configuration)) if result.runs[0].trajectory else None

    @property
    def result(self) -> Result:
        """The result so far, in the form of `SMAC_optimizer.result`; later results do not change this object."""
        return self._driven.result

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the search to a file, from which `load` continues it; an existing file is replaced.

        Raises
        ------
        ArgumentError
            If the space or an option has a value that JSON cannot hold.
        OSError
        """
        write_search(path, self._definition, self._settings, self._design, self._driven.history())

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, max_evaluations: int | None = None) -> Search:
        """Load a saved search and continue it; trials that were open are open again.

        The file does not hold the internal state of the search. So `load` repeats the search with the recorded results,
        which takes seconds for hundreds of results.

        Parameters
        ----------
        path : str or path-like
            The file; nothing in it is executed.
        max_evaluations : int or None
            A new number of evaluations after which the search ends; None: the saved number. The initial design does not
            change. Trials on test instances follow only after this number; if the file already has results of such
            trials, they are used.

        Raises
        ------
        FileFormatError
            A ``ValueError``: the file is not valid (the message names the line), or the repeated search differs from
            the recorded search.
        ArgumentError
            If ``max_evaluations`` is less than the number of results.
        OSError
        """
        saved = read_search(path)
        search = cls.__new__(cls)
        search._definition, search._settings = saved.definition, dict(saved.settings)
        if max_evaluations is not None:
            told = len(saved.recorded.evaluations)
            if isinstance(max_evaluations, int) and 0 < max_evaluations < told:
                raise ArgumentError(f"max_evaluations must be at least {told}, the number of results in {path}")
            search._settings["max_evaluations"] = max_evaluations
        try:
            search._start(saved)
        except TypeError as error:  # an argument is missing, unknown or has a wrong type
            raise FileFormatError(str(error), os.fspath(path), 1) from error
        search._driven.repeat(saved.asked, 0 if search._settings != saved.settings else saved.n_tests)
        return search

    def __reduce__(self) -> Any:
        raise TypeError("a Search cannot be pickled or copied: use save() and Search.load()")

    def __repr__(self) -> str:
        state = f"ended: {self.ended}" if self.ended else f"open: {len(self.open)}"
        return f"<Search: told={self._driven.n_told}, max_evaluations={self._plan.budget.evaluations}, {state}>"


def search_plan(definition: Definition, *, smac_options: Mapping[str, Any], **settings: Any) -> Plan:
    """Return the plan of a `Search` with these arguments."""
    options = resolve(smac_options)
    _refuse_calls(options)
    settings["maximize"] = arguments.flag("maximize", settings["maximize"])
    settings["deterministic"] = arguments.flag("deterministic", settings["deterministic"])
    return make_plan(options, definition=definition, **settings)


def _refuse_calls(options: Options) -> None:
    """Refuse options that have no effect here, because the search neither makes calls nor writes files."""
    calls, limits = CallOptions(), LimitOptions()
    refused = {
        "dask-client": options.calls.cluster is not calls.cluster,
        "isolate": options.calls.isolate is not calls.isolate,
        "calls-per-process": options.calls.calls_per_process != calls.calls_per_process,
        "retry-crashed-count": options.calls.retries != calls.retries,
        "kill-runs-on-file-delete": options.calls.kill_file is not calls.kill_file,
        "workers-order": options.calls.order != calls.order,
        "wallclock-limit": options.limits.wall_time is not limits.wall_time,
        "use-cpu-time-in-tunertime": options.limits.count_own_time is not limits.count_own_time,
    }
    name = next((name for name, is_so in refused.items() if is_so), None)
    if name is not None:
        raise ArgumentError(f"smac_options['{name}'] has no effect in a Search: your script makes the calls")
