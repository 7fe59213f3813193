"""The option names of SMAC v2, SMAC3 before 2.0 and ParamILS that scenario files and the command line may use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.files.scenario_files import ALIASES
from pysmac_compat.options.names import canonical_names
from pysmac_compat.options.rows import ROWS
from pysmac_compat.suggestions import did_you_mean

#: options that exist only in scenario files and on the command line, and their effects
OWN = {
    "memory-limit": "MB of memory that a call may use, with all processes that it starts",
    "cutoff-length": (
        "the RUNLENGTH that each call gets; 'max' (default) means no limit: the number 2147483647, or 0 if the program "
        "is called as by SMAC3"
    ),
    "mode": (
        "SMAC4AC or SMAC4HPO (the same search as without this option), SMAC4BO (a Gaussian process is the model), or "
        "ROAR (no model)"
    ),
    "restore-state": (
        "a folder of results of this package, which is resumed; or a folder of SMAC3 or a state-run folder, with whose "
        "evaluations the search starts"
    ),
    "resume": "resume the run of this seed; takes no value",
    "verify": "first check the files and run the default configuration once; takes no value",
    "progress": "show a progress bar during the search; needs tqdm; takes no value; default: only on a terminal",
    "verbose": "print a line for each evaluation; takes no value (a level as in SMAC3, such as DEBUG, is ignored)",
}
#: names that SMAC3 before 2.0 and ParamILS use, each with the canonical name of the option
_OTHER_NAMES = {
    "ta": "algo-exec",
    "pcs_fn": "pcs-file",
    "param_file": "pcs-file",
    "train_inst_fn": "instances",
    "instance_seed_file": "instances",
    "test_inst_fn": "test-instances",
    "feature_fn": "feature-file",
    "cutoff": "algo-cutoff-time",
    "algo_runs_timelimit": "cputime-limit",
    "ta_run_limit": "runcount-limit",
    "maxEvals": "runcount-limit",
    "maxR": "max-incumbent-runs",
    "minR": "initial-challenger-runs",
    "cost_for_crash": "transform-crashed-quality-value",
    "n_jobs": "workers",
    "n_workers": "workers",
    "verbose_level": "log-level",
    "verbosity": "log-level",
}
#: reasons why options of SMAC3 before 2.0 have no effect here; `MEANINGLESS` has the options
_FOREST = "the forest is set by the options rf-... of SMAC v2"
_SEARCH = "the search uses its own components"
MEANINGLESS = {
    "always_race_default": "the default is raced like any configuration; the test instances compare it with the best",
    "limit_resources": "the limits of calls always hold",
    "use_ta_time": "tuner-timeout limits the time of the calls, wallclock-limit the wall clock time",
    "save_results_instantly": "each result is written as soon as its call has ended",
    "save_instantly": "each result is written as soon as its call has ended",
    **dict.fromkeys(
        ("input_psmac_dirs", "shared_model"),
        "separate processes of a search share nothing; the option workers makes several calls at a time",
    ),
    "multi_objectives": "the search minimises one number, which run_obj chooses",
    "hydra_iterations": "there is no Hydra",
    "hydra_validation": "there is no Hydra",
    "incumbents_per_round": "there is no Hydra",
    "n_optimizers": "there is no Hydra",
    "psmac_validate": "there is no pSMAC",
    "random_configuration_chooser": _SEARCH,
    "rand_prob": _SEARCH,
    "transform_y": _SEARCH,
    "acq_opt_challengers": "the options num-challengers and num-ei-random of SMAC v2 set the maximiser",
    "sls_max_steps": _SEARCH,
    "sls_n_steps_plateau_walk": _SEARCH,
    "rf_do_bootstrapping": _FOREST,
    "rf_min_samples_split": _FOREST,
    "rf_min_samples_leaf": _FOREST,
    "rf_max_depth": _FOREST,
}
#: names of options that occur only in scenario files of SMAC3
_OF_SMAC3 = {"pcs_fn", "train_inst_fn", "test_inst_fn", "feature_fn", "cutoff", "algo_runs_timelimit"}
_OF_SMAC3 |= {"ta_run_limit", "maxR", "minR", "cost_for_crash", "mode", "restore_state", "verbose_level", *MEANINGLESS}
#: spellings that SMAC v2 does not have
_SPELLED_BY_SMAC3 = {"output_dir", "memory_limit", "initial_incumbent", "abort_on_first_run_crash", "rf_num_trees"}


@dataclass(frozen=True)
class Told:
    """An option that the user has written in a file or on the command line.

    Attributes
    ----------
    name, value : str
    place : str
        Where the option was written, for messages: for example 'scenario.txt, line 3' or 'command line'.
    """

    name: str
    value: str
    place: str


def canonical(name: str) -> str | None:
    """Return the canonical name of the option that has this name, or None if there is no such option.

    If a name has more than one letter, capitals, ``-`` and ``_`` make no difference.
    """
    exact, folded = _names()
    return exact.get(name) or (folded.get(_folded(name)) if len(name) > 1 else None)


def unknown(name: str, place: str, more: Iterable[str] = ()) -> ArgumentError:
    """Return the error about a name that no option has; ``more`` holds names that the message may propose as well."""
    known = {each for each in (*_names()[0], *more) if len(each) > 1}
    return ArgumentError(f"{place}: unknown option {shown(name)}{did_you_mean(name, known)}")


def is_of_smac3(name: str) -> bool:
    """Return whether only SMAC3 has an option with this name."""
    return name in _SPELLED_BY_SMAC3 or _folded(name) in {_folded(each) for each in _OF_SMAC3}


def merged(told: Iterable[Told]) -> dict[str, Told]:
    """Return a dict of the options, keyed by canonical name; if an option is repeated, the last one counts.

    Raises
    ------
    ArgumentError
        If a name is unknown. The message proposes the nearest known names.
    """
    found: dict[str, Told] = {}
    for each in told:
        name = canonical(each.name)
        if name is None:
            raise unknown(each.name, each.place)
        found.pop(name, None)
        found[name] = each
    return found


@cache
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Return two dicts of the canonical names: keyed by the exact name, and by the name as `_folded` returns it."""
    exact = {name: name for name in (*ROWS, *OWN, *MEANINGLESS)}
    exact = {**exact, **_OTHER_NAMES, **canonical_names(), **ALIASES}
    return exact, {_folded(name): first for name, first in exact.items() if len(name) > 1}


def _folded(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")
