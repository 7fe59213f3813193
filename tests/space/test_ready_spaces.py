"""A ConfigurationSpace of ConfigSpace in the place of a parameter dict."""

import pytest
from ConfigSpace import (
    AndConjunction,
    BetaFloatHyperparameter,
    BetaIntegerHyperparameter,
    Categorical,
    Configuration,
    ConfigurationSpace,
    Constant,
    EqualsCondition,
    Float,
    ForbiddenAndConjunction,
    ForbiddenEqualsClause,
    ForbiddenGreaterThanRelation,
    ForbiddenInClause,
    GreaterThanCondition,
    Integer,
    NormalFloatHyperparameter,
    NormalIntegerHyperparameter,
    OrdinalHyperparameter,
)

from pysmac_compat import ArgumentError, Search, SMAC_optimizer
from pysmac_compat.space.parameters import Parameter
from pysmac_compat.space.ready import understand


def space():
    found = ConfigurationSpace()
    found.add(
        Float("x", (1e-3, 1.0), default=0.1, log=True),
        Integer("n", (1, 9), default=3),
        Categorical("kind", [(1, 2), None, "a"], default=(1, 2)),
        OrdinalHyperparameter("size", ["s", "m", "l"], default_value="m"),
        Constant("fixed", 7),
    )
    found.add(EqualsCondition(found["n"], found["kind"], None))
    found.add(ForbiddenEqualsClause(found["size"], "l"))
    return found


def test_the_parameters():
    found = understand(space())
    assert found.parameters == {
        "x": Parameter("x", "real", (1e-3, 1.0), 0.1, True),
        "n": Parameter("n", "integer", (1, 9), 3),
        "kind": Parameter("kind", "categorical", ((1, 2), None, "a"), (1, 2)),
        "size": Parameter("size", "ordinal", ("s", "m", "l"), "m"),
        "fixed": Parameter("fixed", "categorical", (7,), 7),
    }
    for parameter in found.parameters.values():
        assert {type(value) for value in (*parameter.values, parameter.default)} <= {
            float,
            int,
            tuple,
            str,
            type,
            type(None),
        }
    assert found.default == {"fixed": 7, "kind": (1, 2), "size": "m", "x": 0.1}


def cost(x, kind, size, fixed, n=0):
    assert (n == 0) == (kind is not None)
    assert kind in ((1, 2), None, "a")
    assert size != "l"
    return x + n + (kind == "a")


@pytest.mark.slow
def test_a_search_that_is_resumed(tmp_path):
    def search(function, n):
        optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)
        optimizer.smac_options["isolate"] = False
        return optimizer.minimize(function, n, space(), resume=True), optimizer.result.runs[0].evaluations

    found, evaluations = search(cost, 12)
    assert {e.configuration["kind"] for e in evaluations} == {(1, 2), None, "a"}
    assert {e.status for e in evaluations} == {"SAT"}
    assert search(lambda **values: 1 / 0, 12) == (found, evaluations)
    assert search(cost, 14)[1][:12] == evaluations


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"parameter_dict": ConfigurationSpace()}, "the ConfigurationSpace is empty"),
        ({"parameter_dict": ConfigurationSpace({"act": [print, abs]})}, "'act': expected choices that JSON can hold"),
        ({"conditional_clauses": ["n | size == s"]}, "cannot be combined with a ConfigurationSpace"),
        ({"forbidden_clauses": ["{n = 3}"]}, "cannot be combined with a ConfigurationSpace"),
    ],
)
def test_refused(given, message):
    with pytest.raises(ValueError, match=message):
        SMAC_optimizer().minimize(cost, 3, **{"parameter_dict": space(), **given})


@pytest.mark.slow
def test_it_is_not_changed():
    mine = space()
    before = str(mine)
    SMAC_optimizer().minimize(cost, 1, mine)
    assert str(mine) == before


def every_kind():
    found = ConfigurationSpace()
    normal = NormalFloatHyperparameter("normal", 0.0, 2.0, lower=-5.0, upper=5.0)
    beta = BetaFloatHyperparameter("beta", 2.0, 5.0, lower=0.0, upper=3.0)
    found.add(
        normal,
        beta,
        NormalIntegerHyperparameter("count", 5, 2.0, lower=1, upper=9),
        BetaIntegerHyperparameter("rank", 2.0, 2.0, lower=0, upper=20),
        Categorical("kind", ["a", "b", "c"], weights=[0.1, 0.1, 0.8], default="c"),
        Categorical("below", ["u", "v"], default="u"),
        Float("deep", (0.0, 1.0)),
        Constant("fixed", "text"),
    )
    found.add(
        EqualsCondition(found["below"], found["kind"], "c"),
        AndConjunction(
            EqualsCondition(found["deep"], found["below"], "v"), GreaterThanCondition(found["deep"], found["rank"], 3)
        ),
        ForbiddenGreaterThanRelation(normal, beta),
        ForbiddenAndConjunction(ForbiddenEqualsClause(found["kind"], "a"), ForbiddenInClause(found["count"], [1, 2])),
    )
    return found


@pytest.mark.slow
def test_all_that_configspace_has():
    """Distributions, weights, constants, relations, conditions on conditions: all that is tried is legal."""
    mine = every_kind()
    asked = Search(mine, max_evaluations=30)
    for trial in asked:
        values = trial.configuration
        Configuration(mine, values=values).check_valid_configuration()  # raises if it is forbidden or not complete
        assert values["normal"] <= values["beta"]
        assert ("deep" in values) == (values.get("below") == "v" and values["rank"] > 3)
        asked.tell(trial, values["normal"] ** 2 + abs(values["rank"] - 9) - values.get("deep", 0))
    seen = [evaluation.configuration for evaluation in asked.result]
    assert len(seen) == 30
    assert {each["kind"] for each in seen} == {"a", "b", "c"}
    assert any("deep" in each for each in seen)
    assert {type(value) for each in seen for value in each.values()} == {int, float, str}


def test_what_is_known_must_be_legal():
    values = {"normal": 2.0, "beta": 1.0, "count": 5, "rank": 2, "kind": "b", "fixed": "text"}
    with pytest.raises(ArgumentError, match="is forbidden by the clause"):
        Search(every_kind(), max_evaluations=3, known=[(values, 1.0)])
    asked = Search(every_kind(), max_evaluations=3, known=[({**values, "normal": 0.5}, 1.0)])
    asked.tell(asked.ask(), 2.0)
    assert asked.best[0] == 1.0
