"""Reads a scenario of SMAC v2 or of SMAC3 before 2.0 whose target algorithm is a program."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.files.result_files import scenario_names
from pysmac_compat.files.scenario_files import read_scenario_by_hand, unquoted
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.readers import choice, flag, positive
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.options.table import options as smac_v2_options
from pysmac_compat.plan import Plan
from pysmac_compat.planning.option_names import MEANINGLESS, Told, is_of_smac3, merged
from pysmac_compat.planning.planner import make_plan, with_warm_start
from pysmac_compat.planning.program_files import Instance, Places, features_of_instances, read_program_instances
from pysmac_compat.planning.program_files import read_space as read_space
from pysmac_compat.suggestions import nearest
from pysmac_compat.target.command import Command, Form
from pysmac_compat.target.program import Program

#: options that this module reads itself; `resolve` reads the other options
_READ_HERE = (
    *("scenario-file", "option-file", "option-file2", "experiment-dir", "algo-exec", "algo-exec-dir", "pcs-file"),
    *("instances", "test-instances", "feature-file", "instance-suffix", "test-instance-suffix", "output-dir", "tae"),
    *("check-instances-exist", "memory-limit", "cutoff-length", "mode", "restore-state", "resume", "verbose"),
    *("progress", "verify"),
)
#: options about how to run a scenario, which are no part of the scenario
_NOT_WRITTEN = (
    *("scenario-file", "option-file", "option-file2", "restore-state", "resume", "verify", "progress", "verbose"),
)
_FORMS: dict[str, Form] = {"CLI": "smac", "old": "smac3", "aclib": "aclib"}
#: the modes of SMAC3, and the options that each mode sets
_MODES: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("SMAC4AC", "SMAC4HPO", "SMAC"), {}),
    "SMAC4BO": {"model": "gp"},
    "ROAR": {"execution-mode": "ROAR"},
}
#: defaults that differ from the defaults of ``smac_options``
_DEFAULTS = {"stop-on-abort": True, "abort-on-first-run-crash": True, "check-sat-consistency": True}
_NO_LIMIT = ("max", "inf", "infinity", "none")
_LIMITS = ("algo-cutoff-time", "cputime-limit", "wallclock-limit", "runcount-limit")
_DESIGNS = ("LHD", "SOBOL", "FACTORIAL")


@dataclass(frozen=True)
class ProgramScenario:
    """The content of a scenario.

    Attributes
    ----------
    planned : callable
        A function that makes the plan of this scenario from (changed) options.
    plan : Plan
    program : Program
    options : Options
    instances : list of (str, str)
        The name of each instance and the words after it: first the training instances, then the test instances.
    written : dict of str to str
        The options that the result files contain.
    results : str
        The folder of the results.
    resume : bool
        Whether a run in this folder is resumed.
    notes : list of str
        Notes about the scenario for the user.
    """

    planned: Callable[[Options], Plan]
    plan: Plan
    program: Program
    options: Options
    instances: list[Instance]
    written: dict[str, str]
    results: str
    resume: bool
    notes: list[str]

    def on_cluster(self, client: Any, workers: int) -> ProgramScenario:
        """Return the same scenario, but with calls on a cluster."""
        options = replace(self.options, calls=replace(self.options.calls, cluster=client, workers=workers))
        return replace(self, options=options, plan=self.planned(options))

    def with_warm_start(self) -> ProgramScenario:
        """Return the same scenario, with the evaluations of an earlier run if the scenario names such a run."""
        return replace(self, plan=with_warm_start(self.plan, self.options, self.results if self.resume else None))


def gather(on_command_line: Sequence[Told], folder: str) -> dict[str, Told]:
    """Collect the options from the scenario file, the option files and the command line, keyed by canonical name.

    Raises
    ------
    ArgumentError, FileFormatError, OSError
    """
    given = merged(on_command_line)
    told: list[Told] = []
    for name in ("scenario-file", "option-file2", "option-file"):
        if name in given:
            path = os.path.join(folder, os.path.expanduser(given[name].value))
            if not os.path.isfile(path):
                raise ArgumentError(f"{given[name].place}: {given[name].name}: there is no file {shown(path)}")
            short = given[name].value
            told += [Told(key, value, f"{short}, line {line}") for line, key, value in read_scenario_by_hand(path)]
    found = merged([*told, *on_command_line])
    return {
        name: each if name == "algo-exec" else replace(each, value=unquoted(each.value)) for name, each in found.items()
    }


def read_program_scenario(told: Mapping[str, Told], folder: str) -> ProgramScenario:
    """Read the scenario from its options and from the files that they name.

    Parameters
    ----------
    told : dict of str to Told
        The options, by their canonical names; see `gather`.
    folder : str
        The folder in which the command runs.

    Raises
    ------
    ValueError, OSError
    """
    notes = [f"{t.name} has no effect here: {MEANINGLESS[name]}" for name, t in told.items() if name in MEANINGLESS]
    start = os.path.join(folder, _text(told, "experiment-dir", "."))
    scenario_file = None
    if "scenario-file" in told:
        scenario_file = os.path.join(folder, os.path.expanduser(told["scenario-file"].value))
    places = Places.of(os.path.normpath(start), scenario_file, told.get("pcs-file"))
    if places.base != os.path.normpath(start):
        notes.append(f"relative paths start at {places.base}, because {told['pcs-file'].value} is there")
    for name, what in (("pcs-file", "the file of the parameters (pcs-file)"), ("algo-exec", "the program (algo)")):
        if name not in told:
            raise ArgumentError(f"the scenario does not name {what}")
    exec_dir = places.base
    if "algo-exec-dir" in told:
        exec_dir = places.find(told["algo-exec-dir"], os.path.isdir, "folder")
    smac3 = any(is_of_smac3(each.name) for each in told.values()) or _is_par(told)
    options, by_length = _options(told, notes)
    definition = read_space(places.find(told["pcs-file"], os.path.isfile))
    train, test = (_instances(told, name, places, exec_dir) for name in ("instances", "test-instances"))
    if not options.instances.use:
        train, test = [], []
    if test and not train:
        notes.append("the test instances are not used, because there are no training instances")
        test = []
    features = None
    if "feature-file" in told and train and not options.instances.skip_features:
        features = features_of_instances(places.find(told["feature-file"], os.path.isfile), train)

    def planned(options: Options) -> Plan:
        plan = make_plan(
            options,
            definition=definition,
            max_evaluations=LARGEST,
            deterministic=not smac3,
            num_train_instances=len(train) or None,
            num_test_instances=len(test),
            train_instance_features=features,
            seed=1,
            mem_limit_function_mb=memory,
            read_warm_start=False,
        )
        instances = replace(plan.instances, names=[name for name, _ in train] or None)
        return replace(plan, instances=instances, validation=replace(plan.validation, with_default=True))

    memory = positive("memory-limit", told["memory-limit"].value) if "memory-limit" in told else None
    plan = planned(options)
    results, resume = _results(told, start, scenario_file, options)
    program = Program(
        _command(told, exec_dir, smac3, notes),
        [*train, *test] if train else None,
        deterministic=plan.deterministic,
        folder=exec_dir,
        log=os.path.join(results, f"failed-calls-run-{plan.seeds[0]}.log"),
        by_length=by_length,
    )
    written = {
        **{name: each.value for name, each in told.items() if name not in _NOT_WRITTEN},
        "algo-exec-dir": exec_dir,
        "pcs-file": places.find(told["pcs-file"], os.path.isfile),
        "run-obj": "RUNTIME" if plan.objective.runtime else "QUALITY",
        "intra-obj": f"MEAN{plan.objective.penalty:g}" if plan.objective.penalty != 1 else "MEAN",
    }
    return ProgramScenario(planned, plan, program, options, [*train, *test], written, results, resume, notes)


def _text(told: Mapping[str, Told], name: str, default: str) -> str:
    return told[name].value if name in told else default


def _is_par(told: Mapping[str, Told]) -> bool:
    """Return whether the option intra-obj has a value that only SMAC3 uses, such as PAR10."""
    return _text(told, "intra-obj", "").upper().startswith("PAR")


def _options(told: Mapping[str, Told], notes: list[str]) -> tuple[Options, bool]:
    """Return the options of the search, and whether the search minimises the run length."""
    values: dict[str, Any] = {name: t.value for name, t in told.items() if name not in (*_READ_HERE, *MEANINGLESS)}
    for name in _LIMITS:
        if str(values.get(name, "")).lower() in _NO_LIMIT:
            del values[name]
    objective = str(values.get("run-obj", "")).lower()
    by_length = objective == "runlength"
    if by_length or objective in ("qual", "quality"):
        values["run-obj"] = "QUALITY"
    if str(values.get("initial-incumbent", "")).upper() in _DESIGNS:
        notes.append(
            f"{told['initial-incumbent'].name} = {values.pop('initial-incumbent')} has no effect: "
            "the default configuration is evaluated first"
        )
    if "mode" in told:
        mode = told["mode"].value.upper()
        if mode not in _MODES:
            raise ArgumentError(
                f"{told['mode'].place}: there is no mode {shown(told['mode'].value)}{nearest(mode, _MODES)}"
            )
        values = {**_MODES[mode], **values}
    if "restore-state" in told and not _is_results(told["restore-state"].value):
        values["warmstart"] = told["restore-state"].value
    defaults: dict[str, Any] = dict(_DEFAULTS)
    if str(values.get("run-obj", "")).upper() == "RUNTIME":
        defaults["intra-obj"] = "MEAN10"
    for name in [name for name in values if (o := smac_v2_options().get(name)) is not None and o.category == "none"]:
        option, value = smac_v2_options()[name], str(values.pop(name))
        if not option.holds or value.lower() != option.holds.lower():
            notes.append(f"{told[name].name} has no effect here: {option.text}")
    return resolve({**defaults, **values}), by_length


def _instances(told: Mapping[str, Told], name: str, places: Places, exec_dir: str) -> list[Instance]:
    if name not in told:
        return []
    path = places.find(told[name])
    folders = list(dict.fromkeys([exec_dir, places.base, *places.others]))
    suffix = _text(told, "instance-suffix" if name == "instances" else "test-instance-suffix", "")
    found = read_program_instances(told[name], path, folders, suffix, required=name == "instances")
    if "check-instances-exist" in told and flag("check-instances-exist", told["check-instances-exist"].value):
        for each, _ in found:
            if not any(os.path.exists(os.path.join(folder, each)) for folder in folders):
                raise ArgumentError(
                    f"{told[name].place}: {told[name].name}: there is no file of the instance {shown(each)}"
                )
    return found


def _is_results(folder: str) -> bool:
    """Return whether a folder holds results of this package: then it has a journal."""
    return os.path.isdir(folder) and any(name.startswith("journal-run-") for name in os.listdir(folder))


def _results(told: Mapping[str, Told], start: str, scenario_file: str | None, options: Options) -> tuple[str, bool]:
    """Return the folder of the results, and whether a run in it is resumed."""
    if "restore-state" in told and _is_results(told["restore-state"].value):
        return os.path.abspath(told["restore-state"].value), True
    output = os.path.normpath(os.path.join(start, os.path.expanduser(_text(told, "output-dir", "smac-output"))))
    _, name = scenario_names(scenario_file or "scenario", options.output.result_folder)
    return os.path.join(output, name), "resume" in told


def _command(told: Mapping[str, Told], exec_dir: str, smac3: bool, notes: list[str]) -> Command:
    text = told["algo-exec"].value
    inside = unquoted(text)
    if inside != text:  # quotes around the whole text make one word of it only if a file has this path
        text = shlex.quote(inside) if os.path.isfile(os.path.join(exec_dir, inside)) else inside
    form: Form = "smac3" if smac3 else "smac"
    if "tae" in told:
        form = _FORMS[choice(*_FORMS)("tae", told["tae"].value)]
    length = _text(told, "cutoff-length", "max")
    try:
        command = Command(text, form, None if length.lower() in _NO_LIMIT else length)
    except ArgumentError as error:
        raise ArgumentError(f"{told['algo-exec'].place}: {told['algo-exec'].name}: {error}") from None
    if command.needs_shell:
        notes.append(
            f"a shell runs the program, because its command has pipes, variables or other shell syntax: {text}"
        )
    return command
