"""``pysmac-compat validate --scenario-file FILE``: run configurations on test instances, as smac-validate does."""

from __future__ import annotations

import contextlib
import os
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pysmac_compat._process import check_platform
from pysmac_compat.commands.help import help_text
from pysmac_compat.commands.words import DONE, FAILED, Speaker, read_words
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.dask_client import connected
from pysmac_compat.files import validation_files
from pysmac_compat.files.run_writer import validation_run
from pysmac_compat.files.text import TextFile, write_text
from pysmac_compat.files.trajectory import read_trajectory
from pysmac_compat.options.readers import count, flag
from pysmac_compat.plan.validation import Step
from pysmac_compat.planning.initial import read_configuration
from pysmac_compat.planning.option_names import Told
from pysmac_compat.planning.program_scenario import ProgramScenario, gather, read_program_scenario
from pysmac_compat.report.comparison import Side, comparison
from pysmac_compat.search.validation import evaluate_on_test_instances
from pysmac_compat.space.values import typed_values, value_texts

_MORE = {
    "trajectory-file": "a trajectory file, traj-run-N.txt; default: the trajectory of the scenario and the seed",
    "configuration": "a configuration, as \"-x '1.0' -y '3'\", or DEFAULT; can be given several times",
    "configuration-list": "a file with a configuration in each line",
    "random-configurations": "a number N: validate N random configurations",
    "include-default-as-first-random": "validate the default configuration, too; takes no value",
    "default": "validate the default configuration, too, before all others; takes no value",
    "validate-test-instances": "false: validate on the training instances; default: true if there are test instances",
}
_TRAJECTORY = re.compile(r"(?:detailed-)?traj-run-(?P<run>[\d-]+)\.\w+")


@dataclass(frozen=True)
class _Candidate:
    """A configuration to validate.

    Attributes
    ----------
    name : str
    values : dict
        The values of the active parameters.
    steps : tuple of tuple of float
        See `Validated`.
    """

    name: str
    values: dict[str, Any]
    steps: tuple[tuple[float, float, float], ...] = ()


def main(words: list[str]) -> int:
    """Validate the configurations that the command line describes; return the exit code."""
    speaker = Speaker("validate")
    return speaker.guard(lambda: _main(words, speaker))


def _main(words: list[str], speaker: Speaker) -> int:
    check_platform()
    told, more = read_words(words, _MORE)
    if not words or {each.name for each in told} & {"help", "h", "?"}:
        print(help_text("validate", told, _MORE))
        return DONE
    options = speaker.told = gather(told, os.getcwd())
    found = read_program_scenario(options, os.getcwd())
    for note in found.notes:
        speaker.say(f"note: {note}")
    candidates, run = _candidates(found, more)
    found, where = _on(found, more)
    if not found.plan.instances.n_test:
        raise ArgumentError(
            "the scenario has no instances to validate on: give --test-instances FILE or --instances FILE"
        )
    sides = validate(found, candidates, run)
    print(comparison(sides, where), flush=True)
    return FAILED if all(side.n_failed == len(side.evaluations) for side in sides) else DONE


def validate(found: ProgramScenario, candidates: Sequence[_Candidate], run: tuple[str, str]) -> list[Side]:
    """Evaluate the candidates and write the files; ``run`` is two parts of the file names, as ('traj-run', '0')."""
    with contextlib.ExitStack() as held:
        cluster, workers = found.options.calls.cluster, found.options.calls.workers
        if cluster is not None:
            found = found.on_cluster(*held.enter_context(connected(cluster, found.program, workers)))
        plan = found.plan
        tests = evaluate_on_test_instances(plan, found.program, [each.values for each in candidates])
    sides, validated = [], []
    for candidate in candidates:
        own = [evaluation for evaluation in tests if evaluation.configuration == candidate.values]
        sides.append(Side(candidate.name, own, plan.objective.runtime))
        lines = [validation_run(each, found.instances[each.instance or 0][0], plan) for each in own]
        texts = value_texts(candidate.values, plan.definition)
        validated.append(validation_files.Validated(texts, lines, candidate.steps))
    os.makedirs(found.results, exist_ok=True)
    for what, text in validation_files.validation_texts(validated, found.program.command.text).items():
        path = os.path.join(found.results, validation_files.file_name(what, run[1], run[0]))
        write_text(path, text)
        print(f"written: {path}")
    return sides


def _on(found: ProgramScenario, more: Sequence[Told]) -> tuple[ProgramScenario, str]:
    """Return the scenario with the chosen instances as its test instances, and a phrase that says which they are."""
    wanted = [flag("validate-test-instances", t.value) for t in more if t.name == "validate-test-instances"]
    instances, n_train = found.plan.instances, found.plan.instances.n_train or 0
    if instances.n_test and wanted[-1:] != [False]:
        return found, "on test instances"
    chosen = found.instances[:n_train]
    program, plan = found.program, replace(found.plan, instances=replace(instances, n_test=n_train))
    program.instances = None if program.instances is None else [*chosen, *chosen]
    return replace(found, plan=plan, instances=[*chosen, *chosen]), "on training instances"


def _candidates(found: ProgramScenario, more: Sequence[Told]) -> tuple[list[_Candidate], tuple[str, str]]:
    """Return the configurations to validate, and two parts of the file names for `validate`."""
    definition = found.plan.definition
    candidates: list[_Candidate] = []
    run = ("cli", str(found.plan.seeds[0]))
    texts: list[tuple[str, str]] = []
    for each in more:
        if each.name == "configuration":
            texts.append((each.place, each.value))
        elif each.name == "configuration-list":
            texts += [(f"{each.value}, line {number}", line.strip()) for number, line in TextFile(each.value).lines]
        elif each.name == "random-configurations":
            n = count(1)("random-configurations", each.value)
            candidates += [_Candidate(f"random {i}", values) for i, values in enumerate(_random(found, n), 1)]
        elif each.name == "trajectory-file":
            candidates += _of_trajectory(found, each.value)
            run = _run_of(each.value, run)
    for number, (place, text) in enumerate(texts, 1):
        values = read_configuration(f"{place}: configuration", text, definition)
        if values is None:
            (values,) = _random(found, 1)
        candidates.append(_Candidate(f"#{number}", values))
    if not candidates:
        path = os.path.join(found.results, f"traj-run-{found.plan.seeds[0]}.txt")
        if os.path.isfile(path):
            candidates, run = _of_trajectory(found, path), _run_of(path, run)
        elif not any("default" in each.name for each in more):
            raise ArgumentError(
                f"no configuration to validate is given, and there is no {shown(path)}: give --trajectory-file FILE, "
                "--configuration \"-x '1.0' ...\", --configuration-list FILE, --random-configurations N or --default"
            )
    if any("default" in each.name for each in more):
        candidates.insert(0, _Candidate("default", definition.default))
    unique: list[_Candidate] = []
    for candidate in candidates:
        if all(candidate.values != other.values for other in unique):
            unique.append(candidate)
    return unique, run


def _of_trajectory(found: ProgramScenario, path: str) -> list[_Candidate]:
    """Return the incumbents that the validation options select from a trajectory file."""
    definition = found.plan.definition
    try:
        rows = [(row, typed_values(row["Configuration"], definition)) for row in read_trajectory(path)]
    except FileNotFoundError:
        raise ArgumentError(f"there is no trajectory {shown(path)}") from None
    if not rows:
        raise ArgumentError(f"the trajectory {shown(path)} is empty")
    steps = [Step(row["Wallclock Time"], row["CPU Time Used"], values) for row, values in rows]
    every = found.plan.validation.choose(steps, steps[-1].wall_time, steps[-1].cpu_time)
    chosen = [values for number, values in enumerate(every) if values not in every[:number]]
    names = ("Wallclock Time", "Estimated Training Performance", "Automatic Configurator (CPU) Time")
    last = {repr(values): (row[names[0]], row[names[1]], row[names[2]]) for row, values in rows}
    return [
        _Candidate("incumbent" if len(chosen) == 1 else f"incumbent {number}", values, (last[repr(values)],))
        for number, values in enumerate(chosen, 1)
    ]


def _run_of(path: str, otherwise: tuple[str, str]) -> tuple[str, str]:
    match = _TRAJECTORY.fullmatch(os.path.basename(path))
    return otherwise if match is None else ("traj-run", match["run"])


def _random(found: ProgramScenario, n: int) -> list[dict[str, Any]]:
    """Draw ``n`` random configurations; the scenario's seed determines them."""
    from pysmac_compat.space.configspace import search_space

    seed = found.plan.seeds[0]
    space = search_space(found.plan.definition, {})
    space.seed(random.Random(seed).randrange(2**32))
    drawn = [space.sample_configuration() for _ in range(n)]
    definition = found.plan.definition
    return [definition.restrict(definition.complete(_natives(each))) for each in drawn]


def _natives(configuration: Any) -> dict[str, Any]:
    return {name: value.item() if hasattr(value, "item") else value for name, value in configuration.items()}
