"""Options that confine the search to given values of some parameters."""

from __future__ import annotations

import numpy as np
import pytest

import pysmac_compat
from pysmac_compat.space import vectors
from pysmac_compat.space.configspace import ParameterSpace
from pysmac_compat.space.definition import define

from .searches import configurations, minimise, plan_of, search

MIXED = {
    "x": ("real", [0.001, 10], 4, "log"),
    "y": ("integer", [0, 8], 7),
    "c": ("categorical", ["a,b", "k=v", "d e"], "d e"),
    "o": ("ordinal", ["low", "high"], "low"),
}
CLAUSES = ["y | c in {a,b, k=v}", "x | o == high"]


def confined(given, clauses=CLAUSES):
    definition = define(MIXED, clauses)
    return ParameterSpace(definition, pysmac_compat.planning.initial.read_subspace("it", given, definition))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("x=0.1", {"x": 0.1}),
        (" y = 3 ,x=1e-1,", {"x": 0.1, "y": 3}),
        ("c=a,b,o=high", {"c": "a,b", "o": "high"}),
        ("c='k=v', o='low'", {"c": "k=v", "o": "low"}),
        ({"c": "d e", "y": 0}, {"c": "d e", "y": 0}),
        ("", {}),
    ],
)
def test_whatever_is_drawn_has_these_values(given, expected):
    space = confined(given)
    random = np.random.RandomState(0)
    grid = np.random.RandomState(1).random_sample((200, 4))
    found = np.hstack([vectors.draw(space, 200, random), vectors.from_unit_cube(space, grid)])
    found = np.hstack([found, np.array([space.sample_configuration().get_array()]).T])
    for name in MIXED:
        row = found[space.index_of[name]]
        values = {space[name].to_value(value) for value in row[~np.isnan(row)]}
        if name in expected:
            assert all(value == (pytest.approx(0.1) if name == "x" else expected[name]) for value in values)
        elif name in "co":
            assert len(values) == len(MIXED[name][1])
    active = {name for name in MIXED if not np.isnan(found[space.index_of[name]]).all()}
    hidden = {"y"} if expected.get("c") == "d e" else {"x"} if expected.get("o") == "low" else set()
    assert active == set(MIXED) - hidden


def test_a_confined_space_can_be_enumerated():
    space = confined("x=0.1, c=a,b")
    assert vectors.assignments(space) == 9 * 2
    found = vectors.enumerate_legal(space)
    assert found.shape == (4, 18)
    assert len({vectors.key(column) for column in found.T}) == 18


@pytest.mark.parametrize("mode", ["SMAC", "ROAR"])
def test_the_default_then_only_these_values(mode):
    found = configurations(search([("search-subspace", "y=3"), ("execution-mode", mode)], n=20))
    assert found[0] == {"x": 4.0, "y": 7}
    assert [c["y"] for c in found[1:]] == [3] * 19
    assert len({c["x"] for c in found}) == 20


@pytest.mark.parametrize("mode", ["SMAC", "ROAR"])
def test_a_finite_subspace_is_exhausted(mode):
    with pytest.warns(UserWarning, match="exhausted"):
        result = search([("search-subspace", {"x": 0.1}), ("execution-mode", mode)], n=100)
    found = configurations(result)
    assert found[0] == {"x": 4.0, "y": 7}
    assert all(type(c["x"]) is float and c["x"] == 0.1 for c in found[1:])
    assert sorted(c["y"] for c in found[1:]) == list(range(9))


def test_a_subspace_in_a_file(tmp_path):
    (tmp_path / "subspace").write_text("x=1.5\n\ny = 3  # a comment\n")
    options = [("search-subspace-file", str(tmp_path / "subspace")), ("search-subspace", "y=5")]
    with pytest.warns(UserWarning, match="exhausted"):
        result = search([*options, ("initial-challengers", "-x 2 -y 2")], n=10)
    assert configurations(result) == [{"x": 4.0, "y": 7}, {"x": 2.0, "y": 2}, {"x": 1.5, "y": 5}]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("z=3", "expected 'parameter = value' with one of the parameters x, y"),
        ({"z": 3}, "there is no parameter 'z'"),
        ("y=9", "is not a value of the parameter 'y'; expected a whole number from 0 to 8"),
        ("y=1.5", "is not a value of the parameter 'y'"),
        ({"y": 9}, "is not a value of the parameter 'y'"),
        ("x=much", "expected a number"),
        ("x 3", "expected 'parameter = value'"),
        ("x=3 y=2", "did not expect anything more"),
        (3, "must be a text"),
    ],
)
def test_illegal_values_are_refused(given, complaint):
    with pytest.raises(ValueError, match="search-subspace") as caught:
        plan_of([("search-subspace", given)])
    assert complaint in str(caught.value)


def test_illegal_files_are_refused(tmp_path):
    (tmp_path / "subspace").write_text("y=1\nx=12\n")
    for path, complaint in ((tmp_path / "subspace", "'12.0' is not a value"), (tmp_path / "no", "cannot be read")):
        with pytest.raises(ValueError, match=f"search-subspace-file.*{complaint}"):
            minimise([("search-subspace-file", str(path))])
