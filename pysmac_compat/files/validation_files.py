"""The five files about the runs on test instances: validation...-traj-run-N-walltime.csv.

``CallStrings`` and ``Results`` have a line for each configuration. The matrix files have a line for each instance and
seed, and a column for each configuration::

    "Problem Instance","Seed","Objective of validation config #1"
    "id_3","-1","11.839036800888827"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import shown
from pysmac_compat.files.configuration_texts import format_arguments, parse_arguments
from pysmac_compat.files.instances import instance_number
from pysmac_compat.files.text import Path, TextFile, quoted_cells
from pysmac_compat.space.values import java_number

_CALLS = ("Validation Configuration ID", "Configuration ", "Sample Call String")
_RESULTS = (
    "Time",
    "Training (Empirical) Performance",
    "Test Set Performance",
    "AC Overhead Time",
    "Validation Configuration ID",
)
#: parts of the names of the files
FILES = ("CallStrings", "ObjectiveMatrix", "RunResultLineMatrix", "PerformanceDebug", "Results")
_LONGEST_RUN = LARGEST


@dataclass(frozen=True)
class ValidationRun:
    """A run of a configuration on a test instance.

    Attributes
    ----------
    instance : str
    seed : int
        The seed; -1 for a deterministic function.
    objective : float
        The value that enters the mean.
    result : str
        The status, for example SAT.
    runtime, quality, cutoff : float
    """

    instance: str
    seed: int
    objective: float
    result: str
    runtime: float
    quality: float
    cutoff: float


@dataclass(frozen=True)
class Validated:
    """A configuration with its runs on the test instances.

    Attributes
    ----------
    texts : dict of str to str
    runs : list of ValidationRun
        The runs. The instances and seeds are the same for all configurations.
    steps : list of tuple of float
        The wall clock time, training performance and overhead of each step of the trajectory to list in ``Results``.
    """

    texts: Mapping[str, str]
    runs: Sequence[ValidationRun]
    steps: Sequence[tuple[float, float, float]]

    @property
    def mean(self) -> float:
        """The mean of the objectives of the runs."""
        return sum(run.objective for run in self.runs) / len(self.runs)


def file_name(what: str, run: str, of: str = "traj-run") -> str:
    """Return the name of a file, for example validationResults-traj-run-0-walltime.csv.

    ``of`` is the part of the name that tells from which file the configurations come.
    """
    return f"validation{what}-{of}-{run}-walltime.csv"


def validation_texts(validated: Sequence[Validated], algorithm: str) -> dict[str, str]:
    """Return the texts of all five files; the keys are the elements of `FILES`.

    Parameters
    ----------
    validated : sequence of Validated
        The configurations, at least one.
    algorithm : str
        The option algo-exec.
    """
    numbers = range(1, len(validated) + 1)
    places = [(run.instance, str(run.seed)) for run in validated[0].runs]
    objectives = [[java_number(run.objective) for run in v.runs] for v in validated]
    lines = [[_result_line(run) for run in v.runs] for v in validated]
    return {
        "CallStrings": _table([_CALLS, *(_call(n, v, algorithm) for n, v in zip(numbers, validated, strict=True))]),
        "ObjectiveMatrix": _matrix("Objective", places, objectives),
        "RunResultLineMatrix": _matrix("Run result line", places, lines),
        "PerformanceDebug": "".join(_debug(n, v) for n, v in zip(numbers, validated, strict=True)),
        "Results": _results(validated),
    }


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(quoted_cells(row) + "\n" for row in rows)


def _matrix(what: str, places: Sequence[tuple[str, str]], columns: Sequence[Sequence[str]]) -> str:
    header = ["Problem Instance", "Seed", *(f"{what} of validation config #{n}" for n in range(1, len(columns) + 1))]
    return _table(
        [header, *([*place, *cells] for place, cells in zip(places, zip(*columns, strict=True), strict=True))]
    )


def _call(number: int, validated: Validated, algorithm: str) -> list[str]:
    arguments = format_arguments(validated.texts)
    run = validated.runs[0]
    sample = f"{algorithm} {run.instance} 0 {java_number(run.cutoff)} {_LONGEST_RUN} {run.seed} {arguments} "
    return [str(number), arguments, sample]


def _result_line(run: ValidationRun) -> str:
    return f"{run.result}, {java_number(run.runtime)}, 0.0, {java_number(run.quality)}, {run.seed}"


def _debug(number: int, validated: Validated) -> str:
    by_instance: dict[str, list[float]] = {}
    for run in validated.runs:
        by_instance.setdefault(run.instance, []).append(run.objective)
    most = max(map(len, by_instance.values()))
    header = [f"Validation Configuration ID:{number}", "Instance", "OverallObjective"]
    rows = [[*header, *(f"Run #{n}" for n in range(1, most + 1))]]
    for instance, values in by_instance.items():
        rows.append(["", instance, java_number(sum(values) / len(values)), *map(java_number, values)])
    rows.append(["", "Overall Objective On Test Set", java_number(validated.mean)])
    return _table(rows)


def _results(validated: Sequence[Validated]) -> str:
    lines = sorted(
        (time, performance, v.mean, overhead, number)
        for number, v in enumerate(validated, 1)
        for time, performance, overhead in v.steps
    )
    text = quoted_cells(_RESULTS) + ",\n"
    for *numbers, identifier in lines:
        text += ",".join([*map(java_number, numbers), f'"{identifier}"']) + ",\n"
    return text


def read_call_strings(path: Path) -> list[dict[str, str]]:
    """Read the configurations from validationCallStrings.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read(path, list(_CALLS[:2]))
    found = []
    for number, cells in rows:
        if len(cells) != len(_CALLS):
            file.error(number, f"expected {len(_CALLS)} columns, got {len(cells)}")
        found.append(parse_arguments(file, number, cells[1]))
    return found


def read_objective_matrix(path: Path) -> list[tuple[str, int, list[float]]]:
    """Read validationObjectiveMatrix.

    Returns
    -------
    list of (str, int, list of float)
        The instance, the seed, and a value for each configuration.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read_matrix(path)
    return [(*place, [file.number(number, cell, "objective") for cell in cells]) for number, place, cells in rows]


def read_objectives(path: Path) -> dict[int, list[float]]:
    """Read validationObjectiveMatrix; return the mean of each configuration on each instance, by instance index.

    If the names of the instances are not id_0, id_1, ..., use `read_objectives_by_name`.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read_matrix(path)
    numbers: dict[str, int] = {}
    for line, (instance, _), _ in rows:
        try:
            numbers[instance] = instance_number(instance)
        except ValueError as error:
            file.error(line, str(error))
    return {numbers[name]: means for name, means in read_objectives_by_name(path).items()}


def read_objectives_by_name(path: Path) -> dict[str, list[float]]:
    """Read validationObjectiveMatrix; return the mean of each configuration on each instance, by instance name.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read_matrix(path)
    found: dict[str, list[list[float]]] = {}
    for line, (instance, _), cells in rows:
        found.setdefault(instance, []).append([file.number(line, cell, "objective") for cell in cells])
    return {name: [sum(column) / len(rows) for column in zip(*rows, strict=True)] for name, rows in found.items()}


def read_result_lines(path: Path) -> list[tuple[str, int, list[tuple[str, float, float, float, int]]]]:
    """Read validationRunResultLineMatrix.

    Returns
    -------
    list of (str, int, list of tuple)
        The instance, the seed, and the result, runtime, run length, quality and seed of each configuration.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read_matrix(path)
    return [(*place, [_read_result_line(file, number, cell) for cell in cells]) for number, place, cells in rows]


def _read_result_line(file: TextFile, number: int, text: str) -> tuple[str, float, float, float, int]:
    cells = [cell.strip() for cell in text.split(",")]
    if len(cells) < 5 or not cells[0].isalpha():
        file.error(number, f"expected 'result, runtime, length, quality, seed', got {shown(text)}")
    runtime, length, quality = (file.number(number, cell, "result line") for cell in cells[1:4])
    return cells[0], runtime, length, quality, file.integer(number, cells[4], "seed")


def read_performance(path: Path) -> list[dict[str, list[float]]]:
    """Read validationPerformanceDebug; return the values of each configuration's runs, by instance.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, appended=True)
    found: list[dict[str, list[float]]] = []
    for number, line in file.lines:
        cells = file.cells(number, line)
        if cells[0].startswith("Validation Configuration ID:"):
            found.append({})
            continue
        if cells[0] or not found or len(cells) < 3:
            file.error(number, f"expected an instance and its values, got {shown(line)}")
        name, values = cells[1], [file.number(number, cell, cells[1]) for cell in cells[2:]]
        if len(values) > 1:
            found[-1][name] = values[1:]
    return found


def read_results(path: Path) -> list[dict[str, float]]:
    """Read validationResults; return a dict for each line, whose keys are the names in the header.

    Raises
    ------
    FileFormatError
    """
    file, rows = _read(path, list(_RESULTS[:1]))
    names = [name for name in file.cells(*file.lines[0]) if name]
    found = []
    for number, cells in rows:
        if len(cells) != len(names) + 1 or cells[-1]:
            file.error(number, f"expected {len(names)} columns, each with a comma after it, got {len(cells)}")
        found.append({name: file.number(number, cell, name) for name, cell in zip(names, cells, strict=False)})
    return found


def _read(path: Path, first: list[str]) -> tuple[TextFile, list[tuple[int, list[str]]]]:
    """Read a file whose header begins with these names; return the file and the cells of each further line."""
    file = TextFile(path, appended=True)
    rows = file.header(quoted_cells(first))
    return file, [(number, file.cells(number, line)) for number, line in rows]


def _read_matrix(path: Path) -> tuple[TextFile, list[tuple[int, tuple[str, int], list[str]]]]:
    file, rows = _read(path, ["Problem Instance", "Seed"])
    width = len(file.cells(*file.lines[0]))
    found = []
    for number, cells in rows:
        if len(cells) != width or width < 3:
            file.error(number, f"expected {width} columns, as in the header, got {len(cells)}")
        found.append((number, (cells[0], file.integer(number, cells[1], "seed")), cells[2:]))
    return file, found
