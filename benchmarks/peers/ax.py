"""Ax with its defaults: its client chooses the generation strategy, with BoTorch. The space is flat."""

from __future__ import annotations

import logging
from typing import Any

import torch
from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem, is_log

DISTRIBUTIONS = ("ax-platform", "botorch", "torch")
torch.set_num_threads(1)
logging.disable(logging.WARNING)


def _parameter(name: str, spec: tuple[Any, ...]) -> Any:
    kind, values = spec[:2]
    if kind in ("categorical", "ordinal"):
        kind_of_value = {int: "int", float: "float", str: "str"}[type(values[0])]
        return ChoiceParameterConfig(
            name=name, values=list(values), parameter_type=kind_of_value, is_ordered=kind == "ordinal"
        )
    return RangeParameterConfig(
        name=name,
        bounds=tuple(values),
        parameter_type="float" if kind == "real" else "int",
        scaling="log" if is_log(spec) else None,
    )


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    client = Client(random_seed=seed)
    client.configure_experiment(parameters=[_parameter(name, spec) for name, spec in problem.parameters.items()])
    client.configure_optimization(objective="-cost")
    whole: Configuration = {name: spec[2] for name, spec in problem.parameters.items()}
    number = client.attach_trial(parameters=whole)
    while True:
        client.complete_trial(trial_index=number, raw_data={"cost": evaluations(problem.active(whole))})
        ((number, whole),) = client.get_next_trials(max_trials=1).items()
