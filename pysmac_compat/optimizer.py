"""`SMAC_optimizer`, the class that pysmac scripts use."""

from __future__ import annotations

import contextlib
import logging
import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pysmac_compat import arguments
from pysmac_compat._process import check_platform, ended_by_sigterm, refuse_while_importing_main
from pysmac_compat._warn import warn
from pysmac_compat.errors import ArgumentError, shown
from pysmac_compat.evaluation.dask_client import connected
from pysmac_compat.events import Event
from pysmac_compat.files.lock import PATIENCE, RunLock, lock_runs
from pysmac_compat.files.result_files import read_journals, run_names
from pysmac_compat.files.working_directory import WorkingDirectory, make_folders, remove_made, results_path
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.smac_options import INITIAL, SmacOptions, resolve
from pysmac_compat.planning.planner import make_plan, with_warm_start
from pysmac_compat.planning.signature import check_signature, instance_counts
from pysmac_compat.report import progress as shows
from pysmac_compat.report.logs import log_level, logging_on_stderr
from pysmac_compat.report.words import resumed, stopped
from pysmac_compat.results import Result
from pysmac_compat.search.minimisation import Minimisation
from pysmac_compat.search.shell import shell_commands
from pysmac_compat.space.definition import Definition
from pysmac_compat.space.ready import understand
from pysmac_compat.space.values import value_type
from pysmac_compat.stopping import Rule, StopRules
from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    from ConfigSpace import ConfigurationSpace

logger = logging.getLogger(__name__)
#: what other tools call `SMAC_optimizer.minimize`
_OTHER_NAMES = {
    **dict.fromkeys(("optimize", "fit", "run", "minimise"), "minimize(func, max_evaluations, parameter_dict)"),
    **dict.fromkeys(("maximize", "maximise"), "minimize(func, max_evaluations, parameter_dict, maximize=True)"),
    **dict.fromkeys(("options", "settings"), "smac_options"),
}
#: whether ``minimize`` resumes where its arguments do not say so; the command line sets it
resume_by_default = False


class SMAC_optimizer:
    """Minimises a Python function over a mixed, conditional, constrained space.

    Parameters
    ----------
    t_limit_total_s : float or None
        Time for each run in seconds; None or 0: no limit.
    mem_limit_smac_mb : object
        Ignored: there is no Java any more.
    working_directory : str or None
        Where files are written; made if it does not exist. None: a temporary folder.
    persistent_files : bool
        Whether these files stay when the object goes. Without it, what the optimizer has made
        is removed, and nothing else.
    debug : bool or int
        True or a logging level: log lines on stderr.
    deterministic : bool or None
        Deprecated: hand it to `minimize`.

    Attributes
    ----------
    working_directory : str
    smac_options : dict
        Options of SMAC v2 by their old names.
    pysmac_config : dict
        The configuration of the last `minimize`, as the original kept it.
    result : Result
        All about the last `minimize`; set also after an interrupt.

    Raises
    ------
    ArgumentError
        A ``ValueError`` that names the argument.
    """

    @arguments.entrance(arguments.OTHER_NAMES_OF_OPTIMIZER)
    def __init__(
        self,
        t_limit_total_s: float | None = None,
        mem_limit_smac_mb: Any = None,
        working_directory: str | None = None,
        persistent_files: bool = False,
        debug: bool | int = False,
        deterministic: bool | None = None,
    ) -> None:
        self._clean_up: Callable[[], None] = lambda: None
        self._total_time = arguments.limit("t_limit_total_s", t_limit_total_s, zero_is_none=True)
        self._deterministic = True
        if deterministic is not None:
            warn("SMAC_optimizer(deterministic=...) is deprecated: use minimize(deterministic=...)", DeprecationWarning)
            self._deterministic = bool(deterministic)
        self._log_level = log_level(debug)
        self.smac_options: Any = SmacOptions(INITIAL)
        self.pysmac_config: dict[str, Any] = {}
        self.result: Result | None = None
        self._held: list[RunLock] = []
        self.set_working_directory(working_directory, persistent_files)

    if not TYPE_CHECKING:  # which knows what there is

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def __del__(self) -> None:
        clean_up = getattr(self, "_clean_up", None)
        if clean_up is not None:
            clean_up()

    def set_working_directory(self, working_directory: str | None, persistent_files: bool = False) -> None:
        """Write files there from now on; see the class. What was made in the place before is removed, as at the end.

        Raises
        ------
        ArgumentError
        """
        self._clean_up()
        self._clean_up = lambda: None
        self.working_directory, self._made = make_folders(working_directory)
        self._persistent = bool(persistent_files)
        if not self._persistent:
            self._clean_up = weakref.finalize(self, remove_made, self._made, working_directory is None, os.getpid())

    @contextlib.contextmanager
    def locked(self, seed: Any = 0, num_runs: int = 1) -> Iterator[None]:
        """Keep other processes from runs in the working directory, also before and after `minimize`.

        Parameters
        ----------
        seed, num_runs
            As for `minimize`, which must be called with the same.

        Raises
        ------
        ArgumentError
            If another process is working on one of the runs, and for 5 s has not ended.
        """
        if self._held:
            yield
            return
        self._held = lock_runs(
            self._results(resolve(self.smac_options)), run_names(arguments.seeds(seed, num_runs)), PATIENCE
        )
        try:
            yield
        finally:
            for lock in self._held:
                lock.close()
            self._held = []

    def _results(self, options: Options) -> str:
        return results_path(self.working_directory, self._scenario_file, options.output.result_folder)

    @property
    def _scenario_file(self) -> str:
        name: str = self.smac_options.get("scenario_fn", INITIAL["scenario_fn"])
        return name

    @arguments.entrance(arguments.OTHER_NAMES)
    def minimize(
        self,
        func: Callable[..., Any],
        max_evaluations: int,
        parameter_dict: Mapping[str, Any] | ConfigurationSpace | Definition,
        conditional_clauses: Any = (),
        forbidden_clauses: Any = (),
        deterministic: bool | None = None,
        num_train_instances: int | None = None,
        num_test_instances: int | None = None,
        train_instance_features: Any = None,
        num_runs: int = 1,
        num_procs: int = 1,
        seed: Any = 0,
        mem_limit_function_mb: float | None = None,
        t_limit_function_s: float | None = None,
        num_instances: int | None = None,
        *,
        resume: bool = False,
        on_event: Callable[[Event], object] | None = None,
        numbered: bool = False,
        stop_when: Rule | Sequence[Rule] | None = None,
        progress: bool | str = False,
        verbose: int = 0,
        maximize: bool = False,
        known: Sequence[tuple[Mapping[str, Any], float]] = (),
    ) -> tuple[float, dict[str, Any]]:
        """Search for the configuration for which the function is least, or largest.

        Parameters
        ----------
        func : callable
            Called with keyword arguments only: the active parameters. Each call happens in a
            child process. Returns a number, or a dict with 'value' and perhaps 'status' and 'runtime'.
        max_evaluations : int
            Calls of each run.
        parameter_dict : dict of str to tuple, or ConfigSpace.ConfigurationSpace
            ``(type, values, default[, 'log'])`` with type 'real', 'integer', 'categorical', 'ordinal'.
        conditional_clauses : list of str
            As ``'child | parent == value'``.
        forbidden_clauses : list of str
            As ``'{a = x, b = y}'`` or ``'{x^2 + y^2 < 9}'``.
        deterministic : bool
            Whether the function always gives the same value for a configuration (default). If
            not, it gets a ``seed``, and its mean over seeds is minimised.
        num_train_instances : int or None
            The function gets ``instance``, one of 0, 1, ..., n - 1; its mean over them is minimised.
        num_test_instances : int or None
            After the search the final incumbent of each run is evaluated once on each of the
            instances n, n + 1, ...; see ``result``.
        train_instance_features : array of shape (num_train_instances, n_features) or None
            Used by the model.
        num_runs : int
            Independent runs; the best of them is returned.
        num_procs : int
            Runs that go on at the same time. A run makes one call at a time, or ``smac_options['workers']``.
        seed : int or list of int
            Of the first run (the others: + 1, + 2, ...), or of each.
        mem_limit_function_mb : float or None
            MB of memory that a call may use on top of what its process has before; 0: no limit.
        t_limit_function_s : float or None
            CPU seconds of a call and its descendants; ten times as much of wall time.
        num_instances : int or None
            Deprecated name of ``num_train_instances``.
        resume : bool
            Go on where an earlier call with the same arguments has stopped, of whatever it has died: what stands in
            its files is not evaluated again. Needs ``persistent_files``; without files it starts anew.
        on_event : callable or None
            Called in this process with all that happens, as it happens: objects of `pysmac_compat.events`, such as
            ``Evaluated`` and ``Improved``. If it returns ``True`` (the object, nothing else), the search ends and
            ``result.stopped_because`` says so; what has been evaluated counts. An exception ends it, too, and is
            raised here.
        numbered : bool
            The function gets ``evaluation_index``, too: the number of the evaluation within its run, from 1.
        stop_when : callable, list of callable, or None
            When a run has done enough: a function of the `Result` so far, of this run alone, that returns something
            true, as those of `pysmac_compat.stopping` do. Each run is asked in this process, whenever it has learnt a
            result, and waits for the answer. Calls that are going on then come to their end and count.
        progress : bool or 'auto'
            A line on stderr that moves; it needs tqdm. 'auto': on a terminal and in a notebook.
        verbose : int
            1: a line on stdout for each evaluation, which is a record of the logger ``pysmac_compat.evaluations``.
        maximize : bool
            Search for the largest value. All values keep the function's sign; a failure is the worst.
        known : list of (dict, float)
            Configurations with their values, learnt before the first call, in place of an initial design. They do
            not count as evaluations, and one of them may be the best.

        Returns
        -------
        value : float
            The best value found.
        configuration : dict
            Every parameter, sorted by name; inactive ones carry their default.

        Raises
        ------
        ArgumentError, ParameterError, ClauseError, FileFormatError
            Before the first call; all of them ``ValueError``. The last is about the files of ``resume``, and comes
            later where these do not fit to what the search does.
        RuntimeError
            In a process that multiprocessing is just starting, as Python's own: the script has no
            ``if __name__ == "__main__":``. Nothing has been written then.
        KeyboardInterrupt
            On Ctrl-C, after all processes have ended; ``result`` holds the best so far.
        """
        check_platform()
        refuse_while_importing_main()
        resume = resume or resume_by_default
        if num_instances is not None:
            warn("num_instances is now called num_train_instances", DeprecationWarning)
            num_train_instances = num_instances if num_train_instances is None else num_train_instances
        if isinstance(max_evaluations, (Mapping, list)) and isinstance(parameter_dict, int):
            raise ArgumentError(
                "max_evaluations and parameter_dict are swapped: minimize(func, max_evaluations, parameter_dict)"
            )
        if not callable(func):
            raise ArgumentError(f"func must be callable, got {shown(func)}")
        num_train_instances, num_test_instances = instance_counts(func, num_train_instances, num_test_instances)
        rules = StopRules(stop_when)
        wishes = shows.wishes(progress, verbose)
        options = resolve(self.smac_options, getattr(func, "default_options", None))
        with contextlib.ExitStack() as held:
            if options.calls.cluster is not None:
                client, workers = held.enter_context(connected(options.calls.cluster, func, options.calls.workers))
                options = replace(options, calls=replace(options.calls, cluster=client, workers=workers))
            results = self._results(options)
            plan = make_plan(
                options,
                definition=understand(parameter_dict, conditional_clauses, forbidden_clauses),
                max_evaluations=max_evaluations,
                deterministic=self._deterministic if deterministic is None else bool(deterministic),
                num_train_instances=num_train_instances,
                num_test_instances=num_test_instances,
                train_instance_features=train_instance_features,
                num_runs=num_runs,
                num_procs=num_procs,
                seed=seed,
                t_limit_function_s=t_limit_function_s,
                t_limit_total_s=self._total_time,
                mem_limit_function_mb=mem_limit_function_mb,
                numbered=numbered,
                maximize=arguments.flag("maximize", maximize),
                known=known,
                read_warm_start=not resume,
            )
            check_signature(func, plan)
            self.pysmac_config = {
                "deterministic": plan.deterministic,
                "has_instance": plan.instances.n_train is not None,
                "parser_dict": {name: value_type(p) for name, p in plan.definition.parameters.items()},
                "function": func,
            }
            if resume and not self._persistent:
                raise ArgumentError("resume=True needs SMAC_optimizer(persistent_files=True): no files, no journal")
            patience = PATIENCE if resume else 0.0
            locks = self._held
            if self._persistent and not locks:
                locks = lock_runs(results, run_names(plan.seeds), patience)
                for lock in locks:
                    held.callback(lock.close)
            if resume:  # what it reads may be the run's own
                plan = with_warm_start(plan, options, results)
            recorded = read_journals(results, plan) if resume else {}
            files = WorkingDirectory(
                self.working_directory,
                plan,
                self.smac_options,
                scenario_file=self._scenario_file,
                result_folder=options.output.result_folder,
                config=self.pysmac_config if self._persistent else None,
                made=self._made,
                overwrite=self._persistent,
                recorded=recorded,
            )
            note = resumed([len(each.evaluations) for each in recorded.values()])
            level = self._log_level if options.output.log_level is None else options.output.log_level or None
            with ended_by_sigterm(self.__del__), logging_on_stderr(level), shell_commands(plan.shell):
                if note:
                    logger.info(note)
                minimisation = Minimisation(
                    plan,
                    func,
                    files=files,
                    locks=locks,
                    recorded=recorded,
                    rules=rules,
                    wishes=replace(wishes, note=note),
                )
                try:
                    minimisation.carry_out(on_event)
                except KeyboardInterrupt as error:
                    error.args = error.args or (stopped(minimisation.result, self._persistent),)
                    raise
                finally:
                    self.result = minimisation.result
        assert self.result is not None
        return self.result.value, dict(self.result.configuration)


def __getattr__(name: str) -> Any:
    """What the original imported here, and scripts took from here."""
    if name == "fmin":
        raise ImportError("fmin is in another module: from pysmac.optimize import fmin")
    if name in ("MyPool", "check_java_version", "read_trajectory_file", "smac_classpath"):
        from pysmac_compat import utils

        return getattr(utils, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
