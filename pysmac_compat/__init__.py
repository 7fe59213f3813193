"""A drop-in re-implementation of the pysmac API on SMAC3, without Java."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pysmac_compat._version import __version__ as __version__
from pysmac_compat.drop_in import install_as_pysmac
from pysmac_compat.errors import (
    ArgumentError,
    ClauseError,
    FileFormatError,
    LinkedFileError,
    ParameterError,
    ParameterTypeError,
    PysmacError,
    ResumeError,
    SearchError,
    SpaceExhaustedError,
    UnsupportedPlatformError,
)
from pysmac_compat.results import Evaluation, Incumbent, Ranked, Result, RunResult, Searched

try:
    from pysmac_compat.optimizer import SMAC_optimizer
except UnsupportedPlatformError:  # the first call raises it, because an import alone must not fail

    def SMAC_optimizer(*args: Any, **keywords: Any) -> Any:  # type: ignore[no-redef]
        """Raise `UnsupportedPlatformError`, because this is Windows."""
        raise UnsupportedPlatformError


if TYPE_CHECKING:
    from pysmac_compat.files.load import load_result
    from pysmac_compat.integrations.optuna import SMACSampler
    from pysmac_compat.integrations.scikit_learn import SMACSearchCV
    from pysmac_compat.report.study import OptunaRecorder
    from pysmac_compat.search.ask_tell import Search
    from pysmac_compat.search.trials import Trial
    from pysmac_compat.space import parameter_space
    from pysmac_compat.target.template import program


__all__ = [
    "ArgumentError",
    "ClauseError",
    "Evaluation",
    "FileFormatError",
    "Incumbent",
    "LinkedFileError",
    "OptunaRecorder",
    "ParameterError",
    "ParameterTypeError",
    "PysmacError",
    "Ranked",
    "Result",
    "ResumeError",
    "RunResult",
    "SMACSampler",
    "SMACSearchCV",
    "SMAC_optimizer",
    "Search",
    "SearchError",
    "Searched",
    "SpaceExhaustedError",
    "Trial",
    "UnsupportedPlatformError",
    "install_as_pysmac",
    "load_result",
    "parameter_space",
    "program",
]


#: sub-modules that are loaded when a script first uses them; in the original, ``import pysmac`` loaded them all
_SUBMODULES = ("analyzer", "optimize", "piac", "remote_smac", "utils")


def __getattr__(name: str) -> Any:
    if name == "parameter_space":  # imports ConfigSpace
        from pysmac_compat.space import parameter_space

        return parameter_space
    if name == "load_result":  # imported late, because a search does not need it
        from pysmac_compat.files.load import load_result

        return load_result
    if name == "Search":
        from pysmac_compat.search.ask_tell import Search

        return Search
    if name == "Trial":
        from pysmac_compat.search.trials import Trial

        return Trial
    if name == "SMACSearchCV":  # imports scikit-learn
        from pysmac_compat.integrations.scikit_learn import SMACSearchCV

        return SMACSearchCV
    if name == "SMACSampler":  # imports Optuna
        from pysmac_compat.integrations.optuna import SMACSampler

        return SMACSampler
    if name == "OptunaRecorder":
        from pysmac_compat.report.study import OptunaRecorder

        return OptunaRecorder
    if name == "program":
        from pysmac_compat.target.template import program

        return program
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in ("MyPool", "check_java_version", "read_trajectory_file", "smac_classpath"):  # pysmac has them here
        from pysmac_compat import utils

        return getattr(utils, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
