"""Readers for the files that describe a run, under the names in the original pysmac; see `pysmac_compat.files`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pysmac_compat.files import pcs, scenario_files
from pysmac_compat.files.text import Path


def read_pcs(filename: Path) -> tuple[dict[str, tuple[Any, ...]], list[str], list[str]]:
    """Read a search space: parameters, conditional clauses, forbidden clauses.

    Parameters in the older format are returned without a type, as ``(values, default, ...)``. Other parameters are
    returned as ``(type, values, default[, 'log'])``.
    """
    return pcs.read_pcs(filename)


def write_pcs(
    pcs_filename: Path, parameters: Mapping[str, Any], forbiddens: Iterable[str], conditionals: Iterable[str]
) -> None:
    """Write a search space to a PCS file; parameters that have no type are written in the older format."""
    pcs.write_pcs(pcs_filename, parameters, forbiddens, conditionals)


def read_scenario_file(fn: Path) -> dict[str, str]:
    """Read a scenario file; the result has one fixed name for each option (algo, paramfile, run_obj, ...)."""
    return scenario_files.read_scenario_by_old_names(fn)
