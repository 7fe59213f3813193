"""The order to stop one call because the search does not need it any more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Drop:
    """Is given at most once, by any thread: before the call, while it runs, or after it, when it changes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given = False
        self._stop: Callable[[], None] | None = None

    def give(self) -> None:
        """Stop the call."""
        with self._lock:
            self._given = True
            if self._stop is not None:
                self._stop()

    @property
    def given(self) -> bool:
        """Whether it has been given."""
        return self._given

    @contextlib.contextmanager
    def stops(self, stop: Callable[[], None]) -> Iterator[None]:
        """A context in which the call runs; ``stop`` stops it."""
        with self._lock:
            self._stop = stop
            if self._given:
                stop()
        try:
            yield
        finally:
            with self._lock:
                self._stop = None
