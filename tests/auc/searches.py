"""Trainers for the tests of the search, without torch."""

import os
import random
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from ConfigSpace import Categorical, Float

from automax import AutoMAX, AutoMAXConfigration, autopartial


class Fit:
    """Scores a configuration by a formula, and writes a file as a checkpoint."""

    def __init__(self, folder, x, pair=(1, 2), broken=0, pause=0.0):
        self.x, self.pair, self.broken, self.pause = x, pair, broken, pause
        self.args = SimpleNamespace(output_path=str(folder), experiment_name="experiment")
        self.state = SimpleNamespace(train_summary={})
        self.draws = [random.random(), np.random.uniform()]

    def train(self):
        here = Path(self.args.output_path, self.args.experiment_name)
        assert list(here.iterdir()) == []  # no files of another trial
        (here / "checkpoint").write_text(repr(self.x))
        with open(Path(self.args.output_path, "trained"), "a") as file:
            file.write(f"{self.x!r}\n")
        time.sleep(self.pause)
        if self.broken == 1:
            raise ValueError("this one is broken")
        if self.broken == 2:
            os._exit(3)
        noise = 0.001 * np.random.uniform()
        value = float("nan") if self.broken == 3 else 1 - (self.x - 0.3) ** 2 + noise
        self.state.train_summary = {"val": value, "test": 0.5, "draws": [*self.draws, noise]}


def trainer(folder, **more):
    return autopartial(
        Fit,
        folder,
        x=Float("x", (0.0, 1.0), default=0.9),
        pair=Categorical("pair", [(1, 2), (3, 4)], default=(3, 4)),
        **more,
    )


def broken(kinds, default):
    return Categorical("broken", kinds, default=default)


def search(folder, n_trials=6, make=trainer, overwrite=False, target="AUROC", **settings):
    more = settings.pop("more", {})
    config = AutoMAXConfigration(
        name="search", output_directory=str(folder), n_trials=n_trials, overwrite=overwrite, **settings
    )
    return AutoMAX(make(folder, **more), config, target)


def trained(folder):
    """Return the number of trainings."""
    return len((Path(folder) / "trained").read_text().splitlines())


def outcome(log):
    """Return the entries of a log that must not depend on interruptions of the search."""
    return [(t["space"], t["val"], t.get("draws"), t["status"]) for t in log]


__all__ = ["Fit", "broken", "outcome", "search", "trained", "trainer"]
