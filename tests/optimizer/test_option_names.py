"""The dict ``smac_options``: names, aliases, ways to assign."""

import logging
import warnings
from operator import attrgetter

import pytest

from pysmac_compat import ArgumentError, SMAC_optimizer
from pysmac_compat.options.meaning import Options
from pysmac_compat.options.names import canonical_names
from pysmac_compat.options.smac_options import INITIAL, SmacOptions, resolve

from .small import SPACE, minimize


def test_the_initial_options():
    options = SMAC_optimizer().smac_options
    assert isinstance(options, dict)
    assert options["timeout_quality"] == 2.0**127
    assert options["rf-num-trees"] == 10
    assert options["run-obj"] == "QUALITY"
    assert options["skip-features"] is False
    assert options["scenario_fn"] == "scenario.dat"


def test_options_are_those_of_one_optimizer():
    SMAC_optimizer().smac_options["rf-num-trees"] = 3
    assert SMAC_optimizer().smac_options["rf-num-trees"] == 10


def test_the_initial_options_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        minimize()


@pytest.mark.parametrize(
    ("name", "near"), [("rf-num-tree", "rf-num-trees"), ("run_objective", "run-obj"), ("timeout-quality", "timeout_q")]
)
def test_an_unknown_option_names_its_neighbours(name, near):
    with pytest.raises(ValueError, match=name) as caught:
        minimize(options={name: 1})
    assert near in str(caught.value)


@pytest.mark.filterwarnings("ignore")
def test_every_name_of_smac_v2_is_known():
    for name in canonical_names():
        options = SmacOptions(INITIAL)
        options[name] = None
        try:
            resolve(options)
        except ArgumentError as error:
            message = str(error)
        else:
            message = ""
        assert "unknown option" not in message


def test_an_option_without_effect_warns_in_one_line():
    with pytest.warns(UserWarning, match="num-?pca|numPCA") as caught:
        minimize(options={"numPCA": 3, "isolate": False})
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def test_of_two_aliases_the_last_one_wins():
    aliases = [name for name, first in canonical_names().items() if first == canonical_names()["rf-num-trees"]]
    assert len(aliases) > 1
    one, two = aliases[:2]
    options = SmacOptions(INITIAL)
    options[one], options[two] = 3, 4
    assert resolve(options).engine.forest.n_trees == 4
    options[one] = 5
    assert resolve(options).engine.forest.n_trees == 5


@pytest.mark.parametrize(
    ("name", "value", "field", "meaning"),
    [
        ("run-obj", "runtime", "objective.runtime", True),
        ("run_obj", "Quality", "objective.runtime", False),
        ("overall_obj", "mean10", "objective.penalty", 10.0),
        ("execution-mode", "Roar", "engine.selector.use_model", False),
        ("console-log-level", "warn", "output.console_level", logging.WARNING),
        ("validation-rounding-mode", "none", "validation.round_up", False),
        ("acq-func", "ei", "engine.acquisition.function", "EI"),
        ("skip-features", "TRUE", "instances.skip_features", True),
    ],
)
def test_words_in_any_case(name, value, field, meaning):
    assert attrgetter(field)(resolve({name: value})) == meaning


@pytest.mark.parametrize("value", ["runtimes", "", None, 3, ["RUNTIME"]])
def test_words_that_are_not_known(value):
    with pytest.raises(ArgumentError, match="run-obj.*'QUALITY', 'RUNTIME'"):
        resolve({"run-obj": value})


@pytest.mark.parametrize(
    "assign",
    [
        lambda options: options.__setitem__("rf-num-trees", 7),
        lambda options: options.update({"rf-num-trees": 7}),
        lambda options: options.update([("rf-num-trees", 7)]),
        lambda options: options.__ior__({"rf-num-trees": 7}),
    ],
    ids=["item", "update", "update with pairs", "|="],
)
def test_ways_to_assign(assign):
    options = SmacOptions(INITIAL)
    assign(options)
    assert options["rf-num-trees"] == 7
    assert resolve(options).engine.forest.n_trees == 7


@pytest.mark.parametrize(
    "remove",
    [
        lambda options: options.pop("rf-num-trees"),
        lambda options: options.__delitem__("rf-num-trees"),
        lambda options: options.clear(),
    ],
    ids=["pop", "del", "clear"],
)
def test_ways_to_remove(remove):
    options = SmacOptions(INITIAL)
    options["rf-num-trees"] = 7
    remove(options)
    assert resolve(options) == Options()
    assert "rf-num-trees" not in options


def test_setdefault_assigns_only_a_new_key_and_returns_the_value():
    options = SmacOptions(INITIAL)
    assert options.setdefault("rf-num-trees", 7) == 10
    assert options.setdefault("rf-split-min", 5) == 5
    assert options.assigned == {"rf-split-min": 5}


def test_keyword_update():
    options = SmacOptions(INITIAL)
    options.update(timeout_quality=5)
    assert resolve(options).calls.crash_value == 5.0


def test_a_plain_dict_in_its_place():
    optimizer = SMAC_optimizer()
    optimizer.smac_options = {"timeout_quality": 5, "isolate": False}
    with pytest.warns(UserWarning, match="the only evaluation failed"):
        assert optimizer.minimize(lambda r: None, 1, SPACE)[0] == 5.0
