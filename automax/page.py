"""The page about a search for the browser: the page that any result can write, plus the models' scores and curves."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automax.core.best import beside, leading, mark_of
from automax.core.keys import key
from automax.report import interval, scores
from automax.selection.ensemble import ABOUT, predictions
from automax.selection.folder import is_of
from pysmac_compat.errors import ArgumentError
from pysmac_compat.report import Panel, Part, assignments, curves

if TYPE_CHECKING:
    from automax.core.automax import AutoMAX
    from automax.core.record import TrialRecord
    from pysmac_compat.results import Result

_MOST_CURVES = 7
_TEXT = (
    "In brackets: 95 % bootstrap intervals over the rows, which do not include the variation between trainings. "
    "The best trials are chosen by val, so their scores on val are too optimistic. Below, an evaluation is a trial, "
    "and SAT means that the trial has finished."
)


@dataclass(frozen=True)
class Side:
    """A model, or a configuration with several trainings, that the page compares with others.

    Attributes
    ----------
    name, trials : str
        The name of the row, and the ``number`` of each trial, joined by commas.
    scores : dict
        The scores on each split; see `automax.report.scores`.
    saved : list of dict
        The predictions of each training; a training without readable predictions is left out.
    configuration : dict or None
    """

    name: str
    trials: str
    scores: dict[str, dict[str, Any]]
    saved: list[dict[str, Any]] = field(default_factory=list)
    configuration: Mapping[str, Any] | None = None

    def cell(self, split: str) -> str:
        """Return the score on a split as text."""
        found = self.scores.get(split)
        if found is None:
            return ""
        for name, form in (("interval", " [{:.4f}, {:.4f}]"), ("range", ", the mean of {:.4f} to {:.4f}")):
            if name in found:
                return f"{found['score']:.4f}" + form.format(*found[name])
        return f"{found['score']:.4f}"


def check_page(path: str | os.PathLike[str]) -> None:
    """Check, before a search, that its page can be written after the search.

    Raises
    ------
    ImportError, ArgumentError
        If a package is missing, or if the path is not a file in a folder that exists.
    """
    for package, extra in (("jinja2", "report"), ("matplotlib", "plot")):
        if importlib.util.find_spec(package) is None:
            raise ImportError(f"the page of a search needs {package}: pip install 'pysmac-compat[{extra}]'")
    if os.path.isdir(path) or not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise ArgumentError(
            f"the page of a search must be a file in a folder that exists, got {os.fspath(path)!r:.200}"
        )


def page(tuner: AutoMAX, record: TrialRecord, result: Result, path: str | os.PathLike[str] | None) -> str | None:
    """Write the page, or return its text if ``path`` is None; see `AutoMAX.report`."""
    compared = sides(tuner, record)
    parts = [_table(compared, tuner.target), *_pictures(compared)] if compared else []
    return result.report(path, title=f"{tuner.config.name}: {tuner.target}", parts=parts, script=_script(tuner))


def _script(tuner: AutoMAX) -> str:
    """Return a script that repeats the search."""
    config = tuner.config
    given = [
        f"{each.name}={value!r}" for each in fields(config) if (value := getattr(config, each.name)) != each.default
    ]
    return (
        "from automax import AutoMAX, AutoMAXConfigration\n\n"
        f"config = AutoMAXConfigration({', '.join(given)})\n"
        f"AutoMAX(trainer, config, {tuner.target!r}).optimize()\n\n"
        "# replace trainer by your own trainer\n"
        "# if the search was started from a file, a dict of settings or a table, start it in that way again"
    )


def sides(tuner: AutoMAX, record: TrialRecord) -> list[Side]:
    """Return the models to compare: those of the default configuration and of the best trial, and the ensemble.

    If there are several losses, the default configuration and the best trial of each loss follow.
    """
    metrics = getattr(tuner.trainer, "metrics", None)
    groups: dict[str, list[dict[str, Any]]] = {}
    for trial in tuner.log:
        if trial["status"] == "finished" and not trial.get("by_hand"):
            groups.setdefault(key(trial["space"], 0, None), []).append(trial)

    def side(name: str, trials: Sequence[Mapping[str, Any]]) -> list[Side]:
        if not trials:
            return []
        saved = [found for t in trials if "directory" in t and (found := predictions(Path(t["directory"])))]
        numbers = ", ".join(str(t["number"]) for t in trials)
        return [Side(name, numbers, scores(trials, tuner.target, metrics), saved, trials[0]["space"])]

    def of(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
        return groups.get(key(dict(configuration), 0, None), [])

    best = leading(record)
    if not best:
        return []
    returned = _returned(best, record, tuner.target, metrics)
    found = side("default", of(tuner.configspace.get_default_configuration()))
    found += side("best trial" if returned else "best trial, which is returned", best) + returned
    for first in getattr(tuner.trainer, "first", ()) if "loss" in tuner.configspace else ():
        loss = first.get("loss")
        same = [group for group in groups.values() if group[0]["space"].get("loss") == loss]
        most = max((len(group) for group in same), default=0)
        same = [group for group in same if len(group) == most]
        found += side(f"{loss}: default", of(first))
        found += side(f"{loss}: best trial", max(same, key=lambda g: sum(t["val"] for t in g), default=[]))
    return found


def _returned(best: Sequence[Mapping[str, Any]], record: TrialRecord, target: str, metrics: Any) -> list[Side]:
    """Return the ensemble as a list with one entry, or an empty list if the search returned no ensemble."""
    if "directory" not in best[0]:
        return []
    kept = beside(Path(best[0]["directory"]), "best")
    saved = predictions(kept)
    if saved is None or not (kept / ABOUT).is_file() or not is_of(kept, mark_of(record) | {"key": best[0]["key"]}):
        return []
    numbers = [str(each["trial"]) for each in json.loads((kept / ABOUT).read_text())["members"]]
    found = {}
    for split in [name.removesuffix("_scores") for name in saved if name.endswith("_scores")]:
        score = float(metrics(saved[f"{split}_labels"], saved[f"{split}_scores"])[target])
        found[split] = {"score": score, "interval": interval(str(kept), split, target, metrics)}
    return [Side("returned: the mean of the best models", ", ".join(numbers), found, [saved])]


def _table(compared: Sequence[Side], target: str) -> Part:
    splits = list(dict.fromkeys(split for side in compared for split in side.scores))
    rows = [
        [
            side.name,
            side.trials,
            *(side.cell(split) for split in splits),
            "" if side.configuration is None else assignments(side.configuration),
        ]
        for side in compared
    ]
    head = ["", "trial", *(f"{split} {target}" for split in splits), "configuration"]
    return Part("What the search has found", _TEXT, head, rows)


def _pictures(compared: Sequence[Side]) -> list[Part]:
    """Return the part with ROC and precision-recall curves, in a list that is empty if there are no predictions."""
    lines, split = _lines(compared)
    if not lines:
        return []
    from sklearn.metrics import precision_recall_curve, roc_curve

    roc, recall = [], []
    for name, labels, values in lines:
        roc.append((name, *roc_curve(labels, values)[:2]))
        recall.append((name, *precision_recall_curve(labels, values)[1::-1]))
    share = float(np.mean(lines[0][1]))
    panels = [
        Panel("ROC curve", "false positive rate", "true positive rate", roc, [(0, 0), (1, 1)]),
        Panel("precision-recall curve", "recall", "precision", recall, [(0, share), (1, share)]),
    ]
    names = ", ".join(name for name, _, _ in lines)
    text = f"On {split}: {len(lines[0][1]):,} rows, {lines[0][1].sum():,.0f} of them positive. Grey is chance."
    if any(np.mean(labels) != share for _, labels, _ in lines):
        text = f"On {split}; grey is chance, for the first of them."
    return [
        Part("Curves", text, figure=curves(panels), shows=f"ROC and precision-recall curves on {split} of: {names}")
    ]


def _lines(compared: Sequence[Side]) -> tuple[list[tuple[str, Any, Any]], str]:
    """Return the name, labels and scores of each curve, and the split: test if all models have predictions for it.

    There is one curve for each compared model. But if there are several labels, or if a configuration has several
    trainings, only the returned models have curves: one for each label and training.
    """
    kept = [side for side in compared if side.saved]
    if not kept:
        return [], ""
    split = next((each for each in ("test", "val") if all(f"{each}_scores" in s for k in kept for s in k.saved)), "")
    if not split:
        return [], ""
    found: list[tuple[str, Any, Any]] = []
    if max(_width(saved, split) * len(side.saved) for side in kept for saved in side.saved) == 1:
        parts = [(side.name, side.saved[0], 0) for side in kept]
    else:
        last = [side for side in kept if not side.name.endswith(("default", ": best trial"))][-1:] or kept[-1:]
        several = len(last[0].saved) > 1
        parts = [
            (", ".join([*[f"training {i}"] * several, *[f"label {j}"] * (_width(saved, split) > 1)]), saved, j)
            for i, saved in enumerate(last[0].saved)
            for j in range(_width(saved, split))
        ]
    for name, saved, column in parts:
        labels, values = (
            saved[f"{split}_{what}"].reshape(len(saved[f"{split}_{what}"]), -1) for what in ("labels", "scores")
        )
        line = name, labels[:, column] == 1, values[:, column]
        known = any(np.array_equal(line[2], other[2]) for other in found)  # another curve shows the same model
        if 0 < line[1].mean() < 1 and not known:
            found.append(line)
    return found[:_MOST_CURVES], split


def _width(saved: Mapping[str, Any], split: str) -> int:
    """Return the number of labels."""
    shape = saved[f"{split}_scores"].shape
    return int(shape[1]) if len(shape) > 1 else 1
