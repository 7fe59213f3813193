"""The protocol of `AutoMAX`: what a trainer must have, and what is optional."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from ConfigSpace import Categorical, Float, Integer

from automax import AutoMAX, AutoMAXConfigration, autopartial

from .searches import search, trainer

pytestmark = pytest.mark.slow


def test_scikit_learn_without_torch(tmp_path):
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import train_test_split

    X, y = load_breast_cancer(return_X_y=True)
    X, X_val, y, y_val = train_test_split(X / X.max(axis=0), y, stratify=y, random_state=0)

    class Training:
        def __init__(self, C, class_weight):
            self.model = LogisticRegression(C=C, class_weight=class_weight)
            self.state = SimpleNamespace(train_summary={})

        def train(self):
            self.model.fit(X, y)
            self.state.train_summary = {"val": roc_auc_score(y_val, self.model.decision_function(X_val))}

    part = autopartial(
        Training,
        C=Float("C", (1e-4, 1e2), default=1e-4, log=True),
        class_weight=Categorical("w", [None, "balanced"], default=None),
    )
    tuner = AutoMAX(part, AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=8), "AUROC")
    tuner.optimize()
    assert tuner.best_score > tuner.log[0]["val"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: 3, "trainer must be callable"),
        (lambda folder: abs, "search space as the attribute cs"),
        (lambda folder: autopartial(abs, 3), "nothing to search"),
    ],
)
def test_bad_trainers(make, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        search(tmp_path, make=make)


def test_bad_targets_and_settings(tmp_path):
    part = trainer(tmp_path)
    part.metrics = ["AUROC", "AUPRC"]
    with pytest.raises(ValueError, match="'AUROK' is not one of the trainer's metrics; did you mean 'AUROC'"):
        search(tmp_path, make=lambda folder: part, target="AUROK")
    with pytest.raises(ValueError, match="target must be the name"):
        search(tmp_path, target=3)
    with pytest.raises(ValueError, match="config must be an AutoMAXConfigration"):
        AutoMAX(part, {"n_trials": 3}, "AUROC")
    part.n_instances = 3
    with pytest.raises(ValueError, match="must take the keyword instance"):
        search(tmp_path, make=lambda folder: part)


def test_a_trainer_without_a_score(tmp_path):
    def make(x):
        return SimpleNamespace(train=lambda: None, state=SimpleNamespace(train_summary={}))

    tuner = search(tmp_path, make=lambda folder: autopartial(make, x=Integer("x", (1, 9))))
    tuner.train(tuner.configspace.get_default_configuration())
    assert "has no 'val'" in tuner.log[0]["message"]


class Shy:
    def __repr__(self):
        raise ValueError("no description")


def endless():
    one = [1]
    one.append(one)
    return one


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"scores": np.arange(3)}, [0, 1, 2]),
        ({"scores": [np.float32(0.5), (1, np.ones(2))]}, [0.5, (1, [1.0, 1.0])]),
        ({"scores": {("a", 1): np.int64(2), 3: None}}, {"('a', 1)": 2, "3": None}),
        ({"scores": {1, 2}}, "{1, 2}"),
        ({"scores": lambda: 0}, "<function"),
        ({"scores": [1, object()]}, "<object object at"),
        ({"scores": Shy()}, "<Shy instance at"),
        ({"scores": endless()}, "[1, [...]]"),
        ({"test": None}, None),
        ({"test": {"AUROC": 0.5}}, None),
        ({"epoch": "last", "curve": None}, None),
    ],
)
def test_what_else_is_in_a_summary_costs_no_trial(more, kept, tmp_path, capfd):
    def make(x):
        return SimpleNamespace(train=lambda: None, state=SimpleNamespace(train_summary={"val": np.float32(x), **more}))

    tuner = search(tmp_path, 2, make=lambda folder: autopartial(make, x=Float("x", (0.0, 1.0))))
    tuner.optimize()
    assert [t["status"] for t in tuner.log] == ["finished"] * 2
    assert pickle.loads((tmp_path / "search" / "state.pkl").read_bytes()) == tuner.log
    assert "Test" not in capfd.readouterr().out
    if isinstance(kept, str):
        assert str(tuner.log[0]["scores"]).count(kept) or kept in tuner.log[0]["scores"][1]
    elif kept is not None:
        assert tuner.log[0]["scores"] == kept


def test_a_summary_does_not_say_which_trial_it_is(tmp_path):
    def make(x):
        summary = {"val": x, "key": "mine", "space": {}, "seed": 7, "status": "bad", "directory": str(tmp_path)}
        return SimpleNamespace(train=lambda: None, state=SimpleNamespace(train_summary=summary))

    tuner = search(tmp_path, 2, make=lambda folder: autopartial(make, x=Float("x", (0.0, 1.0))))
    with pytest.warns(UserWarning, match="train_summary: key, space, seed, status, directory left out, because"):
        assert tuner.train(tuner.configspace.get_default_configuration()) == -0.5
    trial = tuner.log[0]
    assert (trial["space"], trial["seed"], trial["status"]) == ({"x": 0.5}, 0, "finished")
