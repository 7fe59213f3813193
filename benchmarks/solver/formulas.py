"""Formulas for a SAT solver: five families, each drawn at random in several sizes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

Clauses = list[list[int]]


def write(path: Path, clauses: Clauses) -> None:
    """Write a formula into a file in the format of DIMACS."""
    n = max(abs(literal) for clause in clauses for literal in clause)
    lines = [f"p cnf {n} {len(clauses)}", *(" ".join(map(str, [*clause, 0])) for clause in clauses)]
    path.write_text("\n".join(lines) + "\n")


class _Circuit:
    """A circuit made of clauses (G. Tseitin, *On the complexity of derivation in propositional calculus*, 1968)."""

    def __init__(self) -> None:
        self.clauses: Clauses = []
        self._last = 0

    def inputs(self, n: int) -> list[int]:
        """Return new variables."""
        self._last += n
        return list(range(self._last - n + 1, self._last + 1))

    def require(self, *literals: int) -> None:
        """Require that at least one of the literals is true."""
        self.clauses.append(list(literals))

    def conjunction(self, a: int, b: int) -> int:
        """Add an AND gate."""
        (out,) = self.inputs(1)
        self.clauses += [[-a, -b, out], [a, -out], [b, -out]]
        return out

    def parity(self, *bits: int) -> int:
        """Add an XOR gate."""
        (out,) = self.inputs(1)
        self.clauses += odd([*bits, out], even=True)
        return out

    def majority(self, *bits: int) -> int:
        """Add a gate that is true if at least two of three inputs are true."""
        (out,) = self.inputs(1)
        for a, b in itertools.combinations(bits, 2):
            self.clauses += [[-a, -b, out], [a, b, -out]]
        return out

    def product(self, a: Sequence[int], b: Sequence[int], draw: random.Random) -> list[int]:
        """Add a multiplier; the order of the additions in a column is drawn at random."""
        columns: list[list[int]] = [[] for _ in range(len(a) + len(b))]
        for (i, x), (j, y) in itertools.product(enumerate(a), enumerate(b)):
            columns[i + j].append(self.conjunction(x, y))
        for i, column in enumerate(columns):
            while len(column) > 1:
                draw.shuffle(column)
                bits = [column.pop() for _ in range(min(3, len(column)))]
                if i + 1 < len(columns):
                    carry = self.majority(*bits) if len(bits) == 3 else self.conjunction(*bits)
                    columns[i + 1].append(carry)
                column.append(self.parity(*bits))
        return [column[0] for column in columns]


def odd(bits: Sequence[int], even: bool = False) -> Clauses:
    """Require that the number of true variables is odd, or even."""
    signs = [sign for sign in itertools.product((1, -1), repeat=len(bits)) if sign.count(-1) % 2 == even]
    return [[s * bit for s, bit in zip(sign, bits, strict=True)] for sign in signs]


def random_3sat(draw: random.Random, n: int) -> Clauses:
    """Return a random formula with three variables per clause; half of such formulas can be satisfied."""
    return [[v * draw.choice((1, -1)) for v in draw.sample(range(1, n + 1), 3)] for _ in range(round(4.26 * n))]


def colouring(draw: random.Random, nodes: int, colours: int = 4) -> Clauses:
    """Return a colouring of a random graph with four colours and 4.3 edges per node."""
    graph = draw.sample(list(itertools.combinations(range(nodes), 2)), round(4.3 * nodes))
    some = [[node * colours + c for c in range(1, colours + 1)] for node in range(nodes)]
    return some + [[-(a * colours + c), -(b * colours + c)] for a, b in graph for c in range(1, colours + 1)]


def latin_square(draw: random.Random, order: int) -> Clauses:
    """Return a Latin square with 42 % of its cells empty; only empty cells have variables."""
    rows, columns, symbols = (draw.sample(range(order), order) for _ in range(3))
    cells = list(itertools.product(range(order), repeat=2))
    square = {(i, j): symbols[(rows[i] + columns[j]) % order] for i, j in cells}
    holes = sorted(draw.sample(cells, round(0.42 * order**2)))
    groups: dict[tuple[str, int, int], list[int]] = {}
    missing = {(kind, line, square[i, j]) for i, j in holes for kind, line in (("row", i), ("column", j))}
    number = 0
    for i, j in holes:
        for k in range(order):
            if ("row", i, k) in missing and ("column", j, k) in missing:
                number += 1
                for group in (("cell", i, j), ("row", i, k), ("column", j, k)):
                    groups.setdefault(group, []).append(number)
    pairs = [[-x, -y] for group in groups.values() for x, y in itertools.combinations(group, 2)]
    return [*groups.values(), *pairs]


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, int(n**0.5) + 1))


def factors(draw: random.Random, bits: int) -> Clauses:
    """Return a formula for the factors of a product of two primes; a factor has at most as many bits as a prime."""
    primes = [n for n in range(2 ** (bits - 1), 2**bits) if _is_prime(n)]
    number = draw.choice(primes) * draw.choice(primes)
    circuit = _Circuit()
    a, b = circuit.inputs(bits), circuit.inputs(bits)
    for i, out in enumerate(circuit.product(a, b, draw)):
        circuit.require(out if number >> i & 1 else -out)
    return circuit.clauses


def multipliers(draw: random.Random, bits: int) -> Clauses:
    """Return the claim that two multipliers with different wiring differ for some input; it cannot be satisfied."""
    circuit = _Circuit()
    a, b = circuit.inputs(bits // 2), circuit.inputs(bits - bits // 2)
    one, other = circuit.product(a, b, draw), circuit.product(b, a, draw)
    circuit.require(*map(circuit.parity, one, other))
    return circuit.clauses


def parities(draw: random.Random, nodes: int) -> Clauses:
    """Return parities on a random graph of degree 3: odd at one node and even at the other nodes."""
    while True:
        ends = [node for node in range(nodes) for _ in range(3)]
        draw.shuffle(ends)
        edges = {tuple(sorted(pair)) for pair in zip(ends[::2], ends[1::2], strict=True)}
        if len(edges) == 3 * nodes // 2 and all(a != b for a, b in edges):
            break
    at: list[list[int]] = [[] for _ in range(nodes)]
    for number, edge in enumerate(draw.sample(sorted(edges), len(edges)), 1):
        for node in edge:
            at[node].append(number)
    return [clause for node in range(nodes) for clause in odd(at[node], even=node > 0)]
