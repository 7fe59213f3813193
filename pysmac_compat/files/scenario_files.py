"""Scenario files: scenario.dat, scenario.advanced, and the scenario.txt of a state-run folder.

Each line sets an option, by any of the option's names in SMAC v2::

    algo-exec = echo 0
    run-obj = QUALITY
    cutoff_time = 3600
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from pysmac_compat.errors import FileFormatError, shown
from pysmac_compat.files.text import Path, TextFile, plain_number
from pysmac_compat.options.names import canonical_names
from pysmac_compat.plan import Plan

#: the names of the options in the original pysmac's readers; a key is the option's first name in SMAC v2
_OLD_NAMES = {
    "algo-exec": "algo",
    "run-obj": "run_obj",
    "algo-cutoff-time": "cutoff_time",
    "pcs-file": "paramfile",
    "instances": "instance_file",
    "algo-exec-dir": "execdir",
    "output-dir": "outdir",
    "intra-obj": "overall_obj",
    "algo-deterministic": "deterministic",
    "feature-file": "feature_file",
    "test-instances": "test_instance_file",
    "wallclock-limit": "wallclock_limit",
    "cputime-limit": "cputime_limit",
}
#: all names of the options for the files of the search space and the instances, each with the option's first name
ALIASES = {
    **dict.fromkeys(("pcs-file", "param-file", "paramFile", "paramfile"), "pcs-file"),
    **dict.fromkeys(("instances", "instance-file", "instance-dir", "instanceFile", "instance_file"), "instances"),
}
#: an entry that readers treat as a comment, because SMAC v2 has no such option
MAXIMIZED = "# maximize"
#: the options with which each scenario file of a search begins, in this order
_FIRST = tuple(_OLD_NAMES)[:9]
DEFAULT_CUTOFF = 3600.0


def first_name(name: str) -> str | None:
    """Return the first name of an option in SMAC v2, or None if SMAC v2 has no such option."""
    return ALIASES.get(name) or canonical_names().get(name)


def scenario_options(options: Mapping[str, Any], plan: Plan, folder: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options for scenario.dat and for scenario.advanced.

    Parameters
    ----------
    options : dict
        ``smac_options``. If the plan holds an option too, the value comes from the plan.
    plan : Plan
    folder : str
        The working directory.

    Returns
    -------
    basic, advanced : dict
        The options, by their names in the files.
    """
    objective = plan.objective
    basic = {
        "algo-exec": "echo 0",
        "run-obj": "RUNTIME" if objective.runtime else "QUALITY",
        "cutoff_time": plain_number(DEFAULT_CUTOFF if objective.cutoff is None else objective.cutoff),
        "pcs-file": os.path.join(folder, "parameters.pcs"),
        "instances": os.path.join(folder, "instances.dat"),
        "algo-exec-dir": folder,
        "output-dir": os.path.join(folder, "out"),
        "overall_obj": "MEAN",
        "algo-deterministic": plan.deterministic,
    }
    if plan.instances.features is not None:
        basic["feature_file"] = os.path.join(folder, "features.dat")
    if plan.instances.n_test:
        basic["test-instances"] = os.path.join(folder, "test_instances.dat")
    if plan.budget.total_time is not None:
        basic["wallclock_limit"] = plain_number(plan.budget.total_time)
    if plan.budget.cpu_time is not None:
        basic["cputime-limit"] = plain_number(plan.budget.cpu_time)
    if objective.maximize:
        basic[MAXIMIZED] = "True: responses and performances are the function's values times -1, qualities are its own"
    advanced = {"validation": bool(plan.instances.n_test and plan.validation.enabled)}
    last = {"runcount-limit": plan.budget.evaluations}
    if advanced["validation"]:
        last["validate-only-last-incumbent"] = plan.validation.which == "last"

    names = {first_name(name): name for name in (*basic, *advanced, *last)}
    free = ("algo-exec", "intra-obj")  # options that the plan does not hold
    assigned = getattr(options, "assigned", {})
    for name, value in (*options.items(), *assigned.items()):  # if two aliases are set, the later assignment counts
        first = first_name(name)
        if first in free:
            basic[names[first]] = value
        elif first is not None and names.setdefault(first, name) not in (*basic, *last, "validation"):
            advanced[names[first]] = value
    return basic, {**advanced, **last}


def is_maximized(path: Path) -> bool:
    """Return whether a scenario file of this package has the entry that the function was maximised."""
    return any(line.startswith(MAXIMIZED) for _, line in TextFile(path).lines)


def is_scenario_of_search(path: str) -> bool:
    """Return whether a scenario file begins with the options that this package and the original pysmac write first."""
    try:
        names = [first_name(name) for name in read_scenario(path)]
    except (OSError, FileFormatError):
        return False
    return names[: len(_FIRST)] == list(_FIRST)


def scenario_text(options: Mapping[str, Any]) -> str:
    """Return the text of a scenario file; lists and dicts, such as initial challengers, are written as JSON."""
    return "".join(f"{name} = {' '.join(_text(value).split(chr(10)))}\n" for name, value in options.items())


def _text(value: Any) -> str:
    return json.dumps(value, default=str) if isinstance(value, (list, tuple, dict)) else str(value)


def read_scenario(path: Path) -> dict[str, str]:
    """Read a scenario file.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    dict of str to str
        The options by their names in the file, in the order of the file.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path)
    options = {}
    for number, line in file.lines:
        if line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            file.error(number, f"expected 'option = value', got {shown(line)}")
        options[name.strip()] = value.strip()
    return options


_BY_HAND = re.compile(r"-{0,2}(?P<name>[A-Za-z][\w.-]*)(?:\s*=\s*|\s+)(?P<value>\S.*)")


def read_scenario_by_hand(path: Path) -> list[tuple[int, str, str]]:
    """Read a scenario file that a user has written, with ``option = value`` or ``option value``, comments and quotes.

    Parameters
    ----------
    path : str or path-like

    Returns
    -------
    list of (int, str, str)
        The line number, the name in the line, and the value.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, any_encoding=True)
    found = []
    for number, line in file.lines:
        text = without_comment(line).strip()
        if not text:
            continue
        match = _BY_HAND.fullmatch(text)
        if match is None:
            file.error(number, f"expected 'option = value' or 'option value', got {shown(text)}")
        found.append((number, match["name"], match["value"]))
    return found


def without_comment(line: str) -> str:
    """Remove a comment, which begins with ``#`` outside of double quotes, at the start of the line or after a blank."""
    quoted, previous = False, " "
    for position, c in enumerate(line):
        if c == "#" and not quoted and previous.isspace():
            return line[:position]
        quoted, previous = quoted != (c == '"'), c
    return line


def unquoted(text: str) -> str:
    """Remove quotes that enclose the whole text."""
    inside = text[1:-1]
    return inside if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" and text[0] not in inside else text


def read_scenario_by_old_names(path: Path) -> dict[str, str]:
    """Read a scenario file; the keys are the names that the original pysmac's reader gave to the options."""
    found = {}
    if is_scenario_of_search(os.fspath(path)):
        options = read_scenario(path)
    else:
        options = {name: unquoted(value) for _, name, value in read_scenario_by_hand(path)}
    for name, value in options.items():
        first = first_name(name) or name
        found[_OLD_NAMES.get(first, first)] = value
    return found
