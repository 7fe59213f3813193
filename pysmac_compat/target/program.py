"""A program as the function to minimise: starting it, watching it, and reading its answer."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import selectors
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, ClassVar

from pysmac_compat.errors import ArgumentError, cut
from pysmac_compat.evaluation.child import process_handle, told_exit
from pysmac_compat.evaluation.current import current
from pysmac_compat.evaluation.limits import LimitReached
from pysmac_compat.evaluation.outcome import SUCCESSES, Report
from pysmac_compat.target.answer import ANSWER, NoAnswer, read_answer
from pysmac_compat.target.command import Call, Command

_MOST = 2**16  # number of bytes kept from the end of an output
_POLL = 0.02  # seconds between two checks if the system has no process handles
_GRACE = 0.5  # seconds between SIGTERM to a program and the kill of its whole process tree
_MOST_LOGGED = 2**24  # size of the log, bytes, from which nothing more is appended


@dataclass
class Output:
    """The output of a program: its end, and its last line that matches a pattern.

    Attributes
    ----------
    wanted : re.Pattern of bytes, or None
        The pattern.
    line : bytes or None
        The last line that matches it.
    """

    wanted: re.Pattern[bytes] | None = None
    line: bytes | None = None
    _end: bytes = b""
    _begun: bytes = b""

    def feed(self, data: bytes, last: bool = False) -> None:
        """Add a further part of the output, which may be the last part."""
        self._end = (self._end + data)[-_MOST:]
        data = self._begun + data
        lines = len(data) if last else data.rfind(b"\n") + 1
        self._begun = data[lines : lines + _MOST]
        if self.wanted is not None:  # all lines at once, because the time of this loop counts as time of the program
            for match in self.wanted.finditer(data[:lines]):
                self.line = match[0]

    @property
    def text(self) -> str:
        """The end of the output as text."""
        return self._end.decode(errors="replace")


@dataclass(frozen=True)
class Ended:
    """A program that has ended.

    Attributes
    ----------
    code : int
        The exit code, or minus the number of the signal that ended it.
    stdout, stderr : Output
    """

    code: int
    stdout: Output
    stderr: Output


def run(
    argv: Sequence[str],
    folder: str | None = None,
    wanted: re.Pattern[bytes] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program to its end in a new session.

    Use this function in the process of a call, because the watcher of that process also watches the program and its
    descendants, and kills them at a limit. The function does not wait for background processes that the program leaves
    behind, even if they keep the output of the program open.

    Parameters
    ----------
    argv : sequence of str
    folder : str or None
        The folder in which the program runs. If the program is a relative path with a slash, it is relative to this
        folder.
    wanted : re.Pattern of bytes, or None
        A pattern; the last matching lines of stdout and of stderr are kept.
    environment : dict or None
        The environment variables; None means those of the current process.

    Raises
    ------
    OSError
        If the program cannot be started.
    """
    outputs = Output(wanted), Output(wanted)
    process = _start(argv, folder, environment)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        with process.stdout, process.stderr, selectors.DefaultSelector() as selector:
            _read(process, {process.stdout: outputs[0], process.stderr: outputs[1]}, selector)
    except LimitReached:  # the watcher of this process kills the whole tree soon
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        raise
    return Ended(process.returncode, *outputs)


def _start(argv: Sequence[str], folder: str | None, environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    def start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )

    program = argv[0]
    there = os.path.join(folder or os.curdir, program)
    if not os.path.dirname(program) and not shutil.which(program) and os.path.isfile(there):
        argv = [os.path.join(os.curdir, program), *argv[1:]]
    try:
        return start(argv)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        return start(["/bin/sh", *argv])  # the file is a script without a ``#!`` line


def _read(
    process: subprocess.Popen[bytes], outputs: Mapping[IO[bytes], Output], selector: selectors.BaseSelector
) -> None:
    """Read the program's output until it has ended."""
    for stream, output in outputs.items():
        os.set_blocking(stream.fileno(), False)
        selector.register(stream, selectors.EVENT_READ, output)
    handle = process_handle(process.pid)
    try:
        if handle is not None:
            selector.register(handle, selectors.EVENT_READ)
        ended = False
        while not ended:
            ended = process.poll() is not None  # checked before the read, so that the last read finds all output
            timeout = 0.0 if ended else None if handle is not None else _POLL
            for key, _ in selector.select(timeout):
                if key.fd != handle:
                    _take(key, selector, ended)
    finally:
        if handle is not None:
            os.close(handle)
    for output in outputs.values():
        output.feed(b"", last=True)


def _take(key: selectors.SelectorKey, selector: selectors.BaseSelector, all_of_it: bool) -> None:
    """Read a part of the available output; with ``all_of_it``, read the rest, but no more than a pipe holds."""
    for _ in range(32 if all_of_it else 1):
        try:
            data = os.read(key.fd, _MOST)
        except BlockingIOError:
            return
        if not data:
            selector.unregister(key.fileobj)
            return
        key.data.feed(data)


class Program:
    """A function that starts a program with the keyword arguments as parameters, and returns the program's answer.

    Parameters
    ----------
    command : Command
    instances : sequence of (str, str), or None
        The name and the further words of each instance: first the training instances, then the test instances. If they
        are given, the keyword argument ``instance`` is an index into this sequence.
    deterministic : bool
        Whether the program is deterministic; if not, ``seed`` is a keyword argument too.
    folder : str or None
        The folder in which the program runs.
    log : str or None
        The file to which the output of each call without a usable result is appended, unless the status is TIMEOUT.
    by_length : bool
        Whether to minimise the run length, which is the third field of the answer, as in ParamILS.

    Attributes
    ----------
    default_options : dict
        The defaults of ``smac_options`` in a search whose function is a program.
    """

    default_options: ClassVar[dict[str, Any]] = {"stop-on-abort": True}

    def __init__(
        self,
        command: Command,
        instances: Sequence[tuple[str, str]] | None = None,
        *,
        deterministic: bool = True,
        folder: str | None = None,
        log: str | None = None,
        by_length: bool = False,
    ) -> None:
        self.command, self.instances, self.deterministic = command, instances, deterministic
        self.folder, self.log, self.by_length = folder, log, by_length

    def __call__(self, /, **values: Any) -> Report:
        """Run the program once and return its answer as a report."""
        call = self.call(values, current.cutoff)
        argv = self.command.argv(call)
        try:
            ended = run(argv, self.folder, ANSWER)
        except (OSError, ValueError) as error:  # ValueError for a null byte
            where = "" if self.folder is None else f" in {self.folder}"
            message = f"the program cannot be started{where}: {error}"
            return self._noted(Report("CRASHED", message=message, flaw=message), call, None)
        try:
            if ended.stdout.line is None:
                raise NoAnswer(_without_answer(ended))
            report = read_answer(ended.stdout.line, self.command.seed_of(call), self.by_length)
        except NoAnswer as error:
            report = Report("CRASHED", message=str(error))
        return self._noted(report, call, ended)

    def check(self, *, n_train: int | None, n_test: int, deterministic: bool) -> None:
        """Refuse a search whose ``deterministic`` or instances do not fit this object.

        Otherwise a seed or an instance would reach the program as a parameter, or not at all.

        Raises
        ------
        ArgumentError
        """
        if deterministic != self.deterministic:
            raise ArgumentError(
                f"deterministic={deterministic} in this search, but {self.deterministic} in Program(...): "
                "give the same value to both"
            )
        known = len(self.instances or ())
        if (n_train is None) != (self.instances is None) or (n_train is not None and n_train + n_test > known):
            raise ArgumentError(
                f"num_train_instances={n_train}, num_test_instances={n_test}, but Program(...) has {known} instances"
            )

    def call(self, values: Mapping[str, Any], cutoff: float | None = None) -> Call:
        """Return the `Call` for these keyword arguments."""
        active = dict(values)
        name, specifics = (None, "") if self.instances is None else self.instances[active.pop("instance")]
        seed = None if self.deterministic else active.pop("seed")
        return Call(active, name, specifics, cutoff, seed)

    def _noted(self, report: Report, call: Call, ended: Ended | None) -> Report:
        """Return the report; if there is a log, first log a call that has neither a usable result nor a TIMEOUT."""
        complete = report.status in SUCCESSES and report.value is not None and not report.odd_runtime
        if self.log is None or complete or report.status == "TIMEOUT":
            return report
        lines = [f"$ {self.command.line(call, self.folder)}", f"{report.status}: {report.message}"]
        if ended is not None:
            lines.append(f"the program {told_exit(ended.code)}")
            for name, output in (("stdout", ended.stdout), ("stderr", ended.stderr)):
                lines += [f"--- {name}:", output.text.rstrip("\n")] if output.text else []
        with contextlib.suppress(OSError):  # a full disk must not make the call fail
            _append(self.log, "\n".join(lines) + "\n\n")
        return report


def _without_answer(ended: Ended) -> str:
    text = "the program printed no line that begins with 'Result for SMAC:', 'Result for ParamILS:' or "
    text += f"'Result of this algorithm run:'; it {told_exit(ended.code)}"
    if ended.stderr.line is not None:
        return f"{text}. Such a line is on stderr; the program must print it on stdout"
    said = next(
        (line for line in reversed(f"{ended.stdout.text}\n{ended.stderr.text}".split("\n")) if line.strip()), ""
    )
    return f"{text}, and its last line of output was: {cut(said.strip())}" if said else f"{text} and printed nothing"


def _append(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        if os.fstat(descriptor).st_size < _MOST_LOGGED:
            os.write(descriptor, text.encode("utf-8", "surrogateescape"))
    finally:
        os.close(descriptor)
