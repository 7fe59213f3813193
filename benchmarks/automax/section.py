"""What the recorded splits of the AutoMAX tasks come to, as a part of docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.results import Record

TASKS: dict[str, dict[str, Any]] = {
    "digits": {"data": "digits", "kwargs": {}, "metric": "AUPRC", "loss": "APLoss"},
    "digits_standardized": {"data": "digits", "kwargs": {"standardize": True}, "metric": "AUPRC", "loss": "APLoss"},
    "breast_cancer": {"data": "breast_cancer", "kwargs": {}, "metric": "AUROC", "loss": "AUCMLoss"},
}

_TITLE = """## AutoMAX

Test scores of [LibAUC models](automax.md) with their default hyperparameters and tuned by {trials} trials, over seeded
splits: tuned on train and val, looked at once on test. The share of positives in train is 0.1; two hidden layers of 64,
10 epochs, batches of 64, one thread. *Cross-entropy* is that loss with Adam on the same balanced batches. Differences
are paired, with 95 % intervals of Student's t over splits.
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
    for task, about in TASKS.items():
        mine = [r for r in latest if r["task"] == task]
        if mine:
            lines += _table(task, about, mine)
    commits = ", ".join(sorted({r["commit"] for r in latest}))
    dates = sorted({r["date"] for r in latest})
    lines.append(f"At commit {commits}, {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.\n")
    return "\n".join(lines + _overhead(overheads))


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


def _table(task: str, about: dict[str, Any], records: Sequence[Record]) -> list[str]:
    scores = {(who, how): np.array([r[who][how] for r in records]) for who in ("auc", "ce") for how in _HOW}
    rows = [
        f"### {task}: {about['metric']}, {len(records)} splits",
        "",
        "| loss | default | tuned | tuned - default |",
        "| --- | --- | --- | --- |",
    ]
    for who, name in (("auc", about["loss"]), ("ce", "cross-entropy")):
        means = " | ".join(f"{scores[who, how].mean():.4f}" for how in _HOW)
        rows.append(f"| {name} | {means} | {_signed(scores[who, 'tuned'] - scores[who, 'default'])} |")
    tuned = scores["auc", "tuned"]
    rows += [
        "",
        f"Tuned {about['loss']} less cross-entropy at its default: {_signed(tuned - scores['ce', 'default'])}; "
        f"less tuned cross-entropy: {_signed(tuned - scores['ce', 'tuned'])}. "
        f"Trials that failed: {sum(r[who]['failed'] for r in records for who in ('auc', 'ce'))}.",
        "",
    ]
    return rows


_HOW = ("default", "tuned")


def _signed(differences: Any) -> str:
    mean, low, high = interval(differences)
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
