"""Infer from the trials of a define-by-run function which parameters depend on which others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, IntDistribution
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
    """Return the parameters that have the same distribution in all trials that have them, sorted by name."""
    found: dict[str, BaseDistribution | None] = {}
    for trial in _whole(trials):
        for name, distribution in trial.distributions.items():
            if found.setdefault(name, distribution) != distribution:
                found[name] = None
    return {name: each for name, each in sorted(found.items()) if each is not None}


def branches(
    trials: Sequence[FrozenTrial], found: Mapping[str, BaseDistribution], before: Mapping[str, Branch | None]
) -> dict[str, Branch | None]:
    """Return the parameters that can be searched, each with its `Branch`; parents come before their children.

    The branch is None if all trials have the parameter. Otherwise, its parent is a parameter whose values separate the
    trials that have the child from the trials that do not. A parameter without a possible parent is left out.

    Parameters
    ----------
    trials : sequence of FrozenTrial
    found : dict of str to BaseDistribution
    before : dict of str to Branch or None
        What this function returned last time; a branch in it is kept as long as no trial contradicts the branch.
    """
    whole = [each.params for each in _whole(trials)]
    having = {name: [params for params in whole if name in params] for name in found}
    known: dict[str, Branch | None] = {}
    for child in sorted(found, key=lambda name: -len(having[name])):
        if len(having[child]) == len(whole):
            known[child] = None
            continue
        old = before.get(child)
        if old is not None and old.parent in known and _is_so(old, child, whole):
            known[child] = old
            continue
        candidates = [
            branch for parent in known if (branch := _branch(child, parent, whole, found[parent])) is not None
        ]
        if candidates:
            known[child] = min(candidates, key=lambda each: _rank(each, found, having))
    return known


def _whole(trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """Return only the complete and the pruned trials, because a failed trial may lack parameters."""
    return [each for each in trials if each.state in (TrialState.COMPLETE, TrialState.PRUNED)]


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
