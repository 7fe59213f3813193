"""What the engine's process tells the process that started it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Result

#: the reason of a search that was ended by an exception such as Ctrl-C
INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Stop:
    """What the process that started the engine tells it: the search ends, for this reason."""

    reason: str


@dataclass(frozen=True)
class Verdict:
    """The answer to `VerdictWanted`: the run ends for this reason; it goes on if that is empty."""

    reason: str


@dataclass(frozen=True)
class RunStarted:
    """The run of this number (from 0) begins.

    ``result``: what is known of it now, with its seed and what is searched; told to ``on_event`` only.
    """

    run: int
    result: Result | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Begun:
    """A call is made for the evaluation of this index; told only where progress is shown."""

    run: int
    index: int


@dataclass(frozen=True)
class Evaluated:
    """An evaluation has ended; with several at a time perhaps before one with a smaller index.

    ``recorded``: it is that of an earlier process, from the journal. ``cut_short``: what ends the search has
    stopped it. ``origin``: how SMAC3 has found the configuration.
    """

    run: int
    evaluation: Evaluation
    recorded: bool = False
    cut_short: bool = False
    origin: str | None = None


@dataclass(frozen=True)
class Improved:
    """There is a new incumbent, or more is known of the old one: ``n_runs`` runs with this mean.

    ``evaluation`` is the index of the one that has shown it.
    """

    run: int
    evaluation: int
    configuration: dict[str, Any]
    value: float
    n_runs: int


@dataclass(frozen=True)
class Tested:
    """The final incumbent has been evaluated on a test instance; see `Evaluated`."""

    run: int
    evaluation: Evaluation
    recorded: bool = False
    cut_short: bool = False


@dataclass(frozen=True)
class RunEnded:
    """A run has ended, and why; ``of_search``: the whole search ends for this reason."""

    run: int
    reason: str
    of_search: bool = False


@dataclass(frozen=True)
class Warned:
    """The engine has something to say to the user."""

    text: str


@dataclass(frozen=True)
class CallWanted:
    """The engine waits for a call that the other process makes; ``cutoff`` is its limit in seconds."""

    arguments: dict[str, Any]
    cutoff: float | None = None


@dataclass(frozen=True)
class VerdictWanted:
    """A run has learnt a result, and waits for a `Verdict`; it has not learnt those of these indices yet."""

    run: int
    unlearnt: tuple[int, ...] = ()


@dataclass(frozen=True)
class Failed:
    """The engine could not go on; ``error``: because of what the user has given it."""

    text: str
    error: ValueError | None = None


Event: TypeAlias = (
    RunStarted | Begun | Evaluated | Improved | Tested | RunEnded | Warned | CallWanted | VerdictWanted | Failed
)


def reason_of_all(ends: Sequence[RunEnded], best: RunEnded) -> str:
    """Why a search has ended: what has ended all of it, else why its best run has."""
    return next((end.reason for end in ends if end.of_search), best.reason)
