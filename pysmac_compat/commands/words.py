"""Parse the words of a command line into options, and print messages to stderr."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from pysmac_compat.errors import ArgumentError, PysmacError, SearchError, shown
from pysmac_compat.planning.option_names import Told, canonical, unknown
from pysmac_compat.report.progress import say

#: options without a value
FLAGS = ("help", "v", "show-hidden", "resume", "verify", "progress", "include-default-as-first-random", "default")
_PLACE = "command line"
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "OFF", "DEV_DBG")

#: the exit codes of all commands but ``run``
DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130


def read_words(words: Sequence[str], more: Collection[str] = ()) -> tuple[list[Told], list[Told]]:
    """Parse the options of a command line: ``--name value``, ``--name=value``, or ``--name`` for a flag.

    Parameters
    ----------
    words : sequence of str
    more : collection of str
        The names of further options that only this command has.

    Returns
    -------
    list of Told, list of Told
        The options of a scenario, and the options in ``more``; each list may contain an option several times.

    Raises
    ------
    ArgumentError
    """
    told: list[Told] = []
    others: list[Told] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        match = re.fullmatch(r"(?:--|-(?=[A-Za-z?]\Z))(?P<name>[A-Za-z?][\w.-]*)(?P<value>=.*)?", word, re.DOTALL)
        if match is None:
            with_dash = "-" + word.partition("=")[0]
            known = with_dash.startswith("--") and canonical(with_dash[2:]) is not None  # with one dash, as in ParamILS
            hint = f"; did you mean {with_dash}?" if known else ""
            raise ArgumentError(f"expected an option such as --name value, got {shown(word)}{hint}")
        name = match["name"]
        first = name if name in more else canonical(name)
        if first is None:
            raise unknown(name, _PLACE, more)
        if match["value"] is not None:
            value = match["value"][1:]
        elif first in FLAGS or first == "verbose" and not (rest and rest[0].upper() in _LEVELS):
            value = "true"
        elif rest:
            value = rest.pop(0)
        else:
            raise ArgumentError(f"--{name} needs a value")
        (others if name in more else told).append(Told(name, value, _PLACE))
    return told, others


def spoken(text: str, told: Mapping[str, Told]) -> str:
    """Replace ``smac_options['name']`` in a message by the option as written on the command line or in a file."""

    def named(match: re.Match[str]) -> str:
        each = told.get(match["name"])
        if each is None:
            return f"option {match['name']}"
        return f"--{each.name}" if each.place == _PLACE else f"{each.name} ({each.place})"

    return re.sub(r"smac_options\[(['\"])(?P<name>[^'\"]+)\1\]", named, text)


class _Logged(logging.Handler):
    """A handler that prints log records through the speaker, unless another handler already prints them."""

    def __init__(self, speaker: Speaker) -> None:
        super().__init__(logging.WARNING)
        self._speaker = speaker

    def emit(self, record: logging.LogRecord) -> None:
        others = logging.getLogger("pysmac_compat").handlers
        if not any(type(each) is logging.StreamHandler for each in others):
            self._speaker.say(record.getMessage())


class Speaker:
    """Prints messages to stderr, each after the name of the command.

    Parameters
    ----------
    command : str

    Attributes
    ----------
    told : dict of str to Told
        The options that the user wrote; empty until they have been read.
    """

    def __init__(self, command: str) -> None:
        self._command = command
        self.told: Mapping[str, Told] = {}

    def say(self, text: str) -> None:
        """Print a message."""
        with contextlib.suppress(OSError):
            say(f"pysmac-compat {self._command}: {spoken(text, self.told)}", sys.stderr)

    @contextlib.contextmanager
    def saying_warnings(self) -> Iterator[None]:
        """Print warnings and log records as messages; print equal warnings once, without their place in the code."""
        said: set[str] = set()
        package, handler = logging.getLogger("pysmac_compat"), _Logged(self)

        def show(message: Warning | str, *more: object, **keywords: object) -> None:
            if str(message) not in said:
                said.add(str(message))
                self.say(f"warning: {message}")

        with warnings.catch_warnings():
            warnings.simplefilter("always", UserWarning)
            warnings.showwarning = show
            package.addHandler(handler)
            try:
                yield
            finally:
                package.removeHandler(handler)

    def guard(self, work: Callable[[], int]) -> int:
        """Call ``work`` and return its exit code; if it raises an error, print the error and return a matching code."""
        with self.saying_warnings():
            try:
                return work()
            except SearchError as error:
                self.say(f"error: {error}")
                return FAILED
            except (PysmacError, OSError, ImportError) as error:
                self.say(f"error: {error}")
                return WRONG
            except KeyboardInterrupt:
                self.say("interrupted")
                return INTERRUPTED
