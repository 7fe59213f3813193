"""LibAUC's own `Trainer` in an autopartial, as its documentation has it, on a machine without CUDA."""

import numpy as np
import pytest
from ConfigSpace import Categorical, Float

from automax import AutoMAX, AutoMAXConfigration, autopartial

from .training import needs_libauc

pytestmark = [*needs_libauc, pytest.mark.slow]


def images(seed):
    import torch

    class Images(torch.utils.data.Dataset):
        targets = np.arange(24).reshape(-1, 1).astype(np.float32) % 2
        X = np.random.RandomState(seed).randn(24, 3, 8, 8).astype(np.float32)

        def __len__(self):
            return len(self.X)

        def __getitem__(self, i):
            return self.X[i], self.targets[i], i

    return Images()


@pytest.mark.parametrize(("loss", "optimizer"), [("AUCMLoss", "PESG"), ("CompositionalAUCLoss", "PDSCA")])
def test_it_trains(loss, optimizer, tmp_path):
    from libauc.optimizers import PDSCA
    from libauc.trainer import CLICallback, Trainer, TrainingArguments
    from sklearn.metrics import roc_auc_score

    def make(optimizer_kwargs, batch_size):
        arguments = TrainingArguments(
            optimizer=optimizer,
            optimizer_kwargs=optimizer_kwargs,
            loss=loss,
            loss_kwargs={},
            SEED=1,
            batch_size=batch_size,
            eval_batch_size=32,
            sampling_rate=0.5,
            epochs=1,
            decay_epochs=[],
            num_workers=0,
            output_path=str(tmp_path / "output"),
            num_tasks=1,
            resume_from_checkpoint=True,
            save_checkpoint_every=5,
            project_name="libauc",
            experiment_name="demo",
            verbose=0,
        )
        return Trainer(
            train_args=arguments,
            model_cfg={"name": "resnet20"},
            train_dataset=images(0),
            eval_dataset=[images(1)],
            metric=lambda y, score: {"AUROC": float(roc_auc_score(y, score))},
            callbacks=[CLICallback()],
        )

    before = PDSCA.__init__.__defaults__
    kwargs = autopartial(dict, lr=Float("lr", (0.01, 0.1), default=0.1, log=True))
    trainer = autopartial(make, kwargs, batch_size=Categorical("batch_size", [8, 12]))
    config = AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=1)
    tuner = AutoMAX(trainer, config, "AUROC")
    best = tuner.optimize()
    assert dict(best) == {"optimizer_kwargs:lr": 0.1, "batch_size": 8}
    assert tuner.log[0]["status"] == "finished", tuner.log[0]["message"]
    assert (tmp_path / "output" / "demo_best" / "epoch_1.pt").exists()
    tuner.train(best, seed=1)
    assert tuner.log[1]["status"] == "finished", tuner.log[1]["message"]
    assert PDSCA.__init__.__defaults__ == before
