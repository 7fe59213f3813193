"""Compares the cost of a trial and of a bare training: ``python -m benchmarks.automax.overhead --repeats 5``.

Both make the default APLoss training of digits (two hidden layers of 64, 10 epochs, batches of 64): LibAUC's trainer
with a minimal set-up, and a search of `AutoMAX`, in turns, with one thread. New results are lines in benchmarks/runs.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import statistics
import tempfile
import time
from dataclasses import replace
from typing import Any

import torch
from libauc.trainer.config.args import TrainingArguments
from libauc.trainer.core.callbacks import CLICallback
from libauc.trainer.core.image_trainer import Trainer

from automax import AutoMAX
from automax.commands import search_config
from automax.file import Settings, check_settings
from automax.libauc import models
from automax.libauc.device import cuda_means_device, device
from automax.libauc.factory import TrainerFactory
from automax.libauc.trainers import Rows
from benchmarks import results
from pysmac_compat import Evaluation

_PAIRS = 5


class Bare(Trainer):
    """LibAUC's trainer, with a network for tables; LibAUC itself builds networks for images only."""

    def _build_model(self, model_cfg: dict[str, Any]) -> None:
        self.model = models.build("mlp", model_cfg, (64,), 1).to(device())


def bare(factory: TrainerFactory, folder: str) -> tuple[float, float]:
    """Return the CPU and wall-clock seconds of the bare training."""
    made = factory(factory.cs.get_default_configuration())
    cpu, start = time.process_time(), time.perf_counter()
    with cuda_means_device():
        trainer = Bare(
            train_args=TrainingArguments(**{**vars(made.args), "output_path": folder, "experiment_name": "bare"}),
            model_cfg={"hidden_sizes": [64, 64]},
            train_dataset=Rows(factory.train, factory.train.targets),
            eval_dataset=[Rows(data, data.targets) for data in factory.evals.values()],
            metric=factory.metrics,
            callbacks=[CLICallback()],
        )
        trainer.train()
    return time.process_time() - cpu, time.perf_counter() - start


def searched(factory: TrainerFactory, settings: Settings, n_trials: int) -> tuple[Evaluation, float]:
    """Return the first trial of a search, which has the default configuration, and the seconds of the whole search."""
    limited = replace(settings, automax={**settings.automax, "n_trials": n_trials})
    tuner = AutoMAX(factory, search_config(limited), settings.target)
    start = time.perf_counter()
    tuner.optimize()
    assert tuner.result is not None
    return tuner.result.runs[0].evaluations[0], time.perf_counter() - start


def measure(n_trials: int) -> dict[str, Any]:
    """Return the seconds of the bare training, of a trial, and of a search per trial."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        settings = check_settings(
            {
                "dataset": {"name": "digits", "eval_splits": ["val", "test"], "kwargs": {"imratio": 0.1}},
                "model": {"name": "mlp", "hidden_sizes": [64, 64]},
                "metrics": ["AUPRC"],
                "training": {
                    "loss": "APLoss",
                    "epochs": 10,
                    "batch_size": 64,
                    "eval_batch_size": 512,
                    "output_path": f"{folder}/output",
                },
                "automax": {"output_directory": folder},
            }
        )
        factory = TrainerFactory(settings)
        alone, calls = [bare(factory, folder)], []
        for _ in range(_PAIRS):  # in turns, because the speed of a machine changes from second to second
            calls.append(searched(factory, settings, 1)[0])
            alone.append(bare(factory, folder))
        whole = searched(factory, settings, n_trials)[1]
    return {
        "bare_cpu": statistics.median(cpu for cpu, _ in alone),
        "bare_wall": statistics.median(wall for _, wall in alone),
        "trial_cpu": statistics.median(call.cpu_time for call in calls),
        "trial_wall": statistics.median(call.wall_time for call in calls),
        "search_wall": whole / n_trials,
        "trials": n_trials,
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--trials", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for repeat in range(arguments.repeats):
        record = {"repeat": repeat, **measure(arguments.trials)}
        record.update(date=datetime.date.today().isoformat(), commit=results.commit())
        results.append("automax_overhead", record)
        print(", ".join(f"{name} {record[name]:.3f} s" for name in list(record)[1:6]), flush=True)


if __name__ == "__main__":
    main()
