"""Recorded runs of the original: values, failures and statuses.

What a value means is asked of data in ``evaluation/test_outcome.py``, how a call can end of evaluators in
``evaluation/test_deaths.py`` and ``evaluation/test_limits.py``; here one of each kind goes through a whole search.
"""

import ctypes

import numpy as np
import pytest

from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY

from ..functions import burn, quietly, raise_
from .replays import good, replay, square


def _below_zero(act):
    """The function of the scenarios in which something happens for x < 0."""

    def function(x):
        if x < 0:
            return act(x)
        return square(x)

    return function


def _below(bound, status, value=TIMEOUT_QUALITY):
    return lambda x: (status, value) if x < bound else good(x)


def _runtime(x):
    return {"value": square(x), "runtime": 1.97 if x < -2 else 1.985 if x < 1 else 2.0}


#: name: function, what its value becomes, the other limit that it is run with
VALUES = {
    "exception_sometimes": (_below_zero(lambda x: raise_(ValueError("negative x"))), _below(0, "CRASHED"), {}),
    "return_nan_sometimes": (_below_zero(lambda x: float("nan")), _below(0, "CRASHED"), {}),
    "dict_timeout_with_value": (
        lambda x: {"value": square(x), "runtime": 0.5, "status": b"TIMEOUT" if x < 0 else b"SAT"},
        _below(0, "TIMEOUT", 1000.0),
        {},
    ),
    "die_segfault": (_below_zero(lambda x: quietly(ctypes.string_at, 0)), _below(0, "CRASHED"), {}),
    "tlimit_cpu": (_below_zero(lambda x: burn(30)), _below(0, "TIMEOUT"), {"t_limit_function_s": 0.3}),
    "tlimit_dict_runtime_edge": (
        _runtime,
        lambda x: good(x) if x < -2 else ("TIMEOUT", TIMEOUT_QUALITY),
        {},
    ),
    "memlimit": (_below_zero(lambda x: np.ones(30_000_000)), _below(0, "MEMOUT"), {"mem_limit_function_mb": 100}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", VALUES)
def test_each_call_has_the_status_and_the_value_that_were_recorded_or_are_right(recorder, name):
    function, expected, limit = VALUES[name]
    # with 5 evaluations the initial design has a point in each half of [-5, 5]
    result = replay(recorder, name, function, 5, isolate=True, **limit)
    evaluations = result.runs[0].evaluations
    assert len(evaluations) == len(recorder.calls) == 5
    for evaluation in evaluations:
        assert (evaluation.status, evaluation.value) == expected(evaluation.configuration["x"])
        assert bool(evaluation.message) == (evaluation.status != "SAT")
        assert "t_limit_function_s" not in limit or evaluation.cutoff == limit["t_limit_function_s"]
    assert len({evaluation.status for evaluation in evaluations}) == 2
    assert result.n_crashed == sum(e.status in ("CRASHED", "MEMOUT") for e in evaluations)
    assert result.stopped_because == "max_evaluations reached"
