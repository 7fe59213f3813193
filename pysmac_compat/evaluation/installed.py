"""Import a dependency from where it is installed, whatever the user's script has made of its name.

Real scripts are called ``smac.py``, or put a folder with an old pynisher first on
``sys.path``; neither may reach us.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

#: the distributions that we import by name, and the oldest major version that has what we need
_GUARDED = {"smac": 2, "ConfigSpace": 1, "pynisher": 1, "psutil": 5}
#: what an installer calls the folder of its record of a distribution; some write all names small
_RECORD = re.compile(rf"({'|'.join(_GUARDED)})-(\d+)\b.*\.(?:dist|egg)-info", re.IGNORECASE)


def _homes() -> dict[str, str]:
    """The folder from which each guarded package must come, for those of which a distribution says so.

    By the names of the records of installed distributions,
    https://packaging.python.org/specifications/recording-installed-packages: importlib.metadata reads what is
    in them, which takes 10 ms.
    """
    names = {name.lower(): name for name in _GUARDED}
    found: dict[str, str] = {}
    for path in [each for each in sys.path if isinstance(each, str)]:  # as the import system does
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

    Modules of the same names that the user's script has imported are hidden meanwhile and
    stay as they are for it. Those that were imported in their place are in the dict in the end; see `in_place`.
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
    """Have these modules in place of the user's inside this context: they import others of their packages late."""
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

    SMAC3 imports Dask for its own parallel runs, scikit-learn pandas if it is there, and nothing here uses them. They
    take a quarter of the time of all imports of a search.
    """
    stand_ins: dict[str, ModuleType | None] = {name: ModuleType(name) for name in ("dask", "dask.distributed")}
    for each in stand_ins.values():
        each.__getattr__ = lambda name: object  # type: ignore[method-assign, union-attr]  # whatever SMAC3 wants of it
    stand_ins["pandas"] = None  # as if it was not installed
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
    """Make this process import all guarded packages from their installation, for good.

    For a process of our own that runs no user code.
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
