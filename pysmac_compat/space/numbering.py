"""Numbers for the words of a space, so that expressions can compare them."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pysmac_compat._errors import ParameterError
from pysmac_compat.space.parameters import NUMBER, Parameter


def number_words(parameters: Iterable[Parameter]) -> dict[str, float]:
    """Number all words among the choices of a space.

    The first number is floor(largest numeric choice) + 1 (1 if there is none). The words
    stand in a topological order of the lists of all ordinals, alphabetical where that
    leaves a choice.

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
    words: set[str] = set()
    largest = -math.inf
    after: dict[str, set[str]] = defaultdict(set)
    parameters = list(parameters)
    for parameter in parameters:
        own = [token for token in parameter.tokens if not NUMBER.fullmatch(token)]
        largest = max([largest, *(float(token) for token in parameter.tokens if NUMBER.fullmatch(token))])
        words.update(own)
        if parameter.kind == "ordinal":
            for earlier, later in zip(own, own[1:], strict=False):
                after[earlier].add(later)
    before = dict.fromkeys(words, 0)
    for followers in after.values():
        for word in followers:
            before[word] += 1
    free = [word for word, count in before.items() if count == 0]
    heapq.heapify(free)
    number = math.floor(largest) + 1.0 if math.isfinite(largest) else 1.0
    numbers: dict[str, float] = {}
    while free:
        word = heapq.heappop(free)
        numbers[word] = number + len(numbers)
        for follower in after[word]:
            before[follower] -= 1
            if before[follower] == 0:
                heapq.heappush(free, follower)
    if len(numbers) < len(words):
        _report_contradiction(parameters, words - set(numbers))
    return numbers


def _report_contradiction(parameters: Iterable[Parameter], stuck: set[str]) -> None:
    orders = [(p.name, [t for t in p.tokens if t in stuck]) for p in parameters if p.kind == "ordinal"]
    involved = [f"{name!r} ({' < '.join(tokens)})" for name, tokens in orders if len(tokens) > 1]
    raise ParameterError(
        f"the ordinal parameters {' and '.join(involved)} order their values in contradictory ways; "
        "an expression in a forbidden clause needs one order of all words"
    )


def codes(parameter: Parameter, words: Mapping[str, float]) -> list[float]:
    """The number of each choice of a categorical or ordinal parameter, in the order of its list."""
    return [float(token) if NUMBER.fullmatch(token) else words[token] for token in parameter.tokens]
