"""OpenBox with its defaults; it chooses the surrogate and the acquisition function itself."""

from __future__ import annotations

import tempfile
from typing import Any

from ConfigSpace import AndConjunction, OrConjunction
from openbox import Advisor, Observation, logger
from openbox import space as sp

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem, is_log

DISTRIBUTIONS = ("openbox", "ConfigSpace", "scikit-learn")


def _variable(name: str, spec: tuple[Any, ...]) -> Any:
    kind, values, default = spec[:3]
    if kind == "real":
        return sp.Real(name, *values, default_value=default, log=is_log(spec))
    if kind == "integer":
        return sp.Int(name, *values, default_value=default, log=is_log(spec))
    places = list(range(len(values)))
    if kind == "ordinal":
        return sp.Int(name, 0, len(values) - 1, default_value=values.index(default))
    return sp.Categorical(name, places, default_value=values.index(default))


def _space(problem: Problem) -> Any:
    space = sp.Space()
    space.add_variables([_variable(name, spec) for name, spec in problem.parameters.items()])
    for child in problem.order:
        alternatives = []
        for atoms in problem.clauses.get(child, []):
            joined = []
            for atom in atoms:  # all parents are discrete, so each atom is a list of positions
                parent = atom[0]
                values = enumerate(problem.parameters[parent][1])
                places = [i for i, value in values if problem.holds(atom, {parent: value})]
                joined.append(sp.InCondition(space[child], space[parent], places))
            alternatives.append(joined[0] if len(joined) == 1 else AndConjunction(*joined))
        if alternatives:
            space.add_condition(alternatives[0] if len(alternatives) == 1 else OrConjunction(*alternatives))
    return space


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    logger.setLevel("ERROR")
    space = _space(problem)
    space.seed(seed)

    def configuration(point: Any) -> Configuration:
        values = {}
        for name, value in point.get_dictionary().items():
            kind, choices = problem.parameters[name][:2]
            values[name] = choices[int(value)] if kind in ("categorical", "ordinal") else value
        return problem.active(values)

    with tempfile.TemporaryDirectory(prefix="benchmark-openbox-") as folder:
        first = [space.get_default_configuration()]
        advisor = Advisor(
            space,
            initial_configurations=first + [space.sample_configuration() for _ in range(2)],
            output_dir=folder,
            random_state=seed,
            logger_kwargs={"level": "ERROR"},
        )
        while True:
            point = advisor.get_suggestion()
            advisor.update_observation(Observation(config=point, objectives=[evaluations(configuration(point))]))
