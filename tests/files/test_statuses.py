"""Each status of a call has its place: a group, a number in SMAC3's files, a word that SMAC v2 knows."""

from typing import get_args

import pytest

from pysmac_compat.evaluation.outcome import CRASHES, FAILURES, REPORTABLE, SUCCESSES, Status
from pysmac_compat.events import Evaluated, RunStarted
from pysmac_compat.files import smac3
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.result_files import ResultFiles
from pysmac_compat.files.run_results import read_runs_and_results
from pysmac_compat.plan import Budget, Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import define

STATUSES = get_args(Status)
#: the words of SMAC v2's runs_and_results
KNOWN = {"SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT"}


def test_each_is_in_one_group():
    assert sorted([*SUCCESSES, "TIMEOUT", *FAILURES]) == sorted(STATUSES)
    assert set(CRASHES) < set(FAILURES)
    assert set(REPORTABLE) < set(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_each_has_a_word_and_a_number(tmp_path, status):
    assert smac3._STATUS[status] in (1, 2, 3, 4)
    files = ResultFiles(Plan(define({"x": ("real", [0, 1], 0.5)}), [0], Budget(5)), {}, [["id_0"]])
    files.open(Folder(str(tmp_path), []), keep=False)
    files.take(RunStarted(0))
    files.take(Evaluated(0, Evaluation(1, {"x": 0.5}, None, None, status, 1.0, None, 0.0, 0.0)))
    files.close()
    (path,) = (tmp_path / "state-run0").glob("runs_and_results-it*.csv")
    (row,) = read_runs_and_results(path)
    assert row.result in KNOWN
