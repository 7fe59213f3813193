"""Variance decomposition of forests: exact on boxes, and near the truth for functions whose shares are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeRegressor

from pysmac_compat.report.anova import Boxes, ForestAnova


def shares(anova, *dims):
    return anova.quantify_importance(dims)[dims]["individual importance"]


def grid_decomposition(table):
    """The variance shares of a function on a full grid of equal cells, straight from the definition."""
    axes = range(table.ndim)
    components = {(): table.mean()}
    found = {}
    for size in range(1, table.ndim + 1):
        for subset in itertools.combinations(axes, size):
            others = tuple(axis for axis in axes if axis not in subset)
            component = table.mean(axis=others, keepdims=True)
            for smaller in components:
                if set(smaller) < set(subset):
                    component = component - components[smaller]
            components[subset] = component
            found[subset] = float((component**2).mean())
    return found


def tree_of(table, seed=0):
    """A tree that is exactly a table over the middles of its cells."""
    points = np.array(list(itertools.product(*[(np.arange(k) + 0.5) / k for k in table.shape])))
    return DecisionTreeRegressor(random_state=seed, splitter="random").fit(points, table.ravel())


@pytest.mark.slow
@settings(max_examples=30)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 1000))
def test_a_tree_over_cells_is_decomposed_exactly(shape, seed):
    table = np.random.RandomState(seed).choice([0.0, 1.0, 5.0, -2.0], size=shape)
    boxes = Boxes.of_tree(tree_of(table, seed), shape)
    assert boxes.mean == pytest.approx(table.mean())
    volume = np.prod(boxes.high - boxes.low, axis=1).sum()
    assert volume == pytest.approx(1)
    expected = grid_decomposition(table)
    for subset in expected:
        closed = sum(value for smaller, value in expected.items() if set(smaller) <= set(subset))
        assert boxes.variance(subset) == pytest.approx(closed, abs=1e-9)


def test_both_ways_to_sum_up_agree():
    rng = np.random.RandomState(0)
    points = rng.rand(700, 4)
    tree = DecisionTreeRegressor(random_state=0).fit(points, rng.rand(700))
    boxes = Boxes.of_tree(tree, [None] * 4)
    weights = (boxes.values - boxes.mean) * np.prod((boxes.high - boxes.low)[:, 2:], axis=1)
    assert len(weights) > 500  # more than one part
    assert boxes._on_grid(weights, [0, 1]) == pytest.approx(boxes._of_pairs(weights, [0, 1]))


@pytest.mark.slow
def test_an_additive_function_with_a_product():
    """2a + b + 4ac, each in [-1/2, 1/2]: variances 4/12, 1/12, 16/144."""
    points = np.random.RandomState(1).rand(2000, 4)
    a, b, c, _ = points.T - 0.5
    anova = ForestAnova(["a", "b", "c", "d"], points, 2 * a + b + 4 * a * c, [None] * 4, n_trees=32)
    parts = {("a",): 4 / 12, ("b",): 1 / 12, ("a", "c"): 16 / 144}
    total = sum(parts.values())
    for size in (1, 2):
        for dims in itertools.combinations("abcd", size):
            assert shares(anova, *dims) == pytest.approx(parts.get(dims, 0.0) / total, abs=0.025), dims
    pairs = anova.get_most_important_pairwise_marginals(2)
    assert next(iter(pairs)) == ("a", "c")
    assert len(pairs) == 2
    assert list(pairs.values()) == sorted(pairs.values(), reverse=True)
    assert len(anova.get_most_important_pairwise_marginals()) == 6
    assert set(anova.get_most_important_pairwise_marginals(9, params=["b", 2])) == {("b", "c")}


def test_what_it_returns():
    points = np.random.RandomState(1).rand(300, 3)
    anova = ForestAnova(["a", "b", "c"], points, points[:, 0] * points[:, 1], [None] * 3, n_trees=8)
    found = anova.quantify_importance([1, "a"])
    assert list(found) == [(1,), ("a",), (1, "a")]
    both = found[1, "a"]
    assert both["total importance"] == pytest.approx(sum(part["individual importance"] for part in found.values()))
    assert both["total importance"] > 0.9
    assert 0 < both["individual std"] < 0.2
    assert anova.quantify_importance("b") == anova.quantify_importance(("b",))
    assert anova.quantify_importance(1)[1,] == anova.quantify_importance("b")["b",]
    everything = anova.quantify_importance(list("abc"))[tuple("abc")]
    assert everything["total importance"] == pytest.approx(1)
    again = ForestAnova(["a", "b", "c"], points, points[:, 0] * points[:, 1], [None] * 3, n_trees=8)
    assert again.quantify_importance([1, "a"]) == found


@pytest.mark.parametrize("dims", [[], ["a", "a"], ["a", 0], "d", 7, -1, 0.5, [None]])
def test_parameters_that_are_none(dims):
    anova = ForestAnova(["a", "b"], np.random.RandomState(1).rand(20, 2), range(20), [None] * 2, n_trees=2)
    with pytest.raises((ValueError, TypeError)):
        anova.quantify_importance(dims)


def test_the_instance_is_averaged_out():
    """Half of the variance is the instances'; of the rest, a has all."""
    rng = np.random.RandomState(3)
    instances = rng.randint(4, size=1500)
    points = np.column_stack([rng.rand(1500, 2), (instances + 0.5) / 4])
    anova = ForestAnova(["a", "b"], points, points[:, 0] + instances, [None, None, 4], n_trees=16)
    assert shares(anova, "a") == pytest.approx(1, abs=0.05)
    assert anova.quantify_importance(list("ab"))["a", "b"]["total importance"] == pytest.approx(1)


def test_costs_that_are_all_the_same():
    anova = ForestAnova(["a", "b"], np.random.RandomState(1).rand(20, 2), np.ones(20), [None] * 2, n_trees=4)
    assert shares(anova, "a") == shares(anova, "a", "b") == 0


def test_one_configuration_is_not_enough():
    with pytest.raises(ValueError, match="two different configurations"):
        ForestAnova(["a"], [[0.5], [0.5]], [1, 2], [None])


def test_the_mean_over_the_other_parameters():
    rng = np.random.RandomState(0)
    points = rng.random_sample((400, 3))
    costs = 3 + 2 * (points[:, 0] > 0.5) - (points[:, 2] > 0.25) + points[:, 1]
    anova = ForestAnova(["a", "b", "c"], points, costs, [None] * 3)
    assert anova.marginal(("a", "c"), [0.2, 0.8], [0.1, 0.9]).ravel() == pytest.approx([3.5, 2.5, 5.5, 4.5], abs=0.1)
    assert anova.marginal(("c", "a"), [0.1], [0.2, 0.8]).ravel() == pytest.approx([3.5, 5.5], abs=0.1)


def test_a_name_of_the_original_fanova():
    anova = ForestAnova(["x"], [[0.1], [0.9]], [0.0, 1.0], [None], n_trees=1)
    with pytest.raises(AttributeError, match="use quantify_importance"):
        anova.get_marginal(0)
