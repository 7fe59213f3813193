"""The part of the report on samplers of Optuna: a table of values that are known beforehand."""

import pytest

from benchmarks import optuna_sampler


def record(method, problem, seed, value):
    return {"method": method, "problem": problem, "seed": seed, "budget": 100, "value": value, "cpu": 2.0}


def test_the_tables():
    records = [
        record(method, problem, seed, value + seed)
        for method, value in (("SMACSampler", 1.0), ("ours", 1.0), ("TPESampler", 3.0))
        for problem in ("branin", "log5")
        for seed in range(3)
    ]
    records.append(record("GPSampler", "log5", 1, -2.0))
    lines = optuna_sampler.section(records).splitlines()
    assert "medians over 3 seeds of the best of 100 values" in " ".join(lines)
    assert "| branin | 2 | 4 | 2 | 3 |" in lines
    assert "| **mean rank** | 1.50 | 3.00 | 1.50 |  |" in lines
    assert any("GPSampler, which takes longer, has made 1 of these 6 searches" in line for line in lines)
    assert lines[-3] == "| log5 | -2 | 2 | 4 | 2 | 1 |"
    assert optuna_sampler.section([]) == ""


@pytest.mark.slow
def test_a_search_of_each_kind():
    pytest.importorskip("optuna")
    for method in ("SMACSampler", "TPESampler", "ours"):
        found = optuna_sampler.run(method, "branin", 0, 3)
        assert found["value"] < 1000
        assert found["cpu"] > 0
