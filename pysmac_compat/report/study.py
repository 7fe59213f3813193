"""A search as an Optuna study: `Result.to_optuna`, and `OptunaRecorder`, which writes the study during the search.

If configurations do not race, a trial is one evaluation. If they race over instances or seeds, a trial is one
configuration, and its value is the mean over its evaluations. Such a trial is pruned if its configuration got fewer
evaluations than the incumbent.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pysmac_compat._process import uninterrupted
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.events import Evaluated, Event, Improved, RunEnded, RunStarted
from pysmac_compat.report.plots.values import clock, counted, has_value
from pysmac_compat.report.table import missing

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

    from pysmac_compat.results import Evaluation, Result
    from pysmac_compat.space.definition import Definition
    from pysmac_compat.space.parameters import Parameter


def distribution(parameter: Parameter) -> BaseDistribution:
    """Return Optuna's distribution for a parameter; Optuna ignores the order of an ordinal parameter's choices."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if parameter.kind == "real":
        return FloatDistribution(*parameter.values, log=parameter.log)
    if parameter.kind == "integer":
        return IntDistribution(*parameter.values, log=parameter.log)
    return CategoricalDistribution(parameter.values)


def distributions(space: Definition) -> dict[str, BaseDistribution]:
    """Return the distribution of each parameter, keyed by its name."""
    return {name: distribution(parameter) for name, parameter in space.parameters.items()}


def to_optuna(result: Result, storage: Any, study_name: str | None) -> optuna.Study:
    """See `Result.to_optuna`."""
    recorder = OptunaRecorder(storage, study_name)
    recorder.add(result)
    assert recorder.study is not None
    return recorder.study


@dataclass
class _Trial:
    """A trial of the study, with its evaluations so far."""

    run: int
    evaluations: list[Evaluation] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)  # when each evaluation ended
    number: int | None = None  # the trial's ID in the storage; None if it is not there
    n_there: int = 0  # how many of its evaluations the storage has
    attrs: dict[str, Any] = field(default_factory=dict)  # its attributes in the storage
    ended: bool = False


class OptunaRecorder:
    """Writes a search into an Optuna study while the search runs: ``minimize(..., on_event=OptunaRecorder(...))``.

    The recorder adds each trial when the trial ends, as `Result.to_optuna` would write it. A resumed search adds only
    the trials that the study does not have yet. If configurations race, the recorder adds a trial with the state
    RUNNING at its first evaluation, adds intermediate values, and ends the trial when its run ends.

    Parameters
    ----------
    storage : str or optuna.storages.BaseStorage, optional
        The argument of ``optuna.create_study``, for example ``'sqlite:///search.db'``; None: the study stays in memory.
    study_name : str, optional
        If a study of this name exists, the trials are added to it.

    Attributes
    ----------
    study : optuna.Study or None
        None before the search begins.

    Raises
    ------
    ArgumentError
        A ``ValueError``. It is also raised when the search begins, if the study's direction is not that of the search.
    ImportError
        If Optuna is missing: ``pip install 'pysmac-compat[optuna]'``.
    """

    def __init__(self, storage: Any = None, study_name: str | None = None) -> None:
        if study_name is not None and not isinstance(study_name, str):
            raise ArgumentError(f"study_name must be a text, got {shown(study_name)}")
        if not (storage is None or isinstance(storage, str) or hasattr(storage, "create_new_study")):
            raise ArgumentError(f"storage must be a URL or a storage of Optuna, got {shown(storage)}")
        if importlib.util.find_spec("optuna") is None:  # the import comes later, so that forks stay small
            raise missing("a study", "optuna", "optuna")
        self._given, self._name = storage, study_name
        self.study: optuna.Study | None = None
        self._seeds: dict[int, int] = {}
        self._most: dict[int, int] = {}  # the number of evaluations of each run's incumbent
        self._trials: dict[tuple[int, str], _Trial] = {}
        self._is_further = False  # whether this recorder has already recorded another search
        self._resumed: dict[int, bool] = {}  # for each run: whether the study may already have its trials

    def __call__(self, event: Event) -> None:
        """Record an event of the search."""
        if isinstance(event, RunStarted):
            assert event.result is not None
            if event.run in self._seeds:
                self._begin_anew()
            self._begin(event.run, event.result, event.result.runs[0].seed)
        elif isinstance(event, Evaluated) and not event.cut_short:  # if it was, a resumed search repeats it
            if event.run not in self._resumed:
                self._resumed[event.run] = event.recorded
                self._warn_of_doubles(event)
            self._take(event.run, event.evaluation, datetime.now(), live=not event.recorded)
        elif isinstance(event, Improved):
            self._most[event.run] = event.n_runs
        elif isinstance(event, RunEnded):
            self._end(event.run)

    def _warn_of_doubles(self, event: Evaluated) -> None:
        """Warn if the study has trials of an earlier search with the same seed, which this search does not resume."""
        seed = self._seeds[event.run]
        if event.recorded or self._is_further:
            return
        if any(each.user_attrs.get("run_seed") == seed for each in self._there.values()):
            warn(
                f"the study {self._name!r} already has trials of a search with the seed {seed}; this search does not "
                "resume it (resume=True does that), and adds its own trials"
            )

    def add(self, result: Result) -> None:
        """Add those trials of a result that the study does not have yet."""
        now = datetime.now()
        for run, found in enumerate(result.runs):
            self._resumed[run] = True
            self._begin(run, result, found.seed)
            self._most[run] = found.incumbent_runs
            spent = clock(found)
            total = max(spent.values())
            for each in found.evaluations:
                self._take(run, each, now - timedelta(seconds=total - spent[each.index]))
            self._end(run)

    def _begin_anew(self) -> None:
        """Forget the last search, because a further search is now recorded into the same study."""
        assert self.study is not None
        again = OptunaRecorder(self._storage, self.study.study_name)
        self.__dict__.update(again.__dict__, _is_further=True)

    def _begin(self, run: int, result: Result, seed: int) -> None:
        self._seeds[run] = seed
        if self.study is None:
            with uninterrupted():  # an interrupted import would leave Optuna unusable in this process
                self._open(result)

    def _open(self, result: Result) -> None:
        import optuna

        self._search = search = result.search
        if search.space is None:
            raise ArgumentError("to_optuna: the search space of this result is not known")
        self._racing = not search.deterministic or search.n_instances is not None
        self._distributions = distributions(search.space)
        direction = "maximize" if search.maximize else "minimize"
        self._storage = optuna.storages.get_storage(self._given)
        self.study = optuna.create_study(
            storage=self._storage, study_name=self._name, direction=direction, load_if_exists=True
        )
        there = [each.name.lower() for each in self.study.directions]
        if there != [direction]:
            raise ArgumentError(
                f"study_name: the study {self._name!r} has the directions {there}, but the search has "
                f"{direction!r}; use another name"
            )
        self._check_parameters()
        self._study_id = self._storage.get_study_id_from_name(self.study.study_name)
        self._there = {_mark(each): each for each in self.study.get_trials(deepcopy=False)}
        if not self._racing:
            for each in result.known:
                frozen = self._frozen([each], [datetime.now()], {"known": True})
                if _mark(frozen) not in self._there:
                    self._storage.create_new_trial(self._study_id, frozen)

    def _check_parameters(self) -> None:
        """Raise an error if Optuna would refuse the search's parameters, because the study has others."""
        from optuna.distributions import check_distribution_compatibility

        assert self.study is not None
        for trial in self.study.get_trials(deepcopy=False):
            for name in trial.distributions.keys() & self._distributions.keys():
                try:
                    check_distribution_compatibility(trial.distributions[name], self._distributions[name])
                except ValueError:
                    raise ArgumentError(
                        f"study_name: the parameter {name!r} of the study {self._name!r} is "
                        f"{trial.distributions[name]}, but that of the search is {self._distributions[name]}; use "
                        "another name"
                    ) from None

    def _take(self, run: int, evaluation: Evaluation, end: datetime, live: bool = False) -> None:
        """Record an evaluation; if ``live`` is true, a racing trial is also written to the study now, as running."""
        about = {"run": run, "run_seed": self._seeds[run]}
        if not self._racing:
            frozen = self._frozen([evaluation], [end], {**about, "evaluation": evaluation.index})
            if not self._resumed[run] or _mark(frozen) not in self._there:
                self._storage.create_new_trial(self._study_id, frozen)
            return
        key = run, repr(evaluation.configuration)
        trial = self._trials.get(key)
        if trial is None:
            trial = self._trials[key] = _Trial(run)
            self._find(trial, evaluation)
        trial.evaluations.append(evaluation)
        trial.ends.append(end)
        if live and len(trial.evaluations) > trial.n_there:
            self._show(trial)

    def _find(self, trial: _Trial, evaluation: Evaluation) -> None:
        """Find a racing trial in the study if an earlier process has written it."""
        if not self._resumed[trial.run]:
            return
        mark = _mark(self._frozen([evaluation], [datetime.now()], {"run_seed": self._seeds[trial.run], "n_runs": 0}))
        there = self._there.get(mark)
        if there is not None:
            number = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, there.number)
            trial.number, trial.ended, trial.attrs = number, there.state.is_finished(), there.user_attrs
            trial.n_there = there.user_attrs["n_runs"] if trial.ended else len(there.intermediate_values)

    def _show(self, trial: _Trial) -> None:
        """Write a racing trial to the study with the state RUNNING."""
        import optuna

        if trial.number is None or trial.ended:  # a trial that has ended cannot get further values
            frozen = self._frozen(trial.evaluations, trial.ends, self._about(trial), optuna.trial.TrialState.RUNNING)
            trial.number, trial.ended = self._storage.create_new_trial(self._study_id, frozen), False
            trial.attrs = frozen.user_attrs
        else:
            for step, mean in list(enumerate(self._means(trial.evaluations), 1))[trial.n_there :]:
                self._storage.set_trial_intermediate_value(trial.number, step, mean)
        trial.n_there = len(trial.evaluations)

    def _end(self, run: int) -> None:
        """End the racing trials of a run that has ended."""
        most = self._most.get(run, 0)
        for trial in [each for each in self._trials.values() if each.run == run]:
            new = len(trial.evaluations) > trial.n_there
            if trial.ended and not new:
                continue
            state = self._state(trial.evaluations, most)
            frozen = self._frozen(trial.evaluations, trial.ends, self._about(trial), state)
            if trial.number is None or trial.ended:
                self._storage.create_new_trial(self._study_id, frozen)
                continue
            for step, mean in list(frozen.intermediate_values.items())[trial.n_there :]:
                self._storage.set_trial_intermediate_value(trial.number, step, mean)
            for name, value in frozen.user_attrs.items():
                if trial.attrs.get(name) != value:
                    self._storage.set_trial_user_attr(trial.number, name, value)
            self._storage.set_trial_state_values(trial.number, state, frozen.values)

    def _about(self, trial: _Trial) -> dict[str, Any]:
        return {
            "run": trial.run,
            "run_seed": self._seeds[trial.run],
            "n_runs": len(trial.evaluations),
            "evaluations": [each.index for each in trial.evaluations],
            "instances": [each.instance for each in trial.evaluations],
            "seeds": [each.seed for each in trial.evaluations],
        }

    def _means(self, evaluations: Sequence[Evaluation]) -> list[float]:
        """Return the means of the first 1, 2, ... values, up to the first evaluation without a value."""
        means, total = [], 0.0
        for n, each in enumerate(evaluations, 1):
            if not has_value(each, self._search):
                break
            total += counted(each, self._search)
            means.append(total / n)
        return means

    def _state(self, evaluations: Sequence[Evaluation], most: int = 1) -> Any:
        """Return a trial's state for Optuna: failed, pruned (if it has fewer than ``most`` evaluations) or complete."""
        from optuna.trial import TrialState

        if not all(has_value(each, self._search) for each in evaluations):
            return TrialState.FAIL
        return TrialState.COMPLETE if len(evaluations) >= most else TrialState.PRUNED

    def _frozen(
        self, evaluations: Sequence[Evaluation], ends: Sequence[datetime], about: dict[str, Any], state: Any = None
    ) -> FrozenTrial:
        """Return a trial as an object that a storage of Optuna accepts."""
        from optuna.trial import TrialState, create_trial

        state = self._state(evaluations) if state is None else state
        first, means = evaluations[0], self._means(evaluations)
        with_value = state in (TrialState.COMPLETE, TrialState.PRUNED)
        frozen = create_trial(
            state=state,
            value=means[-1] if with_value else None,
            params={name: self._inside(name, value) for name, value in first.configuration.items()},
            distributions={name: self._distributions[name] for name in first.configuration},
            user_attrs={**about, **self._outcome(evaluations)},
            intermediate_values=dict(enumerate(means, 1)) if self._racing else None,
        )
        frozen.datetime_start = ends[0] - timedelta(seconds=first.wall_time)
        frozen.datetime_complete = ends[-1] if state.is_finished() else None
        return frozen

    def _inside(self, name: str, value: Any) -> Any:
        """Clip a value to the parameter's range, because a rounding error may have moved it outside."""
        space = self._search.space
        assert space is not None
        parameter = space.parameters[name]
        return min(max(value, parameter.values[0]), parameter.values[1]) if parameter.numeric else value

    def _outcome(self, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
        """Return the attributes of a trial; its status is that of the first evaluation without a value, if any."""
        told = next((each for each in evaluations if not has_value(each, self._search)), evaluations[0])
        found: dict[str, Any] = {
            "status": told.status,
            "cpu_time": sum(each.cpu_time for each in evaluations),
            "wall_time": sum(each.wall_time for each in evaluations),
        }
        if not self._racing and self._search.runtime:
            found["quality"] = told.quality
        return found | ({"message": told.message} if told.message else {})


def _mark(trial: FrozenTrial) -> tuple[Any, ...]:
    """Return a key that identifies a trial in a study."""
    attrs = trial.user_attrs
    params = repr(sorted(trial.params.items()))
    if "n_runs" in attrs:  # the trial is a configuration that races
        return "races", attrs.get("run_seed"), params
    return attrs.get("run_seed"), attrs.get("evaluation"), params, trial.value, attrs.get("known")
