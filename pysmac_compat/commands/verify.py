"""``pysmac-compat verify-scenario --scenario-file FILE``: check the files and call the default configuration once."""

from __future__ import annotations

import contextlib
import os

from pysmac_compat._process import check_platform
from pysmac_compat.commands.help import help_text
from pysmac_compat.commands.words import DONE, FAILED, Speaker, read_words
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import FAILURES
from pysmac_compat.planning.option_names import Told
from pysmac_compat.planning.program_scenario import ProgramScenario, gather, read_program_scenario

_MORE = {
    "scenarios": "as scenario-file",
    "verify-instances": "whether the files of the instances are looked for; default: true",
}


def main(words: list[str]) -> int:
    """Verify the scenario that the command line describes; return the exit code."""
    speaker = Speaker("verify-scenario")
    return speaker.guard(lambda: _main(words, speaker))


def _main(words: list[str], speaker: Speaker) -> int:
    check_platform()
    told, more = read_words(words, _MORE)
    if not words or {each.name for each in told} & {"help", "h", "?"}:
        print(help_text("verify-scenario", told, _MORE))
        return DONE
    told += [Told("scenario-file", each.value, each.place) for each in more if each.name == "scenarios"]
    options = speaker.told = gather(told, os.getcwd())
    found = read_program_scenario(options, os.getcwd())
    for note in found.notes:
        speaker.say(f"note: {note}")
    with_files = not any(each.name == "verify-instances" and each.value.lower() == "false" for each in more)
    return DONE if verify(found, with_files) else FAILED


def verify(found: ProgramScenario, with_files: bool = True) -> bool:
    """Print a summary of a scenario and call the default configuration once; return whether that call succeeded."""
    plan, program = found.plan, found.program
    definition, n_train = plan.definition, plan.instances.n_train or 0
    n_conditional = len(definition.conditions)
    print(f"parameters: {len(definition.parameters)}, {n_conditional} of them conditional")
    print(f"forbidden clauses: {len(definition.forbiddens)}")
    print(f"instances: {n_train}, test instances: {plan.instances.n_test}")
    if plan.instances.features is not None:
        print(f"features: {len(plan.instances.features[0])} of each instance")
    missing = _missing(found) if with_files else []
    if missing:
        print(f"{len(missing)} of the instances are not files, for example {missing[0]}; does the program need files?")
    values = dict(definition.default)
    if n_train:
        values["instance"] = 0
    if not plan.deterministic:
        values["seed"] = plan.seeds[0]
    call = program.call(values, plan.objective.cutoff)
    print(f"command of the default configuration:\n  {program.command.line(call, program.folder)}", flush=True)
    with contextlib.closing(Evaluator(program, plan.rules)) as evaluate:
        outcome = evaluate(values, plan.objective.cutoff)
    print(f"{outcome.status}, {outcome.runtime:g} s, value {outcome.value:g} ({outcome.wall_time:.2f} s on the clock)")
    if outcome.message:
        print(outcome.message)
    good = outcome.status not in FAILURES
    print("the scenario can be run" if good else "the default configuration has failed", flush=True)
    return good


def _missing(found: ProgramScenario) -> list[str]:
    """Return the instances that are not files."""
    folder = found.program.folder or os.curdir
    return [name for name, _ in found.instances if not os.path.exists(os.path.join(folder, name))]
