"""A script that repeats a search, and the versions of the packages."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import TYPE_CHECKING, Any

from pysmac_compat._version import __version__
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.report.page.spoken import other_clauses

if TYPE_CHECKING:
    from pysmac_compat.results import Result
    from pysmac_compat.space.definition import Definition

_PACKAGES = ("smac", "ConfigSpace", "numpy", "scipy", "scikit-learn", "pynisher", "psutil")
#: packages that the list of versions names only if they are installed
_OF_AUTOMAX = ("torch", "libauc")
_PLAIN = (str, int, float, bool, type(None))


def versions() -> list[tuple[str, str]]:
    """Return the packages that a search depends on, with the versions that are installed now."""
    found = [("pysmac_compat", __version__), ("Python", platform.python_version()), ("system", platform.platform())]
    for name in (*_PACKAGES, *_OF_AUTOMAX):
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            if name in _PACKAGES:
                found.append((name, "not installed"))
    return found


def script(result: Result) -> str:
    """Return a script that repeats the search as far as the result describes it; the user must add ``function``."""
    search, space = result.search, result.search.space
    lines = ["import pysmac_compat as pysmac", ""]
    arguments: list[tuple[str, Any]] = []
    if space is not None and _is_dialect(space):
        lines += ["parameters = {", *(f"    {line}," for line in _definitions(space)), "}"]
        names = "parameters"
        clauses = {
            "conditional_clauses": list(space.conditional_clauses),
            "forbidden_clauses": [clause.text for clause in space.forbiddens],
        }
        arguments += [(name, texts) for name, texts in clauses.items() if texts]
    else:
        names = "space"
        what = "not known" if space is None else "one of ConfigSpace, see above"
        lines += [f"space = ...  # the search space is {what}"]
    if not search.deterministic:
        arguments.append(("deterministic", False))
    if search.n_instances is not None:
        arguments.append(("num_train_instances", search.n_instances))
        tests = {each.instance for run in result.runs for each in run.test_evaluations}
        if tests:
            arguments.append(("num_test_instances", len(tests)))
    if len(result.runs) > 1:
        arguments.append(("num_runs", len(result.runs)))
    seeds = [run.seed for run in result.runs]
    arguments.append(("seed", seeds if len(seeds) > 1 else seeds[0] if seeds else 0))
    if search.cutoff is not None and search.cutoff < TIMEOUT_QUALITY:
        arguments.append(("t_limit_function_s", search.cutoff))
    if search.maximize:
        arguments.append(("maximize", True))
    if result.known:
        arguments.append(("known", [(each.configuration, each.value) for each in result.known if each.succeeded]))
    limit = "" if search.total_time is None else f"t_limit_total_s={search.total_time!r}"
    lines += [f"opt = pysmac.SMAC_optimizer({limit})"]
    options: dict[str, Any] = {"workers": search.workers} if search.workers > 1 else {}
    if search.runtime:
        options["run-obj"] = "RUNTIME"
        options["overall-obj"] = "MEAN" if search.penalty == 1 else f"MEAN{search.penalty:g}"
    lines += [f"opt.smac_options[{name!r}] = {value!r}" for name, value in options.items()]
    n = search.max_evaluations or max((len(run.evaluations) for run in result.runs), default=0)
    lines += [
        "value, configuration = opt.minimize(",
        "    function,",
        f"    {n},",
        f"    {names},",
        *(f"    {name}={value!r}," for name, value in arguments),
        ")",
    ]
    return "\n".join(lines)


def call(result: Result) -> str:
    """Return a call of the function with the best configuration, as text."""
    given = [f"    {name}={value!r}," for name, value in result.active_configuration.items() if name.isidentifier()]
    others = {name: value for name, value in result.active_configuration.items() if not name.isidentifier()}
    more = [f"    **{others!r},"] if others else []
    return "\n".join(["function(", *given, *more, ")"])


def _is_dialect(space: Definition) -> bool:
    """Return whether a search space can be written as a parameter dict for pysmac."""
    plain = all(isinstance(value, _PLAIN) for each in space.parameters.values() for value in each.values)
    return plain and not hasattr(space, "configspace") and not other_clauses(space)


def _definitions(space: Definition) -> list[str]:
    found = []
    for name, parameter in space.parameters.items():
        parts: tuple[Any, ...] = (parameter.kind, list(parameter.values), parameter.default)
        found.append(f"{name!r}: {(*parts, 'log') if parameter.log else parts!r}")
    return found
