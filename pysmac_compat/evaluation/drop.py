"""The order to stop one call because the search does not need it any more."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class Drop:
    """An order to stop one call. Any thread may give the order, at most once.

    The order may be given before, during or after the call; after the call, it has no effect.
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
        """Inside this context, in which the call has to run, let the order call ``stop``, which stops the call."""
        with self._lock:
            self._stop = stop
            if self._given:
                stop()
        try:
            yield
        finally:
            with self._lock:
                self._stop = None
