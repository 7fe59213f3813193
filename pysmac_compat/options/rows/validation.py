"""The options for evaluations on test instances."""

from __future__ import annotations

from typing import Any

from pysmac_compat.options import readers as r
from pysmac_compat.options.row import NoEffect, Row

ROWS: dict[str, Row[Any]] = {
    "validate-default": Row(lambda o: o.validation.with_default, r.flag),
    "validation": Row(
        lambda o: o.validation.enabled, r.flag, "False: no evaluations on test instances after the search"
    ),
    "num-validation-runs": Row(
        lambda o: o.validation.n_runs,
        r.count(0),
        "total number of runs of the final incumbent on the test instances (see validation-rounding-mode)",
    ),
    "validation-rounding-mode": Row(
        lambda o: o.validation.round_up,
        r.mapped({"UP": True, "NONE": False}),
        "UP: num-validation-runs is rounded up to a multiple of the number of test instances; NONE: it is not",
    ),
    "num-test-instances": Row(
        lambda o: o.validation.n_instances,
        r.count(),
        "largest number of test instances; the smaller one of this number and num_test_instances holds",
    ),
    "num-seeds-per-test-instance": Row(
        lambda o: o.validation.n_seeds,
        r.count(),
        "largest number of runs on one test instance if the function is not deterministic",
    ),
    "validation-seed": Row(
        lambda o: o.validation.seed,
        r.count(0),
        "determines the seeds that the function gets on test instances, in place of the run's seed",
    ),
    "validate-only-last-incumbent": Row(
        lambda o: o.validation.which,
        r.either("last", "incumbents"),
        "False: all incumbents are evaluated on the test instances, or the incumbents at certain times: see "
        "mult-factor",
    ),
    "validate-all": Row(
        lambda o: o.validation.which,
        r.either("all", "last"),
        "True: all configurations are evaluated on the test instances",
    ),
    "max-timestamp": Row(
        lambda o: o.validation.max_time,
        r.timestamp,
        "seconds: the incumbent at this time counts as the last one; -1: the incumbent at the end",
    ),
    "min-timestamp": Row(
        lambda o: o.validation.min_time,
        r.span,
        "seconds: incumbents before this time are not validated (with validate-only-last-incumbent False)",
    ),
    "mult-factor": Row(
        lambda o: o.validation.factor,
        r.factor,
        "with this option, min-timestamp or max-timestamp: only the incumbents after max, max / factor, max / "
        "factor^2, ... seconds are validated",
    ),
    "validate-by-wallclock-time": Row(
        lambda o: o.validation.by_wall_time, r.flag, "False: the times of these options are CPU seconds of the calls"
    ),
    "validate-only-if-walltime-reached": Row(
        lambda o: o.validation.min_wall_time, r.span, "no validation if the search took less than this many seconds"
    ),
    "validate-only-if-tunertime-reached": Row(
        lambda o: o.validation.min_cpu_time,
        r.span,
        "no validation if the calls have used less than this many CPU seconds",
    ),
}
NO_EFFECT: dict[str, NoEffect] = {
    "validation-cores": NoEffect("test instances are evaluated as many at a time as `workers` says"),
    "save-state-file": NoEffect("the state of the search is written; the validation has none of its own", "false"),
    "output-file-suffix": NoEffect("the files have the names by which readers find them"),
    "validation-headers": NoEffect("the files have the headers by which readers know their columns", "true"),
}
