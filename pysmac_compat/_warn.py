"""Warnings that point at the user's own line."""

from __future__ import annotations

import os
import sys
import types
import warnings

#: modules that are not the user's: our packages, and what calls them for us
_OURS = ("pysmac_compat", "automax", "contextlib")
#: where Python's own modules are
_PYTHONS = os.path.dirname(os.__file__)


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


def users_part(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """What of a traceback lies below our frames and is the user's, as his function; None if nothing is."""
    part = traceback
    while traceback is not None:
        if is_ours(traceback.tb_frame):
            part = traceback.tb_next
        traceback = traceback.tb_next
    # what we wait with is Python's own
    is_pythons = part is not None and os.path.dirname(part.tb_frame.f_code.co_filename).startswith(_PYTHONS)
    return None if is_pythons else part
