"""The names in pysmac's module ``remote_smac``: a search that a script drives, and PCS lines for parameters."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform
from pysmac_compat.errors import ArgumentError, LinkedFileError, SearchError
from pysmac_compat.evaluation.outcome import REPORTABLE, SUCCESSES, Outcome, describe, judge
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.lock import RunLock, lock_runs
from pysmac_compat.files.result_files import ResultFiles, run_names
from pysmac_compat.files.scenario_files import DEFAULT_CUTOFF
from pysmac_compat.files.text import Path
from pysmac_compat.options.names import HEAD
from pysmac_compat.planning.scenario import ScenarioPlan, read_scenario_plan
from pysmac_compat.results import Result
from pysmac_compat.search.driven import DrivenSearch
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.search.result_builder import ResultBuilder
from pysmac_compat.search.trials import Trial
from pysmac_compat.space.values import typed
from pysmac_compat.utils.parameter_definitions import process_parameter_definitions as process_parameter_definitions
from pysmac_compat.utils.parameter_definitions import (
    process_single_parameter_definition as process_single_parameter_definition,
)
from pysmac_compat.utils.smac_argparser import function_arguments

_REPORT = ("value", "status", "runtime")
#: what SMAC v2 passes to each call as the limit on the run's length, and as the seed if none is needed
_CUTOFF_LENGTH = arguments.LARGEST
_NO_SEED = -1


class remote_smac:
    """A search that the script drives: it asks for a configuration, runs it anywhere, and reports the result.

    Given the same results, it proposes the same configurations as the `SMAC_optimizer.minimize` call that wrote
    the scenario file. If the scenario sets ``output-dir``, it writes the same files there as `minimize`, except the
    journal.

    Parameters
    ----------
    scenario_fn : str or path-like
        The scenario file; it names the PCS file and optionally a file with instances and one with features.
    additional_options_fn : str, path-like or None
        A file with further options of SMAC v2 (``scenario.advanced``).
    seed : int
    class_path, memory_limit, java_executable : object
        Ignored: this package does not use Java.
    parser_dict : dict of str to type
        The type of each parameter's values, as returned by `process_parameter_definitions`, or
        any function that converts the text of a value.

    Attributes
    ----------
    udp_timeout : int
        It has no effect, because this class uses no network.

    Raises
    ------
    ArgumentError, FileFormatError, ParameterError, ClauseError
        All four are ``ValueError``.
    OSError
        If a file does not exist.

    Notes
    -----
    The first call of `next_configuration` imports SMAC3, and the total time limit counts from this call on. The files
    are complete after the search has ended, after `close`, after a ``with`` block, or after the object is deleted.
    """

    udp_timeout = 5

    def __init__(
        self,
        scenario_fn: Path,
        additional_options_fn: Path | None,
        seed: int,
        class_path: Any,
        memory_limit: Any,
        parser_dict: Mapping[str, Callable[[str], Any]],
        java_executable: Any = "java",
    ) -> None:
        check_platform()
        found = read_scenario_plan(scenario_fn, additional_options_fn, seed, parser_dict)
        self._plan, self._words = found.plan, _Words(found.instances, dict(parser_dict))
        self._asked: Trial | None = None
        locks, files = _claim(found)
        self._search = DrivenSearch(found.plan, ResultBuilder(found.plan), files=files)
        self._end = weakref.finalize(self, _close, self._search, locks, os.getpid())

    def next_configuration(self) -> dict[str, Any] | None:
        """Return the next configuration to run.

        Returns
        -------
        dict or None
            The same keys as in the result of `smac_argparser.parse_args`: ``instance`` (str, for example ``id_0``),
            ``instance_info`` (str), ``cutoff_time`` (float, CPU seconds), ``cutoff_length`` (int), ``seed`` (int, -1 if
            the function is deterministic), and the active parameters. None after the search has ended.

        Raises
        ------
        ArgumentError
            A ``ValueError``, if the result of the last configuration has not been reported.
        RuntimeError
            If the search has failed.
        """
        if self._asked is not None:
            raise ArgumentError("next_configuration: report_result must come first, for the last configuration")
        with self._closed_by_failures():
            # a trial that has crashed and must be run again is still open
            self._asked = next(iter(self._search.open), None) or self._search.ask()
        if self._asked is None:
            self.close()
            return None
        return self._words.configuration(self._asked.arguments, self._asked.cutoff)

    def report_result(self, result_dict: Mapping[str, Any]) -> None:
        """Report the result of the configuration that `next_configuration` returned last.

        Parameters
        ----------
        result_dict : dict
            A dict as `smac_argparser.evaluate_function` returns it. ``value`` is a finite number, or None if the search
            does not use the value (for a failed run, or if the objective is RUNTIME). ``status`` (str or bytes) is one
            that a function can report, such as SAT or CRASHED, see docs/calls.md. ``runtime`` is in seconds; if it
            reaches the cutoff, the result is a TIMEOUT.

        Raises
        ------
        ArgumentError
            A ``ValueError``, if keys or values are wrong, or if no configuration awaits its result.
        RuntimeError
            If the search has failed.
        """
        if self._asked is None:
            raise ArgumentError("report_result: next_configuration must come first")
        outcome = self._outcome(result_dict, self._asked.cutoff)
        asked, self._asked = self._asked, None
        with self._closed_by_failures():
            self._search.tell(asked, outcome)

    def _outcome(self, result: Mapping[str, Any], cutoff: float | None) -> Outcome:
        expected = f"a dict with the keys {', '.join(_REPORT)}"
        if not isinstance(result, Mapping) or set(result) != set(_REPORT):
            raise ArgumentError(f"report_result: expected {expected}, got {result!r:.200}")
        status = result["status"]
        status = status.decode(errors="replace") if isinstance(status, bytes) else status
        if status not in REPORTABLE:
            raise ArgumentError(f"report_result: the status must be one of {', '.join(REPORTABLE)}, got {status!r}")
        report = describe(result)
        if report.runtime is None:
            raise ArgumentError(f"report_result: the runtime must be a finite number from 0, got {result['runtime']!r}")
        if report.value is None and status in SUCCESSES and not self._plan.objective.runtime:
            raise ArgumentError(f"report_result: the value must be a finite number, got {result['value']!r}")
        return judge(
            report,
            self._plan.rules,
            cpu_time=report.runtime,
            wall_time=report.runtime,
            cutoff=cutoff,
        )

    @contextlib.contextmanager
    def _closed_by_failures(self) -> Iterator[None]:
        """Close the search if an exception leaves this context, because the search cannot continue after it."""
        try:
            yield
        except Warning:  # the user's filters have turned a warning into an exception
            raise
        except BaseException as error:
            self.close()
            if isinstance(error, SearchError) or not isinstance(error, Exception):
                raise
            raise SearchError(f"the search failed, and its results so far are kept: {error!r}") from error

    @property
    def result(self) -> Result:
        """The result so far, like `SMAC_optimizer.result`; an instance is its index in the instance file."""
        return self._search.result

    def close(self) -> None:
        """End the search."""
        self._asked = None
        self._end()

    def __enter__(self) -> remote_smac:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Words:
    """Translates the arguments of a call to those that SMAC v2 passes to a program."""

    def __init__(self, instances: Sequence[Sequence[str]], types: Mapping[str, Callable[[str], Any]]) -> None:
        self._instances, self._types = instances, types

    def configuration(self, arguments: Mapping[str, Any], cutoff: float | None) -> dict[str, Any]:
        """Return a call's arguments as `remote_smac.next_configuration` returns them."""
        values = dict(arguments)
        # `arguments` contains 'instance' and 'seed' if the search needs them; no parameter has these names
        name, *more = self._instances[values.pop("instance", 0)]
        seed = values.pop("seed", _NO_SEED)
        limit = DEFAULT_CUTOFF if cutoff is None else cutoff
        head = (name, " ".join(more) or "0", limit, _CUTOFF_LENGTH, seed)
        given = {name: typed(name, self._types[name], str(value)) for name, value in values.items()}
        return {**dict(zip(HEAD, head, strict=True)), **given}


def _claim(found: ScenarioPlan) -> tuple[list[RunLock], ResultFiles]:
    """Lock the runs in the scenario's output folder, if it has one, and open the files that are written there."""
    locks = [] if found.results is None else lock_runs(found.results, run_names(found.plan.seeds))
    try:
        return locks, _open_files(found)
    except BaseException:
        for lock in locks:
            lock.close()
        raise


def _open_files(found: ScenarioPlan) -> ResultFiles:
    """Return the writer of the results; it writes only if the scenario has an output folder."""
    files = ResultFiles(found.plan, found.scenario, found.instances)
    if found.results is not None:
        output, name = os.path.split(found.results)
        try:
            os.makedirs(output, exist_ok=True)
            files.open(Folder(output, []).make(name))
        except LinkedFileError:
            raise
        except OSError as error:
            files.stop(error)
    return files


def _close(search: DrivenSearch, locks: Sequence[RunLock], owner: int) -> None:
    if os.getpid() == owner:  # a fork of the process that owns the search must not close it
        search.close()
    for lock in locks:
        lock.close()


def remote_smac_function(
    function: Callable[..., Any],
    scenario_fn: Path,
    additional_options_fn: Path | None,
    seed: int,
    parser_dict: Mapping[str, Callable[[str], Any]],
    has_instances: bool = False,
    mem_limit_function_mb: float | None = None,
) -> Result:
    """Run a whole `remote_smac` search: call the function in child processes, as `SMAC_optimizer.minimize` does.

    Parameters
    ----------
    function : callable
        Called with the active parameters as keywords, and with ``seed`` if the scenario is not deterministic.
    scenario_fn, additional_options_fn, seed, parser_dict : object
        See `remote_smac`.
    has_instances : bool
        Whether the function also gets the keyword ``instance``: n for the name ``id_n``, otherwise the name itself.
    mem_limit_function_mb : float or None
        See `SMAC_optimizer.minimize`.

    Returns
    -------
    Result

    Raises
    ------
    ValueError, OSError, RuntimeError
        See `remote_smac`.
    """
    memory = arguments.limit("mem_limit_function_mb", mem_limit_function_mb, zero_is_none=True)
    check_platform()
    found = read_scenario_plan(scenario_fn, additional_options_fn, seed, parser_dict)
    plan = replace(found.plan, calls=replace(found.plan.calls, memory_mb=memory, isolate=True, cluster=None))
    words = _Words(found.instances, dict(parser_dict))

    def call(**given: Any) -> Any:
        return function(**function_arguments(words.configuration(given, None), plan.deterministic, has_instances))

    locks, files = _claim(found)
    try:
        minimisation = Minimisation(plan, call, files=files, locks=locks)
        minimisation.carry_out()
    finally:
        for lock in locks:
            lock.close()
    return minimisation.result
