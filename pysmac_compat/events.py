"""The messages between the engine's process and the process that started it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from pysmac_compat.errors import ArgumentError, shown

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

#: why a search ended, if an exception such as the one from Ctrl-C ended it
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Stop:
    """A message to the engine's process: end the search, for this reason; `on_event` returns it to end a search.

    Raises
    ------
    ArgumentError
        If the reason is not a text, or is empty.
    """

    reason: str

    def __post_init__(self) -> None:
        if not isinstance(self.reason, str) or not self.reason:
            raise ArgumentError(f"Stop: reason must be a text that is not empty, got {shown(self.reason)}")


@dataclass(frozen=True)
class Verdict:
    """The answer to `VerdictWanted`: end the run for this reason, or continue it if the reason is empty."""

    reason: str


@dataclass(frozen=True)
class RunStarted:
    """The run with this index (from 0) begins.

    ``result``: the result of the run so far, with its seed and the task of the search; it is only set when
    ``on_event`` gets this event.
    """

    run: int
    result: Result | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Begun:
    """The call for the evaluation with this index begins; the engine sends this event only if progress is displayed."""

    run: int
    index: int


@dataclass(frozen=True)
class Evaluated:
    """An evaluation has ended. If evaluations run in parallel, they need not end in the order of their indices.

    ``recorded``: the result is from the files of an earlier search, without a call. ``cut_short``: the end of the
    search stopped this evaluation. ``origin``: how SMAC3 found the configuration.
    """

    run: int
    evaluation: Evaluation
    recorded: bool = False
    cut_short: bool = False
    origin: str | None = None


@dataclass(frozen=True)
class Improved:
    """The run has a new incumbent, or has evaluated its incumbent again.

    ``value`` is the mean over the ``n_runs`` runs of the incumbent. ``evaluation`` is the index of the evaluation that
    caused this event.
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
    """A run has ended for this reason; ``of_search``: whether the whole search ends for this reason."""

    run: int
    reason: str
    of_search: bool = False


@dataclass(frozen=True)
class Warned:
    """The engine warns the user."""

    text: str


@dataclass(frozen=True)
class CallWanted:
    """The engine waits until the process that started it makes this call; ``cutoff`` is its limit in seconds."""

    arguments: dict[str, Any]
    cutoff: float | None = None


@dataclass(frozen=True)
class VerdictWanted:
    """A run has used a result and waits for a `Verdict`.

    ``unlearnt``: the indices of the evaluations whose results the run has not used yet.
    """

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
    """Return why the whole search ended; if it has no reason of its own, return why its best run ended."""
    return next((end.reason for end in ends if end.of_search), best.reason)
