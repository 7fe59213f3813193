"""Options that say how the function is called, and what becomes of its results."""

from __future__ import annotations

import warnings

import pytest

import pysmac_compat

from .searches import PARAMETERS, configurations, minimise, quadratic, search


@pytest.mark.slow
def test_stop_on_abort():
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options["isolate"] = False
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": "ABORT"}, 3, PARAMETERS)
    assert len(configurations(optimizer.result)) == 3
    optimizer.smac_options["stop-on-abort"] = True
    with pytest.warns(UserWarning, match="ABORT"):
        optimizer.minimize(lambda x, y: {"status": b"ABORT"}, 3, PARAMETERS)
    assert optimizer.result.stopped_because == "the function reported ABORT"
    assert len(configurations(optimizer.result)) == 1


@pytest.mark.slow
def test_without_isolation_calls_happen_here():
    seen = []

    def function(x, y):
        seen.append(x)
        if len(seen) == 3:
            raise ValueError("third")
        return quadratic(x, y)

    result = minimise([("isolate", False)], function, 6)
    assert len(seen) == 6
    assert [e.status for e in result.runs[0].evaluations].count("CRASHED") == 1
    assert configurations(result)[:2] == configurations(search(n=6))[:2]


def test_the_offset_of_the_seed():
    moved, there, plain = search([("seed-offset", 3)], n=4, seed=2), search(n=4, seed=5), search(n=4, seed=2)
    assert moved.runs[0].seed == 2
    assert configurations(moved) == configurations(there) != configurations(plain)


def fails_after(good):
    def function(x, y):
        if (x, y) != (4, 7) or not good:
            raise ValueError("no")
        return 1.0

    return function


@pytest.mark.parametrize(
    ("name", "good", "expected"),
    [
        ("abort-on-crash", True, 2),
        ("abort-on-crash", False, 1),
        ("abort-on-first-run-crash", True, 5),
        ("abort-on-first-run-crash", False, 1),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_crash_can_end_the_run(name, good, expected):
    result = search([(name, True)], fails_after(good), 5)
    assert len(configurations(result)) == expected
    assert (result.stopped_because == "an evaluation has crashed") == (expected < 5)


def test_retry_crashed_count(tmp_path):
    def function(x, y):
        with open(tmp_path / "calls", "a") as calls:
            calls.write("x")
            n = calls.tell()
        if n % 3:
            raise ValueError("only every third call works")
        return x

    result = minimise([("retry-crashed-count", 2), ("isolate", False)], function, 2)
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"] * 2
    assert len((tmp_path / "calls").read_text()) == 6


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([("transform-crashed-quality", True)], 1e9),
        ([("transform-crashed-quality-value", 77)], 77.0),
        ([("transform-crashed-quality-value", "77"), ("transform-crashed-quality", False)], 2.0**127),
    ],
)
def test_transform_crashed_quality(options, expected):
    result = search(options, fails_after(True), 3)
    assert [e.value for e in result.runs[0].evaluations] == [1.0, expected, expected]
    assert result.value == 1.0


@pytest.mark.parametrize(
    ("name", "level", "shown"),
    [("console-log-level", "DEBUG", "DEBUG"), ("logLevel", "info", "INFO"), ("console-log-level", "OFF", "")],
)
def test_log_levels(name, level, shown, capfd):
    minimise([(name, level)], n=1)
    lines = capfd.readouterr().err
    assert (shown in lines) if shown else lines == ""
    assert ("DEBUG" in lines) == (level == "DEBUG")


def contradicting(x, y, instance=0):
    return {"value": x, "status": "UNSAT" if x == 4 and instance == 1 else "SAT"}


def test_sat_and_unsat_on_one_instance_can_be_a_warning():
    with pytest.warns(UserWarning, match="consistency") as caught:
        result = search([("check-sat-consistency", True)], contradicting, num_train_instances=2)
    (text,) = (str(each.message) for each in caught)
    assert text.startswith("check-sat-consistency: ")
    assert text.endswith("on the instance 1")
    assert "UNSAT for {'x': 4.0, 'y': 7}" in text
    assert len(configurations(result)) == 12


def test_sat_and_unsat_on_one_instance_can_be_an_error():
    def function(x, y):
        return contradicting(x, y, 1)

    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options.update({"check-sat-consistency-exception": True, "isolate": False})
    with pytest.raises(RuntimeError, match="check-sat-consistency: UNSAT for .* and SAT for"):
        optimizer.minimize(function, 12, PARAMETERS)
    assert [e.status for e in optimizer.result.runs[0].evaluations][:2] == ["UNSAT", "SAT"]
    assert optimizer.result.value <= 4


@pytest.mark.slow
def test_sat_and_unsat_may_be_mixed_unless_somebody_asks():
    for options in ([], [("check-sat-consistency", False), ("check-sat-consistency-exception", True)]):
        assert len(configurations(quiet(options, contradicting))) == 12

    def by_instance(x, y, instance):
        return {"value": x, "status": "UNSAT" if instance else "SAT"}

    quiet([("check-sat-consistency", True)], by_instance)


def quiet(options, function):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        return search(options, function, num_train_instances=2)
