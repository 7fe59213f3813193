"""A search that also gets the results of configurations from other sources, and that does not end by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import SearchError
from pysmac_compat.search.ask_tell import search_plan
from pysmac_compat.search.driven import DrivenSearch
from pysmac_compat.search.trials import Trial, told_outcome
from pysmac_compat.space.definition import Definition


class SharedSearch:
    """A search like `Search` for deterministic functions; it also accepts results of configurations from the caller.

    ``max_evaluations`` sets only the size of the initial design. The caller must keep the results, because this search
    has no ``result`` and cannot be saved.
    """

    def __init__(
        self,
        space: Definition,
        *,
        max_evaluations: int,
        seed: int = 0,
        maximize: bool = False,
        known: Sequence[tuple[Mapping[str, Any], float]] = (),
        smac_options: Mapping[str, Any],
    ) -> None:
        plan = search_plan(
            space,
            max_evaluations=max_evaluations,
            seed=seed,
            deterministic=True,
            maximize=maximize,
            known=known,
            smac_options=smac_options,
        )
        self._plan = replace(plan, budget=replace(plan.budget, evaluations=LARGEST))
        self._driven = DrivenSearch(self._plan, None, design=plan.budget.evaluations)

    @property
    def minimizes_runtime(self) -> bool:
        """Whether the results are run times, so that a value alone is not enough."""
        return self._plan.objective.runtime

    def ask(self) -> Trial:
        """Return the next trial; see `Search.ask`."""
        trial = self._driven.ask()
        if trial is None:
            raise SearchError(self._driven.why_nothing)
        return trial

    def tell(self, trial: Trial, result: Any) -> None:
        """Report the result of a trial; see `Search.tell`."""
        self._driven.check(trial)
        self._driven.tell(trial, told_outcome(trial, result, self._plan))

    @property
    def open(self) -> tuple[Trial, ...]:
        """The trials without a result."""
        return self._driven.open

    def learn(self, configuration: Mapping[str, Any], result: Any) -> None:
        """Report the result of a configuration that `ask` did not return; only its first result counts."""
        outcome = told_outcome(Trial(0, tuple(configuration.items())), result, self._plan)
        with self._driven.engine() as session:
            session.take_in(configuration, self._plan.objective.score(outcome, None))

    def expect(self, configuration: Mapping[str, Any]) -> None:
        """Report that this configuration is being evaluated elsewhere."""
        with self._driven.engine() as session:
            session.expect(configuration)

    def give_up(self, trial: Trial) -> None:
        """Forget an open trial, because nobody will report its result."""
        self._driven.give_up(trial)
