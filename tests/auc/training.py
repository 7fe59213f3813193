"""Small trainings for the tests."""

import importlib.util
import random

import numpy as np
import pytest

from automax import parse_hyperparameters_from_dict
from automax._extra import need
from automax.libauc.metrics import Metrics

#: marks of modules whose tests train with LibAUC; a look at whether it is there does not import it
needs_libauc = [
    pytest.mark.libauc,
    pytest.mark.skipif(importlib.util.find_spec("libauc") is None, reason="the extra automax is not installed"),
]


def defaults(space):
    return {
        name: hp.default_value if hasattr(hp, "default_value") else hp.value
        for name, hp in parse_hyperparameters_from_dict(space).items()
    }


def seed_all(seed):
    import torch

    torch.set_num_threads(1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def trainer_of(pair, data, folder, seed=0, graph=False, metrics=None, model=None, **training):
    train, evals = data
    seed_all(seed)
    trainer = need("automax.libauc.trainers").make_trainer(
        graph=graph,
        training={
            "optimizer": pair.optimizer,
            "optimizer_kwargs": defaults(pair.optimizer_space),
            "loss": pair.loss,
            "loss_kwargs": defaults(pair.loss_space),
            "SEED": seed,
            "batch_size": 16,
            "eval_batch_size": 256,
            "sampling_rate": 0.5,
            "epochs": 2,
            "decay_epochs": [],
            "num_workers": 0,
            "output_path": str(folder),
            "resume_from_checkpoint": False,
            "save_checkpoint_every": 100,
            "project_name": "test",
            "experiment_name": "trial",
            "verbose": 0,
            **training,
        },
        model=model or {"name": "mlp", "width": 16},
        train=train,
        evals=evals,
        metrics=metrics or Metrics(["AUROC"]),
        target=(metrics or Metrics(["AUROC"])).keys[0],
    )
    seed_all(seed)
    return trainer
