"""Each status of a call has its place: a group, a number in SMAC3's files, a word that SMAC v2 knows."""

from typing import get_args

import pytest
from smac.runhistory import StatusType

from pysmac_compat.evaluation.outcome import CRASHES, FAILURES, REPORTABLE, SUCCESSES, Status
from pysmac_compat.events import Evaluated, RunStarted
from pysmac_compat.files import smac3
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.result_files import ResultFiles
from pysmac_compat.files.run_results import read_runs_and_results
from pysmac_compat.plan import Budget, Plan
from pysmac_compat.plan.objective import Objective
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import define

STATUSES = get_args(Status)
SMAC3 = {
    "SAT": StatusType.SUCCESS,
    "UNSAT": StatusType.SUCCESS,
    "TIMEOUT": StatusType.TIMEOUT,
    "MEMOUT": StatusType.MEMORYOUT,
    "CRASHED": StatusType.CRASHED,
    "ABORT": StatusType.CRASHED,
}
#: the words of SMAC v2's runs_and_results
KNOWN = {"SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT"}


def test_each_is_in_one_group():
    assert sorted([*SUCCESSES, "TIMEOUT", *FAILURES]) == sorted(STATUSES)
    assert set(CRASHES) < set(FAILURES)
    assert set(REPORTABLE) < set(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_each_has_a_word_and_a_number(tmp_path, status):
    assert StatusType(smac3._STATUS[status]) is SMAC3[status]
    assert written(tmp_path, status).result in KNOWN


@pytest.mark.parametrize(
    ("objective", "status", "value", "censored"),
    [
        (Objective(runtime=True, cutoff=10.0), "TIMEOUT", 9.9, True),
        (Objective(runtime=True, cutoff=10.0), "TIMEOUT", 10.0, False),  # the whole limit
        (Objective(runtime=True), "TIMEOUT", 9.9, True),
        (Objective(runtime=True, cutoff=10.0), "SAT", 9.9, False),
        (Objective(cutoff=10.0), "TIMEOUT", 9.9, False),
    ],
)
def test_a_run_that_was_capped_is_censored(tmp_path, objective, status, value, censored):
    assert written(tmp_path, status, value, objective).censored == censored


def written(folder, status, value=1.0, objective=None):
    """The row of one evaluation."""
    plan = Plan(define({"x": ("real", [0, 1], 0.5)}), [0], Budget(5), objective or Objective())
    files = ResultFiles(plan, {}, [["id_0"]])
    files.open(Folder(str(folder), []), keep=False)
    files.take(RunStarted(0))
    files.take(Evaluated(0, Evaluation(1, {"x": 0.5}, None, None, status, value, None, 0.0, 0.0)))
    files.close()
    (path,) = (folder / "state-run0").glob("runs_and_results-it*.csv")
    (row,) = read_runs_and_results(path)
    return row
