"""Optuna's TPE with its defaults; forbidden configurations get the worst value so far."""

from __future__ import annotations

from typing import Any

import optuna

from benchmarks.evaluations import Evaluations
from benchmarks.problems import Configuration, Problem, is_log

DISTRIBUTIONS = ("optuna",)
optuna.logging.set_verbosity(optuna.logging.ERROR)


def suggest(trial: Any, problem: Problem) -> Configuration:
    """Suggest a configuration: an ordinal is the integer of its position, and a condition is a plain ``if``."""
    configuration: Configuration = {}
    for name in problem.order:
        if not problem.is_active(name, configuration):
            continue
        spec = problem.parameters[name]
        kind, values = spec[:2]
        if kind == "real":
            configuration[name] = trial.suggest_float(name, *values, log=is_log(spec))
        elif kind == "integer":
            configuration[name] = trial.suggest_int(name, *values, log=is_log(spec))
        elif kind == "ordinal":
            configuration[name] = values[trial.suggest_int(name, 0, len(values) - 1)]
        else:
            configuration[name] = trial.suggest_categorical(name, values)
    return configuration


def study_of(problem: Problem, sampler: Any) -> optuna.Study:
    """Return a study whose first trial is the default."""
    study = optuna.create_study(sampler=sampler)
    first = problem.default
    for name, value in first.items():
        kind, values = problem.parameters[name][:2]
        first[name] = values.index(value) if kind == "ordinal" else value
    study.enqueue_trial(first)
    return study


def search(problem: Problem, evaluations: Evaluations, sampler: Any) -> None:
    """Search with a sampler; the default is evaluated first."""
    study = study_of(problem, sampler)
    while True:
        trial = study.ask()
        study.tell(trial, evaluations(suggest(trial, problem)))


def minimise(problem: Problem, seed: int, evaluations: Evaluations) -> None:
    search(problem, evaluations, optuna.samplers.TPESampler(seed=seed))
