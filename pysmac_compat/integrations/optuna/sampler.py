"""`SMACSampler`: SMAC's search for define-by-run functions of Optuna."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from optuna import Study
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, RandomSampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from pysmac_compat import arguments
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, SearchError, shown
from pysmac_compat.integrations.optuna.branches import Branch, branches, ranges
from pysmac_compat.integrations.optuna.space import Space, holds, middle, nearest, searchable
from pysmac_compat.integrations.optuna.told import median_of, told_result
from pysmac_compat.search.shared import SharedSearch
from pysmac_compat.space.ready import understand

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

    from pysmac_compat.search.trials import Trial

#: the largest number of configurations in an initial design; see `engine.parts.initial_design`
_DESIGN = 10


class SMACSampler(BaseSampler):
    """A sampler for Optuna that proposes the configurations of `SMAC_optimizer.minimize`.

    Without a ``space``, the sampler finds the parameters in earlier trials, and the first trial gets the middle of each
    range. If only some trials have a parameter, its parent is the parameter whose values separate these trials from
    the other trials. If a parameter has no such parent, its values are drawn at random. If its bounds change between
    trials, the sampler searches a range that contains all of them; in a trial with narrower bounds, a proposed value
    moves to the nearest bound. With a ``space``, the sampler searches this space from the first trial on, and uses the
    conditions and the defaults that the space defines.

    Parameters
    ----------
    space : dict of str to tuple, or ConfigSpace.ConfigurationSpace, optional
    conditional_clauses, forbidden_clauses : list of str
        As in `SMAC_optimizer.minimize`; they need a ``space``.
    n_trials : int
        The approximate number of trials. The initial design has a quarter as many configurations, but at most ten.
    seed : int, optional
    smac_options : dict, optional
        As for `Search`.
    warn_independent_sampling : bool
        Whether to warn, once for each parameter, that its values are drawn at random.

    Raises
    ------
    ArgumentError, ParameterError, ClauseError
        All three are ``ValueError``. A study with several directions raises an ``ArgumentError`` as well.
    """

    def __init__(
        self,
        space: Mapping[str, Any] | ConfigurationSpace | None = None,
        conditional_clauses: Sequence[str] = (),
        forbidden_clauses: Sequence[str] = (),
        *,
        n_trials: int = 100,
        seed: int | None = None,
        smac_options: Mapping[str, Any] | None = None,
        warn_independent_sampling: bool = True,
    ) -> None:
        if space is None and (conditional_clauses or forbidden_clauses):
            raise ArgumentError("SMACSampler: conditional_clauses and forbidden_clauses need the argument space")
        if not isinstance(smac_options, (Mapping, type(None))):
            raise ArgumentError(f"smac_options must be a dict of options, got {shown(smac_options)}")
        self._n_trials = arguments.integer("n_trials", n_trials)
        self._seed = (
            random.SystemRandom().randrange(2**31) if seed is None else arguments.integer("seed", seed, least=0)
        )
        self._options = {"stop-when-hopeless": False, **(smac_options or {})}
        self._warns = arguments.flag("warn_independent_sampling", warn_independent_sampling)
        self._given = None if space is None else understand(space, conditional_clauses, forbidden_clauses)
        self._random = RandomSampler(self._seed)
        self._lock = threading.RLock()
        self._forget()
        self._check_options()

    def _forget(self) -> None:
        self._study: tuple[str, int] | None = None
        self._storage: BaseStorage | None = None
        self._search: SharedSearch | None = None
        self._space: Space | None = None
        self._branches: dict[str, Branch | None] = {}
        self._seen: set[str] = set()  # the names of all parameters of trials that have ended
        self._first: Trial | None = None  # the search's trial for the default, until one of Optuna's trials gets it
        self._asked: dict[int, Trial] = {}  # the keys are the numbers that Optuna gives to its trials
        self._moved: dict[int, set[str]] = {}  # for such a number, the parameters whose values have moved to a bound
        self._heard: set[int] = set()
        self._expected: set[int] = set()
        self._warned: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the search, because a copy starts its own search from the trials in the study."""
        kept = ("_n_trials", "_seed", "_options", "_warns", "_given", "_random")
        return {name: self.__dict__[name] for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.RLock()
        self._forget()

    def reseed_rng(self) -> None:
        """Reseed the generator for parameters that are drawn at random; the search keeps its seed."""
        self._random.reseed_rng()

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the distributions of the parameters for which the search proposes values."""
        if len(study.directions) > 1:
            raise ArgumentError(
                f"SMACSampler: the study has {len(study.directions)} directions; SMAC optimises one value"
            )
        with self._lock:
            self._turn_to(study)
            if self._given is not None:
                return Space(self._given).distributions
            trials = study.get_trials(deepcopy=False)
            self._seen.update(*(each.params for each in trials if each.state.is_finished()))
            found = {name: each for name, each in ranges(trials).items() if searchable(each)}
            return {name: found[name] for name in branches(trials, found, self._branches)}

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Return the values that the search proposes; empty if it proposes none."""
        if not search_space or search_space.keys() <= trial.system_attrs.get("fixed_params", {}).keys():
            return {}
        with self._lock:
            self._turn_to(study)
            trials = study.get_trials(deepcopy=False)
            found = {} if self._given is not None else branches(trials, search_space, self._branches)
            searched = {name: search_space[name] for name in found}
            if self._given is None and not searched:  # no parameter of this space can be searched
                return {}
            try:
                if self._space is None or found != self._branches or (found and self._space.distributions != searched):
                    self._begin(study, trials, searched, found)
                assert self._search is not None
                assert self._space is not None
                self._learn(study, trials, trial.number)
                first, self._first = self._first, None
                asked = first if first in self._search.open else self._search.ask()
            except SearchError:  # no new configuration is left, or none until further results are known
                return {}
            except BaseException:  # the search may be unusable, so the next trial starts another one
                self._space = self._search = None
                raise
            self._asked[trial.number] = asked
            params = self._space.params(asked.configuration)
            return {name: value for name, value in params.items() if name in search_space}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Return a random value.

        Without a space, the value in the first trial is the middle of the range, and a proposed value that is outside
        of the range in this trial moves to the nearest bound.
        """
        with self._lock:
            if trial.number == 0 and self._given is None:
                return middle(param_distribution)
            asked = self._asked.get(trial.number)
            if self._given is None and asked is not None and self._space is not None:
                proposed = self._space.params(asked.configuration).get(param_name)
                if isinstance(param_distribution, (FloatDistribution, IntDistribution)) and proposed is not None:
                    self._moved.setdefault(trial.number, set()).add(param_name)
                    return nearest(param_distribution, proposed)
            self._warn_of(study, param_name, trial.number)
            return self._random.sample_independent(study, trial, param_name, param_distribution)

    def _warn_of(self, study: Study, name: str, number: int) -> None:
        """Warn once about a parameter for which the search cannot propose values."""
        if not self._warns or name in self._warned or self._space is None:
            return
        if self._given is not None and number in self._asked:
            why = (
                "the space of the sampler does not contain it, or it is inactive in this trial, or the proposed value "
                "is outside of the trial's range"
            )
        elif self._given is None and name in self._seen and name not in self._space.distributions:
            distribution = ranges(study.get_trials(deepcopy=False)).get(name)
            if distribution is None:
                why = "more than its bounds changes from trial to trial"
            elif not searchable(distribution):
                why = "it has more than 2**53 values"
            else:
                why = "no other parameter decides whether or not a trial has it"
        else:  # the parameter is new, or the search has no new configuration
            return
        self._warned.add(name)
        warn(f"SMACSampler: the parameter {shown(name)} is drawn at random: {why}")

    def _turn_to(self, study: Study) -> None:
        """Forget the previous search if it belonged to another study."""
        which = (study.study_name, study._study_id)
        if self._study != which or self._storage is not study._storage:
            self._forget()
            self._study, self._storage = which, study._storage

    def _check_options(self) -> None:
        definition = understand({"x": ("real", [0, 1], 0)}) if self._given is None else self._given
        if self._search_of(Space(definition)).minimizes_runtime:
            raise ArgumentError(
                "smac_options['run-obj'] = 'RUNTIME' has no meaning in a SMACSampler: the trials of a study have "
                "values, and no run times"
            )

    def _search_of(self, space: Space, maximize: bool = False, known: Sequence[Any] = ()) -> SharedSearch:
        return SharedSearch(
            space.definition,
            max_evaluations=self._n_trials,
            seed=self._seed,
            maximize=maximize,
            known=known,
            smac_options=self._options,
        )

    def _begin(
        self,
        study: Study,
        trials: Sequence[FrozenTrial],
        found: Mapping[str, BaseDistribution],
        conditions: dict[str, Branch | None],
    ) -> None:
        """Start a search; if enough results are known, they replace the initial design."""
        ended = [each for each in trials if each.state.is_finished()]
        if self._given is not None:
            space = Space(self._given)
        else:
            default = {name: middle(each) for name, each in found.items()}
            everywhere = {name: found[name] for name, branch in conditions.items() if branch is None}
            whole = (each.params for each in ended if _is_of(each, everywhere))
            first = {  # a value that was given to a trial may be outside of its range
                name: value
                for name, value in next(whole, {}).items()
                if name in found and holds(found[name], value, found[name])
            }
            space = Space.of(found, {**default, **first}, conditions)
        maximize = study.direction == StudyDirection.MAXIMIZE
        median = median_of(trials)
        results = [(each, told_result(each, median, maximize)) for each in ended]
        valued = [(each, result) for each, result in results if isinstance(result, float)]
        known = []
        for each, result in valued:
            configuration = space.configuration(each.params, each.distributions)
            if configuration is not None:
                known.append((configuration, result))
        enough = len(known) > max(2, min(_DESIGN, self._n_trials // 4))
        same = self._space is not None and self._space.distributions.keys() == found.keys()
        if same and conditions == self._branches:  # only bounds have changed, so the initial design does not begin anew
            enough = enough or len(known) > 1
        search = self._search_of(space, maximize, known if enough else ())
        # the first `ask` of a search returns the default; a trial that has ended may have had this configuration
        self._first = None if enough else search.ask()
        self._space, self._branches, self._search = space, conditions, search
        self._asked, self._moved, self._expected = {}, {}, set()
        self._heard = {each.number for each, _ in valued} if enough else set()

    def _learn(self, study: Study, trials: Sequence[FrozenTrial], current: int) -> None:
        """Pass to the search the results of trials that have ended, and the configurations of trials that still run."""
        assert self._search is not None
        assert self._space is not None
        median = median_of(trials)
        for each in trials:
            if each.number in self._heard or each.number == current or each.state == TrialState.WAITING:
                continue
            configuration = self._space.configuration(each.params, each.distributions)
            if not each.state.is_finished():
                if configuration is not None and each.number not in self._asked and each.number not in self._expected:
                    self._expected.add(each.number)
                    asked = self._open(configuration)
                    if asked is None:
                        self._search.expect(configuration)
                    elif asked == self._first:  # the default stays open until that other trial ends
                        self._first = None
                continue
            self._heard.add(each.number)
            mine = self._asked.pop(each.number, None)
            result = told_result(each, median, study.direction == StudyDirection.MAXIMIZE)
            if configuration is None and mine in self._search.open and self._is_begun(each, mine):
                self._search.tell(mine, result)
            elif configuration is not None:
                asked = self._open(configuration)
                if mine is not None and mine in self._search.open and self._has_moved(each, mine):
                    asked = mine  # as if the function were constant beyond the bounds
                if asked is None:
                    self._search.learn(configuration, result)
                else:
                    self._search.tell(asked, result)
            if mine is not None and mine in self._search.open:  # the trial ran with other values than proposed
                self._search.give_up(mine)

    def _is_begun(self, trial: FrozenTrial, proposed: Trial) -> bool:
        """Return whether a trial has the values of its proposal, but has ended before it suggested all parameters."""
        assert self._space is not None
        moved = self._moved.pop(trial.number, set())
        before = self._space.params(proposed.configuration)
        names = before.keys() & trial.params.keys() - moved
        alike = _alike({name: before[name] for name in names}, {name: trial.params[name] for name in names})
        return alike and trial.state != TrialState.COMPLETE

    def _has_moved(self, trial: FrozenTrial, proposed: Trial) -> bool:
        """Return whether a trial differs from its proposal only in values that have moved to a bound."""
        assert self._space is not None
        moved = self._moved.pop(trial.number, set())
        before = self._space.params(proposed.configuration)
        stayed = {name: value for name, value in before.items() if name not in moved}
        return bool(moved) and _alike(stayed, {name: trial.params.get(name) for name in stayed})

    def _open(self, configuration: Mapping[str, Any]) -> Trial | None:
        """Return the search's open trial that has this configuration; None if there is none."""
        assert self._search is not None
        return next((each for each in self._search.open if _alike(each.configuration, configuration)), None)


def _is_of(trial: FrozenTrial, found: Mapping[str, BaseDistribution]) -> bool:
    """Return whether a trial has all parameters in ``found``, with values in these ranges."""
    return all(
        name in trial.params and holds(each, trial.params[name], trial.distributions[name])
        for name, each in found.items()
    )


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two configurations are equal up to rounding errors."""
    return one.keys() == other.keys() and all(
        math.isclose(one[name], other[name], rel_tol=1e-12, abs_tol=1e-300)
        if isinstance(one[name], float) and isinstance(other[name], float)
        else one[name] == other[name]
        for name in one
    )
