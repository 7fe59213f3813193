"""Options that transform the quality and the run time of a call."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.plan.transform import Transform, parse_formula

from .searches import configurations, minimise, plan_of, quadratic, search

STATUSES = ("SAT", "UNSAT", "TIMEOUT", "CRASHED")


def transformed(status, cutoff=10.0, valid_only=True, value=4.0, runtime=2.0, **formulas):
    parsed = {name: parse_formula(name, text) for name, text in formulas.items()}
    return Transform(valid_only, **parsed)(Outcome(status, value, runtime, 0.5, 0.6), cutoff)


@pytest.mark.parametrize("status", [*STATUSES, "MEMOUT", "ABORT"])
@pytest.mark.parametrize("quantity", ["quality", "runtime"])
def test_each_status_has_its_own_formula(status, quantity):
    for kind in ("SAT", "UNSAT", "TIMEOUT", "other"):
        outcome = transformed(status, **{f"{kind}_{quantity}": "100 + S"}, valid_only=False)
        number = outcome.value if quantity == "quality" else outcome.runtime
        concerned = kind == (status if status in STATUSES[:3] else "other")
        result = {"SAT": 1, "UNSAT": -1}.get(status, 0)
        assert number == (100 + result if concerned else 4.0 if quantity == "quality" else 2.0)
        assert outcome.status == status


@pytest.mark.slow
@given(q=st.floats(-1e6, 1e6), r=st.floats(0, 1e6), c=st.floats(1, 1e6))
def test_a_formula_sees_all_variables_as_they_were(q, r, c):
    formulas = {"SAT_quality": "Q * 2 - R / C + S", "SAT_runtime": "Q - R"}
    outcome = transformed("SAT", c, valid_only=False, value=q, runtime=r, **formulas)
    assert outcome.value == pytest.approx(q * 2 - r / c + 1)
    assert outcome.runtime == q - r


@pytest.mark.parametrize(
    ("text", "number"),
    [("-Q^2", -16), ("log10(Q * 25)", 2), ("(Q > 3) * 7", 7), ("Q % 3", 1), ("2Q", 8), (5, 5), (1e300, 1e300)],
)
def test_formulas_have_the_grammar_of_clauses(text, number):
    assert transformed("SAT", SAT_quality=text).value == pytest.approx(number)


def test_without_a_limit_it_counts_as_an_hour():
    assert transformed("SAT", cutoff=None, SAT_quality="C").value == 3600


@pytest.mark.parametrize(
    ("status", "runtime", "expected"),
    [
        ("SAT", "R * 4", ("SAT", 8.0)),
        ("SAT", "R * 5", ("TIMEOUT", 10.0)),
        ("UNSAT", "R * 50", ("TIMEOUT", 10.0)),
        ("UNSAT", "R - 50", ("UNSAT", 0.0)),
        ("CRASHED", "R * 50", ("CRASHED", 10.0)),
    ],
)
def test_run_times_are_kept_valid(status, runtime, expected):
    kind = "other" if status == "CRASHED" else status
    outcome = transformed(status, **{f"{kind}_runtime": runtime})
    assert (outcome.status, outcome.runtime) == expected
    assert outcome.value == 4.0
    outcome = transformed(status, **{f"{kind}_runtime": runtime}, valid_only=False)
    assert outcome.status == status
    assert outcome.runtime == {"R * 4": 8, "R * 5": 10, "R * 50": 100, "R - 50": -48}[runtime]


@pytest.mark.parametrize(("formula", "shown"), [("log(0 - Q)", "nan"), ("1 / (Q - 4)", "inf")])
def test_what_is_no_number_is_a_crash(formula, shown):
    outcome = transformed("SAT", SAT_quality=formula)
    assert (outcome.status, outcome.value) == ("CRASHED", 2.0**127)
    assert f"'tae-transform-SAT-quality'] gives {shown} for S = 1, R = 2, Q = 4, C = 10" in outcome.message


@pytest.mark.parametrize(
    ("text", "place", "complaint"),
    [
        ("Q + X", 4, "'X' is neither one of S, R, Q, C, nor a function"),
        ("Q +", 3, "expected a value, found the end"),
        ("(Q", 2, "expected ')'"),
        ("Q)", 1, "did not expect anything more"),
        ("", 0, "expected a value"),
        ("__import__('os')", 0, "'__import__' is neither"),
        ("Q = 3", 2, "single '='"),
    ],
)
def test_an_error_in_a_formula_shows_the_place_before_the_first_call(text, place, complaint, tmp_path):
    def function(x, y):
        (tmp_path / "called").touch()
        return x

    with pytest.raises(ValueError, match="tae-transform-SAT-quality") as caught:
        minimise([("tae-transform-SAT-quality", text)], function, 2)
    lines = str(caught.value).split("\n")
    assert complaint in lines[0]
    assert lines[-1].index("^") == 4 + place
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("value", [None, True, ["Q"], "(" * 10_000])
def test_a_formula_must_be_a_text(value):
    with pytest.raises(ValueError, match="tae-transform-other-runtime"):
        plan_of([("tae-transform-other-runtime", value)])


@pytest.mark.slow
def test_the_transformed_value_is_minimised_and_shown():
    result = minimise([("tae-transform", True), ("tae-transform-SAT-quality", "100 - Q")], n=6)
    values = [100 - quadratic(**c) for c in configurations(result)]
    assert [e.value for e in result.runs[0].evaluations] == pytest.approx(values)
    assert result.value == min(e.value for e in result.runs[0].evaluations) < 100 - quadratic(4, 7)


def test_the_transformed_run_time_is_minimised_and_shown():
    def function(x, y):
        statuses = {7: "SAT", 6: "UNSAT", 5: "TIMEOUT", 4: "CRASHED"}
        return {"value": 1, "status": statuses.get(y, "SAT"), "runtime": 2}

    options = {f"tae-transform-{kind}-runtime": f"R + {i}" for i, kind in enumerate(("UNSAT", "TIMEOUT", "other"), 1)}
    options = {**options, "tae-transform": True, "tae-transform-SAT-runtime": "R / 4 + C / 100"}
    challengers = [f"-y {y}" for y in (6, 5, 4)]
    more = {"initial-challengers": challengers, "run-obj": "RUNTIME", "cutoff-time": 100, "adaptive-capping": False}
    for valid, slow in ((True, 100), (False, 102)):
        result = search([*options.items(), *more.items(), ("tae-transform-valid-values-only", valid)], function, 4)
        found = [(e.status, e.value) for e in result.runs[0].evaluations]
        failed = ("CRASHED", slow if valid else slow + 1)
        assert found == [("SAT", 1.5), ("UNSAT", 3), ("TIMEOUT", slow), failed]
        assert result.value == 1.5


@pytest.mark.parametrize("options", [{"tae-transform": True, "tae-transform-other-quality": 5}, {"run-obj": "RUNTIME"}])
def test_that_all_calls_have_failed_is_said_whatever_a_failure_counts(options):
    with pytest.warns(UserWarning, match="all 3 evaluations failed"):
        result = search(options, lambda x, y: {"status": "CRASHED"}, 3)
    assert (result.value, result.configuration) == (2.0**127, {"x": 4.0, "y": 7})


def test_formulas_without_the_main_option_warn():
    with pytest.warns(UserWarning, match="no effect without smac_options.'tae-transform'. = True"):
        assert plan_of([("tae-transform-SAT-quality", "0 * Q")]).objective.transform is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        off = plan_of([("tae-transform", False), ("tae-transform-SAT-quality", "0 * Q")])
    assert off.objective.transform is None
