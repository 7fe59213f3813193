import json
import math
import pickle
import re
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ConfigSpace import Categorical, Configuration, ConfigurationSpace, EqualsCondition, Float

import automax
from automax import AutoMAX, AutoMAXConfigration, autopartial
from pysmac_compat import SMAC_optimizer

from .searches import broken, outcome, search, trained

pytestmark = pytest.mark.slow


def test_a_search(tmp_path, capfd):
    tuner = search(tmp_path, 12)
    best = tuner.optimize()
    assert isinstance(tuner, SMAC_optimizer)
    assert isinstance(best, Configuration)
    assert tuner.log[0]["space"] == {"pair": (3, 4), "x": 0.9}  # the default comes first
    assert len(tuner.log) == 12
    assert dict(best) == max(tuner.log, key=lambda t: t["val"])["space"]
    assert tuner.best_score == max(t["val"] for t in tuner.log) > 0.98
    assert {t["status"] for t in tuner.log} == {"finished"}
    printed = capfd.readouterr().out
    assert re.search(r"^trial 1/12: val AUROC 0\.6\d+ \(best", printed, re.MULTILINE)
    assert "Trial   Val AUROC   Test AUROC" in printed
    assert re.search(rf"^12 +{tuner.log[11]['val']:.6f} +0\.500000$", printed, re.MULTILINE)


def test_the_best_checkpoint_is_kept(tmp_path):
    tuner = search(tmp_path, 8)
    best = tuner.optimize()
    kept = tmp_path / "experiment_best"
    assert (kept / "checkpoint").read_text() == repr(best["x"])
    assert json.loads((kept / "trial.json").read_text())["val"] == tuner.best_score
    assert len(list((tmp_path / "experiment").iterdir())) == 8


def test_equal_seeds_equal_scores_and_each_trial_has_its_own(tmp_path):
    logs = []
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        tuner = search(tmp_path / name, SEED=seed)
        tuner.optimize()
        logs.append(outcome(tuner.log))
    assert logs[0] == logs[1] != logs[2]
    assert logs[0][0][0] == logs[2][0][0]  # the default
    assert [trial[0] for trial in logs[0]] != [trial[0] for trial in logs[2]]
    assert len({tuple(draws) for _, _, draws, _ in logs[0]}) == 6


def test_what_a_trainer_seeds_when_it_is_made_does_not_make_trials_alike(tmp_path):
    """LibAUC's samplers set numpy's seed to a fixed value, for example."""

    def make(x):
        np.random.seed(7)
        run = SimpleNamespace(state=SimpleNamespace())
        run.train = lambda: setattr(run.state, "train_summary", {"val": np.random.uniform()})
        return run

    tuner = search(tmp_path, 3, make=lambda folder: autopartial(make, x=Float("x", (0.0, 1.0))))
    tuner.optimize()
    assert len({t["val"] for t in tuner.log}) == 3


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_a_trial_that_fails_costs_only_itself(kind, tmp_path, capfd):
    tuner = search(tmp_path, 8, more={"broken": broken([0, kind], kind)})
    best = tuner.optimize()
    assert tuner.log[0]["status"] == "failed"  # it is the first
    assert best["broken"] == 0
    assert tuner.log[0]["message"]
    assert all(math.isfinite(t["val"]) for t in tuner.log)
    good = [t["val"] for t in tuner.log if t["status"] == "finished"]
    assert all(t["val"] < min(good) for t in tuner.log if t["status"] == "failed")
    assert tuner.best_score == max(good)
    assert re.search(r"^1 +failed$", capfd.readouterr().out, re.MULTILINE)


@pytest.mark.filterwarnings("ignore:all 2 evaluations failed")
def test_all_trials_fail(tmp_path):
    tuner = search(tmp_path, 2, more={"broken": 1})
    assert dict(tuner.optimize()) == {"pair": (3, 4), "x": 0.9}
    assert tuner.best_score == float("-inf")
    assert "this one is broken" in tuner.log[0]["message"]


@pytest.mark.slow
def test_a_trial_over_its_time_is_stopped(tmp_path):
    def slow(x):
        def train():
            start = time.process_time()
            while x > 0.7 and time.process_time() - start < 30:
                pass
            run.state.train_summary = {"val": x}

        run = SimpleNamespace(train=train, state=SimpleNamespace())
        return run

    config = AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=5, trial_time_limit=0.5)
    tuner = AutoMAX(autopartial(slow, x=Float("x", (0.0, 1.0), default=0.9)), config, "score")
    assert tuner.optimize()["x"] <= 0.7
    assert "limit of 0.5 s" in next(t for t in tuner.log if t["status"] == "failed")["message"]


def test_workers(tmp_path):
    tuner = search(tmp_path, 6, workers=2, more={"pause": 0.05})
    tuner.optimize()
    assert len(tuner.log) == trained(tmp_path) == 6


def test_noisy_trainings_are_repeated_with_other_seeds(tmp_path):
    tuner = search(tmp_path, 24, deterministic=False)
    tuner.optimize()
    spaces = [str(t["space"]) for t in tuner.log]
    most = max(spaces, key=spaces.count)
    repeated = [t for t in tuner.log if str(t["space"]) == most]
    assert len({t["seed"] for t in repeated}) == len(repeated) >= 2
    assert len({t["val"] for t in repeated}) == len(repeated)


class Folds:
    """Three folds, of which the third is hard."""

    cs = ConfigurationSpace({"x": (0.0, 1.0)})
    n_instances = 3

    def __call__(self, space, instance):
        run = SimpleNamespace(state=SimpleNamespace())
        run.train = lambda: setattr(
            run.state, "train_summary", {"val": 1 - (space["x"] - 0.3) ** 2 - 0.1 * (instance == 2)}
        )
        return run


def test_folds_are_raced(tmp_path, capfd):
    tuner = AutoMAX(Folds(), AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=25), "AUROC")
    best = tuner.optimize()
    per_configuration = {}
    for trial in tuner.log:
        per_configuration.setdefault(trial["space"]["x"], []).append(trial["instance"])
    assert sorted(per_configuration[best["x"]]) == [0, 1, 2]
    assert min(map(len, per_configuration.values())) == 1  # dropped after one fold
    values = [t["val"] for t in tuner.log if t["space"]["x"] == best["x"]]
    assert tuner.best_score == pytest.approx(sum(values) / 3)
    assert "Fold" in capfd.readouterr().out


def test_conditional_spaces(tmp_path):
    space = ConfigurationSpace()
    kind, slope = Categorical("kind", ["a", "b"], default="a"), Float("slope", (0.0, 1.0), default=0.2)
    space.add(kind, slope, EqualsCondition(slope, kind, "b"))

    def make(kind, slope=None):
        run = SimpleNamespace(state=SimpleNamespace())
        run.train = lambda: setattr(run.state, "train_summary", {"val": 0.1 if slope is None else slope})
        return run

    part = autopartial(make)
    part.cs = space
    part.kwds = {"kind": kind, "slope": slope}
    tuner = AutoMAX(part, AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=10), "score")
    assert tuner.optimize()["kind"] == "b"
    assert {tuple(sorted(t["space"])) for t in tuner.log} == {("kind",), ("kind", "slope")}


def test_train_by_hand(tmp_path):
    tuner = search(tmp_path)
    space = tuner.configspace.get_default_configuration()
    cost = tuner.train(space)
    assert cost == -tuner.log[0]["val"] == -tuner.best_score
    assert tuner.train(space) == cost
    assert trained(tmp_path) == 1
    assert tuner.train(space, seed=1) != cost
    assert (tmp_path / "experiment_best" / "checkpoint").exists()


def test_train_by_hand_fails(tmp_path):
    tuner = search(tmp_path, more={"broken": 3})
    assert tuner.train(tuner.configspace.get_default_configuration()) == 1.0
    assert "validation score is nan" in tuner.log[0]["message"]


def test_state_is_pickled_for_others_and_never_read(tmp_path):
    tuner = search(tmp_path, 3)
    tuner.optimize()
    state = tmp_path / "search" / "state.pkl"
    assert pickle.loads(state.read_bytes()) == tuner.log
    state.write_bytes(b"no pickle")
    assert search(tmp_path, 3).log == tuner.log


def test_smac_is_the_facade(tmp_path):
    tuner = search(tmp_path, 5)
    best = tuner.optimize()
    assert tuner.smac.runhistory.finished == 5
    assert dict(tuner.smac.intensifier.get_incumbent()) == dict(best)
    assert list((tmp_path / "search" / "smac3").rglob("runhistory.json"))


def test_minimize_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"use optimize\(\)"):
        search(tmp_path).minimize(abs, 3, {"x": ("real", [0, 1], 0)})


def test_cuda_in_use_is_said_at_once(tmp_path, monkeypatch):
    import sys

    torch = SimpleNamespace(cuda=SimpleNamespace(is_initialized=lambda: True))
    monkeypatch.setitem(sys.modules, "torch", torch)
    with pytest.raises(RuntimeError, match="start the search before"):
        search(tmp_path).optimize()
    assert not Path(tmp_path, "search").exists()


def test_the_documented_import():
    assert automax.AutoMAX is AutoMAX


@pytest.mark.parametrize("kind", [1, 2])
def test_progress_tells_what_has_failed_and_what_is_left(kind, tmp_path, capfd):
    search(tmp_path, 4, more={"broken": broken([0, kind], kind)}).optimize()
    lines = [line for line in capfd.readouterr().out.splitlines() if line.startswith("trial ")]
    assert [line.split(":")[0] for line in lines] == [f"trial {i}/4" for i in (1, 2, 3, 4)]
    why = r"this one is broken \(searches.py, line \d+, in train\)" if kind == 1 else "exit code 3"
    assert re.search(rf"failed: .*{why}, about .* left; broken={kind}, ", lines[0])
    assert "about 0 s left" in lines[3]
    search(tmp_path, 4, more={"broken": broken([0, kind], kind)}).optimize()
    assert "trial 1/4" not in capfd.readouterr().out  # trials of an earlier search print no line


@pytest.mark.filterwarnings("ignore:the only evaluation failed")
def test_a_trial_that_the_total_time_cuts_short_is_trained_when_the_search_goes_on(tmp_path):
    first = search(tmp_path, 2, total_time_limit=1.0, more={"pause": 3.0})
    first.optimize()
    assert first.log == []
    second = search(tmp_path, 2)
    second.optimize()
    assert [t["status"] for t in second.log] == ["finished"] * 2


def test_refit_needs_a_search_and_a_trainer_that_can(tmp_path):
    tuner = search(tmp_path, 2)
    with pytest.raises(ValueError, match=r"call optimize\(\) first"):
        tuner.refit()
    tuner.optimize()
    with pytest.raises(ValueError, match="needs a trainer with a method refit"):
        tuner.refit()
    tuner.trainer.refit = lambda space, epochs: None
    with pytest.raises(ValueError, match="reported an epoch"):
        tuner.refit()


def refittable(score):
    class Fitted:
        def train(self):
            self.state = SimpleNamespace(train_summary={"val": score(self.space), "epoch": 2})

    def make(space):
        made = Fitted()
        made.space = space
        return made

    make.cs = ConfigurationSpace({"x": (0.0, 1.0)})
    make.metrics = ("AUROC",)
    make.refit = lambda space, epochs: make(space)
    return make


def test_refit_of_a_trainer_without_files(tmp_path):
    config = AutoMAXConfigration(name="s", output_directory=tmp_path, n_trials=3)
    tuner = AutoMAX(refittable(lambda space: space["x"]), config, "AUROC")
    best = tuner.optimize()
    summary = tuner.refit()
    assert summary == {"val": best["x"], "epoch": 2, "epochs": 2, "space": dict(best)}
    assert tuner.refit() == summary


def test_refits_of_two_searches_are_not_taken_for_each_other(tmp_path):
    def with_files(trainer):
        def refit(space, epochs):
            fitted = trainer(space)
            fitted.args = SimpleNamespace(output_path=str(tmp_path / "shared"), experiment_name="e")
            return fitted

        trainer.refit = refit
        return trainer

    tuners = []
    for name in "ab":
        config = AutoMAXConfigration(name=name, output_directory=tmp_path / name, n_trials=2)
        tuners.append(AutoMAX(with_files(refittable(lambda space: space["x"])), config, "AUROC"))
        tuners[-1].optimize()
        tuners[-1].refit()
    kept = tmp_path / "shared" / "e_refit" / "trial.json"
    assert json.loads(kept.read_text())["search"].startswith(str(tmp_path / "b"))
    tuners[0].refit()  # the files now belong to the other search, so it trains again
    assert json.loads(kept.read_text())["search"].startswith(str(tmp_path / "a"))
