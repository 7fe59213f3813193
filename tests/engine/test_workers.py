"""Several evaluations at a time, learnt in the order in which they were begun, or as they end."""

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
from pysmac_compat.engine.forest import Forest
from pysmac_compat.engine.gaussian import GaussianProcess
from pysmac_compat.engine.portfolio import Portfolio
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
        window=workers,
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
    first, *others = [run(function, 16, 4, order, **settings) for order in range(3)]
    assert first[1].most == 4
    for other in others:
        assert other[1].calls == first[1].calls
        assert other[2] == first[2]


@pytest.mark.slow
def test_one_worker_is_the_same_as_no_futures(search):
    space = parameter_space(PARAMETERS)
    _, calls, *_ = search(space, noisy, 20, deterministic=False)
    _, evaluator, *_ = run(noisy, 20, 1, deterministic=False)
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
    assert len(standings) == len(evaluator.calls) < 15


def test_what_is_running_is_no_row_of_its_own():
    space = parameter_space(PARAMETERS)
    encoder, history = parts.encoder(Scenario(space, deterministic=True, n_trials=10)), History()
    encoder.runhistory = history
    drawn = space.sample_configuration(4)
    for i, configuration in enumerate(drawn[:3]):
        history.add(configuration, cost=float(i), seed=0)
    history.add_running_trial(TrialInfo(drawn[3], seed=0))
    x, _ = encoder.transform()
    assert x.tolist() == [list(c.get_array()) for c in drawn[:3]]
    assert encoder.running().tolist() == [list(drawn[3].get_array())]
    history.add(drawn[3], cost=-1.0, seed=0, force_update=True)
    assert len(encoder.transform()[0]) == 4
    assert encoder.running().shape == (0, 2)


@pytest.mark.parametrize("make", [GaussianProcess, Forest, Portfolio])
def test_a_surrogate_is_sure_of_what_is_running(make):
    space = parameter_space(PARAMETERS)
    space.seed(5)
    scenario = Scenario(space, deterministic=True, n_trials=10, seed=3)
    drawn = np.array([c.get_array() for c in space.sample_configuration(50)])
    x, running = drawn[:30], drawn[30:]
    y = np.array([[(a - 0.3) ** 2 + b] for a, b in x])

    def predicted(running):
        model = make(scenario)
        model.running = running
        model.train(x, y)
        mean, variance = model.predict_marginalized(drawn)
        return mean.ravel(), variance.ravel()

    (mean, variance), (believed, less) = predicted(None), predicted(running)
    assert less[30:].mean() < variance[30:].mean()
    if make is not Forest:
        assert believed == pytest.approx(mean, abs=1e-9)
        assert (less[30:] < variance[30:]).all()
    again = predicted(np.empty((0, 2)))
    assert again[0].tolist() == mean.tolist()
    assert again[1].tolist() == variance.tolist()


def run_as_they_end(function, n, workers, order, **settings):
    """A search that learns each result as an evaluation ends; which of those that run ends next is drawn at random."""
    drawn, calls, standings, ended, most = random.Random(order), [], [], [], []

    def evaluate(configuration, instance, seed, cutoff):
        calls.append((dict(configuration), instance, seed))
        value = function(configuration, instance, seed, cutoff)
        return value if isinstance(value, Cost) else Cost(float(value))

    def choose(begun):
        most.append(len(begun))
        ended.append(drawn.choice(sorted(begun)))
        return ended[-1]

    session = Session(
        parameter_space(PARAMETERS),
        evaluate,
        n_evaluations=n,
        window=workers,
        choose=choose,
        observe=standings.append,
        warn=lambda text: None,
        **settings,
    )
    reason = session.run()
    assert max(most) == min(workers, n)
    return reason, calls, standings, ended


SETTINGS = [(smooth, {}), (on_instance, {"n_instances": 6}), (noisy, {"deterministic": False})]


@pytest.mark.slow
@pytest.mark.parametrize(("function", "settings"), SETTINGS, ids=["deterministic", "instances", "noisy"])
def test_as_they_end(function, settings):
    """All is learnt once, no run is made twice, and the incumbent is the best of those with as many runs."""
    reason, calls, standings, ended = run_as_they_end(function, 24, 4, 0, **settings)
    assert reason == "max_evaluations reached"
    assert sorted(ended) == [*range(1, 25)]
    assert [s.number for s in standings] == ended
    assert len({(str(c), *rest) for c, *rest in calls}) == 24
    if not settings:
        assert standings[-1].cost == min(smooth(c, None, None, None) for c, *_ in calls)


@pytest.mark.slow
def test_the_first_configuration_may_end_last():
    """It is compared with the others all the same, and may be the best of all."""
    for best in (True, False):

        def function(configuration, instance, seed, cutoff, best=best):
            is_first = (configuration["x"], configuration["y"]) == (4, 7)
            return -1.0 if is_first and best else 1 + smooth(configuration, instance, seed, cutoff)

        calls = []

        def evaluate(configuration, instance, seed, cutoff, function=function, calls=calls):
            calls.append(dict(configuration))
            return Cost(float(function(configuration, instance, seed, cutoff)))

        standings = []
        session = Session(
            parameter_space(PARAMETERS), evaluate, n_evaluations=12, window=3, choose=max, observe=standings.append
        )
        session.run()
        costs = [function(c, None, None, None) for c in calls]
        assert standings[-1].cost == min(costs)
        assert (dict(standings[-1].configuration) == {"x": 4, "y": 7}) == best


@pytest.mark.slow
def test_the_same_order_gives_the_same_search():
    first, again, other = (run_as_they_end(smooth, 16, 3, order) for order in (0, 0, 1))
    assert first == again
    assert first[1] != other[1]


def racing_search(worth):
    """A search with capping and failures; those that the search drops are worth ``worth`` each."""
    calls, dropped = [], []

    def evaluate(configuration, instance, seed, cutoff):
        calls.append((dict(configuration), instance, cutoff))
        x = configuration["x"]
        if (instance + int(8 * x)) % 7 == 0:
            return Cost(5.0, learnable=False)
        return Cost(min(cutoff, 0.1 + (x - 1) ** 2 * (1 + instance % 3)), cpu_time=0.1)

    def choose(begun):
        for number in dropped:
            if number in begun:
                return number
        return max(begun) if len(calls) % 2 else min(begun)

    session = Session(
        parameter_space(PARAMETERS),
        lambda *call: Answer(evaluate(*call), len(calls), dropped, worth),
        n_evaluations=60,
        window=6,
        choose=choose,
        drop=dropped.append,
        n_instances=12,
        intensifier=partial(parts.intensifier, cutoff=10.0, capping=Capping(1.0, 0.1)),
        observe=lambda standing: standings.append((standing.number, standing.cost)),
    )
    standings = []
    session.run()
    return calls, dropped, standings


class Answer(Future):
    """What an evaluation comes to, unless the search has dropped it."""

    def __init__(self, cost, number, dropped, worth):
        super().__init__()
        self.cost, self.number, self.dropped, self.worth = cost, number, dropped, worth

    def result(self, timeout=None):
        return self.worth if self.number in self.dropped else self.cost


@pytest.mark.slow
def test_what_a_dropped_evaluation_comes_to_changes_nothing():
    calls, dropped, standings = racing_search(Cost(0.0))
    assert 1 <= len(dropped) == len(set(dropped))
    assert len(calls) == 60
    assert sorted(number for number, _ in standings) == [*range(1, 61)]
    for worth in (Cost(99.0), Cost(3.0, learnable=False)):
        assert racing_search(worth) == (calls, dropped, standings)


@pytest.mark.slow
def test_an_improvement_is_one_over_what_is_running_too():
    etas = []

    def acquisition(scenario):
        part = parts.acquisition(scenario)
        update = part.update

        def noting(model, eta, incumbent_array, **more):
            running = model.running
            believed = model.predict_marginalized(running)[0].ravel() if len(running) else []
            etas.append((eta, *believed))
            assert eta <= min([model.predict_marginalized(incumbent_array[None])[0].item(), *believed]) + 1e-9
            update(model=model, eta=eta, incumbent_array=incumbent_array, **more)

        part.update = noting
        return part

    run(smooth, 24, 4, acquisition=acquisition)
    assert any(eta == min(believed) for eta, *believed in etas if believed)
