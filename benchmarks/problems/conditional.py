"""Conditional problems of other authors, from the formulas of their papers.

A seed permutes the categories and draws the default. No wheel has a table with conditional parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from benchmarks.problems.families import Draw, enter
from benchmarks.problems.foreign import BUDGETS
from benchmarks.problems.problem import Configuration, Problem


def _with_default(draw: Draw, parameters: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """Return the parameters with random defaults; the given parameters have no default."""
    full: dict[str, tuple[Any, ...]] = {}
    for name, (kind, values) in parameters.items():
        if kind == "real":
            full[name] = (kind, values, draw.random.uniform(*values))
        elif kind == "integer":
            full[name] = (kind, values, draw.random.randint(*values))
        else:
            full[name] = (kind, values, draw.random.choice(values))
    return full


def jenatton(draw: Draw) -> Problem:
    """Return a tree of three binary choices with a quadratic function in each of four leaves.

    R. Jenatton, C. Archambeau, J. González, M. Seeger, "Bayesian optimization with tree-structured dependencies", ICML
    2017, section 6.1. A seed also moves the least point of each leaf.
    """
    meaning = {name: draw.renamed([0, 1]) for name in ("x1", "x2", "x3")}
    least = {f"x{i}": draw.uniform(-0.8, 0.8, 0.0) for i in (4, 5, 6, 7)}
    ends = {"r8": draw.renamed([0, 1])[0], "r9": draw.renamed([0, 1])[0]}  # the better end of the range
    leaves = {
        (0, 0): ("x4", 0.1, "r8"),
        (0, 1): ("x5", 0.2, "r8"),
        (1, 0): ("x6", 0.3, "r9"),
        (1, 1): ("x7", 0.4, "r9"),
    }

    def cost(**c: Any) -> float:
        side = meaning["x1"][c["x1"]]
        choice = "x3" if side else "x2"
        x, base, r = leaves[side, meaning[choice][c[choice]]]
        return float((c[x] - least[x]) ** 2 + base + abs(c[r] - ends[r]))

    label = {name: {meant: shown for shown, meant in means.items()} for name, means in meaning.items()}
    parameters: dict[str, tuple[Any, ...]] = {name: ("categorical", [0, 1]) for name in meaning}
    parameters |= {name: ("real", [-1.0, 1.0]) for name in least} | {name: ("real", [0.0, 1.0]) for name in ends}
    conditions = [f"{name} | x1 == {label['x1'][0]}" for name in ("x2", "r8")]
    conditions += [f"{name} | x1 == {label['x1'][1]}" for name in ("x3", "r9")]
    for (side, other), (leaf, *_) in leaves.items():
        choice = "x3" if side else "x2"
        conditions.append(f"{leaf} | {choice} == {label[choice][other]}")
    return Problem(
        "tree-jenatton",
        cost,
        _with_default(draw, parameters),
        conditions,
        optimum=0.1,
        best={"x1": label["x1"][0], "x2": label["x2"][0], "x4": least["x4"], "r8": float(ends["r8"])},
        budgets=BUDGETS,
    )


def network(draw: Draw) -> Problem:
    """Return a problem with the settings of a network of one to three layers, and the number of units of each.

    It is the analytic example of C. Audet, E. Hallé-Hannan, S. Le Digabel, "A general mathematical framework for
    constrained mixed-variable blackbox optimization problems with meta and categorical variables", Operations Research
    Forum 4, 2023, with the coefficients of the library SMT.
    """
    weights = {"relu": (2, 1, -0.5), "selu": (-1, 2, -0.5), "isrlu": (-1, 1, 0.5)}
    meaning = draw.renamed(list(weights))

    def cost(**c: Any) -> float:
        a, b, d = weights[meaning[c["activation"]]]
        value = a * c["rate"] + b * c["decay"] + d * 2 ** c["batch"] + c["units1"] ** 2
        value += 0.3 * c.get("units2", 0) - 0.1 * c.get("units3", 0) ** 3
        return float(value)

    parameters: dict[str, tuple[Any, ...]] = {
        "layers": ("ordinal", [1, 2, 3]),
        "rate": ("real", [-5.0, -2.0]),
        "decay": ("real", [-5.0, -1.0]),
        "batch": ("integer", [3, 8]),
        "activation": ("categorical", list(meaning)),
        **{f"units{i}": ("integer", [0, 5]) for i in (1, 2, 3)},
    }
    relu = next(shown for shown, meant in meaning.items() if meant == "relu")
    best: Configuration = {"layers": 3, "rate": -5.0, "decay": -5.0, "batch": 8, "activation": relu}
    best |= {"units1": 0, "units2": 0, "units3": 5}
    return Problem(
        "tree-network",
        cost,
        _with_default(draw, parameters),
        ["units2 | layers in {2, 3}", "units3 | layers == 3"],
        optimum=-155.5,
        best=best,
        budgets=BUDGETS,
    )


def rosenbrock(draw: Draw) -> Problem:
    """Return Rosenbrock's valley over four or six of eight parameters; two choices set which ones, and how steep it is.

    J. Pelamatti, L. Brevault, M. Balesdent, E.-G. Talbi, Y. Guerin, "Bayesian optimization of variable-size design
    space problems", Optimization and Engineering 22, 2021, section 5.3, without its two constraints.
    """
    ways = {
        (0, 0): ("0123", 7, 9),
        (0, 1): ("0145", 7, 6),
        (1, 0): ("012367", 10, 9),
        (1, 1): ("014567", 10, 6),
    }
    meaning = {name: draw.renamed([0, 1]) for name in ("w1", "w2", "z1", "z2")}

    def cost(**c: Any) -> float:
        w = meaning["w1"][c["w1"]], meaning["w2"][c["w2"]]
        which, a, b = ways[w]
        flat = meaning["z2"][c["z2"]]
        total = valley([c[f"x{i}"] for i in which], (0.7 if flat else 1.0) * a * b, (a - b if flat else a + b) / 10)
        return total + 100.0 * meaning["z1"][c["z1"]] - 35.0 * c.get("z3", 0)

    label = {name: {meant: shown for shown, meant in means.items()} for name, means in meaning.items()}
    parameters: dict[str, tuple[Any, ...]] = {name: ("categorical", [0, 1]) for name in meaning}
    parameters |= {f"x{i}": ("real", [0.0, 1.5] if i % 2 else [-1.0, 0.5]) for i in range(8)}
    parameters["z3"] = ("integer", [0, 2])
    conditions = [f"{name} | w2 == {label['w2'][0]}" for name in ("x2", "x3")]
    conditions += [f"{name} | w2 == {label['w2'][1]}" for name in ("x4", "x5", "z3")]
    conditions += [f"{name} | w1 == {label['w1'][1]}" for name in ("x6", "x7")]
    return Problem("tree-rosenbrock", cost, _with_default(draw, parameters), conditions, budgets=BUDGETS)


def valley(x: Sequence[float], steep: float, slope: float) -> float:
    """Return Rosenbrock's sum: squared differences of neighbours, and squared distances from 1."""
    return sum(steep * (b - a) ** 2 + slope * (1 - a) ** 2 for a, b in pairwise(x))


for _make in (jenatton, network, rosenbrock):
    enter(f"tree-{_make.__name__}", "conditional", _make)
