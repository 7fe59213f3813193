"""A search in which nothing can work ends early, and says why."""

import warnings

import numpy as np
import pytest

import pysmac_compat as pysmac
from pysmac_compat.evaluation.direct import call_directly
from pysmac_compat.evaluation.outcome import Outcome, describe
from pysmac_compat.evaluation.rules import Rules
from pysmac_compat.search.hopeless import Hopeless

SPACE = {"x": ("real", [-5, 5], 4)}


def minimize(function, count, **arguments):
    """What the search came to, and its warnings."""
    folder = arguments.pop("working_directory", None)
    optimizer = pysmac.SMAC_optimizer(working_directory=folder, persistent_files=folder is not None)
    optimizer.smac_options.update(arguments.pop("smac_options", {}))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        optimizer.minimize(function, count, SPACE, **arguments)
    return optimizer.result, [str(w.message) for w in caught]


def flaw(function):
    return call_directly(function, {"x": 1.0}, Rules()).flaw


@pytest.mark.slow
def test_a_mistake_in_the_function():
    result, warned = minimize(lambda x: math.sqrt(x), 60)  # noqa: F821 (the mistake)
    assert result.n_evaluations == 10
    assert "NameError: name 'math' is not defined" in result.stopped_because
    assert "line" in result.stopped_because
    assert [text for text in warned if result.stopped_because in text and "stop-when-hopeless" in text]
    assert len(warned) == 2  # this, and that all evaluations have failed


@pytest.mark.slow
def test_the_option():
    result, _ = minimize(lambda x: (x, 1), 12, smac_options={"stop-when-hopeless": False, "isolate": False})
    assert result.n_evaluations == 12


@pytest.mark.slow
def test_a_resume_counts_anew(tmp_path):
    arguments = {"working_directory": str(tmp_path), "seed": 1, "smac_options": {"isolate": False}}
    first, _ = minimize(lambda x: x.nothing, 60, **arguments)
    again, _ = minimize(lambda x: x.nothing, 60, resume=True, **arguments)
    right, _ = minimize(lambda x: x, 21, resume=True, **arguments)
    assert [r.n_evaluations for r in (first, again, right)] == [10, 20, 21]


@pytest.mark.slow
def test_a_function_that_fails_on_most_of_its_space_is_searched_to_the_end():
    def function(x):
        if x > 0:
            return None
        if x > -4:
            raise ValueError("too large")
        return x

    result, warned = minimize(function, 11, num_runs=3, smac_options={"isolate": False})
    assert [len(run.evaluations) for run in result.runs] == [11] * 3
    assert not [text for text in warned if "hopeless" in text]


def outcome(flaw="the same"):
    return Outcome("CRASHED", 2.0**127, 0.0, 0.0, 0.0, flaw=flaw)


def test_configurations_count_not_calls():
    hopeless = Hopeless(0)
    ends = [hopeless.take({"x": i // 2}, outcome()) for i in range(22)]
    assert ends.index(next(filter(None, ends))) == 18
    assert [text for text in ends if text] == [
        "the first 10 configurations have all crashed for the same reason: the same"
    ]


def test_as_many_as_the_user_starts_with():
    hopeless = Hopeless(12)
    assert [bool(hopeless.take({"x": i}, outcome())) for i in range(14)] == [False] * 11 + [True] + [False] * 2


@pytest.mark.parametrize("other", [outcome(""), outcome("another"), Outcome("SAT", 1.0, 0.0, 0.0, 0.0)])
def test_anything_else_settles_it(other):
    hopeless = Hopeless(0)
    assert not any(hopeless.take({"x": i}, other if i == 4 else outcome()) for i in range(100))


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"loss": 1.0, "status": "ok"}, "'loss', 'status'"),
        ({"cost": 2.0}, "write 'value' in place of 'cost'"),
        ({}, "keys none"),
        ({"value": 1.0, "status": "ok"}, "the status 'ok'"),
        ({"value": [1, 2]}, "list of length 2"),
        ({"value": 1.0, "runtime": "long"}, ""),
        ((1.0, {"a": 2}), "tuple of length 2"),
        ([1.0], "list of length 1"),
        (True, "bool"),
        (b"1.0", "bytes"),
        (object(), "object"),
        (np.zeros(3), "ndarray of length 3"),
        (None, ""),
        ("wrong", ""),
        (float("nan"), ""),
        (np.float64("inf"), ""),
        ({"value": None}, ""),
        ({"status": "CRASHED"}, ""),
        ({"status": "CRASHED", "value": True}, ""),
        ({"status": "ABORT"}, ""),
        (3.0, ""),
    ],
)
def test_the_forms_of_result_that_cannot_be_used(result, words):
    found = flaw(lambda x: result)
    assert words in found
    assert bool(words) == bool(found)


@pytest.mark.parametrize("result", [(1.0, 2.0), [1, 2, 3], np.zeros(2), {"value": (1, np.float32(2))}])
def test_several_objectives_are_refused_by_a_message_that_names_who_has_them(result):
    for text in (flaw(lambda x: result), describe(result).message):
        assert text.endswith(
            "the search has one objective: return a weighted sum, or use Optuna or SMAC3 for several objectives"
        )


@pytest.mark.parametrize("result", [(1.0, {"a": 2}), [1.0], "12", {"value": {"a": 1, "b": 2}}, np.zeros(1)])
def test_other_results_are_not_taken_for_several_objectives(result):
    assert "objective" not in flaw(lambda x: result) + describe(result).message


def raise_(error):
    raise error


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (TypeError("wrong"), True),
        (ModuleNotFoundError("No module named 'x'"), True),
        (AttributeError("no"), True),
        (UnboundLocalError("x"), True),
        (ValueError("wrong"), False),
        (KeyError("x"), False),
        (RuntimeError("x"), False),
        (MemoryError(), False),
    ],
)
def test_the_exceptions_that_tell_of_a_mistake(error, counts):
    assert bool(flaw(lambda x: raise_(error))) == counts


def test_two_places_are_two_reasons():
    def function(x):
        if x > 0:
            return x.nothing
        return x.nothing

    there, here = (call_directly(function, {"x": x}, Rules()).flaw for x in (1.0, -1.0))
    assert there != here


def test_the_place_is_in_the_users_file():
    def function(x):
        import sklearn

        return sklearn.cross_validation  # a file of scikit-learn raises the error

    assert flaw(function).endswith(f"({__file__}, line {function.__code__.co_firstlineno + 3})")
