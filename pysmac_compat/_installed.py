"""Import a dependency from where it is installed, whatever the user's script has made of its name.

Real scripts are called ``smac.py``, or put a folder with an old pynisher first on
``sys.path``; neither may reach us.
"""

from __future__ import annotations

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
    import importlib.metadata  # not above: what it loads makes each fork of the process dearer

    for distribution in importlib.metadata.distributions(name=name):
        version = distribution.version.split(".")[0]
        if version.isdigit() and int(version) >= _GUARDED[name]:
            home = os.path.realpath(str(distribution.locate_file("")))
            if os.path.exists(os.path.join(home, name)):
                return home
    return None


def _is_foreign(module: ModuleType, home: str) -> bool:
    file = getattr(module, "__file__", None)
    return file is None or not os.path.realpath(file).startswith(home + os.sep)


@contextmanager
def installed_packages() -> Iterator[None]:
    """Import guarded packages from their installations inside this context.

    Modules of the same names that the user's script has imported are hidden meanwhile and
    stay as they are for it.
    """
    homes = {root: home for root in _GUARDED if (home := _home(root)) is not None}
    foreign = {root for root, home in homes.items() if _is_foreign_root(root, home)}
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in foreign}
    path = list(sys.path)
    sys.path[:0] = list(dict.fromkeys(homes.values()))
    try:
        yield
    finally:
        sys.path[:] = path
        for name in [n for n in sys.modules if n.partition(".")[0] in foreign]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _is_foreign_root(root: str, home: str) -> bool:
    return root in sys.modules and _is_foreign(sys.modules[root], home)


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
        if _is_foreign_root(root, home):
            for key in [k for k in sys.modules if k.split(".")[0] == root]:
                del sys.modules[key]
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    standard |= {os.path.join(path, "lib-dynload") for path in standard}
    first = [path for path in sys.path if path in standard]
    sys.path[:] = list(dict.fromkeys([*first, *homes, *sys.path]))
