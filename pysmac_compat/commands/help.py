"""The text of ``--help``: the options that a command accepts, most of them from the table of SMAC v2's options."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from pysmac_compat.options.table import options
from pysmac_compat.planning.option_names import OWN, Told

#: texts for options of a scenario, such as names of files, because the texts in the table are about `minimize`
_OF_A_SCENARIO = {
    "scenario-file": "the scenario file: lines 'option = value'; options on the command line override it",
    "algo-exec": "the program, with its first arguments",
    "algo-exec-dir": "the folder in which the program runs; default: the folder of --experiment-dir",
    "pcs-file": "the parameters: a PCS file of either dialect, or ConfigSpace's JSON",
    "instances": "a file with a line for each instance, NAME [SPECIFICS ...], or a folder",
    "test-instances": (
        "like --instances: the test instances, on which the default and the incumbent are compared after the search"
    ),
    "feature-file": "features of the instances: CSV with a header, names in the first column",
    "output-dir": "the folder in which the folder of the results is made; default: smac-output",
    "experiment-dir": "the folder to which paths are relative; default: the folder in which the command runs",
    "option-file": "a further file of options, whose values override the scenario file's",
    "instance-suffix": "a regular expression; in a folder of instances, only files whose names end with a match count",
    "test-instance-suffix": "the same for test instances",
    "check-instances-exist": "true: an instance that is no file is an error",
    "tae": (
        "how the program is called. CLI: as by SMAC v2; old: as by SMAC3; aclib: --instance I --cutoff C --seed S "
        "--config ..."
    ),
}
_USAGE = {
    "smac": "pysmac-compat smac --scenario-file FILE [--seed N] [--OPTION VALUE] ...",
    "validate": "pysmac-compat validate --scenario-file FILE [--trajectory-file FILE] [--OPTION VALUE] ...",
    "verify-scenario": "pysmac-compat verify-scenario --scenario-file FILE [--OPTION VALUE] ...",
}
_EXIT_CODES = (
    "exit codes: 0 done; 1 nothing was found, or the search ended by ABORT, a crash or an error; 2 wrong options or "
    "files; 130 interrupted"
)


def help_text(command: str, told: Sequence[Told] = (), more: dict[str, str] | None = None) -> str:
    """Return the whole help text; it lists options without an effect only if the user asks for them."""
    asked = {each.name: each.value.upper() for each in told}
    everything = "show-hidden" in asked or asked.get("help-level") in ("ADVANCED", "DEVELOPER")
    lines = [f"usage: {_USAGE[command]}", ""]
    for name, text in {**(more or {}), **_OF_A_SCENARIO, **OWN}.items():
        lines.append(_entry([name, *_aliases(name)], text))
    group = ""
    for name, option in options().items():
        if name in _OF_A_SCENARIO or not (everything or option.category == "effect"):
            continue
        if option.group != group:
            group = option.group
            lines += ["", f"{group}:"]
        text = option.text if option.category == "effect" else f"has no effect here: {option.text}"
        lines.append(_entry(list(option.names), f"{text}{_default(option.default)}"))
    more_of_it = "" if everything else "--show-hidden shows the options without a meaning here, too; "
    return "\n".join([*lines, "", f"{more_of_it}see docs/scenarios.md", _EXIT_CODES])


def _aliases(name: str) -> list[str]:
    option = options().get(name)
    return [] if option is None else list(option.names[1:])


def _default(text: str) -> str:
    return f" (SMAC v2: {text})" if text and len(text) < 40 else ""


def _entry(names: Sequence[str], text: str) -> str:
    return f"  --{', --'.join(names)}\n" + fill(text, 110, initial_indent="      ", subsequent_indent="      ")
