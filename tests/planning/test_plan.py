"""What the options and the arguments of `minimize` come to together: a plan, as data."""

import math
from operator import attrgetter

import pytest

from pysmac_compat.evaluation.outcome import Outcome
from pysmac_compat.plan.objective import Objective

from ..runs.searches import plan_of

RUNTIME = {"run-obj": "RUNTIME"}
TWO_AND_TWO = {"num_train_instances": 2, "num_test_instances": 2, "train_instance_features": [[1], [2]]}


@pytest.mark.parametrize(
    ("options", "keywords", "field", "expected"),
    [
        # the smaller limit holds
        ({}, {"n": 12}, "budget.evaluations", 12),
        ({"runcount-limit": 5}, {"n": 12}, "budget.evaluations", 5),
        ({"totalNumRunsLimit": "5"}, {"n": 12}, "budget.evaluations", 5),
        ({"runcount-limit": 50}, {"n": 12}, "budget.evaluations", 12),
        ({}, {}, "budget.total_time", None),
        ({"wallclock-limit": 3}, {}, "budget.total_time", 3.0),
        ({"wallclock-limit": 3}, {"t_limit_total_s": 2.0}, "budget.total_time", 2.0),
        ({"wallclock-limit": 3}, {"t_limit_total_s": 4.0}, "budget.total_time", 3.0),
        ({}, {}, "objective.cutoff", None),
        ({"algo-cutoff-time": 3}, {}, "objective.cutoff", 3.0),
        ({"cutoff-time": 3}, {"t_limit_function_s": 2}, "objective.cutoff", 2.0),
        ({"cutoff-time": 3}, {"t_limit_function_s": 4}, "objective.cutoff", 3.0),
        ({"cputime-limit": 3}, {}, "budget.cpu_time", 3.0),
        ({"use-cpu-time-in-tunertime": True}, {}, "budget.count_own_time", True),
        ({"terminate-on-delete": "file"}, {}, "budget.stop_file", "file"),
        # an option wins over its argument
        ({}, {"deterministic": False}, "deterministic", False),
        ({"deterministic": "false"}, {}, "deterministic", False),
        ({"deterministic": "true"}, {"deterministic": False}, "deterministic", True),
        ({}, {"seed": 4}, "seeds", [4]),
        ({"num-run": 5}, {"seed": 1}, "seeds", [5]),
        ({"numRun": 5}, {"num_runs": 2}, "seeds", [5, 6]),
        ({"seed-offset": 3}, {"seed": 2}, "seeds", [2]),
        ({"seed-offset": 3}, {"seed": 2}, "start.seed_offset", 3),
        # instances
        ({}, TWO_AND_TWO, "instances.n_train", 2),
        ({}, TWO_AND_TWO, "instances.n_test", 2),
        ({}, TWO_AND_TWO, "instances.features", [[1.0], [2.0]]),
        ({"skip-features": True}, TWO_AND_TWO, "instances.features", None),
        ({"use-instances": False}, TWO_AND_TWO, "instances.n_train", None),
        ({"use-instances": False}, TWO_AND_TWO, "instances.n_test", 0),
        # calls
        ({}, {}, "calls.wall_factor", 10.0),
        ({"kill-run-exceeding-captime-factor": 2}, {}, "calls.wall_factor", 2.0),
        ({"kill-run-exceeding-captime": False}, {}, "calls.wall_factor", math.inf),
        ({}, {}, "calls.workers", 1),
        ({"workers": 2}, {}, "calls.workers", 2),
        ({}, {"mem_limit_function_mb": 0}, "calls.memory_mb", None),
        ({}, {"mem_limit_function_mb": 7}, "calls.memory_mb", 7.0),
        ({}, {"num_runs": 3, "num_procs": 5}, "processes", 3),
        ({}, {"num_runs": 3, "num_procs": 2}, "processes", 2),
        ({"isolate": False}, {"num_runs": 3, "num_procs": 2}, "processes", 1),
        ({}, {}, "calls.crashed_quality", None),
        ({"transform-crashed-quality": True}, {}, "calls.crashed_quality", 1e9),
        ({"transform-crashed-quality-value": 77}, {}, "calls.crashed_quality", 77.0),
        (
            {"transform-crashed-quality-value": "77", "transform-crashed-quality": False},
            {},
            "calls.crashed_quality",
            None,
        ),
        ({**RUNTIME, "transform-crashed-quality-value": 77}, {}, "calls.crashed_quality", None),
        ({}, {}, "calls.failure_value", 2.0**127),
        ({"timeout_quality": 5}, {}, "calls.failure_value", 5.0),
        ({"timeout_quality": 5, "transform-crashed-quality-value": 77}, {}, "calls.failure_value", 77.0),
        # the objective
        ({"adaptive-capping": True}, {}, "objective.capping", None),
        (RUNTIME, {}, "objective.capping", (1.3, 1.0)),
        ({**RUNTIME, "adaptive-capping": False}, {}, "objective.capping", None),
        ({**RUNTIME, "ac-mult-slack": 2.0, "capAddSlack": 0.5}, {}, "objective.capping", (2.0, 0.5)),
        ({"overall-obj": "MEAN10"}, {}, "objective.penalty", 1.0),
        ({**RUNTIME, "overall-obj": "MEAN10"}, {}, "objective.penalty", 10.0),
        ({**RUNTIME, "inter-obj": "MEAN1000"}, {}, "objective.instance_penalty", 1000.0),
        ({"stop-on-abort": True}, {}, "objective.stop_on_abort", True),
        ({}, {}, "objective.stop_on_crash", ""),
        ({"abort-on-crash": True}, {}, "objective.stop_on_crash", "any"),
        ({"abort-on-first-run-crash": True}, {}, "objective.stop_on_crash", "first"),
        ({"abort-on-first-run-crash": True, "abort-on-crash": True}, {}, "objective.stop_on_crash", "any"),
        ({}, {}, "check_consistency", ""),
        ({"checkSATConsistency": True}, {}, "check_consistency", "warn"),
        ({"check-sat-consistency-exception": True}, {}, "check_consistency", "raise"),
        ({"check-sat-consistency": True, "check-sat-consistency-exception": True}, {}, "check_consistency", "raise"),
        ({"check-sat-consistency": False, "check-sat-consistency-exception": True}, {}, "check_consistency", ""),
        ({}, {}, "needs_racing", False),
        ({}, {"deterministic": False}, "needs_racing", True),
        ({}, {"num_train_instances": 1}, "needs_racing", True),
        # where the search begins
        ({}, {}, "start.first", None),
        ({"initial-incumbent": "-x '1.1' -y '3'"}, {}, "start.first", [{"x": 1.1, "y": 3}]),
        ({"initial-incumbent": '-y "0" -x -1e0'}, {}, "start.first", [{"x": -1.0, "y": 0}]),
        ({"initial-incumbent": "-x 0.1"}, {}, "start.first", [{"x": 0.1, "y": 7}]),
        ({"initial-incumbent": {"x": 0.3}}, {}, "start.first", [{"x": 0.3, "y": 7}]),
        ({"initial-incumbent": "DEFAULT"}, {}, "start.first", [{"x": 4.0, "y": 7}]),
        ({"initial-incumbent": "<default>"}, {}, "start.first", [{"x": 4.0, "y": 7}]),
        ({"initial-incumbent": "RANDOM"}, {}, "start.first", [None]),
        ({"initialChallengers": "-x 1 -y 3"}, {}, "start.first", [{"x": 4.0, "y": 7}, {"x": 1.0, "y": 3}]),
        (
            {"initial-incumbent": "-y 3", "always-run-initial-config": True, "initial-challengers": ["-y 2", "-y 3"]},
            {},
            "start.first",
            [{"x": 4.0, "y": 3}, {"x": 4.0, "y": 7}, {"x": 4.0, "y": 2}],
        ),
        ({"always-run-initial-config": True}, {}, "start.first", None),
        ({"search-subspace": "y=3"}, {}, "start.subspace", {"y": 3}),
        ({"searchSubspace": {"x": 0.1}}, {}, "start.subspace", {"x": 0.1}),
        # what is evaluated on test instances
        ({"num-validation-runs": 4}, {}, "validation.n_runs", 4),
    ],
)
def test_a_plan(options, keywords, field, expected):
    assert attrgetter(field)(plan_of(options, **keywords)) == expected


@pytest.mark.parametrize(
    ("stop", "status", "first", "ends"),
    [
        ("any", "CRASHED", False, True),
        ("any", "MEMOUT", False, True),
        ("any", "TIMEOUT", True, False),
        ("first", "CRASHED", True, True),
        ("first", "CRASHED", False, False),
        ("", "CRASHED", True, False),
    ],
)
def test_a_crash_can_end_the_run(stop, status, first, ends):
    scored = Objective(stop_on_crash=stop).judge(Outcome(status, 1.0, 1.0, 1.0, 1.0), first)
    assert scored.final == ("an evaluation has crashed" if ends else "")


@pytest.mark.parametrize(
    ("status", "runtime", "cutoff", "censored"),
    [
        ("TIMEOUT", 9.9, 10.0, True),
        ("TIMEOUT", 10.0, 10.0, False),  # as long as any call may take: nothing more can be known
        ("TIMEOUT", 9.9, None, True),
        ("SAT", 9.9, 10.0, False),
        ("CRASHED", 9.9, 10.0, False),
    ],
)
def test_what_only_capping_has_ended_may_take_longer(status, runtime, cutoff, censored):
    objective = Objective(runtime=True, cutoff=cutoff)
    assert objective.judge(Outcome(status, 1.0, runtime, 1.0, 1.0)).censored == censored
    assert not Objective(cutoff=cutoff).judge(Outcome(status, 1.0, runtime, 1.0, 1.0)).censored


@pytest.mark.parametrize(
    ("options", "keywords", "expected"),
    [
        (
            {},
            {"num_procs": 4},
            [
                "num_procs=4 has no effect on a single run: to make 4 calls at the same "
                "time, set smac_options['workers'] = 4"
            ],
        ),
        ({}, {"num_procs": 4, "num_runs": 2}, []),
        ({}, {"num_procs": 1}, []),
        ({"workers": 4}, {"num_procs": 4}, []),
        ({"isolate": False}, {"num_procs": 4}, []),
    ],
)
def test_processes_without_runs(options, keywords, expected, recwarn):
    plan_of(options, **keywords)
    assert [str(each.message)[: len(text)] for each, text in zip(recwarn.list, expected, strict=True)] == expected
