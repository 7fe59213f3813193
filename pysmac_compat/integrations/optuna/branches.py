"""Infer from the trials of a define-by-run function which parameters depend on which others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import FrozenTrial, TrialState

#: the types of parameters that are likely parents, the likeliest first
_KINDS = (CategoricalDistribution, IntDistribution)


@dataclass(frozen=True)
class Branch:
    """The condition of a child: its parent's value is 'in' ``values``, or '<' or '>' the only element of ``values``."""

    parent: str
    operator: str
    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """Return whether a trial has the child if the parent has this value."""
        if self.operator == "in":
            return value in self.values
        return bool(value < self.values[0] if self.operator == "<" else value > self.values[0])


def ranges(trials: Sequence[FrozenTrial]) -> dict[str, BaseDistribution]:
    """Return the parameters of the trials that have ended, sorted by name, each with a range that contains all ranges.

    A parameter is left out if its choices, its scale or its steps change between trials.
    """
    found: dict[str, BaseDistribution | None] = {}
    for trial in trials:
        if trial.state.is_finished():
            for name, distribution in trial.distributions.items():
                found[name] = _united(found.setdefault(name, distribution), distribution)
    return {name: each for name, each in sorted(found.items()) if each is not None}


def _united(one: BaseDistribution | None, other: BaseDistribution) -> BaseDistribution | None:
    """Return the smallest range that contains two ranges; None if they differ in more than their bounds."""
    if one == other:
        return one
    if type(one) is not type(other) or not isinstance(one, (FloatDistribution, IntDistribution)):
        return None
    assert isinstance(other, (FloatDistribution, IntDistribution))
    whole = one.step is None or (isinstance(one, IntDistribution) and one.step == 1)
    if (one.log, one.step) != (other.log, other.step) or not (whole or one.low == other.low):
        return None
    low, high = min(one.low, other.low), max(one.high, other.high)
    return type(one)(low, high, log=one.log, step=one.step)


def branches(
    trials: Sequence[FrozenTrial], found: Mapping[str, BaseDistribution], before: Mapping[str, Branch | None]
) -> dict[str, Branch | None]:
    """Return the parameters that can be searched, each with its `Branch`; parents come before their children.

    The branch is None if all trials have the parameter. Otherwise, its parent is a parameter whose values separate the
    trials that have the child from the trials that do not. A parameter without a possible parent is left out. A failed
    trial shows which parameters it has, but not which it lacks, because it may have failed before it had them all.

    Parameters
    ----------
    trials : sequence of FrozenTrial
    found : dict of str to BaseDistribution
    before : dict of str to Branch or None
        What this function returned last time; a branch in it is kept as long as no trial contradicts the branch.
    """
    whole = [each.params for each in trials if each.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    if not whole:
        return {}
    failed = [each.params for each in trials if each.state == TrialState.FAIL]
    having = {name: [params for params in whole if name in params] for name in found}
    known: dict[str, Branch | None] = {}
    for child in sorted(found, key=lambda name: -len(having[name])):
        if len(having[child]) == len(whole):
            known[child] = None
            continue
        telling = [*whole, *(params for params in failed if child in params)]
        old = before.get(child)
        if old is not None and old.parent in known and _is_so(old, child, telling):
            known[child] = old
            continue
        candidates = [
            branch for parent in known if (branch := _branch(child, parent, telling, found[parent])) is not None
        ]
        if candidates:
            known[child] = min(candidates, key=lambda each: _rank(each, found, having))
    return known


def _rank(
    branch: Branch, found: Mapping[str, BaseDistribution], having: Mapping[str, Sequence[Any]]
) -> tuple[Any, ...]:
    """Return a key that sorts possible parents by how likely their type is, then by how few trials have them."""
    kind = next((i for i, each in enumerate(_KINDS) if isinstance(found[branch.parent], each)), len(_KINDS))
    return kind, len(having[branch.parent]), branch.parent


def _is_so(branch: Branch, child: str, whole: Sequence[Mapping[str, Any]]) -> bool:
    return all(
        (child in params) == (branch.parent in params and branch.holds(params[branch.parent])) for params in whole
    )


def _branch(child: str, parent: str, whole: Sequence[Mapping[str, Any]], kind: BaseDistribution) -> Branch | None:
    """Return how ``child`` depends on ``parent``; None if ``parent`` cannot be its parent."""
    if any(child in params and parent not in params for params in whole):
        return None
    with_it = [params[parent] for params in whole if child in params]
    without = [params[parent] for params in whole if parent in params and child not in params]
    if not with_it or not without:
        return None
    if isinstance(kind, CategoricalDistribution):
        values = tuple(each for each in kind.choices if each in with_it)
        return Branch(parent, "in", values) if not any(each in values for each in without) else None
    if min(with_it) > max(without):
        return Branch(parent, ">", (max(without),))
    if max(with_it) < min(without):
        return Branch(parent, "<", (min(without),))
    return None
