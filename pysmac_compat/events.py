"""The messages from the engine's process to the process that started it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

#: the reason if an exception such as Ctrl-C ended the search
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Stop:
    """A message to the engine's process: end the search, for this reason."""

    reason: str


@dataclass(frozen=True)
class Verdict:
    """The answer to `VerdictWanted`: end the run for this reason, or continue it if the reason is empty."""

    reason: str


@dataclass(frozen=True)
class RunStarted:
    """The run with this number (from 0) begins.

    ``result``: the result of the run so far, with its seed and the task of the search; set for ``on_event`` only.
    """

    run: int
    result: Result | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Begun:
    """A call for the evaluation with this index begins; sent only if progress is shown."""

    run: int
    index: int


@dataclass(frozen=True)
class Evaluated:
    """An evaluation has ended. Evaluations that run in parallel may end in another order than their indices.

    ``recorded``: the journal of an earlier process holds this evaluation. ``cut_short``: the end of the search stopped
    this evaluation. ``origin``: how SMAC3 found the configuration.
    """

    run: int
    evaluation: Evaluation
    recorded: bool = False
    cut_short: bool = False
    origin: str | None = None


@dataclass(frozen=True)
class Improved:
    """The run has a new incumbent, or has evaluated its incumbent again: ``value`` is the mean over ``n_runs`` runs.

    ``evaluation`` is the index of the evaluation that caused this event.
    """

    run: int
    evaluation: int
    configuration: dict[str, Any]
    value: float
    n_runs: int


@dataclass(frozen=True)
class Tested:
    """An evaluation on a test instance has ended; see `Evaluated`."""

    run: int
    evaluation: Evaluation
    recorded: bool = False
    cut_short: bool = False


@dataclass(frozen=True)
class RunEnded:
    """A run has ended for this reason; ``of_search``: the whole search ends for this reason."""

    run: int
    reason: str
    of_search: bool = False


@dataclass(frozen=True)
class Warned:
    """The engine warns the user."""

    text: str


@dataclass(frozen=True)
class CallWanted:
    """The engine waits for a call by the other process; ``cutoff`` is the limit of the call in seconds."""

    arguments: dict[str, Any]
    cutoff: float | None = None


@dataclass(frozen=True)
class VerdictWanted:
    """A run has learnt a result and waits for a `Verdict`; it has not yet learnt the evaluations ``unlearnt``."""

    run: int
    unlearnt: tuple[int, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The engine has failed; ``error`` is set if the user's input is the cause."""

    text: str
    error: ValueError | None = None


Event: TypeAlias = (
    RunStarted | Begun | Evaluated | Improved | Tested | RunEnded | Warned | CallWanted | VerdictWanted | Failed
)


def reason_of_all(ends: Sequence[RunEnded], best: RunEnded) -> str:
    """Return why a search ended: the reason that ended the whole search, else the reason of its best run."""
    return next((end.reason for end in ends if end.of_search), best.reason)
