"""Searches that earlier versions have begun, with all records in one file ``trials.jsonl``.

``killed`` is ``search(folder, 8, more={"broken": broken([0, 1, 2], 2), "pause": 1.0})``, killed in its sixth training.
``folds`` is a complete search with three folds, and has a training by hand before the search. The last version that
kept such a file wrote both. In the files, @ROOT@ is a placeholder for the folder.
"""

import tarfile
from pathlib import Path

import pytest

from automax.core.record import TrialRecord

from .searches import broken, outcome, search, trained, trainer

pytestmark = pytest.mark.slow

ARCHIVE = Path(__file__).parents[1] / "data" / "automax_records.tar.gz"


@pytest.fixture
def old(tmp_path):
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    for path in [*tmp_path.rglob("trials.jsonl"), *tmp_path.rglob("trial.json")]:
        path.write_text(path.read_text().replace("@ROOT@", str(tmp_path)))
    return tmp_path


def killed(folder, n_trials=8, **more):
    return search(folder / "killed", n_trials, more={"broken": broken([0, 1, 2], 2)}, **more)


def folds(folder, n_trials=12, data="a"):
    def make(place):
        part = trainer(place)

        def made(space, instance):
            return part(space)

        made.cs, made.n_instances, made.identity = part.cs, 3, {"data": data}
        return made

    return search(folder / "folds", n_trials, make=make)


def test_it_is_read(old):
    tuner = killed(old)
    assert tuner.finished == 5
    assert [t["status"] for t in tuner.log] == ["failed", "failed", "finished", "failed", "finished"]
    assert [t["number"] for t in tuner.log] == [1, 2, 3, 4, 5]
    assert tuner.log[0]["space"] == {"broken": 2, "pair": (3, 4), "x": 0.9}
    assert tuner.log[2]["draws"] == [0.8949832593941857, 0.4522128214317529, 0.0004522128214317529]
    assert tuner.best_score == 0.9127533287872602


def test_it_goes_on(old, capfd):
    before = killed(old)
    text = (old / "killed" / "search" / "trials.jsonl").read_text()
    tuner = killed(old)
    best = tuner.optimize()
    assert outcome(tuner.log)[:5] == outcome(before.log)
    assert len(tuner.log) == 8
    # six trainings had begun, and the last of the six was interrupted
    assert trained(old / "killed") == 6 + 3
    assert tuner.best_score == max(t["val"] for t in tuner.log)
    assert (old / "killed" / "experiment_best" / "checkpoint").read_text() == repr(best["x"])
    assert not list((old / "killed").glob("experiment_best-old*"))
    assert "trial 5/8" not in capfd.readouterr().out
    assert (old / "killed" / "search" / "trials.jsonl").read_text() == text

    again = killed(old)
    assert (again.log, again.best_score) == (tuner.log, tuner.best_score)
    assert again.optimize() == best
    assert trained(old / "killed") == 9


def test_folds_and_trainings_by_hand(old):
    tuner = folds(old)
    assert tuner.best_score == 1.0000343391034037
    assert [t.get("by_hand", False) for t in tuner.log] == [True] * 3 + [False] * 12
    assert dict(TrialRecord(old / "folds" / "search").returned) == tuner.log[-2]["space"]
    count = trained(old / "folds")
    tuner.train(tuner.configspace.get_default_configuration(), seed=5)
    assert trained(old / "folds") == count
    assert tuner.optimize()["x"] == pytest.approx(tuner.log[-2]["space"]["x"])
    assert tuner.best_score == 1.0000343391034037
    assert trained(old / "folds") == count
    more = folds(old, 15)
    more.optimize()
    assert trained(old / "folds") == count + 3
    assert len(more.log) == 3 + 15


@pytest.mark.parametrize(
    ("change", "message"), [({"SEED": 3}, "SEED has changed"), ({"target": "X"}, "the target metric has changed")]
)
def test_another_search_is_refused(old, change, message):
    with pytest.raises(ValueError, match=message):
        killed(old, **change).optimize()


def test_another_trainer_is_refused(old):
    with pytest.raises(ValueError, match='data was "a", now it is "b"'):
        folds(old, data="b").optimize()


def test_overwrite_moves_it_aside(old):
    text = (old / "killed" / "search" / "trials.jsonl").read_text()
    best = (old / "killed" / "experiment_best" / "checkpoint").read_text()
    tuner = killed(old, 2, overwrite=True)
    tuner.optimize()
    assert len(tuner.log) == 2
    assert (old / "killed" / "search-old-1" / "trials.jsonl").read_text() == text
    kept = [path for path in (old / "killed").glob("experiment_best*") if (path / "checkpoint").exists()]
    assert best in [(path / "checkpoint").read_text() for path in kept]
