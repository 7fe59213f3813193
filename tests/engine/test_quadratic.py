"""The local search: quadratic models, and its turns beside the model of the whole space."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pysmac_compat import Search
from pysmac_compat.engine.local import LocalSearch, _row_of
from pysmac_compat.engine.quadratic import minimise, predictability
from pysmac_compat.errors import SearchError
from pysmac_compat.space import parameter_space, vectors

PLANE = {"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)}
EVEN = np.ones(3)  # lengths


def run(function, start, most, low=0.0, high=1.0, known=None):
    """Minimise; return all points with their costs, and whether it has ended by itself."""
    start = np.array(start, dtype=float)
    low, high = (np.full(len(start), bound) for bound in (low, high))
    near = np.empty((0, len(start))) if known is None else known
    steps = minimise(start, function(start), low, high, near, np.array([function(point) for point in near]))
    points, costs = [], []
    try:
        point = next(steps)
        while len(points) < most:
            assert (point >= low).all()
            assert (point <= high).all()
            points.append(point.copy())
            costs.append(function(point))
            point = steps.send(costs[-1])
    except StopIteration:
        return np.array(points), np.array(costs), True
    return np.array(points), np.array(costs), False


def bowl(minimum, condition=1.0):
    """A rotated quadratic function."""
    n = len(minimum)
    rotation = np.linalg.qr(np.random.RandomState(0).normal(size=(n, n)))[0]
    scales = condition ** (np.arange(n) / max(n - 1, 1))
    return lambda point: float(scales @ np.square(rotation @ (np.asarray(point) - minimum)))


def rosenbrock(point):
    x, y = 4 * np.asarray(point) - 2
    return 100 * (y - x * x) ** 2 + (1 - x) ** 2


@pytest.mark.parametrize(
    ("n", "condition", "most", "near"),
    [(1, 1, 12, 1e-4), (2, 100, 25, 1e-4), (5, 1000, 70, 1e-4), (10, 10, 160, 1e-4), (20, 10, 260, 2e-3)],
)
def test_it_finds_the_minimum_of_a_quadratic_function(n, condition, most, near):
    minimum = np.linspace(0.3, 0.7, n)
    points, costs, _ = run(bowl(minimum, condition), np.full(n, 0.45), most)
    assert points[costs.argmin()] == pytest.approx(minimum, abs=near)


def test_it_follows_a_curved_valley():
    points, costs, ended = run(rosenbrock, [0.2, 0.8], 200)
    assert ended
    assert costs.min() < 1e-8
    assert points[costs.argmin()] == pytest.approx(np.array([0.75, 0.75]), abs=1e-4)


def test_the_minimum_may_be_at_the_bounds():
    points, costs, _ = run(lambda p: p[0] - p[1] + (p[2] - 0.5) ** 2, [0.45, 0.5, 0.2], 40)
    assert points[costs.argmin()] == pytest.approx(np.array([0, 1, 0.5]), abs=1e-3)


def test_it_starts_in_a_corner():
    points, costs, _ = run(bowl([0.4, 0.6]), [0.0, 1.0], 40)
    assert points[costs.argmin()] == pytest.approx(np.array([0.4, 0.6]), abs=1e-4)


def test_it_ends_where_nothing_changes():
    points, _, ended = run(lambda point: 1.0, [0.5, 0.5, 0.5], 100)
    assert ended
    assert len(points) < 30


def test_known_points_save_evaluations():
    """Of three points two have the same direction, so one direction of four is missing."""
    start = np.full(4, 0.5)
    known = start + np.array([[0.1, 0, 0, 0], [0, 0.05, 0.05, 0], [0, 0.1, 0.1, 0], [0, 0, 0, 0.15], [0.4, 0.4, 0, 0]])
    steps = minimise(start, 0.0, np.zeros(4), np.ones(4), known, np.arange(5.0))
    (first, second) = next(steps), steps.send(1.0)
    assert first - start == pytest.approx(np.array([0, 1, -1, 0]) * 0.1 / 2**0.5 * np.sign((first - start)[1]))
    assert np.abs(second - start).max() <= 0.1 + 1e-9  # the first step of the model


def test_huge_and_odd_costs_do_not_break_it():
    generator = np.random.RandomState(3)
    for function in (
        lambda p: 1e300 * np.square(p - 0.3).sum(),
        lambda p: generator.normal(),
        lambda p: 2.0**127 * generator.uniform(),
        lambda p: p[0] > 0.4,
    ):
        assert np.isfinite(run(lambda p, f=function: float(f(p)), [0.5, 0.5, 0.2], 150)[0]).all()


def test_quadratic_costs_are_predictable_and_noise_is_not():
    points = np.random.RandomState(1).uniform(-0.3, 0.3, (20, 3))
    shape = bowl([0.1, -0.2, 0.3], 5)
    assert predictability(points, np.array([shape(point) for point in points])) > 0.9
    assert predictability(points, np.random.RandomState(2).normal(size=20)) < 0
    assert predictability(points, 1e200 * np.random.RandomState(2).normal(size=20)) < 0
    assert predictability(points, np.ones(20)) <= 1  # nothing to predict
    assert predictability(np.zeros((20, 3)), np.ones(20)) <= 1


def known_of(space, function, n=40, seed=0):
    """Random configurations and their costs; a real search would have them from the model."""
    known = vectors.draw(space, n, np.random.RandomState(seed)).T
    return known, np.array([function(row) for row in known])


def follow(local, known, costs, function, n):
    """Evaluate n proposals; a random configuration where it is the model's turn."""
    proposed, generator = [], np.random.RandomState(9)
    for _ in range(n):
        vector = local.next(known, costs, EVEN)
        proposed.append(vector)
        new = generator.uniform(size=known.shape[1]) if vector is None else vector
        known, costs = np.vstack([known, new]), np.append(costs, function(new))
    return proposed, known, costs


def test_it_has_turns_where_costs_are_quadratic():
    space = parameter_space(PLANE)
    function = bowl([0.3, 0.6], 30)
    proposed, _, costs = follow(LocalSearch(space), *known_of(space, function), function, 40)
    assert costs.min() < 1e-6
    assert 10 < sum(vector is not None for vector in proposed) < 40


def test_it_uses_the_lengths_of_the_model_if_they_fit():
    """With a large condition and few points."""
    space = parameter_space({f"x{i:02}": ("real", [0, 1], 0.5) for i in range(12)})
    lengths = np.geomspace(0.1, 10, 12)

    def function(row):
        return float(np.square((row - 0.4) / lengths).sum())

    least = {}
    for given in (np.ones(12), lengths):
        local, (known, costs) = LocalSearch(space), known_of(space, function, 54)
        for _ in range(60):
            vector = local.next(known, costs, given)
            new = np.full(12, 0.9) if vector is None else vector
            known, costs = np.vstack([known, new]), np.append(costs, function(new))
        least[given.sum()] = costs.min()
    assert least[lengths.sum()] < least[12.0] / 10


def test_it_has_no_turn_where_costs_are_noise():
    space = parameter_space(PLANE)
    generator = np.random.RandomState(4)
    proposed, *_ = follow(
        LocalSearch(space), *known_of(space, lambda row: generator.normal()), lambda row: generator.normal(), 60
    )
    assert sum(vector is not None for vector in proposed) < 25


def test_it_has_fewer_and_fewer_turns_without_a_gain():
    space = parameter_space(PLANE)
    function = bowl([0.3, 0.6])
    proposed, *_ = follow(LocalSearch(space), *known_of(space, function), function, 400)
    later = [vector is not None for vector in proposed[100:]]
    assert 0 < sum(later) < 60
    assert sum(later[150:]) <= sum(later[:150])


def test_it_waits_for_data():
    space = parameter_space(PLANE)
    known, costs = known_of(space, bowl([0.3, 0.6]), 33)
    assert LocalSearch(space).next(known, costs, EVEN) is None
    assert LocalSearch(space).next(*known_of(space, bowl([0.3, 0.6]), 34), EVEN) is not None


def test_it_is_for_real_parameters():
    mixed = {**PLANE, "c": ("categorical", ["a", "b"], "a"), "n": ("integer", [0, 9], 3)}
    assert list(LocalSearch(parameter_space(PLANE)).rows) == [0, 1]
    assert len(LocalSearch(parameter_space(mixed)).rows) == 2
    assert not len(LocalSearch(parameter_space({**mixed, "k": ("integer", [0, 9], 3)})).rows)


def test_other_parameters_keep_their_values():
    space = parameter_space({**PLANE, "c": ("categorical", ["a", "b"], "a")})
    shape = bowl([0.3, 0.6], 30)
    by_name = {name: i for i, name in enumerate(space)}
    plane = [by_name["x"], by_name["y"]]

    def function(row):
        return shape(row[plane]) + (row[by_name["c"]] != 1)

    local = LocalSearch(space)
    known, costs = known_of(space, function, 80)
    proposed = local.next(known, costs, EVEN)
    assert proposed is not None
    assert proposed[by_name["c"]] == 1


def test_it_proposes_legal_configurations():
    space = parameter_space(PLANE, forbidden_clauses=["{x + y > 1.05}"])
    shape = bowl([0.6, 0.6])
    local = LocalSearch(space)
    known, costs = known_of(space, shape, 60)
    found = 0
    for _ in range(60):
        vector = local.next(known, costs, EVEN)
        if vector is None:
            vector = vectors.draw(space, 1, np.random.RandomState(len(known)))[:, 0]
        else:
            found += 1
            assert vector.sum() <= 1.05 + 1e-12
        known, costs = np.vstack([known, vector]), np.append(costs, shape(vector))
    assert found


def test_it_does_not_switch_parameters_on_or_off():
    space = parameter_space({**PLANE, "z": ("real", [0, 1], 0.5)}, conditional_clauses=["z | x > 0.5"])
    at = {name: i for i, name in enumerate(space)}

    def function(row):
        return (row[at["x"]] - 0.45) ** 2 + (row[at["y"]] - 0.2) ** 2

    local = LocalSearch(space)
    known, costs = known_of(space, function, 100)
    for _ in range(40):
        vector = local.next(known, costs, EVEN)
        if vector is None:
            vector = vectors.draw(space, 1, np.random.RandomState(len(known)))[:, 0]
        else:
            assert np.isnan(vector[at["z"]]) == (vector[at["x"]] <= 0.5)
        known, costs = np.vstack([known, vector]), np.append(costs, function(vector))


def test_it_waits_for_the_result_of_its_proposal():
    """With several workers the model has the turns meanwhile."""
    space = parameter_space(PLANE)
    function = bowl([0.3, 0.6])
    local = LocalSearch(space)
    known, costs = known_of(space, function)
    proposed = local.next(known, costs, EVEN)
    assert proposed is not None
    for other in (0.1, 0.2):
        known, costs = np.vstack([known, [other, other]]), np.append(costs, function([other, other]))
        assert local.next(known, costs, EVEN) is None
    known, costs = np.vstack([known, proposed]), np.append(costs, function(proposed))
    following = local.next(known, costs, EVEN)
    assert following is not None
    assert not np.array_equal(following, proposed)
    local.give_up()
    after = local.next(known, costs, EVEN)
    assert after is not None
    assert not np.array_equal(after, following)


def test_a_result_that_never_comes_does_not_end_it():
    space = parameter_space(PLANE)
    function = bowl([0.3, 0.6])
    local = LocalSearch(space)
    known, costs = known_of(space, function)
    assert local.next(known, costs, EVEN) is not None
    later = vectors.draw(space, 200, np.random.RandomState(5)).T
    proposed = []
    for row in later:
        known, costs = np.vstack([known, row]), np.append(costs, function(row))
        proposed.append(local.next(known, costs, EVEN))
    assert any(vector is not None for vector in proposed)


def test_with_several_workers_its_turn_has_as_many_steps():
    """Three results of the model come between two of its own."""
    space = parameter_space({f"x{i}": ("real", [0, 1], 0.5) for i in range(3)})
    function = bowl([0.3, 0.6, 0.4], 100)
    local = LocalSearch(space)
    known, costs = known_of(space, function, 60)
    steps = 0
    for row in vectors.draw(space, 40, np.random.RandomState(6)).T:
        vector = local.next(known, costs, EVEN)
        others = [row, 1 - row, row**2]
        new = others if vector is None else [*others, vector]
        steps += vector is not None
        known, costs = np.vstack([known, new]), np.append(costs, [function(each) for each in new])
    assert steps > 20
    assert costs.min() < 1e-6


def test_it_starts_only_where_there_are_real_parameters():
    """The best configurations have none."""
    space = parameter_space(
        {**PLANE, "c": ("categorical", ["a", "b"], "a")}, conditional_clauses=["x | c in {a}", "y | c in {a}"]
    )
    at = {name: i for i, name in enumerate(space)}
    shape = bowl([0.3, 0.6])

    def function(row):
        return 0.001 if np.isnan(row[at["x"]]) else shape(row[[at["x"], at["y"]]])

    local = LocalSearch(space)
    known, costs = known_of(space, function, 80)
    found = 0
    for seed in range(300):
        vector = local.next(known, costs, EVEN)
        found += vector is not None
        new = vectors.draw(space, 1, np.random.RandomState(seed))[:, 0] if vector is None else vector
        known, costs = np.vstack([known, new]), np.append(costs, function(new))
    assert found
    without = np.isnan(known[:, at["x"]])
    assert LocalSearch(space).next(known[without], costs[without], EVEN) is None


def test_configurations_with_other_active_parameters_are_not_close():
    space = parameter_space({**PLANE, "z": ("real", [0, 1], 0.5)}, conditional_clauses=["z | x > 0.5"])
    at = {name: i for i, name in enumerate(space)}
    one, other = np.full(3, 0.4999), np.full(3, 0.5001)
    one[at["z"]] = np.nan
    local = LocalSearch(space)
    known = np.array([one, other])
    for row in (0, 1):
        local._proposed = known[row]
        assert local._read(known, np.array([1.0, 50.0]))
    assert local.n_twins == 0


def test_the_model_learns_the_best_of_close_configurations():
    space = parameter_space(PLANE)
    function = bowl([0.3, 0.6])
    local = LocalSearch(space)
    _, known, costs = follow(local, *known_of(space, function), function, 60)
    kept = local.for_model(len(known))
    assert local.n_twins == (~kept).sum() > 5
    assert kept[:40].all()
    assert costs[kept].min() == costs[:-1].min() or costs.argmin() == len(costs) - 1
    steps = [vector for _, vector in local._of_steps]
    for one, other in itertools.combinations(steps, 2):
        assert np.abs(one - other).max() >= 0.003


def test_a_search_goes_down_a_valley(search):
    """With the model alone this takes several hundred evaluations."""
    space = parameter_space({f"x{i}": ("real", [-2, 2], -1.0) for i in range(3)})

    def function(configuration, instance, seed, cutoff):
        x = np.array([configuration[f"x{i}"] for i in range(3)])
        return float((100 * np.square(x[1:] - x[:-1] ** 2) + np.square(1 - x[:-1])).sum())

    _, calls, *_ = search(space, function, 150)
    assert min(function(*call) for call in calls) < 1e-3


def test_a_configuration_is_found_in_spite_of_rounding():
    known = np.array([[0.1, np.nan], [0.3, 0.7]])
    assert _row_of(np.array([0.1 + 0.2, 0.7]), known) == 1
    assert _row_of(np.array([0.1, np.nan]), known) == 0
    assert _row_of(np.array([0.1, 0.7]), known) is None


def test_the_limit_of_iterations_counts_steps_of_the_local_search():
    search = Search(PLANE, seed=1, max_evaluations=300, smac_options={"iteration-limit": 40})
    shape, told = bowl([0.3, 0.6], 30), []

    def go_on():
        while len(told) < 300:
            trial = search.ask()
            told.append(shape([trial.configuration["x"], trial.configuration["y"]]))
            search.tell(trial, told[-1])

    with pytest.raises(SearchError, match="iteration-limit reached"):
        go_on()
    assert len(told) < 60
