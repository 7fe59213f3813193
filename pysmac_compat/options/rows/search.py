"""The options for a search as a whole: its objective, its limits, its instances, its start and its output."""

from __future__ import annotations

from typing import Any

from pysmac_compat.options import readers as r
from pysmac_compat.options.row import NoEffect, Row

_PENALTIES = {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}

ROWS: dict[str, Row[Any]] = {
    # objective
    "stop-on-abort": Row(lambda o: o.objective.stop_on_abort, r.flag),
    "run-obj": Row(
        lambda o: o.objective.runtime,
        r.mapped({"QUALITY": False, "RUNTIME": True}),
        "QUALITY minimises the value of the function, RUNTIME its run time",
    ),
    "overall-obj": Row(
        lambda o: o.objective.penalty,
        r.penalty,
        "MEAN10, MEAN1000: in a mean, a run that reached the limit counts as 10, 1000 limits (RUNTIME only; "
        "default here: MEAN)",
    ),
    "inter-obj": Row(
        lambda o: o.objective.instance_penalty,
        r.mapped(_PENALTIES),
        "MEAN10, MEAN1000: an instance whose mean run time reaches the limit counts as 10, 1000 limits (RUNTIME only)",
    ),
    "abort-on-crash": Row(lambda o: o.objective.stop_on_crash, r.flag, "True: a run ends with its first crash"),
    "abort-on-first-run-crash": Row(
        lambda o: o.objective.stop_on_first_crash,
        r.flag,
        "True: a run ends if its first evaluation crashes (default here: False)",
    ),
    "check-sat-consistency": Row(
        lambda o: o.objective.check_consistency,
        r.flag,
        "True: a warning if an instance gets both SAT and UNSAT in one run; otherwise this is not checked",
    ),
    "check-sat-consistency-exception": Row(
        lambda o: o.objective.forbid_inconsistency,
        r.flag,
        "True: a RuntimeError in place of the warning (the results are kept); default here: False",
    ),
    "adaptive-capping": Row(
        lambda o: o.objective.capping,
        r.flag,
        "whether the limits of challengers' runs are capped, so that runs end when the challenger can no longer "
        "win (RUNTIME only)",
    ),
    "ac-mult-slack": Row(lambda o: o.objective.capping_factor, r.positive, "factor of the limit of a capped run"),
    "ac-add-slack": Row(
        lambda o: o.objective.capping_summand, r.positive, "seconds that are added to the limit of a capped run"
    ),
    # limits
    "stop-when-hopeless": Row(lambda o: o.limits.stop_when_hopeless, r.flag),
    "runcount-limit": Row(
        lambda o: o.limits.evaluations,
        r.count(),
        "number of calls of a run; the smaller one of this limit and max_evaluations holds",
    ),
    "wallclock-limit": Row(
        lambda o: o.limits.wall_time,
        r.seconds,
        "seconds of a run; the smaller one of this limit and t_limit_total_s holds",
    ),
    "cputime-limit": Row(
        lambda o: o.limits.cpu_time,
        r.seconds,
        "CPU seconds that the calls of a run may use together; if a call reports more time than it has used, the "
        "reported time counts",
    ),
    "use-cpu-time-in-tunertime": Row(
        lambda o: o.limits.count_own_time,
        r.flag,
        "True: the search's own CPU time also counts for cputime-limit (default here: False)",
    ),
    "terminate-on-delete": Row(
        lambda o: o.limits.stop_file, r.file, "a file; if it no longer exists, the search ends before the next call"
    ),
    # instances
    "deterministic": Row(
        lambda o: o.instances.deterministic,
        r.flag,
        "False: the function gets a seed, and its mean over seeds is minimised",
    ),
    "use-instances": Row(
        lambda o: o.instances.use, r.flag, "False: the function gets no instance, neither training nor test"
    ),
    "skip-features": Row(
        lambda o: o.instances.skip_features,
        r.flag,
        "True: the model does not see the instance features (default here: False)",
    ),
    # start
    "num-run": Row(lambda o: o.start.seed, r.count(0), "the seed of the first run, in place of the argument `seed`"),
    "seed-offset": Row(
        lambda o: o.start.seed_offset,
        r.count(0),
        "a number that is added to the seed of a run's search, but not to the seed in the names of its files",
    ),
    "initial-incumbent": Row(
        lambda o: o.start.incumbent,
        r.configuration,
        "the first configuration: DEFAULT, RANDOM, or values, for example \"-x '1.0' -y '3'\"",
    ),
    "initial-challengers": Row(
        lambda o: o.start.challengers,
        r.configurations,
        "a list of configurations, for example \"-x '1.0' -y '3'\", which are evaluated after the initial incumbent",
    ),
    "always-run-initial-config": Row(
        lambda o: o.start.run_default, r.flag, "True: the default is evaluated right after another initial-incumbent"
    ),
    "search-subspace": Row(
        lambda o: o.start.subspace,
        r.subspace,
        'fixed values, for example "x=1.0, y=3", for all configurations except the default and the initial challengers',
    ),
    "search-subspace-file": Row(
        lambda o: o.start.subspace_file,
        r.file,
        "a file with such values, one or more in each line; search-subspace overrides the file",
    ),
    "warmstart": Row(
        lambda o: o.start.warm_folder,
        r.folder,
        "a state-run folder, or a folder of SMAC3 before 2.0: the search starts with its evaluations, which do "
        "not count in max_evaluations",
    ),
    "restore-scenario": Row(
        lambda o: o.start.warm_folder,
        r.folder,
        "like warmstart: a state-run folder; to resume a run, see minimize(resume=True)",
    ),
    "restore-state-from": Row(lambda o: o.start.warm_folder, r.folder, "the same as warmstart"),
    "warmstart-iteration": Row(
        lambda o: o.start.warm_iteration,
        r.count(0),
        "the number in the names of the state's files; default: the number of the largest files",
    ),
    "restore-iteration": Row(lambda o: o.start.warm_iteration, r.count(0), "the same as warmstart-iteration"),
    # output
    "scenario_fn": Row(lambda o: o.output.scenario, r.scenario),
    "rungroup": Row(
        lambda o: o.output.result_folder,
        r.file,
        "name of the folder of the results, in place of the name of the scenario file",
    ),
    "console-log-level": Row(
        lambda o: o.output.console_level,
        r.level,
        "log lines of at least this level go to stderr; OFF (default here): only warnings about failures, as "
        "without `debug`",
    ),
    "log-level": Row(
        lambda o: o.output.file_level, r.level, "like console-log-level, which overrides it: there is no log file"
    ),
}
NO_EFFECT: dict[str, NoEffect] = {
    **dict.fromkeys(
        ("help", "help-level"),
        NoEffect("pysmac-compat smac --help; the options of minimize() are described in docs/smac_options.md"),
    ),
    "v": NoEffect("pysmac-compat smac --version, pysmac_compat.__version__"),
    "experiment-dir": NoEffect(
        "minimize() reads no scenario file whose paths would start there; pysmac-compat smac does"
    ),
    "save-runs-every-iteration": NoEffect("each run is written as soon as it has ended", "true"),
    "show-hidden": NoEffect("pysmac-compat smac --help --show-hidden; docs/smac_options.md shows all options"),
    "clean-old-state-on-success": NoEffect("there are no temporary state files that could be left behind"),
    "config-tracking": NoEffect("it wrote log files of the old program"),
    **dict.fromkeys(
        ("help-default-file", "smac-default-file"), NoEffect("the old program's files of default options are not read")
    ),
    **dict.fromkeys(
        ("intermediary-saves", "quick-saves"), NoEffect("it was about when the old program wrote its state files")
    ),
    **dict.fromkeys(
        ("option-file", "option-file2"),
        NoEffect("minimize() reads no file of options: assign to smac_options; pysmac-compat smac reads it"),
    ),
    "print-rungroup-replacement-and-exit": NoEffect("the folder of the results is printed first"),
    "save-context": NoEffect("it was about what the old program copied into its state files"),
    **dict.fromkeys(
        (
            "shared-model-mode",
            "shared-model-mode-frequency",
            "shared-model-mode-write-data",
            "shared-model-mode-asymetric",
            "shared-model-mode-default-handling",
            "shared-model-mode-tae",
        ),
        NoEffect("separate processes of a search share nothing"),
    ),
    "state-deserializer": NoEffect("it chose a Java class for reading state files"),
    "state-serializer": NoEffect("it chose a Java class for writing state files"),
    "S": NoEffect("it set seeds of parts of the Java program"),
    "feature-file": NoEffect(
        "minimize() reads no features from files (pysmac-compat smac does): use its train_instance_features"
    ),
    "scenario-file": NoEffect(
        "minimize() reads no scenario file (pysmac-compat smac does); scenario_fn names the folder of the results"
    ),
    "test-instances": NoEffect(
        "minimize() reads no instances from files (pysmac-compat smac does): use its num_test_instances"
    ),
    "instance-suffix": NoEffect(
        "minimize() has numbers as instances: num_train_instances; pysmac-compat smac reads folders"
    ),
    "output-dir": NoEffect(
        "minimize() writes into the folder out of working_directory, as the original did; pysmac-compat smac has it"
    ),
    "test-instance-suffix": NoEffect(
        "minimize() has numbers as instances: num_test_instances; pysmac-compat smac reads folders"
    ),
    "check-instances-exist": NoEffect("instances of minimize() are numbers, not files; pysmac-compat smac checks them"),
}
