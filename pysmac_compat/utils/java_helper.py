"""Functions of the original that dealt with Java; they have no effect here, so that scripts which call them run."""

from __future__ import annotations

from pysmac_compat._warn import warn

_GONE = "pysmac_compat needs no Java: {} has no effect any more, remove the call"


def check_java_version(java_executable: str = "java") -> bool:
    """Return True without a check, since no Java is needed.

    Parameters
    ----------
    java_executable : str
        The argument is ignored; no program is run.

    Returns
    -------
    bool
        True.
    """
    warn(_GONE.format("check_java_version"), DeprecationWarning)
    return True


def smac_classpath() -> str:
    """Return the class path of the Java program SMAC: an empty text, since there is no Java program.

    Returns
    -------
    str
    """
    warn(_GONE.format("smac_classpath"), DeprecationWarning)
    return ""
