"""What a program's answer means, and each way in which it can be wrong."""

import math

import pytest

from pysmac_compat.evaluation.outcome import judge
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.target.answer import ANSWER, NoAnswer
from pysmac_compat.target.answer import read_answer as read

SMAC = "Result for SMAC: "


def is_answer(line):
    return ANSWER.search(line.encode()) is not None


def read_answer(line, *more, **keywords):
    return read(line.encode(), *more, **keywords)


@pytest.mark.parametrize(
    "line",
    [
        "Result for SMAC: SAT, 1.5, 0, 17, 7",
        "Result for SMAC: SAT,1.5,0,17,7",
        "  Result for ParamILS: sat , 1.5E0, -1, 1.7e1, 7\r",
        "Result of this algorithm run: Success, 1.5, 0, 17, 7, some, more",
        "result for smac: SUCCESS, 1.5, 0, 17, 7.0",
        'Result for SMAC: {"status": "SUCCESS", "runtime": 1.5, "cost": 17, "misc": {"a": 1}, "seed": 7}',
        'Result of this algorithm run:{"status": "sat", "runtime": "1.5", "quality": "17.0", "seed": "7"}',
    ],
)
def test_success(line):
    assert is_answer(line)
    report = read_answer(line, "7")
    assert (report.status, report.runtime, report.value, report.remark) == ("SAT", 1.5, 17.0, "")


@pytest.mark.parametrize(
    "line", ["", "Result:", "x Result for SMAC: SAT, 1, 0, 1, 1", "Results for SMAC: 1", "Result for SMAC"]
)
def test_other_lines(line):
    assert not is_answer(line)


@pytest.mark.parametrize("status", ["SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT", "MEMOUT"])
def test_statuses_in_any_case(status):
    for word in (status, status.lower(), status.capitalize()):
        assert read_answer(f"{SMAC}{word}, 1, 0, 1, 7", "7").status == status
        assert read_answer(f'{SMAC}{{"status": "{word}", "runtime": 1}}', "7").status == status


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("", "expected STATUS, RUNTIME, RUNLENGTH, QUALITY, SEED"),
        ("SAT, 1, 0, 1", "expected STATUS, RUNTIME"),
        ("FINE, 1, 0, 1, 7", "status 'FINE'; expected one of SAT, UNSAT"),
        ("SAT, fast, 0, 1, 7", "'fast' as its run time, which is not a number"),
        ("SAT, , 0, 1, 7", "'' as its run time"),
        ("TIMEOUT, 1_0, 0, 1, 7", "'1_0' as its run time"),
        ('{"status": "SAT", "runtime": 1', "not a JSON object"),
        ("{'status': 'SAT', 'runtime': 1}", "not a JSON object"),
        ('{"runtime": 1}', "no 'status'"),
        ('{"status": "SAT", "runtime": true}', "True as its run time"),
        ('{"status": 3, "runtime": 1}', "status 3"),
    ],
)
def test_what_cannot_be_read(rest, message):
    with pytest.raises(NoAnswer, match=message):
        read_answer(SMAC + rest, "7")


def outcome(line, runtime):
    report = read_answer(line, "7")
    return judge(report, Rules(runtime_objective=runtime), cpu_time=0.5, wall_time=1.0)


@pytest.mark.parametrize("quality", ["nan", "NaN", "inf", "-Infinity", "1e999", "good", ""])
def test_a_quality_that_is_no_number_is_a_crash_unless_only_the_run_time_counts(quality):
    line = f"{SMAC}SAT, 1.5, 0, {quality}, 7"
    crashed = outcome(line, False)
    assert crashed.status == "CRASHED"
    assert "quality, which is not a finite number" in crashed.message
    assert (outcome(line, True).status, outcome(line, True).runtime) == ("SAT", 1.5)


@pytest.mark.parametrize("runtime", ["-1", "nan", "inf", "1e999"])
def test_a_run_time_that_cannot_be_is_a_crash_where_it_counts(runtime):
    line = f"{SMAC}SAT, {runtime}, 0, 3, 7"
    crashed = outcome(line, True)
    assert crashed.status == "CRASHED"
    assert "not a number of seconds from 0" in crashed.message
    other = outcome(line, False)
    assert (other.status, other.value, other.runtime) == ("SAT", 3.0, 0.5)
    assert runtime in other.message


@pytest.mark.parametrize(
    ("seed", "is_other"), [("7", False), ("7.0", False), ("8", True), ("-1", True), ("", True), ("x", True)]
)
def test_another_seed_is_remarked(seed, is_other):
    report = read_answer(f"{SMAC}SAT, 1, 0, 3, {seed}", "7")
    assert (report.status, report.value) == ("SAT", 3.0)
    assert ("the seed" in report.remark) is is_other
    assert ("the seed" in outcome(f"{SMAC}SAT, 1, 0, 3, {seed}", False).message) is is_other


def test_no_seed_in_json_is_no_other_seed():
    assert read_answer(f'{SMAC}{{"status": "SAT", "runtime": 1, "cost": 2}}', "7").remark == ""


@pytest.mark.parametrize("more", ["", ', "runtime": null'])
def test_json_without_a_run_time(more):
    assert outcome(f'{SMAC}{{"status": "SUCCESS", "cost": 2, "seed": 7{more}}}', False).value == 2
    assert outcome(f'{SMAC}{{"status": "SUCCESS", "seed": 7{more}}}', True).runtime == 0.5


def test_the_length_of_the_run_as_the_value():
    assert read_answer(f"{SMAC}SAT, 1, 4711, 3, 7", "7", by_length=True).value == 4711
    assert read_answer(f"{SMAC}SAT, 1, x, 3, 7", "7", by_length=True).value is None


def test_what_is_said_besides_is_kept_of_a_failure():
    assert (
        read_answer(f"{SMAC}CRASHED, 1, 0, 3, 7, core, dumped", "7").message
        == "the program reported CRASHED: core, dumped"
    )


def test_a_long_number():
    assert read_answer(f'{SMAC}{{"status": "SAT", "runtime": 1, "cost": 1{"0" * 400}}}', "7").value is None
    assert math.isfinite(read_answer(f"{SMAC}SAT, 1, 0, 1E308, 7", "7").value)
