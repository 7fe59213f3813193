"""Two versions of the search side by side."""

from __future__ import annotations

import shutil

import pytest

from benchmarks import choose, results, statistics
from benchmarks.measure import ROOT


def record(code, problem, seed, value, n=100):
    peer = "random" if code == "-" else "ours"
    about = {"code": code, "peer": peer, "problem": problem, "seed": seed, "budget": n, "n": n}
    return about | {"steps": [[1, 11.0, 0.0], [60, value, 0.0]]}


def records(problem="sphere5"):
    found = []
    for seed in range(6):
        found += [record("-", problem, seed, 10.0), record("new", problem, seed, 2.0 + seed % 2)]
        found.append(record("old", problem, seed, 4.0 + 2 * (seed % 2)))
    return found


def test_ratio_of_pairs():
    pairs = [[(0.1, 0.2), (0.3, 0.6)], [(0.5, 1.0)]]
    ratio, interval = statistics.paired_ratio(pairs)
    assert ratio == pytest.approx(0.5)
    assert interval == pytest.approx((0.5, 0.5))
    assert statistics.paired_ratio([[(0.0, 1e-9)]])[0] == 1.0  # both are the least regret
    ratio, (low, high) = statistics.paired_ratio([[(0.1, 0.2)] * 9, [(0.4, 0.1)]])  # each problem counts the same
    assert ratio == pytest.approx(2**0.5)
    assert low == pytest.approx(0.5)
    assert high == pytest.approx(4)


def test_the_report_compares_the_searches_that_both_versions_have_made():
    found = [*records(), record("new", "branin", 0, 2.0), record("-", "branin", 0, 9.0)]
    text = choose.report(found, ["new", "old"], [60, 100])
    line = [each.strip() for each in text.splitlines()[-1].strip("|").split("|")]
    assert line == ["100", "**all**", "0.500", "0.50 - 0.50", "1, 0, 0", "none", "6"]
    assert "branin" not in text
    assert "sphere5" in choose.report(found, ["old", "new"], [100])  # worse by more than noise


def test_the_report_of_one_version():
    text = choose.report(records("tree-jenatton"), ["new"], [50, 100])
    assert "| tree-jenatton | 1 | 0.242 | 6 |" in text  # (2.5 - 0.1) / (10 - 0.1)
    assert "| **conditional** | 1 | 0.242 |  |" in text


def test_a_version_is_the_text_of_the_package(tmp_path):
    shutil.copytree(ROOT / "pysmac_compat", tmp_path / "pysmac_compat", ignore=shutil.ignore_patterns("__pycache__"))
    assert choose.version(tmp_path) == choose.version(ROOT)
    (tmp_path / "pysmac_compat" / "results.py").write_text("")
    assert choose.version(tmp_path) == choose.version(ROOT)  # no proposal depends on it
    for changed in ("engine/selector.py", "options/smac_v2_options.json", "search/run.py"):
        before = choose.version(tmp_path)
        (tmp_path / "pysmac_compat" / changed).write_text("")
        assert choose.version(tmp_path) != before


@pytest.mark.slow
def test_searches_are_made_once(tmp_path):
    file = tmp_path / "folder" / "choose.jsonl"
    for _ in range(2):
        choose.run(ROOT, ["sphere5"], [0], 12, file, 1, 9.0)
        made = list(results.read(file))
        assert [(r["peer"], r["code"], r["n"]) for r in made] == [
            ("ours", choose.version(ROOT), 12),
            ("random", "-", 12),
        ]
    assert made[0]["steps"][0][:2] == made[1]["steps"][0][:2]  # both begin with the default
