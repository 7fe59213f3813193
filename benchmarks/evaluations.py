"""What an optimizer gets in place of the function: it calls it, counts, and keeps the best."""

from __future__ import annotations

import math
import time
from typing import Any

from benchmarks.problems import Configuration, Problem
from benchmarks.problems.solvers import par10

#: configurations that may be asked for, in units of the budget: forbidden ones are not counted as evaluations
_MOST_ASKED = 20
#: seeds with which an optimizer that knows nothing of them evaluates each configuration
_REPEATS = 5


class Spent(BaseException):
    """The budget is used up. Not an `Exception`, so that optimizers let it through."""


class Evaluations:
    """Calls of a problem's function, by one of two doors.

    Calling the object evaluates a whole configuration: on all instances, or with five seeds, or once. A
    forbidden one gets the worst value so far, and is not counted. `call` makes one call, for
    optimizers that choose instances and seeds themselves.

    Parameters
    ----------
    problem : Problem
    budget : int
        Calls of the function.

    Attributes
    ----------
    calls : int
    seconds : float
        Reported run time, where run time is minimised.
    cpu : float
        CPU seconds inside the function, and for judging.
    best : dict or None
        The configuration with the least observed value.
    steps : list of (int, float, float)
        For each improvement: the number of the call, the observed value, the true one.
    incumbents : list of (float, float)
        Where run time is minimised, if the optimizer tells: when each incumbent was found, in reported
        seconds, and its true value.
    """

    def __init__(self, problem: Problem, budget: int) -> None:
        self.problem, self.budget = problem, budget
        self.calls = self.asked = 0
        self.seconds = self.cpu = 0.0
        self.best: Configuration | None = None
        self.steps: list[tuple[int, float, float]] = []
        self.incumbents: list[tuple[float, float]] = []
        self._least, self._worst = math.inf, -math.inf
        if problem.n_instances is not None:
            self._runs: list[dict[str, int]] = [{"instance": i} for i in range(problem.n_instances)]
        elif not problem.deterministic:
            self._runs = [{"seed": s} for s in range(_REPEATS)]
        else:
            self._runs = [{}]

    @property
    def n_runs(self) -> int:
        """Calls that the evaluation of a whole configuration takes."""
        return len(self._runs)

    @property
    def done(self) -> bool:
        """Whether nothing more can be evaluated."""
        room = self.calls + self.n_runs <= self.budget and self.seconds < self.problem.seconds
        return not room or self.asked >= _MOST_ASKED * self.budget

    def __call__(self, configuration: Configuration) -> float:
        """Evaluate a configuration.

        Raises
        ------
        Spent
            If the budget does not allow for it.
        """
        if self.done:
            raise Spent
        self.asked += 1
        if self.problem.is_forbidden(configuration):
            return self._worst
        values = [self._value(self.call(**configuration, **run)) for run in self._runs]
        value = math.fsum(values) / len(values)
        self._worst = max(self._worst, value)
        return value if len(values) == 1 else self._note(configuration, value)

    def call(self, **arguments: Any) -> Any:
        """Make one call of the function, as an optimizer that races does.

        Raises
        ------
        Spent
            If the reported run time is used up.
        """
        if self.seconds >= self.problem.seconds:
            raise Spent
        start = time.process_time()
        result = self.problem.function(**arguments)
        self.cpu += time.process_time() - start
        self.calls += 1
        if self.problem.cutoff is not None:
            self.seconds += result["runtime"]
        elif self.n_runs == 1:
            self._note(arguments, float(result))
        return result

    def _value(self, result: Any) -> float:
        return float(result) if self.problem.cutoff is None else par10(result["runtime"], self.problem.cutoff)

    def _note(self, configuration: Configuration, value: float) -> float:
        if value < self._least:
            self._least, self.best = value, dict(configuration)
            start = time.process_time()
            true = value if self.problem.truth is None else self.problem.judged(configuration)
            self.cpu += time.process_time() - start
            self.steps.append((self.calls, value, true))
        return value
