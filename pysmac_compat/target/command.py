"""The command line that runs a program for one call.

There are three forms. ``smac`` is the form of SMAC v2 and ParamILS, and ``smac3`` is the older form of SMAC3. These two
differ only in the words for missing values::

    ALGO INSTANCE SPECIFICS CUTOFF RUNLENGTH SEED -name value ...

``aclib`` is the form of AClib 2::

    ALGO --instance INSTANCE --cutoff CUTOFF --seed SEED --config -name value ...
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.space.values import java_number

Form = Literal["smac", "smac3", "aclib"]

#: the words for missing values: no instance, no cutoff, no limit of the run length, no seed
_NOTHING: dict[Form, tuple[str, str, str, str]] = {
    "smac": ("no_instance", java_number(sys.float_info.max), str(LARGEST), "-1"),
    "smac3": ("0", "99999999999999", "0", "0"),
    "aclib": ("0", "99999999999999", "0", "0"),
}
_ASSIGNMENT = re.compile(r"\s*[A-Za-z_]\w*=")
_VARIABLE = re.compile(r"\$[A-Za-z0-9_{(@*?!#$]")


@dataclass(frozen=True)
class Call:
    """The arguments that one call passes to the program.

    Attributes
    ----------
    values : dict
        The values of the active parameters.
    instance : str or None
    specifics : str
        The words after the name of the instance in its line of the instance file.
    cutoff : float or None
        The CPU limit, seconds.
    seed : int or None
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    instance: str | None = None
    specifics: str = ""
    cutoff: float | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Command:
    """A command to which each call adds its arguments.

    Attributes
    ----------
    text : str
        The command as a shell reads it. A shell runs it only if necessary: for pipes, redirections or variables.
    form : {'smac', 'smac3', 'aclib'}
    length : str or None
        The word for RUNLENGTH; None means the word that stands for no limit.

    Raises
    ------
    ArgumentError
        If a quote is not closed, or the command has no word.

    Examples
    --------
    >>> command = Command("python 'my wrapper.py' --mem-limit 1024")
    >>> call = Call({"alpha": 0.5, "heur": "1e-05"}, instance="a.cnf", cutoff=5.0, seed=7)
    >>> print(command.line(call))
    python 'my wrapper.py' --mem-limit 1024 a.cnf 0 5.0 2147483647 7 -alpha 0.5 -heur 1e-05
    >>> print(Command("./wrapper", "aclib").line(call))
    ./wrapper --instance a.cnf --cutoff 5.0 --seed 7 --config -alpha 0.5 -heur 1e-05
    """

    text: str
    form: Form = "smac"
    length: str | None = None

    def __post_init__(self) -> None:
        if not self.words:
            raise ArgumentError(f"expected the command that starts the program, got {shown(self.text)}")

    @cached_property
    def words(self) -> list[str]:
        """The words into which a shell splits the command."""
        try:
            return shlex.split(self.text)
        except ValueError as error:
            raise ArgumentError(f"the command {shown(self.text)} cannot be split into words: {error}") from None

    @cached_property
    def needs_shell(self) -> bool:
        """Whether the command has something that only a shell can interpret."""
        return needs_shell(self.text)

    def argv(self, call: Call) -> list[str]:
        """Return the words to execute for a call."""
        if self.needs_shell:
            return ["/bin/sh", "-c", f'{self.text} "$@"', "sh", *self.arguments(call)]
        return [*self.words, *self.arguments(call)]

    def line(self, call: Call, folder: str | None = None) -> str:
        """Return the command line of a call as text for a shell; with ``folder``, the shell changes to it first."""
        line = f"{self.text if self.needs_shell else shlex.join(self.words)} {shlex.join(self.arguments(call))}"
        return line if folder is None else f"cd {shlex.quote(os.fspath(folder))} && {line}"

    def arguments(self, call: Call) -> list[str]:
        """Return the words that a call adds to the command."""
        no_instance, no_cutoff, no_length, no_seed = _NOTHING[self.form]
        instance = no_instance if call.instance is None else call.instance
        cutoff = no_cutoff if call.cutoff is None else repr(float(call.cutoff))
        seed = no_seed if call.seed is None else str(call.seed)
        values = [word for name, value in call.values.items() for word in (f"-{name}", str(value))]
        if self.form == "aclib":
            return ["--instance", instance, "--cutoff", cutoff, "--seed", seed, "--config", *values]
        return [instance, call.specifics or "0", cutoff, self.length or no_length, seed, *values]

    def seed_of(self, call: Call) -> str:
        """Return the word for the seed of a call."""
        return _NOTHING[self.form][3] if call.seed is None else str(call.seed)


def needs_shell(text: str) -> bool:
    """Return whether only a shell can run a command, because it has pipes, redirections, variables or the like.

    Within single quotes, none of these needs a shell; within double quotes, only variables and backquotes do. Patterns
    such as ``*.cnf`` count as ordinary text, because no configurator has ever expanded them.

    >>> [needs_shell(text) for text in ("a | b", "a '|' b", "a $HOME", "a '$HOME'", 'a "$HOME"', "X=1 a", "a ~/b")]
    [True, False, True, False, True, True, True]
    """
    quote, previous = "", " "
    escaped = False
    for position, c in enumerate(text):
        if escaped:
            escaped = False
        elif c == "\\" and quote != "'":
            escaped = True
        elif quote:
            if c == quote:
                quote = ""
            elif quote == '"' and (c == "`" or _VARIABLE.match(text, position)):
                return True
        elif c in "'\"":
            quote = c
        elif c in "|&;<>`" or _VARIABLE.match(text, position) or (c == "~" and previous.isspace()):
            return True
        previous = c
    return _ASSIGNMENT.match(text) is not None
