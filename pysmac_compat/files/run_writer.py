"""The writer of the files of one run, which keeps them up to date during the run."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysmac_compat.events import Evaluated, Improved, Tested
from pysmac_compat.files import instances, trajectory, validation_files
from pysmac_compat.files.configuration_texts import (
    format_pairs,
    paramstrings_line,
    uniq_configurations_line,
)
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.pcs import definition_text
from pysmac_compat.files.run_results import HEADER, RunRow
from pysmac_compat.files.rundata import RunDataText
from pysmac_compat.files.scenario_files import DEFAULT_CUTOFF, first_name, scenario_text
from pysmac_compat.files.state import OLD_STATE
from pysmac_compat.files.text import Appender
from pysmac_compat.plan import Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.space.values import value_texts

_STATE_FILES = ("paramstrings-it{}.txt", "uniq_configurations-it{}.csv", "runs_and_results-it{}.csv")


class RunWriter:
    """Writes the files of one run: trajectory, state-run folder, live-rundata, validation.

    It adds only whole lines, so a reader never finds a part of a line. During the run, the names of the state files
    end in ``-it0``. At the end of the run, the index of the last iteration replaces the 0. Each new configuration
    begins an iteration.

    Parameters
    ----------
    folder : Folder
        The folder WD/out/SCENARIO.
    name : str
        The N in the names of the files.
    plan : Plan
    scenario : dict
        The options in scenario.dat.
    known_instances : list of list of str
        The name and the further words of each instance: first the training instances, then the test instances.
    trouble : callable
        It is called with the error whenever a write fails; the writer will try again.
    resumed : bool
        Whether the existing files belong to this run, which continues.
    """

    def __init__(
        self,
        folder: Folder,
        name: str,
        plan: Plan,
        scenario: Mapping[str, Any],
        known_instances: Sequence[Sequence[str]],
        trouble: Callable[[OSError], None],
        resumed: bool = False,
    ) -> None:
        self._folder, self._name, self._plan = folder, name, plan
        self._trouble = trouble
        self._growing: list[Appender] = []
        options = {first_name(option): str(value) for option, value in scenario.items()}
        self._algorithm = options.get("algo-exec", "")
        self._instances = [words[0] for words in known_instances]
        self._cutoff = DEFAULT_CUTOFF if plan.objective.cutoff is None else plan.objective.cutoff
        self._default = value_texts(plan.definition.default, plan.definition)
        self._ids: dict[str, int] = {}
        self._n_runs, self._runtime, self._wall_time, self._start = 0, 0.0, 0.0, 0.0
        self._last: Improved | None = None
        self._steps: dict[str, list[tuple[float, float, float]]] = {}
        self._tests: dict[str, list[validation_files.ValidationRun]] = {}
        self._tested: dict[str, Mapping[str, str]] = {}
        space, training = definition_text(plan.definition), known_instances[: plan.instances.n_train or 1]
        self._rundata = RunDataText(
            training,
            options.get("pcs-file", ""),
            space,
            self._algorithm,
            options.get("algo-exec-dir", ""),
            self._cutoff,
            plan.deterministic,
        )
        for what in validation_files.FILES:  # files of an earlier run
            folder.remove(validation_files.file_name(what, name))
        self._state = self._old_state() if resumed else self._new_state()
        self._state.write("param.pcs", space)
        self._state.write("scenario.txt", scenario_text(scenario))
        self._state.write("instances.txt", instances.instances_text(training))
        if plan.instances.features is not None:
            self._state.write("instance-features.txt", instances.features_of(plan.instances.features, self._instances))
        beginnings = zip(_STATE_FILES, ("", "", HEADER), strict=True)
        self._paramstrings, self._uniq, self._runs = (
            self._begin(self._state, pattern.format(0), text) for pattern, text in beginnings
        )
        self._trajectory = self._begin(folder, f"traj-run-{name}.txt", trajectory.HEADER)
        self._detailed = self._begin(folder, f"detailed-traj-run-{name}.csv", trajectory.DETAILED_HEADER)
        self._live = self._begin(folder, f"live-rundata-{name}.json", self._rundata.beginning)

    def _begin(self, folder: Folder, name: str, text: str) -> Appender:
        """Begin a file that grows by lines until the end of the run."""
        self._growing.append(folder.appender(name, text, self._trouble))
        return self._growing[-1]

    def _new_state(self) -> Folder:
        """Make the state-run folder and move the folder of an earlier run aside, like SMAC v2."""
        name = f"state-run{self._name}"
        self._folder.set_aside(name, OLD_STATE)
        return self._folder.make(name)

    def _old_state(self) -> Folder:
        """Return the state-run folder of the same run; remove its state files, which are written again."""
        state = self._folder.make(f"state-run{self._name}")
        for pattern in _STATE_FILES:
            for path in glob.glob(os.path.join(glob.escape(state.path), pattern.format("*"))):
                os.unlink(path)
        return state

    def evaluated(self, event: Evaluated) -> None:
        """Write an evaluation."""
        evaluation = event.evaluation
        if not self._n_runs:
            self._start = time.monotonic()
        if event.recorded or not self._n_runs:
            self._start -= evaluation.wall_time  # the clock includes the time of recorded evaluations
        texts = value_texts(evaluation.configuration, self._plan.definition)
        configuration = self._id(texts, evaluation.configuration)
        self._n_runs += 1
        self._wall_time += evaluation.wall_time
        runtime = _runtime_of(evaluation, self._plan)
        self._runtime += runtime
        objective, timeout = self._plan.objective, evaluation.status == "TIMEOUT"
        row = RunRow(
            number=self._n_runs,
            configuration=configuration,
            instance=(evaluation.instance or 0) + 1,
            response=objective.turned(evaluation.value),
            censored=timeout and objective.runtime and not evaluation.value >= (objective.cutoff or float("inf")),
            cutoff=self._cutoff if evaluation.cutoff is None else evaluation.cutoff,
            seed=_seed(evaluation),
            runtime=runtime,
            quality=_quality_of(evaluation, self._plan),
            iteration=len(self._ids) - 1,
            cumulative_runtime=self._runtime,
            result=_result(evaluation),
            wall_time=round(evaluation.wall_time, 6),
        )
        self._runs.append(row.line)
        self._live.append(self._rundata.run(row, texts, list(evaluation.configuration), texts == self._default))
        if self._n_runs == 1:
            self._add_step(trajectory.Step(0.0, trajectory.UNKNOWN, 0.0, configuration, 0.0, texts))

    def improved(self, event: Improved) -> None:
        """Write a new incumbent, or a new mean of the old incumbent."""
        event = replace(event, value=self._plan.objective.turned(event.value))
        last, self._last = self._last, event
        if last is None or (event.configuration, event.value) != (last.configuration, last.value):
            self._improved(event)

    def _improved(self, event: Improved) -> None:
        texts = value_texts(event.configuration, self._plan.definition)
        wall_time = round(time.monotonic() - self._start, 6) if self._n_runs else 0.0
        # the search took the wall clock time that the calls did not take
        overhead = round(max(wall_time - self._wall_time, 0.0), 6)
        identifier = self._id(texts, event.configuration)
        cpu_time = self._runtime + overhead
        self._add_step(trajectory.Step(cpu_time, event.value, wall_time, identifier, overhead, texts))
        self._steps.setdefault(format_pairs(texts), []).append((wall_time, event.value, overhead))

    def tested(self, event: Tested) -> None:
        """Record a run on a test instance."""
        evaluation = event.evaluation
        if self._last is not None and not self._tests:
            self._end_search(self._last)
        texts = value_texts(evaluation.configuration, self._plan.definition)
        key = format_pairs(texts)
        self._tested[key] = texts
        run = validation_run(evaluation, self._test_instance(evaluation), self._plan)
        self._tests.setdefault(key, []).append(run)

    def _test_instance(self, evaluation: Evaluation) -> str:
        """Return the name of the test instance, from the evaluation's index if the function gets no ``instance``."""
        if evaluation.instance is not None:
            return self._instances[evaluation.instance]
        runs = self._plan.validation.runs(self._plan.instances.n_test, self._plan.deterministic)
        number, _ = runs[(evaluation.index - 1) % len(runs)]
        return self._instances[(self._plan.instances.n_train or 1) + number]

    def _end_search(self, last: Improved) -> None:
        """Write the last line of the trajectory, for the end of the search."""
        self._improved(last)
        self._last = None

    def close(self) -> None:
        """End the run: finish its files and write the validation files."""
        if self._last is not None:
            self._end_search(self._last)
        iteration = max(len(self._ids) - 1, 0)
        for file in self._growing:
            file.close()
        if iteration:
            for pattern in _STATE_FILES:
                self._state.rename(pattern.format(0), pattern.format(iteration))
        most = max(map(len, self._tests.values()), default=0)
        # after an interrupt, a configuration may have fewer runs than the other configurations
        validated = [
            validation_files.Validated(self._tested[key], runs, self._steps.get(key, [])[-1:])
            for key, runs in self._tests.items()
            if len(runs) == most
        ]
        if validated:
            for what, text in validation_files.validation_texts(validated, self._algorithm).items():
                self._folder.write(validation_files.file_name(what, self._name), text)

    def _id(self, texts: Mapping[str, str], configuration: Mapping[str, Any]) -> int:
        """Return the ID of a configuration; write the configuration if it is new."""
        key = format_pairs(texts)
        if key not in self._ids:
            self._ids[key] = len(self._ids) + 1
            self._paramstrings.append(paramstrings_line(self._ids[key], texts))
            self._uniq.append(uniq_configurations_line(self._ids[key], configuration, self._plan.definition))
        return self._ids[key]

    def _add_step(self, step: trajectory.Step) -> None:
        self._trajectory.append(step.line)
        self._detailed.append(step.detailed_line)


def validation_run(evaluation: Evaluation, instance: str, plan: Plan) -> validation_files.ValidationRun:
    """Convert an evaluation on a test instance with this name to a run for the validation files."""
    objective = plan.objective
    late = objective.cutoff is not None and evaluation.value >= objective.cutoff
    return validation_files.ValidationRun(
        instance=instance,
        seed=_seed(evaluation),
        objective=objective.turned(evaluation.value) * (objective.penalty if objective.runtime and late else 1.0),
        result=_result(evaluation),
        runtime=_runtime_of(evaluation, plan),
        quality=_quality_of(evaluation, plan),
        cutoff=DEFAULT_CUTOFF if objective.cutoff is None else objective.cutoff,
    )


def _runtime_of(evaluation: Evaluation, plan: Plan) -> float:
    if evaluation.runtime is not None:
        return evaluation.runtime
    return evaluation.value if plan.objective.runtime and evaluation.succeeded else evaluation.cpu_time


def _quality_of(evaluation: Evaluation, plan: Plan) -> float:
    if evaluation.quality is not None:
        return evaluation.quality
    return evaluation.value if evaluation.succeeded or not plan.objective.runtime else plan.calls.failure_value


def _seed(evaluation: Evaluation) -> int:
    return -1 if evaluation.seed is None else evaluation.seed


def _result(evaluation: Evaluation) -> str:
    """Return the status in the words of SMAC v2, which has no MEMOUT."""
    return "CRASHED" if evaluation.status == "MEMOUT" else evaluation.status
