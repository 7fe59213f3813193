"""`autopartial`: like ``functools.partial``, but with hyperparameters as arguments."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import Hyperparameter

from pysmac_compat.errors import ParameterError

#: joins the names of nested parts
DELIMITER = ":"


class autopartial:  # noqa: N801 (the documented name; a callable, like functools.partial)
    """A function with hyperparameters in place of some of its arguments.

    Parameters
    ----------
    autofunc : callable
        A function or an `autopartial`. The arguments of an `autopartial` are kept; a keyword that is given again
        replaces the earlier argument.
    *args, **kwds : object
        Each argument is a ConfigSpace hyperparameter, an `autopartial` or a plain value. A hyperparameter gets the name
        of its keyword. The hyperparameters of an `autopartial` get the names ``keyword:name``. For a positional
        argument, the name of the function's parameter takes the place of the keyword.

    Attributes
    ----------
    autofunc : callable
    args : tuple
    kwds : dict
    cs : ConfigurationSpace
        The space of all hyperparameters, including nested ones.

    Raises
    ------
    TypeError
        If ``autofunc`` is not callable.
    ParameterError
        If an argument cannot be used. It is a ``ValueError`` that names the argument.

    Examples
    --------
    >>> from ConfigSpace import Float, Integer
    >>> def model(width): return f"model of width {width}"
    >>> def train(lr, model): return f"{model}, trained with {lr}"
    >>> part = autopartial(train, lr=Float("lr", (0.1, 1.0), default=0.5), model=autopartial(
    ...     model, width=Integer("width", (8, 64), default=16)))
    >>> sorted(part.cs)
    ['lr', 'model:width']
    >>> part(part.cs.get_default_configuration())
    'model of width 16, trained with 0.5'
    """

    def __init__(self, autofunc: Callable[..., Any], /, *args: Any, **kwds: Any) -> None:
        if not callable(autofunc):
            raise TypeError(f"the first argument must be callable, got {autofunc!r}")
        if isinstance(autofunc, autopartial):
            args = (*autofunc.args, *args)
            kwds = {**autofunc.kwds, **kwds}
            autofunc = autofunc.autofunc
        self.autofunc: Callable[..., Any] = autofunc
        self.args: tuple[Any, ...] = args
        self.kwds: dict[str, Any] = kwds
        self._names = _positional_names(autofunc, args, kwds)
        self.cs = ConfigurationSpace()
        for name, value in self._named():
            self._add(name, value)

    def __repr__(self) -> str:
        return f"autopartial({getattr(self.autofunc, '__name__', self.autofunc)}, {', '.join(self.cs)})"

    def __call__(self, space: Mapping[str, Any], prefix: str = "") -> Any:
        """Call the function with the values of a configuration.

        Parameters
        ----------
        space : Configuration or dict
            The values by name. If a hyperparameter is inactive, its keyword is not passed to the function.
        prefix : str
            The beginning of this object's names in ``space``.

        Raises
        ------
        ParameterError
            If a hyperparameter has no value in ``space`` and is not inactive, or if a positional one is inactive.
        """
        args = [self._value(name, value, space, prefix) for name, value in zip(self._names, self.args, strict=True)]
        if _INACTIVE in args:
            name = self._names[args.index(_INACTIVE)]
            raise ParameterError(
                f"{prefix + name!r} is inactive in this configuration; pass a conditional hyperparameter by name"
            )
        kwds = {name: self._value(name, value, space, prefix) for name, value in self.kwds.items()}
        kwds = {name: value for name, value in kwds.items() if value is not _INACTIVE}
        return self.autofunc(*args, **kwds)

    def _named(self) -> list[tuple[str, Any]]:
        return [*zip(self._names, self.args, strict=True), *self.kwds.items()]

    def _add(self, name: str, value: Any) -> None:
        if DELIMITER in name:
            raise ParameterError(f"argument {name!r}: a name must not contain {DELIMITER!r}, which joins nested names")
        if isinstance(value, autopartial):
            self.cs.add_configuration_space(prefix=name, configuration_space=value.cs, delimiter=DELIMITER)
        elif isinstance(value, Hyperparameter):
            renamed = copy.copy(value)
            renamed.name = name
            self.cs.add(renamed)
        elif isinstance(value, ConfigurationSpace) or (inspect.isclass(value) and issubclass(value, Hyperparameter)):
            raise ParameterError(
                f"argument {name!r}: expected a hyperparameter, an autopartial or a plain value, got {value!r:.200}"
            )

    def _value(self, name: str, value: Any, space: Mapping[str, Any], prefix: str) -> Any:
        if isinstance(value, autopartial):
            return value(space, prefix=f"{prefix}{name}{DELIMITER}")
        if not isinstance(value, Hyperparameter):
            return value
        full = prefix + name
        if full in space:
            found = space[full]
            return found.item() if hasattr(found, "item") else found
        if full in getattr(space, "config_space", ()):
            return _INACTIVE
        raise ParameterError(f"the configuration has no value for {full!r}")


_INACTIVE = object()


def _positional_names(function: Callable[..., Any], args: tuple[Any, ...], kwds: Mapping[str, Any]) -> list[str]:
    """Return the names of the positional arguments; raise an error for an argument that the function does not take."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # some built-in functions have no signature
        return [f"arg{i}" for i in range(len(args))]
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in positional[: len(args)]]
    if len(args) > len(names):
        if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
            raise ParameterError(
                f"argument {args[len(names)]!r:.100}: the function takes only {len(names)} positional arguments"
            )
        names += [f"arg{i}" for i in range(len(names), len(args))]
    by_keyword = {p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters)
    for name in kwds:
        if name in names and name in by_keyword:
            raise ParameterError(f"argument {name!r} is given twice, by position and by name")
        if name not in by_keyword and not open_ended:
            raise ParameterError(f"argument {name!r}: the function does not take it")
    return names
