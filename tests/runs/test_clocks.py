"""Run times that the function reports, and what the wall clock ends."""

import logging
import math
import time
import warnings

import pytest

from pysmac_compat.engine.session import Session

from ..optimizer.small import minimize


def statuses(result):
    return [e.status for e in result.runs[0].evaluations]


@pytest.mark.slow
@pytest.mark.parametrize("reported", [-1.0, math.nan])
def test_a_negative_runtime_with_the_objective_quality(reported):
    with pytest.warns(UserWarning, match="reported the runtime") as caught:
        result = minimize(lambda r: {"value": r, "runtime": reported}, 2, t_limit_function_s=5)
    assert len(caught) == 1
    assert statuses(result) == ["SAT"] * 2
    assert all(e.runtime == e.cpu_time >= 0 for e in result.runs[0].evaluations)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:all 2 evaluations failed")
def test_a_negative_runtime_with_the_objective_runtime():
    result = minimize(lambda r: {"runtime": -1.0}, 2, options={"run-obj": "RUNTIME"}, t_limit_function_s=5)
    assert statuses(result) == ["CRASHED"] * 2
    assert "-1.0" in result.runs[0].evaluations[0].message


@pytest.mark.slow
def test_a_capped_call_that_waits_is_not_ended():
    def waits(r):
        if r != 1.0:
            time.sleep(1.2)  # the capped limit is a tenth of a second of CPU
        return {"status": "SAT", "value": 0, "runtime": 0.01}

    result = minimize(waits, 2, options={"run-obj": "RUNTIME", "ac-add-slack": 0.1}, t_limit_function_s=5)
    assert statuses(result) == ["SAT", "SAT"]
    assert result.runs[0].evaluations[1].cutoff < 0.12


@pytest.mark.slow
def test_calls_that_the_wall_clock_ends_with_little_cpu_are_told_once_and_counted(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "propagate", True)  # caplog listens at the root
    with pytest.warns(UserWarning, match="time stopped evaluation .* after 1.0 s, .* of its 0.1 s of CPU") as caught:
        result = minimize(lambda r: time.sleep(60 * (r != 1.0)) or r, 3, t_limit_function_s=0.1)
    assert statuses(result) == ["SAT", "TIMEOUT", "TIMEOUT"]
    assert len(caught) == 1
    assert "wall-clock time stopped 2 evaluations" in caplog.text


@pytest.mark.slow
def test_calls_that_use_their_cpu_time_are_not():
    def spins(r):
        while r != 1.0:
            pass
        return r

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert statuses(minimize(spins, 2, t_limit_function_s=0.2)) == ["SAT", "TIMEOUT"]


class _Instant:
    """A result that no challenger can beat, as an old journal may hold."""

    cost, cpu_time, wall_time, tuner_time, learnable = -1.0, 0.0, 0.0, 0.0, True
    censored, cut_short, final = False, False, ""


@pytest.mark.slow
def test_a_search_whose_incumbent_cannot_be_beaten_ends(monkeypatch):
    from functools import partial

    from ConfigSpace import ConfigurationSpace

    from pysmac_compat.engine import parts
    from pysmac_compat.engine.capping import Capping

    said = []
    capping = partial(parts.intensifier, cutoff=5.0, capping=Capping(1.3, 1.0))
    session = Session(
        ConfigurationSpace({"x": (0.0, 1.0)}),
        lambda *arguments: _Instant,
        n_evaluations=9,
        intensifier=capping,
        warn=said.append,
    )
    assert session.run() == "no challenger can beat the incumbent"
    assert "after 1 evaluation:" in said[0]
