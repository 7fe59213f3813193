"""Merge the search spaces of several algorithms into one search space."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from pysmac_compat.errors import ArgumentError, ClauseError, ParameterError
from pysmac_compat.space import conditions, forbidden
from pysmac_compat.space.definition import define
from pysmac_compat.space.formula import COMPARISONS, Formula, Function, Name, Number, Operator, Word
from pysmac_compat.space.numbering import number_words
from pysmac_compat.space.parameters import Parameter, parse_parameters
from pysmac_compat.space.scanner import Scanner
from pysmac_compat.space.vocabulary import Vocabulary

#: the name of the parameter that chooses the callable
CHOICE = "algorithm"

_SOURCE = '''\
from pysmac_compat.utils.pcs_merge import own_arguments as pysmac_merged_pcs_own_arguments


def pysmac_merged_pcs_callables():
    return {{{callables}}}


def pysmac_merged_pcs_reduce_args(algorithm=None, *args, **kwds):
    """The chosen callable, and its own keyword arguments."""
    names = {names!r}
    own = pysmac_merged_pcs_own_arguments(names, algorithm, kwds)
    return pysmac_merged_pcs_callables()[algorithm], own


def pysmac_merged_pcs_wrapper(algorithm=None, *args, **kwds):
    """Call the chosen callable with its own keyword arguments."""
    function, own = pysmac_merged_pcs_reduce_args(algorithm, *args, **kwds)
    return function(*args, **own)
'''


@dataclass(frozen=True)
class MergedSpace:
    """Several callables merged into one callable, and the search space of this callable.

    The object can be pickled if all callables can be pickled.

    Attributes
    ----------
    parameters : dict of str to tuple
        ``'algorithm'``, and each parameter under the name ``<callable>_<name>``.
    conditionals, forbiddens : list of str
    callables : dict of str to callable
        The callables; the keys are the values of ``'algorithm'``.
    names : dict of str to dict of str to str
        For each callable, a dict whose keys are its parameters' names in the merged space, and whose values are their
        original names.
    """

    parameters: dict[str, Any]
    conditionals: list[str]
    forbiddens: list[str]
    callables: dict[str, Callable[..., Any]]
    names: dict[str, dict[str, str]]

    def reduce_args(self, algorithm: str | None = None, *args: Any, **kwds: Any) -> tuple[Callable[..., Any], dict]:
        """Return the chosen callable and its own keyword arguments; see `own_arguments`."""
        own = own_arguments(self.names, algorithm, kwds)
        return self.callables[str(algorithm)], own

    def wrapper(self, algorithm: str | None = None, *args: Any, **kwds: Any) -> Any:
        """The function to minimise: call the chosen callable with its own keyword arguments."""
        function, own = self.reduce_args(algorithm, *args, **kwds)
        return function(*args, **own)

    @property
    def source(self) -> str:
        """Python code that defines `reduce_args` and `wrapper` as functions; run it where the callables are defined.

        The names of the functions are ``pysmac_merged_pcs_reduce_args`` and ``pysmac_merged_pcs_wrapper``.
        """
        callables = ", ".join(f"{name!r}: {name}" for name in self.callables)
        return _SOURCE.format(callables=callables, names=self.names)


def own_arguments(
    names: Mapping[str, Mapping[str, str]], algorithm: str | None, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments for one callable, keyed by the names that the callable itself uses.

    Parameters
    ----------
    names : dict
        See `MergedSpace`.
    algorithm : str
    arguments : dict
        The arguments of the merged function. Parameters of other callables are left out. An argument that is not a
        parameter (``seed``, ``instance``) is passed on unchanged.

    Raises
    ------
    ArgumentError
        If the algorithm is unknown, or if a parameter and another argument have the same name.
    """
    if algorithm is None or algorithm not in names:
        raise ArgumentError(f"{CHOICE} must be one of {', '.join(names)}, got {algorithm!r}")
    own = {short: arguments[name] for name, short in names[algorithm].items() if name in arguments}
    merged = set().union(*names.values())
    for name in arguments.keys() - merged:
        if name in own:
            raise ArgumentError(f"{algorithm!r} has a parameter {name!r}, and the call has an argument {name!r}, too")
        own[name] = arguments[name]
    return own


def merge_spaces(*spaces: Sequence[Any]) -> MergedSpace:
    """Merge algorithms and their search spaces into one.

    In a merged clause, a text that is a value in any of the spaces may be read as this value. For example, if one
    space has the value ``'1 && x'`` and a clause of another space contains ``1 && x``, meaning two values and an
    operator, quote these two values in the clause.

    Parameters
    ----------
    *spaces : tuple
        ``(callable, parameters[, conditional clauses[, forbidden clauses]])``, one for each
        algorithm, as `SMAC_optimizer.minimize` accepts them. The name of a callable is its ``__name__``.

    Returns
    -------
    MergedSpace

    Raises
    ------
    ParameterError, ClauseError, ArgumentError
        If a space is not valid by itself, if names collide, or if the merge would change the meaning of a clause.
        Each error is a ``ValueError``.

    Examples
    --------
    >>> def grow(depth, prune=0.1):
    ...     return depth * prune
    >>> def fit(c):
    ...     return c
    >>> tree = {"depth": ("integer", [1, 9], 3), "prune": ("real", [0, 1], 0.1)}
    >>> merged = merge_spaces((grow, tree, ["prune | depth > 2"]), (fit, {"c": ("real", [0, 1], 0.5)}))
    >>> sorted(merged.parameters)
    ['algorithm', 'fit_c', 'grow_depth', 'grow_prune']
    >>> merged.conditionals
    ['grow_depth | algorithm == grow', 'grow_prune | grow_depth > 2', 'fit_c | algorithm == fit']
    >>> merged.wrapper("fit", fit_c=0.25, grow_depth=7)
    0.25
    """
    parts = [_Part.read(space) for space in spaces]
    if not parts:
        raise ArgumentError("merge_spaces needs at least one tuple (callable, parameters, conditionals, forbiddens)")
    callables: dict[str, Callable[..., Any]] = {}
    merged: dict[str, Any] = {CHOICE: ("categorical", [part.name for part in parts], parts[0].name)}
    for part in parts:
        if part.name in callables:
            raise ParameterError(f"two callables are called {part.name!r}: their parameters cannot be told apart")
        callables[part.name] = part.function
        for name, specification in part.specifications.items():
            new = part.renamed(name)
            if new in merged:
                raise ParameterError(f"{new!r} would be the name of two parameters: rename a callable or {name!r}")
            merged[new] = specification
    conditionals = [clause for part in parts for clause in part.conditionals(merged)]
    forbiddens = [clause for part in parts for clause in part.forbiddens(merged)]
    define(merged, conditionals, forbiddens)
    names = {part.name: {part.renamed(name): name for name in part.specifications} for part in parts}
    return MergedSpace(merged, conditionals, forbiddens, callables, names)


def merge_configuration_spaces(*spaces: Sequence[Any]) -> tuple[dict[str, Any], list[str], list[str], str]:
    """Merge spaces as `merge_spaces` does, but return a tuple as the original pysmac does.

    Returns
    -------
    parameters : dict of str to tuple
    conditionals : list of str
    forbiddens : list of str
    source : str
        See `MergedSpace.source`. You can use `MergedSpace.wrapper` instead, which is the same function.
    """
    merged = merge_spaces(*spaces)
    return merged.parameters, merged.conditionals, merged.forbiddens, merged.source


def _words(formula: Formula, names: Set[str]) -> list[bool]:
    """Return for each step whether it is a word, or one of the parameters in ``names``, whose values include words."""
    return [isinstance(step, Word) or isinstance(step, Name) and step.name in names for step in formula.steps]


def _counts(formula: Formula, names: Set[str]) -> bool:
    """Return whether the result depends on the numbers that represent words, and not only on the words' order.

    It depends on their order alone if the formula compares words only with words.
    """
    stack: list[bool] = []
    for step, is_word in zip(formula.steps, _words(formula, names), strict=True):
        if isinstance(step, (Number, Name)):
            stack.append(is_word)
            continue
        operands = [stack.pop() for _ in range(1 if isinstance(step, Function) else 2)]
        if any(operands) and not (isinstance(step, Operator) and step.symbol in COMPARISONS and all(operands)):
            return True
        stack.append(False)
    return any(stack)


@dataclass(frozen=True)
class _Part:
    """One algorithm with its own space."""

    name: str
    function: Callable[..., Any]
    specifications: Mapping[str, Any]
    parameters: dict[str, Parameter]
    conditional_clauses: list[str]
    forbidden_clauses: list[str]

    @classmethod
    def read(cls, space: Sequence[Any]) -> _Part:
        if not isinstance(space, (tuple, list)) or not 2 <= len(space) <= 4:
            raise ArgumentError(f"expected a tuple (callable, parameters, conditionals, forbiddens), got {space!r}")
        function, specifications, *clauses = space
        name = getattr(function, "__name__", None)
        if not callable(function) or not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ArgumentError(
                f"{function!r} must be a callable whose `__name__` is a Python name; set `__name__` if it is a lambda "
                "or a partial"
            )
        conditionals, forbiddens = [*clauses, [], []][:2]
        if specifications:
            define(specifications, conditionals, forbiddens)
        return cls(
            name,
            function,
            specifications,
            parse_parameters(specifications) if specifications else {},
            list(conditionals),
            list(forbiddens),
        )

    def renamed(self, name: str) -> str:
        return f"{self.name}_{name}"

    def conditionals(self, merged: Mapping[str, Any]) -> list[str]:
        """Return the renamed clauses, and a condition on the algorithm for each parameter without a clause.

        The renamed clauses need not name the algorithm, because a condition on an inactive parent is false. Nothing is
        added to them, so ``&&`` and ``||`` keep their precedence.
        """

        def parse(scanner: Scanner, parameters: Mapping[str, Parameter]) -> str:
            return conditions.parse_condition(scanner, parameters, Vocabulary(parameters))[0]

        clauses = list(self._filled(self.conditional_clauses, conditions.KIND))
        children = {parse(Scanner(text, conditions.KIND), self.parameters) for text in clauses}
        free = [f"{self.renamed(name)} | {CHOICE} == {self.name}" for name in self.parameters if name not in children]
        return free + [self._rename(text, conditions.KIND, parse, parse_parameters(merged)) for text in clauses]

    def forbiddens(self, merged: Mapping[str, Any]) -> list[str]:
        """Return the renamed clauses; raise an error if words in the other spaces would change what a clause means."""
        parameters = parse_parameters(merged)

        def parse(scanner: Scanner, parameters: Mapping[str, Parameter]) -> forbidden.Forbidden:
            return forbidden.parse_forbidden(scanner, forbidden.Language(parameters))

        clauses = list(self._filled(self.forbidden_clauses, forbidden.KIND))
        for text in clauses:
            parsed = parse(Scanner(text, forbidden.KIND), self.parameters)
            if isinstance(parsed, forbidden.Expression):
                self._check_words(parsed, number_words(parameters.values()))
        return [self._rename(text, forbidden.KIND, parse, parameters) for text in clauses]

    def _check_words(self, clause: forbidden.Expression, after: Mapping[str, float]) -> None:
        """Raise an error if the clause means something else after the words of all spaces are numbered together."""
        before = number_words(self.parameters.values())
        names = {name for name, parameter in self.parameters.items() if not before.keys().isdisjoint(parameter.tokens)}
        if not any(_words(clause.node, names)):
            return
        if sorted(before, key=before.__getitem__) != sorted(before, key=after.__getitem__):
            raise ClauseError(
                f"{forbidden.KIND}: the ordinal parameters of the other spaces change the order of the words of "
                f"{self.name!r}; give the values other names",
                clause.text,
            )
        if any(before[word] != after[word] for word in before) and _counts(clause.node, names):
            raise ClauseError(
                f"{forbidden.KIND}: the clause calculates with the numbers that represent words, and the merged "
                "space represents them by other numbers; compare words with words only",
                clause.text,
            )

    @staticmethod
    def _filled(clauses: Iterable[str], kind: str) -> Iterable[str]:
        return (text for text in clauses if not Scanner(text, kind).at_end())

    def _rename(
        self,
        text: str,
        kind: str,
        parse: Callable[[Scanner, Mapping[str, Parameter]], object],
        merged: Mapping[str, Parameter],
    ) -> str:
        """Replace the parameters' names by the new names where the parser finds them in a clause."""
        before = Scanner(text, kind)
        parse(before, self.parameters)
        new = text
        for place, name in sorted(before.mentions.items(), reverse=True):
            new = new[:place] + self.renamed(name) + new[place + len(name) :]
        after = Scanner(new, kind)
        parse(after, merged)
        expected = [self.renamed(name) for _, name in sorted(before.mentions.items())]
        if [name for _, name in sorted(after.mentions.items())] != expected:
            raise ClauseError(
                f"{kind}: in the merged space, a value in this clause is also a parameter's name; quote the value", new
            )
        return new
