"""A function for `minimize` that runs a program, made from a template of the program's command."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from pysmac_compat.errors import ArgumentError, cut, shown
from pysmac_compat.evaluation.child import told_exit
from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.outcome import Report, Status
from pysmac_compat.suggestions import did_you_mean
from pysmac_compat.target.answer import ANSWER, NoAnswer, read_answer
from pysmac_compat.target.forms import (
    Files,
    Form,
    check_program,
    checked_codes,
    checked_files,
    checked_form,
    checked_forms,
    checked_pattern,
    fill,
    names_in,
    split,
)
from pysmac_compat.target.program import Ended, run

#: the placeholders that are not names of parameters, and their meanings
_KNOWN = {
    "instance": "the path of the instance",
    "cutoff": "the limit of the call in seconds",
    "whole_cutoff": "the limit of the call in whole seconds, rounded up",
    "seed": "the seed",
    "flags": "all other active parameters",
}
_NO_SEED = "-1"


def program(
    command: str | Sequence[str],
    *,
    instances: Files = (),
    test_instances: Files = (),
    flag: str = "-{name}={value}",
    flags: Mapping[str, Form] | None = None,
    exit_codes: Mapping[int, str] | None = None,
    quality: str | None = None,
    folder: str | os.PathLike[str] | None = None,
) -> ProgramFunction:
    """Make a function for `SMAC_optimizer.minimize` that runs a program.

    Limits on time and memory apply to the program and all processes that it starts, as in any call.

    Parameters
    ----------
    command : str or list of str
        The program and its arguments, which may contain placeholders: ``{instance}``, ``{seed}``, ``{cutoff}`` (the
        limit in seconds), ``{whole_cutoff}`` (the limit rounded up to whole seconds), ``{NAME}`` (the value of the
        parameter NAME) and ``{flags}`` (all other active parameters). A text is split into words as a shell splits it,
        but no shell runs it. A word stays one word even if a value in it has blanks. A word whose parameter is inactive
        is left out. For a brace, write ``{{`` or ``}}``.
    instances, test_instances : list of paths, or a pattern such as ``"train/*.cnf"``
        The instance files for the search, and those on which its result is tested. `minimize` then needs neither
        ``num_train_instances`` nor ``num_test_instances``.
    flag : str
        The template for each parameter in ``{flags}``: one word or several words.
    flags : dict of str to (str or dict)
        Other templates for some parameters: one template, or a dict with one for each value, for example
        ``{"luby": {True: "-luby", False: "-no-luby"}}``. An empty template writes nothing.
    exit_codes : dict of int to str
        The status that each exit code means, for example ``{10: "SAT", 20: "UNSAT"}``. Any other code means CRASHED.
    quality : str
        A regular expression that finds the number to minimise in the program's standard output (in the last 64 KiB of
        a long output). The number is the first group of the last match, or the whole match if there are no groups.
        Without ``exit_codes``, the exit code 0 means SAT, and any other code CRASHED.
    folder : str or path-like
        The folder in which the program runs; by default the current folder.

    Returns
    -------
    ProgramFunction
        If neither ``exit_codes`` nor ``quality`` is given, the program must print the line ``Result for SMAC: STATUS,
        RUNTIME, RUNLENGTH, QUALITY, SEED``, as for SMAC v2.

    Raises
    ------
    ArgumentError
        If the program, the folder or a file does not exist, or another argument is not valid.

    Examples
    --------
    >>> solver = program("sh -c 'exit {code}' {flags}", flag="--{name} {value}", exit_codes={10: "SAT", 20: "UNSAT"})
    >>> print(solver.command_line(code=10, depth=3))
    sh -c 'exit 10' --depth 3
    >>> solver(code=10).status, solver(code=3).status
    ('SAT', 'CRASHED')
    """
    return ProgramFunction(
        command,
        instances=checked_files("instances", instances),
        test_instances=checked_files("test_instances", test_instances),
        flag=flag,
        flags=flags or {},
        exit_codes=exit_codes,
        quality=quality,
        folder=folder,
    )


class ProgramFunction:
    """A function that runs a program; `program` returns such an object.

    Attributes
    ----------
    instances, test_instances : list of str
        The paths; ``instance=0`` is the first training instance, and the test instances follow the training instances.
    """

    def __init__(
        self,
        command: str | Sequence[str],
        *,
        instances: list[str],
        test_instances: list[str],
        flag: str,
        flags: Mapping[str, Form],
        exit_codes: Mapping[int, str] | None,
        quality: str | None,
        folder: str | os.PathLike[str] | None,
    ) -> None:
        self.instances, self.test_instances = instances, test_instances
        self._text = command if isinstance(command, str) else shlex.join(map(str, command))
        self._words = split(command)
        self._flag, self._flags = (
            checked_form("flag", flag),
            {name: checked_forms(name, form) for name, form in flags.items()},
        )
        self._codes = None if exit_codes is None else checked_codes(exit_codes)
        self._quality = None if quality is None else checked_pattern(quality)
        self._folder = None if folder is None else os.path.abspath(folder)
        if self._folder is not None and not os.path.isdir(self._folder):
            raise ArgumentError(f"folder: there is no folder {shown(self._folder)}")
        check_program(self._words[0], self._folder)
        for what, given in (("instances", instances), ("test_instances", test_instances)):
            if given and "instance" not in self._placeholders:
                raise ArgumentError(
                    f"{what}: write {{instance}} in the command where the name of the instance file belongs, "
                    f"got {shown(self._text)}"
                )
        if "instance" in self._placeholders and not instances:
            raise ArgumentError("the command has {instance}: give the files as instances=[...]")

    def __repr__(self) -> str:
        return f"program({cut(self._text)!r})"

    @cached_property
    def _placeholders(self) -> list[str]:
        return [name for word in self._words for name in names_in("command", word)]

    def __call__(self, /, **values: Any) -> Report:
        """Run the program once for `minimize`, which passes ``instance``, ``seed`` and the active parameters."""
        seed = values.get("seed")
        words = self.words(values, current.cutoff)
        try:
            ended = run(words, self._folder, ANSWER)
        except (OSError, ValueError) as error:  # ValueError for a null byte
            message = f"the program cannot be started: {error}"
            return Report("CRASHED", message=message, flaw=message)
        try:
            return self._read(ended, _NO_SEED if seed is None else str(seed))
        except NoAnswer as error:
            return Report("CRASHED", message=f"{error}\nthe command was: {shlex.join(words)}{_said(ended)}")

    def words(self, values: Mapping[str, Any], cutoff: float | None = None) -> list[str]:
        """Return the words of the command for the keyword arguments of a call."""
        own = dict(values)
        head: dict[str, Any] = {"seed": own.pop("seed", _NO_SEED)}
        if "instance" in own:
            head["instance"] = [*self.instances, *self.test_instances][own.pop("instance")]
        limit = math.inf if cutoff is None else cutoff
        head.update(cutoff=limit, whole_cutoff=limit if math.isinf(limit) else math.ceil(limit))
        filled_in = {**own, **head}
        words: list[str] = []
        for word in self._words:
            if word == "{flags}":
                for name, value in own.items():
                    words += [] if name in self._placeholders else self._written(name, value)
            elif all(name in filled_in for name in names_in("command", word)):
                words.append(fill(word, filled_in))
        return words

    def _written(self, name: str, value: Any) -> list[str]:
        """Return the words for a parameter."""
        form = self._flags.get(name, self._flag)
        if not isinstance(form, str):
            form = form[str(value)]
        return [fill(word, {"name": name, "value": value}) for word in form.split()]

    def command_line(self, cutoff: float | None = None, **values: Any) -> str:
        """Return the command that a call with these arguments runs, as text for a shell.

        The arguments are, for example, ``instance=0`` and the values of parameters.

        Raises
        ------
        ArgumentError
            If the command has a placeholder for the instance or the cutoff, and that value is not given.
        """
        given = {*values, *(() if cutoff is None else ("cutoff", "whole_cutoff"))}
        for name in ("instance", "cutoff", "whole_cutoff"):
            if name in self._placeholders and name not in given:
                raise ArgumentError(f"the command has {{{name}}}: give {name.removeprefix('whole_')}=...")
        line = shlex.join(self.words(values, cutoff))
        return line if self._folder is None else f"cd {shlex.quote(self._folder)} && {line}"

    def _read(self, ended: Ended, seed: str) -> Report:
        """Read the report of a call from the exit code and the output of the program."""
        if self._codes is None and self._quality is None:
            if ended.stdout.line is None:
                raise NoAnswer(
                    "the program printed no line that begins with 'Result for SMAC:'; for a program without such a "
                    "line, give exit_codes=... or quality=..."
                )
            return read_answer(ended.stdout.line, seed)
        codes: Mapping[int, Status] = {0: "SAT"} if self._codes is None else self._codes
        if ended.code not in codes:
            raise NoAnswer(f"the program {told_exit(ended.code)}; expected the code {_either(codes)}")
        status = codes[ended.code]
        if self._quality is None or status not in ("SAT", "UNSAT"):
            return Report(status, message=f"the program {told_exit(ended.code)}, which means {status}")
        found = list(self._quality.finditer(ended.stdout.text))
        if not found:
            raise NoAnswer(f"the program printed nothing that matches {shown(self._quality.pattern)}")
        text = found[-1][1] if self._quality.groups else found[-1][0]
        try:
            value = float(text)
        except (TypeError, ValueError):
            raise NoAnswer(f"{shown(self._quality.pattern)} finds {shown(text)}, which is not a number") from None
        if not math.isfinite(value):
            raise NoAnswer(f"{shown(self._quality.pattern)} finds {shown(text)}, which is not finite")
        return Report(status, value)

    def check(
        self,
        choices: Mapping[str, Sequence[str] | None],
        *,
        n_train: int | None,
        n_test: int,
        deterministic: bool,
        cutoff: float | None,
        runtime: bool,
    ) -> None:
        """Refuse a search in which no call can succeed.

        Parameters
        ----------
        choices : dict of str to (list of str or None)
            The texts of each parameter's choices, or None for a range.
        n_train, n_test : int
            The numbers of training and test instances.
        deterministic : bool
        cutoff : float or None
        runtime : bool
            Whether the objective is the run time.

        Raises
        ------
        ArgumentError
        """
        for name in self._placeholders:
            if name not in _KNOWN and name not in choices:
                raise _unknown(f"the command has {{{name}}}", name, choices)
        for name, form in self._flags.items():
            if name not in choices:
                raise _unknown(f"flags: {shown(name)}", name, choices)
            missing = [] if isinstance(form, str) else [each for each in choices[name] or () if each not in form]
            if not isinstance(form, str) and choices[name] is None:
                raise ArgumentError(
                    f"flags[{name!r}]: expected one template, because {name!r} is a range, got one for each value"
                )
            if missing:
                raise ArgumentError(f"flags[{name!r}] has no template for the value {shown(missing[0])}")
        left = [name for name in choices if name not in self._placeholders]
        if left and "flags" not in self._placeholders:
            raise ArgumentError(
                f"the command lacks the parameter {left[0]!r}: write {{{left[0]}}} or {{flags}} where it belongs"
            )
        reserved = [name for name in choices if name in _KNOWN]
        if reserved:
            raise ArgumentError(
                f"parameter {reserved[0]!r}: {{{reserved[0]}}} is {_KNOWN[reserved[0]]}; rename the parameter"
            )
        if {"cutoff", "whole_cutoff"} & {*self._placeholders} and cutoff is None:
            raise ArgumentError("the command has {cutoff} or {whole_cutoff}: give t_limit_function_s=...")
        if "seed" in self._placeholders and deterministic:
            raise ArgumentError(
                "the command has {seed}: pass deterministic=False, or write a fixed seed in place of {seed}"
            )
        if (n_train or 0) != len(self.instances) or n_test > len(self.test_instances):
            raise ArgumentError(
                f"num_train_instances={n_train}, num_test_instances={n_test}, but the program has "
                f"{len(self.instances)} instances and {len(self.test_instances)} test_instances; leave out "
                "num_train_instances and num_test_instances"
            )
        if not runtime and self._quality is None and self._codes is not None:
            raise ArgumentError(
                "exit codes give no value to minimise: give quality=..., or set smac_options['run-obj'] = 'RUNTIME'"
            )


def _unknown(what: str, name: str, choices: Mapping[str, Any]) -> ArgumentError:
    return ArgumentError(f"{what} is not a parameter{did_you_mean(name, [*choices, *_KNOWN])}")


def _either(codes: Iterable[int]) -> str:
    return " or ".join(map(str, codes))


def _said(ended: Ended) -> str:
    """Return the end of the program's output, for a message."""
    parts = (
        f"\n{name}: {cut(text[-190:])}"
        for name, output in (("stdout", ended.stdout), ("stderr", ended.stderr))
        if (text := output.text.strip())
    )
    return "".join(parts)
