"""What a returned value, and what it used, make of a call."""

import math
from collections import OrderedDict
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from pysmac_compat.evaluation.direct import call_directly
from pysmac_compat.evaluation.outcome import Report, describe, judge
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY, Rules

from ..functions import burn


class Scalar:
    """As a scalar of pandas or torch: has ``item``, and a ``float`` if its size is 1."""

    def __init__(self, *values):
        self.values = values

    def __repr__(self):
        return f"Scalar{self.values}"

    def item(self):
        (value,) = self.values
        return value


class Floatable:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Floatable({self.value})"

    def __float__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class UnprintableNumber:
    def __repr__(self):
        raise RuntimeError("no repr")

    def __float__(self):
        return 3.0


def _judge(report, cpu=0.1, wall=0.2, cutoff=None, stopped=False, cut_short="", longest=None, **rules):
    return judge(
        report,
        Rules(cutoff=longest, **rules),
        cpu_time=cpu,
        wall_time=wall,
        cutoff=cutoff,
        stopped=stopped,
        cut_short=cut_short,
    )


@pytest.mark.parametrize(
    ("returned", "value"),
    [
        (1.5, 1.5),
        (0, 0.0),
        (-3, -3.0),
        (-0.0, 0.0),
        (1e300, 1e300),
        (10**30 + 40, float(10**30 + 40)),
        ("2.5", 2.5),
        (" 2.5\n", 2.5),
        ("-1e3", -1000.0),
        (np.float64(2.5), 2.5),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.float16(0.5), 0.5),
        (np.int64(7), 7.0),
        (np.uint8(7), 7.0),
        (np.array(2.5), 2.5),
        (np.array([2.5]), 2.5),
        (np.array([[2.5]]), 2.5),
        (np.array([3], dtype=np.int32), 3.0),
        (np.str_("2.5"), 2.5),
        (Scalar(2.5), 2.5),
        (Floatable(2.5), 2.5),
        (Decimal("2.5"), 2.5),
        (Fraction(5, 2), 2.5),
    ],
    ids=repr,
)
def test_a_number_is_a_success(returned, value):
    assert describe(returned) == Report("SAT", value)
    assert type(describe(returned).value) is float


@pytest.mark.parametrize(
    "returned",
    [
        None,
        math.nan,
        math.inf,
        -math.inf,
        "nan",
        "inf",
        "None",
        "abc",
        "",
        "1.0, 2.0 x",
        True,
        False,
        np.bool_(True),
        np.array(True),
        np.array([False]),
        np.float64("nan"),
        np.array([np.inf]),
        b"2.5",
        bytearray(b"2.5"),
        np.bytes_(b"2.5"),
        np.array([b"2.5"]),
        1 + 2j,
        np.complex128(1 + 2j),
        (1.0, 2.0),
        (1.0,),
        [1.0],
        {1.0},
        np.array([]),
        np.array([1.0, 2.0]),
        Scalar(1.0, 2.0),
        Scalar(),
        Scalar(True),
        Floatable(math.nan),
        Floatable(RuntimeError("no")),
        10**400,
        Decimal("nan"),
        Decimal("1e400"),
        object(),
        float,
        len,
        (lambda: 3),
        (x for x in ()),
    ],
    ids=lambda returned: f"{type(returned).__name__}-{returned!r:.20}",
)
def test_what_is_no_finite_number_is_a_failure_with_a_message(returned):
    report = describe(returned)
    assert (report.status, report.value) == ("CRASHED", None)
    assert "the function returned" in report.message


def test_the_message_shows_what_was_returned():
    assert "'abc' (str)" in describe("abc").message
    assert "True (bool)" in describe(True).message
    assert "None" in describe(None).message
    assert "inf" in describe(math.inf).message


def test_a_long_value_is_cut_in_the_message():
    assert len(describe("abc" * 10_000).message) < 300


def test_a_number_that_cannot_be_printed():
    assert describe(UnprintableNumber()) == Report("SAT", 3.0)


@pytest.mark.parametrize("as_bytes", [False, True])
@pytest.mark.parametrize("status", ["SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT"])
def test_dict_with_a_status(status, as_bytes):
    report = describe({"value": "2.5", "status": status.encode() if as_bytes else status, "runtime": np.float64(0.5)})
    assert (report.status, report.value, report.runtime) == (status, 2.5, 0.5)
    assert bool(_judge(report).message) == (status not in ("SAT", "UNSAT"))


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ({"value": 1}, ("SAT", 1.0, None)),
        ({"value": np.array([1.0])}, ("SAT", 1.0, None)),
        ({"value": 1, "foo": 3, "bar": "baz"}, ("SAT", 1.0, None)),
        ({"value": 1, "runtime": None}, ("SAT", 1.0, None)),
        ({"value": 1, "runtime": "0.25"}, ("SAT", 1.0, 0.25)),
        ({"value": 1, "runtime": 0}, ("SAT", 1.0, 0.0)),
        (OrderedDict(value=1, status=b"UNSAT"), ("UNSAT", 1.0, None)),
        ({"status": "TIMEOUT"}, ("TIMEOUT", None, None)),
        ({"status": "CRASHED"}, ("CRASHED", None, None)),
        ({"status": b"ABORT"}, ("ABORT", None, None)),
        ({"status": "TIMEOUT", "value": None}, ("TIMEOUT", None, None)),
        ({"status": "TIMEOUT", "value": math.nan}, ("TIMEOUT", None, None)),
        ({"status": np.str_("SAT"), "value": 2}, ("SAT", 2.0, None)),
        ({"status": np.bytes_(b"UNSAT"), "value": 2}, ("UNSAT", 2.0, None)),
    ],
    ids=repr,
)
def test_dict(returned, expected):
    report = describe(returned)
    assert (report.status, report.value, report.runtime) == expected


@pytest.mark.parametrize(
    "returned",
    [
        {},
        {"status": "SAT"},
        {"runtime": 0.5},
        {"value": None},
        {"value": None, "status": b"SAT"},
        {"value": math.nan, "status": b"SAT", "runtime": 0.1},
        {"value": math.inf},
        {"value": True},
        {"value": "abc", "status": "UNSAT"},
        {"value": 1, "status": "FOO"},
        {"value": 1, "status": b"FOO"},
        {"value": 1, "status": b"\xff"},
        {"value": 1, "status": 3},
        {"value": 1, "status": None},
        {"value": 1, "status": []},
        {"value": 1, "runtime": "soon"},
    ],
    ids=repr,
)
def test_dict_that_cannot_be_used(returned):
    outcome = _judge(describe(returned))
    assert (outcome.status, outcome.value) == ("CRASHED", TIMEOUT_QUALITY)
    assert outcome.message


@pytest.mark.parametrize("runtime", [-1.0, -1e-9, math.nan, math.inf, -math.inf, "-2", np.float64(-3)], ids=repr)
@pytest.mark.parametrize("status", ["SAT", "UNSAT"])
def test_a_runtime_that_cannot_be_one(runtime, status):
    """Where the run time is minimised the call has failed; else the value counts, and the measured CPU time."""
    report = describe({"value": 2.0, "status": status, "runtime": runtime})
    outcome = _judge(report)
    assert (outcome.status, outcome.value, outcome.runtime) == (status, 2.0, 0.1)
    assert str(runtime) in outcome.message
    outcome = _judge(report, runtime_objective=True)
    assert (outcome.status, outcome.value) == ("CRASHED", TIMEOUT_QUALITY)
    assert str(runtime) in outcome.message


def test_where_the_run_time_counts_a_success_needs_no_value():
    outcome = _judge(describe({"status": "SAT", "runtime": 3.0}), runtime_objective=True)
    assert (outcome.status, outcome.value, outcome.runtime) == ("SAT", 0.0, 3.0)


@pytest.mark.slow
def test_a_call_in_this_process_used_what_was_used_meanwhile():
    burn(0.2)
    outcome = call_directly(lambda: burn(0.1) or 1.0, {}, Rules())
    assert 0.1 <= outcome.cpu_time < 0.3
    assert outcome.wall_time >= 0.1


def test_a_run_time_of_a_failure_is_not_looked_at():
    assert _judge(describe({"status": "CRASHED", "runtime": -1.0})).message == "the function reported CRASHED"


def test_the_message_names_the_statuses():
    message = describe({"value": 1, "status": "FOO"}).message
    assert "'FOO'" in message
    assert "SAT, UNSAT, TIMEOUT, CRASHED, ABORT" in message


# -- judge ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["SAT", "UNSAT"])
def test_a_success_keeps_its_value(status):
    outcome = _judge(Report(status, 3.0), crash_value=77.0)
    assert (outcome.status, outcome.value) == (status, 3.0)
    assert outcome.succeeded
    assert outcome.learnable
    assert (outcome.cpu_time, outcome.wall_time, outcome.runtime) == (0.1, 0.2, 0.1)
    assert not outcome.cut_short


@pytest.mark.parametrize("status", ["TIMEOUT", "MEMOUT", "CRASHED", "ABORT"])
@pytest.mark.parametrize("crash_value", [TIMEOUT_QUALITY, 77.0, -1.0])
def test_a_failure_has_the_crash_value(status, crash_value):
    outcome = _judge(Report(status, 3.0, message="why"), crash_value=crash_value)
    assert (outcome.status, outcome.value, outcome.message) == (status, crash_value, "why")
    assert not outcome.succeeded
    assert outcome.learnable == (status == "TIMEOUT")


def test_the_default_crash_value():
    assert TIMEOUT_QUALITY == 2.0**127
    assert _judge(Report("CRASHED")).value == 2.0**127


@pytest.mark.parametrize(
    ("report", "value"),
    [
        (Report("TIMEOUT", 3.0), 3.0),
        (Report("TIMEOUT"), TIMEOUT_QUALITY),
        (Report("CRASHED", 3.0), TIMEOUT_QUALITY),
        (Report("ABORT", 3.0), TIMEOUT_QUALITY),
        (Report("MEMOUT"), TIMEOUT_QUALITY),
        (Report("SAT", 3.0), 3.0),
    ],
)
def test_without_a_crash_value_a_timeout_keeps_the_value_of_the_function(report, value):
    assert _judge(report, crash_value=None).value == value


@pytest.mark.parametrize("status", ["SAT", "UNSAT", "CRASHED", "ABORT", "TIMEOUT"])
@pytest.mark.parametrize(
    "used",
    [
        {"cpu": 1.98},
        {"cpu": 2.5},
        {"wall": 20.0},
        {"wall": 25.0},
        {"stopped": True},
    ],
    ids=repr,
)
def test_a_limit_that_is_reached_is_a_timeout_whatever_the_function_says(status, used):
    value = 3.0 if status in ("SAT", "UNSAT") else None
    outcome = _judge(Report(status, value), cutoff=2.0, crash_value=77.0, **used)
    assert (outcome.status, outcome.value) == ("TIMEOUT", 77.0)
    assert outcome.message
    assert _judge(Report("SAT", 3.0), cutoff=2.0, crash_value=None, **used).value == 3.0


@pytest.mark.parametrize(
    ("runtime", "status"), [(0.1, "SAT"), (1.97, "SAT"), (1.98, "TIMEOUT"), (1.985, "TIMEOUT"), (5.0, "TIMEOUT")]
)
def test_a_reported_runtime_counts(runtime, status):
    outcome = _judge(Report("SAT", 3.0, runtime), cutoff=2.0)
    assert (outcome.status, outcome.runtime) == (status, runtime)


def test_a_small_reported_runtime_does_not_hide_the_cpu_time():
    assert _judge(Report("SAT", 3.0, 0.01), cpu=2.0, cutoff=2.0).status == "TIMEOUT"


@pytest.mark.parametrize("used", [{"cpu": 1.97}, {"wall": 19.9}])
def test_below_the_limit(used):
    assert _judge(Report("SAT", 3.0), cutoff=2.0, **used).status == "SAT"
    assert _judge(Report("CRASHED", message="m"), cutoff=2.0, **used).status == "CRASHED"


def test_the_wall_clock_limit_does_not_shrink_with_a_capped_limit():
    assert _judge(Report("SAT", 3.0), wall=49.0, cutoff=1.0, longest=5.0).status == "SAT"
    assert _judge(Report("SAT", 3.0), wall=50.0, cutoff=1.0, longest=5.0).status == "TIMEOUT"
    assert _judge(Report("SAT", 3.0), wall=9.0, cutoff=1.0).status == "SAT"
    assert _judge(Report("SAT", 3.0), wall=10.0, cutoff=1.0).status == "TIMEOUT"


def test_without_a_limit_nothing_is_a_timeout():
    assert _judge(Report("SAT", 3.0, 1e6), cpu=1e6, wall=1e6).status == "SAT"


def test_memory_is_told_from_time():
    assert _judge(Report("MEMOUT"), cpu=3.0, cutoff=2.0, stopped=True).status == "MEMOUT"


def test_a_call_that_the_total_time_cuts_short_teaches_nothing():
    outcome = _judge(Report("SAT", 3.0), stopped=True, cut_short="the total time is over")
    assert (outcome.status, outcome.value) == ("TIMEOUT", TIMEOUT_QUALITY)
    assert outcome.cut_short
    assert not outcome.learnable
    assert "total time" in outcome.message
