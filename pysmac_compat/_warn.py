"""Warnings that point at the user's own line."""

from __future__ import annotations

import os
import sys
import types
import warnings

#: modules that do not belong to the user: this project's packages, and a standard module that calls them
_OURS = ("pysmac_compat", "automax", "contextlib")
#: the folder of Python's own modules
_PYTHONS = os.path.dirname(os.__file__)


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Show a warning that points at the line of the user's code which called this project's packages.

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
    """Return whether a frame is in this project's code or in `contextlib`, and so not in the user's code."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in _OURS


def is_installed(file: str) -> bool:
    """Return whether a file belongs to Python itself or to an installed package."""
    return file.startswith(("<frozen ", _PYTHONS)) or "site-packages" in file or "dist-packages" in file


def users_part(traceback: types.TracebackType | None) -> types.TracebackType | None:
    """Return the frames below this project's last frame, for example the user's function; None if there are none."""
    part = traceback
    while traceback is not None:
        if is_ours(traceback.tb_frame):
            part = traceback.tb_next
        traceback = traceback.tb_next
    # if only Python's own frames remain, this project was waiting in them
    is_pythons = part is not None and os.path.dirname(part.tb_frame.f_code.co_filename).startswith(_PYTHONS)
    return None if is_pythons else part
