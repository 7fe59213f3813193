"""The object that an optimizer calls in place of the function; it counts the calls and keeps the best configuration."""

from __future__ import annotations

import math
import time
from typing import Any

from benchmarks.problems import Configuration, Problem
from benchmarks.problems.solvers import par10

#: the largest number of proposals, in units of the budget; forbidden configurations do not count as evaluations
_MOST_ASKED = 20
#: number of seeds for each configuration if the optimizer does not choose seeds itself
_REPEATS = 5


class Spent(BaseException):
    """The budget is used up. It is not an `Exception`, so that optimizers do not catch it."""


class Evaluations:
    """Calls a problem's function, in one of two ways.

    A call of this object evaluates a whole configuration: on all instances, or with five seeds, or once. A
    forbidden configuration gets the worst value so far, and does not count. The method `call` makes one call of the
    function, for optimizers that choose instances and seeds themselves.

    Parameters
    ----------
    problem : Problem
    budget : int
        Number of calls of the function.

    Attributes
    ----------
    calls : int
    seconds : float
        The reported run time, if the run time is minimised.
    cpu : float
        CPU seconds inside the function, and for computing true values.
    best : dict or None
        The configuration with the least observed value.
    steps : list of (int, float, float)
        For each improvement: the number of the call, the observed value, the true value.
    incumbents : list of (float, float)
        If the run time is minimised and the optimizer reports its incumbents: the time of each incumbent in
        reported seconds, and its true value.
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
        """The number of calls for a whole configuration."""
        return len(self._runs)

    @property
    def done(self) -> bool:
        """Whether no further configuration can be evaluated."""
        room = self.calls + self.n_runs <= self.budget and self.seconds < self.problem.seconds
        return not room or self.asked >= _MOST_ASKED * self.budget

    def __call__(self, configuration: Configuration) -> float:
        """Evaluate a configuration.

        Raises
        ------
        Spent
            If the budget is too small for it.
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
        """Make one call of the function, for an optimizer that races.

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
