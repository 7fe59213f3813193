"""The incumbents of a run over time: traj-run-N.txt, detailed-traj-run-N.csv.

traj-run-N.txt::

    "CPU Time Used","Estimated Training Performance","Wallclock Time","Incumbent ID",...,"Configuration..."
    0.0, 1.7976931348623157E308, 0.0, 1, 0.0,  x='4.0', y='7'

detailed-traj-run-N.csv has the same columns in double quotes, and a column for the performance that the model
predicted, in which this package writes NaN.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pysmac_compat.errors import shown
from pysmac_compat.files.configuration_texts import format_pairs, parse_pairs
from pysmac_compat.files.text import Path, TextFile, quoted_cells
from pysmac_compat.space.values import java_number

_COLUMNS = (
    "CPU Time Used",
    "Estimated Training Performance",
    "Wallclock Time",
    "Incumbent ID",
    "Automatic Configurator (CPU) Time",
)
_FULL, _PREDICTED = "Full Configuration", "Predicted Performance (if available)"
HEADER = quoted_cells([*_COLUMNS, "Configuration..."]) + "\n"
DETAILED_HEADER = quoted_cells([*_COLUMNS, _FULL, _PREDICTED]) + ",\n"
#: the performance in the first line, before the first evaluation has ended
UNKNOWN = sys.float_info.max


@dataclass(frozen=True)
class Step:
    """A line of a trajectory.

    Attributes
    ----------
    cpu_time : float
        The sum of the run times of all calls so far and of ``overhead``, seconds.
    performance : float
        The mean cost of the incumbent.
    wall_time : float
        The wall clock time, seconds.
    incumbent : int
        The ID of the configuration, from 1.
    overhead : float
        The wall clock time of the search without its calls, seconds.
    configuration : dict of str to str
    """

    cpu_time: float
    performance: float
    wall_time: float
    incumbent: int
    overhead: float
    configuration: Mapping[str, str]

    @property
    def line(self) -> str:
        """The line for traj-run-N.txt."""
        return ", ".join([*self._numbers, " " + format_pairs(self.configuration)]) + "\n"

    @property
    def detailed_line(self) -> str:
        """The line for detailed-traj-run-N.csv."""
        numbers = self._numbers
        numbers[1] = " " + numbers[1]
        return f"{quoted_cells(numbers)}, {quoted_cells([' ' + format_pairs(self.configuration), 'NaN'])}\n"

    @property
    def _numbers(self) -> list[str]:
        return [
            java_number(self.cpu_time),
            java_number(self.performance),
            java_number(self.wall_time),
            str(self.incumbent),
            java_number(self.overhead),
        ]


def read_trajectory(path: Path, growing: bool = False) -> list[dict[str, Any]]:
    """Read traj-run-N.txt.

    Parameters
    ----------
    path : str or path-like
    growing : bool
        See `TextFile`.

    Returns
    -------
    list of dict
        A dict for each line: each column of the header as a float, and 'Configuration' as a dict of str to str.

    Raises
    ------
    FileFormatError
    """
    file = TextFile(path, appended=True, growing=growing)
    rows = file.header('"CPU Time Used",')
    *names, last = file.cells(*file.lines[0])
    if not last.startswith("Configuration"):
        file.error(file.lines[0][0], f"expected 'Configuration...' as the last column, got {shown(last)}")
    found = []
    for number, line in rows:
        *cells, configuration = line.split(",", len(names))
        if len(cells) != len(names):
            file.error(number, f"expected {len(names)} numbers and a configuration, got {shown(line)}")
        step: dict[str, Any] = {name: file.number(number, cell, name) for name, cell in zip(names, cells, strict=True)}
        step["Configuration"] = parse_pairs(file, number, configuration)
        found.append(step)
    return found


def read_detailed_trajectory(path: Path) -> list[dict[str, Any]]:
    """Read detailed-traj-run-N.csv, like `read_trajectory`, with 'Full Configuration' and the predicted performance."""
    file = TextFile(path, appended=True)
    rows = file.header('"CPU Time Used",')
    names = file.cells(*file.lines[0])
    if names[-2:] != [_PREDICTED, ""] or _FULL not in names:
        file.error(file.lines[0][0], f"expected the header of a detailed trajectory, got {shown(names)}")
    names.pop()
    found = []
    for number, line in rows:
        cells = file.cells(number, line)
        if len(cells) != len(names):
            file.error(number, f"expected {len(names)} columns, got {len(cells)}")
        found.append(
            {
                name: parse_pairs(file, number, cell) if name == _FULL else file.number(number, cell, name)
                for name, cell in zip(names, cells, strict=True)
            }
        )
    return found
