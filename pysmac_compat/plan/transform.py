"""Formulas that change the quality and the run time of each call: the options ``tae-transform`` of SMAC v2."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.outcome import CRASH_RUNTIME, SUCCESSES, Outcome
from pysmac_compat.evaluation.rules import TIMEOUT_QUALITY
from pysmac_compat.space.expression import ExpressionParser
from pysmac_compat.space.formula import Formula
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.space.vocabulary import Vocabulary

VARIABLES = ("S", "R", "Q", "C")
_RESULTS = {"SAT": 1.0, "UNSAT": -1.0}


def parse_formula(name: str, text: Any) -> Formula:
    """Read a formula of S (1 for SAT, -1 for UNSAT, else 0), R (run time), Q (quality) and C (limit, seconds).

    The grammar is the same as for expressions in forbidden clauses.

    Parameters
    ----------
    name : str
        The name of the option, for messages.
    text : str, int or float

    Raises
    ------
    ArgumentError, ClauseError
        A ClauseError shows the position in the text.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        try:
            text = repr(text)
        except ValueError:  # Python does not print an integer with too many digits
            raise ArgumentError(f"{name} must be a formula, got {shown(text)}") from None
    if not isinstance(text, str):
        raise ArgumentError(f"{name} must be a formula over {', '.join(VARIABLES)}, got {shown(text)}")
    scanner = Scanner(text, name)
    names, operands = Vocabulary(VARIABLES), f"one of {', '.join(VARIABLES)}"
    formula = ExpressionParser(scanner, names, {}, Vocabulary(()), operands).parse()
    scanner.expect_end()
    return formula


class Transform:
    """A transformation of the outcomes of calls.

    Parameters
    ----------
    valid_only : bool
        Whether a transformed run time is limited to the range from 0 to the limit of the call. Then a success that
        reaches the limit becomes a TIMEOUT.
    failure_value : float
        The quality of a call for which a formula does not give a finite number; such a call counts as CRASHED.
    **formulas : Formula
        ``SAT_quality``, ``SAT_runtime``, and the same with UNSAT, TIMEOUT and other in place of SAT. Without its
        formula, a quality or a run time does not change.
    """

    def __init__(self, valid_only: bool = True, failure_value: float = TIMEOUT_QUALITY, **formulas: Formula) -> None:
        self.valid_only, self.failure_value, self.formulas = valid_only, failure_value, formulas

    def __call__(self, outcome: Outcome, cutoff: float | None) -> Outcome:
        """Return the transformed outcome of a call; ``cutoff`` is its limit in seconds."""
        values = {
            "S": _RESULTS.get(outcome.status, 0.0),
            "R": outcome.runtime,
            "Q": outcome.value,
            "C": CRASH_RUNTIME if cutoff is None else cutoff,
        }
        columns = {name: np.float64(value) for name, value in values.items()}
        kind = outcome.status if outcome.status in (*SUCCESSES, "TIMEOUT") else "other"
        numbers = {"quality": outcome.value, "runtime": outcome.runtime}
        for quantity in numbers:
            formula = self.formulas.get(f"{kind}_{quantity}")
            if formula is None:
                continue
            with np.errstate(all="ignore"):
                number = float(formula.numbers(columns, 1)[0])
            if not math.isfinite(number):
                where = ", ".join(f"{name} = {value:g}" for name, value in values.items())
                message = f"smac_options['tae-transform-{kind}-{quantity}'] gives {number} for {where}"
                return replace(
                    outcome, status="CRASHED", value=self.failure_value, runtime=values["C"], message=message
                )
            numbers[quantity] = number
        outcome = replace(outcome, value=numbers["quality"])
        if f"{kind}_runtime" not in self.formulas:
            return outcome
        return self._with_runtime(outcome, numbers["runtime"], cutoff)

    def _with_runtime(self, outcome: Outcome, runtime: float, cutoff: float | None) -> Outcome:
        if not self.valid_only:
            return replace(outcome, runtime=runtime)
        if cutoff is not None and runtime >= cutoff:
            if outcome.succeeded:
                message = f"the transformed run time, {runtime:g} s, reaches the limit of {cutoff} s"
                outcome = replace(outcome, status="TIMEOUT", message=message)
            runtime = cutoff
        return replace(outcome, runtime=max(runtime, 0.0))
