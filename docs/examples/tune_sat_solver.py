"""Tune MiniSat, a program (apt install minisat): the least mean run time on 20 formulas, then on 20 others.

Usage: python tune_sat_solver.py [number of evaluations] [number of formulas, of each kind and for each purpose]
"""

import itertools
import random
import sys
import tempfile
from pathlib import Path

import pysmac_compat as pysmac


def random_formula(draw, n=200):
    """Clauses of three variables, 4.26 times as many as variables: about half of such formulas can be satisfied."""
    return [[v * draw.choice((1, -1)) for v in draw.sample(range(1, n + 1), 3)] for _ in range(int(4.26 * n))]


def colouring(draw, nodes=100, edges=430, colours=4):
    """Colour a graph: a variable for each node and colour."""
    graph = draw.sample(list(itertools.combinations(range(nodes), 2)), edges)
    some = [[node * colours + c for c in range(1, colours + 1)] for node in range(nodes)]
    return some + [[-(a * colours + c), -(b * colours + c)] for a, b in graph for c in range(1, colours + 1)]


def write(path, clauses):
    head = f"p cnf {max(abs(literal) for clause in clauses for literal in clause)} {len(clauses)}"
    path.write_text("\n".join([head, *(" ".join(map(str, [*clause, 0])) for clause in clauses), ""]))
    return path


parameter_definition = {
    "var-decay": ("real", [0.5, 0.999], 0.95),
    "rnd-freq": ("real", [0, 0.2], 0),
    "luby": ("categorical", [True, False], True),
    "rfirst": ("integer", [10, 1000], 100, "log"),
    "phase-saving": ("ordinal", [0, 1, 2], 2),
    "elim": ("categorical", [True, False], True),
    "grow": ("integer", [0, 20], 0),
}

if __name__ == "__main__":
    evaluations, n = (*map(int, sys.argv[1:]), *(200, 10)[len(sys.argv) - 1 :])
    folder = tempfile.TemporaryDirectory()
    paths = [Path(folder.name, f"{i}.cnf") for i in range(4 * n)]
    formulas = [write(path, (random_formula, colouring)[i % 2](random.Random(i))) for i, path in enumerate(paths)]
    solver = pysmac.program(
        "minisat -verb=0 {flags} {instance}",
        instances=formulas[: 2 * n],
        test_instances=formulas[2 * n :],
        flags={name: {True: f"-{name}", False: f"-no-{name}"} for name in ("luby", "elim")},
        exit_codes={10: "SAT", 20: "UNSAT"},
    )
    opt = pysmac.SMAC_optimizer()
    opt.smac_options.update({"run-obj": "RUNTIME", "overall-obj": "MEAN10"})  # what reaches the limit counts ten times
    value, _ = opt.minimize(solver, evaluations, parameter_definition, ["grow | elim == True"], t_limit_function_s=2)
    print(f"least value found: {value:.4f} s\nparameters: {opt.result.active_configuration}")
    print(f"the command: {solver.command_line(instance=0, **opt.result.active_configuration)}\n{opt.result.summary()}")
