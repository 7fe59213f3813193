"""Mistakes that are reported before a search begins, and the objects that the check must not change."""

import numpy as np
import pytest

import automax
from automax._extra import need
from automax.commands import search
from automax.data.registry import load_dataset
from automax.file import check_settings
from automax.libauc import models
from automax.libauc.metrics import Metrics
from automax.report import interval

from .training import needs_libauc

pytestmark = [*needs_libauc, pytest.mark.slow, pytest.mark.filterwarnings("ignore:with these rows of val")]


def settings(folder, **sections):
    content = {
        "dataset": {"name": "breast_cancer", "eval_splits": ["val"]},
        "model": {"name": "mlp", "width": 4},
        "training": {"epochs": 1, "batch_size": 32, "output_path": str(folder / "output")},
        "automax": {"n_trials": 2, "output_directory": str(folder / "search")},
    }
    for name, section in sections.items():
        content[name] = {**content[name], **section}
    return check_settings(content)


GRAPHS = {"name": "synthetic_graphs", "kwargs": {"n": 60}}


@pytest.mark.parametrize(
    ("graph", "sections", "message"),
    [
        (False, {"model": {"name": "mpl"}}, "model.name: 'mpl' is not a registered model; did you mean 'mlp'"),
        (False, {"model": {"width": "abc"}}, "model.width must be an integer of at least 1, got 'abc'"),
        (False, {"training": {"batch_size": 5000}}, "a batch takes 2500 negatives, the training data have"),
        (False, {"training": {"optimizer_kwargs": {"lr": "abc"}}}, "training.optimizer_kwargs.lr: PESG takes a number"),
        (
            False,
            {"training": {"loss": "pAUCLoss", "loss_kwargs": {"mode": ["SOPA", "2w"]}}},
            r"mode must be one of .*got \['SOPA', '2w'\]",
        ),
        (
            False,
            {"training": {"optimizer_kwargs": {"lr": -1.0}}},
            "optimizer_kwargs: PESG refuses {'lr': -1.0",
        ),
        (
            False,
            {"training": {"optimizer_kwargs": {"lr": float("inf")}}},
            "optimizer_kwargs.lr: expected a finite number",
        ),
        (False, {"training": {"optimizer_kwargs": {"lr": None}}}, "optimizer_kwargs.lr: PESG takes a number, got None"),
        (
            False,
            {"training": {"loss_kwargs": {"version": ["v1", "v7"]}}},
            "loss:version = 'v7': training.loss_kwargs: AUCMLoss refuses .*'version': 'v7'",
        ),
        (
            False,
            {"training": {"batch_size": {"val": [16, 5000], "log": True}}},
            "training:batch_size = 5000: a batch takes 2500 negatives",
        ),
        (False, {"dataset": {"kwargs": {"imratio": 0.005}}}, "have a single positive row"),
        (
            False,
            {"model": {"name": "two outputs"}},
            r"model: the output for a batch of .* rows must have the shape .* got \(.*, 2\)",
        ),
        (False, {"model": {"name": "other shape"}}, r"model: the model fails on a batch of the shape \(.*, 30\): mat1"),
        (
            False,
            {"training": {"output_path": __file__}},
            "output_path: the folder .* cannot be written: Not",
        ),
        (False, {"dataset": {"kwargs": {"imration": 0.1}}}, "'imration'; did you mean 'imratio'"),
        (False, {"dataset": {"kwargs": {"standardize": "no"}}}, "standardize must be true or false, got 'no'"),
        (
            True,
            {"dataset": GRAPHS, "model": {"name": "gin", "width": 4}},
            "default configuration: TypeError: .*width",
        ),
        (True, {}, "Unknown GNN model 'mlp'"),
        (False, {"dataset": GRAPHS}, "no trainer can be made for the default configuration"),
    ],
)
def test_no_trial_begins(tmp_path, monkeypatch, graph, sections, message):
    monkeypatch.setitem(models._BUILDERS, "two outputs", lambda shape, n, width: models.mlp(shape, 2))
    monkeypatch.setitem(models._BUILDERS, "other shape", lambda shape, n, width: models.mlp([7], n))
    with pytest.raises(ValueError, match=message):
        search(settings(tmp_path, **sections), graph)
    assert not (tmp_path / "search").exists()


def test_a_file_with_nothing_to_search_trains_once(tmp_path, capfd):
    fixed = {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.0}
    training = {"loss": "CrossEntropyLoss", "optimizer": "SGD", "optimizer_kwargs": fixed}
    tuner = search(settings(tmp_path, training=training))
    assert [t["status"] for t in tuner.log] == ["finished"]
    assert capfd.readouterr().out.startswith("nothing to search: only one configuration is trained\ntrial 1/1:")


def test_the_same_settings_serve_twice(tmp_path):
    given = settings(tmp_path, training={"loss": "pAUCLoss", "loss_kwargs": {"mode": "2w"}})
    made = [need("automax.libauc.factory").TrainerFactory(given) for _ in range(2)]
    assert [next(iter(factory.choices.values())).pair.optimizer for factory in made] == ["SOTAs", "SOTAs"]


def test_what_a_trainer_says_of_itself(tmp_path):
    one, same, other, longer = (
        need("automax.libauc.factory").TrainerFactory(settings(tmp_path, **sections)).identity
        for sections in (
            {},
            {"training": {"output_path": "elsewhere", "verbose": 1}},
            {"model": {"width": 5}},
            {"training": {"epochs": 2}},
        )
    )
    assert one == same
    assert one["model"] != other["model"]
    assert one["training"] != longer["training"]


def test_draws_of_rows_keep_both_classes_of_each_label(tmp_path, recwarn):
    rng = np.random.RandomState(0)
    labels = np.stack([rng.rand(300) < 0.5, rng.rand(300) < 0.3, np.arange(300) < 2], axis=1).astype(np.float32)
    need("automax.libauc.checkpoints").save_predictions(tmp_path, {"val": (labels, labels * 0.2 + rng.rand(300, 3))})
    metrics = Metrics(["AUROC"], [])
    saved = automax.load_predictions(tmp_path)
    score = metrics(saved["val_labels"], saved["val_scores"])["AUROC"]
    low, high = interval(str(tmp_path), "val", "AUROC", metrics, n=100)
    assert low < score < high < 1
    assert not recwarn.list


def test_libaucs_own_models_are_built_again():
    model = need("automax.libauc.trainers").rebuilt(
        {"model": {"name": "resnet20", "pretrained": True}, "input_shape": [3, 32, 32], "num_classes": 1}
    )
    assert type(model).__name__ == "ResNet"


@pytest.mark.parametrize("sizes", [64, "64", [64, 0], [True], 2.5])
def test_the_sizes_of_layers_are_a_list(sizes):
    with pytest.raises(ValueError, match=r"model.hidden_sizes must be a list of positive integers, such as \[64, 64\]"):
        models.mlp([3], 1, hidden_sizes=sizes)
    with pytest.raises(ValueError, match=r"model.dropout must be in \[0, 1\), got '0.1'"):
        models.mlp([3], 1, dropout="0.1")


def test_a_model_that_is_not_registered_in_this_process():
    about = {"model": {"name": "net"}, "input_shape": [3], "num_classes": 1}
    with pytest.raises(ValueError, match="'net' is not a registered model.*import the module that registers a model"):
        need("automax.libauc.trainers").rebuilt(about)
    with pytest.raises(ValueError, match=r"unknown data set 'claims'.*to use your own, register it first"):
        load_dataset("claims", ["val"], {})
