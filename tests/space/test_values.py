"""A text of a value means the same wherever it is read."""

import re

import pytest
from hypothesis import given

from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.initial import read_configuration, read_subspace
from pysmac_compat.space.definition import define
from pysmac_compat.space.values import (
    java_number,
    number_of,
    typed,
    typed_values,
    value_of,
    value_type,
    whole_of,
)

from ..strategies import numbers

SPACE = define(
    {
        "n": ("integer", [1, 20], 5),
        "x": ("real", [-5, 5], 0),
        "c": ("categorical", ["1", "1.0", "None"], "1"),
        "b": ("ordinal", [True, False], True),
    }
)

#: every reader of a value: the name of the parameter and a text come in
READERS = {
    "value_of": lambda name, text: value_of(text, SPACE.parameters[name]),
    "state folder": lambda name, text: typed_values({name: text}, SPACE)[name],
    "initial-incumbent": lambda name, text: read_configuration("option", f"-{name} '{text}'", SPACE)[name],
    "search-subspace": lambda name, text: read_subspace("option", {name: text}, SPACE)[name],
    "command line": lambda name, text: typed(name, value_type(SPACE.parameters[name]), text),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n", "7", 7),
        ("n", "7.0", 7),
        ("n", "+7", 7),
        ("n", "7e0", 7),
        ("x", "1", 1.0),
        ("x", "-2.5E-1", -0.25),
        ("c", "1.0", "1.0"),
        ("b", "True", True),
    ],
)
def test_it_is_read(reader, name, text, value):
    found = READERS[reader](name, text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("name", "text"),
    [("n", "1_0"), ("n", "7.5"), ("n", "nan"), ("n", "\u0667"), ("x", "nan"), ("x", "inf"), ("x", "1_0"), ("x", " 1")],
)
def test_it_is_refused(reader, name, text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        READERS[reader](name, text)


def test_large_whole_numbers_keep_their_digits():
    assert whole_of("9007199254740993") == 9007199254740993


@given(numbers)
def test_numbers_survive_python_and_java(number):
    assert number_of(repr(number)) == number
    assert number_of(java_number(number)) == number


def test_options_read_numbers_alike():
    assert resolve({"cutoff-time": "2.5"}).calls.cutoff == 2.5
    with pytest.raises(ValueError, match="cutoff-time"):
        resolve({"cutoff-time": "1_0"})
