"""Warnings that point at the user's own line."""

from __future__ import annotations

import os
import sys
import types
import warnings

#: modules that are not the user's: this project's packages, and a standard module that calls them
_OURS = ("pysmac_compat", "automax", "contextlib")
#: the folder of Python's own modules
_PYTHONS = os.path.dirname(os.__file__)


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Show a warning at the user's line that called this project's packages.

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
    """Return whether a frame is in this project's code (or in `contextlib`), not in the user's."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in _OURS


def is_installed(file: str) -> bool:
    """Return whether a file is Python's own or an installed package's."""
    return file.startswith(("<frozen ", _PYTHONS)) or "site-packages" in file or "dist-packages" in file


def users_part(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """Return the frames of a traceback after this project's frames, for example the user's function; None if none."""
    part = traceback
    while traceback is not None:
        if is_ours(traceback.tb_frame):
            part = traceback.tb_next
        traceback = traceback.tb_next
    # the functions in which this project waits are Python's own
    is_pythons = part is not None and os.path.dirname(part.tb_frame.f_code.co_filename).startswith(_PYTHONS)
    return None if is_pythons else part
