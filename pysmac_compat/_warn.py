"""Warnings that point at the user's own line."""

from __future__ import annotations

import sys
import types
import warnings

#: modules that are not the user's: our packages, and what calls them for us
_OURS = ("pysmac_compat", "automax", "contextlib")


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn with the place outside of our packages from which it was called.

    Parameters
    ----------
    text : str
    category : type of Warning
    """
    level = 1
    frame = sys._getframe()
    while frame.f_back is not None and is_ours(frame):
        frame = frame.f_back
        level += 1
    warnings.warn(text, category, stacklevel=level)


def is_ours(frame: types.FrameType) -> bool:
    """Whether a frame is not the user's."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in _OURS
