"""A search that is one of several who propose: it learns what others evaluate, too, and has no end of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pysmac_compat.arguments import LARGEST
from pysmac_compat.events import Event, Warned
from pysmac_compat.search.ask_tell import Search
from pysmac_compat.search.trials import Trial, told_outcome

if TYPE_CHECKING:
    from pysmac_compat.engine.session import Session
    from pysmac_compat.files.saved_search import SavedSearch


class SharedSearch(Search):
    """A `Search` of a deterministic function whose configurations others propose, too.

    ``max_evaluations`` sets only the size of the initial design. The caller keeps the results: this search has no
    ``result`` and cannot be saved.
    """

    @property
    def minimizes_runtime(self) -> bool:
        """Whether results are run times, so that values alone do not do."""
        return self._plan.objective.runtime

    def learn(self, configuration: Mapping[str, Any], result: Any) -> None:
        """What a configuration came to that was not asked for, as `Search.tell` takes it; the first result counts."""
        trial = Trial(0, tuple(configuration.items()))
        with self._engine() as session:
            outcome = told_outcome(trial, result, self._plan)
            session.take_in(configuration, self._plan.objective.score(outcome, None))

    def expect(self, configuration: Mapping[str, Any]) -> None:
        """Somebody else evaluates this configuration now."""
        with self._engine() as session:
            session.expect(configuration)

    def give_up(self, trial: Trial) -> None:
        """Nobody will tell the result of a trial."""
        with self._engine() as session:
            self._check(trial)
            del self._calls.open[trial]
            session.give_up(self._run.number_of(trial.number))

    def _begin(self, saved: SavedSearch | None) -> Session:
        session = super()._begin(saved)
        session.n_evaluations = LARGEST
        return session

    def _take(self, event: Event) -> None:
        if isinstance(event, Warned):
            super()._take(event)
