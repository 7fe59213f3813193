"""The section of docs/performance.md on the recorded splits of the AutoMAX tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.automax.tasks import TASKS, Task
from benchmarks.results import Record

#: the tasks that have their own table
_TUNED = ("digits", "digits_standardized", "breast_cancer")

_TITLE = """## AutoMAX

The tables have test scores of [LibAUC models](automax.md), with default hyperparameters and after a search of {trials}
trials, over seeded splits. The search uses train and val; test is evaluated once. The share of positives in train is
0.1. A network has two hidden layers of 64 units; a training has 10 epochs, batches of 64, and one thread.
*Cross-entropy* is a training with this loss and Adam on the same balanced batches. *Tuned* is the trial with the best
validation score. Differences are paired, with 95 % intervals of Student's t over splits.
"""

_RETURNED = """### What a search returns

By default a search returns the mean of its five best models (`automax.load_model("..._best")`). The table compares
this mean with the default configuration and with the best single trial, on test: {tasks} tasks, {splits} splits of
each. *Both* is one search over two losses, the task's loss and cross-entropy with Adam; it has as many trials in total
as the search over cross-entropy alone. Differences are paired, with 95 % intervals over splits; the intervals of the
last line are over the means of the tasks. The trainings make LibAUC's steps, computed with NumPy. The number five was
chosen among the rules below on the same tasks, so expect a somewhat smaller gain on other tasks.
"""

_RULES = """\
The next table applies other rules to the same trials; it has means over the tasks, with their intervals. A mean of
models is the mean of logits on one scale, or of ranks. *By the model* orders the trials by the predicted mean of a
Gaussian process with noise, and not by the observed scores. *Often* weights each trial by the number of bootstrap draws
of the validation rows in which the trial is among the best three.
"""


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and the 95 % interval of Student's t; the bounds are infinite if there is only one value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("-inf"), float("inf")
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return mean, mean - half, mean + half


def section(records: Sequence[Record], overheads: Sequence[Record] = ()) -> str:
    """Return the section of the page.

    Parameters
    ----------
    records : sequence of dict
        The records of ``python -m benchmarks.automax``; if several have the same task and split, the last one is used.
    overheads : sequence of dict
        The records of ``python -m benchmarks.automax.overhead``.
    """
    latest = list({(r["task"], r["split"]): r for r in records}.values())
    if not latest:
        return "## AutoMAX\n\nNot measured yet.\n"
    trials = ", ".join(map(str, sorted({r["trials"] for r in latest})))
    lines = [_TITLE.format(trials=trials)]
    for task in _TUNED:
        mine = [r for r in latest if r["task"] == task]
        if mine:
            lines += _table(task, TASKS[task], mine)
    lines += _returned([r for r in latest if "rules" in r["auc"]])
    commits = ", ".join(sorted({r["commit"] for r in latest}))
    dates = sorted({r["date"] for r in latest})
    lines.append(f"At commit {commits}, {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.\n")
    return "\n".join(lines + _overhead(overheads))


def _of(record: Record, search: str, rule: str) -> float:
    return float(record[search]["rules"][rule])


#: the compared differences: (search, rule) minus (search, rule)
_COMPARED = (
    (("auc", "returned"), ("auc", "default")),
    (("auc", "returned"), ("auc", "best")),
    (("both", "returned"), ("ce", "best")),
)


def _returned(records: Sequence[Record]) -> list[str]:
    if not records:
        return []
    by_task = {task: mine for task in TASKS if (mine := [r for r in records if r["task"] == task])}
    splits = sorted({len(mine) for mine in by_task.values()})
    rows = [
        _RETURNED.format(tasks=len(by_task), splits=" to ".join(map(str, dict.fromkeys((splits[0], splits[-1]))))),
        "| task | score | positives in val | default | best trial | returned | returned - default "
        "| returned - best trial | cross-entropy, best trial | both, returned "
        "| both, returned - cross-entropy, best trial |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    shown = (("auc", "default"), ("auc", "best"), ("auc", "returned"), ("ce", "best"), ("both", "returned"))
    for task, mine in by_task.items():
        means = [f"{np.mean([_of(r, *each) for r in mine]):.4f}" for each in shown]
        first, second, third = (_signed([_of(r, *one) - _of(r, *other) for r in mine]) for one, other in _COMPARED)
        positives = round(float(np.mean([r["positives"]["val"] for r in mine])))
        cells = [task, TASKS[task].metric, str(positives), *means[:3], first, second, *means[3:], third]
        rows.append(f"| {' | '.join(cells)} |")
    overall = [_signed(_by_task(by_task, one, other)) for one, other in _COMPARED]
    rows += [f"| mean over tasks | | | | | | {overall[0]} | {overall[1]} | | | {overall[2]} |", "", _RULES]
    rows += [
        "| rule | the loss's search: rule - default | rule - best trial | both: rule - cross-entropy, best trial |",
        "| --- | --- | --- | --- |",
    ]
    for rule in records[0]["auc"]["rules"]:
        compared = (
            (("auc", rule), _COMPARED[0][1]),
            (("auc", rule), _COMPARED[1][1]),
            (("both", rule), _COMPARED[2][1]),
        )
        rows.append(f"| {rule} | {' | '.join(_signed(_by_task(by_task, *pair)) for pair in compared)} |")
    together = _signed(_by_task(by_task, ("ce", "returned"), ("ce", "best")))
    beside = _signed(_by_task(by_task, ("both", "returned"), ("ce", "returned")))
    rows += [
        "",
        f"The mean of the five best trials of the search over cross-entropy alone, minus its best trial: {together}. "
        f"The mean that *both* returns, minus this mean of five: {beside}.",
    ]
    with_tpe = {t: found for t, mine in by_task.items() if (found := [r for r in mine if "tpe" in r])}
    if with_tpe:
        n = sum(map(len, with_tpe.values()))
        others = [_signed(_by_task(with_tpe, ("tpe", rule), ("auc", "default"))) for rule in ("best", "returned")]
        ours = [_signed(_by_task(with_tpe, ("auc", rule), ("auc", "default"))) for rule in ("best", "returned")]
        rows += [
            "",
            f"Optuna's TPE ran with the same trainer on {n} of the splits, and began with the default. Its best trial "
            f"minus the default: {others[0]}; the mean of its five best trials minus the default: {others[1]}. The "
            f"same differences for our search on these splits: {ours[0]} and {ours[1]}. Failed trials: "
            f"{sum(r[who]['failed'] for r in records for who in ('auc', 'ce', 'both', 'tpe') if who in r)}.",
        ]
    return [*rows, ""]


def _by_task(by_task: Mapping[str, Sequence[Record]], one: Any, other: Any) -> list[float]:
    """Return the mean difference on each task."""
    return [float(np.mean([_of(r, *one) - _of(r, *other) for r in mine])) for mine in by_task.values()]


def _overhead(records: Sequence[Record]) -> list[str]:
    if not records:
        return []

    def ratio(one: str, other: str) -> str:
        found = [r[one] / r[other] for r in records]
        return f"{np.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"

    return [
        "### What a trial costs",
        "",
        "We compare a bare training of the network for digits by LibAUC's trainer with the same training in a trial. A "
        "trial runs in its own process, keeps the model of the best epoch and the predictions, and writes a record. "
        f"The numbers are medians of {len(records)} repeats side by side, with their range. A trial takes "
        f"{ratio('trial_cpu', 'bare_cpu')} times the CPU time of the bare training, and "
        f"{ratio('trial_wall', 'bare_wall')} times its wall-clock time. A whole search of {records[0]['trials']} "
        f"trials, with its start and the choice of configurations, takes {ratio('search_wall', 'bare_wall')} times the "
        "wall-clock time of the same number of bare trainings.",
        "",
    ]


def _table(task: str, about: Task, records: Sequence[Record]) -> list[str]:
    scores = {(who, how): np.array([r[who][how] for r in records]) for who in ("auc", "ce") for how in _HOW}
    rows = [
        f"### {task}: {about.metric}, {len(records)} splits",
        "",
        "| loss | default | tuned | tuned - default |",
        "| --- | --- | --- | --- |",
    ]
    for who, name in (("auc", about.loss), ("ce", "cross-entropy")):
        means = " | ".join(f"{scores[who, how].mean():.4f}" for how in _HOW)
        rows.append(f"| {name} | {means} | {_signed(scores[who, 'tuned'] - scores[who, 'default'])} |")
    tuned = scores["auc", "tuned"]
    rows += [
        "",
        f"Tuned {about.loss} minus cross-entropy at its default: {_signed(tuned - scores['ce', 'default'])}; "
        f"tuned {about.loss} minus tuned cross-entropy: {_signed(tuned - scores['ce', 'tuned'])}. "
        f"Failed trials: {sum(r[who]['failed'] for r in records for who in ('auc', 'ce'))}.",
        "",
    ]
    return rows


_HOW = ("default", "tuned")


def _signed(differences: Any) -> str:
    mean, low, high = interval(differences)
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
