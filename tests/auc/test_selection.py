"""The models that a search returns: the rules, on data, and the folder of an ensemble."""

import json
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ConfigSpace import Float

from automax import AutoMAX, AutoMAXConfigration, autopartial, load_predictions
from automax.libauc.metrics import Metrics
from automax.report import best_lines, noisy
from automax.selection import rules
from automax.selection.ensemble import assemble, members_of

METRICS = Metrics(["AUROC"])
LABELS = np.repeat([1.0, 0.0], [12, 48])[:, None]


def auroc(labels, scores):
    return METRICS(labels, scores)["AUROC"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rows(seed, signal, labels=LABELS):
    """Return the probabilities of a model; ``signal`` is the effect of the labels on its logits."""
    return sigmoid(signal * labels + np.random.RandomState(seed).normal(size=labels.shape))


def test_models_of_equal_worth_are_put_together():
    scores = [rows(seed, 1.5) for seed in range(8)]
    values = [auroc(LABELS, each) for each in scores]
    chosen = rules.members(values, LABELS, scores, auroc, 5)
    assert chosen == sorted(range(8), key=lambda i: -values[i])[:5]
    scales = [rules.scale(rules.logits(scores[i])) for i in chosen]
    together = rules.mean_of([rules.logits(scores[i]) for i in chosen], scales)
    assert auroc(LABELS, together) > max(values)


def test_what_is_clearly_worse_is_left_out():
    labels = np.repeat([1.0, 0.0], [500, 500])[:, None]
    scores = [rows(0, -0.1, labels), rows(1, 3.0, labels), rows(2, 0.0, labels), rows(3, 0.0, labels)]
    values = [auroc(labels, each) for each in scores]
    assert rules.members(values, labels, scores, auroc, 4) == [1]
    # with so few rows the difference is not clear
    few = np.r_[0:3, 500:503]
    assert len(rules.members(values, labels[few], [each[few] for each in scores], auroc, 4)) > 1


def test_of_equal_scores_the_earlier_one():
    scores = [rows(seed, 1.0) for seed in (0, 1, 1, 1)]
    assert rules.members([0.1, 0.9, 0.9, 0.9], LABELS, scores, auroc, 2) == [1, 2]


def test_the_mean_is_that_of_logits_on_one_scale():
    one, other = (rules.logits(rows(seed, 1.0)) for seed in (0, 1))
    scale = rules.scale(one)
    assert np.allclose(rules.mean_of([one], [scale]), one)
    together = rules.mean_of([one, other], [scale, rules.scale(other)])
    # a loss whose logits are ten times as large, and shifted, has no more weight
    stretched = 10 * other + 3
    again = rules.mean_of([one, stretched], [scale, rules.scale(stretched)])
    assert np.array_equal(np.argsort(again, axis=0), np.argsort(together, axis=0))
    assert rules.scale(again)[1] / rules.scale(together)[1] == pytest.approx(11 / 2, rel=0.1)


def test_each_label_has_its_scale_and_a_constant_model_does_no_harm():
    columns = np.hstack([rules.logits(rows(0, 1.0)), 5 * rules.logits(rows(1, 1.0))])
    mean, deviation = rules.scale(columns)
    assert mean.shape == (2,)
    assert deviation[1] > 3 * deviation[0]
    constant = np.zeros_like(columns)
    together = rules.mean_of([columns, constant], [rules.scale(columns), rules.scale(constant)])
    assert np.array_equal(np.argsort(together, axis=0), np.argsort(columns, axis=0))


def test_a_draw_has_the_classes_in_their_numbers():
    for drawn in rules.draws(LABELS, 3):
        assert LABELS[drawn].sum() == 12


@pytest.mark.parametrize(
    ("interval", "rarest", "said"),
    [
        ((0.90, 0.96), 500, "is uncertain: as its interval [0.9000, 0.9600] shows; "),
        ((0.95, 0.97), 500, ""),
        # the bootstrap interval has little or no width, but the rows are few
        ((1.0, 1.0), 11, "its interval [1.0000, 1.0000] is too narrow, because only 11 validation rows of the rarer"),
        ((0.9953, 0.9998), 36, "with other rows the score can be 0.042 lower"),
        ((0.9953, 0.9998), 38, ""),
        ((1.0, 1.0), 200, ""),
        ((0.2, 0.3), 1, "only 1 validation row of the rarer class decide it; with other rows the score can be 0.300 "),
    ],
)
def test_the_warning_follows_the_width_of_the_interval_and_the_number_of_rows(interval, rarest, said):
    text = noisy({"val": {"score": interval[1], "interval": interval, "rarest": rarest}})
    assert (said in text) if said else not text
    assert text.count("[") == bool(said)  # the interval that the report shows, and no other one
    assert not noisy({"val": {"score": 0.9}})


class Fit:
    """Keeps the files that a training with LibAUC keeps. Its model is a number."""

    trained = 0

    def __init__(self, folder, x):
        self.x = x
        self.args = SimpleNamespace(output_path=str(folder), experiment_name="experiment")
        self.state = SimpleNamespace(train_summary={})

    def train(self):
        here = Path(self.args.output_path, self.args.experiment_name)
        (here / "best.pt").write_text(repr(self.x))
        (here / "best.json").write_text("{}")
        (here / "epoch_3.pt").write_text("not needed")
        with open(Path(self.args.output_path, "trained"), "a") as file:
            file.write(f"{self.x!r}\n")
        scores = rows(random.randrange(10**6), 1.5)
        val, test = auroc(LABELS, scores), auroc(LABELS[::-1], scores)
        np.savez(
            here / "predictions.npz", val_labels=LABELS, val_scores=scores, test_labels=LABELS[::-1], test_scores=scores
        )
        self.state.train_summary = {"val": val, "test": test}


def search(folder, n_trials=9, **settings):
    trainer = autopartial(Fit, folder, x=Float("x", (0.0, 1.0), default=0.9))
    trainer.metrics = METRICS
    settings = {"name": "search", "output_directory": str(folder), "overwrite": False, **settings}
    return AutoMAX(trainer, AutoMAXConfigration(n_trials=n_trials, **settings), "AUROC")


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("searched")
    tuner = search(folder)
    tuner.optimize()
    return folder, tuner


def members(folder):
    return json.loads((folder / "experiment_best" / "ensemble.json").read_text())["members"]


@pytest.mark.slow
def test_the_folder_of_an_ensemble(searched):
    folder, tuner = searched
    best = folder / "experiment_best"
    ranked = sorted(tuner.log, key=lambda trial: -trial["val"])[:3]  # a third of the trials
    assert [each["trial"] for each in members(folder)] == [trial["number"] for trial in ranked]
    assert [each["folder"] for each in members(folder)] == [".", "members/2", "members/3"]
    for each, trial in zip(members(folder), ranked, strict=True):
        assert (best / each["folder"] / "best.pt").read_text() == repr(trial["space"]["x"])
        assert each["configuration"] == trial["space"]
    assert not list((best / "members").rglob("epoch_*"))
    assert tuner.best_score == ranked[0]["val"]
    saved = load_predictions(best)
    alone = [np.load(Path(trial["directory"], "predictions.npz")) for trial in ranked]
    scales = [rules.scale(rules.logits(each["val_scores"])) for each in alone]
    expected = sigmoid(rules.mean_of([rules.logits(each["test_scores"]) for each in alone], scales))
    assert np.allclose(saved["test_scores"], expected, atol=1e-6)
    assert np.array_equal(saved["test_labels"], LABELS[::-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("files", "setting"),
    [(True, "automax.ensemble: 1"), (False, "in Python, settings={'automax': {'ensemble': 1}}")],
)
def test_how_one_model_is_returned_in_each_interface(searched, files, setting):
    _, tuner = searched
    best = max(tuner.log, key=lambda trial: trial["val"])["space"]
    lines, _ = best_lines(tuner.log, best, "AUROC", METRICS, files=files)
    (line,) = [line for line in lines if line.startswith("returned: the mean of the 3 models of trials ")]
    assert line.endswith(f" ({setting} returns the best model alone)")


@pytest.mark.slow
def test_a_kill_before_the_ensemble_is_put_right(searched, tmp_path):
    """A kill while the last trial's folder was copied can leave a best folder with one model and without members."""
    folder, tuner = searched
    best = folder / "experiment_best"
    before, trained = json.loads((best / "ensemble.json").read_text()), (folder / "trained").read_text()
    shutil.rmtree(best / "members")
    (best / "ensemble.json").unlink()
    marker = json.loads((best / "trial.json").read_text())
    del marker["members"]
    (best / "trial.json").write_text(json.dumps(marker))
    again = search(folder)
    again.optimize()
    assert json.loads((best / "ensemble.json").read_text()) == before
    assert (folder / "trained").read_text() == trained
    touched = (best / "ensemble.json").stat().st_mtime_ns
    search(folder).optimize()
    assert (best / "ensemble.json").stat().st_mtime_ns == touched  # it was not written again
    assert again.best_score == tuner.best_score


@pytest.mark.slow
def test_how_many_is_another_question_than_what_is_searched(searched):
    """A search can be resumed with another ``ensemble``; with 1 the folder holds one model."""
    folder, tuner = searched
    best, trained = folder / "experiment_best", (folder / "trained").read_text()
    search(folder, ensemble=1).optimize()
    assert not (best / "ensemble.json").exists()
    assert not (best / "members").exists()
    assert np.array_equal(
        load_predictions(best)["val_scores"],
        load_predictions(max(tuner.log, key=lambda t: t["val"])["directory"])["val_scores"],
    )
    search(folder, ensemble=4).optimize()
    assert len(members(folder)) == 4
    search(folder).optimize()
    assert len(members(folder)) == 3
    assert (folder / "trained").read_text() == trained


@pytest.mark.slow
def test_a_training_by_hand_is_no_member_and_leaves_them(searched):
    folder, _ = searched
    before = members(folder)
    tuner = search(folder)
    for x in (0.11, 0.22):
        tuner.train({"x": x}, seed=7)
    assert members(folder) == before
    tuner.optimize()
    assert members(folder) == before


@pytest.mark.slow
def test_members_that_cannot_be_read_are_left_out(searched, tmp_path):
    _, tuner = searched
    trials = sorted(tuner.log, key=lambda trial: -trial["val"])
    copies = []
    for trial in trials[:5]:
        directory = tmp_path / str(trial["number"])
        shutil.copytree(trial["directory"], directory)
        copies.append({**trial, "directory": str(directory)})
    assert members_of(copies, copies[0], 3, METRICS, "AUROC") == copies[:3]
    (tmp_path / str(copies[1]["number"]) / "predictions.npz").write_bytes(b"PK")
    shutil.rmtree(copies[2]["directory"])
    assert members_of(copies, copies[0], 3, METRICS, "AUROC") == [copies[0], *copies[3:5]]
    (tmp_path / str(copies[0]["number"]) / "best.json").unlink()
    assert members_of(copies, copies[0], 3, METRICS, "AUROC") == []


@pytest.mark.slow
def test_no_test_scores_while_it_searches(tmp_path, capsys):
    search(tmp_path, 2).optimize()
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith("trial ")]
    assert len(lines) == 2
    assert not any("test" in line for line in lines)
    assert "Test AUROC" in out  # at the end


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "all", True])
def test_a_wrong_number_of_models(wrong):
    with pytest.raises(ValueError, match="ensemble must be"):
        AutoMAXConfigration(ensemble=wrong)


@pytest.mark.slow
def test_an_ensemble_is_written_whole(searched, tmp_path):
    """A file that cannot be read stops the copy before the folder is complete."""
    _, tuner = searched
    trials = sorted(tuner.log, key=lambda trial: -trial["val"])[:2]
    broken = tmp_path / "broken"
    shutil.copytree(trials[1]["directory"], broken)
    (broken / "predictions.npz").write_bytes(b"PK")
    copy = tmp_path / "copy"
    shutil.copytree(trials[0]["directory"], copy)
    with pytest.raises(Exception, match=r"."):
        assemble(copy, [trials[0], {**trials[1], "directory": str(broken)}])
    assert not (copy / "ensemble.json").exists()
