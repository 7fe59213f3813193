"""The common parts of the peers that use SMAC3 without changes: space, target, search."""

from __future__ import annotations

import logging
import re
import tempfile
from typing import Any

import ConfigSpace
from smac import Callback, Scenario
from smac.runhistory import TrialInfo, TrialValue

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem, is_log
from benchmarks.problems.solvers import par10

DISTRIBUTIONS = ("smac", "ConfigSpace", "scikit-learn")
_CONDITIONS = {
    "==": ConfigSpace.EqualsCondition,
    "!=": ConfigSpace.NotEqualsCondition,
    "<": ConfigSpace.LessThanCondition,
    ">": ConfigSpace.GreaterThanCondition,
}


def space_of(problem: Problem, seed: int) -> Any:
    """Return the space without the forbidden clauses: all are expressions, which ConfigSpace does not have."""
    space = ConfigSpace.ConfigurationSpace(seed=seed)
    for name, spec in problem.parameters.items():
        kind, values, default = spec[:3]
        low, high = values[0], values[-1]
        if kind == "real":
            space.add(ConfigSpace.UniformFloatHyperparameter(name, low, high, default, log=is_log(spec)))
        elif kind == "integer":
            space.add(ConfigSpace.UniformIntegerHyperparameter(name, low, high, default, log=is_log(spec)))
        elif kind == "ordinal":
            space.add(ConfigSpace.OrdinalHyperparameter(name, values, default_value=default))
        else:
            space.add(ConfigSpace.CategoricalHyperparameter(name, values, default_value=default))
    for name in problem.order:
        alternatives = [[_atom(space, name, *atom) for atom in atoms] for atoms in problem.clauses.get(name, [])]
        joined = [a[0] if len(a) == 1 else ConfigSpace.AndConjunction(*a) for a in alternatives]
        if joined:
            space.add(joined[0] if len(joined) == 1 else ConfigSpace.OrConjunction(*joined))
    assert all(re.search("[<>]", clause) for clause in problem.forbidden)
    return space


def _atom(space: Any, child: str, parent: str, operator: str, values: list[Any]) -> Any:
    if operator == "in":
        return ConfigSpace.InCondition(space[child], space[parent], values)
    return _CONDITIONS[operator](space[child], space[parent], values[0])


def configuration_of(problem: Problem, found: Any) -> Configuration:
    values = {}
    for name, value in dict(found).items():
        kind, choices = problem.parameters[name][:2]
        if kind in ("categorical", "ordinal"):
            values[name] = next(choice for choice in choices if choice == value)
        else:
            values[name] = int(value) if kind == "integer" else float(value)
    return problem.active(values)


class _Stop(Callback):
    """Ends the search when the budget is used up. Forbidden configurations are told, but are not evaluations."""

    def __init__(self, evaluations: Evaluations) -> None:
        super().__init__()
        self.evaluations = evaluations

    def on_tell_end(self, smbo: Any, info: Any, value: Any) -> bool | None:
        full = self.evaluations.calls >= self.evaluations.budget
        return False if full or self.evaluations.seconds >= self.evaluations.problem.seconds else None


def search(problem: Problem, seed: int, evaluations: Evaluations, facade: Any, **parts: Any) -> Configuration | None:
    """Search with a facade, and return the incumbent of a race, or None: then the best observed configuration counts.

    With instances or seeds the facade races. Forbidden configurations get the worst value so far. If there are
    forbidden clauses, the number of trials is raised, and the initial design keeps its size.
    """
    raced = evaluations.n_runs > 1
    space = space_of(problem, seed)

    def target(config: Any, instance: str | None = None, seed: int = 0) -> float:
        configuration = configuration_of(problem, config)
        if not raced:
            return evaluations(configuration)
        run = {"seed": seed} if instance is None else {"instance": int(instance)}
        result = evaluations.call(**configuration, **run)
        return float(result) if problem.cutoff is None else par10(result["runtime"], problem.cutoff)

    with tempfile.TemporaryDirectory(prefix="benchmark-smac3-") as folder:

        def scenario(n_trials: int) -> Scenario:
            ids = None if problem.n_instances is None else [str(i) for i in range(problem.n_instances)]
            features = None if problem.features is None else {str(i): list(r) for i, r in enumerate(problem.features)}
            return Scenario(
                space,
                n_trials=n_trials,
                deterministic=problem.deterministic,
                seed=seed,
                output_directory=folder,
                name=str(n_trials),
                instances=ids,
                instance_features=features,
            )

        chosen = scenario(evaluations.budget)
        if problem.forbidden:
            size = len(facade.get_initial_design(chosen).select_configurations())
            chosen = scenario(20 * evaluations.budget)
            parts["initial_design"] = facade.get_initial_design(chosen, n_configs=size)
        parts = {name: part(chosen) if callable(part) else part for name, part in parts.items()}
        optimizer = facade(
            chosen, target, overwrite=True, logging_level=logging.ERROR, callbacks=[_Stop(evaluations)], **parts
        )
        default = space.get_default_configuration()
        if not raced:
            optimizer.tell(TrialInfo(default, seed=0), TrialValue(cost=target(default)))
        found = optimizer.optimize()
    return configuration_of(problem, found) if raced else None
