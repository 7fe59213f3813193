"""``pysmac-compat smac --scenario-file FILE --seed N [--OPTION VALUE] ...``: run a scenario as SMAC v2 does."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pysmac_compat._process import check_platform, ended_by_sigterm
from pysmac_compat._version import __version__
from pysmac_compat.commands.help import help_text
from pysmac_compat.commands.verify import verify
from pysmac_compat.commands.words import DONE, FAILED, Speaker, read_words
from pysmac_compat.evaluation.dask_client import connected
from pysmac_compat.events import Event, Improved
from pysmac_compat.files.configuration_texts import format_arguments
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.instances import instance_name
from pysmac_compat.files.lock import PATIENCE, lock_runs
from pysmac_compat.files.result_files import ResultFiles, read_journals, run_names
from pysmac_compat.files.text import write_text
from pysmac_compat.plan import Plan
from pysmac_compat.planning.option_names import Told
from pysmac_compat.planning.program_scenario import ProgramScenario, gather, read_program_scenario
from pysmac_compat.report.comparison import comparison, comparison_csv, sides
from pysmac_compat.report.logs import logging_on_stderr
from pysmac_compat.report.progress import Wishes, say
from pysmac_compat.report.words import count, short
from pysmac_compat.results import Result
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.search.shell import shell_commands
from pysmac_compat.space.values import value_texts


def main(words: list[str]) -> int:
    """Run the scenario that the command line describes; return the exit code."""
    speaker = Speaker("smac")
    return speaker.guard(lambda: _main(words, speaker))


def _main(words: list[str], speaker: Speaker) -> int:
    check_platform()
    told, _ = read_words(words)
    names = {each.name for each in told}
    if not words or names & {"help", "h", "?", "help-level", "show-hidden", "showHiddenParameters"}:
        print(help_text("smac", [*told]))
        return DONE
    if names & {"v", "version"}:
        print(__version__)
        return DONE
    options = speaker.told = gather(told, os.getcwd())
    found = read_program_scenario(options, os.getcwd())
    for note in found.notes:
        speaker.say(f"note: {note}")
    if "verify" in options and not verify(found):
        return FAILED
    print(f"seed {found.plan.seeds[0]}, results in {found.results}", flush=True)
    incumbents = None if "verbose" in options else _Incumbents(found.plan)
    result = run_scenario(found, _wishes(options), incumbents)
    print(told_at_the_end(found, result), flush=True)
    return DONE if result.runs[0].trajectory and not _broken(result) else FAILED


def _wishes(options: Mapping[str, Told]) -> Wishes:
    """Return what to show: a progress bar if it is requested, or if the output is a terminal and tqdm is installed."""
    progress: bool | str = "progress" in options
    if not progress and importlib.util.find_spec("tqdm") is not None:
        progress = "auto"
    return Wishes(progress, int("verbose" in options)).checked()


class _Incumbents:
    """Prints the incumbent whenever it changes."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._last: Mapping[str, Any] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, Improved) and event.configuration != self._last:
            self._last = event.configuration
            texts = value_texts(event.configuration, self._plan.definition)
            active = {name: text for name, text in texts.items() if name in event.configuration}
            say(f"incumbent after {count(event.evaluation, 'call')}: {short(event.value)}  {format_arguments(active)}")


def run_scenario(found: ProgramScenario, wishes: Wishes, on_event: Callable[[Event], object] | None = None) -> Result:
    """Run the search of a scenario and write its files.

    Parameters
    ----------
    found : ProgramScenario
    wishes : Wishes
    on_event : callable or None
        See `Minimisation.carry_out`.

    Raises
    ------
    ValueError, OSError
        Before the first call, if an option or a file is wrong.
    SearchError
        If the search has failed.
    KeyboardInterrupt
        On Ctrl-C, after all processes have ended.
    """
    with contextlib.ExitStack() as held:
        cluster = found.options.calls.cluster
        if cluster is not None:
            workers = found.options.calls.workers
            found = found.on_cluster(*held.enter_context(connected(cluster, found.program, workers)))
        output, name = os.path.split(found.results)
        locks = lock_runs(found.results, run_names(found.plan.seeds), PATIENCE if found.resume else 0.0)
        for lock in locks:
            held.callback(lock.close)
        found = found.with_warm_start()
        plan = found.plan
        recorded = read_journals(found.results, plan) if found.resume else {}
        names = [[name, *more.split()] for name, more in found.instances]
        files = ResultFiles(plan, found.written, names or [[instance_name(0)]])
        files.open(Folder(output, []).make(name), recorded, journals=True)
        if found.program.log is not None and not found.resume:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(found.program.log)
        level = found.options.output.log_level or None
        held.enter_context(ended_by_sigterm())
        held.enter_context(logging_on_stderr(level))
        held.enter_context(shell_commands(plan.shell))
        minimisation = Minimisation(plan, found.program, files=files, locks=locks, recorded=recorded, wishes=wishes)
        try:
            minimisation.carry_out(on_event)
        except KeyboardInterrupt:
            print(f"{told_at_the_end(found, minimisation.result)}\n\n--resume continues this search", flush=True)
            raise
    return minimisation.result


def told_at_the_end(found: ProgramScenario, result: Result) -> str:
    """Return the text at the end: the summary, a comparison on test instances, and the incumbent's command line.

    The comparison, if there is one, is also written to a file.
    """
    parts = [result.summary()]
    both = sides(result, found.plan.definition.default)
    if both:
        path = os.path.join(found.results, f"comparison-run-{found.plan.seeds[0]}.csv")
        write_text(path, comparison_csv(both, [name for name, _ in found.instances]))
        parts += [comparison(both), f"written to {path}"]
    if found.program.log is not None and os.path.exists(found.program.log):
        parts.append(f"the output of failed calls is in {found.program.log}")
    if result.runs[0].trajectory:
        parts.append(f"the command of the best configuration:\n{command_line(found, result.active_configuration)}")
    return "\n\n".join(parts)


def command_line(found: ProgramScenario, configuration: Mapping[str, object]) -> str:
    """Return the command line, for pasting into a shell, that runs a configuration on the first instance."""
    program, plan = found.program, found.plan
    values = dict(configuration)
    if program.instances is not None:
        values["instance"] = 0
    if not program.deterministic:
        values["seed"] = plan.seeds[0]
    call = replace(program.call(values), cutoff=plan.objective.cutoff)
    folder = program.folder
    return program.command.line(call, None if folder is None or os.path.samefile(folder, os.curdir) else folder)


def _broken(result: Result) -> bool:
    """Return whether the search ended because of an ABORT or a crash."""
    return result.stopped_because in ("the function reported ABORT", "an evaluation has crashed")
