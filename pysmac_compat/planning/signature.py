"""A check before the first call that the user's function accepts the keyword arguments that a run passes to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Sequence
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, cut
from pysmac_compat.plan import Plan
from pysmac_compat.suggestions import did_you_mean
from pysmac_compat.target.program import Program
from pysmac_compat.target.template import ProgramFunction

#: for each of these keywords: the argument of `minimize` because of which a run passes it
_REQUESTS = {"seed": "deterministic=False", "instance": "num_train_instances=n", "evaluation_index": "numbered=True"}


def instance_counts(function: Any, n_train: Any, n_test: Any) -> tuple[Any, Any]:
    """Return the numbers of training and test instances; where the user gives None, as many as ``program(...)`` got."""
    if not isinstance(function, ProgramFunction):
        return n_train, n_test
    train, test = len(function.instances), len(function.test_instances)
    return (train or None) if n_train is None else n_train, test if n_test is None else n_test


def check_signature(function: Callable[..., Any], plan: Plan) -> None:
    """Refuse a function if every call would raise a ``TypeError``.

    A function is accepted if its signature cannot be read or if it takes ``**kwargs``. It is also accepted if it lacks
    a conditional parameter, since calls in which this parameter is inactive succeed.

    Parameters
    ----------
    function : callable
    plan : Plan

    Raises
    ------
    ArgumentError
        The message names the function, the argument and the expected value.
    """
    if isinstance(function, ProgramFunction):
        parameters = plan.definition.parameters.values()
        function.check(
            {each.name: None if each.numeric else list(each.tokens) for each in parameters},
            n_train=plan.instances.n_train,
            n_test=plan.instances.n_test,
            deterministic=plan.deterministic,
            cutoff=plan.objective.cutoff,
            runtime=plan.objective.runtime,
        )
    elif isinstance(function, Program):
        instances = plan.instances
        function.check(n_train=instances.n_train, n_test=instances.n_test, deterministic=plan.deterministic)
    try:
        # calls go to the wrapper, whose signature may differ from the signature of the wrapped function
        accepted = inspect.signature(function, follow_wrapped=False).parameters.values()
    except Exception:  # an object's own attributes may raise anything
        return
    if any(a.kind is a.VAR_KEYWORD for a in accepted):
        return
    name = f"{getattr(function, '__name__', type(function).__name__)}()"
    definition = plan.definition
    requested = [
        key
        for key, is_so in (
            ("seed", not plan.deterministic),
            ("instance", plan.instances.n_train is not None),
            ("evaluation_index", plan.calls.numbered),
        )
        if is_so
    ]
    by_keyword = [a.name for a in accepted if a.kind in (a.POSITIONAL_OR_KEYWORD, a.KEYWORD_ONLY)]
    for keyword in [*(p for p in definition.parameters if p not in definition.conditions), *requested]:
        if keyword not in by_keyword:
            because = f" because of {_REQUESTS[keyword]}" if keyword in requested else ""
            takes = f"it takes {cut(', '.join(by_keyword))}" if by_keyword else "it takes no keyword arguments"
            raise ArgumentError(
                f"func: {name} takes no argument {keyword!r}, but every call passes it{because}; "
                f"{takes}{did_you_mean(keyword, by_keyword) or _in_one(by_keyword, definition.parameters)}"
            )
    given = [*definition.parameters, *requested]
    for argument in accepted:
        if argument.name in definition.conditions and argument.default is argument.empty:
            warn(
                f"func: {name} has no default for {argument.name!r}: calls in which this parameter is inactive will "
                f"fail; write {argument.name}=None in the definition of the function"
            )
        if argument.default is not argument.empty or argument.kind is argument.VAR_POSITIONAL:
            continue
        if argument.kind is argument.POSITIONAL_ONLY:
            raise ArgumentError(
                f"func: {name} takes {argument.name!r} by position only, but every call passes keywords"
            )
        if argument.name not in given:
            request = _REQUESTS.get(argument.name)
            raise ArgumentError(
                f"func: {name} needs an argument {argument.name!r}, which no call passes: give it a default, "
                f"or use one of {cut(', '.join(given))}"
                + (f"; {request} passes {argument.name!r}" if request else did_you_mean(argument.name, given))
            )


def _in_one(accepted: Sequence[str], parameters: Collection[str]) -> str:
    """Return a hint if the function seems to take all parameters in one object, as in other tools; otherwise ''."""
    if len(accepted) != 1 or accepted[0] in parameters:
        return ""
    if accepted[0] == "trial":
        return "; functions that take a trial of Optuna need Optuna with the sampler SMACSampler"
    return f"; write **{accepted[0]} to get all of them in one dict"
