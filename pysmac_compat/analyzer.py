"""The results of SMAC runs, read from their files: performances, incumbents, plots, importance of parameters."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import ArgumentError, FileFormatError, shown
from pysmac_compat.files.incumbents import PERFORMANCE, by_evaluation, trajectories
from pysmac_compat.files.instances import instance_number
from pysmac_compat.files.result_files import scenario_names
from pysmac_compat.files.scenario_files import first_name, read_scenario_by_old_names
from pysmac_compat.files.state import read_state_run
from pysmac_compat.files.trajectory import UNKNOWN, read_trajectory
from pysmac_compat.files.validation_files import file_name, read_call_strings, read_objectives_by_name
from pysmac_compat.report.plots.style import new_axes, new_figure
from pysmac_compat.suggestions import no_attribute

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pysmac_compat.report.anova import ForestAnova

#: a scenario file has at most this many bytes; larger files in its folder belong to other programs
_MOST_BYTES = 100_000


class SMAC_analyzer:
    """The results of all runs of a scenario, written by SMAC v2 or by `SMAC_optimizer`.

    Parameters
    ----------
    obj : str or path-like
        The scenario file, the folder that contains it, or the folder that contains the results
        (``out/scenario``). In a folder, the scenario file is the first that exists of ``scenario.dat``,
        ``scenario.txt``, ``*.scenario`` and ``state-run*/scenario.txt``; if none of them exists, it is
        the only file that names a pcs file.

    Attributes
    ----------
    scenario_fn : str
    scenario_output_dir : str
        The folder that contains the results.
    pcs_fn : str
        The PCS file that defines the search space.
    cutoff_time : float
        The time limit for an evaluation, in seconds; infinite if there is no limit.
    overall_objective : str
        For example ``'MEAN'``.
    data : dict of int or str to dict
        One entry for each run. The key is the seed of the run. For a later run with the same seed, the key is
        the run's name in its files, for example ``'4-2'`` for the second run with seed 4. An entry contains:
        ``'trajectory'`` (list of dict, as returned by `read_trajectory_file`);
        ``'parameters'`` (list of dict of str to str: the configurations that were evaluated on test
        instances, or the last incumbent if there are none);
        ``'test_performances'`` (dict of instance to list of float: the costs of these configurations on the
        instance, in the same order, each a mean over seeds; empty without test instances).

    Raises
    ------
    ArgumentError
        A ``ValueError``, if there is no scenario or no run, or if more than one is possible.
    FileFormatError
    """

    def __init__(self, obj: str | os.PathLike[str]) -> None:
        if not isinstance(obj, (str, os.PathLike)):
            raise ArgumentError(
                f"obj must be the path of a scenario file or of a folder, got {shown(obj)}; for a SMAC_optimizer, "
                "pass its working_directory (needs persistent_files=True)"
            )
        path = os.path.abspath(os.fspath(obj))
        self.scenario_fn = _find_scenario(path)
        options = read_scenario_by_old_names(self.scenario_fn)
        if os.path.isdir(path) and trajectories(path):
            self.scenario_output_dir = path
        else:
            self.scenario_output_dir = self._results(options)
        self.pcs_fn = self._file(options.get("paramfile", "parameters.pcs"), "param.pcs")
        self.cutoff_time = self._seconds(options.get("cutoff_time", "inf"))
        self.overall_objective = options.get("overall_obj", "MEAN")
        penalty = re.fullmatch(r"MEAN(\d+)", self.overall_objective) if options.get("run_obj") == "RUNTIME" else None
        self._penalty = float(penalty[1]) if penalty else 1.0
        paths = trajectories(self.scenario_output_dir)
        if not paths:
            raise ArgumentError(f"there is no trajectory of a run (traj-run-N.txt) in {self.scenario_output_dir!r}")
        self.data: dict[int | str, dict[str, Any]] = {run: self._read(run, path) for run, path in paths.items()}

    def __repr__(self) -> str:
        return f"<SMAC_analyzer: {self.scenario_output_dir}, runs {', '.join(map(str, self.data))}>"

    if not TYPE_CHECKING:  # a type checker knows the attributes

        def __getattr__(self, name: str) -> Any:
            raise no_attribute(self, name, {})

    def _file(self, name: str, *others: str) -> str:
        """Return the path of a file that the scenario file names; names are relative to the folder of that file."""
        here = os.path.dirname(self.scenario_fn)
        names = [name, os.path.basename(os.path.normpath(name)), *others]
        paths = [os.path.join(here, each) for each in names]
        return next(filter(os.path.exists, paths), paths[0])

    def _seconds(self, text: str) -> float:
        with contextlib.suppress(ValueError):
            if (seconds := float(text)) >= 0:
                return seconds
        raise FileFormatError(f"cutoff_time: expected a number of seconds, got {text!r:.80}", self.scenario_fn)

    def _results(self, options: Mapping[str, str]) -> str:
        """Return the folder with the results: the one that the options name, otherwise the only folder with runs."""
        out = self._file(options.get("outdir", "smac-output"))
        # `minimize` writes the name of the results' folder into this file
        more = os.path.join(os.path.dirname(self.scenario_fn), "scenario.advanced")
        advanced = read_scenario_by_old_names(more) if os.path.exists(more) else {}
        groups = [each["rungroup"] for each in (options, advanced) if "rungroup" in each]
        names = [scenario_names(self.scenario_fn, group)[1] for group in (*groups, "%SCENARIO_NAME")]
        expected = [os.path.join(out, name) for name in names]
        found = [folder for folder in expected if trajectories(folder)]
        if not found:
            found = [path for path in sorted(glob.glob(os.path.join(glob.escape(out), "*"))) if trajectories(path)]
            if len(found) > 1:
                raise ArgumentError(f"obj: several folders contain runs; pass one of them: {', '.join(found)}")
        return next(iter(found), expected[0])

    def _read(self, run: int | str, path: str) -> dict[str, Any]:
        trajectory = read_trajectory(path)
        found: dict[str, Any] = {"trajectory": trajectory, "parameters": [], "test_performances": {}}
        calls, matrix = (
            os.path.join(self.scenario_output_dir, file_name(what, str(run)))
            for what in ("CallStrings", "ObjectiveMatrix")
        )
        if os.path.exists(calls) and os.path.exists(matrix):
            found["parameters"] = read_call_strings(calls)
            found["test_performances"] = _numbered(read_objectives_by_name(matrix))
        elif trajectory:
            found["parameters"] = [trajectory[-1]["Configuration"]]
        return found

    def get_pyfanova_obj(self, check_scenario_files: bool = True) -> ForestAnova:
        """Compute the importance of the parameters from all runs; see `smac_to_fanova`."""
        from pysmac_compat.utils.pysmac_fanova import smac_to_fanova

        with tempfile.TemporaryDirectory() as folder:
            return smac_to_fanova(self.scenario_output_dir, folder, check_scenario_files=check_scenario_files)

    def incumbents_by_evaluation(self, run: int | str) -> list[tuple[int, float]]:
        """Return a pair for each change of the incumbent or its mean: the number of evaluations, and the new mean."""
        folder = os.path.join(self.scenario_output_dir, f"state-run{run}")
        return by_evaluation(self._steps(run), read_state_run(folder).runs, self._penalised)

    def _steps(self, run: int | str) -> list[dict[str, Any]]:
        """Return the trajectory without its line about the time before the first evaluation; it may be empty."""
        return [step for step in self.data[run]["trajectory"] if step[PERFORMANCE] < UNKNOWN]

    def _penalised(self, cost: float) -> float:
        """Return a cost as it counts in a mean: multiplied by the penalty if it reaches the time limit."""
        return cost * self._penalty if cost >= self.cutoff_time else cost

    def plot_incumbents(self, over: str = "time") -> Figure:
        """Plot the training performance of each run's incumbent.

        Parameters
        ----------
        over : {'time', 'evaluations'}
            What the x axis shows: wall clock seconds, or the number of evaluations.

        Returns
        -------
        matplotlib.figure.Figure
            The figure, which needs no display: ``figure.savefig("incumbents.png")``.
        """
        if over not in ("time", "evaluations"):
            raise ArgumentError(f"over must be 'time' or 'evaluations', got {over!r}")
        figure = new_figure()
        axes = new_axes(figure)
        for run in self.data:
            if over == "time":
                steps = [(step["Wallclock Time"], step[PERFORMANCE]) for step in self._steps(run)]
            else:
                steps = [(float(count), value) for count, value in self.incumbents_by_evaluation(run)]
            axes.step([x for x, _ in steps], [y for _, y in steps], where="post", marker=".", label=f"seed {run}")
        axes.set_xlabel("wall clock time (s)" if over == "time" else "evaluations")
        axes.set_ylabel("training performance of the incumbent")
        axes.legend()
        return figure

    def plot_performance(self) -> Figure:
        """Plot the performance of each run on the training instances and, if there are any, on the test instances.

        Returns
        -------
        matplotlib.figure.Figure
            See `plot_incumbents`.
        """
        figure = new_figure()
        axes = new_axes(figure)
        runs = list(self.data)
        training = [(i, steps[-1][PERFORMANCE]) for i, run in enumerate(runs) if (steps := self._steps(run))]
        axes.plot([i for i, _ in training], [value for _, value in training], "o", label="training")
        tested = [(i, values) for i, run in enumerate(runs) if (values := self._test_costs(run))]
        if tested:
            axes.boxplot([values for _, values in tested], positions=[i for i, _ in tested], widths=0.3)
            axes.plot([i for i, _ in tested], [sum(v) / len(v) for _, v in tested], "s", label="test, mean")
        axes.set_xticks(range(len(runs)), [str(run) for run in runs])
        axes.set_xlabel("seed of the run")
        axes.set_ylabel(f"performance of the last incumbent ({self.overall_objective})")
        axes.legend()
        return figure

    def _test_costs(self, run: int | str) -> list[float]:
        """Return the last incumbent's cost on each test instance."""
        return [values[-1] for values in self.data[run]["test_performances"].values()]


def _find_scenario(path: str) -> str:
    if os.path.isfile(path):
        return path
    if not os.path.isdir(path):
        raise ArgumentError(
            f"obj: expected a scenario file or a folder, got {path!r}; without persistent_files=True, a search removes "
            "its files at the end of the script"
        )
    where = glob.escape(path)
    for pattern in ("scenario.dat", "scenario.txt", "*.scenario", "state-run*/scenario.txt"):
        found = sorted(glob.glob(os.path.join(where, pattern)))
        if found:
            return found[0]
    found = [file for file in sorted(glob.glob(os.path.join(where, "*"))) if _names_parameters(file)]
    if len(found) > 1:
        raise ArgumentError(f"obj: there are several scenario files, pass one of them: {', '.join(found)}")
    if not found:
        raise ArgumentError(f"obj: there is no scenario file, such as scenario.dat, in {path!r}")
    return found[0]


def _names_parameters(path: str) -> bool:
    """Return whether a file has a line that names a PCS file, as a scenario file does."""
    if not os.path.isfile(path) or os.path.getsize(path) > _MOST_BYTES:
        return False
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return any("=" in line and first_name(line.partition("=")[0].strip()) == "pcs-file" for line in stream)
    except OSError:  # the file belongs to another program, and must not be read
        return False


def _numbered(objectives: Mapping[str, list[float]]) -> dict[Any, list[float]]:
    """Key the values by instance index if all names are id_0, id_1, ..., otherwise by instance name."""
    try:
        return {instance_number(name): values for name, values in objectives.items()}
    except ValueError:
        return dict(objectives)
