"""The options for calls: limits, the transformation of results, and shell commands before and after a search."""

from __future__ import annotations

from typing import Any

from pysmac_compat.options import readers as r
from pysmac_compat.options.row import NoEffect, Row

ROWS: dict[str, Row[Any]] = {
    # calls
    "timeout_quality": Row(lambda o: o.calls.crash_value, r.quality),
    "isolate": Row(lambda o: o.calls.isolate, r.flag),
    "calls-per-process": Row(lambda o: o.calls.calls_per_process, r.count()),
    "workers": Row(lambda o: o.calls.workers, r.workers),
    "workers-order": Row(lambda o: o.calls.order, r.mapped({"ended": "ended", "begun": "begun"})),
    "workers-lag": Row(lambda o: o.calls.lag, r.count()),
    "dask-client": Row(lambda o: o.calls.cluster, r.cluster),
    "cutoff-time": Row(
        lambda o: o.calls.cutoff,
        r.seconds,
        "CPU seconds of a call; the smaller one of this limit and t_limit_function_s holds",
    ),
    "kill-run-exceeding-captime": Row(
        lambda o: o.calls.kill_at_wall_limit, r.flag, "False: a call has a CPU limit, but no separate wall-clock limit"
    ),
    "kill-run-exceeding-captime-factor": Row(
        lambda o: o.calls.wall_factor, r.factor, "the wall-clock limit of a call, in units of its CPU limit"
    ),
    "kill-runs-on-file-delete": Row(
        lambda o: o.calls.kill_file,
        r.file,
        "a file; if it no longer exists, running calls are stopped (TIMEOUT; the model does not use them), and "
        "the search ends",
    ),
    "retry-crashed-count": Row(
        lambda o: o.calls.retries,
        r.count(0),
        "number of further calls after a call that crashed; together they count as one evaluation",
    ),
    "transform-crashed-quality": Row(
        lambda o: o.calls.transform_crashes,
        r.flag,
        "True: a crash has the value transform-crashed-quality-value; default here: timeout_quality",
    ),
    "transform-crashed-quality-value": Row(
        lambda o: o.calls.crashed_quality, r.finite, "the value of a crash, in place of timeout_quality"
    ),
    # transform
    "tae-transform": Row(
        lambda o: o.transform.enabled,
        r.flag,
        "True: the formulas below change the result of a call before the search uses it",
    ),
    "tae-transform-valid-values-only": Row(
        lambda o: o.transform.valid_only,
        r.flag,
        "a transformed run time is at least 0; if it reaches the limit, it is set to the limit, and the call is a "
        "TIMEOUT",
    ),
    "tae-transform-SAT-quality": Row(
        lambda o: o.transform.SAT_quality,
        r.formula,
        "the quality of a SAT call; if it is not a finite number, the call is CRASHED. Without a limit C is 3600",
    ),
    "tae-transform-SAT-runtime": Row(lambda o: o.transform.SAT_runtime, r.formula, "the run time of a SAT call"),
    "tae-transform-UNSAT-quality": Row(lambda o: o.transform.UNSAT_quality, r.formula, "the quality of an UNSAT call"),
    "tae-transform-UNSAT-runtime": Row(lambda o: o.transform.UNSAT_runtime, r.formula, "the run time of an UNSAT call"),
    "tae-transform-TIMEOUT-quality": Row(
        lambda o: o.transform.TIMEOUT_quality, r.formula, "the quality of a call that has reached a limit"
    ),
    "tae-transform-TIMEOUT-runtime": Row(
        lambda o: o.transform.TIMEOUT_runtime,
        r.formula,
        "the run time of a call that has reached a limit; R is that limit",
    ),
    "tae-transform-other-quality": Row(
        lambda o: o.transform.other_quality,
        r.formula,
        "the quality of a failed call; even then, a failed call never makes the best configuration",
    ),
    "tae-transform-other-runtime": Row(
        lambda o: o.transform.other_runtime, r.formula, "the run time of a failed call; R is the limit"
    ),
    # shell
    "pre-scenario-command": Row(
        lambda o: o.shell.before, r.text("a shell command"), "a shell command that runs before the first call"
    ),
    "post-scenario-command": Row(
        lambda o: o.shell.after,
        r.text("a shell command"),
        "a shell command that runs after the search, also if an exception ends the search",
    ),
    "prepost-exec-dir": Row(
        lambda o: o.shell.folder, r.folder, "the folder in which the commands before and after the search run"
    ),
    "prepost-log-output": Row(
        lambda o: o.shell.log_output,
        r.flag,
        "True: the output of these commands is logged at INFO; False (default here): it is dropped",
    ),
    "exception-on-prepost-command": Row(
        lambda o: o.shell.must_succeed,
        r.flag,
        "if one of these commands fails, True raises a RuntimeError; False (default here) warns",
    ),
}
NO_EFFECT: dict[str, NoEffect] = {
    "algo-exec": NoEffect("the function is called; for a program, see pysmac-compat smac and docs/scenarios.md"),
    "T": NoEffect("it was passed to the target on its command line"),
    "algo-exec-dir": NoEffect("calls happen in the current working directory; for a program, see pysmac-compat smac"),
    "bound-runs": NoEffect("a run makes one call at a time, or as many as smac_options['workers'] says"),
    "cores": NoEffect(
        "a run makes one call at a time, or as many as smac_options['workers'] says; "
        "num_procs runs go on at the same time"
    ),
    "tae": NoEffect(
        "minimize() always calls the Python function; for the ways to call a program, see pysmac-compat smac"
    ),
    **dict.fromkeys(
        (
            "track-scheduled-runs",
            "log-requests-responses",
            "log-requests-responses-rc-only",
            "track-scheduled-runs-resolution",
            "cli-log-all-call-strings",
            "cli-log-all-calls",
            "cli-log-all-process-output",
            "cli-log-all-results",
        ),
        NoEffect("it wrote log files of the old program"),
    ),
    "verify-sat": NoEffect("instances have no note of whether they are satisfiable"),
    **dict.fromkeys(
        (
            "call-observer-before-completion",
            "observer-walltime-delay",
            "observer-walltime-if-no-runtime",
            "observer-walltime-scale",
            "cache-runs-strictly-increasing-observer",
        ),
        NoEffect("it was about messages between parts of the Java program"),
    ),
    **dict.fromkeys(
        ("file-cache", "file-cache-source", "file-cache-crash-on-cache-miss"),
        NoEffect("the old program's caches of runs are not read"),
    ),
    "file-cache-output": NoEffect("the old program's caches of runs are not written"),
    "filter-zero-cutoff-runs": NoEffect("no call is ever made with a limit of 0"),
    "tae-default-file": NoEffect("the old program's files of default options are not read"),
    "cache-runs": NoEffect("no configuration is called twice with the same instance and seed"),
    **dict.fromkeys(
        (
            "cache-runs-debug",
            "check-for-unclean-shutdown",
            "check-for-unique-runconfigs",
            "check-for-unique-runconfigs-exception",
            "check-result-order-consistent",
            "run-hashcode-file",
        ),
        NoEffect("it was an internal check of the Java program"),
    ),
    **dict.fromkeys(
        ("exit-on-failure", "tae-stop-processing-on-shutdown"), NoEffect("it was about how the Java program ended")
    ),
    "skip-outstanding-eval-tae": NoEffect("it was about parts of the Java program"),
    "tae-warn-if-no-response-from-tae": NoEffect("there is no other program that could stop answering"),
    "use-dynamic-cutoffs": NoEffect("it was for targets on a cluster"),
    **dict.fromkeys(
        ("fork-to-tae", "fork-to-tae-duplicate-on-slave-quick-timeout", "fork-to-tae-policy"),
        NoEffect("there is no second evaluator of the target"),
    ),
    **dict.fromkeys(
        (
            "analytic-function",
            "analytic-observer-frequency",
            "analytic-scale-simulate-delay",
            "analytic-simulate-cores",
            "analytic-simulate-delay",
            "blackhole-warnings",
            "constant-additional-run-data",
            "constant-run-length",
            "constant-run-quality",
            "constant-run-result",
            "constant-runtime",
            "preload-additional-run-data",
            "preload-quality",
            "preload-response-data",
            "preload-run-length",
            "random-additional-run-data",
            "random-max-response",
            "random-min-response",
            "random-observer-frequency",
            "random-sample-seed",
            "random-scale-simulate-delay",
            "random-simulate-cores",
            "random-simulate-delay",
            "random-trend-coefficient",
        ),
        NoEffect("it was for a test target of the old program"),
    ),
    **dict.fromkeys(
        (
            "cli-concurrent-execution",
            "cli-default-file",
            "cli-kill-by-environment-cmd",
            "cli-listen-for-updates",
            "cli-pg-force-kill-cmd",
            "cli-pg-nice-kill-cmd",
            "cli-proc-force-kill-cmd",
            "cli-proc-nice-kill-cmd",
            "cli-observer-frequency",
        ),
        NoEffect("processes of this package make, watch and end the calls"),
    ),
    "cli-cores": NoEffect("see `workers`"),
    "cli-call-params-with-quotes": NoEffect("each value is an argument of its own, which needs no quotes"),
    **dict.fromkeys(
        (
            "ipc-async-threads",
            "ipc-default-file",
            "ipc-encoding",
            "ipc-exec-on-start-up",
            "ipc-exec-output",
            "ipc-local-port",
            "ipc-mechanism",
            "ipc-remote-host",
            "ipc-remote-port",
            "ipc-report-persistent",
            "ipc-reverse-tcp-pool-connections",
            "ipc-udp-packetsize",
        ),
        NoEffect("the function is called directly, not through a connection"),
    ),
}
