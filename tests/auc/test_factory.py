import json

import numpy as np
import pytest

import automax
from automax import AutoMAX, register_dataset
from automax._extra import need
from automax.commands import search
from automax.data.arrays import ArrayDataset
from automax.data.registry import load_dataset
from automax.file import check_settings

from .training import needs_libauc

pytestmark = [*needs_libauc, pytest.mark.slow, pytest.mark.filterwarnings("ignore:the validation score of the best")]


def settings(folder, *, dataset=None, model=None, training=None, metrics=("AUROC",), graph=False, **search_settings):
    return check_settings(
        {
            "dataset": {"name": "breast_cancer", "eval_splits": ["val", "test"], **(dataset or {})},
            "model": model if graph else {"name": "mlp", "width": 8, "depth": 1, **(model or {})},
            "metrics": list(metrics),
            "training": {
                "epochs": 2,
                "batch_size": 32,
                "output_path": str(folder / "output"),
                "experiment_name": "e",
                **(training or {}),
            },
            "automax": {"n_trials": 3, "name": "s", "output_directory": str(folder), **search_settings},
        }
    )


def factory(folder, **more):
    return need("automax.libauc.factory").TrainerFactory(settings(folder, **more))


def run(folder, **more):
    return search(settings(folder, **more), more.get("graph", False))


def test_a_search_to_the_loaded_model(tmp_path, capfd):
    tuner = run(tmp_path)
    assert isinstance(tuner, AutoMAX)
    assert sorted(tuner.configspace) == [
        "loss:margin",
        "optimizer:epoch_decay",
        "optimizer:lr",
        "optimizer:momentum",
        "optimizer:weight_decay",
    ]
    best = max(tuner.log, key=lambda t: t["val"])
    assert best["val"] == tuner.best_score
    saved = automax.load_predictions(tmp_path / "output" / "e_best")
    assert tuner.trainer.metrics(saved["test_labels"], saved["test_scores"])["AUROC"] == best["test"]
    import torch

    _, (_, test) = load_dataset("breast_cancer", ["val", "test"], {})
    with torch.no_grad():
        scores = torch.sigmoid(automax.load_model(tmp_path / "output" / "e_best")(torch.from_numpy(test.X)))
    assert np.allclose(scores.numpy(), saved["test_scores"], atol=1e-6)
    printed = capfd.readouterr().out
    assert "test AUROC 0.9" in printed
    assert "(too optimistic, because configuration and epoch were chosen by this score)" in printed


def test_equal_seeds_equal_scores_bit_for_bit(tmp_path):
    logs = [run(tmp_path / name, n_trials=2).log for name in "ab"]
    assert [(t["val"], t["test"], t["curve"]) for t in logs[0]] == [(t["val"], t["test"], t["curve"]) for t in logs[1]]


def test_trials_do_not_go_on_from_one_another(tmp_path):
    with pytest.warns(UserWarning, match="resume_from_checkpoint has no effect"):
        tuner = run(tmp_path, training={"resume_from_checkpoint": True, "save_checkpoint_every": 1}, n_trials=3)
    assert len({t["val"] for t in tuner.log}) == 3
    assert all(len(t["curve"]) == 2 for t in tuner.log)


def test_test_labels_change_nothing_but_reported_test_scores(tmp_path):
    def loader(shuffled):
        def load(splits):
            train, (val, test) = load_dataset("breast_cancer", ["val", "test"], {})
            labels = np.random.RandomState(1).permutation(test.targets) if shuffled else test.targets
            return train, [val, ArrayDataset(test.X, labels)]

        return load

    logs = []
    for shuffled in (False, True):
        register_dataset("shuffled", loader(shuffled))
        logs.append(run(tmp_path / str(shuffled), dataset={"name": "shuffled"}, n_trials=3).log)
    for one, other in zip(*logs, strict=True):
        assert (one["space"], one["val"], one["curve"], one["epoch"]) == (
            other["space"],
            other["val"],
            other["curve"],
            other["epoch"],
        )
        assert one["test"] != other["test"]


def test_one_space_over_several_losses(tmp_path):
    made = factory(tmp_path, training={"loss": ["AUCMLoss", "APLoss", "CrossEntropyLoss"]})
    default = made.cs.get_default_configuration()
    assert default["loss"] == "AUCMLoss"
    assert all(name == "loss" or name.startswith("AUCMLoss:") for name in default)
    assert {"APLoss:loss:gamma", "CrossEntropyLoss:optimizer:momentum"} < set(made.cs)
    tuner = run(tmp_path, training={"loss": ["AUCMLoss", "APLoss", "CrossEntropyLoss"]}, n_trials=2)
    drawn = {space["loss"]: space for space in made.cs.sample_configuration(30)}
    for space in drawn.values():
        tuner.train(space)
    assert {t["space"]["loss"] for t in tuner.log} == {"AUCMLoss", "APLoss", "CrossEntropyLoss"}
    assert all(t["status"] == "finished" for t in tuner.log)


def test_what_the_file_says_replaces_the_default_space(tmp_path):
    made = factory(
        tmp_path,
        model={"width": {"val": [4, 8]}, "dropout": {"val": [0.0, 0.5], "type": "float"}},
        training={
            "loss": "pAUCLoss",
            "loss_kwargs": {"mode": "2w", "tau": 0.5, "gammas": [[0.3, 0.3], [0.6, 0.6]]},
            "optimizer_kwargs": {"lr": {"val": [0.001, 0.01], "default": 0.002, "log": True}, "weight_decay": 0.0},
            "batch_size": {"val": [16, 64], "log": True},
        },
    )
    assert sorted(made.cs) == [
        "loss:Lambda",
        "loss:gammas",
        "loss:margin",
        "model:dropout",
        "model:width",
        "optimizer:lr",
        "training:batch_size",
    ]
    trainer = made(made.cs.get_default_configuration())
    assert trainer.args.loss == "tpAUC_KL_Loss"
    assert trainer.args.loss_kwargs["gammas"] == (0.3, 0.3)
    assert trainer.args.loss_kwargs["tau"] == 0.5
    assert trainer.args.optimizer_kwargs["lr"] == pytest.approx(0.002)
    assert trainer.args.batch_size == 16
    assert trainer.model[1].out_features == 4


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"training": {"optimizer": "SOAP"}}, "use the optimizer PESG"),
        (
            {"training": {"optimizer_kwargs": {"momentun": 1}}},
            "momentun: PESG has no such .*'momentum'",
        ),
        ({"training": {"loss_kwargs": {"gamma": 1}}}, "loss_kwargs.gamma: AUCMLoss has no such argument"),
        ({"training": {"loss": ["APLoss", "APLoss"]}}, "names a loss twice"),
        ({"training": {"loss": ["CrossEntropyLoss", "CrossEntropyLoss/SGD"]}}, "names a loss twice"),
        ({"training": {"loss": "APLoss/PESG"}}, "'APLoss' does not go with the optimizer 'PESG'"),
        ({"training": {"loss": "APLoss/SOAP", "optimizer": "PESG"}}, "so the optimizer must be 'SOAP', got 'PESG'"),
        (
            {"training": {"loss": ["APLoss", "AUCMLoss"], "optimizer": "SOAP"}},
            "each loss has its own optimizer; leave this key out",
        ),
        (
            {"training": {"loss": ["APLoss", "AUCMLoss"], "loss_kwargs": {"margin": 1}}},
            "each key must be the name of a loss",
        ),
        ({"target": "AUPRC"}, "target 'AUPRC' is not one of the metrics"),
        ({"model": {"widht": 3}}, "did you mean 'width'"),
        ({"model": {"width": {"val": [8, 4], "type": "int"}}}, "'model:width': lower must be less than upper"),
    ],
)
def test_mistakes(more, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        factory(tmp_path, **more)


def test_warnings(tmp_path):
    with pytest.warns(UserWarning, match="momentum has no effect: SOAP runs"):
        factory(tmp_path, training={"loss": "APLoss", "optimizer_kwargs": {"momentum": 0.9}})
    with pytest.warns(UserWarning, match="use 'v1' for that loss"):
        factory(tmp_path, training={"loss_kwargs": {"version": "v2"}})
    with pytest.warns(UserWarning, match="the validation score of the best trial is uncertain: "):
        run(tmp_path, dataset={"name": "wine", "eval_splits": ["val"]}, n_trials=1)


def test_one_search_over_several_losses_returns_a_mean_of_models(tmp_path, capfd):
    """The search begins with the default of each loss. A loss with two partners is given with its partner."""
    import torch

    losses = ["AUCMLoss", "CrossEntropyLoss/Adam", "CrossEntropyLoss/SGD"]
    more = {"CrossEntropyLoss/SGD": {"lr": 0.05}}
    data = {"name": "wine", "kwargs": {"imratio": 0.2}}
    tuner = run(tmp_path, dataset=data, training={"loss": losses, "optimizer_kwargs": more}, n_trials=6, ensemble=4)
    assert [t["space"]["loss"] for t in tuner.log[:3]] == losses
    default = tuner.configspace.get_default_configuration()
    assert tuner.log[0]["space"] == dict(default)
    assert tuner.log[1]["space"]["CrossEntropyLoss/Adam:optimizer:lr"] == 0.001
    assert "CrossEntropyLoss/SGD:optimizer:lr" not in tuner.configspace
    best = tmp_path / "output" / "e_best"
    model, saved = automax.load_model(best), automax.load_predictions(best)
    members = json.loads((best / "ensemble.json").read_text())["members"]
    assert len(model.models) == len(members) > 1
    _, (_, test) = load_dataset("wine", ["val", "test"], {"imratio": 0.2})
    with torch.no_grad():
        scores = torch.sigmoid(model(torch.from_numpy(test.X))).numpy()
        alone = torch.sigmoid(automax.load_model(best, ensemble=False)(torch.from_numpy(test.X))).numpy()
    assert np.allclose(scores, saved["test_scores"], atol=1e-5)
    ranked = sorted(tuner.log, key=lambda t: -t["val"])
    own = automax.load_predictions(ranked[0]["directory"])
    assert np.allclose(alone, own["test_scores"], atol=1e-6)
    report = json.loads((tmp_path / "s" / "report.json").read_text())
    assert report["returned"]["trials"] == [t["number"] for t in ranked[: len(members)]]
    score = tuner.trainer.metrics(saved["test_labels"], saved["test_scores"])["AUROC"]
    assert report["returned"]["test"]["score"] == score
    assert report["default"]["test"] == tuner.log[0]["test"]
    printed = capfd.readouterr().out
    assert f"returned: the mean of the {len(members)} models of trials" in printed
    assert f"the default configuration: test AUROC {tuner.log[0]['test']:.4f}" in printed


def test_folds_are_disjoint_and_scaled_by_their_training_rows(tmp_path):
    made = factory(tmp_path, folds=3, repeats=2)
    assert made.n_instances == 6
    for repeat in range(2):
        seen = []
        for fold in range(3):
            train, evals = made.split(3 * repeat + fold)
            assert np.abs(train.X.mean(axis=0)).max() < 1e-4
            assert np.abs(evals["val"].X.mean(axis=0)).max() > 1e-3
            seen.append(len(evals["val"]))
            assert len(train) + len(evals["val"]) == len(made.train) + len(made.evals["val"])
        assert sum(seen) == len(made.train) + len(made.evals["val"])


def test_a_search_over_folds(tmp_path, capfd):
    tuner = run(tmp_path, folds=3, n_trials=8)
    assert {t["instance"] for t in tuner.log} == {0, 1, 2}
    best = tmp_path / "output" / "e_best"
    with pytest.raises(ValueError, match=f"holds 3 trainings, choose one of these folders: {best / '0'}, "):
        automax.load_model(best)
    assert automax.load_model(best / "0") is not None
    assert "the mean over 3 trainings" in capfd.readouterr().out


def test_a_search_with_pruning(tmp_path, capfd):
    tuner = run(tmp_path, training={"epochs": 6}, prune=True, n_trials=8)
    assert {len(t["curve"]) < 6 for t in tuner.log} == {True, False}
    assert len(max(tuner.log, key=lambda t: t["val"])["curve"]) == 6
    assert "stopped early" in capfd.readouterr().out


def test_graphs(tmp_path):
    import torch

    tuner = run(
        tmp_path,
        graph=True,
        dataset={"name": "synthetic_graphs", "kwargs": {"n": 90}},
        model={"name": "gin", "emb_dim": 8, "num_layers": 2},
        n_trials=2,
        ensemble=2,
    )
    assert [t["status"] for t in tuner.log] == ["finished"] * 2
    best = tmp_path / "output" / "e_best"
    assert type(automax.load_model(best, ensemble=False)).__name__ == "GIN"
    together = automax.load_model(best)
    assert [type(model).__name__ for model in together.models] == ["GIN"] * 2
    graph = tuner.trainer.evals["test"][0][0]
    inputs = (graph.x, graph.edge_index, torch.zeros(len(graph.x), dtype=torch.long))
    with torch.no_grad():
        score = float(torch.sigmoid(together(*inputs)))
    assert score == pytest.approx(float(automax.load_predictions(best)["test_scores"][0, 0]), abs=1e-5)


def test_torch_with_several_threads_before_the_search_does_not_hang_it(tmp_path):
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        torch.randn(600, 600) @ torch.randn(600, 600)
        tuner = run(tmp_path, n_trials=2)
    finally:
        torch.set_num_threads(threads)
    assert [t["status"] for t in tuner.log] == ["finished"] * 2


def test_refit_trains_the_best_on_train_and_val(tmp_path, capfd):
    tuner = run(tmp_path, refit="train+val", training={"epochs": 4})
    best = max(tuner.log, key=lambda t: t["val"])
    summary = tuner.refit()  # not trained again
    assert capfd.readouterr().out.count("trained again on train and val") == 1
    assert summary["epochs"] == best["epoch"] == len(summary["curve"])
    assert summary["space"] == best["space"]
    assert "val" not in summary
    saved = automax.load_predictions(tmp_path / "output" / "e_refit")
    assert set(saved) == {"test_labels", "test_scores"}
    assert tuner.trainer.metrics(saved["test_labels"], saved["test_scores"])["AUROC"] == summary["test"]
    report = json.loads((tmp_path / "s" / "report.json").read_text())
    assert report["refit"]["test"]["score"] == summary["test"]
    again = run(tmp_path, refit="train+val", training={"epochs": 4}, overwrite=False)
    assert again.refit() == summary


@pytest.mark.parametrize("more", [{}, {"folds": 3}])
def test_refit_has_all_rows_but_those_of_test(more, tmp_path):
    import torch

    made = factory(tmp_path, training={"epochs": 10, "decay_epochs": [0.5, 9]}, **more)
    trainer = made.refit(made.cs.get_default_configuration(), 3)
    assert len(trainer.train_dataset) == len(made.train) + len(made.evals["val"])
    assert (trainer.args.epochs, trainer.args.decay_epochs) == (3, [5, 9])  # as in a training of 10 epochs
    assert [len(data) for data in trainer.eval_dataset] == [len(made.evals["test"])]
    rows = torch.tensor(np.stack([trainer.train_dataset[i][0] for i in range(len(trainer.train_dataset))]))
    assert (rows.mean(dim=0).abs().max() < 1e-4) == bool(more)  # scaled by all rows, or by the rows of train
    trainer.args.output_path = str(tmp_path)
    trainer.train()
    assert trainer.state.train_summary["epoch"] == 3  # the last epoch, whatever the test scores are


def test_refit_of_graphs_and_without_a_test_split(tmp_path):
    tuner = run(
        tmp_path,
        graph=True,
        dataset={"name": "synthetic_graphs", "kwargs": {"n": 90}, "eval_splits": ["val"]},
        model={"name": "gin", "emb_dim": 8, "num_layers": 2},
        n_trials=1,
        refit="train+val",
    )
    assert set(tuner.refit()["metrics"]) == {"train"}
