"""Random spaces and random expressions against evaluators that are written here, independently."""

import copy
import math
import pickle

import numpy as np
import pytest
from ConfigSpace.util import get_one_exchange_neighbourhood
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pysmac_compat.space import parameter_space, vectors
from pysmac_compat.space.forbidden import parse_forbiddens
from pysmac_compat.space.parameters import parse_parameters

from .space_helpers import active_by_conditions, check_legal, native

pytestmark = pytest.mark.filterwarnings("ignore:.*names no parameter")

COMMON = {"suppress_health_check": list(HealthCheck), "derandomize": True}

# ------------------------------------------------------------------------------------------- conditional spaces

KINDS = {
    "categorical": ["red", "blue", "green"],
    "ordinal": ["low", "mid", "high"],
    "integer": [0, 4],
    "real": [-1.0, 1.0],
}


@st.composite
def comparisons(draw, name, kind):
    """One comparison as (name, kind, operator, values)."""
    operators = ["==", "!=", "in"] if kind == "categorical" else ["==", "!=", "in", "<", ">"]
    operator = draw(st.sampled_from(operators))
    if kind in ("categorical", "ordinal"):
        values = st.sampled_from(KINDS[kind])
    elif kind == "integer":
        values = st.sampled_from([0, 1, 2, 3, 4] if operator in ("==", "in") else [-1, 0, 0.5, 1, 2, 3.5, 4, 5])
    else:
        values = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0])
    size = draw(st.integers(1, 2)) if operator == "in" else 1
    return name, kind, operator, draw(st.lists(values, min_size=size, max_size=size, unique=True))


@st.composite
def conditional_spaces(draw):
    """Kinds by name, and for some names a condition: a list (or) of lists (and) of comparisons with earlier names."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=3, max_size=7))
    kinds = {f"p{i}": kind for i, kind in enumerate(kinds)}
    conditions, names = {}, list(kinds)
    for i, name in enumerate(names[1:], 1):
        if draw(st.integers(0, 3)):
            # mostly the one before, so that chains get deep
            parent = st.sampled_from([names[i - 1]] * 2 + names[:i])
            one = parent.flatmap(lambda p: comparisons(p, kinds[p]))
            conditions[name] = draw(st.lists(st.lists(one, min_size=1, max_size=2), min_size=1, max_size=2))
    return kinds, conditions


def render_condition(name, condition):
    def text(comparison):
        parent, _, operator, values = comparison
        right = "{" + ", ".join(map(str, values)) + "}" if operator == "in" else str(values[0])
        return f"{parent} {operator} {right}"

    return f"{name} | " + " || ".join(" && ".join(map(text, part)) for part in condition)


def brute_force(kinds, conditions, values):
    """The active parameters, one by one from the first."""
    active = set()

    def holds(comparison):
        name, kind, operator, right = comparison
        if name not in active:
            return False
        left = values[name]
        if operator in ("==", "in"):
            return left in right
        if operator == "!=":
            return left != right[0]
        if kind == "ordinal":
            position = KINDS["ordinal"].index
            left, right = position(left), [position(right[0])]
        return left < right[0] if operator == "<" else left > right[0]

    for name in kinds:
        if name not in conditions or any(all(holds(c) for c in part) for part in conditions[name]):
            active.add(name)
    return active


@pytest.mark.slow
@settings(max_examples=25, **COMMON)
@given(conditional_spaces(), st.randoms(use_true_random=False))
def test_active_parameters_of_random_spaces(drawn, random):
    kinds, conditions = drawn
    middle = {"categorical": "red", "ordinal": "mid", "integer": 2, "real": 0.0}
    names = list(kinds)
    random.shuffle(names)
    parameter_dict = {name: (kinds[name], KINDS[kinds[name]], middle[kinds[name]]) for name in names}
    clauses = [render_condition(name, condition) for name, condition in conditions.items()]
    random.shuffle(clauses)
    space = parameter_space(parameter_dict, clauses)

    for _ in range(10):
        values = {}
        for name, kind in kinds.items():
            numbers = {"integer": range(5), "real": [-1.0, -0.5, 0.0, 0.1, 0.25, 1.0]}
            values[name] = random.choice(list(numbers.get(kind, KINDS[kind])))
        expected = brute_force(kinds, conditions, values)
        assert space.definition.active(values) == expected
        assert active_by_conditions(space, values) == expected
        column = np.array([[space[name].to_vector(values[name])] for name in space])
        found = vectors.deactivate(space, column)[:, 0]
        assert {name for name, x in zip(space, found, strict=True) if not np.isnan(x)} == expected

    space.seed(1)
    for configuration in space.sample_configuration(30):
        values = native(configuration)
        complete = {name: values.get(name, middle[kind]) for name, kind in kinds.items()}
        assert brute_force(kinds, conditions, complete) == set(values)
    for neighbour in get_one_exchange_neighbourhood(space.get_default_configuration(), seed=1):
        values = native(neighbour)
        complete = {name: values.get(name, middle[kind]) for name, kind in kinds.items()}
        assert brute_force(kinds, conditions, complete) == set(values)


# --------------------------------------------------------------------------------------------------- expressions

NUMERIC = {
    "x": ("real", [-4.0, 4.0], 1.0),
    "y": ("real", [-4.0, 4.0], 1.0),
    "n": ("integer", [-5, 5], 1),
    "x1": ("integer", [0, 5], 1),
}
PARSED = parse_parameters(NUMERIC)

#: the precedence that the language is to have, a second time
LEVELS = [["||"], ["&&"], ["==", "!="], ["<", ">", "<=", ">="], ["+", "-"], ["*", "/", "%"], ["neg"], ["^"]]
LEVEL = {operator: i for i, level in enumerate(LEVELS) for operator in level}
ATOM = len(LEVELS)


def trees(operators, functions):
    leaves = st.one_of(
        st.sampled_from(sorted(NUMERIC)).map(lambda name: ("name", name)),
        st.sampled_from([0, 1, 2, 3, 0.5, 2.5]).map(lambda number: ("number", number)),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(operators), inner, inner),
            st.tuples(st.just("neg"), inner),
            st.tuples(st.sampled_from(functions), inner).map(lambda pair: ("call", *pair)),
        ),
        max_leaves=10,
    )


BINARY = [operator for operator in LEVEL if operator != "neg"]
CALLS = ["abs", "floor", "ceil", "sqrt", "log", "sin", "cos", "exp", "atan", "cbrt"]
TREES = trees(BINARY, CALLS)


def level(tree):
    return LEVEL.get(tree[0], ATOM)


def render(tree, blank=" "):
    """The text with as few parentheses as the precedence allows."""
    kind, *parts = tree
    if kind in ("name", "number"):
        return str(parts[0])
    if kind == "call":
        return f"{parts[0]}({render(parts[1], blank)})"
    if kind == "neg":
        (operand,) = parts
        text = render(operand, blank)
        return "-" + (text if level(operand) >= LEVEL["neg"] else f"({text})")
    left, right = parts
    own = LEVEL[kind]
    texts = [render(left, blank), render(right, blank)]
    right_associative = kind == "^"
    if level(left) < own or (level(left) == own and right_associative):
        texts[0] = f"({texts[0]})"
    # a minus sign behind an operator needs no parentheses
    if (level(right) < own or (level(right) == own and not right_associative)) and right[0] != "neg":
        texts[1] = f"({texts[1]})"
    return f"{texts[0]}{blank}{kind}{blank}{texts[1]}"


def safely(function, *arguments):
    """A function of `math` with the results of IEEE 754 where Python raises."""
    try:
        return function(*arguments)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def evaluate(tree, values):
    """Plain Python on floats. None where Python has no result: such examples are left out."""
    kind, *parts = tree
    if kind == "number":
        return float(parts[0])
    if kind == "name":
        return float(values[parts[0]])
    operands = [evaluate(part, values) for part in parts if not isinstance(part, str)]
    if any(operand is None for operand in operands):
        return None
    if kind == "neg":
        return -operands[0]
    if kind == "call":
        functions = {"abs": abs, "floor": lambda v: float(math.floor(v)), "ceil": lambda v: float(math.ceil(v))}
        functions["cbrt"] = lambda v: math.copysign(abs(v) ** (1 / 3), v)
        return safely(functions.get(parts[0]) or getattr(math, parts[0]), *operands)
    left, right = operands
    if kind == "&&":
        return float(left > 0 and right > 0)
    if kind == "||":
        return float(left > 0 or right > 0)
    if kind == "==":
        return float(left == right)
    if kind == "!=":
        return float(left != right)
    arithmetic = {
        "<": lambda: float(left < right),
        ">": lambda: float(left > right),
        "<=": lambda: float(left <= right),
        ">=": lambda: float(left >= right),
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "%": lambda: math.fmod(left, right),
        "^": lambda: math.pow(left, right),
    }
    return safely(arithmetic[kind])


ASSIGNMENTS = st.fixed_dictionaries(
    {
        "x": st.sampled_from([-4.0, -2.5, -1.0, 0.0, 0.3, 1.0, 2.0, 3.75]),
        "y": st.sampled_from([-3.0, -0.5, 0.0, 1.0, 1.5, 4.0]),
        "n": st.integers(-5, 5),
        "x1": st.integers(0, 5),
    }
)


def parse(text):
    (clause,) = parse_forbiddens(["{" + text + "}"], PARSED)
    return clause


EXACT = trees(BINARY, ["abs", "floor", "ceil", "sqrt"])


@pytest.mark.slow
@settings(max_examples=120, **COMMON)
@given(EXACT, ASSIGNMENTS, st.sampled_from([" ", ""]))
def test_expressions_have_the_value_that_python_gives(tree, values, blank):
    expected = evaluate(tree, values)
    assume(expected is not None and not math.isnan(expected))
    assume(expected == 0 or abs(expected) > 1e-9)
    clause = parse(render(tree, blank))
    assert clause.forbids_values({name: values[name] for name in clause.node.names}) == (expected != 0)


@pytest.mark.slow
@settings(max_examples=60, **COMMON)
@given(trees(["+", "-", "*", "/", "%", "^"], CALLS), ASSIGNMENTS)
def test_arithmetic_has_the_value_that_python_gives(tree, values):
    expected = evaluate(tree, values)
    assume(expected is not None and math.isfinite(expected) and abs(expected) < 1e9)
    assume("%" not in render(tree) and "floor" not in render(tree) and "ceil" not in render(tree))
    # x * 0 keeps a parameter in the clause
    clause = parse(f"abs(({render(tree)}) - ({expected!r})) <= {1e-6 * max(1.0, abs(expected))!r} + 0 * x")
    assert clause.forbids_values(values)


@pytest.mark.slow
@settings(max_examples=60, **COMMON)
@given(TREES)
def test_parentheses_that_the_precedence_makes_superfluous(tree):
    def full(tree):
        kind, *parts = tree
        if kind in ("name", "number"):
            return str(parts[0])
        if kind == "call":
            return f"{parts[0]}({full(parts[1])})"
        return f"(-{full(parts[0])})" if kind == "neg" else f"({full(parts[0])} {kind} {full(parts[1])})"

    assert parse(render(tree)).node == parse(full(tree)).node
    assert parse(render(tree, "")).node == parse(full(tree)).node


@pytest.mark.slow
@settings(max_examples=30, **COMMON)
@given(TREES, st.integers(0, 2**32 - 1))
def test_arrays_equal_rows(tree, seed):
    clause, size = parse(render(tree)), 40
    rng = np.random.default_rng(seed)
    columns = {name: rng.integers(-4, 5, size) / 2 for name in NUMERIC}
    for column in columns.values():
        column[rng.random(size) < 0.2] = np.nan
    found = clause.forbids({name: columns[name] for name in clause.node.names}, size)
    for i in range(size):
        values = {name: column[i] for name, column in columns.items() if not np.isnan(column[i])}
        assert clause.forbids_values(values) == found[i]


@pytest.mark.slow
@settings(max_examples=5, **COMMON)
@given(st.lists(TREES, min_size=1, max_size=3))
def test_copies_give_the_same_verdicts(trees):
    clauses = ["{" + render(tree) + "}" for tree in trees]
    default = {name: specification[2] for name, specification in NUMERIC.items()}
    assume(not any(clause.forbids_values(default) for clause in parse_forbiddens(clauses, PARSED)))
    space = parameter_space(NUMERIC, [], clauses)
    rng = np.random.RandomState(1)
    columns = np.array([hp._vector_dist.sample_vector(n=200, seed=rng) for hp in space.values()])
    expected = vectors.legal(space, columns)
    for other in (copy.copy(space), copy.deepcopy(space), pickle.loads(pickle.dumps(space))):
        assert other == space
        assert (vectors.legal(other, columns) == expected).all()
        assert other.definition.violated(default) is None
        for column in vectors.draw(other, 20, np.random.RandomState(2)).T:
            check_legal(space, type(space.get_default_configuration())(other, vector=column.copy()))
