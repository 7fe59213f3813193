"""The benchmark that tunes a real solver; a script stands for it here."""

import itertools
import random

import pytest

from benchmarks.solver import formulas, irace
from benchmarks.solver.minisat import CUTOFF, SPACE, N, flags, write_formulas
from benchmarks.solver.searches import Spent, Target, at_random
from benchmarks.solver.solve import solve
from benchmarks.solver.table import section


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


def solutions(clauses):
    """All of a few variables."""
    n = max(abs(literal) for clause in clauses for literal in clause)
    for values in itertools.product((False, True), repeat=n):
        if all(any(values[abs(v) - 1] == (v > 0) for v in clause) for clause in clauses):
            yield values


def test_parities_are_right_and_contradict_each_other():
    for n, even in itertools.product((1, 2, 3), (False, True)):
        assert {sum(each) % 2 for each in solutions(formulas.odd(range(1, n + 1), even))} == {not even}
    clauses = formulas.parities(random.Random(1), 4)
    assert list(solutions(clauses)) == []
    assert len(clauses) == 4 * 4


def propagated(clauses, assumed):
    """What follows from literals by clauses with one literal left; None if they contradict each other."""
    true, before = set(assumed), -1
    while len(true) > before:
        before = len(true)
        for clause in clauses:
            left = [literal for literal in clause if -literal not in true]
            if not left:
                return None
            if len(left) == 1:
                true.add(left[0])
    return true


def bits(number, variables):
    return [v if number >> i & 1 else -v for i, v in enumerate(variables)]


def test_factors_are_those_of_the_number():
    clauses = formulas.factors(random.Random(3), 4)
    pairs = [
        (a, b)
        for a, b in itertools.product(range(16), repeat=2)
        if propagated(clauses, bits(a, range(1, 5)) + bits(b, range(5, 9))) is not None
    ]
    (product,) = {a * b for a, b in pairs}
    assert product > 1
    assert {number for pair in pairs for number in pair} <= {11, 13}


def test_multipliers_are_equal():
    clauses = formulas.multipliers(random.Random(3), 5)
    for a, b in itertools.product(range(4), range(8)):
        assert propagated(clauses, bits(a, (1, 2)) + bits(b, (3, 4, 5))) is None
    different = clauses[:-1]  # without the claim that some bit is different
    assert propagated(different, bits(3, (1, 2)) + bits(7, (3, 4, 5))) is not None


def test_a_latin_square_can_be_filled_in():
    clauses = formulas.latin_square(random.Random(2), 3)
    assert any(solutions(clauses))
    assert any(solutions([*clauses, [-1]])) != any(solutions([*clauses, [1]]))  # only one way, from 4 holes


def test_edges_of_a_colouring():
    clauses = formulas.colouring(random.Random(2), 10, colours=4)
    edges = {tuple(sorted((-v - 1) // 4 for v in clause)) for clause in clauses[10:]}
    assert len(edges) == 43
    assert len(clauses) == 10 + 4 * 43
    assert all(a != b for a, b in edges)


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


@pytest.mark.slow
def test_a_budget_is_kept_to(minisat, tmp_path):
    minisat("while :; do :; done")
    target = Target([tmp_path] * N, 0.12)
    with pytest.raises(Spent):
        target([], 0)
    assert target.used == pytest.approx(0.12)
    assert at_random(Target([tmp_path] * N, 0.05), 0) == flags(SPACE.default)


def test_the_section():
    draw = random.Random(1)
    records = [
        {"budget": 100.0, "cutoff": 1.0, "date": "2026-01-01", "commit": f"of_{method}", "method": method}
        | {"seed": seed, "test": base + draw.random() / 10, "training": 1.0, "calls": 7}
        for method, base, seeds in (("default", 2.0, 4), ("ours", 1.0, 3), ("irace", 1.1, 3))
        for seed in range(seeds)
    ]
    text = section([{**records[0], "test": 99.0}, *records])
    assert "ran on 2026-01-01, ours at commit of_ours." in text
    assert "Each search has 100 CPU seconds of MiniSat, with a cutoff of 1 s:" in text
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    assert [line.split(" | ")[:2] for line in lines] == [
        ["| the default", "3"],
        ["| pysmac_compat", "3"],
        ["| irace 3.5", "3"],
    ]
    assert lines[0].endswith("3 of 3 |")
    assert " 0.5" in lines[0]
    assert "99" not in lines[0]
    assert section([]) == ""
    assert section(records[:1] + records[5:6]) == ""  # no seed in common
    assert SPACE.cutoff == CUTOFF
