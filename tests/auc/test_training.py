import json
import math
import sys
import types
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_digits

import automax
from automax._extra import need
from automax.data.arrays import split_arrays
from automax.data.registry import load_dataset
from automax.libauc.metrics import Metrics
from automax.libauc.models import mlp
from automax.spaces import PAIRS, find_pair, for_labels

from .training import defaults, needs_libauc, trainer_of

pytestmark = [*needs_libauc, pytest.mark.slow]

PESG = find_pair("AUCMLoss")


@pytest.fixture(scope="module")
def data():
    train, (val, test) = load_dataset("breast_cancer", ["val", "test"], {"imratio": 0.2})
    return train, {"val": val, "test": test}


@pytest.fixture(scope="module")
def labels_data():
    X, y = load_digits(return_X_y=True)
    Y = np.stack([y % 2 == 0, y >= 5, np.isin(y, (0, 6, 8, 9))], axis=1)
    train, (val,) = split_arrays(X[:600], Y[:600], ["val"], (0.6, 0.2, 0.2))
    return train, {"val": val}


@pytest.fixture(scope="module")
def graphs():
    from automax.data.graphs import synthetic_graphs

    train, (val, test) = synthetic_graphs(["val", "test"], n=150)
    return train, {"val": val, "test": test}


def trained(trainer):
    trainer.train()
    return trainer.state.train_summary


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p.loss}-{p.optimizer}")
def test_each_pair_learns(pair, data, tmp_path):
    summary = trained(trainer_of(pair, data, tmp_path))
    assert summary["val"] > 0.8
    assert summary["test"] > 0.8
    assert len(summary["curve"]) == 2


@pytest.mark.parametrize("pair", [p for p in PAIRS if p.multilabel], ids=lambda p: f"{p.loss}-{p.optimizer}")
def test_each_pair_of_several_labels_trains(pair, labels_data, tmp_path):
    summary = trained(trainer_of(for_labels(pair, True), labels_data, tmp_path))
    assert 0.4 < summary["val"] <= 1
    assert "test" not in summary


def other_value(specification):
    """Return a value in a search specification that is not its default."""
    values, default = specification["val"], specification.get("default")
    return next(v for v in reversed(values) if v != default) if isinstance(values, (list, tuple)) else None


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: f"{p.loss}-{p.optimizer}")
def test_no_hyperparameter_is_dead(pair, data, tmp_path):
    """LibAUC's own spaces search the `momentum` of SOAP and similar optimizers, which has no effect."""

    def scores(**more):
        trained(trainer_of(pair, data, tmp_path, epochs=3, decay_epochs=[2], **more))
        return automax.load_predictions(tmp_path / "trial")["val_scores"].tolist()

    base = {"optimizer_kwargs": pair.optimizer_space, "loss_kwargs": pair.loss_space}
    before, dead = scores(), []
    for section, space in base.items():
        for name, specification in space.items():
            value = other_value(specification)
            if value is not None and scores(**{section: {**defaults(space), name: value}}) == before:
                dead.append(name)
    assert dead == []
    if pair.optimizer in ("SOAP", "SOPA", "SOPAs", "SOTAs", "STACO"):
        kwargs = defaults(pair.optimizer_space)
        assert scores(optimizer_kwargs={**kwargs, "momentum": 0.1}) == before  # so it is in none of our spaces


@pytest.mark.parametrize("model", ["gcn", "gin", "gine", "graphsage", "gat", "mpnn", "deepergcn"])
def test_graphs(model, graphs, tmp_path):
    cfg = {"name": model, "emb_dim": 8, "num_layers": 2, "num_classes": 1, "in_channels": 3}
    assert 0 <= trained(trainer_of(PESG, graphs, tmp_path, graph=True, model=cfg))["val"] <= 1


def test_what_graphs_cannot_have(graphs, tmp_path):
    with pytest.raises(ValueError, match="BCELoss in place of CrossEntropyLoss"):
        trainer_of(find_pair("CrossEntropyLoss"), graphs, tmp_path, graph=True, model={"name": "gin"})
    with pytest.raises(ValueError, match="'pna' needs the histogram"):
        trainer_of(PESG, graphs, tmp_path, graph=True, model={"name": "pna"})


@pytest.mark.parametrize("graph", [False, True])
def test_the_rate_is_decayed_once(graph, data, graphs, tmp_path):
    epochs = [1]
    model = {"name": "gin", "emb_dim": 8, "num_layers": 2} if graph else None
    trainer = trainer_of(PESG, graphs if graph else data, tmp_path, graph=graph, model=model, decay_epochs=epochs)
    trainer.train()
    assert trainer.optimizer.param_groups[0]["lr"] == pytest.approx(0.01)


def test_shares_of_the_epochs_are_not_rewritten(data, tmp_path):
    epochs = [0.5]
    trained(trainer_of(find_pair("APLoss"), data, tmp_path, decay_epochs=epochs))
    assert epochs == [0.5]


def test_wandb_is_not_started(data, tmp_path, monkeypatch):
    def init(*args, **kwargs):
        raise AssertionError("wandb was started")

    monkeypatch.setitem(sys.modules, "wandb", types.SimpleNamespace(init=init, log=init, finish=init))
    assert trained(trainer_of(PESG, data, tmp_path))["val"] > 0


class Scripted(Metrics):
    """Returns prepared values, whatever the scores are."""

    def __init__(self, values):
        super().__init__(["AUROC"])
        self.values = list(values)

    def __call__(self, y_true, y_score):
        return {"AUROC": self.values.pop(0)}


def test_the_best_epochs_model_is_kept_and_not_the_last_ones(data, tmp_path):
    train, evals = data
    trainer = trainer_of(PESG, data, tmp_path, metrics=Scripted([0.5, 0.1, 0.9, 0.2, 0.6, 0.3]), epochs=3)
    summary = trained(trainer)
    assert (summary["val"], summary["test"], summary["epoch"]) == (0.9, 0.2, 2)
    import torch

    model = automax.load_model(tmp_path / "trial")
    rows = torch.from_numpy(evals["test"].X)
    with torch.no_grad():
        best, last = torch.sigmoid(model(rows)).numpy(), torch.sigmoid(trainer.model(rows)).numpy()
    saved = automax.load_predictions(tmp_path / "trial")
    assert np.allclose(best, saved["test_scores"])
    assert not np.allclose(last, saved["test_scores"], atol=1e-4)
    assert (saved["test_labels"] == evals["test"].targets).all()
    assert json.loads((tmp_path / "trial" / "best.json").read_text())["epoch"] == 2


def test_pruning(data, tmp_path):
    def curve(prune, others):
        trainer = trainer_of(PESG, data, tmp_path, metrics=Scripted([0.5, 0, 0.6, 0, 0.9, 0]), epochs=3, prune=prune)
        trainer.prepare("trial", others)
        return trained(trainer)

    better, worse = [0.5, 0.7, 0.8], [0.5, 0.55, 0.95]
    stopped = curve(True, [better, better, worse])
    assert (stopped["curve"], stopped["val"], stopped["pruned"]) == ([0.5, 0.6], 0.6, True)
    assert automax.load_model(tmp_path / "trial") is not None
    for prune, others in ((False, [better] * 3), (True, [better] * 2), (True, [better, worse, worse]), (True, [[0.9]])):
        whole = curve(prune, others)
        assert len(whole["curve"]) == 3
        assert "pruned" not in whole


@pytest.mark.parametrize(("verbose", "silence", "n_lines"), [(1, 10.0, 3), (0, 0.0, 3), (0, 1e6, 0)])
def test_a_long_training_tells_its_epochs(verbose, silence, n_lines, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(need("automax.libauc.trainers"), "_SILENCE", silence)
    values = [0.5, 0, 0.75, 0, 0.25, 0]
    trainer = trainer_of(PESG, data, tmp_path, metrics=Scripted(values), epochs=3, verbose=verbose)
    trainer.prepare("trial 2/9", [])
    trainer.train()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("trial 2/9")]
    assert len(lines) == n_lines
    if lines:
        assert lines[2].startswith("trial 2/9, epoch 3/3: val AUROC 0.2500 (best 0.7500), training loss ")


def test_equal_seeds_equal_scores_and_others_differ(data, tmp_path):
    curves = [trained(trainer_of(PESG, data, tmp_path, seed=seed))["curve"] for seed in (1, 1, 2)]
    assert curves[0] == curves[1] != curves[2]


def test_one_dimensional_labels_of_a_torch_data_set(tmp_path):
    import torch

    class Mine(torch.utils.data.Dataset):
        def __init__(self, n):
            rng = np.random.RandomState(n)
            self.targets = rng.randint(2, size=n)
            self.rows = torch.from_numpy(rng.normal(size=(n, 3)) + 3 * self.targets[:, None]).float()

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, i):
            return self.rows[i], int(self.targets[i]), i

    for loss in ("BCELoss", "AUCMLoss", "tpAUC_CVaR_loss"):
        assert trained(trainer_of(find_pair(loss), (Mine(100), {"val": Mine(60)}), tmp_path, epochs=6))["val"] > 0.7


def test_a_diverged_training_is_an_error(data, tmp_path):
    trainer = trainer_of(find_pair("CrossEntropyLoss"), data, tmp_path, optimizer_kwargs={"lr": 1e30})
    with pytest.raises(RuntimeError, match="finite.*lower lr"):
        trainer.train()


def test_gamma_zero_gives_what_our_space_avoids(data, tmp_path):
    trainer = trainer_of(find_pair("APLoss"), data, tmp_path, loss_kwargs={"gamma": 0.0})
    with pytest.raises(RuntimeError, match="finite"):
        trainer.train()


def test_version_2_is_not_the_loss_of_the_paper():
    import libauc.losses
    import torch

    score, y = torch.tensor([[0.9], [0.6], [0.3], [0.1]]), torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    loss = libauc.losses.AUCMLoss(version="v2")
    loss.alpha.data.fill_(1.0)
    paper = 0.9**2 + np.mean([0.36, 0.09, 0.01]) + 2 * (1 + np.mean([0.6, 0.3, 0.1]) - 0.9) - 1
    assert loss(score, y).item() != pytest.approx(paper)


def test_pretraining(data, tmp_path):
    plain, warm = (trained(trainer_of(PESG, data, tmp_path, pretrain_epochs=n, epochs=1))["val"] for n in (0, 3))
    assert plain != warm


def test_cuda_means_this_device_only_where_there_is_none(monkeypatch):
    import torch

    device = need("automax.libauc.device")
    before = torch.Tensor.cuda, torch.nn.Module.cuda
    with device.cuda_means_device():
        if not torch.cuda.is_available():
            assert torch.zeros(1).cuda().device.type == "cpu"
            assert torch.nn.Linear(1, 1).cuda() is not None
    assert (torch.Tensor.cuda, torch.nn.Module.cuda) == before
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with device.cuda_means_device():
        assert (torch.Tensor.cuda, torch.nn.Module.cuda) == before


def test_nothing_is_left_of_the_guarded_import():
    need("automax.libauc.trainers")
    assert sys.modules.get("outdated", "absent") is not None
    assert "wandb" not in sys.modules


def test_cifars_validation_split_is_no_training_data(monkeypatch):
    datasets = need("libauc.trainer.data.datasets")
    rng = np.random.RandomState(0)
    images, labels = rng.randint(256, size=(100, 32, 32, 3)), (rng.uniform(size=(100, 1)) < 0.3).astype(np.float32)
    asked = []

    def fake(name, splits, **kwargs):
        asked.append(splits)
        return datasets.ImageDataset(images, labels), [datasets.ImageDataset(images[:9], labels[:9], mode="test")]

    monkeypatch.setattr(datasets, "load_dataset", fake)
    train, (val, test) = load_dataset("cifar10", ["val", "test"], {"imratio": 0.3})
    assert asked == [["test"]]  # its own 'val' is the training data
    assert (len(train), len(val), len(test)) == (80, 20, 9)
    assert not {i.tobytes() for i in train.images} & {i.tobytes() for i in val.images}
    assert (train.mode, val.mode) == ("train", "test")


def test_what_cannot_be_downloaded_is_an_error_of_one_line(monkeypatch):
    def offline(name, splits, **kwargs):
        raise OSError("Name or service not known")

    monkeypatch.setattr(need("libauc.trainer.data.datasets"), "load_dataset", offline)
    for name in ("cifar10", "breastmnist"):
        with pytest.raises(ValueError, match=f"'{name}' is not on this machine .*service not known.*digits"):
            load_dataset(name, ["val", "test"], {})


def test_our_network_is_not_affine():
    import torch

    torch.manual_seed(0)
    model = mlp((3,), 1, hidden_sizes=[8])
    a, b = torch.randn(2, 3), torch.randn(2, 3)
    bend = model(a) + model(b) - 2 * model((a + b) / 2)
    assert bend.abs().max() > 1e-3


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"name": "mpl"}, "'mpl' is not a registered model; did you mean 'mlp'"),
        ({"name": "resnet18"}, r"'resnet18' is not a registered model.*; these examples have the shape \(30,\)"),
        ({"name": "mlp", "widht": 3}, "model.widht: the model 'mlp' has no such key; did you mean 'width'"),
        ({"name": "mlp", "dropout": 1}, "model.dropout"),
        ({"name": "mlp", "activation": "rleu"}, "did you mean 'relu'"),
        ({"name": "mlp", "pretrained": True}, "pretrained_path must say"),
        ({"name": "mlp", "pretrained": True, "pretrained_path": "/no/file"}, "no file '/no/file'"),
    ],
)
def test_bad_models(model, message, data, tmp_path):
    with pytest.raises(ValueError, match=message):
        trainer_of(PESG, data, tmp_path, model=model)


def test_a_registered_model_and_pretrained_weights(data, tmp_path):
    import torch

    automax.register_model("Mine", lambda input_shape, num_classes, bias=True: torch.nn.Linear(30, num_classes, bias))
    first = trainer_of(PESG, data, tmp_path, model={"name": "mine", "bias": False})
    first.train()
    cfg = {"name": "mine", "bias": False, "pretrained": True, "pretrained_path": str(tmp_path / "trial" / "best.pt")}
    second = trainer_of(PESG, data, tmp_path, seed=9, model=cfg)
    best = torch.load(tmp_path / "trial" / "best.pt")
    assert torch.equal(second.model.weight.cpu(), best["weight"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isfinite(trained(second)["val"])
