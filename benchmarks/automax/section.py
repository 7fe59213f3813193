"""What the recorded splits of the AutoMAX tasks come to, as a part of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.automax.tasks import TASKS, Task
from benchmarks.results import Record

#: those with a table of their own
_TUNED = ("digits", "digits_standardized", "breast_cancer")

_TITLE = """## AutoMAX

Test scores of [LibAUC models](automax.md) with their default hyperparameters and tuned by {trials} trials, over seeded
splits: tuned on train and val, looked at once on test. The share of positives in train is 0.1; two hidden layers of 64,
10 epochs, batches of 64, one thread. *Cross-entropy* is that loss with Adam on the same balanced batches. *Tuned* is
the trial with the best validation score. Differences are paired, with 95 % intervals of Student's t over splits.
"""

_RETURNED = """### What a search returns

By default the mean of its five best models (`automax.load_model("..._best")`), here beside the default configuration
and the best trial alone, on test: {tasks} tasks, {splits} splits of each. *Both* is one search over the task's loss and
cross-entropy with Adam, with as many trials in all as cross-entropy alone gets. Differences are paired, with 95 %
intervals over splits, and in the last line over the means of the tasks. The trainings take LibAUC's steps, computed
with NumPy. The limit of five was chosen among the rules below on these same tasks, so expect somewhat less on others.
"""

_RULES = """\
Other rules, asked of the same trials: means over the tasks, with their intervals. What is averaged are logits on one
scale, or ranks. *By the model*: in the order of the mean of a Gaussian process with noise, in place of the observed
scores. *Often*: each trial as often as it is among the best three of a bootstrap draw of the validation rows.
"""


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean and 95 % interval of Student's t; without bounds, if there is one value."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return mean, float("-inf"), float("inf")
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))
    return mean, mean - half, mean + half


def section(records: Sequence[Record], overheads: Sequence[Record] = ()) -> str:
    """The part of the page.

    Parameters
    ----------
    records : sequence of dict
        Of ``python -m benchmarks.automax``; of those with the same task and split the last counts.
    overheads : sequence of dict
        Of ``python -m benchmarks.automax.overhead``.
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


#: what is compared, as (search, rule) less (search, rule)
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
        f"The five best of the search over cross-entropy alone, together, less its best trial: {together}; what *both* "
        f"returns less these five: {beside}.",
    ]
    with_tpe = {t: found for t, mine in by_task.items() if (found := [r for r in mine if "tpe" in r])}
    if with_tpe:
        n = sum(map(len, with_tpe.values()))
        others = [_signed(_by_task(with_tpe, ("tpe", rule), ("auc", "default"))) for rule in ("best", "returned")]
        ours = [_signed(_by_task(with_tpe, ("auc", rule), ("auc", "default"))) for rule in ("best", "returned")]
        rows += [
            "",
            f"Optuna's TPE on the same trainer, begun with the default, on {n} of the splits: the best trial less the "
            f"default {others[0]}, the mean of its five best {others[1]}; our search on these splits {ours[0]} "
            f"and {ours[1]}. Trials that failed: "
            f"{sum(r[who]['failed'] for r in records for who in ('auc', 'ce', 'both', 'tpe') if who in r)}.",
        ]
    return [*rows, ""]


def _by_task(by_task: Mapping[str, Sequence[Record]], one: Any, other: Any) -> list[float]:
    """The mean difference on each task."""
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
        "The same training of the network for digits by LibAUC's own trainer and in a trial, which has a process of "
        "its own, keeps the best epoch's model and the predictions, and is written down; medians of "
        f"{len(records)} repeats side by side, with their range. A trial takes {ratio('trial_cpu', 'bare_cpu')} times "
        f"the CPU time of the bare training, and {ratio('trial_wall', 'bare_wall')} times its wall clock time. For a "
        f"whole search of {records[0]['trials']} trials, with its start and the choice of configurations, that is "
        f"{ratio('search_wall', 'bare_wall')} times so many bare trainings.",
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
        f"Tuned {about.loss} less cross-entropy at its default: {_signed(tuned - scores['ce', 'default'])}; "
        f"less tuned cross-entropy: {_signed(tuned - scores['ce', 'tuned'])}. "
        f"Trials that failed: {sum(r[who]['failed'] for r in records for who in ('auc', 'ce'))}.",
        "",
    ]
    return rows


_HOW = ("default", "tuned")


def _signed(differences: Any) -> str:
    mean, low, high = interval(differences)
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
