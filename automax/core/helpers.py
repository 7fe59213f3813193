"""Turn the specifications of hyperparameters into objects of ConfigSpace."""

from __future__ import annotations

import math
import numbers
import warnings
from collections.abc import Mapping
from typing import Any

from ConfigSpace import (
    CategoricalHyperparameter,
    Constant,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.hyperparameters import Hyperparameter

from pysmac_compat.errors import ParameterError, warn
from pysmac_compat.suggestions import nearest

_KEYS = ("val", "default", "log", "type")
_TYPES = ("float", "int", "categorical", "constant")
_MISSING = object()


def parse_hyperparameters_from_dict(items: Mapping[str, Any]) -> dict[str, Hyperparameter]:
    """Turn specifications into hyperparameters.

    Parameters
    ----------
    items : dict of str to object
        The name and the specification of each hyperparameter:

        - A number, string, bool or None is a constant.
        - ``(lower, upper)`` is a range of floats if one of the bounds is a float, else of integers. Its default is
          the lower bound.
        - ``[a, b, ...]`` is a list of choices. Its default is the first choice.
        - ``{"val": ..., "default": ..., "log": ..., "type": ...}`` is one of the above with more options. YAML has
          no tuples, so a list of two numbers is a range if ``log`` is true or the default lies strictly between
          them. ``type`` ('float', 'int', 'categorical', 'constant') overrides this rule.
        - A ConfigSpace hyperparameter is used as it is.

    Returns
    -------
    dict of str to ConfigSpace.hyperparameters.Hyperparameter

    Raises
    ------
    ParameterError
        If a specification is not valid. This error is a ``ValueError``; its message names the hyperparameter and the
        expected form.

    Examples
    --------
    >>> found = parse_hyperparameters_from_dict({"lr": {"val": [0.0001, 0.1], "default": 0.001, "log": True}})
    >>> found["lr"].lower, found["lr"].upper, found["lr"].default_value, found["lr"].log
    (0.0001, 0.1, 0.001, True)
    """
    if not isinstance(items, Mapping):
        raise ParameterError(f"expected a dict of name: specification, got {items!r}")
    return {name: _parse(name, specification) for name, specification in items.items()}


def is_search(specification: Any) -> bool:
    """Return whether a specification has the form of a search: a tuple, list, hyperparameter or dict with 'val'."""
    return isinstance(specification, (tuple, list, Hyperparameter)) or (
        isinstance(specification, Mapping) and "val" in specification
    )


def _parse(name: str, specification: Any) -> Hyperparameter:
    if not isinstance(name, str) or not name:
        raise ParameterError(f"the name of a hyperparameter must be a string that is not empty, got {name!r}")
    if isinstance(specification, Hyperparameter):
        return specification
    log, kind, default = False, None, _MISSING
    value = specification
    if isinstance(specification, Mapping):
        for key in specification:
            if key not in _KEYS:
                raise ParameterError(f"hyperparameter {name!r}: unknown key {key!r}{nearest(key, _KEYS)}")
        if "val" not in specification:
            raise ParameterError(f"hyperparameter {name!r}: the key 'val' is missing in {dict(specification)!r}")
        value, default = specification["val"], specification.get("default", _MISSING)
        log, kind = specification.get("log", False), specification.get("type")
        if not isinstance(log, bool):
            raise ParameterError(f"hyperparameter {name!r}: log must be true or false, got {log!r}")
        if kind is not None and kind not in _TYPES:
            raise ParameterError(
                f"hyperparameter {name!r}: type must be one of {', '.join(_TYPES)}, got {kind!r}{nearest(kind, _TYPES)}"
            )
    kind = kind or _infer(name, value, default, log)
    if kind == "constant":
        if default is not _MISSING and _frozen(default) != _frozen(value):
            raise ParameterError(
                f"hyperparameter {name!r}: the default of a constant must be its value {value!r}, got {default!r}"
            )
        return Constant(name, _frozen(value))
    if kind == "categorical":
        if log:
            warn(f"hyperparameter {name!r}: log has no effect on a list of choices")
        return _categorical(name, value, default)
    return _range(name, value, default, log, kind)


def _infer(name: str, value: Any, default: Any, log: bool) -> str:
    """Return the kind of a specification without a ``type``."""
    if isinstance(value, list):
        if len(value) == 2 and all(_is_number(v) for v in value):
            between = _is_number(default) and min(value) < default < max(value)
            if log or between:
                return "range"
        return "categorical"
    if isinstance(value, tuple):
        return "range"
    if value is None or isinstance(value, (str, numbers.Number)) or hasattr(value, "item"):
        return "constant"
    raise ParameterError(
        f"hyperparameter {name!r}: expected a number, string, (lower, upper), list of choices, or dict with 'val', "
        f"got {value!r}"
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _frozen(value: Any) -> Any:
    """Return a value that can be a choice: a list becomes a tuple, because YAML has no tuples."""
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(v) for v in value)
    return value.item() if hasattr(value, "item") else value


def _categorical(name: str, value: Any, default: Any) -> CategoricalHyperparameter:
    if not isinstance(value, (list, tuple)) or len(value) == 0:
        raise ParameterError(f"hyperparameter {name!r}: expected a list of choices, got {value!r}")
    choices = [_frozen(v) for v in value]
    chosen = choices[0] if default is _MISSING else _frozen(default)
    if not any(_same(chosen, choice) for choice in choices):
        raise ParameterError(f"hyperparameter {name!r}: the default {default!r} is not one of the choices {value!r}")
    for i, choice in enumerate(choices):
        if any(choice == other for other in choices[:i]):
            raise ParameterError(f"hyperparameter {name!r}: the choice {choice!r} occurs twice in {value!r}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CategoricalHyperparameter(name, choices, default_value=chosen)


def _same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _range(name: str, value: Any, default: Any, log: bool, kind: str) -> Hyperparameter:
    if not isinstance(value, (list, tuple)) or len(value) != 2 or not all(_is_number(v) for v in value):
        hint = "; a number such as 1e-4 is text to YAML: write 1.0e-4" if _has_text_number(value) else ""
        raise ParameterError(f"hyperparameter {name!r}: a range is two numbers (lower, upper), got {value!r}{hint}")
    lower, upper = (_frozen(v) for v in value)
    if kind == "range":
        kind = "int" if all(isinstance(v, numbers.Integral) for v in (lower, upper)) else "float"
    if not all(math.isfinite(v) for v in (lower, upper)) or not lower < upper:
        raise ParameterError(f"hyperparameter {name!r}: lower must be less than upper and both finite, got {value!r}")
    if log and lower <= 0:
        raise ParameterError(f"hyperparameter {name!r}: with log the lower bound must be positive, got {lower!r}")
    start = lower if default is _MISSING else _frozen(default)
    if not _is_number(start) or not lower <= start <= upper:
        raise ParameterError(
            f"hyperparameter {name!r}: the default must be a number in [{lower}, {upper}], got {start!r}"
        )
    if kind == "float":
        return UniformFloatHyperparameter(name, float(lower), float(upper), default_value=float(start), log=log)
    if any(v != int(v) for v in (lower, upper, start)):
        raise ParameterError(
            f"hyperparameter {name!r}: bounds and default of a range of integers must be integers, "
            f"got {value!r} and {start!r}"
        )
    return UniformIntegerHyperparameter(name, int(lower), int(upper), default_value=int(start), log=log)


def _has_text_number(value: Any) -> bool:
    try:
        return any(isinstance(v, str) and math.isfinite(float(v)) for v in value)
    except (TypeError, ValueError):
        return False
