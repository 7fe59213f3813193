"""Names of the original that dealt with Java. There is no Java any more: scripts that ask go on."""

from __future__ import annotations

from pysmac_compat._warn import warn

_GONE = "pysmac_compat needs no Java: {} has no effect any more, remove the call"


def check_java_version(java_executable: str = "java") -> bool:
    """Say that all is well.

    Parameters
    ----------
    java_executable : str
        Ignored; nothing is run.

    Returns
    -------
    bool
        True.
    """
    warn(_GONE.format("check_java_version"), DeprecationWarning)
    return True


def smac_classpath() -> str:
    """The class path of the Java program SMAC: empty, for there is none.

    Returns
    -------
    str
    """
    warn(_GONE.format("smac_classpath"), DeprecationWarning)
    return ""
