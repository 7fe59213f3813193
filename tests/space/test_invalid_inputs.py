"""Odd and invalid definitions recorded from the original: accepted with their meaning, or refused with a reason."""

import pickle

import numpy as np
import pytest

from pysmac_compat.errors import ArgumentError, ClauseError, ParameterError, ParameterTypeError
from pysmac_compat.space import parameter_space

from .space_helpers import recorded

ROWS = [r for r in recorded("invalid_shared.jsonl.gz") if r["category"] in ("conditional", "forbidden", "spec")]

ACCEPTED = [
    "cond_before_definition_ok",
    "cond_blank_string",
    "cond_child_default_depends",
    "cond_comment",
    "cond_is_tuple",
    "cond_no_spaces",
    "cond_quoted_in",
    "cond_trailing_and",
    "cond_twice_same_line",
    "forb_adv_bad_value_name",
    "forb_adv_bad_value_name_digit",
    "forb_adv_bool_values",
    "forb_adv_nan_value",
    "forb_all_but_default",
    "forb_cat_lt_ok",
    "forb_classic_bad_names_ok",
    "forb_classic_name_is_value_ok",
    "forb_classic_ord_cycle_ok",
    "forb_comment",
    "forb_control_advanced",
    "forb_nospace_eq",
    "forb_nospace_two_eq_spaced_and",
    "forb_quotes_doc",
    "cat_brace_in_value",
    "cat_comma_in_value",
    "cat_hash_in_value",
    "cat_none",
    "cat_quote_in_value",
    "cat_space_in_value",
    "cat_string_default_substring",
    "cat_tiny_float",
    "ord_mixed_int_float",
    "log_on_categorical",
    "log_uppercase",
    "name_brace",
    "name_dash",
    "name_instance",
    "name_instance_info",
    "name_nonascii",
    "name_pipe",
    "range_string_short",
    "range_strings",
    "range_tuple_ok",
]

#: pieces of the message, and where the caret stands: the rest of the clause from there on
BAD_SYNTAX = {
    "cond_bool_lowercase": (["'p'", "{True, False}"], "true"),
    "cond_ge": (["==, !=, <, >", "in"], ">= 5"),
    "cond_gt_categorical": (["'a' is categorical"], "> y"),
    "cond_in_brackets": (["expected '{'", "[x, y]"], "[x, y]"),
    "cond_in_duplicates": (["'x'", "twice"], "x}"),
    "cond_in_empty": (["'a'", "{x, y, z}"], "}"),
    "cond_in_value_not_in_domain": (["'w'", "'a'", "{x, y, z}"], "w}"),
    "cond_int_in_out_of_range": (["99", "[0, 10]", "'n'"], "99}"),
    "cond_ord_value_not_in_domain": (["'xl'", "'o'", "{s, m, l}"], "xl"),
    "cond_single_amp": (["'&'", "did you mean '&&'?"], "& b == x"),
    "cond_trailing_text": (["'foo'"], "foo"),
    "cond_unknown_child": (["'q'", "not defined"], "q | a == x"),
    "cond_unknown_parent": (["unknown parameter 'q'"], "q == x"),
    "cond_value_not_in_domain": (["'w'", "'a'", "{x, y, z}"], "w"),
    "forb_arrow": (["'=='"], "=> 3}"),
    "forb_comma_advanced": (["','", "'&&'"], ", r < 0.5}"),
    "forb_e": (["'e'"], "e}"),
    "forb_func_two_args": (["','"], ", r) > 5}"),
    "forb_int_out_of_range": (["11", "[0, 10]", "'n'"], "11}"),
    "forb_int_word": (["number", "'n'"], "x}"),
    "forb_ltgt": (["expected a value"], "> 3}"),
    "forb_min_func": (["'min'", "log1p"], "min(n, r) > 3}"),
    "forb_missing_comma": (["','", "'}'"], "b=z}"),
    "forb_no_open_brace": (["braces"], "a=y, b=z}"),
    "forb_not_operator": (["expected a value"], "!(n > 1)}"),
    "forb_pi": (["'pi'"], "pi}"),
    "forb_python_power": (["'**'", "'^'"], "**2 > 50}"),
    "forb_real_out_of_range": (["5", "[0.0, 4.0]", "'r'"], "5}"),
    "forb_true": (["'true'"], "true}"),
    "forb_unbalanced": (["')'"], "}"),
    "forb_unbalanced2": (["')}'"], ")}"),
    "forb_unknown_variable": (["'foo'"], "foo > 3}"),
    "forb_unknown_variable_prefix": (["'n5'"], "n5 > 60}"),
    "forb_upper_func": (["'SQRT'", "sqrt"], "SQRT(n) > 2}"),
}

#: clauses that can be parsed, but not be used
BAD_MEANING = {
    "cond_cycle": ["a <- b <- a", "a | b == x"],
    "cond_long_cycle": ["a <- b <- o <- a", "a | b == x"],
    "cond_self": ["r <- r", "r | r > 0.5"],
    "forb_adv_ord_unsorted_numbers": ["'c'", "{5, 1, 3}", "{n > 5 && c == 3}"],
    "forb_default_classic": ["default", "a='x', b='x', n=2, o='s', r=1.0", "{a=x, b=x}"],
    "forb_div_zero_default": ["default", "n=2", "r=1.0", "{n / (r - 1) > 50}"],
    "forb_nospace_le": ["default", "r=1.0", "{r<=3}"],
    "forb_one": ["default", "r=1.0", "{1}"],
}

REFUSED = {
    "cond_is_none": (ArgumentError, ["conditional_clauses", "list", "None"]),
    "forb_is_string": (ArgumentError, ["forbidden_clauses", "list", "'{a=y}'"]),
    "forb_adv_ord_cycle": (ParameterError, ["'a' (warm < medium < cold)", "'b' (cold < medium < warm)"]),
    "cat_default_equal_float": (ParameterError, ["'c'", "default 1.0", "[1, 2]"]),
    "cat_set": (ParameterTypeError, ["'c'", "list"]),
    "cat_tuples": (ParameterTypeError, ["'c'", "(1, 2)", "tuple"]),
    "default_nan": (ParameterError, ["'x'", "default nan", "finite"]),
    "dict_empty": (ParameterError, ["parameter_dict", "empty"]),
    "int_bool_default": (ParameterError, ["'x'", "integer", "True (bool)"]),
    "int_float_default": (ParameterError, ["'x'", "integer", "2.0 (float)"]),
    "log_negative_int": (ParameterError, ["'x'", "log", "positive", "[-3, 10]"]),
    "log_zero": (ParameterError, ["'x'", "log", "positive", "[0.0, 1.0]"]),
    "name_empty": (ParameterError, ["''", "empty"]),
    "name_hash": (ParameterError, ["'a#b'", "'#'"]),
    "name_space": (ParameterError, ["'my param'", "blanks"]),
    "range_equal": (ParameterError, ["'x'", "lower", "[1.0, 1.0]"]),
    "range_one": (ParameterError, ["'x'", "[lower, upper]", "[0]"]),
    "range_reversed": (ParameterError, ["'x'", "lower", "[2.0, 1.0]"]),
    "range_three": (ParameterError, ["'x'", "[lower, upper]", "[0, 1, 2]"]),
    "type_unknown": (ParameterError, ["'x'", "'float'", "real, integer, categorical, ordinal"]),
}

#: accepted by the original, and with a note that says what was ignored
WARNED = {
    "cond_trailing_and": "&& at the end",
    "cat_string_default_substring": "'c'.*list",
    "log_on_categorical": "'x'.*'log'.*ignored",
    "log_uppercase": "'x'.*'LOG'.*ignored",
}


def build(row_id):
    (row,) = [row for row in ROWS if row["id"] == row_id]
    names = ("parameter_dict_py", "conditionals_py", "forbiddens_py")
    arguments = [eval(row[name], {"np": np, "float": float}) for name in names]
    return parameter_space(*arguments), arguments


def refused(row_id, kind):
    with pytest.raises(kind) as caught:
        build(row_id)
    assert isinstance(caught.value, ValueError)
    return caught.value


def test_every_recorded_input_is_judged():
    judged = [*ACCEPTED, *BAD_SYNTAX, *BAD_MEANING, *REFUSED]
    assert len(judged) == len(set(judged))
    assert {row["id"] for row in ROWS} == set(judged)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row_id", ACCEPTED)
def test_accepted(row_id):
    space, (parameter_dict, _, _) = build(row_id)
    assert set(space) == set(parameter_dict)
    assert len(space.sample_configuration(3)) == 3 if row_id != "forb_all_but_default" else True


@pytest.mark.parametrize(("row_id", "message"), WARNED.items(), ids=list(WARNED))
def test_accepted_with_a_warning(row_id, message):
    with pytest.warns(UserWarning, match=message):
        build(row_id)


@pytest.mark.parametrize("row_id", sorted(set(ACCEPTED) - set(WARNED)))
def test_accepted_without_a_warning(row_id, recwarn):
    build(row_id)
    assert [str(w.message) for w in recwarn] == []


def test_whatever_the_original_accepted_is_accepted():
    """But for an unknown identifier, that it took for a product: the one such row of these."""
    ran = {row["id"] for row in ROWS if (row["minimize"] or {}).get("outcome") == "returned"}
    assert ran - set(ACCEPTED) == {"forb_unknown_variable_prefix"}


@pytest.mark.parametrize("row_id", BAD_SYNTAX)
def test_bad_syntax_is_shown_with_a_caret(row_id):
    pieces, rest = BAD_SYNTAX[row_id]
    error = refused(row_id, ClauseError)
    message, clause, caret = str(error).split("\n")
    for piece in pieces:
        assert piece in message
    assert clause == "    " + error.clause
    assert caret.strip() == "^"
    assert clause[caret.index("^") :] == rest
    assert error.clause[error.position :] == rest
    assert message.startswith("conditional clause: " if row_id.startswith("cond") else "forbidden clause: ")


@pytest.mark.filterwarnings("ignore:.*names no parameter")
@pytest.mark.parametrize("row_id", BAD_MEANING)
def test_unusable_clauses_are_shown(row_id):
    error = refused(row_id, ClauseError)
    for piece in BAD_MEANING[row_id]:
        assert piece in str(error)
    assert str(error).split("\n")[1] == "    " + error.clause
    # a caret, if any, stands under the clause, not behind it
    assert error.position is None or error.position < len(error.clause)


@pytest.mark.parametrize("row_id", REFUSED)
def test_refused(row_id):
    kind, pieces = REFUSED[row_id]
    error = refused(row_id, kind)
    for piece in pieces:
        assert piece in str(error)


@pytest.mark.parametrize(
    "row_id", [row["id"] for row in ROWS if not row["python_check"]["accepted"] and row["id"] in REFUSED]
)
def test_the_classes_of_the_original_still_catch(row_id):
    """Where the original's own check raised a ValueError, TypeError or AssertionError, so do we, at least as a base."""
    (row,) = [row for row in ROWS if row["id"] == row_id]
    original = {"ValueError": ValueError, "TypeError": TypeError, "AssertionError": AssertionError}
    kind = original.get(row["python_check"]["error"]["type"], ValueError)
    refused(row_id, kind)


@pytest.mark.parametrize("row_id", ["cond_ge", "forb_e", "cat_set", "range_one", "cond_is_none", "cond_cycle"])
def test_errors_can_be_pickled(row_id):
    error = refused(row_id, ValueError)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
