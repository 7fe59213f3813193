"""Old names: a search that is asked for configurations, and parameter definitions as lines of a PCS file."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform
from pysmac_compat.errors import ArgumentError, LinkedFileError
from pysmac_compat.evaluation.evaluator import Evaluator
from pysmac_compat.evaluation.outcome import REPORTABLE, SUCCESSES, Outcome, describe, judge
from pysmac_compat.events import CallWanted
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.lock import lock_runs
from pysmac_compat.files.result_files import ResultFiles, run_names
from pysmac_compat.files.scenario_files import DEFAULT_CUTOFF
from pysmac_compat.files.text import Path
from pysmac_compat.options.table import HEAD
from pysmac_compat.planning.scenario import ScenarioPlan, read_scenario_plan
from pysmac_compat.results import Result
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.space.values import typed
from pysmac_compat.utils.parameter_definitions import process_parameter_definitions as process_parameter_definitions
from pysmac_compat.utils.parameter_definitions import (
    process_single_parameter_definition as process_single_parameter_definition,
)
from pysmac_compat.utils.smac_argparser import function_arguments

_REPORT = ("value", "status", "runtime")
#: what SMAC v2 told each call besides: a limit on the length of the run, and a seed where none is needed
_CUTOFF_LENGTH = arguments.LARGEST
_NO_SEED = -1


class remote_smac:
    """A search that is driven from outside: ask for a configuration, run it anywhere, report the result.

    It proposes what `SMAC_optimizer.minimize` proposes that has written these files, as long as the same results
    are reported. Where the scenario says (``output-dir``) it writes what that writes, but for the journal.

    Parameters
    ----------
    scenario_fn : str or path-like
        The scenario file; it names the PCS file, and perhaps files of instances and features.
    additional_options_fn : str, path-like or None
        A file of further options of SMAC v2 (``scenario.advanced``).
    seed : int
    class_path, memory_limit, java_executable : object
        Ignored: there is no Java any more.
    parser_dict : dict of str to type
        The type of each parameter's values, as `process_parameter_definitions` returns it; or
        any function of the text.

    Attributes
    ----------
    udp_timeout : int
        Without effect: nothing goes over a network.

    Raises
    ------
    ArgumentError, FileFormatError, ParameterError, ClauseError
        All of them ``ValueError``.
    OSError
        If a file is not there.

    Notes
    -----
    The search goes on in a process of its own, which ends with the search, with `close`, at the end of a
    ``with``, or when the object goes.
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
        self._plan, self._instances = found.plan, found.instances
        self._types = dict(parser_dict)
        self._wanted: CallWanted | None = None
        self._ended = False
        locks = [] if found.results is None else lock_runs(found.results, run_names(found.plan.seeds))
        try:
            files = _open_files(found)
        except BaseException:
            for lock in locks:
                lock.close()
            raise
        self._minimisation = Minimisation(found.plan, files=files, locks=locks)
        self._end = weakref.finalize(self, _close, self._minimisation, os.getpid())
        self._minimisation.start()
        self._events = self._minimisation.events()

    def next_configuration(self) -> dict[str, Any] | None:
        """What is to be run next.

        Returns
        -------
        dict or None
            As `smac_argparser.parse_args` returns it: ``instance`` (str, as ``id_0``), ``instance_info`` (str),
            ``cutoff_time`` (float, CPU seconds), ``cutoff_length`` (int), ``seed`` (int, -1 if the function is
            deterministic), and the active parameters. None when the search has ended.

        Raises
        ------
        ArgumentError
            A ``ValueError``, if the result of the last one has not been reported.
        RuntimeError
            If the search has failed.
        """
        if self._wanted is not None:
            raise ArgumentError("next_configuration: report_result must come first, for the last configuration")
        try:
            for event in () if self._ended else self._events:
                if isinstance(event, CallWanted):
                    self._wanted = event
                    return self._configuration(event)
        except RuntimeError:
            self.close()
            raise
        self.close()
        return None

    def _configuration(self, wanted: CallWanted) -> dict[str, Any]:
        values = dict(wanted.arguments)
        # Each of the two is there if the search needs it; no parameter has these names.
        name, *more = self._instances[values.pop("instance", 0)]
        seed = values.pop("seed", _NO_SEED)
        head = (
            name,
            " ".join(more) or "0",
            DEFAULT_CUTOFF if wanted.cutoff is None else wanted.cutoff,
            _CUTOFF_LENGTH,
            seed,
        )
        given = {name: typed(name, self._types[name], str(value)) for name, value in values.items()}
        return {**dict(zip(HEAD, head, strict=True)), **given}

    def report_result(self, result_dict: Mapping[str, Any]) -> None:
        """The result of what `next_configuration` has returned last.

        Parameters
        ----------
        result_dict : dict
            ``value`` (a finite number; None is enough where it does not count, for the objective RUNTIME or a
            run that failed), ``status`` (str or bytes: SAT, UNSAT, TIMEOUT, CRASHED or ABORT) and
            ``runtime`` (seconds): what `smac_argparser.evaluate_function` returns. A runtime that reaches the
            cutoff makes it a TIMEOUT.

        Raises
        ------
        ArgumentError
            A ``ValueError``, for other keys or values, and if there is nothing to report.
        """
        if self._wanted is None:
            raise ArgumentError("report_result: next_configuration must come first")
        self._answer(self._outcome(result_dict, self._wanted.cutoff))

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

    def _answer(self, outcome: Outcome) -> None:
        self._wanted = None
        with contextlib.suppress(OSError):  # the search has died, which the next question tells
            self._minimisation.answer(outcome)

    @property
    def result(self) -> Result:
        """All that is known so far, as `SMAC_optimizer.result`; instances are numbers, in the order of the file."""
        return self._minimisation.result

    def close(self) -> None:
        """End the search."""
        self._ended, self._wanted = True, None
        self._end()

    def __enter__(self) -> remote_smac:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _open_files(found: ScenarioPlan) -> ResultFiles:
    """What writes the results, if the scenario says where."""
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


def _close(minimisation: Minimisation, owner: int) -> None:
    if os.getpid() == owner:  # not in a fork of the process whose search it is
        minimisation.close()
    minimisation.release_locks()


def remote_smac_function(
    function: Callable[..., Any],
    scenario_fn: Path,
    additional_options_fn: Path | None,
    seed: int,
    parser_dict: Mapping[str, Callable[[str], Any]],
    has_instances: bool = False,
    mem_limit_function_mb: float | None = None,
) -> Result:
    """Drive a `remote_smac` to its end: ask, call the function in a child process, report.

    Parameters
    ----------
    function : callable
        Called with the active parameters as keywords, and with ``seed`` if the scenario is not deterministic.
    scenario_fn, additional_options_fn, seed, parser_dict : object
        See `remote_smac`.
    has_instances : bool
        Whether it gets the keyword ``instance``, too: n for ``id_n``, else the name.
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
    with remote_smac(scenario_fn, additional_options_fn, seed, None, None, parser_dict) as smac:
        plan = smac._plan
        rules = replace(plan.rules, memory_mb=memory)
        with contextlib.closing(Evaluator(function, rules, smac._minimisation.locks)) as call:
            while (config := smac.next_configuration()) is not None:
                assert smac._wanted is not None
                keywords = function_arguments(config, plan.deterministic, has_instances)
                smac._answer(call(keywords, smac._wanted.cutoff))
        smac._minimisation.conclude()
        return smac.result
