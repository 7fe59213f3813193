"""The page of a search, and the files that remain with keep='best'."""

import json
import re
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ConfigSpace import Float

from automax import AutoMAX, AutoMAXConfigration, autopartial
from automax.commands import parser
from automax.page import Side, _lines, _pictures, _script, check_page
from automax.report import scores
from pysmac_compat import ArgumentError

from ..report.small import handmade
from .searches import search as plain_search
from .test_selection import LABELS, rows, search


def cells(text):
    """Return the rows of the table of models by their names."""
    table = re.search(r'<table class="part">.*?</table>', text, re.S)[0]
    lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table)
    return {name: re.findall("<td>(.*?)</td>", rest) for name, rest in lines}


def predictions(seed, labels=LABELS):
    values = rows(seed, 1.5, labels)
    return {"val_labels": labels, "val_scores": values, "test_labels": labels, "test_scores": values}


def side(name, *saved):
    return Side(name, "1", {}, list(saved))


def test_a_curve_for_each_model_but_once():
    lines, split = _lines(
        [side("default", predictions(0)), side("best", predictions(1)), side("again", predictions(1))]
    )
    assert [name for name, *_ in lines] == ["default", "best"]
    assert split == "test"
    assert lines[0][1].sum() == 12


def test_without_a_test_split_the_curves_are_those_of_val():
    saved = {name: values for name, values in predictions(0).items() if name.startswith("val")}
    part = _pictures([side("best", saved)])[0]
    assert part.text == "On val: 60 rows, 12 of them positive. Grey is chance."
    roc, recall = part.figure.get_axes()
    assert roc.lines[0].get_xydata()[-1].tolist() == [1, 1]
    assert recall.lines[0].get_ydata()[0] == pytest.approx(12 / 60)  # all rows are called positive
    assert _pictures([side("best")]) == []


def test_of_several_labels_or_trainings_each_has_a_curve():
    both = np.hstack([LABELS, LABELS[::-1]])
    lines, _ = _lines([side("default", predictions(0, both)), side("best trial", predictions(1, both))])
    assert [name for name, *_ in lines] == ["label 0", "label 1"]
    assert np.array_equal(lines[1][2], predictions(1, both)["test_scores"][:, 1])
    lines, _ = _lines([side("default", predictions(0)), side("best trial", predictions(1), predictions(2))])
    assert [name for name, *_ in lines] == ["training 0", "training 1"]


def test_scores_of_any_trainer():
    assert scores([{"val": 0.5, "test": "none", "metrics": 3}], "AUROC", None) == {"val": {"score": 0.5}}
    several = [{"metrics": {"val": {"A": value}}} for value in (0.5, 1.0)]
    assert scores(several, "A", None) == {"val": {"score": 0.75, "range": (0.5, 1.0)}}


def test_a_file_that_cannot_be_written_is_refused(tmp_path):
    check_page(tmp_path / "page.html")
    for path in (tmp_path, tmp_path / "missing" / "page.html"):
        with pytest.raises(ArgumentError, match="must be a file in a folder that exists"):
            check_page(path)
    assert parser("automax", "").parse_args(["--recipe", "digits", "--report", "a.html"]).report == "a.html"


@pytest.mark.slow
def test_the_page_and_the_folders_of_a_search(tmp_path):
    tuner = search(tmp_path, 6, keep="best")
    with pytest.raises(ArgumentError, match=r"call optimize\(\) first"):
        tuner.report()
    tuner.optimize()
    text = search(tmp_path, 6, keep="best").report()  # of a search that has ended before
    found = cells(text)
    returned = json.loads((tmp_path / "experiment_best" / "ensemble.json").read_text())["members"]
    numbers = [each["trial"] for each in returned]
    assert len(numbers) == 2
    best = max(tuner.log, key=lambda trial: trial["val"])
    assert list(found) == ["default", "best trial", "returned: the mean of the best models"]
    assert found["default"][0] == "1"
    assert found["best trial"][0] == str(best["number"])
    assert found["best trial"][1].startswith(f"{best['val']:.4f} [")
    assert found["returned: the mean of the best models"][0] == ", ".join(map(str, numbers))
    assert text.count("data:image/png;base64,") == 1

    models = {trial["number"]: sorted(path.name for path in folder(trial).iterdir()) for trial in tuner.log}
    kept = ["best.json", "best.pt", "epoch_3.pt", "predictions.npz"]
    assert models == {n: kept if n in numbers else ["predictions.npz"] for n in range(1, 7)}
    assert (tmp_path / "experiment_best" / "members" / "2" / "best.pt").is_file()

    again = search(tmp_path, 7, keep="best")
    again.optimize()
    assert len((tmp_path / "trained").read_text().splitlines()) == 7
    assert [trial["val"] for trial in again.log[:6]] == [trial["val"] for trial in tuner.log]
    top = max(again.log, key=lambda trial: trial["val"])
    assert (folder(top) / "best.pt").read_text() == (tmp_path / "experiment_best" / "best.pt").read_text()


def folder(trial):
    return Path(trial["directory"])


def test_the_page_of_a_trainer_without_predictions(tmp_path):
    tuner = plain_search(tmp_path, 3, keep="best")
    tuner.optimize()
    tuner.report(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    assert list(cells(text)) == ["default", "best trial, which is returned"]
    assert "data:image/png" not in text
    best = max(tuner.log, key=lambda trial: trial["val"])
    assert [t["number"] for t in tuner.log if (folder(t) / "checkpoint").exists()] == [best["number"]]


def test_keep_best_needs_one_training_of_each_configuration(tmp_path):
    with pytest.raises(ArgumentError, match="keep='best' needs one training"):
        plain_search(tmp_path, keep="best", deterministic=False).optimize()
    with pytest.raises(ArgumentError, match="keep must be 'all' or 'best', got 'some'"):
        AutoMAXConfigration(keep="some")


class Sleeper:
    """Takes wall-clock time, but no CPU time."""

    def __init__(self, pause):
        self.pause = pause
        self.state = SimpleNamespace(train_summary={"val": 0.5})

    def train(self):
        time.sleep(self.pause)


@pytest.mark.parametrize("limits", [{"trial_wall_limit": 0.5}, {"trial_wall_limit": 0.5, "trial_time_limit": 0.4}])
def test_a_trial_that_sleeps_is_ended_on_the_clock(tmp_path, limits):
    trainer = autopartial(Sleeper, pause=Float("pause", (50.0, 60.0), default=60.0))
    config = AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=1, **limits)
    tuner = AutoMAX(trainer, config, "AUROC")
    tuner.optimize()
    assert [trial["status"] for trial in tuner.log] == ["failed"]
    assert tuner.log[0]["seconds"] < 30


def test_the_limit_on_the_clock_is_the_longer_one():
    with pytest.raises(ArgumentError, match="trial_wall_limit must be above trial_time_limit, got 5 and 5"):
        AutoMAXConfigration(trial_wall_limit=5, trial_time_limit=5)


def test_how_to_repeat_it_is_a_script_of_automax(tmp_path):
    config = AutoMAXConfigration(name="s", output_directory=str(tmp_path), SEED=3)
    script = _script(SimpleNamespace(config=config, target="AUPRC"))
    assert f"AutoMAXConfigration(SEED=3, name='s', output_directory={str(tmp_path)!r})" in script
    assert "AutoMAX(trainer, config, 'AUPRC').optimize()" in script
    compile(script, "script", "exec")


def test_the_script_stands_on_the_page():
    text = handmade().report(script="the script of AutoMAX")
    assert '<pre tabindex="0">the script of AutoMAX</pre>' in text
    assert "opt.minimize(" not in text
    assert "opt.minimize(" in handmade().report()
