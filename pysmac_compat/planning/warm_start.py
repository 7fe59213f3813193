"""Reads the evaluations of an earlier run, usually from its state-run folder, for another run that starts with them."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, get_args

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.outcome import FAILURES, Outcome, Scored, Status
from pysmac_compat.files.instances import instance_number
from pysmac_compat.files.journal import digests
from pysmac_compat.files.journal_header import digest
from pysmac_compat.files.run_results import RunRow
from pysmac_compat.files.smac3_history import is_history, read_history
from pysmac_compat.files.state import OLD_STATE, PARAMSTRINGS, RUNS, StateRun, read_state_run
from pysmac_compat.plan.known import Known
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.values import typed_values

if TYPE_CHECKING:
    from pysmac_compat.plan import Instances, Plan


def read_known(folder: str, iteration: int | None, plan: Plan) -> list[Known]:
    """Read the evaluations in a state-run folder, or in a folder of SMAC3, and score them by the plan's objective.

    Parameters
    ----------
    folder : str
    iteration : int or None
        The iteration in the names of the files to read; None: any.
    plan : Plan

    Raises
    ------
    ArgumentError, FileFormatError
        If the evaluations do not fit the plan's space, its instances, or whether its function is deterministic.
    """
    if is_history(folder):
        return _known_of_smac3(folder, plan)
    which = "*" if iteration is None else str(iteration)
    what = f"smac_options['warmstart']: {folder}"
    try:
        state = read_state_run(folder, runs=RUNS.replace("*", which), paramstrings=PARAMSTRINGS.replace("*", which))
    except FileNotFoundError as error:
        raise ArgumentError(f"{what} is not a state-run folder: {error}") from None
    configurations = [
        _configuration(f"{what}, configuration {number}", texts, values, plan.definition)
        for number, (texts, values) in enumerate(zip(state.configurations, _typed(what, state, plan), strict=True), 1)
    ]
    return [
        Known(
            configurations[row.configuration - 1],
            _instance(f"{what}, run {row.number}", state.instances[row.instance - 1][0], plan.instances),
            _seed(f"{what}, run {row.number}", row.seed, plan.deterministic),
            _scored(f"{what}, run {row.number}", row, plan),
        )
        for row in state.runs
    ]


def _known_of_smac3(folder: str, plan: Plan) -> list[Known]:
    """Read the evaluations in a folder of SMAC3 before 2.0, and score them by the plan's objective."""
    found = []
    for number, run in enumerate(read_history(folder), 1):
        what = f"smac_options['warmstart']: {folder}, run {number}"
        texts = {name: str(value) for name, value in run.configuration.items()}
        try:
            values = typed_values(texts, plan.definition)
        except ValueError as error:
            raise ArgumentError(f"{what} belongs to another search space: {error}") from None
        _check_legal(what, values, plan.definition)
        instance = None
        if plan.instances.n_train is not None:
            instance = _instance(what, run.instance or "", plan.instances)
        quality = plan.calls.failure_value if run.status in FAILURES else run.cost
        outcome = Outcome(run.status, quality, run.time, run.time, run.time)
        scored = replace(plan.objective, transform=None).score(outcome, plan.objective.cutoff)
        if run.status == "TIMEOUT" and plan.objective.runtime:  # its run time is the limit at which it was stopped
            scored = replace(plan.objective, transform=None).judge(outcome)
        found.append(Known(values, instance, None if plan.deterministic else run.seed, scored))
    return found


def read_known_before(folder: str, iteration: int | None, plan: Plan, results: str) -> list[Known]:
    """Return the evaluations with which a resumed run began.

    A run may begin with the evaluations in a state-run folder and then write its own state-run folder under the same
    name. In this case, the run has renamed the old folder, and this function reads the renamed folder.

    Parameters
    ----------
    folder, iteration, plan : object
        See `read_known`.
    results : str
        The folder of the results, which holds the journals.
    """
    parent, name = os.path.split(os.path.realpath(folder))
    if parent == os.path.realpath(results):
        began_with = digests(results)
        for moved in sorted(glob.glob(os.path.join(glob.escape(parent), f"{OLD_STATE}{name}-*")), reverse=True):
            with contextlib.suppress(ValueError, OSError):  # the folder may be from another search
                known = read_known(moved, iteration, plan)
                if digest(known) in began_with:
                    return known
    return read_known(folder, iteration, plan)


def _typed(what: str, state: StateRun, plan: Plan) -> list[dict[str, Any]]:
    try:
        return state.typed(plan.definition)
    except ValueError as error:
        raise ArgumentError(f"{what} belongs to another search space: {error}") from None


def _configuration(
    what: str, texts: Mapping[str, str], values: dict[str, Any], definition: Definition
) -> dict[str, Any]:
    missing = sorted(definition.parameters.keys() - texts.keys())
    if missing:
        raise ArgumentError(f"{what} belongs to another search space: it has no parameter {shown(missing[0])}")
    _check_legal(what, values, definition)
    return values


def _check_legal(what: str, values: Mapping[str, Any], definition: Definition) -> None:
    clause = definition.violated(values)
    if clause is not None:
        raise ArgumentError(
            f"{what} belongs to another search space: it is forbidden by the clause {shown(clause.text)}"
        )


def _instance(what: str, name: str, instances: Instances) -> int | None:
    n_train = instances.n_train
    if instances.names is not None:
        if name not in instances.names:
            raise ArgumentError(f"{what} uses the instance {shown(name)}, which this search does not have")
        return instances.names.index(name)
    try:
        number = instance_number(name)
    except ValueError as error:
        raise ArgumentError(f"{what}: {error}") from None
    if number >= (n_train or 1):
        has = "no instances" if n_train is None else f"only the instances 0 to {n_train - 1}"
        raise ArgumentError(f"{what} uses the instance {number}, but this search has {has}")
    return None if n_train is None else number


def _seed(what: str, seed: int, deterministic: bool) -> int | None:
    if (seed == -1) != deterministic:
        was, now = (
            ("a deterministic function (it has no seed)", "is not")
            if seed == -1
            else (f"a function that is not deterministic (it has the seed {seed})", "is")
        )
        raise ArgumentError(f"{what} was for {was}, but the function of this search {now} deterministic")
    return None if deterministic else seed


def _scored(what: str, row: RunRow, plan: Plan) -> Scored:
    if row.result not in get_args(Status):
        raise ArgumentError(f"{what} has the result {shown(row.result)}; expected one of {', '.join(get_args(Status))}")
    status = cast(Status, row.result)
    failed = status in FAILURES
    value = plan.calls.failure_value if failed else row.quality
    outcome = Outcome(status, value, row.runtime, row.runtime, row.wall_time)
    # the value in the file is already transformed
    return replace(plan.objective, transform=None).score(outcome, row.cutoff)
