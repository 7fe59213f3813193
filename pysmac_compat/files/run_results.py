"""``runs_and_results-itK.csv`` or ``runs_and_results-CRASHK.csv``: a table with a line for each evaluation.

::

    Run Number,Run History Configuration ID,Instance ID,Response Value (y),Censored?,Cutoff Time Used,Seed,...
    1,1,3,31.0,0,3600.0,-1,0.004756,0.0,1,31.0,0,0.004756,SAT,,0.015,
"""

from __future__ import annotations

from dataclasses import dataclass

from pysmac_compat.errors import shown
from pysmac_compat.files.text import Path, TextFile
from pysmac_compat.space.values import java_number

COLUMNS = (
    "Run Number",
    "Run History Configuration ID",
    "Instance ID",
    "Response Value (y)",
    "Censored?",
    "Cutoff Time Used",
    "Seed",
    "Runtime",
    "Run Length",
    "Run Result Code",
    "Run Quality",
    "SMAC Iteration",
    "SMAC Cumulative Runtime",
    "Run Result",
    "Additional Algorithm Run Data",
    "Wall Clock Time",
)
HEADER = ",".join(COLUMNS) + ",\n"
#: SMAC v2's code for each result; no file that we know has the codes for UNSAT and ABORT
_CODES = {"TIMEOUT": 0, "SAT": 1, "UNSAT": 2, "CRASHED": -1, "ABORT": -2}
#: the numbers by which the original pysmac's reader replaced the results; it replaced any other result by -1
_READ_CODES = {"SAT": 2.0, "UNSAT": 1.0, "TIMEOUT": 0.0}


@dataclass(frozen=True)
class RunRow:
    """A line of the file.

    Attributes
    ----------
    number : int
        The index of the evaluation, from 1.
    configuration, instance : int
        The line numbers of the configuration in paramstrings-itK.txt and of the instance in instances.txt, from 1.
    response : float
        The minimised value.
    censored : bool
        Whether the response is only a lower bound of the true response.
    cutoff : float
        The CPU limit, seconds.
    seed : int
        The seed; -1 for a deterministic function.
    runtime : float
        The run time, seconds.
    quality : float
        The value of the function.
    iteration : int
    cumulative_runtime : float
        The sum of the run times so far, seconds.
    result : str
        SAT, UNSAT, TIMEOUT, CRASHED or ABORT.
    wall_time : float
        The wall clock time, seconds.
    run_length : float
    additional : str
        Additional data that the function has reported.
    code : int or None
        SMAC v2's code for the result; None means the code that belongs to ``result``.
    """

    number: int
    configuration: int
    instance: int
    response: float
    censored: bool
    cutoff: float
    seed: int
    runtime: float
    quality: float
    iteration: int
    cumulative_runtime: float
    result: str
    wall_time: float
    run_length: float = 0.0
    additional: str = ""
    code: int | None = None

    @property
    def line(self) -> str:
        """The line for the file."""
        cells = (
            str(self.number),
            str(self.configuration),
            str(self.instance),
            java_number(self.response),
            str(int(self.censored)),
            java_number(self.cutoff),
            str(self.seed),
            java_number(self.runtime),
            java_number(self.run_length),
            str(_CODES.get(self.result, -1) if self.code is None else self.code),
            java_number(self.quality),
            str(self.iteration),
            java_number(self.cumulative_runtime),
            self.result,
            self.additional,
            java_number(self.wall_time),
        )
        return ",".join(cells) + ",\n"

    @property
    def numbers(self) -> list[float]:
        """The values that the original pysmac's reader returned: all but the run number and the additional data."""
        return [
            self.configuration,
            self.instance,
            self.response,
            self.censored,
            self.cutoff,
            self.seed,
            self.runtime,
            self.run_length,
            _CODES.get(self.result, -1) if self.code is None else self.code,
            self.quality,
            self.iteration,
            self.cumulative_runtime,
            _READ_CODES.get(self.result, -1.0),
            self.wall_time,
        ]


#: the length of `RunRow.numbers`
N_NUMBERS = 14


def read_runs_and_results(path: Path, growing: bool = False) -> list[RunRow]:
    """Read runs_and_results-itK.csv.

    Parameters
    ----------
    path : str or path-like
    growing : bool
        See `TextFile`.

    Returns
    -------
    list of RunRow

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, appended=True, growing=growing)
    return [_read_row(file, number, line) for number, line in file.header(",".join(COLUMNS))]


def _read_row(file: TextFile, line: int, text: str) -> RunRow:
    cells = text.split(",")
    if len(cells) < len(COLUMNS) + 1 or cells[-1].strip():
        file.error(line, f"expected {len(COLUMNS)} columns, each with a comma after it, got {shown(text)}")
    # the additional data may hold commas
    cells[14:-2] = [",".join(cells[14:-2])]

    def number(column: int) -> float:
        return file.number(line, cells[column], COLUMNS[column])

    def integer(column: int) -> int:
        return file.integer(line, cells[column], COLUMNS[column])

    if cells[4] not in ("0", "1"):
        file.error(line, f"{COLUMNS[4]}: expected 0 or 1, got {shown(cells[4])}")
    if not cells[13].isalpha():
        file.error(line, f"{COLUMNS[13]}: expected a status such as SAT, got {shown(cells[13])}")
    for column in (0, 1, 2):
        if integer(column) < 1:
            file.error(line, f"{COLUMNS[column]}: expected a number from 1, got {shown(cells[column])}")
    return RunRow(
        number=integer(0),
        configuration=integer(1),
        instance=integer(2),
        response=number(3),
        censored=cells[4] == "1",
        cutoff=number(5),
        seed=integer(6),
        runtime=number(7),
        run_length=number(8),
        code=integer(9),
        quality=number(10),
        iteration=integer(11),
        cumulative_runtime=number(12),
        result=cells[13],
        additional=cells[14],
        wall_time=number(15),
    )
