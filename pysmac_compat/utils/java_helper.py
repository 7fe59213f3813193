"""Functions for Java from the original pysmac; they do nothing here, but scripts that call them still run."""

from __future__ import annotations

from pysmac_compat._warn import warn

_GONE = "pysmac_compat needs no Java: {} has no effect any more, remove the call"


def check_java_version(java_executable: str = "java") -> bool:
    """Return True without a check, because this package does not need Java.

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
    """Return an empty text as the class path of SMAC's Java program, because this package has no such program.

    Returns
    -------
    str
    """
    warn(_GONE.format("smac_classpath"), DeprecationWarning)
    return ""
