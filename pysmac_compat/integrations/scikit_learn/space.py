"""Search spaces as scikit-learn users write them, and the translation of configurations to parameters of estimators.

A space is a ``ConfigSpace.ConfigurationSpace`` or a dict. The dict has, for each parameter of the estimator, a
definition in the pysmac dialect, a distribution from SciPy, or choices. Choices that are objects, for example
estimators, have names: their keys if the choices are a dict, otherwise the names of their classes. Clauses use these
names, and so do the names of the parameters of a choice::

    {"clf": ("categorical", {"svc": SVC(), "forest": RandomForestClassifier()}, "svc"), "svc__C": loguniform(0.1, 100)}
"""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.base import clone

from pysmac_compat.errors import ParameterError, cut, shown
from pysmac_compat.space.definition import Definition, clause_list
from pysmac_compat.space.domains import native
from pysmac_compat.space.parameters import KINDS
from pysmac_compat.space.ready import is_configspace, understand
from pysmac_compat.suggestions import did_you_mean

#: names of SciPy's distributions, and what defines the same range in the pysmac dialect
_DISTRIBUTIONS = {
    "uniform": ("real",),
    "loguniform": ("real", "log"),
    "reciprocal": ("real", "log"),
    "randint": ("integer",),
}
#: the last elements of the tuples by which BayesSearchCV defines ranges
_PRIORS = ("uniform", "log-uniform")
#: a name in a clause
_NAME = re.compile(r"\w+")
_PLAIN = (str, bool, int, float, type(None))
_EXPECTED = (
    "expected a list of choices, a definition as for minimize such as ('real', [low, high], default), or one of "
    "scipy.stats.uniform, loguniform and randint"
)


class Space:
    """A search space that converts its configurations to parameters of the estimator.

    Parameters
    ----------
    space : dict or ConfigSpace.ConfigurationSpace
    conditional_clauses, forbidden_clauses : list of str
    own : dict
        The estimator's parameters with their values. A value becomes the default if its parameter's range contains it.

    Attributes
    ----------
    definition : Definition
    objects : dict of str to dict of str to object
        The choices that are objects, by the name of the parameter and the name of the choice.

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
    """

    def __init__(
        self, space: Any, conditional_clauses: Sequence[str], forbidden_clauses: Sequence[str], own: Mapping[str, Any]
    ) -> None:
        self._own = own
        self.objects: dict[str, dict[str, Any]] = {}
        self._belongs: dict[str, tuple[str, str]] = {}
        clauses = clause_list("conditional_clauses", conditional_clauses)
        if isinstance(space, Mapping) and not is_configspace(space):
            found = {name: self._definition(name, given) for name, given in space.items()}
            self._belongs = {name: choice for name in found if (choice := self._only_choice(name)) is not None}
            # converted again, because the defaults of a choice's parameters are their values in this choice
            space = found | {name: self._definition(name, space[name]) for name in self._belongs}
            clauses = _with_conditions(self._belongs, clauses)
        elif isinstance(space, (list, tuple)):
            raise ParameterError(
                f"space must be one dict, got {shown(space)}. If you have a list of dicts, merge them into one dict. "
                "To choose between several models, name them: {'clf': {'svc': SVC(), 'forest': ...}, 'svc__C': ...}; "
                "svc__C is then active with svc only. For other conditions, use conditional_clauses, for example "
                "'gamma | kernel == rbf'"
            )
        self.definition: Definition = understand(space, clauses, forbidden_clauses)
        self._names = {name: self._settable(name) for name in self.definition.parameters}

    def parameters(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of the estimator's ``set_params`` for the active values of a configuration."""
        found: dict[str, Any] = {}
        for name, value in configuration.items():
            settable = self._names[name]
            if settable in found:
                raise ParameterError(
                    f"parameter {shown(name)} and another active parameter both set {settable!r}; add conditions "
                    "that make only one of them active"
                )
            found[settable] = self.objects[name][value] if name in self.objects else value
        return found

    def check(self, estimator: Any) -> None:
        """Check that the estimator and the choices have all parameters of the space.

        Raises
        ------
        ParameterError
        """
        for name, (parent, head) in self._belongs.items():
            rest, chosen = name.partition("__")[2], self.objects[parent][head]
            known = chosen.get_params() if hasattr(chosen, "get_params") else {}
            try:
                clone(chosen).set_params(**{rest: None})
            except (TypeError, ValueError, AttributeError):  # the choice is no estimator, or it lacks this parameter
                raise ParameterError(
                    f"parameter {shown(name)}: the choice {head!r} has no parameter {rest!r}{did_you_mean(rest, known)}"
                ) from None
        for name in self.definition.parameters.keys() - self.definition.conditions.keys():
            self._check_choices(name)
        try:
            clone(estimator).set_params(**clone(self.parameters(self.definition.default), safe=False))
        except (TypeError, ValueError, AttributeError):
            for name in sorted(self.definition.parameters.keys() - self._belongs.keys() - self._own.keys()):
                choices = [choice for objects in self.objects.values() for choice in objects]
                also = f" (choices are {cut(', '.join(choices))})" if "__" in name and choices else ""
                raise ParameterError(
                    f"parameter {shown(name)}: neither the estimator nor a choice has it"
                    f"{also}{did_you_mean(name, self._own)}"
                ) from None
            raise

    def _check_choices(self, name: str) -> None:
        """Refuse a name such as ``clf__C`` if some choices of ``clf`` have this parameter, but not all of them."""
        parent, _, rest = name.partition("__")
        objects = self.objects.get(parent, {})
        having = [
            choice for choice, each in objects.items() if hasattr(each, "get_params") and rest in each.get_params()
        ]
        if having and len(having) < len(objects):
            names = " or ".join(shown(f"{choice}__{rest}") for choice in having)
            new = [choice for choice in having if choice in self._own]
            rename = (
                f"rename the choice {new[0]!r}, because the estimator has a parameter {new[0]!r}, then " if new else ""
            )
            raise ParameterError(
                f"parameter {shown(name)}: not every choice of {shown(parent)} has it; {rename}write {names}"
                f"{' with the new name' if new else ''}; each is active with its own choice only"
            ) from None

    def _settable(self, name: str) -> str:
        """Return a parameter's name for ``set_params``, where a choice's parameters begin with the parent's name."""
        choice = self._choice(name)
        return name if choice is None else f"{self._settable(choice[0])}__{name.partition('__')[2]}"

    def _only_choice(self, name: str) -> tuple[str, str] | None:
        """Return `_choice`, and refuse a name that may belong to choices of several parents."""
        choice = self._choice(name)
        parents = [parent for parent, objects in self.objects.items() if choice and choice[1] in objects]
        if choice and len(parents) > 1:
            raise ParameterError(
                f"parameter {shown(name)}: {' and '.join(map(shown, parents))} have a choice with the name "
                f"{choice[1]!r}; give the choices different names: {{{parents[0]!r}: {{'NAME': ..., ...}}, ...}}"
            )
        return choice

    def _choice(self, name: str) -> tuple[str, str] | None:
        """Return the choice to which a parameter belongs, after the name of the parent with this choice, or None."""
        head, separator, _ = name.partition("__")
        if separator and head not in self._own:
            for parent, objects in self.objects.items():
                if head in objects:
                    return parent, head
        return None

    def _default(self, name: str) -> Any:
        """Return a parameter's value in the estimator, or in the choice to which it belongs; None if there is none."""
        choice = self._choice(name)
        if choice is None:
            return self._own.get(name)
        parent, head = choice
        chosen = self.objects[parent][head]
        return chosen.get_params().get(name.partition("__")[2]) if hasattr(chosen, "get_params") else None

    def _definition(self, name: str, given: Any) -> Any:
        """Convert the user's definition of one parameter to the pysmac dialect."""
        if hasattr(given, "rvs"):
            return self._of_distribution(name, given)
        if isinstance(given, tuple) and len(given) > 1 and given[0] in KINDS:
            kind, values, *more = given
            if kind not in ("categorical", "ordinal") or not isinstance(values, (list, tuple, Mapping)):
                return given
            return self._of_choices(name, values, *more, kind=kind)
        if isinstance(given, tuple) and len(given) > 1 and isinstance(given[0], str) and _is_range(given[1]):
            return given  # the type is unknown, so `define` refuses it
        if isinstance(given, tuple) and given and isinstance(given[-1], str) and given[-1] in _PRIORS:
            raise ParameterError(f"parameter {shown(name)}: {_EXPECTED}; got {shown(given)}")
        if isinstance(given, tuple) and len(given) == 2 and all(map(_is_number, given)):
            low, high = map(native, given)
            raise ParameterError(
                f"parameter {shown(name)}: it is unclear if the tuple {shown(given)} is a range or two choices. Write "
                f"('real', [{low!r}, {high!r}], {low!r}) or a distribution of SciPy for a range, "
                f"[{low!r}, {high!r}] for two choices"
            )
        if isinstance(given, Mapping) or (hasattr(given, "__len__") and not isinstance(given, str)):
            return self._of_choices(name, given)
        raise ParameterError(f"parameter {shown(name)}: {_EXPECTED}; got {shown(given)}")

    def _of_distribution(self, name: str, given: Any) -> tuple[Any, ...]:
        what = getattr(getattr(given, "dist", None), "name", type(given).__name__)
        if what not in _DISTRIBUTIONS:
            raise ParameterError(f"parameter {shown(name)}: {_EXPECTED}; got {what}")
        kind, *log = _DISTRIBUTIONS[what]
        low, high = (native(bound) for bound in given.support())
        if not math.isfinite(low) or not math.isfinite(high) or log and low <= 0:
            raise ParameterError(
                f"parameter {shown(name)}: the bounds of {what} must be finite, the lower one below the upper one"
                + (", and both above 0" if log else "")
            )
        if kind == "integer":
            low, high = int(low), int(high)
        if low == high:
            return "categorical", [low], low
        middle = 10 ** ((math.log10(low) + math.log10(high)) / 2) if log else (low + high) / 2
        middle = int(middle) if kind == "integer" else min(max(middle, low), high)
        own = self._default(name)
        fits = _is_number(own) and low <= own <= high
        default = own if fits and (kind == "real" or isinstance(own, numbers.Integral)) else middle
        return kind, [low, high], native(default), *log

    def _of_choices(self, name: str, values: Any, *default: Any, kind: str = "categorical") -> tuple[Any, ...]:
        if isinstance(values, Mapping):
            objects = {str(key): value for key, value in values.items()}
        else:
            values = [native(value) for value in values]
            types = {type(value) for value in values} - {type(None)}
            if all(type(value) in _PLAIN for value in values) and (len(types) < 2 or types == {int, float}):
                return kind, values, *(default or (self._own_choice(name, values),))
            objects = _named(values)
        if not objects:
            raise ParameterError(f"parameter {shown(name)}: the list of choices is empty")
        for key, value in objects.items():
            if isinstance(value, type) and hasattr(value, "get_params"):
                raise ParameterError(
                    f"parameter {shown(name)}: the choice {key!r} is a class; write {value.__name__}()"
                )
        self.objects[name] = objects
        if not default:
            plain = [] if isinstance(values, Mapping) or not all(type(each) in _PLAIN for each in values) else values
            own = self._own_choice(name, plain)
            return kind, list(objects), next(key for key, each in objects.items() if each is own or not plain)
        called = [key for key, value in objects.items() if value is default[0] or key == default[0]]
        if not called:
            raise ParameterError(
                f"parameter {shown(name)}: the default {shown(default[0])} is not one of {cut(', '.join(objects))}"
            )
        return kind, list(objects), called[0]

    def _own_choice(self, name: str, values: list[Any]) -> Any:
        """Return the parameter's value in the estimator if it is one of the choices, otherwise the first choice."""
        own = native(self._default(name))
        equal = [value for value in values if _kind(value) is _kind(own) and value == own]
        return (equal or values or [None])[0]


def _with_conditions(of_choices: Mapping[str, tuple[str, str]], clauses: Sequence[str]) -> list[str]:
    """Return the clauses, with conditions that the parameters of choices are active only with their choices."""
    found, children = [], set()
    for text in clauses:
        child, bar, condition = (text if isinstance(text, str) else "").partition("|")
        child = child.strip()
        if bar and child in of_choices:
            children.add(child)
            parent, head = of_choices[child]
            words = set(_NAME.findall(condition))
            siblings = {name for name, choice in of_choices.items() if choice == (parent, head)}
            if "||" in condition or not words & {parent, *siblings}:  # otherwise the clause already implies it
                text = f"{child} | {parent} == {head!r} && ({condition.strip()})"
        found.append(text)
    new = [f"{name} | {parent} == {head!r}" for name, (parent, head) in of_choices.items() if name not in children]
    return found + new


def _kind(value: Any) -> type:
    """Return the type of a plain value; integers and floats have the same."""
    return float if _is_number(value) else type(value)


def _is_range(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and len(values) == 2 and all(map(_is_number, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _named(values: Sequence[Any]) -> dict[str, Any]:
    """Return choices keyed by name: a plain value's text, an estimator's class, otherwise ``__name__`` or the repr."""
    found: dict[str, Any] = {}
    for value in values:
        if isinstance(value, _PLAIN):
            name = str(value)
        elif hasattr(value, "get_params") and not isinstance(value, type):
            name = type(value).__name__
        else:
            name = getattr(value, "__name__", None) or cut(" ".join(repr(value).split()))
        numbered, count = name, 1
        while numbered in found:
            count += 1
            numbered = f"{name}_{count}"
        found[numbered] = value
    return found
