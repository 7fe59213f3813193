"""Several evaluations at a time: told in the order in which they were asked for."""

from __future__ import annotations

import random
from collections import defaultdict
from concurrent.futures import Future
from functools import partial

import numpy as np
import pytest
from smac import Scenario
from smac.runhistory import TrialInfo

from pysmac_compat.engine import parts
from pysmac_compat.engine.capping import Capping
from pysmac_compat.engine.facade import History
from pysmac_compat.engine.session import Session
from pysmac_compat.space import parameter_space

from .conftest import Cost

PARAMETERS = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}


class Shuffled:
    """An evaluator whose futures end in random order: the evaluations begin as late as they can."""

    def __init__(self, function, seed):
        self.function, self.random = function, random.Random(seed)
        self.calls, self.waiting, self.most = [], [], 0

    def __call__(self, configuration, instance, seed, cutoff):
        self.calls.append((dict(configuration), instance, seed, cutoff))
        self.waiting.append(Lazy(self, partial(self.function, configuration, instance, seed, cutoff)))
        self.most = max(self.most, len(self.waiting))
        return self.waiting[-1].future

    def finish_some(self, wanted):
        """Finish all that wait in random order, until the wanted one is done."""
        while not wanted.done():
            each = self.waiting.pop(self.random.randrange(len(self.waiting)))
            value = each.job()
            each.future.set_result(value if isinstance(value, Cost) else Cost(float(value)))


class Lazy:
    def __init__(self, evaluator, job):
        self.job, self.future = job, LazyFuture(evaluator)


class LazyFuture(Future):
    def __init__(self, evaluator):
        super().__init__()
        self.evaluator = evaluator

    def result(self, timeout=None):
        self.evaluator.finish_some(self)
        return super().result(timeout)


def run(function, n, workers, order=0, space=None, **settings):
    evaluator, standings, warnings = Shuffled(function, order), [], []
    session = Session(
        space or parameter_space(PARAMETERS),
        evaluator,
        n_evaluations=n,
        workers=workers,
        warn=warnings.append,
        observe=standings.append,
        **settings,
    )
    reason = session.run()
    return reason, evaluator, standings, warnings


def smooth(configuration, instance, seed, cutoff):
    return (configuration["x"] - 1) ** 2 + (configuration["y"] - 2) ** 2


def on_instance(configuration, instance, seed, cutoff):
    return smooth(configuration, instance, seed, cutoff) + 100 * instance


def noisy(configuration, instance, seed, cutoff):
    return smooth(configuration, instance, seed, cutoff) + np.random.RandomState(seed).normal(0, 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "settings"),
    [(smooth, {}), (on_instance, {"n_instances": 6}), (noisy, {"deterministic": False})],
    ids=["deterministic", "instances", "noisy"],
)
def test_the_order_of_the_ends_changes_nothing(function, settings):
    first, *others = [run(function, 40, 4, order, **settings) for order in range(3)]
    assert first[1].most == 4
    for other in others:
        assert other[1].calls == first[1].calls
        assert other[2] == first[2]


def test_one_worker_is_the_same_as_no_futures(search):
    space = parameter_space(PARAMETERS)
    _, calls, *_ = search(space, noisy, 40, deterministic=False)
    _, evaluator, *_ = run(noisy, 40, 1, deterministic=False)
    assert [(dict(c), *rest) for c, *rest in calls] == evaluator.calls


@pytest.mark.slow
def test_racing_with_pending_results():
    """No pair twice, and the incumbent has run all that was compared; its mean is that of its runs."""
    _, evaluator, standings, _ = run(on_instance, 120, 5, n_instances=7)
    groups = defaultdict(list)
    for configuration, instance, _, _ in evaluator.calls:
        groups[str(configuration)].append(instance)
    assert all(len(set(instances)) == len(instances) for instances in groups.values())
    last = standings[-1]
    assert last.n_runs == 7
    assert last.n_told == 120
    assert last.cost == pytest.approx(np.mean([on_instance(last.configuration, i, None, None) for i in range(7)]))
    assert len(groups) > 20  # challengers are dropped early


def test_a_small_space_is_exhausted_without_repeats():
    space = parameter_space({"a": ("categorical", list("abc"), "a"), "b": ("ordinal", [1, 2], 1)})
    reason, evaluator, _, warnings = run(lambda c, *_: float(c["b"]), 50, 4, space=space)
    assert reason == "search space exhausted"
    assert len(evaluator.calls) == len({str(c) for c, *_ in evaluator.calls}) == 6
    assert "after 6 evaluations" in warnings[0]


def test_a_known_configuration_that_capping_rules_out_does_not_keep_the_search_going():
    space = parameter_space({"a": ("categorical", list("abcd"), "a")})
    for workers in (1, 3):
        reason, evaluator, *_ = run(
            lambda c, *_: Cost(0.1 if c["a"] == "a" else 50.0),
            1000,
            workers,
            space=space,
            n_instances=5,
            intensifier=partial(parts.intensifier, cutoff=100.0, capping=Capping()),
        )
        assert reason == "search space exhausted"
        assert len(evaluator.calls) <= 20


def test_all_that_is_running_is_waited_for_when_the_search_ends():
    def function(configuration, instance, seed, cutoff):
        return Cost(1.0, final="enough") if len(evaluator_calls) == 8 else Cost(2.0)

    evaluator_calls = []

    def counting(configuration, *rest):
        evaluator_calls.append(configuration)
        return function(configuration, *rest)

    reason, evaluator, standings, _ = run(counting, 50, 3)
    assert reason == "enough"
    assert standings[-1].n_told == len(evaluator.calls) < 15


def test_what_is_running_counts_as_average():
    space = parameter_space(PARAMETERS)
    scenario = Scenario(space, deterministic=True, n_trials=10)
    encoder, history = parts.encoder(scenario), History()
    encoder.runhistory = history
    drawn = space.sample_configuration(4)
    for i, configuration in enumerate(drawn[:3]):
        history.add(configuration, cost=float(i), seed=0)
    history.add_running_trial(TrialInfo(drawn[3], seed=0))
    x, y = encoder.transform()
    assert x.tolist() == [list(c.get_array()) for c in drawn]
    assert y[3, 0] == pytest.approx(y[:3, 0].mean())
    history.add(drawn[3], cost=-1.0, seed=0, force_update=True)
    x, y = encoder.transform()
    assert len(x) == 4
    assert y[3, 0] == y.min()
