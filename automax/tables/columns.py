"""The kinds of the columns of a table: numbers, categories or dates."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from automax.tables.packages import pandas
from pysmac_compat.errors import ArgumentError, shown, warn

NUMBER, CATEGORY, DATE, LEFT_OUT = "number", "category", "date", "left out"
#: an ISO date, perhaps with a time
_ISO = r"\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?\s*"
#: a date in another form, such as 30.11.2026
_OTHER_DATE = r"\s*\d{1,4}([./-])\d{1,2}\1\d{1,4}\b.*"


def is_frame(X: Any) -> bool:
    """Return whether X is a DataFrame or behaves like one."""
    return hasattr(X, "iloc") and hasattr(X, "columns")


@dataclass(frozen=True)
class Columns:
    """The columns of the table with which a classifier was fitted.

    Attributes
    ----------
    kinds : dict of str to str
        The kind of each column by its name, in the order of the table: 'number', 'category', 'date' or 'left out'. A
        column is left out if its texts are nearly all different, such as names or identifiers.
    """

    kinds: Mapping[str, str]

    @property
    def used(self) -> list[str]:
        """The names of the columns that are not left out."""
        return [name for name, kind in self.kinds.items() if kind != LEFT_OUT]

    @property
    def categories(self) -> list[int]:
        """The indices of the columns of categories among the used columns."""
        return [i for i, name in enumerate(self.used) if self.kinds[name] == CATEGORY]

    @property
    def numeric(self) -> list[int]:
        """The indices of the columns of numbers and dates among the used columns."""
        return [i for i, name in enumerate(self.used) if self.kinds[name] != CATEGORY]

    def __str__(self) -> str:
        found = {kind: [n for n, k in self.kinds.items() if k == kind] for kind in (NUMBER, CATEGORY, DATE, LEFT_OUT)}
        parts = [
            f"{len(found[kind])} {word if len(found[kind]) == 1 else words}"
            for kind, word, words in (
                (NUMBER, "number", "numbers"),
                (CATEGORY, "category", "categories"),
                (DATE, "date", "dates"),
            )
            if found[kind]
        ]
        text = ", ".join(parts)
        if found[LEFT_OUT]:
            text += f"; left out, because nearly all values differ: {', '.join(found[LEFT_OUT])}"
        return text

    def convert(self, X: Any) -> Any:
        """Return the used columns in the form that the preprocessor takes.

        Parameters
        ----------
        X : DataFrame or array of shape (n_rows, n_columns)
            Its columns are those of `kinds`, in the same order.

        Returns
        -------
        array of float, or DataFrame
            An array if no column holds categories. Numbers and dates (days since 1970) are floats, and categories are
            texts. Missing values are NaN.

        Raises
        ------
        ArgumentError
            If a column of numbers or dates contains anything else, or if a number is infinite.
        """
        if not is_frame(X) and X.dtype.kind in "biuf" and set(self.kinds.values()) <= {NUMBER}:
            return _finite(X.astype(np.float64), list(self.kinds))
        table = as_frame(X, list(self.kinds))
        converted = {}
        for j, (name, kind) in enumerate(self.kinds.items()):
            if kind != LEFT_OUT:
                converted[name] = _CONVERTERS[kind](name, table.iloc[:, j])
        if not self.categories:
            return np.column_stack(list(converted.values()))
        return pandas().DataFrame(converted)


def learn_columns(X: Any, names: Sequence[str], least: int) -> Columns:
    """Determine the kinds of the columns.

    Parameters
    ----------
    X : DataFrame or array of shape (n_rows, n_columns)
    names : sequence of str
    least : int
        A column of texts is left out if each text occurs in fewer rows than this.

    Raises
    ------
    ArgumentError
        If two columns have the same name, if a column has no value in any row, or if all columns are left out.
    """
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ArgumentError(f"two columns are called {shown(twice[0])}")
    if not is_frame(X) and X.dtype.kind in "biuf":
        empty = [name for name, gone in zip(names, np.isnan(X.astype(np.float64)).all(axis=0), strict=True) if gone]
        found = dict.fromkeys(names, NUMBER)
    else:
        table = as_frame(X, names)
        empty = [name for j, name in enumerate(names) if table.iloc[:, j].isna().all()]
        found = {} if empty else {name: _kind(name, table.iloc[:, j], least) for j, name in enumerate(names)}
    if empty:
        raise ArgumentError(f"column {shown(empty[0])} has no value in any row: leave it out")
    if set(found.values()) == {LEFT_OUT}:
        raise ArgumentError(
            f"there is nothing to learn from: the values of {', '.join(names)} nearly all differ from row to row"
        )
    return Columns(found)


def as_frame(X: Any, names: Sequence[str]) -> Any:
    """Return a DataFrame of the columns of X."""
    if is_frame(X):
        return X
    return pandas("columns of text").DataFrame(X, columns=list(names))


def _kind(name: str, column: Any, least: int) -> str:
    types = pandas().api.types
    if isinstance(column.dtype, pandas().CategoricalDtype):
        return CATEGORY
    if types.is_complex_dtype(column.dtype):
        raise ArgumentError(f"Complex data not supported: column {shown(name)}")
    if types.is_numeric_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
        return NUMBER
    if types.is_datetime64_any_dtype(column.dtype) or types.is_timedelta64_dtype(column.dtype):
        return DATE
    values = column.dropna()
    if values.map(lambda value: isinstance(value, numbers.Number)).all():
        if values.map(lambda value: isinstance(value, complex)).any():
            raise ArgumentError(f"Complex data not supported: column {shown(name)}")
        return NUMBER
    texts = values.map(_text)
    if texts.str.fullmatch(_ISO).all() and not _days(texts).isna().any():
        return DATE
    if texts.str.fullmatch(_OTHER_DATE).all():
        warn(f"column {shown(name)} looks like dates, but only dates such as 2026-11-30 are taken as dates")
    return CATEGORY if texts.value_counts().iloc[0] >= least else LEFT_OUT


def _text(value: Any) -> str:
    """Return a category as text. 3.0 becomes 3, because a gap turns a column of integers into a column of floats."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _texts(name: str, column: Any) -> Any:
    known = column.notna().to_numpy()
    values = np.full(len(column), np.nan, dtype=object)
    values[known] = [_text(value) for value in column.to_numpy(dtype=object)[known]]
    return pandas().Series(values, dtype=object)


def _numbers(name: str, column: Any) -> npt.NDArray[np.float64]:
    found = pandas().to_numeric(column.astype(object), errors="coerce")
    _check_known(name, column, found, "numbers")
    return _finite(found.to_numpy(dtype=np.float64, na_value=np.nan), [name])


def _dates(name: str, column: Any) -> npt.NDArray[np.float64]:
    found = _days(column)
    _check_known(name, column, found, "dates such as 2026-11-30")
    return np.asarray(found.to_numpy(dtype=np.float64, na_value=np.nan))


def _days(column: Any) -> Any:
    """Return the days since 1970; NaN for a value that is not a date."""
    pd = pandas()
    if not pd.api.types.is_timedelta64_dtype(column.dtype):
        is_text = not pd.api.types.is_datetime64_any_dtype(column.dtype)
        dates = pd.to_datetime(column, utc=True, errors="coerce", **({"format": "ISO8601"} if is_text else {}))
        column = dates - pd.Timestamp(0, tz="UTC")
    return column / pd.Timedelta(days=1)


def _check_known(name: str, before: Any, after: Any, wanted: str) -> None:
    lost = (before.notna() & after.isna()).to_numpy()
    if lost.any():
        row = int(np.argmax(lost))
        raise ArgumentError(
            f"column {shown(name)} must hold {wanted}, as when the classifier was fitted, got "
            f"{shown(before.iloc[row])} in row {row + 1}"
        )


def _finite(values: npt.NDArray[np.float64], names: Sequence[str]) -> npt.NDArray[np.float64]:
    infinite = np.isinf(values.reshape(len(values), -1)).any(axis=0)
    if infinite.any():
        raise ArgumentError(f"column {shown(names[int(np.argmax(infinite))])} contains infinity")
    return values


_CONVERTERS = {NUMBER: _numbers, CATEGORY: _texts, DATE: _dates}
