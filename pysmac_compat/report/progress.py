"""The display of a running search: a progress bar, and a line for each evaluation."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import math
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from pysmac_compat import arguments
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.outcome import FAILURES
from pysmac_compat.events import Begun, Evaluated, Event, Improved, RunEnded, RunStarted, Tested
from pysmac_compat.report.words import duration, last_line, one_line, short

if TYPE_CHECKING:
    from pysmac_compat.results import Evaluation, Searched

#: the logger that gets a record for each line about an evaluation
logger = logging.getLogger("pysmac_compat.evaluations")
#: the progress bars that are shown now; a text is printed above the last of them
_bars: list[Any] = []


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a line on stdout or another stream, above the progress bar if there is one."""
    stream = sys.stdout if stream is None else stream
    if _bars:
        _bars[-1].write(text, file=stream)
    else:
        print(text, file=stream, flush=True)


class Pace:
    """Measures the speed of the evaluations, and estimates the time that the remaining evaluations need.

    Parameters
    ----------
    total_time : float or None
        The search ends after this number of seconds, even if evaluations remain; None: no such limit.
    """

    def __init__(self, total_time: float | None = None) -> None:
        self._total_time, self._start, self._ended = total_time or math.inf, time.monotonic(), 0

    def note(self) -> None:
        """Count an evaluation that has ended."""
        self._ended += 1

    def left(self, evaluations: float) -> float | None:
        """Return the seconds that this number of further evaluations will take; None if there is no estimate yet."""
        elapsed = time.monotonic() - self._start
        rest = self._total_time - elapsed
        if self._ended:
            rest = min(rest, elapsed / self._ended * evaluations)
        return max(0.0, rest) if math.isfinite(rest) else None


@dataclass
class Wishes:
    """What the user wants the display to show.

    Attributes
    ----------
    progress : bool or 'auto'
    verbose : int
    note : str
        A line that is shown before the search; may be empty.
    """

    progress: Any = False
    verbose: Any = 0
    note: str = ""

    def checked(self) -> Wishes:
        """Check the wishes, and return them with ``progress`` as a bool: 'auto' becomes True or False.

        Raises
        ------
        ArgumentError
        ImportError
            If a progress bar is to be shown, but tqdm is missing.
        """
        verbose = arguments.integer("verbose", int(self.verbose) if isinstance(self.verbose, bool) else self.verbose, 0)
        if not isinstance(self.progress, bool) and self.progress != "auto":
            raise ArgumentError(f"progress must be True, False or 'auto', got {shown(self.progress)}")
        if not self.progress or (self.progress == "auto" and not _is_watched()):
            return Wishes(False, verbose)
        try:
            import tqdm  # noqa: F401 (imported here so that an error is raised before any work starts)
        except ImportError as error:
            raise ImportError("progress needs tqdm: pip install 'pysmac-compat[show]'") from error
        return Wishes(True, verbose)


#: what is shown if the arguments of ``minimize`` do not ask for more; the command line sets this
by_default = Wishes()


def wishes(progress: Any, verbose: Any) -> Wishes:
    """Check the wishes, and return them with what `by_default` shows in addition; see `Wishes.checked`."""
    given = Wishes(progress, verbose).checked()
    return Wishes(given.progress or by_default.progress, max(given.verbose, by_default.verbose))


def _is_watched() -> bool:
    """Return whether the output goes to a terminal or a notebook."""
    return _is_notebook() or (sys.stderr is not None and sys.stderr.isatty())


def _is_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return getattr(shell.get_ipython() if shell is not None else None, "kernel", None) is not None


@dataclass
class Display:
    """A context manager that shows the events of a search.

    Attributes
    ----------
    wishes : Wishes
        Checked wishes.
    search : Searched
    n_runs : int
    processes : int
        The largest number of simultaneous runs.
    workers : int
        The largest number of simultaneous calls, in all runs together.
    known : sequence of float
        The values of the configurations that were known before the search.
    """

    wishes: Wishes
    search: Searched
    n_runs: int = 1
    processes: int = 1
    workers: int = 1
    known: Sequence[float] = ()
    _values: dict[int, float] = field(default_factory=dict)
    _ended: Counter[int] = field(default_factory=Counter)
    _statuses: Counter[str] = field(default_factory=Counter)
    _calls: int = 0

    def __enter__(self) -> Display:
        self._pace = self._new_pace()
        most = self.search.max_evaluations
        self._planned = math.inf if most is None else most * self.n_runs
        self._bar = (
            _new_bar(self._total, "maximize" if self.search.maximize else "minimize") if self.wishes.progress else None
        )
        self._exit = contextlib.ExitStack()
        if self._bar is not None:
            _bars.append(self._bar)
            self._exit.callback(_bars.remove, self._bar)
            self._exit.callback(self._bar.close)
        if self.wishes.verbose:
            self._exit.enter_context(_handled(logger, _Lines(), logging.INFO))
        package = logging.getLogger("pysmac_compat")
        if self._bar is not None and not package.handlers:
            self._exit.enter_context(_handled(package, _Above(logging.WARNING), package.level))
        if self.wishes.note and self.wishes.verbose:
            logger.info("%s", self.wishes.note)
        elif self.wishes.note:
            say(self.wishes.note, sys.stderr)
        self._show()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._show()
        self._exit.close()

    def take(self, event: Event) -> None:
        """Show an event."""
        if isinstance(event, Begun):
            self._calls += 1
        elif isinstance(event, Improved):
            self._values[event.run] = event.value
        elif isinstance(event, RunStarted):
            if not self._ended:  # the first run starts now; so far, the search has only imported SMAC3
                self._pace = self._new_pace()
            self._ended[event.run] = 0
        elif isinstance(event, RunEnded):
            if self.search.max_evaluations is not None:
                self._planned -= max(0, self.search.max_evaluations - self._ended[event.run])
        elif isinstance(event, Evaluated) and not event.cut_short:
            self._ended[event.run] += 1
            self._statuses[event.evaluation.status] += 1
            if not event.recorded:
                self._calls -= 1
                self._pace.note()
            if self.wishes.verbose and not event.recorded:
                most = "" if self.search.max_evaluations is None else f"/{self.search.max_evaluations}"
                number = f"evaluation {event.evaluation.index}{most}"
                logger.info("%s", self._line(event.run, number, event.evaluation))
        elif isinstance(event, Tested) and self.wishes.verbose and not event.recorded:
            logger.info("%s", self._line(event.run, f"test {event.evaluation.index}", event.evaluation))
        self._show()

    @property
    def _total(self) -> int | None:
        """The number of evaluations that all runs will make together, or None if it is not known."""
        return None if math.isinf(self._planned) else int(self._planned)

    def _new_pace(self) -> Pace:
        limit = self.search.total_time
        return Pace(None if limit is None else limit * math.ceil(self.n_runs / self.processes))

    def _show(self) -> None:
        """Update the progress bar; tqdm itself limits how often the bar is drawn."""
        if self._bar is None:
            return
        count = sum(self._ended.values())
        with contextlib.suppress(OSError):  # a closed stderr must not end the search
            self._bar.total = self._total
            self._bar.set_postfix_str(", ".join(self._state()), refresh=False)
            self._bar.update(count - self._bar.n)

    def _state(self) -> list[str]:
        failed = sum(self._statuses[status] for status in FAILURES)
        left, best = self._left, self._best
        busy = max(0, min(self.workers, self._calls))
        return [
            "none yet" if best is None else f"best {short(best)}",
            *([] if left is None else [f"{duration(left)} left"]),
            f"{failed} crashed",
            f"{self._statuses['TIMEOUT']} timed out",
            f"{busy}/{self.workers} busy",
        ]

    @property
    def _best(self) -> float | None:
        return self._best_of([*self.known, *self._values.values()])

    def _best_of(self, values: Sequence[float]) -> float | None:
        return (max if self.search.maximize else min)(values, default=None)

    @property
    def _left(self) -> float | None:
        return self._pace.left(self._planned - sum(self._ended.values()))

    def _line(self, run: int, number: str, evaluation: Evaluation) -> str:
        """Return the line about an evaluation."""
        left, values = self._left, [*self.known, *self._values.values()]
        value = short(evaluation.value)
        if not evaluation.succeeded:
            value = f"{evaluation.status}: {last_line(evaluation.message)}".removesuffix(": ")
        elif self.search.deterministic and self.search.n_instances is None:  # `Improved` comes later
            values.append(evaluation.value)
        best = self._best_of(values)
        if evaluation.succeeded and best is not None:
            value += f" (best {short(best)})"
        parts = [value, got(evaluation), f"{evaluation.wall_time:.1f} s"]
        parts.append("" if left is None else f"about {duration(left)} left")
        return one_line(f"run {run}, {number}", parts, evaluation.configuration)


def got(evaluation: Evaluation) -> str:
    """Return the instance and the seed of an evaluation as text."""
    given = (("instance", evaluation.instance), ("seed", evaluation.seed))
    return ", ".join(f"{name} {value}" for name, value in given if value is not None)


def _new_bar(total: int | None, label: str) -> Any:
    has_widgets = _is_notebook() and importlib.util.find_spec("ipywidgets") is not None
    tqdm: Any = importlib.import_module("tqdm.notebook" if has_widgets else "tqdm.std")
    # without tqdm's monitor thread, because the search forks this process later
    bar = type("Bar", (tqdm.tqdm,), {"monitor_interval": 0})
    shape = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}{postfix}]"
    # A notebook shows stdout and stderr as two separate texts, so the bar goes to stdout like the lines of `say`.
    stream = sys.stdout if _is_notebook() and not has_widgets else None
    return bar(total=total, desc=label, unit="call", dynamic_ncols=True, bar_format=shape, file=stream)


class _Lines(logging.Handler):
    """Prints each record of a logger as it is."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            say(self.format(record))


class _Above(logging.Handler):
    """Writes each record of a logger to stderr, above the progress bar."""

    def emit(self, record: logging.LogRecord) -> None:
        if _bars:
            with contextlib.suppress(OSError):
                _bars[-1].write(self.format(record), file=sys.stderr)


@contextlib.contextmanager
def _handled(target: logging.Logger, handler: logging.Handler, level: int) -> Any:
    before = target.level
    target.addHandler(handler)
    target.setLevel(level)
    try:
        yield
    finally:
        target.removeHandler(handler)
        target.setLevel(before)
