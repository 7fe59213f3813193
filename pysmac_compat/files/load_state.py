"""Builds the `RunResult` of a run from the state-run folder and the validation files."""

from __future__ import annotations

import os
import re
from typing import cast, get_args

from pysmac_compat.errors import FileFormatError
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.files import validation_files
from pysmac_compat.files.instances import instance_number
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.scenario_files import first_name, is_maximized, read_scenario
from pysmac_compat.files.state import StateRun
from pysmac_compat.results import Evaluation, RunResult, Searched
from pysmac_compat.space.definition import Definition, define
from pysmac_compat.space.values import number_of, typed_values, whole_of


def from_state(folder: str, name: str, seed: int, state_folder: str, state: StateRun) -> tuple[RunResult, Searched]:
    """Return a run, for which the caller must add the incumbents, and the description of the search.

    ``folder`` is the folder of the results, ``state_folder`` is the run's folder in it, and ``state`` is the content of
    ``state_folder``.
    """
    definition = define(*read_pcs(os.path.join(state_folder, "param.pcs")))
    options = _options(folder, state_folder)
    names = [words[0] for words in state.instances]
    runtime = options.get("run-obj") == "RUNTIME"
    penalty = re.fullmatch(r"MEAN(\d+)", options.get("intra-obj", "")) if runtime else None
    scenario = os.path.join(state_folder, "scenario.txt")
    maximize = os.path.exists(scenario) and is_maximized(scenario)
    sign = -1.0 if maximize else 1.0
    only = names == ["id_0"] or not names  # true if the function gets no instance
    search = Searched(
        space=definition,
        maximize=maximize,
        runtime=runtime,
        penalty=float(penalty[1]) if penalty else 1.0,
        cutoff=_number(options.get("algo-cutoff-time")),
        max_evaluations=_whole(options.get("runcount-limit")),
        total_time=_number(options.get("wallclock-limit")),
        n_instances=None if only else len(names),
        deterministic=all(row.seed == -1 for row in state.runs),
    )
    try:
        configurations = state.typed(definition)
    except ValueError as error:
        raise FileFormatError(f"a configuration does not belong to the search space: {error}", state_folder) from error
    run = RunResult(seed, sign * TIMEOUT_QUALITY, {}, {})
    run.evaluations = [
        Evaluation(
            index=row.number,
            configuration=dict(configurations[row.configuration - 1]),
            instance=None if only else _instance(names[row.instance - 1], row.instance - 1),
            seed=None if row.seed == -1 else row.seed,
            status=_status(row.result),
            value=sign * row.response,
            cutoff=row.cutoff,
            cpu_time=row.runtime,
            wall_time=row.wall_time,
            message=row.additional,
            runtime=row.runtime,
            quality=row.quality,
        )
        for row in state.runs
    ]
    run.test_evaluations = _tests(folder, name, definition, search)
    return run, search


def _tests(folder: str, name: str, definition: Definition, search: Searched) -> list[Evaluation]:
    """Read the evaluations on test instances from the validation files."""
    paths = [
        os.path.join(folder, validation_files.file_name(what, name))
        for what in ("CallStrings", "ObjectiveMatrix", "RunResultLineMatrix")
    ]
    if not all(map(os.path.exists, paths)):
        return []
    calls = [typed_values(texts, definition) for texts in validation_files.read_call_strings(paths[0])]
    objectives, lines = validation_files.read_objective_matrix(paths[1]), validation_files.read_result_lines(paths[2])
    found: list[Evaluation] = []
    for number, configuration in enumerate(calls):
        for (instance, seed, values), (_, _, results) in zip(objectives, lines, strict=False):
            result, runtime, _, quality, _ = results[number]
            evaluation = Evaluation(
                index=len(found) + 1,
                configuration=configuration,
                instance=None if search.n_instances is None else _instance(instance, None),
                seed=None if seed == -1 else seed,
                status=_status(result),
                value=-values[number] if search.maximize else values[number],
                cutoff=search.cutoff,
                cpu_time=runtime,
                wall_time=runtime,
                runtime=runtime,
                quality=quality,
            )
            found.append(evaluation)
    return found


def _options(folder: str, state_folder: str) -> dict[str, str]:
    """Return the options of the scenario, by their first names in SMAC v2; some are in ``scenario.advanced``."""
    paths = (
        os.path.join(folder, os.pardir, os.pardir, "scenario.advanced"),
        os.path.join(state_folder, "scenario.txt"),
    )
    found = {}
    for path in paths:
        if os.path.exists(path):
            found.update({first_name(name) or name: value for name, value in read_scenario(path).items()})
    return found


def _number(text: str | None) -> float | None:
    try:
        return None if text is None else number_of(text)
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    try:
        return None if text is None else whole_of(text)
    except ValueError:
        return None


def _instance(name: str, place: int | None) -> int | None:
    """Return the index that the function got as ``instance``, or ``place`` if the name is not of the form id_INDEX."""
    try:
        return instance_number(name)
    except ValueError:
        return place


def _status(word: str) -> Status:
    return cast(Status, word) if word in get_args(Status) else "CRASHED"
