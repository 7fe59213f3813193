"""Read tables from files, and take out the column that is to be predicted."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automax.tables.labels import label_text
from automax.tables.packages import pandas
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.suggestions import nearest

_TEXT = (".csv", ".tsv", ".txt")
_PARQUET = (".parquet", ".pq")
_COMPRESSED = (".gz", ".bz2", ".xz", ".zip")
_SEPARATORS = ",;\t|"


def read_table(path: str | Path) -> Any:
    """Read a CSV file (separated by commas, semicolons, tabs or bars; perhaps compressed) or a Parquet file.

    Returns
    -------
    DataFrame

    Raises
    ------
    ArgumentError
        If the file cannot be read, or has no row.
    ImportError
        If pandas is missing, or if pyarrow is missing and the file is a Parquet file. The message says how to install
        the package.
    """
    path = Path(path)
    suffixes = [each.lower() for each in path.suffixes]
    kind = suffixes[-2] if len(suffixes) > 1 and suffixes[-1] in _COMPRESSED else "".join(suffixes[-1:])
    if kind not in (*_TEXT, *_PARQUET):
        raise ArgumentError(
            f"{path}: expected a file that ends in {', '.join((*_TEXT, *_PARQUET))}, got {kind or 'no ending'!r}"
        )
    pd = pandas("reading a table")
    try:
        table = _read_parquet(pd, path) if kind in _PARQUET else _read_text(pd, path)
    except ImportError:
        raise
    except Exception as error:  # from pandas, pyarrow or the system
        reason = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
        raise ArgumentError(f"{path} cannot be read: {reason:.300}") from error
    if len(table) == 0:
        raise ArgumentError(f"{path} has no row")
    table.columns = [str(name) for name in table.columns]
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise ArgumentError(f"{path}: two columns are called {shown(twice[0])}")
    return table


def _read_text(pd: Any, path: Path) -> Any:
    # no file has this separator, so the first line is one field; pandas handles compression and byte order marks
    line = pd.read_csv(path, sep="\x1f", header=None, nrows=1, dtype=str, quoting=csv.QUOTE_NONE)
    separator = max(_SEPARATORS, key=str(line.iloc[0, 0]).count)
    return pd.read_csv(path, sep=separator, low_memory=False)


def _read_parquet(pd: Any, path: Path) -> Any:
    try:
        return pd.read_parquet(path)
    except ImportError as error:
        raise ImportError("reading Parquet needs pyarrow; install it with: pip install pyarrow") from error


def take_target(table: Any, target: str, where: str = "the table") -> tuple[Any, Any]:
    """Divide a table into the columns to learn from and the target.

    Parameters
    ----------
    table : DataFrame
    target : str
    where : str
        The name of the table in messages.

    Returns
    -------
    DataFrame, Series

    Raises
    ------
    ArgumentError
        If the table has no such column, if labels are missing, or if there are not exactly two different labels.
    """
    check_columns(table, [target], where, "target")
    labels = table[target]
    missing = int(labels.isna().sum())
    if missing:
        raise ArgumentError(f"{where}: the target {shown(target)} is missing in {missing} of {len(table)} rows")
    found = sorted(map(label_text, labels.unique()))
    if len(found) != 2:
        some = f"{', '.join(found[:5])}{', ...' if len(found) > 5 else ''}"
        number = "one value" if len(found) == 1 else f"{len(found)} values"
        raise ArgumentError(f"{where}: the target {shown(target)} must have two values, it has {number}: {some}")
    if table.shape[1] == 1:
        raise ArgumentError(f"{where} has no column but the target {shown(target)}")
    return table.drop(columns=target), labels


def check_columns(table: Any, names: Sequence[str], where: str, argument: str = "") -> None:
    """Raise an error if a table lacks a column. The message gives the nearest name of a column."""
    for name in names:
        if name not in table.columns:
            before = f"{argument}: " if argument else ""
            raise ArgumentError(f"{before}{where} has no column {shown(name)}{nearest(name, table.columns)}")


def without_names(table: Any) -> list[str]:
    """Return the names that pandas gave to columns without a name in the file, such as an index that was written."""
    return [name for name in table.columns if re.fullmatch(r"Unnamed: \d+", name)]
