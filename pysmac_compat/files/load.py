"""Loads the result of a search from the files that this package or SMAC v2 wrote, even during the search."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import math
import os
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pysmac_compat import arguments
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, FileFormatError, shown
from pysmac_compat.events import RunEnded, reason_of_all
from pysmac_compat.files.about_run import AboutRun, about_name, read_about
from pysmac_compat.files.incumbents import PERFORMANCE, add_incumbents, best_so_far
from pysmac_compat.files.journal import journal_name, read_any_journal
from pysmac_compat.files.load_state import from_state
from pysmac_compat.files.lock import is_worked_on
from pysmac_compat.files.state import dumps, read_state_run
from pysmac_compat.files.trajectory import UNKNOWN, read_trajectory
from pysmac_compat.results import Evaluation, Result, RunResult, Searched
from pysmac_compat.space.conditions import parse_conditions
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import KINDS, Parameter

_FILES = ("journal-run-*.jsonl", "state-run*", "traj-run-*.txt")
_NAME = re.compile(r"(?:journal-run-|state-run|traj-run-)(?P<name>(?P<seed>\d+)(-(?P<again>\d+))?)(\.jsonl|\.txt)?")
#: the name of a run's journal, or its new name after a new search in the same folder has renamed it
_JOURNAL = re.compile(r"(?:old-)?journal-run-(?P<name>(?P<seed>\d+)(?:-\d+)?)\.jsonl(?:-\d+)?")
_ATTEMPTS = 3  # attempts to read; a run that ends meanwhile renames its files


def load_result(folder: str | os.PathLike[str]) -> Result:
    """Load the result of a search from its files.

    Parameters
    ----------
    folder : str or path-like
        A working directory of this package, of AutoMAX or of SMAC v2, or the folder of the results in it, for example
        ``out/scenario``. The search may still be running. The path may also be the journal of a run, for example
        ``old-journal-run-0.jsonl-N``, which an earlier search in the same folder wrote.

    Returns
    -------
    Result
        The same as ``SMAC_optimizer.result``. If the run has a journal (``persistent_files=True``), the values are
        exact. Without a journal, for example in a folder of SMAC v2, categorical and ordinal values are texts, and
        a status that SMAC v2 lacks, such as MEMOUT, becomes CRASHED. ``stopped_because`` comes from the files. It is
        'still running' while the search runs on this machine, and 'interrupted, or running elsewhere' if the files name
        no reason for an end. It may be 'unknown' if another program or an earlier version wrote the files.

    Raises
    ------
    ArgumentError
        If the folder has no run, or has runs of several searches.
    FileFormatError
        If a file that the result needs is damaged.
    """
    path = os.path.abspath(os.path.expanduser(arguments.path("folder", folder)))
    journal = _JOURNAL.fullmatch(os.path.basename(path)) if os.path.isfile(path) else None
    results = path if journal else _results_folder(path)
    for attempt in range(_ATTEMPTS):
        try:
            if journal:
                runs = [_load_journal(path, journal["name"], int(journal["seed"]))]
            else:
                runs = [_load_run(results, *name) for name in _run_names(results)]
            break
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise
    search = _planned(runs)
    for loaded in runs:
        if _space(loaded.search) != _space(search) or loaded.search.maximize != search.maximize:
            raise ArgumentError(
                f"{results!r} has runs of several searches; keep the runs of one search and move the other runs away"
            )
    sign = -1.0 if search.maximize else 1.0
    best = min(runs, key=lambda loaded: (not loaded.run.trajectory, sign * loaded.run.value))
    return Result(
        value=best.run.value,
        configuration=dict(best.run.configuration),
        active_configuration=dict(best.run.active_configuration),
        runs=[loaded.run for loaded in runs],
        n_crashed=sum(loaded.run.n_crashed for loaded in runs),
        stopped_because=_reason(runs, best),
        search=search,
    )


def state_of(folder: str | os.PathLike[str]) -> str:
    """Return a text that changes whenever the result of `load_result` may change, without reading the files.

    Raises
    ------
    ArgumentError
        See `load_result`.
    """
    results = _results_folder(os.path.abspath(os.path.expanduser(arguments.path("folder", folder))))
    inside = glob.escape(results)
    patterns = (*_FILES, about_name("*"), os.path.join("state-run*", "*"), "validation*")
    found: list[Any] = [results, [is_worked_on(results, name) for name, _ in _run_names(results)]]
    for path in sorted(each for pattern in patterns for each in glob.glob(os.path.join(inside, pattern))):
        with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
            about = os.stat(path)
            found.append((path, about.st_mtime_ns, about.st_size))
    return hashlib.sha256(repr(found).encode("utf-8", "surrogateescape")).hexdigest()


_RUNNING = "still running"
#: no process of this machine works on the run, and the files of the run do not record that it has ended
_NOT_HERE = "interrupted, or running elsewhere"


@dataclass(frozen=True)
class _Loaded:
    name: str
    run: RunResult
    search: Searched
    end: RunEnded
    about: AboutRun | None


def _planned(runs: Sequence[_Loaded]) -> Searched:
    """Return the description of the search; it includes the number of runs only if the files of all runs agree."""
    search = runs[0].search
    known = [loaded.about for loaded in runs if loaded.about is not None]
    if len(known) < len(runs) or len({about.max_evaluations for about in known}) > 1:
        return search
    return replace(search, num_runs=len({name for about in known for name in about.runs}))


def _reason(runs: Sequence[_Loaded], best: _Loaded) -> str:
    """Return why the search has ended."""
    ends = [loaded.end for loaded in runs]
    if any(end.reason == _RUNNING for end in ends):
        return _RUNNING
    there = {loaded.name for loaded in runs}
    if any(loaded.about is not None and not there.issuperset(loaded.about.runs) for loaded in runs):
        return next((end.reason for end in ends if end.of_search), _NOT_HERE)
    return reason_of_all(ends, best.end)


def _space(search: Searched) -> Mapping[str, Any]:
    assert search.space is not None
    return search.space.parameters


def _results_folder(path: str) -> str:
    """Find the folder that holds the runs: ``path`` itself, or the only such folder below ``path``."""
    if os.path.isfile(path):
        raise ArgumentError(f"folder: {shown(path)} is a file; expected the folder in which it is")
    if not os.path.isdir(path):
        raise ArgumentError(f"folder: there is no folder {shown(path)}")
    inside = glob.escape(path)
    for pattern in ("", "*", os.path.join("out", "*"), os.path.join("*", "out", "*")):
        folders = sorted(folder for folder in glob.glob(os.path.join(inside, pattern)) if any(_run_names(folder)))
        if len(folders) > 1:
            raise ArgumentError(
                f"folder: {shown(path)} contains several searches; pass the folder of one search: {', '.join(folders)}"
            )
        if folders:
            return os.path.normpath(folders[0])
    raise ArgumentError(
        f"folder: there is no run in {shown(path)}; expected a working directory, or its folder out/scenario"
    )


def _run_names(folder: str) -> Iterator[tuple[str, int]]:
    """Yield the name and the seed of each run."""
    paths = [path for pattern in _FILES for path in glob.glob(os.path.join(glob.escape(folder), pattern))]
    matches = [match for path in paths if (match := _NAME.fullmatch(os.path.basename(path)))]
    found = {match["name"]: (int(match["seed"]), int(match["again"] or 0)) for match in matches}
    yield from ((name, found[name][0]) for name in sorted(found, key=found.__getitem__))


def _load_journal(path: str, name: str, seed: int) -> _Loaded:
    """Load a run from its journal alone."""
    run, search, _, order = _from_journal(path, seed)
    add_incumbents(run, search, [], [], order)
    return _Loaded(name, run, search, _end_of(run, search, RunEnded(0, "unknown")), None)


def _end_of(run: RunResult, search: Searched, otherwise: RunEnded) -> RunEnded:
    complete = search.max_evaluations is not None and len(run.evaluations) >= search.max_evaluations
    return RunEnded(0, "max_evaluations reached") if complete else otherwise


def _load_run(folder: str, name: str, seed: int) -> _Loaded:
    journal, state_folder = (os.path.join(folder, each) for each in (journal_name(name), f"state-run{name}"))
    trajectory = os.path.join(folder, f"traj-run-{name}.txt")
    state, steps = None, []
    try:
        if dumps(state_folder):
            state = read_state_run(state_folder, growing=True)
        steps = read_trajectory(trajectory, growing=True) if os.path.exists(trajectory) else []
    except FileFormatError as error:  # a full disk may have cut off these files, but never a line of the journal
        if not os.path.exists(journal):
            raise
        warn(f"{error}; the result comes from the journal alone")
    steps = [step for step in steps if step[PERFORMANCE] < UNKNOWN]
    is_warm, has_journal = False, os.path.exists(journal)
    order: list[int] = []
    if has_journal:
        run, search, is_warm, order = _from_journal(journal, seed)
    elif state is not None:
        run, search = from_state(folder, name, seed, state_folder, state)
    else:
        raise ArgumentError(f"folder: {folder!r} has neither a journal nor a state-run folder of the run {name}")
    failure_value = run.value
    add_incumbents(run, search, steps, [] if state is None else state.runs, order)
    if has_journal and not is_warm:
        unknown = [step for step in run.trajectory if step.evaluation == 0]
        if unknown and not is_worked_on(folder, name):
            warn(
                f"{journal} lacks the incumbent {shown(unknown[0].active_configuration)} of {trajectory}; the disk may "
                "have been full, or the files may belong to different searches. The result comes from the journal alone"
            )
        if unknown or _is_ahead(run, search):
            run.value = failure_value
            add_incumbents(run, search, [], [], order)
    about = read_about(folder, name)
    if about is not None:  # the journal has only the limit with which the run began
        search = replace(search, max_evaluations=_number_of_evaluations(about.max_evaluations))
    if is_worked_on(folder, name):
        end = RunEnded(0, _RUNNING)
    elif about is not None and about.ended is not None:
        end = RunEnded(0, about.ended, about.of_search)
    else:
        interrupted = RunEnded(0, "unknown") if about is None else RunEnded(0, _NOT_HERE, of_search=True)
        end = _end_of(run, search, interrupted)
    return _Loaded(name, run, search, end, about)


def _is_ahead(run: RunResult, search: Searched) -> bool:
    """Return whether the journal has a better evaluation than the trajectory, which another process writes later."""
    if search.runtime or search.n_instances is not None or not search.deterministic:
        return False  # the best value is a mean
    sign, steps = (-1.0 if search.maximize else 1.0), best_so_far(run.evaluations, search.maximize)
    return bool(steps) and sign * steps[-1].value < sign * run.value


def _from_journal(path: str, seed: int) -> tuple[RunResult, Searched, bool, list[int]]:
    """Return the run (still without incumbents), the search, and whether the run began with known evaluations.

    The last element has the indices of the evaluations in the order in which their calls have ended.
    """
    head, recorded = read_any_journal(path)
    try:
        definition = _definition(head)
        objective = head["objective"]
        search = Searched(
            space=definition,
            maximize=head.get("maximize", False),
            runtime=objective["runtime"],
            penalty=objective["penalty"],
            cutoff=objective["cutoff"],
            max_evaluations=_number_of_evaluations(recorded.max_evaluations),
            workers=head.get("workers", 1),
            n_instances=head["num_train_instances"],
            deterministic=head["deterministic"],
        )
        useless = float(head["failure_value"])
    except (KeyError, TypeError, AttributeError) as error:
        raise FileFormatError(f"the header is damaged: {error!r}", path, 1) from error
    for number, evaluation in recorded.evaluations.values():
        _check(evaluation, definition, path, number)
    for evaluation in recorded.tests:
        _check(evaluation, definition, path, None)
    run = RunResult(head["seed"] if type(head.get("seed")) is int else seed, useless, {}, {})
    run.evaluations = [_with_tuples(evaluation) for _, (_, evaluation) in sorted(recorded.evaluations.items())]
    run.test_evaluations = sorted(map(_with_tuples, recorded.tests), key=lambda evaluation: evaluation.index)
    # an evaluation's line is written when its call ends
    order = sorted(recorded.evaluations, key=lambda index: recorded.evaluations[index][0])
    return run, search, head.get("warmstart") is not None, order


def _number_of_evaluations(most: int | None) -> int | None:
    """Return the limit of the number of evaluations, or None if there is no limit."""
    return None if most is None or most >= arguments.LARGEST else most


def _definition(head: Mapping[str, Any]) -> Definition:
    """Build the search space from a header; choices of a ConfigSpace space may have any type that JSON can hold."""
    parameters = {
        name: Parameter(
            **{**each, "values": tuple(map(_as_tuple, each["values"])), "default": _as_tuple(each["default"])}
        )
        for name, each in head["parameters"].items()
    }
    for name, parameter in parameters.items():
        if not _is_sound(parameter):
            raise TypeError(f"the parameter {shown(name)} cannot be {shown(head['parameters'][name])}")
    conditions, spelled = parse_conditions(list(head["conditional_clauses"]), parameters)
    forbiddens: list[Any] = []
    if head["forbidden_clauses"]:
        from pysmac_compat.space.forbidden import parse_forbiddens  # needs NumPy

        forbiddens = parse_forbiddens(list(head["forbidden_clauses"]), parameters)
    return Definition(parameters, conditions, forbiddens, spelled)


def _is_sound(parameter: Parameter) -> bool:
    """Return whether a parameter that was read from a file is valid."""
    values = parameter.values
    if parameter.kind not in KINDS or type(parameter.log) is not bool or not values:
        return False
    if not all(isinstance(each, Hashable) for each in values):
        return False
    if not parameter.numeric:
        return parameter.default in values
    if len(values) != 2 or not all(_is_number(each) for each in (*values, parameter.default)):
        return False
    return values[0] <= parameter.default <= values[1] and (values[0] > 0 or not parameter.log)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _check(evaluation: Evaluation, definition: Definition, path: str, line: int | None) -> None:
    """Raise a `FileFormatError` if an evaluation does not belong to the search space."""
    for name, value in evaluation.configuration.items():
        parameter = definition.parameters.get(name)
        if parameter is None:
            raise FileFormatError(f"evaluation {evaluation.index}: there is no parameter {shown(name)}", path, line)
        choice = _as_tuple(value)
        if not (_is_number(value) if parameter.numeric else any(choice == each for each in parameter.values)):
            raise FileFormatError(f"evaluation {evaluation.index}: {name} cannot be {shown(value)}", path, line)


def _with_tuples(evaluation: Evaluation) -> Evaluation:
    values = {name: _as_tuple(value) for name, value in evaluation.configuration.items()}
    return replace(evaluation, configuration=values)


def _as_tuple(value: Any) -> Any:
    """Convert the lists of a choice back to tuples, since JSON has no tuples."""
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value
