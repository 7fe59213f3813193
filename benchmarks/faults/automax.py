"""Kills searches of AutoMAX, like `benchmarks.faults.kills`, with trainings in place of calls."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from automax import AutoMAX, AutoMAXConfigration
from automax.core.keys import key, natives
from benchmarks.faults.kills import Cell, Counts, N, Trial
from benchmarks.faults.notes import Notes
from benchmarks.faults.searches import QUICK, recorded

AUTOMAX = [
    Cell("script", "AutoMAX"),
    Cell("script", "AutoMAX, workers=2", {"workers": 2}, running=2),
    Cell("trial", "AutoMAX"),
]
#: the files of a trainer of models in the folder of a trial
_MODEL = ("best.pt", "best.json", "predictions.npz")
#: entries that depend on the clock or the folder, and the texts of a failure, which differ after a kill
_OUTSIDE = ("began", "seconds", "directory", "message", "traceback")
_LABELS = np.arange(40).reshape(-1, 1) % 2


class Gap:
    """The metric: the distance between the scores of the two classes."""

    def __contains__(self, name: str) -> bool:
        return name == "gap"

    def __iter__(self) -> Any:
        return iter(["gap"])

    def __call__(self, labels: Any, scores: Any) -> dict[str, float]:
        return {"gap": float(scores[labels == 1].mean() - scores[labels == 0].mean())}


@dataclass
class Trainer:
    """Makes trainings of some milliseconds, which write a note when they begin.

    Attributes
    ----------
    folder : pathlib.Path
        The folder of the trials' folders.
    notes, processes : Notes or None
        The notes of the trainings, and of their processes.
    failing : set of str
        The trials that raise an exception.
    """

    folder: Path
    notes: Notes | None = None
    processes: Notes | None = None
    failing: frozenset[str] = frozenset()
    metrics: Gap = field(default_factory=Gap)

    def __post_init__(self) -> None:
        self.cs = ConfigurationSpace()
        kind = Categorical("kind", ["p", "q"], default="p")
        layers = Integer("layers", (1, 8), default=4)
        self.cs.add(Float("lr", (0.001, 1.0), default=0.01, log=True), kind, layers)
        self.cs.add(EqualsCondition(layers, kind, "p"))

    def __call__(self, space: Mapping[str, Any]) -> Training:
        """Return a training, and note it."""
        training = Training(self, natives(space))
        if self.notes is not None and self.processes is not None:
            self.processes.write(os.getpid(), os.getppid())
            self.notes.write(training.key)
        return training


class Training:
    """Scores a configuration by a formula with some noise from its seed, and writes the files of a model."""

    def __init__(self, trainer: Trainer, values: dict[str, Any]) -> None:
        self.trainer, self.values = trainer, values
        self.key = key(values, 0, None)
        self.args = SimpleNamespace(output_path=str(trainer.folder), experiment_name="experiment")
        self.state = SimpleNamespace(train_summary={})

    def train(self) -> None:
        """Write the files, with pauses in which a kill may happen."""
        if self.key in self.trainer.failing:
            raise RuntimeError("as the killed one")
        gap = 0.5 - abs(np.log10(self.values["lr"]) + 1) / 5 - (self.values["kind"] == "q") / 10
        scores = 0.5 + (_LABELS - 0.5) * gap + np.random.uniform(-0.1, 0.1, _LABELS.shape)
        here = Path(self.args.output_path, self.args.experiment_name)
        for name in _MODEL[:2]:
            (here / name).write_text(json.dumps(self.key))
            if self.trainer.notes is not None:
                time.sleep(int(self.key[:4], 16) % 100 / 5000)
        np.savez(here / _MODEL[2], val_labels=_LABELS, val_scores=scores)
        self.state.train_summary = {"val": Gap()(_LABELS, scores)["gap"], "scores": scores[:3, 0]}


class AutoMAXTrial(Trial):
    """A kill of a search of AutoMAX, the resumption and the checks; see `Trial`.

    The summary of a trial counts as an evaluation. After the resumption ``search.json``, the summaries and the folder
    of the returned model must exist. The result is compared with the result of a search that was never killed: the log,
    the returned configuration, its score and its files. If the process of a trial was killed, the same trial raises an
    exception in the other search.
    """

    def __init__(self, folder: Path, *arguments: Any) -> None:
        super().__init__(folder, *arguments)
        self.wd = self.folder / "wd" / "search"

    def _moment(self) -> tuple[int, float]:
        """Choose the moment; one kill in four happens at the end, when the best models are combined."""
        return (N, self.chance.uniform(0, 0.3)) if self.chance.random() < 0.25 else super()._moment()

    def _recorded(self) -> list[dict[str, Any]]:
        found = map(_json_of, sorted(self.wd.glob("trials/*/summary.json")))
        return [each for each in found if each is not None]

    def _call_of(self, evaluation: dict[str, Any]) -> str:
        return str(evaluation["key"])

    def _search_here(self, name: str, more: dict[str, Any]) -> None:
        folder = more.get("folder", self.wd.parent)
        failing = frozenset(more.get("failing", ()))
        notes, processes = (None, None) if more.get("undisturbed") else (self.notes, self.processes)
        trainer = Trainer(folder, notes, processes, failing)
        config = AutoMAXConfigration(
            n_trials=N, SEED=1, output_directory=str(folder), name="search", overwrite=False, **self.cell.keywords
        )
        tuner = AutoMAX(trainer, config, "gap")
        # so that the proposals do not depend on the order in which trials end
        tuner.smac_options.update(QUICK | {"workers-order": "begun"})
        with (self.folder / "stdout").open("a") as stdout, contextlib.redirect_stdout(stdout):
            best = tuner.optimize()
        log = [{k: v for k, v in trial.items() if k not in _OUTSIDE} for trial in tuner.log]
        returned = [
            json.loads((folder / "experiment_best" / file).read_text()) for file in ("best.json", "ensemble.json")
        ]
        (self.folder / name).write_text(json.dumps([natives(best), tuner.best_score, log, returned]))

    def _replay(self) -> str:
        failing = [each["key"] for each in self._recorded() if each["status"] == "failed"]
        return self._search("undisturbed", folder=self.folder / "undisturbed_wd", failing=failing, undisturbed=True)

    def _look(self, complete: bool) -> Counts:
        counts = super()._look(complete)
        for problem in unreadable(self.wd, complete):
            self.complaints.append(problem)
            counts.unparsable += 1
        if complete:
            summaries = {each["key"] for each in self._recorded()}
            counts.lost += sum(key(each["configuration"], 0, None) not in summaries for each in recorded(self.wd))
        return counts


def unreadable(wd: Path, complete: bool) -> list[str]:
    """Return the errors in the files that AutoMAX writes in addition to the files of every search.

    Parameters
    ----------
    wd : pathlib.Path
    complete : bool
        Whether all files must exist, and no others. If not, the search was killed, and files may be missing.
    """
    best = wd.parent / "experiment_best"
    must = [wd / "search.json", best / "trial.json", best / "ensemble.json"] if complete else []
    problems = [f"{path}: missing" for path in must if not path.exists()]
    for path in [*wd.glob("search.json"), *wd.glob("trials/*/summary.json")]:
        if _json_of(path) is None:
            problems.append(f"{path}: not a JSON object")
    if best.exists():
        problems += _incomplete(best)
    if complete:
        own = [path for path in wd.rglob("*") if path.suffix[1:].isdigit()]
        problems += [f"{path}: left over" for path in [*own, *best.parent.glob("experiment_best-*")]]
    return problems


def _incomplete(best: Path) -> list[str]:
    """Return the errors in the folder of the returned model: each model must be the model of the named trial."""
    try:
        members = json.loads((best / "trial.json").read_text()).get("members", [])
        folders = {best: json.loads((best / "trial.json").read_text())["key"]}
        folders |= {best / "members" / str(number): member for number, member in enumerate(members[1:], 2)}
        if members:
            json.loads((best / "ensemble.json").read_text())
        found = []
        for folder, name in folders.items():
            with np.load(folder / "predictions.npz") as arrays:
                whole = {"val_labels", "val_scores"} <= dict(arrays).keys()
            if not whole or any(json.loads((folder / file).read_text()) != name for file in _MODEL[:2]):
                found.append(f"{folder}: not the model of {name}")
        return found
    except (OSError, ValueError, KeyError, EOFError) as error:
        return [f"{best}: {type(error).__name__}: {error}"]


def _json_of(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in a file, or None if the file holds something else."""
    with contextlib.suppress(ValueError):
        found = json.loads(path.read_text())
        return found if isinstance(found, dict) else None
    return None
