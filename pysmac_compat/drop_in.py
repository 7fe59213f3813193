"""Make this package importable under the name ``pysmac`` in a running interpreter."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from pysmac_compat._warn import warn

#: the names under which the original pysmac was imported; pySMAC was its name in 2014
ALIASES = ("pysmac", "pySMAC")
_OURS = "pysmac_compat"


#: a key in a module's ``__dict__``; its value is the name under which the script imported the module
_WRITTEN = "__written__"


class _Aliased(ModuleType):
    """A module whose `AttributeError` shows the name under which the script imported the module."""

    def __getattribute__(self, name: str) -> Any:
        try:
            found = super().__getattribute__(name)
        except AttributeError:
            known_as = vars(self)[_WRITTEN]
            raise AttributeError(f"module {known_as!r} has no attribute {name!r}", name=name, obj=self) from None
        if type(found) is ModuleType and found.__name__ == f"{self.__name__}.{name}":
            _write_as(f"{vars(self)[_WRITTEN]}.{name}", found)
        return found


def _write_as(name: str, module: ModuleType) -> None:
    vars(module)[_WRITTEN] = name
    module.__class__ = _Aliased


class _Alias(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports ``pysmac_compat[.x]`` for ``pysmac[.x]``, so that one module object has two names."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        alias, dot, rest = fullname.partition(".")
        if alias not in ALIASES:
            return None
        if fullname == "pySMAC":
            warn("the module pySMAC is now called pysmac: write import pysmac", DeprecationWarning)
        if importlib.util.find_spec(_OURS + dot + rest) is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        rest = spec.name.partition(".")[2]
        module = importlib.import_module(f"{_OURS}.{rest}" if rest else _OURS)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Only restore the module's own spec, because the module has already been executed under its own name."""
        assert module.__spec__ is not None
        alias, module.__spec__ = module.__spec__.name, self._own_spec
        _write_as(alias, module)


def install_as_pysmac() -> None:
    """Make ``import pysmac`` and the imports of its sub-modules resolve to this package.

    This package takes precedence over an installed ``pysmac``. Further calls have no effect.

    Examples
    --------
    >>> install_as_pysmac()
    >>> from pysmac.optimizer import SMAC_optimizer
    >>> SMAC_optimizer.__module__
    'pysmac_compat.optimizer'
    """
    if any(isinstance(finder, _Alias) for finder in sys.meta_path):
        return
    for name in [n for n in sys.modules if n.split(".")[0] in ALIASES]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Alias())
