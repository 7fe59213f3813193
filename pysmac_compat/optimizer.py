"""`SMAC_optimizer`, the class that scripts for pysmac use."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
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
#: other tools' names for methods and attributes, and the method or attribute of `SMAC_optimizer` to use instead
_OTHER_NAMES = {
    **dict.fromkeys(("optimize", "fit", "run", "minimise"), "minimize(func, max_evaluations, parameter_dict)"),
    **dict.fromkeys(("maximize", "maximise"), "minimize(func, max_evaluations, parameter_dict, maximize=True)"),
    **dict.fromkeys(("options", "settings"), "smac_options"),
}
#: whether `minimize` resumes a search even without ``resume=True``; the command line sets this
resume_by_default = False


class SMAC_optimizer:
    """Minimises a Python function over a mixed, conditional, constrained space.

    Parameters
    ----------
    t_limit_total_s : float or None
        Time limit of each run in seconds; None or 0: no limit.
    mem_limit_smac_mb : object
        Ignored: this package does not use Java.
    working_directory : str or None
        The folder for the files that a search writes; it is created if it does not exist. None: a temporary folder.
    persistent_files : bool
        Whether the files remain after the object is deleted. If not, the optimizer removes only the
        files and folders that it has created itself.
    debug : bool or int
        True or a logging level: write log lines to stderr.
    deterministic : bool or None
        Deprecated: pass it to `minimize`.

    Attributes
    ----------
    working_directory : str
    smac_options : dict
        Options, under their names in SMAC v2.
    pysmac_config : dict
        Settings of the last call of `minimize`, in the same form as in the original pysmac.
    result : Result
        The result of the last call of `minimize`; it is also set after an interrupt.

    Raises
    ------
    ArgumentError
        A ``ValueError``; its message names the argument.
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
        self._clean_up: Callable[[], None] = _nothing
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

    if not TYPE_CHECKING:  # a type checker knows the attributes

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, _OTHER_NAMES)

    def __getstate__(self) -> dict[str, Any]:
        # a copy of this object must neither remove its files nor hold its locks
        return {**self.__dict__, "_clean_up": _nothing, "_held": []}

    def __del__(self) -> None:
        clean_up = getattr(self, "_clean_up", None)
        if clean_up is not None:
            clean_up()

    def set_working_directory(self, working_directory: str | None, persistent_files: bool = False) -> None:
        """Write files to another folder from now on; for the parameters, see the class.

        Files in the previous folder are removed if they would be removed when the object is deleted.

        Raises
        ------
        ArgumentError
        """
        self._clean_up()
        self._clean_up = _nothing
        self.working_directory, self._made = make_folders(working_directory)
        self._persistent = bool(persistent_files)
        if not self._persistent:
            self._clean_up = weakref.finalize(self, remove_made, self._made, working_directory is None, os.getpid())

    @contextlib.contextmanager
    def locked(self, seed: Any = 0, num_runs: int = 1) -> Iterator[None]:
        """Prevent other processes from starting these runs in the working directory, also before and after `minimize`.

        Parameters
        ----------
        seed, num_runs
            As for `minimize`; pass the same values to it.

        Raises
        ------
        ArgumentError
            If another process works on one of these runs and does not finish within 5 s.
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
        """Search for the configuration for which a function returns the smallest value (or the largest).

        Parameters
        ----------
        func : callable
            The function to minimise. It is called with the active parameters as keyword arguments, in a child
            process. It returns a number, or a dict with 'value' and optionally 'status' and 'runtime'.
        max_evaluations : int
            The number of calls of the function in each run.
        parameter_dict : dict of str to tuple, or ConfigSpace.ConfigurationSpace
            ``(type, values, default[, 'log'])`` with type 'real', 'integer', 'categorical', 'ordinal'.
        conditional_clauses : list of str
            For example ``'child | parent == value'``.
        forbidden_clauses : list of str
            For example ``'{a = x, b = y}'`` or ``'{x^2 + y^2 < 9}'``.
        deterministic : bool
            Whether the function always returns the same value for a configuration (the default). If
            not, it also gets the argument ``seed``, and the search minimises its mean over seeds.
        num_train_instances : int or None
            If this is a number n, the function also gets ``instance``, one of 0, 1, ..., n - 1, and the search
            minimises its mean over the instances.
        num_test_instances : int or None
            After the search, the final incumbent of each run is evaluated once on each of the test instances
            n, n + 1, ...; ``result`` contains these evaluations.
        train_instance_features : array of shape (num_train_instances, n_features) or None
            Features of the instances, from which the model predicts costs on them.
        num_runs : int
            The number of independent runs; `minimize` returns the result of the best one.
        num_procs : int
            The number of simultaneous runs. Each run makes one call at a time, or up to ``smac_options['workers']``
            calls if this option is set.
        seed : int or list of int
            The seed of the first run (the next runs have seed + 1, seed + 2, ...), or a list with the seed of each run.
        mem_limit_function_mb : float or None
            Memory in MB that a call may use in addition to the memory of its process before the call; 0: no limit.
        t_limit_function_s : float or None
            Limit on the CPU seconds of a call, including the processes that it starts. The limit on wall time is ten
            times as long.
        num_instances : int or None
            Deprecated name of ``num_train_instances``.
        resume : bool
            Whether to resume an earlier call of `minimize` with the same arguments, however it ended. The evaluations
            in its journal are not repeated. This needs ``persistent_files``. Without files from an earlier call, the
            search starts from the beginning.
        on_event : callable or None
            A function that is called in the process of the script with each event, when the event happens. Events are
            objects from `pysmac_compat.events`, for example ``Evaluated`` and ``Improved``. If the function returns
            ``True`` (no other true value) or ``Stop(reason)``, the search ends and ``result`` keeps the evaluations so
            far; ``result.stopped_because`` then names the reason. If the function raises an exception, the search ends
            and `minimize` raises this exception.
        numbered : bool
            Whether the function also gets ``evaluation_index``, the index of the evaluation in its run, from 1.
        stop_when : callable, list of callable, or None
            When to end a run early: a function that gets the `Result` of this run so far, without the other runs, and
            returns a true value to end the run. `pysmac_compat.stopping` has such functions. The function is called in
            the process of the script whenever the run has the result of a call, and the run waits for the answer. Calls
            that are running when the run is ended are still finished, and their evaluations count.
        progress : bool or 'auto'
            Whether to show a progress bar on stderr, which needs tqdm. 'auto': only in a terminal or a notebook.
        verbose : int
            1: print a line for each evaluation to stdout; the logger ``pysmac_compat.evaluations`` gets these lines.
        maximize : bool
            Whether to search for the largest value. All values keep the function's sign; a failure is the worst value.
        known : list of (dict, float)
            Configurations with values that are already known. The search uses them from its first call on, in place of
            an initial design. They do not count as evaluations, but the best configuration may be one of them.

        Returns
        -------
        value : float
            The best value found.
        configuration : dict
            The values of all parameters, sorted by name; inactive parameters have their defaults.

        Raises
        ------
        ArgumentError, ParameterError, ClauseError, FileFormatError
            Before the first call, if an argument is wrong; all four are ``ValueError``. A ``FileFormatError`` concerns
            the files that ``resume`` reads. It is raised later if the search does not repeat what they record.
        RuntimeError
            If a child process of multiprocessing calls `minimize` while it imports the script, because the script lacks
            ``if __name__ == "__main__":``. Python itself raises the same error. No file has been written.
        KeyboardInterrupt
            On Ctrl-C, after all processes have ended; ``result`` contains the evaluations so far.
        """
        check_platform()
        refuse_while_importing_main()
        resume = resume or resume_by_default
        if num_instances is not None:
            warn("minimize(num_instances=...) is deprecated: use minimize(num_train_instances=...)", DeprecationWarning)
            num_train_instances = num_instances if num_train_instances is None else num_train_instances
        if isinstance(max_evaluations, (Mapping, list)) and isinstance(parameter_dict, int):
            raise ArgumentError(
                "max_evaluations and parameter_dict are swapped: minimize(func, max_evaluations, parameter_dict)"
            )
        if not callable(func):
            raise ArgumentError(f"func must be callable, got {shown(func)}")
        if on_event is not None and not callable(on_event):
            raise ArgumentError(f"on_event must be a function of an event, got {shown(on_event)}")
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
                raise ArgumentError(
                    "resume=True needs SMAC_optimizer(persistent_files=True), which keeps the journal of a search"
                )
            patience = PATIENCE if resume else 0.0
            locks = self._held
            if self._persistent and not locks:
                locks = lock_runs(results, run_names(plan.seeds), patience)
                for lock in locks:
                    held.callback(lock.close)
            if resume:  # read late, because the files for a warm start may be the run's own
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
            with ended_by_sigterm(self._terminate), logging_on_stderr(level), shell_commands(plan.shell):
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

    def _terminate(self) -> None:
        """Remove files that are not persistent and print how far the search has come; SIGTERM ends the process next."""
        self.__del__()
        if self.result is not None:
            with contextlib.suppress(Exception):  # stderr may be closed, or nobody may read from it any more
                print(f"SIGTERM: {stopped(self.result, self._persistent)}", file=sys.stderr, flush=True)


def _nothing() -> None:
    """Remove no files."""


def __getattr__(name: str) -> Any:
    """Return names that the original pysmac imported into this module, because scripts import them from here."""
    if name == "fmin":
        raise ImportError("fmin is in another module: from pysmac.optimize import fmin")
    if name in ("MyPool", "check_java_version", "read_trajectory_file", "smac_classpath"):
        from pysmac_compat import utils

        return getattr(utils, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
