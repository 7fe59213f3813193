"""Searches with simulated workers, in this process, without forks and without waiting."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.problems import Configuration, Problem
from benchmarks.scaling.workers import Workers

_DIGITS = 9  # significant digits of a recorded value
_STARTUP = 10  # number of results before Optuna's sampler uses its model, by default
_MOST_ASKED = 20  # proposals for each evaluation, with forbidden ones


class Evaluations:
    """Makes the calls of a search, and records the improvements.

    Attributes
    ----------
    steps : list of (int, float, float)
        For each improvement: the number of learnt results, the best value, virtual seconds.
    """

    def __init__(self, problem: Problem, workers: Workers) -> None:
        self.problem, self.workers = problem, workers
        self.steps: list[tuple[int, float, float]] = []
        self._values: dict[int, float] = {}
        self._learnt, self._least = 0, math.inf

    def begin(self, configuration: Mapping[str, Any]) -> tuple[int, float]:
        """Begin a call, and return its number and its value; a search must not use the value before the call ends."""
        number = self.workers.begin()
        value = self._values[number] = float(self.problem.function(**configuration))
        self.workers.go_on()
        return number, value

    def learn(self, number: int) -> int:
        """Note that the search learns the result of this call now, and return the call's number."""
        self._learnt += 1
        value = self._values[number]
        if value < self._least:
            self._least = value
            self.steps.append((self._learnt, float(f"{value:.{_DIGITS}g}"), round(self.workers.now, 3)))
        return number


#: search(problem, seed, n_evaluations, evaluations)
Search = Callable[[Problem, int, int, Evaluations], None]


def ours(problem: Problem, seed: int, n_evaluations: int, evaluations: Evaluations, **options: Any) -> None:
    """Run our engine with the plan of `SMAC_optimizer`; ``options`` are names of ``smac_options``, with _ for -."""
    from pysmac_compat.evaluation.outcome import Outcome
    from pysmac_compat.options.smac_options import resolve
    from pysmac_compat.planning.planner import make_plan
    from pysmac_compat.search.run import Run
    from pysmac_compat.space.definition import define

    workers = evaluations.workers
    chosen = {"workers": workers.count} | {name.replace("_", "-"): value for name, value in options.items()}
    plan = make_plan(
        resolve(chosen),
        definition=define(dict(problem.parameters), list(problem.conditions), list(problem.forbidden)),
        max_evaluations=n_evaluations,
        deterministic=True,
        seed=seed,
    )
    wait = workers.first_begun if plan.calls.in_order else workers.first_ended

    def call(configuration: Mapping[str, Any], *_: Any) -> Outcome:
        _number, value = evaluations.begin(configuration)
        return Outcome("SAT", value, 0.0, 0.0, 0.0)

    session = Run(plan, 0, call, lambda event: None).session(workers.count)
    session.choose = lambda begun: evaluations.learn(wait(begun))
    session.run()


def optuna_tpe(problem: Problem, seed: int, n_evaluations: int, evaluations: Evaluations) -> None:
    """Run Optuna's TPE: multivariate, with groups, and with the constant liar, which its pages advise for this case.

    A forbidden configuration is not an evaluation: it gets the worst value so far at once, or fails while the sampler
    still draws at random.
    """
    import optuna

    from benchmarks.peers.optuna_tpe import study_of, suggest

    sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True, constant_liar=True)
    study = study_of(problem, sampler)
    running: dict[int, tuple[Any, float]] = {}
    learnt: list[float] = []
    begun = asked = 0
    while running or (begun < n_evaluations and asked < _MOST_ASKED * n_evaluations):
        if begun < n_evaluations and asked < _MOST_ASKED * n_evaluations and len(running) < evaluations.workers.count:
            trial = study.ask()
            asked += 1
            configuration = suggest(trial, problem)
            if problem.is_forbidden(configuration):
                if len(learnt) < _STARTUP:
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(trial, max(learnt))
                continue
            number, value = evaluations.begin(configuration)
            running[number] = trial, value
            begun += 1
        else:
            trial, value = running.pop(evaluations.learn(evaluations.workers.first_ended(running)))
            learnt.append(value)
            study.tell(trial, value)


def at_random(problem: Problem, seed: int, n_evaluations: int, evaluations: Evaluations) -> None:
    """Evaluate the default, then uniform draws of legal configurations."""
    generator = random.Random(seed)
    configuration: Configuration = problem.default
    for _ in range(n_evaluations):
        number, _ = evaluations.begin(configuration)
        evaluations.learn(evaluations.workers.first_ended([number]))
        configuration = problem.sample(generator)


SEARCHES: dict[str, Search] = {"ours": ours, "optuna_tpe": optuna_tpe, "random": at_random}
