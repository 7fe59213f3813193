"""The register of problem families, and the draws of a family's members."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from benchmarks.problems.foreign import FOREIGN, LISTS
from benchmarks.problems.problem import Problem

T = TypeVar("T")

#: the member of a family whose optimum is at the published place
ORIGINAL = "original/"


class Draw:
    """The random values that differ between the members of a family.

    Parameters
    ----------
    name : str
        The name of the family.
    seed : int or None
        The seed of the member; None: the published problem.

    Attributes
    ----------
    seed : int
    random : random.Random
        The generator that all draws use.
    """

    def __init__(self, name: str, seed: int | None) -> None:
        self.seed = seed or 0
        self.random = random.Random(f"{name} {0 if seed is None else seed}")
        self.published = seed is None

    def uniform(self, low: float, high: float, published: float) -> float:
        """Draw a number in a range, or return the published one."""
        return published if self.published else self.random.uniform(low, high)

    def integer(self, low: int, high: int, published: int) -> int:
        """Draw an integer in a range, bounds included, or return the published one."""
        return published if self.published else self.random.randint(low, high)

    def power(self, low: float, high: float, published: float) -> float:
        """Draw an exponent of 10 in a range, or take the published one, and return the power."""
        return 10.0 ** self.uniform(low, high, published)

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in a random order; for the published problem, in the given order."""
        values = list(values)
        return values if self.published else self.random.sample(values, len(values))

    def renamed(self, values: Sequence[T]) -> dict[T, T]:
        """Return a permutation of the values, value to meaning; for the published problem, the identity."""
        return dict(zip(values, self.shuffled(values), strict=True))


GROUPS = "public", "scripts", "smooth", "noisy", "noise", "instances", "runtime"
#: family -> group, maker
_FAMILIES: dict[str, tuple[str, Callable[[Draw], Problem]]] = {}


def family(group: str) -> Callable[[Callable[[Draw], Problem]], Callable[[Draw], Problem]]:
    """Return a decorator that enters a maker of problems into a group of the register, under the maker's name."""

    def enter_it(make: Callable[[Draw], Problem]) -> Callable[[Draw], Problem]:
        enter(make.__name__, group, make)
        return make

    return enter_it


def enter(name: str, group: str, make: Callable[[Draw], Problem]) -> None:
    """Enter a maker of problems into a group of the register, under a name."""
    _FAMILIES[name] = group, make


def wheel(module: str) -> Any:
    """Import and return a module of an optional dependency.

    Raises
    ------
    ImportError
        If the module is not installed; the message tells how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        how = "pip install -r benchmarks/requirements-problems.txt"
        raise ImportError(f"this problem needs {module!r}, which cannot be imported ({error}); {how}") from error


def make(name: str, seed: int) -> Problem:
    """Return a member of a family.

    Parameters
    ----------
    name : str
        The name of the family. With the prefix ``original/`` it is the published problem, for every seed.
    seed : int

    Raises
    ------
    ValueError
        If the family does not exist.
    """
    key = name.removeprefix(ORIGINAL)
    if key not in _FAMILIES:
        raise ValueError(f"no problem is called {name!r}; there are: {_all()}")
    return _FAMILIES[key][1](Draw(key, None if name.startswith(ORIGINAL) else seed))


def group_of(name: str) -> str:
    """Return the group of a problem: one of `GROUPS` or of `FOREIGN`, or original."""
    return "original" if name.startswith(ORIGINAL) else _FAMILIES[name][0]


def names(words: str) -> list[str]:
    """Return the problems that comma-separated words select: names of problems, and groups.

    ``all`` selects the problems of `GROUPS`, ``foreign`` selects the problems of `FOREIGN`, and ``choosing``,
    ``reporting`` and ``dear`` select lists of these (`foreign`). ``original`` selects the published public problems.
    """
    found: list[str] = []
    for word in words.split(","):
        members = [name for group in GROUPS for name in members_of(group) if word in (group, name, "all")]
        members += [name for group in FOREIGN for name in members_of(group) if word in (group, name, "foreign")]
        members += LISTS.get(word, ())
        public = members_of("public")
        if word == "original":
            members = [ORIGINAL + name for name in public]
        elif not members and word.removeprefix(ORIGINAL) in public:
            members = [word]
        if not members:
            raise ValueError(f"no problem or group is called {word!r}; problems: {_all()}")
        found += [name for name in members if name not in found]
    return found


def members_of(group: str) -> list[str]:
    """Return the families of a group, in the order in which they were entered."""
    return [name for name, (its_group, _) in _FAMILIES.items() if its_group == group]


def _all() -> str:
    """Describe all problems for a message, without the hundreds of names of other authors' problems."""
    return ", ".join([*(n for n, (group, _) in _FAMILIES.items() if group in GROUPS), "groups: " + ", ".join(FOREIGN)])


def quadratic(weights: Sequence[float], distances: Sequence[Any]) -> float:
    """Return a weighted sum of squares."""
    return sum(w * d * d for w, d in zip(weights, distances, strict=True))
