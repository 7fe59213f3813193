"""The incumbents of a run and the evaluations that led to them, from the files of the run."""

from __future__ import annotations

import math
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysmac_compat.evaluation.outcome import FAILURES
from pysmac_compat.files.run_results import RunRow
from pysmac_compat.results import Evaluation, Incumbent, RunResult, Searched
from pysmac_compat.space.values import typed_values, value_texts

_TRAJECTORY = re.compile(r"traj-run-(?P<run>(?P<seed>\d+)(-(?P<again>\d+))?)\.txt")
PERFORMANCE = "Estimated Training Performance"


def trajectories(folder: str) -> dict[int | str, str]:
    """Return the trajectory files of all runs.

    The key is the seed of the run. If several runs have the same seed, the key of each later run is its name.
    """
    names = os.listdir(folder) if os.path.isdir(folder) else []
    matches = [match for name in names if (match := _TRAJECTORY.fullmatch(name))]
    matches.sort(key=lambda match: (int(match["seed"]), int(match["again"] or 0)))
    return {match["run"] if match["again"] else int(match["seed"]): os.path.join(folder, match[0]) for match in matches}


def add_incumbents(
    run: RunResult,
    search: Searched,
    steps: Sequence[dict[str, Any]],
    rows: Sequence[RunRow],
    order: Sequence[int],
) -> None:
    """Add the incumbents to a run whose evaluations are already loaded.

    The incumbents come from the trajectory file (``steps``) or, if there is none, from the evaluations. ``order`` has
    the indices of the evaluations in the order in which their calls have ended. If ``order`` is empty, the evaluations
    already are in this order.
    """
    definition = search.space
    assert definition is not None
    run.active_configuration = definition.default
    # the keys are texts, because the journal does not hold the conditions of a ConfigSpace space
    known = {
        _key(value_texts(evaluation.configuration, definition)): evaluation.configuration
        for evaluation in run.evaluations
    }

    def penalised(cost: float) -> float:
        return cost * search.penalty if search.cutoff is not None and cost >= search.cutoff else cost

    by_index = {evaluation.index: evaluation for evaluation in run.evaluations}
    used = [by_index[index] for index in order] or run.evaluations
    if not steps:  # there is no trajectory file
        run.trajectory = best_so_far(used, search.maximize)
        if run.trajectory:
            run.value, run.active_configuration = run.trajectory[-1].value, run.trajectory[-1].active_configuration
    places = by_evaluation(steps, rows, penalised) if rows else [(1, step[PERFORMANCE]) for step in steps]
    for step, (place, value) in zip(steps, places, strict=True):
        value = 0.0 - value if search.maximize else value
        texts = step["Configuration"]
        active = known.get(_key(texts))
        if active is None:
            active = typed_values(texts, definition)  # SMAC v2 writes different values for inactive parameters
            if active not in known.values():  # the incumbent was known before the search
                place = 0
        if rows and place:  # the rows are in the order in which the calls have ended
            place = order[place - 1] if place <= len(order) else place
        if place and search.workers > 1 and search.deterministic and search.n_instances is None:
            # other calls have ended before the search used this result, but only one call has this value
            place = _of_value(run.evaluations, active, value) or place
        if not run.trajectory or active != run.active_configuration:
            run.trajectory.append(Incumbent(place, value, dict(active)))
        else:  # the same incumbent after further runs
            run.trajectory[-1] = replace(run.trajectory[-1], value=value)
        run.value, run.active_configuration = value, dict(active)
    run.configuration = definition.complete(run.active_configuration)
    run.incumbent_runs = sum(e.configuration == run.active_configuration for e in run.evaluations)


def by_evaluation(
    steps: Sequence[Mapping[str, Any]], rows: Sequence[RunRow], penalised: Callable[[float], float]
) -> list[tuple[int, float]]:
    """Return the index of the evaluation that led to each step of a trajectory, and the performance of the step.

    In the files of this package, the total time of all calls so far identifies the evaluation. In the files of SMAC v2,
    it is the first evaluation after which the mean of the incumbent's runs equals the mean in the trajectory. It
    is never before the evaluation of the previous step. If there is none, it is the next run of the incumbent.
    """
    means = _means(rows, penalised)
    times = [0.0, *(row.cumulative_runtime for row in rows)]
    spent = [step["CPU Time Used"] - step["Automatic Configurator (CPU) Time"] for step in steps]
    at = [[i for i, time in enumerate(times) if math.isclose(time, t, rel_tol=1e-12, abs_tol=1e-9)] for t in spent]
    timed = all(at)
    found: list[tuple[int, float]] = []
    last, place = None, 1
    for step, same_time in zip(steps, at, strict=True):
        performance = step[PERFORMANCE]
        if (step["Incumbent ID"], performance) != last:  # an equal line only marks the end of the search
            last = step["Incumbent ID"], performance
            known = [i for i in same_time if i >= place] or same_time if timed else range(place, len(times))
            own = [i for i in known if i and means[i - 1][0] == step["Incumbent ID"]]
            equal = [i for i in own if abs(means[i - 1][1] - performance) <= 1e-6 * abs(performance)]
            # with a warm start, the incumbent may have no run at all
            place = next(iter(equal or own or (known if timed else ())), place)
        found.append((place, performance))
    return found


def _means(rows: Iterable[RunRow], penalised: Callable[[float], float]) -> list[tuple[int, float]]:
    """Return the configuration of each evaluation, and the mean of the configuration's costs up to this evaluation."""
    counts: dict[int, int] = defaultdict(int)
    sums: dict[int, float] = defaultdict(float)
    means = []
    for row in rows:
        counts[row.configuration] += 1
        sums[row.configuration] += penalised(row.response)
        means.append((row.configuration, sums[row.configuration] / counts[row.configuration]))
    return means


def _of_value(evaluations: Iterable[Evaluation], configuration: Mapping[str, Any], value: float) -> int:
    """Return the index of the last evaluation of a configuration with this value; 0 if there is none."""
    own = (each for each in evaluations if each.configuration == configuration)
    return max((each.index for each in own if math.isclose(each.value, value, rel_tol=1e-6)), default=0)


def best_so_far(evaluations: Iterable[Evaluation], maximize: bool) -> list[Incumbent]:
    """Compute the incumbents of a run whose trajectory file is lost.

    A configuration becomes the incumbent if none of its evaluations has failed, it has at least as many evaluations as
    the incumbent, and its mean is better.
    The evaluations must be in the order in which they have ended.
    """
    seen: dict[str, list[Evaluation]] = defaultdict(list)
    steps: list[Incumbent] = []
    best, least = 0, math.inf
    for evaluation in evaluations:
        group = seen[repr(sorted(evaluation.configuration.items()))]
        group.append(evaluation)
        mean = sum(each.value for each in group) / len(group)
        cost = -mean if maximize else mean
        if any(each.status in FAILURES for each in group) or len(group) < best:
            continue
        same = bool(steps) and steps[-1].active_configuration == evaluation.configuration
        if not same and cost < least:
            steps.append(Incumbent(evaluation.index, mean, dict(evaluation.configuration)))
        if same:
            steps[-1] = replace(steps[-1], value=mean)
        if same or cost < least:
            best, least = len(group), cost
    return steps


def _key(texts: Mapping[str, str]) -> str:
    return repr(sorted(texts.items()))
