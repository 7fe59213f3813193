"""Recorded runs of the original, and their repetition with the same functions and spaces.

The data (tests/data/runs) hold what the original called; where the contract calls it broken,
the fixed behaviour is asserted.
"""

import ast
import gzip
import json
from pathlib import Path

from pysmac_compat import SMAC_optimizer
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.space.definition import define

_DATA = Path(__file__).parents[1] / "data" / "runs" / "quality.jsonl.gz"


def _load():
    with gzip.open(_DATA, "rt") as lines:
        return {scenario["name"]: scenario for scenario in map(json.loads, lines)}


RECORDED = _load()

#: the original handed numpy scalars through, and turned every bool into True
_NUMPY = {"numpy.float64": "float"}
#: parameters of these names never reached the function
LOST = ("instance", "seed")


def parameters_of(name):
    return ast.literal_eval(RECORDED[name]["parameter_dict"])


def arguments_of(name):
    return {key: ast.literal_eval(text) for key, text in RECORDED[name]["index"]["runs"][0]["kwargs"].items()}


def clauses_of(name):
    arguments = arguments_of(name)
    return {key: arguments[key] for key in ("conditional_clauses", "forbidden_clauses") if key in arguments}


def values_of(call):
    return {name: ast.literal_eval(text) for name, (_, text) in call.items()}


def replay(recorder, name, function, n, isolate=False, parameters=None, **changed):
    """Minimise as recorded but for what is ``changed``; checks all that holds for every run."""
    parameters = parameters_of(name) if parameters is None else parameters
    definition = define(parameters, **clauses_of(name))
    optimizer = SMAC_optimizer()
    optimizer.smac_options["isolate"] = isolate
    for key, value in RECORDED[name]["index"]["runs"][0]["smac_options"].items():
        optimizer.smac_options[key] = value
    value, best = optimizer.minimize(recorder(function), n, parameters, **{**arguments_of(name), **changed})

    calls, run = recorder.calls, optimizer.result.runs[-1]
    evaluations = [e for r in optimizer.result.runs for e in r.evaluations]
    first = {key: _NUMPY.get(kind, kind) for key, (kind, _) in RECORDED[name]["calls"][0].items()}
    assert {key: kind for key, (kind, _) in calls[0].items() if key not in LOST} == first
    assert values_of(calls[0]) == definition.default
    for call, evaluation in zip(calls, evaluations, strict=True):
        values = values_of(call)
        assert evaluation.configuration == values
        assert set(call) == definition.active(definition.complete(values))
        assert definition.violated(values) is None
        for key, (kind, _) in call.items():
            parameter = definition.parameters[key]
            assert kind == ("float" if parameter.kind == "real" else type(parameter.default).__name__)
    for each in optimizer.result.runs:
        shown = [json.dumps(e.configuration) for e in each.evaluations]
        assert len(set(shown)) == len(shown)
        assert [e.index for e in each.evaluations] == list(range(1, len(shown) + 1))

    assert type(value) is float
    assert list(best) == sorted(parameters)
    assert best == definition.complete(definition.restrict(best))
    assert all(type(best[key]) is type(definition.parameters[key].default) for key in best)
    assert (value, best) == (optimizer.result.value, optimizer.result.configuration)
    good = [e for e in evaluations if e.status in ("SAT", "UNSAT")]
    if good and value < TIMEOUT_QUALITY:
        assert value == min(e.value for e in good)
        assert definition.restrict(best) == next(e.configuration for e in good if e.value == value)
    assert run.seed == changed.get("seed", 0) + len(optimizer.result.runs) - 1
    return optimizer.result


def square(x):
    return (x - 1) ** 2


def good(x):
    return "SAT", square(x)
