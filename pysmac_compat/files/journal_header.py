"""The first line of a journal: the settings on which a search depends, and the comparison of two searches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from pysmac_compat.engine.settings import EngineSettings
from pysmac_compat.errors import ResumeError
from pysmac_compat.plan import Plan
from pysmac_compat.plan.known import Known

#: versions of the journal; the lines of version 1 have no checksums
VERSION, WITHOUT_CHECKSUMS = 2, 1
#: this number increases when a new version of the package proposes other configurations after the same results; in a
#: journal without the number, it is 1
PROPOSALS = 7
_ONLY_RACES_OF_SEVERAL_WORKERS = 6  # from this number to 7, only the proposals in races of several workers changed


def header(plan: Plan, run: int) -> dict[str, Any]:
    """Return the settings on which the search depends, by the names that journals have used since version 1."""
    definition, start, engine = plan.definition, plan.start, plan.engine
    selector, encoder, racing = _changed(engine.selector), _changed(engine.encoder), _changed(engine.racing)
    content = {
        "journal": VERSION,
        "max_evaluations": plan.budget.evaluations,
        "seed": plan.seeds[run],
        "parameters": {name: asdict(parameter) for name, parameter in definition.parameters.items()},
        "conditional_clauses": definition.conditional_clauses,
        "forbidden_clauses": [clause.text for clause in definition.forbiddens],
        "deterministic": plan.deterministic,
        "num_train_instances": plan.instances.n_train,
        "train_instance_features": plan.instances.features,
        "instance_names": plan.instances.names,
        "workers": plan.calls.workers,
        "in_order": plan.calls.in_order,
        "lag": plan.calls.lag,
        "proposals": PROPOSALS,
        "warmstart": digest(start.known),
        "objective": {name: value for name, value in vars(plan.objective).items() if name != "maximize"},
        "maximize": plan.objective.maximize,
        "failure_value": plan.calls.failure_value,
        "use_model": engine.selector.use_model,
        "max_incumbent_runs": engine.racing.max_runs,
        "initial_incumbent_runs": engine.racing.initial_runs,
        "seed_offset": start.seed_offset,
        "first": start.first,
        "subspace": start.subspace,
        "retries": plan.calls.retries,
        "crashed_quality": plan.calls.crashed_quality,
        "surrogate": {**_changed(engine.surrogate), **_changed(engine.forest)},
        "acquisition": _changed(engine.acquisition),
        "maximizer": _changed(engine.maximizer),
        "selector": {name: value for name, value in selector.items() if name != "use_model"},
        "encoder": {name: value for name, value in encoder.items() if name != "penalise_imputed"},
        "penalise_imputed": engine.encoder.penalise_imputed,
        "intensifier": {name: value for name, value in racing.items() if name not in ("max_runs", "initial_runs")},
    }
    return {name: plain(value) for name, value in content.items()}


#: the user's argument or option for a name in the journal, if the two names differ
_ARGUMENTS = {
    "objective: cutoff": "t_limit_function_s",
    **{
        name: f"smac_options[{option!r}]"
        for name, option in {
            "objective: runtime": "run-obj",
            "objective: penalty": "overall-obj",
            "objective: instance_penalty": "inter-obj",
            "objective: capping": "adaptive-capping",
            "objective: stop_on_abort": "stop-on-abort",
            "objective: stop_on_crash": "abort-on-crash",
            "failure_value": "timeout_quality",
            "workers": "workers",
            "in_order": "workers-order",
            "lag": "workers-lag",
            "use_model": "execution-mode",
            "penalise_imputed": "rf-penalize-imputed-values",
            "max_incumbent_runs": "max-incumbent-runs",
            "initial_incumbent_runs": "initial-incumbent-runs",
            "seed_offset": "seed-offset",
            "first": "initial-incumbent",
            "subspace": "search-subspace",
            "retries": "retry-crashed-count",
            "intensifier: max_configurations": "max-configurations",
            "crashed_quality": "transform-crashed-quality-value",
        }.items()
    },
}

#: the parts of the engine's settings, by their names in the journal
_PARTS = ("surrogate", "acquisition", "maximizer", "selector", "encoder", "intensifier")


def _without_defaults(part: Mapping[str, Any]) -> dict[str, Any]:
    """Remove settings with default values, which earlier versions of the package wrote into journals too."""
    engine = EngineSettings()
    defaults = {each.name: each.default for one in vars(engine).values() for each in fields(one)}
    return {name: value for name, value in part.items() if name not in defaults or value != defaults[name]}


def _changed(settings: Any) -> dict[str, Any]:
    """Return the fields of a settings object that differ from their defaults."""
    return {each.name: value for each in fields(settings) if (value := getattr(settings, each.name)) != each.default}


def plain(value: Any) -> Any:
    """Convert a value to JSON's types; values that are equal for the search give equal results in every process."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return getattr(value, "__name__", None) or plain(vars(value))


def digest(known: Sequence[Known]) -> str | None:
    """Return a text that identifies the evaluations known at the start, or None if there are none."""
    if not known:
        return None
    import hashlib  # imported here because its modules make each fork of the process more expensive

    return hashlib.sha256(json.dumps(plain(known)).encode()).hexdigest()


def compare(path: str, old: Mapping[str, Any], plan: Plan, run: int) -> None:
    """Raise an error if the header ``old`` belongs to another search than the run of the plan.

    Raises
    ------
    ResumeError
        The message names the first difference.
    """
    new = json.loads(json.dumps(header(plan, run)))
    old = {
        "maximize": False,
        "in_order": False,
        "penalise_imputed": new["penalise_imputed"],  # earlier versions did not write it
        **old,
        **{name: _without_defaults(old[name]) for name in _PARTS if isinstance(old.get(name), dict)},
    }
    for name in new:
        if name in ("journal", "max_evaluations", "proposals"):
            continue
        if name in ("in_order", "lag") and is_of_other_proposals(old):
            continue
        if name == "warmstart":
            difference = _warm_difference(old.get(name), new[name])
        else:
            difference = _difference(name, old.get(name), new[name])
        if difference:
            advice = "change this back, or begin anew without resume"
            raise ResumeError(f"resume: {path} belongs to another search: {difference}; {advice}")


def is_of_other_proposals(head: Mapping[str, Any]) -> bool:
    """Return whether a version of the package that proposes other configurations wrote this header."""
    made = head.get("proposals", 1)
    races = head.get("num_train_instances") is not None or not head.get("deterministic", True)
    if made == _ONLY_RACES_OF_SEVERAL_WORKERS and not (races and head.get("workers", 1) > 1):
        return False
    return bool(made != PROPOSALS)


def _warm_difference(old: Any, new: Any) -> str:
    source = "smac_options['warmstart'] or known=..."
    if old == new:
        return ""
    if new is None:
        return f"it began with known evaluations ({source}), but this search has none"
    if old is None:
        return f"it began without {source}, which this search has"
    return f"it began with known evaluations that differ from those that {source} now gives"


def _difference(name: str, old: Any, new: Any) -> str:
    """Describe the first difference; return an empty text if there is none."""
    if json.dumps(old) == json.dumps(new):  # as texts, because the order matters and 1 is not True
        return ""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key not in old or key not in new:
                return f"{name}: {key!r} was {'added' if key in new else 'removed'}"
            difference = _difference(f"{name}: {key}", old[key], new[key])
            if difference:
                return difference
        return f"{name}: the order was {list(old)}, now it is {list(new)}"
    return f"{_ARGUMENTS.get(name, name)} was {old!r:.200}, now it is {new!r:.200}"
