"""Import a dependency from where it is installed, whatever the user's script has made of its name.

Real scripts are called ``smac.py``, or put a folder with an old pynisher first on
``sys.path``; neither may reach us.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

#: the distributions that we import by name, and the oldest major version that has what we need
_GUARDED = {"smac": 2, "ConfigSpace": 1, "pynisher": 1, "psutil": 5}


def _home(name: str) -> str | None:
    """The folder from which a guarded package must come; None if no distribution says."""
    for distribution in importlib.metadata.distributions(name=name):
        version = distribution.version.split(".")[0]
        if version.isdigit() and int(version) >= _GUARDED[name]:
            home = os.path.realpath(str(distribution.locate_file("")))
            if os.path.exists(os.path.join(home, name)):
                return home
    return None


def _is_foreign(module: ModuleType | None, home: str) -> bool:
    file = getattr(module, "__file__", None)
    return file is None or not os.path.realpath(file).startswith(home + os.sep)


@contextmanager
def _swapped(names: list[str], home: str) -> Iterator[None]:
    """Hide foreign modules of these names and look into ``home`` first; undone at the end."""
    hidden = {}
    for key in list(sys.modules):
        root = key.split(".")[0]
        if root in names and _is_foreign(sys.modules.get(root), home):
            hidden[key] = sys.modules[key]
    for key in hidden:
        del sys.modules[key]
    path = list(sys.path)
    sys.path.insert(0, home)
    try:
        yield
    finally:
        sys.path[:] = path
        if hidden:
            roots = {key.split(".")[0] for key in hidden}
            for key in [k for k in sys.modules if k.split(".")[0] in roots]:
                del sys.modules[key]
            sys.modules.update(hidden)


def installed(module: str) -> ModuleType:
    """Import ``module`` of a guarded package from its installation.

    Modules of the same name that the user's script has imported stay as they are for it.

    Parameters
    ----------
    module : str
        As ``'pynisher.limiters.limiter'``.

    Returns
    -------
    module
    """
    root = module.split(".")[0]
    loaded = sys.modules.get(root)
    home = _home(root)
    if home is None or (loaded is not None and not _is_foreign(loaded, home)):
        return importlib.import_module(module)
    with _swapped([root], home):
        return importlib.import_module(module)


def prefer_installed() -> None:
    """Make this process import all guarded packages from their installation, for good.

    For a process of our own that runs no user code.
    """
    homes = []
    for root in _GUARDED:
        home = _home(root)
        if home is None:
            continue
        homes.append(home)
        if root in sys.modules and _is_foreign(sys.modules[root], home):
            for key in [k for k in sys.modules if k.split(".")[0] == root]:
                del sys.modules[key]
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    standard |= {os.path.join(path, "lib-dynload") for path in standard}
    first = [path for path in sys.path if path in standard]
    sys.path[:] = list(dict.fromkeys([*first, *homes, *sys.path]))
