"""Numbers for the words of a space, so that expressions can compare them."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from pysmac_compat.errors import ParameterError, cut, shown
from pysmac_compat.space.parameters import Parameter, is_number


def number_words(parameters: Iterable[Parameter]) -> dict[str, float]:
    """Assign a number to each word among the choices of a space.

    A word is a choice that is not a number. The first number is floor(largest numeric choice) + 1, or 1 if no choice is
    numeric. The words are numbered in a topological order of the lists of all ordinals, and alphabetically where these
    lists leave the order open.

    Parameters
    ----------
    parameters : iterable of Parameter

    Returns
    -------
    dict of str to float

    Raises
    ------
    ParameterError
        If the orders of two ordinals contradict each other.
    """
    parameters = list(parameters)
    ordinals = [p for p in parameters if p.kind == "ordinal"]
    stuck = set().union(*(p.tokens for p in ordinals)) - set(_sorted_tokens(ordinals, lambda token: True))
    if stuck:
        orders = [(p.name, [t for t in p.tokens if t in stuck]) for p in ordinals]
        involved = [f"{shown(name)} ({cut(' < '.join(tokens))})" for name, tokens in orders if len(tokens) > 1]
        raise ParameterError(
            f"the ordinal parameters {' and '.join(involved)} order their values in contradictory ways; "
            "an expression in a forbidden clause needs one order of all words"
        )
    numbers = [float(t) for p in parameters for t in p.tokens if is_number(t)]
    first = math.floor(max(filter(math.isfinite, numbers), default=0.0)) + 1.0
    words = _sorted_tokens(parameters, lambda token: not is_number(token))
    return {word: first + i for i, word in enumerate(words)}


def _sorted_tokens(parameters: Iterable[Parameter], chosen: Callable[[str], object]) -> list[str]:
    """Sort the chosen tokens topologically, then alphabetically; leave out tokens on a cycle or after one."""
    before: dict[str, int] = {}
    after: dict[str, set[str]] = defaultdict(set)
    for parameter in parameters:
        tokens = [token for token in parameter.tokens if chosen(token)]
        before.update((token, 0) for token in tokens if token not in before)
        if parameter.kind == "ordinal":
            for earlier, later in zip(tokens, tokens[1:], strict=False):
                after[earlier].add(later)
    for followers in after.values():
        for token in followers:
            before[token] += 1
    free = [token for token, count in before.items() if count == 0]
    heapq.heapify(free)
    ordered = []
    while free:
        token = heapq.heappop(free)
        ordered.append(token)
        for follower in after[token]:
            before[follower] -= 1
            if before[follower] == 0:
                heapq.heappush(free, follower)
    return ordered


def codes(parameter: Parameter, words: Mapping[str, float]) -> list[float]:
    """Return the number that represents each choice of a categorical or ordinal parameter, in the order of the list."""
    return [float(token) if is_number(token) else words[token] for token in parameter.tokens]
