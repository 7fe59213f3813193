"""The benchmark that tunes a real solver; a script stands for it here."""

import random

import pytest

from benchmarks.solver import irace
from benchmarks.solver.minisat import CUTOFF, SPACE, N, flags, write_formulas
from benchmarks.solver.searches import Spent, Target, at_random
from benchmarks.solver.solve import solve
from benchmarks.solver.table import table


@pytest.fixture
def minisat(tmp_path, monkeypatch):
    """Puts a script in the solver's place."""

    def make(text):
        script = tmp_path / "minisat"
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    return make


@pytest.mark.slow
def test_formulas(tmp_path):
    texts = [path.read_text() for path in write_formulas(tmp_path)]
    assert len(set(texts)) == len(texts) == 2 * N
    for text in texts[::9]:
        head, *lines = text.splitlines()
        n, m = map(int, head.split()[2:])
        clauses = [list(map(int, line.split())) for line in lines]
        assert len(clauses) == m
        assert all(clause[-1] == 0 and all(1 <= abs(v) <= n for v in clause[:-1]) for clause in clauses)


def test_flags_and_the_parameters_of_irace():
    words = flags(SPACE.default)
    assert {"-var-decay=0.95", "-luby", "-no-rnd-init", "-grow=0"} <= set(words)
    assert len(words) == len(SPACE.parameters)
    lines = irace._parameters().splitlines()
    assert 'rfirst "-rfirst=" i,log (10, 1000)' in lines
    assert 'luby "" c ("-luby", "-no-luby")' in lines
    assert 'grow "-grow=" i (0, 20) | elim == "-elim"' in lines
    names, values = irace._default().splitlines()
    assert len(names.split()) == len(values.split()) == len(lines) == len(SPACE.parameters)


@pytest.mark.parametrize(
    ("text", "cutoff", "solved"),
    [("exit 10", 1, True), ("exit 20", 1, True), ("exit 3", 1, False), ("while :; do :; done", 0.05, False)],
)
def test_a_run(minisat, text, cutoff, solved):
    minisat(text)
    found, seconds = solve([], "x.cnf", cutoff)
    assert found == solved
    assert 0 <= seconds <= cutoff
    assert seconds == cutoff or "while" not in text


def test_a_budget_is_kept_to(minisat, tmp_path):
    minisat("while :; do :; done")
    target = Target([tmp_path] * N, 0.12)
    with pytest.raises(Spent):
        target([], 0)
    assert target.used == pytest.approx(0.12)
    assert at_random(Target([tmp_path] * N, 0.05), 0) == flags(SPACE.default)


def test_the_table():
    draw = random.Random(1)
    records = [
        {
            "budget": 100.0,
            "method": method,
            "seed": seed,
            "test": base + draw.random() / 10,
            "training": 1.0,
            "calls": 7,
        }
        for method, base in (("default", 2.0), ("ours", 1.0), ("irace", 1.1))
        for seed in range(3)
    ]
    lines = table([{**records[0], "test": 99.0}, *records]).splitlines()
    assert lines[0].startswith("100 CPU seconds of MiniSat")
    assert [line.split(" | ")[0] for line in lines[4:]] == ["| the default", "| pysmac_compat", "| irace 3.5"]
    assert lines[4].endswith("3 of 3 |")
    assert " 0.5" in lines[4]
    assert "99" not in lines[4]
    assert table([]) == "Nothing is recorded.\n"
    assert SPACE.cutoff == CUTOFF
