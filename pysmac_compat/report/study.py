"""A search as a study of Optuna: `Result.to_optuna`, and `OptunaRecorder`, which writes it while the search goes on.

A trial is an evaluation. Where configurations race over instances or seeds a trial is a configuration, with the mean of
its evaluations as its value: it is pruned if it has lost before it had as many as the incumbent.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
    """What Optuna calls the domain of a parameter; an ordinal one has choices, as Optuna knows no order of them."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if parameter.kind == "real":
        return FloatDistribution(*parameter.values, log=parameter.log)
    if parameter.kind == "integer":
        return IntDistribution(*parameter.values, log=parameter.log)
    return CategoricalDistribution(parameter.values)


def distributions(space: Definition) -> dict[str, BaseDistribution]:
    """The domain of each parameter, by its name."""
    return {name: distribution(parameter) for name, parameter in space.parameters.items()}


def to_optuna(result: Result, storage: Any, study_name: str | None) -> optuna.Study:
    """See `Result.to_optuna`."""
    recorder = OptunaRecorder(storage, study_name)
    recorder.add(result)
    assert recorder.study is not None
    return recorder.study


@dataclass
class _Trial:
    """A trial of the study, and what has come of it so far."""

    run: int
    evaluations: list[Evaluation] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)  # of each evaluation
    number: int | None = None  # what the storage calls the trial, if it is there
    n_there: int = 0  # how many of its evaluations are there
    attrs: dict[str, Any] = field(default_factory=dict)  # as they are there
    ended: bool = False


class OptunaRecorder:
    """Writes a search into a study of Optuna while it goes on: ``minimize(..., on_event=OptunaRecorder(...))``.

    Each trial is added as it ends, and looks as those of `Result.to_optuna`. A search that is resumed adds the trials
    that are not there yet. Where configurations race, their trials are running, with intermediate values, until
    their run ends.

    Parameters
    ----------
    storage : str or optuna.storages.BaseStorage, optional
        As in ``optuna.create_study``, such as ``'sqlite:///search.db'``; None: in memory.
    study_name : str, optional
        A study of this name that is there gets further trials.

    Attributes
    ----------
    study : optuna.Study or None
        None before the search has begun.

    Raises
    ------
    ArgumentError
        A ``ValueError``; when the search begins, also if the study has another direction.
    ImportError
        Without Optuna: ``pip install 'pysmac-compat[optuna]'``.
    """

    def __init__(self, storage: Any = None, study_name: str | None = None) -> None:
        if study_name is not None and not isinstance(study_name, str):
            raise ArgumentError(f"study_name must be a text, got {shown(study_name)}")
        if importlib.util.find_spec("optuna") is None:  # imported later: what the calls are forked from stays light
            raise missing("a study", "optuna", "optuna")
        self._given, self._name = storage, study_name
        self.study: optuna.Study | None = None
        self._seeds: dict[int, int] = {}
        self._most: dict[int, int] = {}  # the evaluations of each run's incumbent
        self._trials: dict[tuple[int, str], _Trial] = {}
        self._resumed: dict[int, bool] = {}  # whether a run goes on with trials that are there

    def __call__(self, event: Event) -> None:
        """Take an event of the search."""
        if isinstance(event, RunStarted):
            assert event.result is not None
            if event.run in self._seeds:
                self._begin_anew()
            self._begin(event.run, event.result, event.result.runs[0].seed)
        elif isinstance(event, Evaluated) and not event.cut_short:  # that one is made again if the search is resumed
            if event.run not in self._resumed:
                self._resumed[event.run] = event.recorded
            self._take(event.run, event.evaluation, datetime.now(), live=not event.recorded)
        elif isinstance(event, Improved):
            self._most[event.run] = event.n_runs
        elif isinstance(event, RunEnded):
            self._end(event.run)

    def add(self, result: Result) -> None:
        """Add all trials of a result that are not there."""
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
        """A further search is recorded into the same study."""
        assert self.study is not None
        again = OptunaRecorder(self._storage, self.study.study_name)
        self.__dict__.update(again.__dict__)

    def _begin(self, run: int, result: Result, seed: int) -> None:
        import optuna

        self._seeds[run] = seed
        if self.study is not None:
            return
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
                f"study_name: the study {self._name!r} has the directions {there}, the search {direction}"
            )
        self._study_id = self._storage.get_study_id_from_name(self.study.study_name)
        self._there = {_mark(each): each for each in self.study.get_trials(deepcopy=False)}
        if not self._racing:
            for each in result.known:
                frozen = self._frozen([each], [datetime.now()], {"known": True})
                if _mark(frozen) not in self._there:
                    self._storage.create_new_trial(self._study_id, frozen)

    def _take(self, run: int, evaluation: Evaluation, end: datetime, live: bool = False) -> None:
        """Take an evaluation; ``live``: show it, too, if its trial does not end with it."""
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
        """See whether a trial that races is there from an earlier process."""
        if not self._resumed[trial.run]:
            return
        mark = _mark(self._frozen([evaluation], [datetime.now()], {"run_seed": self._seeds[trial.run], "n_runs": 0}))
        there = self._there.get(mark)
        if there is not None:
            number = self._storage.get_trial_id_from_study_id_trial_number(self._study_id, there.number)
            trial.number, trial.ended, trial.attrs = number, there.state.is_finished(), there.user_attrs
            trial.n_there = there.user_attrs["n_runs"] if trial.ended else len(there.intermediate_values)

    def _show(self, trial: _Trial) -> None:
        """Let a trial that races be seen, as one that is running."""
        import optuna

        if trial.number is None or trial.ended:  # one that has ended cannot get anything more
            frozen = self._frozen(trial.evaluations, trial.ends, self._about(trial), optuna.trial.TrialState.RUNNING)
            trial.number, trial.ended = self._storage.create_new_trial(self._study_id, frozen), False
            trial.attrs = frozen.user_attrs
        else:
            for step, mean in list(enumerate(self._means(trial.evaluations), 1))[trial.n_there :]:
                self._storage.set_trial_intermediate_value(trial.number, step, mean)
        trial.n_there = len(trial.evaluations)

    def _end(self, run: int) -> None:
        """The trials that race end when their run does."""
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
        """The mean after each evaluation, up to the first one without a value."""
        means, total = [], 0.0
        for n, each in enumerate(evaluations, 1):
            if not has_value(each, self._search):
                break
            total += counted(each, self._search)
            means.append(total / n)
        return means

    def _state(self, evaluations: Sequence[Evaluation], most: int = 1) -> Any:
        """What Optuna calls the end of a trial; ``most``: how many evaluations it has if it has not lost before."""
        from optuna.trial import TrialState

        if not all(has_value(each, self._search) for each in evaluations):
            return TrialState.FAIL
        return TrialState.COMPLETE if len(evaluations) >= most else TrialState.PRUNED

    def _frozen(
        self, evaluations: Sequence[Evaluation], ends: Sequence[datetime], about: dict[str, Any], state: Any = None
    ) -> FrozenTrial:
        """A trial as Optuna has it."""
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
        """A value without the error of rounding that may have led it out of its range."""
        space = self._search.space
        assert space is not None
        parameter = space.parameters[name]
        return min(max(value, parameter.values[0]), parameter.values[1]) if parameter.numeric else value

    def _outcome(self, evaluations: Sequence[Evaluation]) -> dict[str, Any]:
        """What is told of a trial beside its value; of several evaluations the first without a value speaks."""
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
    """What tells a trial from all others of a study."""
    attrs = trial.user_attrs
    params = repr(sorted(trial.params.items()))
    if "n_runs" in attrs:  # of a configuration that races
        return "races", attrs.get("run_seed"), params
    return attrs.get("run_seed"), attrs.get("evaluation"), params, trial.value, attrs.get("known")
