"""Translate Optuna's distributions to a space for the search, and configurations to values for Optuna."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from pysmac_compat.errors import ParameterError
from pysmac_compat.integrations.optuna.branches import Branch
from pysmac_compat.report.study import distributions
from pysmac_compat.space.conditions import All, Any_, Comparison, Condition
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.parameters import Parameter, Value, parse_parameter

#: characters that must not occur in a parameter's name in a search space of this package
_BAD = re.compile(r"[\s#'\"%]")


def middle(distribution: BaseDistribution) -> Any:
    """Return the value with which a search starts: the middle of a (logarithmic) range, or the first choice."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[0]
    low, high = distribution.low, distribution.high
    centre = math.sqrt(low) * math.sqrt(high) if distribution.log else low + (high - low) / 2
    if distribution.step is None:
        return min(max(centre, low), high)
    return _nth(distribution, min(math.floor((centre - low) / distribution.step + 1e-9), _n_steps(distribution)))


def nearest(distribution: FloatDistribution | IntDistribution, value: float) -> Any:
    """Return the value of a range that is the nearest to a given value."""
    value = min(max(value, distribution.low), distribution.high)
    if distribution.step is None:
        return value
    return _nth(distribution, min(round((value - distribution.low) / distribution.step), _n_steps(distribution)))


def _n_steps(distribution: Any) -> int:
    return int((Decimal(str(distribution.high)) - Decimal(str(distribution.low))) // Decimal(str(distribution.step)))


def _nth(distribution: Any, n: int) -> Any:
    """Return the value that is ``n`` steps above the lower bound, without a rounding error."""
    if isinstance(distribution, IntDistribution):
        return distribution.low + n * distribution.step
    return float(Decimal(str(distribution.low)) + n * Decimal(str(distribution.step)))


@dataclass(frozen=True)
class _Translated:
    """A distribution as a parameter for the search; ``outside`` converts a value for Optuna, ``inside`` back."""

    parameter: Parameter
    outside: Callable[[Any], Any]
    inside: Callable[[Any], Any]


def _translated(name: str, distribution: BaseDistribution, default: Any) -> _Translated:
    """Translate a distribution; raise ParameterError if the search cannot use it, for example integers beyond 2**53."""
    if isinstance(distribution, CategoricalDistribution):
        return _choices(name, distribution, distribution.to_internal_repr(default))
    assert isinstance(distribution, (FloatDistribution, IntDistribution))
    log = ("log",) if distribution.log else ()
    if distribution.step is None or (distribution.step == 1 and isinstance(distribution, IntDistribution)):
        kind, convert = ("real", float) if isinstance(distribution, FloatDistribution) else ("integer", int)
        bounds = [distribution.low, distribution.high]
        parameter = parse_parameter(name, (kind, bounds, convert(default), *log))
        return _Translated(parameter, convert, convert)

    def step(value: Any) -> int:
        return round((value - distribution.low) / distribution.step)

    parameter = parse_parameter(name, ("integer", [0, _n_steps(distribution)], step(default)))
    return _Translated(parameter, lambda n: _nth(distribution, n), step)


def _choices(name: str, distribution: CategoricalDistribution, default: float) -> _Translated:
    try:
        parameter = parse_parameter(
            name, ("categorical", list(distribution.choices), distribution.choices[int(default)])
        )
    except ParameterError:  # the choices are objects or have several types, so their positions replace them
        texts = [str(i) for i in range(len(distribution.choices))]
        parameter = parse_parameter(name, ("categorical", texts, texts[int(default)]))
    return _Translated(
        parameter,
        lambda value: distribution.choices[parameter.positions[value]],
        lambda choice: parameter.values[int(distribution.to_internal_repr(choice))],
    )


class Space:
    """The space that a sampler searches.

    Attributes
    ----------
    definition : Definition
        The space as the search uses it.
    distributions : dict of str to BaseDistribution
        The space as Optuna uses it.
    """

    def __init__(self, definition: Definition, found: Mapping[str, BaseDistribution] | None = None) -> None:
        self.definition = definition
        self.distributions = distributions(definition) if found is None else dict(found)
        self._parameters: dict[str, _Translated] = {}

    @classmethod
    def of(
        cls,
        found: Mapping[str, BaseDistribution],
        default: Mapping[str, Any],
        conditions: Mapping[str, Branch | None],
    ) -> Space:
        """Return the space for these `searchable` distributions; in ``conditions``, parents come before children."""
        translated = {name: _translated(_name(name), each, default[name]) for name, each in found.items()}
        parameters = {each.parameter.name: each.parameter for each in translated.values()}
        clauses: dict[str, Condition] = {}
        for name, branch in conditions.items():
            if branch is not None:
                parent = translated[branch.parent]
                values = tuple(parent.inside(each) for each in branch.values)
                comparison = Comparison(parent.parameter.name, branch.operator, values)
                clauses[translated[name].parameter.name] = Any_((All((comparison,)),))
        space = cls(Definition(parameters, clauses, []), found)
        space._parameters = translated
        return space

    def params(self, configuration: Mapping[str, Value]) -> dict[str, Any]:
        """Translate a configuration to values for Optuna."""
        if not self._parameters:
            return dict(configuration)
        return {
            name: each.outside(configuration[each.parameter.name])
            for name, each in self._parameters.items()
            if each.parameter.name in configuration
        }

    def configuration(
        self, params: Mapping[str, Any], found: Mapping[str, BaseDistribution]
    ) -> dict[str, Value] | None:
        """Translate a trial's parameters to a configuration; return None if they are outside of this space."""
        names = self.distributions.keys() & params.keys()
        if any(not holds(self.distributions[name], params[name], found[name]) for name in names):
            return None
        values = {name: params[name] for name in names}
        if self._parameters:
            values = {(p := self._parameters[name]).parameter.name: p.inside(each) for name, each in values.items()}
        active = self.definition.active(self.definition.complete(values))
        if not active <= values.keys():
            return None
        configuration = {name: values[name] for name in sorted(active)}
        return None if self.definition.violated(configuration) is not None else configuration


def searchable(distribution: BaseDistribution) -> bool:
    """Return whether the search can use a parameter with this distribution."""
    if distribution.single():
        return False
    try:
        _translated("p", distribution, middle(distribution))
    except ParameterError:
        return False
    return True


def holds(distribution: BaseDistribution, value: Any, found: BaseDistribution) -> bool:
    """Return whether a distribution contains a value that a trial drew from the distribution ``found``."""
    if type(distribution) is not type(found):
        return False
    try:
        return bool(distribution._contains(distribution.to_internal_repr(value)))
    except ValueError:  # the value is not a choice
        return False


def _name(name: str) -> str:
    """Return a name that is legal in the search; different names are still different afterwards."""
    return "".join(f"%{ord(each):x};" if _BAD.match(each) or not each.isprintable() else each for each in name) or "%"
