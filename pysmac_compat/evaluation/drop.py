"""The order to stop one call because the search does not need it any more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Drop:
    """An order to stop one call. Any thread may give the order, at most once.

    It may be given before the call, during the call, or after the call, when it has no effect.
    """

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
        """Whether the order has been given."""
        return self._given

    @contextlib.contextmanager
    def stops(self, stop: Callable[[], None]) -> Iterator[None]:
        """Run the call in this context; ``stop`` is a function that stops the call."""
        with self._lock:
            self._stop = stop
            if self._given:
                stop()
        try:
            yield
        finally:
            with self._lock:
                self._stop = None
