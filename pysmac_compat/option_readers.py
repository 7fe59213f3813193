"""What each entry of ``smac_options`` sets, and how its value is read and checked."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
from collections.abc import Callable, Mapping
from typing import Any

from pysmac_compat._errors import ArgumentError
from pysmac_compat.arguments import integer, limit
from pysmac_compat.option_table import canonical_names
from pysmac_compat.space.parameters import NUMBER

#: proposals of one fit of the model where racing and modelling are in balance (intensification-percentage 0.5)
_PROPOSALS = 1

_PENALTIES = {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}

#: gets the name of the option for messages, and the value
Reader = Callable[[str, Any], Any]


def _choice(*choices: str) -> Reader:
    """One of some words, in any case, as in SMAC v2."""
    by_word = {choice.upper(): choice for choice in choices}

    def read(name: str, value: Any) -> Any:
        found = by_word.get(value.upper()) if isinstance(value, str) else None
        if found is None:
            raise ArgumentError(f"{name} must be one of {', '.join(map(repr, choices))}, got {value!r}")
        return found

    return read


def _mapped(meanings: Mapping[str, Any]) -> Reader:
    read = _choice(*meanings)
    return lambda name, value: meanings[read(name, value)]


def _flag(name: str, value: Any) -> bool:
    word = str(value).lower()
    if word not in ("true", "false", "0", "1"):
        raise ArgumentError(f"{name} must be True or False, got {value!r}")
    return word in ("true", "1")


def _either(if_true: Any, if_false: Any) -> Reader:
    return lambda name, value: if_true if _flag(name, value) else if_false


def _quality(name: str, value: Any) -> float | None:
    try:
        number = None if value is None else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise ArgumentError(f"{name} must be a finite number or None, got {value!r}")
    return number


def _finite(name: str, value: Any) -> float:
    number = _quality(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a finite number, got None")
    return number


def _seconds(name: str, value: Any) -> float | None:
    return limit(name, float(value) if isinstance(value, str) and NUMBER.fullmatch(value) else value)


def _number(name: str, value: Any) -> float:
    number = _seconds(name, value)
    if number is None:
        raise ArgumentError(f"{name} must be a number, got {value!r}")
    return number


def _count(least: int = 1) -> Reader:
    return lambda name, value: integer(
        name, int(value) if isinstance(value, str) and value.isdecimal() else value, least=least
    )


def _share(name: str, value: Any) -> float:
    number = _number(name, value)
    if number > 1:
        raise ArgumentError(f"{name} must be at most 1, got {value!r}")
    return number


def _factor(name: str, value: Any) -> float:
    number = _number(name, value)
    if number <= 1:
        raise ArgumentError(f"{name} must be more than 1, got {value!r}")
    return number


def _span(name: str, value: Any) -> float:
    number = _finite(name, value)
    if number < 0:
        raise ArgumentError(f"{name} must not be negative, got {value!r}")
    return number


def _timestamp(name: str, value: Any) -> float | None:
    return None if _finite(name, value) == -1 else _span(name, value)


def _proposals(name: str, value: Any) -> int:
    """The proposals of one fit of the model that stand for a share of the time given to racing."""
    share = _finite(name, value)
    if not 0 <= share < 1:
        raise ArgumentError(f"{name} must be at least 0 and less than 1, got {value!r}")
    return max(1, round(_PROPOSALS * share / (1 - share)))


def _level(name: str, value: Any) -> int:
    level: int = _mapped(
        {
            "TRACE": logging.DEBUG,
            "DEBUG": logging.DEBUG,
            "INFO": logging.INFO,
            "WARN": logging.WARNING,
            "ERROR": logging.ERROR,
            "OFF": 0,
        }
    )(name, value)
    return level


def _text(what: str) -> Reader:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise ArgumentError(f"{name} must be {what}, got {value!r}")
        return value

    return read


_file = _text("a file name")


def _folder(name: str, value: Any) -> str:
    path: str = _text("a directory")(name, os.fspath(value) if isinstance(value, os.PathLike) else value)
    if not os.path.isdir(path):
        raise ArgumentError(f"{name} must be a directory, got {value!r}")
    return path


def _scenario(name: str, value: Any) -> str:
    return str(_file(name, value)).rsplit(".", 1)[0] or value


def _structured(value: Any) -> Any:
    """A value, or what it is where it has stood in a file; see `scenario_text`."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(value)
    return value


def _configuration(name: str, value: Any) -> Any:
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(f"{name} must be DEFAULT, RANDOM, or a text such as \"-x '1.0' -y '3'\", got {value!r}")
    return value


def _subspace(name: str, value: Any) -> Any:
    value = _structured(value)
    if not isinstance(value, (str, Mapping)):
        raise ArgumentError(f'{name} must be a text such as "x=1.0, y=3", or a dict, got {value!r}')
    return value


def _configurations(name: str, value: Any) -> tuple[Any, ...]:
    value = _structured(value)
    if isinstance(value, (str, Mapping)):
        value = [value]
    if not isinstance(value, (list, tuple)):
        raise ArgumentError(f"{name} must be a list of configurations, got {value!r}")
    return tuple(_configuration(name, each) for each in value)


def _formula(name: str, value: Any) -> Any:
    from pysmac_compat.transform import parse_formula  # needs NumPy, see `define`

    return parse_formula(name, value)


def _client(name: str, value: Any) -> Any:
    if not all(callable(getattr(value, method, None)) for method in ("submit", "nthreads")):
        raise ArgumentError(f"{name} must be a dask.distributed.Client, got {value!r}")
    return value


#: the field of `Settings` that an option sets, or 'part.keyword'; and what reads its value
_READERS: dict[str, tuple[str, Reader]] = {
    "timeout_quality": ("timeout_quality", _quality),
    "scenario_fn": ("scenario", _scenario),
    "rungroup": ("result_folder", _text("a name")),
    "stop-on-abort": ("stop_on_abort", _flag),
    "isolate": ("isolate", _flag),
    "workers": ("workers", _count()),
    "dask-client": ("dask_client", _client),
    # what is minimised, and how long
    "run-obj": ("runtime_objective", _mapped({"QUALITY": False, "RUNTIME": True})),
    "overall-obj": ("penalty", _mapped(_PENALTIES)),
    "inter-obj": ("instance_penalty", _mapped(_PENALTIES)),
    "deterministic": ("deterministic", _flag),
    "runcount-limit": ("max_evaluations", _count()),
    "wallclock-limit": ("wall_time", _seconds),
    "cputime-limit": ("cpu_time", _seconds),
    "use-cpu-time-in-tunertime": ("session.count_own_time", _flag),
    "iteration-limit": ("selector.max_iterations", _count()),
    "terminate-on-delete": ("session.stop_file", _file),
    "num-run": ("seed", _count(0)),
    "seed-offset": ("seed_offset", _count(0)),
    # calls
    "cutoff-time": ("cutoff", _seconds),
    "kill-run-exceeding-captime": ("kill_at_wall_limit", _flag),
    "kill-run-exceeding-captime-factor": ("wall_factor", _factor),
    "kill-runs-on-file-delete": ("session.kill_file", _file),
    "abort-on-crash": ("stop_on_crash", _flag),
    "abort-on-first-run-crash": ("stop_on_first_crash", _flag),
    "retry-crashed-count": ("retries", _count(0)),
    "transform-crashed-quality": ("transform_crashes", _flag),
    "transform-crashed-quality-value": ("crash_value", _finite),
    "check-sat-consistency": ("check_consistency", _flag),
    "check-sat-consistency-exception": ("forbid_inconsistency", _flag),
    "tae-transform": ("transform.enabled", _flag),
    "tae-transform-valid-values-only": ("transform.valid_only", _flag),
    **{
        f"tae-transform-{kind}-{quantity}": (f"transform.{kind}_{quantity}", _formula)
        for kind in ("SAT", "UNSAT", "TIMEOUT", "other")
        for quantity in ("quality", "runtime")
    },
    # commands around the search
    "pre-scenario-command": ("commands.before", _text("a shell command")),
    "post-scenario-command": ("commands.after", _text("a shell command")),
    "prepost-exec-dir": ("commands.folder", _folder),
    "prepost-log-output": ("commands.log_output", _flag),
    "exception-on-prepost-command": ("commands.must_succeed", _flag),
    # racing
    "use-instances": ("use_instances", _flag),
    "deterministic-instance-ordering": ("intensifier.ordered", _flag),
    "max-incumbent-runs": ("max_incumbent_runs", _count()),
    "initial-incumbent-runs": ("initial_incumbent_runs", _count()),
    "initial-challenger-runs": ("intensifier.first_batch", _count()),
    "initial-incumbent": ("initial_incumbent", _configuration),
    "initial-challengers": ("initial_challengers", _configurations),
    "initial-challengers-intensification-time": ("intensifier.initial_time", _span),
    "always-run-initial-config": ("run_default", _flag),
    "adaptive-capping": ("capping", _flag),
    "ac-mult-slack": ("capping_factor", _number),
    "ac-add-slack": ("capping_summand", _number),
    "treat-censored-data-as-uncensored": ("encoder.censored", _either("keep", "impute")),
    "mask-censored-data-as-kappa-max": ("encoder.censored", _either("cutoff", "impute")),
    "search-subspace": ("subspace", _subspace),
    "search-subspace-file": ("subspace_file", _file),
    # an earlier run
    **dict.fromkeys(("warmstart", "restore-scenario", "restore-state-from"), ("warmstart.folder", _folder)),
    **dict.fromkeys(("warmstart-iteration", "restore-iteration"), ("warmstart.iteration", _count(0))),
    # the model, and what it proposes
    "execution-mode": ("use_model", _mapped({"SMAC": True, "ROAR": False})),
    "skip-features": ("skip_features", _flag),
    "intensification-percentage": ("selector.retrain_after", _proposals),
    "model": ("surrogate.model", _choice("auto", "rf", "gp")),
    "rf-num-trees": ("surrogate.n_trees", _count()),
    "rf-log-model": ("surrogate.log_model", _flag),
    "rf-penalize-imputed-values": ("penalise_imputed", _flag),
    "rf-split-min": ("surrogate.split_min", _count(0)),
    "rf-ratio-features": ("surrogate.ratio_features", _share),
    "rf-min-variance": ("surrogate.min_variance", _number),
    "rf-full-tree-bootstrap": ("surrogate.bootstrap", _either(False, True)),
    "rf-ignore-conditionality": ("surrogate.inactive_as_default", _flag),
    "mask-inactive-conditional-parameters-as-default-value": ("surrogate.inactive_as_default", _flag),
    "num-pca": ("surrogate.n_components", _count()),
    "acq-func": ("acquisition.function", _choice("EXPONENTIAL", "SIMPLE", "LCB", "EI", "LCBEIRR")),
    "num-ei-random": ("maximizer.n_random", _count(0)),
    "num-challengers": ("maximizer.n_known_starts", _count()),
    "num-ls-random": ("maximizer.n_random_starts", _count(0)),
    "continous-neighbours": ("maximizer.n_neighbours", _count()),
    # the test instances
    "validation": ("validation.enabled", _flag),
    "num-validation-runs": ("validation.n_runs", _count(0)),
    "validation-rounding-mode": ("validation.round_up", _mapped({"UP": True, "NONE": False})),
    "num-test-instances": ("validation.n_instances", _count()),
    "num-seeds-per-test-instance": ("validation.n_seeds", _count()),
    "validation-seed": ("validation.seed", _count(0)),
    "validate-only-last-incumbent": ("validation.which", _either("last", "incumbents")),
    "validate-all": ("validation.which", _either("all", "last")),
    "max-timestamp": ("validation.max_time", _timestamp),
    "min-timestamp": ("validation.min_time", _span),
    "mult-factor": ("validation.factor", _factor),
    "validate-by-wallclock-time": ("validation.by_wall_time", _flag),
    "validate-only-if-walltime-reached": ("validation.min_wall_time", _span),
    "validate-only-if-tunertime-reached": ("validation.min_cpu_time", _span),
    # what is told meanwhile
    "console-log-level": ("console_level", _level),
    "log-level": ("file_level", _level),
}
#: the same by the first names of the options of SMAC v2, and by pysmac's own
READERS = {canonical_names().get(name, name): reader for name, reader in _READERS.items()}
