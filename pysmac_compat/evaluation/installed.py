"""Imports of the installed dependencies, even if the user's script has modules with the same names.

Some users' scripts have the name ``smac.py``, or put a folder with an old pynisher first on ``sys.path``. This package
must import neither of these.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

#: the guarded distributions, each with the oldest major version that this package can use
_GUARDED = {"smac": 2, "ConfigSpace": 1, "pynisher": 1, "psutil": 5}
#: the name of the folder in which an installer records a distribution; some installers use lower case only
_RECORD = re.compile(rf"({'|'.join(_GUARDED)})-(\d+)\b.*\.(?:dist|egg)-info", re.IGNORECASE)


def _homes() -> dict[str, str]:
    """Return the folder of each guarded package that has a record of its installation.

    The function reads only the names of the records, see
    https://packaging.python.org/specifications/recording-installed-packages. It does not use importlib.metadata, which
    reads the content of the records and takes 10 ms.
    """
    names = {name.lower(): name for name in _GUARDED}
    found: dict[str, str] = {}
    for path in [each for each in sys.path if isinstance(each, str)]:  # the import system ignores other entries too
        entries: list[str] = []
        with suppress(OSError, ValueError):
            entries = os.listdir(path or os.curdir)
        for record in filter(None, map(_RECORD.fullmatch, entries)):
            name, home = names[record[1].lower()], os.path.realpath(path)
            if int(record[2]) >= _GUARDED[name] and os.path.exists(os.path.join(home, name)):
                found.setdefault(name, home)
    return found


def _is_foreign(module: ModuleType, home: str) -> bool:
    file = getattr(module, "__file__", None)
    return file is None or not os.path.realpath(file).startswith(home + os.sep)


@contextmanager
def installed_packages() -> Iterator[dict[str, ModuleType]]:
    """Import guarded packages from their installations inside this context.

    If the user's script has imported other modules with the same names, the context hides them, and restores them at
    its end. Then it also moves the modules that were imported in their place into the dict that it has yielded; see
    `in_place`.
    """
    homes = _homes()
    foreign = {root for root, home in homes.items() if _is_foreign_root(root, home)}
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in foreign}
    path = list(sys.path)
    sys.path[:0] = list(dict.fromkeys(homes.values()))
    ours: dict[str, ModuleType] = {}
    try:
        yield ours
    finally:
        sys.path[:] = path
        for name in [n for n in sys.modules if n.partition(".")[0] in foreign]:
            ours[name] = sys.modules.pop(name)
        sys.modules.update(hidden)


@contextmanager
def in_place(ours: dict[str, ModuleType]) -> Iterator[None]:
    """Inside this context, put the modules ``ours`` in place of the user's, so that late imports find ``ours``."""
    if not ours:
        yield
        return
    roots = {name.partition(".")[0] for name in ours}
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in roots}
    sys.modules.update(ours)
    try:
        yield
    finally:
        for name in [n for n in sys.modules if n.partition(".")[0] in roots]:
            ours[name] = sys.modules.pop(name)
        sys.modules.update(hidden)


@contextmanager
def without_unused() -> Iterator[None]:
    """Import SMAC3 without Dask and pandas inside this context, unless the user's script has imported them already.

    SMAC3 imports Dask for its own parallel runs, and scikit-learn imports pandas if it is installed. This package
    needs neither, and both together take a quarter of the time of all imports of a search.
    """
    stand_ins: dict[str, ModuleType | None] = {name: ModuleType(name) for name in ("dask", "dask.distributed")}
    for each in stand_ins.values():
        each.__getattr__ = lambda name: object  # type: ignore[method-assign, union-attr]  # for any attribute
    stand_ins["pandas"] = None  # an import fails as if pandas were not installed
    stand_ins = {name: each for name, each in stand_ins.items() if name.partition(".")[0] not in sys.modules}
    sys.modules.update(stand_ins)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def _is_foreign_root(root: str, home: str) -> bool:
    return root in sys.modules and _is_foreign(sys.modules[root], home)


def prefer_installed() -> None:
    """Make this process import all guarded packages from their installations, permanently.

    This is for a process of this package that runs no user code.
    """
    homes = _homes()
    for root, home in homes.items():
        if _is_foreign_root(root, home):
            for key in [k for k in sys.modules if k.split(".")[0] == root]:
                del sys.modules[key]
    standard = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}
    standard |= {os.path.join(path, "lib-dynload") for path in standard}
    first = [path for path in sys.path if path in standard]
    sys.path[:] = list(dict.fromkeys([*first, *homes.values(), *sys.path]))
