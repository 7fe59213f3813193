"""The report: statistics that are known beforehand, and a page made of a few results."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks import statistics
from benchmarks.noise import section as told_noise
from benchmarks.report import PAGE, page
from benchmarks.sections import capping
from benchmarks.selection import best_known, completed, main_peers, matched, values_at


def cell(peer, problem, seed, *values, budget=100, final=None):
    """A search whose best values come one evaluation after the other, and stay."""
    steps = [[n, value] for n, value in enumerate(values, 1)]
    final = values[-1] if final is None else final
    common = {"date": "2026-01-0" + str(1 + seed % 9), "commit": "abc", "versions": {"python": "3.11"}}
    return (
        {"peer": peer, "problem": problem, "seed": seed, "budget": budget, "n": budget}
        | common
        | {
            "steps": steps,
            "final": final,
        }
    )


def test_regret_is_0_at_the_best_known_and_1_at_random():
    best, random = {0: 1.0, 1: 2.0, 2: 0.0}, {0: 3.0, 1: 3.0, 2: 4.0}  # regrets of random: 2, 1, 4
    assert statistics.regrets({0: 1.0, 1: 4.0, 2: 1.0}, best, random) == {0: 0.0, 1: 1.0, 2: 0.5}
    assert statistics.regrets({0: 1.5}, {0: 1.0}, {0: 1.0}) == {0: 0.5}


def test_how_much_sooner_the_median_search_has_what_the_better_of_each_two_ends_with():
    ones = [[(1.0, 9.0), (10.0, 4.0), (20.0, 2.0)], [(1.0, 90.0), (30.0, 20.0)], [(2.0, 9.0), (50.0, 3.0)]]
    others = [[(1.0, 9.0), (40.0, 4.0), (60.0, 3.0)], [(5.0, 90.0), (80.0, 20.0), (99.0, 21.0)], [(99.0, 3.0)]]
    # ends: 2, 20, 3; two of three searches are there after 30 and 99 seconds, within twice of it after 30 and 80
    assert statistics.times_sooner(ones, others, 1)[0] == 99 / 30
    assert statistics.times_sooner(others, ones, 1)[0] == 30 / 99
    assert statistics.times_sooner(ones, others, 2)[0] == 80 / 30
    assert statistics.times_sooner(ones, others, 100)[0] == 5 / 1
    assert statistics.times_sooner(ones[:1], others[:1], 1.0) == (60 / 20, (3.0, 3.0))  # the other never is


@pytest.mark.slow
def test_what_capping_saves_is_told_by_pairs_of_searches():
    with_it = cell("ours", "solver_alike", 0, 1.0) | {"incumbents": [[5.0, 3.0], [10.0, 1.0]]}
    without = cell("ours_uncapped", "solver_alike", 0, 1.0) | {"incumbents": [[5.0, 3.0], [25.0, 1.0]]}
    alone = cell("ours", "solver_alike", 1, 1.0) | {"incumbents": [[5.0, 3.0]]}
    each = "| 2.5 [2.5, 2.5] " * 5
    assert f"| solver_alike {each}| 1 |" in capping([with_it, without, alone])
    assert capping([alone]) == ""


def test_noise_that_is_told_is_compared_by_pairs():
    about = {"problem": "branin", "share": 0.05, "budget": 100, "commit": "abc"}
    regrets = [(False, 0, 0.003), (True, 0, 0.001), (False, 1, 0.001), (True, 1, 0.001), (True, 2, 9.0)]
    text = told_noise([{**about, "told": told, "seed": seed, "regret": regret} for told, seed, regret in regrets])
    assert "| branin | 5% | 100 | 0.002 | 0.001 | 0.71 | 0.71 | 1, 1, 0 | 2 |" in text
    assert "| **all** | 5% | 100 |  |  | 0.71 | 0.71 | 1, 1, 0 | 2 |" in text
    assert told_noise([]) == ""


def test_noise_is_compared_with_other_optimizers_by_pairs():
    about = {"problem": "branin", "share": 0.05, "budget": 100, "commit": "abc"}
    records = [{**about, "told": told, "seed": s, "regret": 0.003 + s} for told in (False, True) for s in range(4)]
    cells = [cell("optuna_tpe", "noise-branin-5", s, 9.0, final=2.001 + 2 * s) | {"optimum": 2.0} for s in range(4)]
    text = told_noise(records, [*cells, cell("optuna_tpe", "branin", 0, 1.0)])
    # the ratios of the regrets plus 0.001: .004/.002, 1.004/2.002, 2.004/4.002, 3.004/6.002
    assert "| optuna_tpe | told | 5% | 100 | 0.50 | 1 of 1 | 0 | none | 4 |" in text
    assert "| optuna_tpe | left on | 5% | 100 | 0.50 | 1 of 1 | 0 | none | 4 |" in text
    worse = [c | {"final": 2.0} for c in cells]
    assert "0 of 1 | 0 | branin | 4 |" in told_noise(records, worse)
    assert "optuna" not in told_noise(records)


def test_best_known_is_the_optimum_or_what_was_seen():
    cells = [
        cell("a", "ml_svm_digits", 0, 0.5, 0.25),
        cell("b", "ml_svm_digits", 0, 0.125, budget=500),
        cell("b", "ml_svm_digits", 1, 0.5),
        cell("a", "log5", 0, 3.0),
    ]
    assert best_known(cells, ("public",)) == {"ml_svm_digits": {0: 0.125, 1: 0.5}, "log5": {0: 0.0}}


def test_only_problems_and_seeds_that_all_have_run_are_compared():
    values = {"a": {"p": {0: 1.0, 1: 2.0}, "q": {0: 1.0}}, "b": {"p": {1: 3.0, 2: 4.0}, "r": {0: 1.0}}}
    assert matched(values, ["a", "b"]) == {"a": {"p": {1: 2.0}}, "b": {"p": {1: 3.0}}}
    assert matched(values, ["a", "c"]) == {"a": {}, "c": {}}
    assert statistics.compare(values["a"], values["b"])[:3] == (1, 0, 1)


def test_mean_ranks_share_ties():
    medians = np.array([[1.0, 2.0, 3.0], [5.0, 5.0 + 1e-12, 1.0]])
    assert statistics.mean_ranks(medians).tolist() == [(1 + 2.5) / 2, (2 + 2.5) / 2, (3 + 1) / 2]


def test_geometric_mean_has_a_floor():
    assert statistics.geometric_mean([1.0, 0.25]) == pytest.approx(0.5)
    assert statistics.geometric_mean([0.0, 0.0]) == pytest.approx(statistics.LEAST_REGRET)


def test_intervals_hold_the_statistic_and_vanish_without_spread():
    runs = [[[0.5, 0.5, 0.5], [1.0, 1.0, 1.0]]] * 4
    low, high = statistics.interval(lambda m: m.mean(axis=0), runs)
    assert low.tolist() == high.tolist() == [0.5, 1.0]
    spread = [[[float(i) for i in range(11)]]] * 5
    low, high = statistics.interval(lambda m: m.mean(axis=0), spread)
    assert 2 < low[0] < 5 < high[0] < 8


def test_holm():
    assert statistics.holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])
    assert statistics.holm([]) == []


def test_comparison_names_only_what_is_worse_by_more_than_noise():
    ours = {
        "worse": {s: 10.0 + s for s in range(10)},
        "noise": {s: s + 0.1 for s in range(10)},
        "better": dict.fromkeys(range(10), 0.0),
        "equal": dict.fromkeys(range(10), 1.0),
        "ours only": {0: 1.0},
    }
    theirs = {
        "worse": {s: float(s) for s in range(10)},
        "noise": {s: float(s) for s in range(10)},
        "better": dict.fromkeys(range(10), 1.0),
        "equal": dict.fromkeys(range(10), 1.0),
    }
    assert statistics.compare(ours, theirs) == (1, 1, 4, ["worse"])


@pytest.mark.parametrize("n_problems", [1, 14])
def test_least_number_of_runs(n_problems):
    def corrected(n):
        return n_problems * stats.mannwhitneyu(range(n, 2 * n), range(n), alternative="greater").pvalue

    needed = statistics.runs_needed(n_problems)
    assert corrected(needed) < 0.05 <= corrected(needed - 1)


def test_a_longer_search_counts_for_a_shorter_one_unless_that_is_there():
    cells = [
        cell("ours", "branin", 0, 9.0, 5.0, 1.0, budget=500),
        cell("ours", "branin", 1, 8.0, 7.0, 1.0, budget=500),
        cell("ours", "branin", 1, 6.0, budget=100),
        cell("ours", "seeds", 0, 1.0, budget=100),
    ]
    assert values_at(cells, 2, ("public",)) == {"ours": {"branin": {0: 5.0, 1: 6.0}}}
    assert values_at(cells, 500, ("public",), final=True) == {"ours": {"branin": {0: 1.0, 1: 1.0}}}


def test_the_two_samplers_of_optuna_are_one_search_without_conditions():
    cells = [cell("optuna_tpe", "branin", 0, 2.0), cell("optuna_tpe", "hier3", 0, 3.0)]
    cells += [cell("optuna_tpe", "log5", 0, 4.0), cell("optuna_tpe_mvg", "log5", 0, 5.0)]
    values = values_at(completed(cells), 1, ("public",))
    assert values["optuna_tpe_mvg"] == {"branin": {0: 2.0}, "log5": {0: 5.0}}


def test_a_peer_of_few_seeds_does_not_take_those_of_the_others():
    values = {"a": {"p": dict.fromkeys(range(5), 1.0)}, "b": {"p": {0: 1.0}}, "c": {"p": dict.fromkeys(range(4), 1.0)}}
    assert main_peers(values) == ["a", "c"]
    assert main_peers({}) == []


def made_page():
    """Ten runs of four optimizers on two problems with known optima 0: random has regret 1, ours 0.25 and 0.01."""
    cells = []
    for seed in range(10):
        for problem, ours, tpe in (("log5", 0.5, 1.0), ("plateau", None, None)):
            if ours is None:
                values = {"ours": 0.76, "random": 0.5, "optuna_tpe": 0.4, "optuna_tpe_mvg": 0.4}
            else:
                values = {"ours": ours, "random": 2.0, "optuna_tpe": tpe, "optuna_tpe_mvg": tpe}
            cells += [cell(peer, problem, seed, value) for peer, value in values.items()]
        cells += [cell(peer, "noisy_branin", seed, 1.0, final=3.25) for peer in ("ours", "random")]
        cells.append(cell("ours", "original/branin", seed, 0.4375))
    recorded = [cell("pysmac_java", "original/branin", seed, 1.5) for seed in range(3)]
    costs = [
        {"cost": "script", "name": "rosenbrock_4d", "n": 100, "seed": s, "date": "2026-01-05", "commit": "abc"}
        | {"ours": {"cpu": 2.0, "wall": 1.0 + s}, "optuna_tpe": {"cpu": 4.0, "wall": 2.0}}
        for s in range(3)
    ]
    return page(cells, recorded, costs)


def row(text, *words):
    lines = [line for line in text.splitlines() if line.startswith("|") and all(word in line for word in words)]
    assert len(lines) == 1, (words, lines)
    return [entry.strip() for entry in lines[0].strip("|").split("|")]


@pytest.mark.slow
def test_page_of_a_few_results():
    text = made_page()
    hundred = text.partition("### 100 evaluations")[2].partition("### 500 evaluations")[0]
    optimum = 1 - round(150 * 0.95) / 150
    ours = (0.25 * (0.76 - optimum) / (0.5 - optimum)) ** 0.5
    assert row(hundred, "ours")[1] == "2.50 [1.00, 4.00]"
    assert row(hundred, "ours")[2].startswith(f"{ours:.2f} ")
    assert row(hundred, "random")[2] == "1.00 [1.00, 1.00]"
    assert row(hundred, "random")[3] == "10"
    assert row(text, "| 100 | optuna_tpe |") == ["100", "optuna_tpe", "1 of 2 (50%)", "0", "plateau", "10"]
    assert row(text, "| noisy_branin |") == ["noisy_branin", "**3.25**", "**3.25**"]
    assert row(text, "script of 100", "wall clock")[2:] == ["2 s", "2 s", "1.00 [0.50, 1.50]", "3"]
    assert row(text, "script of 100", "CPU")[4] == "0.50 [0.50, 0.50]"
    assert row(text, "| branin |") == ["branin", "**0.4375**", "1.5"]
    assert "10 seeds, at commit abc." in text
    assert "## What was tried" in text
    assert "2026-01-01 to 2026-01-09" in text


def test_page_without_results_invents_nothing():
    text = page([], [], [])
    assert "**Nothing is recorded yet.**" in text
    assert "Not measured yet." in text
    assert ">>>" not in text


def test_the_kept_page_says_that_it_is_made():
    assert "made by `python -m benchmarks.report`" in PAGE.read_text()
