"""Single trainings by `AutoMAX.train`, before, after and without a search."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from ConfigSpace import Configuration

from automax.core.record import TrialRecord
from automax.core.trial import new_trial

from .searches import broken, search, trained, trainer

pytestmark = pytest.mark.slow


def at(tuner, x):
    return Configuration(tuner.configspace, values={"x": x, "pair": (1, 2)})


def kept(folder):
    """Return the checkpoint in the folder of the best trial, and the score in its marker."""
    best = folder / "experiment_best"
    return (best / "checkpoint").read_text(), json.loads((best / "trial.json").read_text())["val"]


def test_each_seed_has_a_folder_of_its_own(tmp_path):
    tuner = search(tmp_path)
    for seed in (0, 1, 2):
        tuner.train(at(tuner, 0.1 * seed), seed)
        tuner.train(at(tuner, 0.5), seed)
    assert len({t["directory"] for t in tuner.log}) == 6
    for trial in tuner.log:
        folder = Path(trial["directory"])
        assert (folder / "checkpoint").read_text() == repr(trial["space"]["x"])
        assert not [path for path in folder.iterdir() if path.is_dir()]


def test_the_best_one_by_hand_counts_until_there_is_a_search(tmp_path):
    tuner = search(tmp_path)
    for x, seed in ((0.8, 0), (0.5, 0), (0.5, 1), (0.7, 1)):
        tuner.train(at(tuner, x), seed)
    assert tuner.best_score == max(t["val"] for t in tuner.log)
    assert kept(tmp_path) == ("0.5", tuner.best_score)
    again = search(tmp_path)
    assert again.best_score == tuner.best_score


@pytest.mark.parametrize("settings", [{}, {"deterministic": False}])
def test_after_a_search_the_best_is_what_it_has_returned(settings, tmp_path, capfd):
    tuner = search(tmp_path, 3, **settings)
    cost = tuner.train(at(tuner, 0.3), seed=1)  # the optimum
    found = tuner.optimize()
    mine = [t["val"] for t in tuner.log if t["space"] == dict(found)]
    assert dict(found) != dict(at(tuner, 0.3))
    assert tuner.best_score == pytest.approx(sum(mine) / len(mine))
    assert tuner.best_score < -cost
    (file, *_) = (tmp_path / "experiment_best").rglob("checkpoint")
    assert file.read_text() == repr(found["x"])
    value = -tuner.train(at(tuner, 0.9), seed=2)  # this score is not better
    assert value < tuner.best_score == pytest.approx(sum(mine) / len(mine))
    assert json.loads((tmp_path / "experiment_best" / "trial.json").read_text())["val"] == tuner.best_score
    assert [t["seed"] for t in tuner.log if t.get("by_hand")] == [1, 2]
    assert search(tmp_path, 3, **settings).best_score == tuner.best_score

    printed = capfd.readouterr().out
    assert re.findall(r"^trial (\S+):|^trial (by hand):", printed, re.MULTILINE) == [
        ("", "by hand"),
        *[(f"{i}/3", "") for i in (1, 2, 3)],
        ("", "by hand"),
    ]
    rows = [line.split()[0] for line in printed.splitlines() if re.match(r"[-\d] +[\d.]+", line)]
    assert rows == ["-", "1", "2", "3"]  # the table


def test_a_better_one_by_hand_takes_the_place_of_what_was_returned(tmp_path):
    tuner = search(tmp_path, 2)
    tuner.optimize()
    value = -tuner.train(at(tuner, 0.3), seed=1)
    assert kept(tmp_path) == ("0.3", value)
    assert tuner.best_score == search(tmp_path, 2).best_score == value
    tuner.train(at(tuner, 0.9), seed=1)
    assert (kept(tmp_path), tuner.best_score) == (("0.3", value), value)


def test_other_settings_can_be_assigned(tmp_path):
    tuner = search(tmp_path, 2)
    tuner.optimize()
    tuner.config = replace(tuner.config, n_trials=4)
    tuner.optimize()
    assert trained(tmp_path) == len(tuner.log) == 4
    tuner.config = replace(tuner.config, name="other", n_trials=1)
    tuner.optimize()
    assert len(tuner.log) == 1
    assert (tmp_path / "other" / "search.json").exists()
    with pytest.raises(ValueError, match="config must be an AutoMAXConfigration, got 3"):
        tuner.config = 3


def test_how_a_trial_failed_and_why_the_search_ended(tmp_path, capfd):
    tuner = search(tmp_path, 1, more={"broken": broken([1, 0], 1)})
    with pytest.warns(UserWarning, match="the only evaluation failed"):
        tuner.optimize()
    out, err = capfd.readouterr()
    assert re.search(r"^trial 1/1: failed: ValueError: this one is broken \(searches.py, line \d+, in train\)", out)
    assert out.endswith("the search has ended: n_trials reached\n")
    assert "Traceback" not in err
    assert "Traceback" in tuner.log[0]["traceback"]


def test_a_search_takes_up_what_was_trained_by_hand(tmp_path, capfd):
    tuner = search(tmp_path, 3)
    tuner.train(tuner.configspace.get_default_configuration())
    tuner.optimize()
    assert len(tuner.log) == trained(tmp_path) == 3
    assert not any("by_hand" in t for t in tuner.log)
    assert re.findall(r"^trial (\S+):", capfd.readouterr().out, re.MULTILINE) == ["1/3", "2/3", "3/3"]


def test_a_search_that_goes_on_after_trainings_by_hand(tmp_path):
    tuner = search(tmp_path, 3)
    tuner.optimize()
    tuner.train(at(tuner, 0.3), seed=1)
    more = search(tmp_path, 5)
    found = more.optimize()
    assert trained(tmp_path) == 6
    assert kept(tmp_path) == (repr(found["x"]), more.best_score)


def folds(folder):
    """Return a trainer with three folds, each with another noise."""
    part = trainer(folder)

    def make(space, instance):
        return part(space)

    make.cs, make.n_instances = part.cs, 3
    return make


def test_fewer_repeats_do_not_count_as_a_mean(tmp_path):
    """In an interrupted search, a configuration that was dropped after one lucky training is not the best."""
    tuner = search(tmp_path, 8, make=folds)
    tuner.optimize()
    record = TrialRecord(tmp_path / "search")
    record.write(new_trial({"x": 0.25, "pair": (1, 2)}, 0, 0, val=9.0, number=9))
    assert record.returned is None
    assert search(tmp_path, 8, make=folds).best_score < 1.1


def test_all_folds_are_trained_and_their_mean_is_given(tmp_path):
    tuner = search(tmp_path, 4, make=folds)
    default = tuner.configspace.get_default_configuration()
    cost = tuner.train(default)
    assert cost == pytest.approx(-sum(t["val"] for t in tuner.log) / 3)
    assert tuner.best_score == pytest.approx(-cost)
    assert sorted(p.parent.name for p in (tmp_path / "experiment_best").rglob("checkpoint")) == ["0", "1", "2"]
    assert [t["instance"] for t in tuner.log] == [0, 1, 2]
    assert tuner.train(default, 0, 2) == -tuner.log[2]["val"]
    assert tuner.train(default, 5, 2) != tuner.train(default, 0, 2)
    assert trained(tmp_path) == 4
    assert tuner.smac.runhistory.finished == 4
    tuner.optimize()
    assert tuner.smac.runhistory.finished == len(tuner.log)


@pytest.mark.parametrize("instance", [3, -1, "0"])
def test_a_fold_that_there_is_not(instance, tmp_path):
    tuner = search(tmp_path, make=folds)
    with pytest.raises(ValueError, match="the trainer, which has the instances 0 to 2, got "):
        tuner.train(tuner.configspace.get_default_configuration(), 0, instance)
    tuner = search(tmp_path)
    with pytest.raises(ValueError, match="the trainer, which has no instances, got "):
        tuner.train(tuner.configspace.get_default_configuration(), 0, instance)
    assert not (tmp_path / "search").exists()


def test_the_facade_knows_the_trials_that_came_after_it_was_looked_at(tmp_path):
    tuner = search(tmp_path, 3)
    assert tuner.smac.runhistory.finished == 0
    tuner.train(at(tuner, 0.9), seed=3)
    assert tuner.smac.runhistory.finished == 1
    tuner.optimize()
    assert tuner.smac.runhistory.finished == 4
    assert tuner.smac is tuner.smac


@pytest.mark.parametrize("make", [trainer, folds])
def test_the_facade_can_search_itself(make, tmp_path):
    tuner = search(tmp_path, 4, make=make)
    assert tuner.smac.optimize() in tuner.smac.runhistory.get_configs()
    assert len(tuner.log) == tuner.smac.runhistory.finished == 4
