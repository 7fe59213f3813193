"""Problem families: the same member for the same seed, and the optimum where it is said to be."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from benchmarks.problems import make, names
from benchmarks.problems.instances import N_INSTANCES
from pysmac_compat.space.definition import define

ALL = names("all,original")
WITH_OPTIMUM = [name for name in ALL if make(name, 0).best is not None]


def draws(problem, n, seed=0):
    generator = random.Random(seed)
    return [problem.sample(generator) for _ in range(n)]


def first_run(problem):
    if problem.n_instances is not None:
        return {"instance": 0}
    return {} if problem.deterministic else {"seed": 1}


@pytest.mark.parametrize("name", [name for name in ALL if "ml_" not in name])
def test_a_seed_always_gives_the_same_member(name):
    one, other = make(name, 3), make(name, 3)
    assert (one.parameters, one.forbidden, one.best) == (other.parameters, other.forbidden, other.best)
    run = first_run(one)
    for configuration in draws(one, 5):
        assert one.judged(configuration) == other.judged(configuration)
        assert one.function(**configuration, **run) == other.function(**configuration, **run)


@pytest.mark.parametrize("name", [name for name in names("all") if "ml_" not in name])
def test_seeds_give_different_members(name):
    one, other = make(name, 0), make(name, 1)
    configurations = draws(one, 5)
    assert any(other.judged(c) != one.judged(c) for c in configurations if not other.is_forbidden(c))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", WITH_OPTIMUM)
def test_the_optimum_is_where_it_is_said_to_be(name, seed):
    problem = make(name, seed)
    assert problem.active(problem.best | {n: s[2] for n, s in problem.parameters.items() if n not in problem.best})
    assert not problem.is_forbidden(problem.best)
    for parameter, value in problem.best.items():
        kind, values = problem.parameters[parameter][:2]
        assert value in values if kind in ("categorical", "ordinal") else values[0] <= value <= values[1]
    assert problem.judged(problem.best) == pytest.approx(problem.optimum, rel=1e-6, abs=1e-9)
    least = min(problem.judged(configuration) for configuration in draws(problem, 60, seed))
    assert least > problem.optimum - 1e-9


@pytest.mark.parametrize("name", WITH_OPTIMUM)
def test_nothing_near_the_optimum_is_better(name):
    problem = make(name, 1)
    for parameter, (kind, values, *_) in problem.parameters.items():
        if parameter not in problem.best:
            continue
        value = problem.best[parameter]
        others = values if kind in ("categorical", "ordinal") else [value - 1, value + 1]
        if kind == "real":
            others = [value + sign * 1e-4 * (values[1] - values[0]) for sign in (-1, 1)]
        for other in others:
            changed = problem.best | {parameter: other}
            same_shape = set(problem.active(_filled(problem, changed))) == set(problem.best)
            legal = kind in ("categorical", "ordinal") or values[0] <= other <= values[1]
            if legal and same_shape and not problem.is_forbidden(changed):
                assert problem.judged(changed) > problem.optimum - 1e-9, (parameter, other)


def _filled(problem, configuration):
    return {name: spec[2] for name, spec in problem.parameters.items()} | configuration


@pytest.mark.parametrize("name", ["original/branin", "original/rosenbrock_4d", "original/hier3", "original/cat10"])
def test_the_published_problem_is_the_same_for_all_seeds(name):
    one, other = make(name, 0), make(name, 1)
    assert [one.judged(c) for c in draws(one, 5)] == [other.judged(c) for c in draws(one, 5)]


def test_published_values():
    assert make("original/branin", 0).judged({"x1": 2.5, "x2": 7.5}) == pytest.approx(24.12996, rel=1e-6)
    assert make("original/rosenbrock_4d", 0).judged({"x1": 1, "x2": 1, "x3": 1, "x4": 1}) == 0
    assert make("original/branin_integer", 0).judged({"x1": 1, "x2": -1, "x3": 1}) == pytest.approx(46.85345, rel=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_the_space_is_one_of_pysmac_and_means_the_same(name):
    problem = make(name, 2)
    definition = define(problem.parameters, problem.conditions, problem.forbidden)
    assert set(definition.parameters) == set(problem.parameters)
    assert not problem.is_forbidden(problem.default)


def test_noise_is_fresh_at_each_call_and_has_the_true_mean():
    problem = make("noisy_branin", 0)
    values = [problem.function(**problem.default) for _ in range(400)]
    true = problem.judged(problem.default)
    assert len(set(values)) == 400
    assert sum(values) / 400 == pytest.approx(true, rel=0.01)
    spread = math.sqrt(sum((v / true - 1) ** 2 for v in values) / 400)
    assert 0.04 < spread < 0.06


def test_the_optimum_does_not_depend_on_the_share_of_noise():
    few, much, other = make("noise-branin-5", 1), make("noise-branin-20", 1), make("noise-branin-5", 2)
    assert few.judged(few.default) == much.judged(much.default) != other.judged(other.default)
    values = [much.function(**much.default) for _ in range(400)]
    assert 0.17 < statistics.stdev(values) / much.judged(much.default) < 0.23


def test_offsets_are_100_times_the_effect_of_a_configuration():
    problem = make("instances_offsets", 0)
    rows = [[problem.function(instance=i, **c) for i in range(N_INSTANCES)] for c in draws(problem, 20)]
    means = [sum(row) / N_INSTANCES for row in rows]
    assert max(rows[0]) - min(rows[0]) > 20 * (max(means) - min(means))
    assert problem.judged(draws(problem, 1)[0]) == pytest.approx(means[0])


def test_seeds_have_the_true_mean():
    problem = make("seeds", 0)
    values = [problem.function(seed=s, **problem.default) for s in range(4000)]
    assert sum(values) / 4000 == pytest.approx(problem.judged(problem.default), rel=0.06)


@pytest.mark.parametrize(("name", "limit"), [("solver_kinds", 20), ("solver_patient", 300)])
def test_run_times_are_reported_and_end_at_the_limit(name, limit):
    problem = make(name, 0)
    results = [problem.function(instance=i, **c) for c in draws(problem, 20) for i in range(problem.n_instances)]
    assert {r["status"] for r in results} == {"SAT", "TIMEOUT"}
    assert all((r["status"] == "TIMEOUT") == (r["runtime"] == problem.cutoff) for r in results)
    assert problem.cutoff == limit
    assert len(problem.features) == problem.n_instances


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in ALL if "ml_" in name])
def test_problems_of_machine_learning_repeat(name):
    configuration = draws(make(name, 0), 1)[0]
    values = [make(name, seed).judged(configuration) for seed in (0, 0, 1)]
    assert values[0] == values[1]
    assert (values[0] == values[2]) == name.startswith("original")


def test_an_unknown_problem_is_an_error():
    with pytest.raises(ValueError, match="nonsense"):
        make("nonsense", 0)
    with pytest.raises(ValueError, match="nonsense"):
        names("public,nonsense")
