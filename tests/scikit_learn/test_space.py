"""Spaces as users of scikit-learn write them."""

import re

import numpy as np
import pytest
from ConfigSpace import ConfigurationSpace
from scipy.stats import loguniform, norm, randint, uniform
from sklearn.ensemble import BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler, normalize
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from pysmac_compat.integrations.scikit_learn.space import Space
from pysmac_compat.space.parameters import Parameter

SVM = SVC()
OWN = {"C": 1.0, "degree": 3, "kernel": "rbf", "clf": None, "flag": True}


def space(given, clauses=(), forbidden=(), own=OWN):
    return Space(given, clauses, forbidden, own)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("C", uniform(0.5, 2), ("real", (0.5, 2.5), 1.0)),  # the default is the estimator's own
        ("C", uniform(2, 2), ("real", (2.0, 4.0), 3.0)),  # or the middle
        ("C", loguniform(0.01, 100), ("real", (0.01, 100.0), 1.0, True)),
        ("tol", loguniform(0.01, 1), ("real", (0.01, 1.0), pytest.approx(0.1), True)),
        ("tol", loguniform(1e-3, 1e3), ("real", (1e-3, 1e3), 1.0, True)),
        ("degree", randint(1, 6), ("integer", (1, 5), 3)),
        ("degree", randint(4, 9), ("integer", (4, 8), 6)),
        ("degree", randint(4, 5), ("categorical", (4,), 4)),
        ("flag", randint(0, 3), ("integer", (0, 2), 1)),  # True is not 1
        ("kernel", ["linear", "rbf"], ("categorical", ("linear", "rbf"), "rbf")),
        ("kernel", ("linear", "poly"), ("categorical", ("linear", "poly"), "linear")),
        ("C", np.array([0.5, 1.0]), ("categorical", (0.5, 1.0), 1.0)),
        ("degree", range(1, 4), ("categorical", (1, 2, 3), 3)),
        ("C", [1, 0.5], ("categorical", (1.0, 0.5), 1.0)),
        ("flag", [False, True], ("categorical", (False, True), True)),
        ("degree", [None, 2], ("categorical", (None, 2), None)),
        ("C", ("real", [0.1, 9], 2, "log"), ("real", (0.1, 9.0), 2.0, True)),
        ("degree", ("ordinal", [1, 2, 4], 2), ("ordinal", (1, 2, 4), 2)),
        ("clf", [SVM, LogisticRegression()], ("categorical", ("SVC", "LogisticRegression"), "SVC")),
        ("clf", [SVM, SVC(), "passthrough"], ("categorical", ("SVC", "SVC_2", "passthrough"), "SVC")),
        ("clf", ("categorical", {"a": 1, "b": SVM}, SVM), ("categorical", ("a", "b"), "b")),
        ("clf", {"a": 1, "b": SVM}, ("categorical", ("a", "b"), "a")),
        ("f", [normalize, np.abs, (8, 8)], ("categorical", ("normalize", "absolute", "(8, 8)"), "normalize")),
        ("gamma", ["scale", 0.1], ("categorical", ("scale", "0.1"), "scale")),
        ("kernel", [0.5, "rbf"], ("categorical", ("0.5", "rbf"), "rbf")),
        ("kernel", ["x", 7, SVM, "rbf"], ("categorical", ("x", "7", "SVC", "rbf"), "x")),
        ("C", [0.5, 1, 10], ("categorical", (0.5, 1.0, 10.0), 1.0)),
        ("C", [10, 1, 100], ("categorical", (10, 1, 100), 1)),
        ("f", [np.eye(2), np.ones((1, 2))], ("categorical", ("array([[1., 0.], [0., 1.]])", "array([[1., 1.]])"), ...)),
    ],
)
def test_a_parameter(name, given, expected):
    kind, values, default, *log = expected
    default = values[0] if default is ... else default
    assert space({name: given}).definition.parameters == {name: Parameter(name, kind, values, default, *log)}


def test_what_a_configuration_means():
    clf = {"svc": SVM, "line": LogisticRegression()}
    found = space(
        {
            "clf": ("categorical", clf, "line"),
            "svc__C": loguniform(0.1, 10),
            "line__C": loguniform(0.1, 10),
            "layers": [(8,), (8, 8)],
            "gamma": ["scale", 0.1],
            "columns__scaler": [StandardScaler(), "passthrough", None],
        },
        ["svc__C | clf == svc", "line__C | clf == line"],
        ["{clf = svc, layers = (8, 8)}"],
    )
    values = {"clf": "svc", "svc__C": 2.0, "layers": "(8,)", "gamma": "0.1", "columns__scaler": "None"}
    meant = found.parameters(values)
    assert meant == {"clf": SVM, "clf__C": 2.0, "layers": (8,), "gamma": 0.1, "columns__scaler": None}
    assert meant["clf"] is SVM
    assert found.definition.default["clf"] == "line"
    assert set(found.parameters(found.definition.default)) == {"clf", "clf__C", "layers", "gamma", "columns__scaler"}


def test_a_clause_of_a_choice_adds_to_its_condition():
    given = {
        "kernel": ["rbf", "poly"],
        "clf": {"svc": SVM, "line": LogisticRegression()},
        "svc__C": loguniform(0.1, 10),
        "svc__degree": [2, 3],
        "svc__kernel": ["rbf", "poly"],
    }
    clauses = ["svc__C | kernel == rbf", "svc__degree | svc__kernel == poly || kernel == poly"]
    definition = space(given, clauses).definition

    def active(**values):
        return definition.active(definition.complete(values)) - {"kernel", "clf"}

    assert active(clf="line", kernel="rbf") == active(clf="line", kernel="poly") == set()
    assert active(clf="svc", kernel="rbf", svc__kernel="rbf") == {"svc__C", "svc__kernel"}
    assert active(clf="svc", kernel="poly", svc__kernel="rbf") == {"svc__degree", "svc__kernel"}
    assert active(clf="svc", kernel="rbf", svc__kernel="poly") == {"svc__C", "svc__degree", "svc__kernel"}


def test_choices_of_choices():
    bag = BaggingClassifier()
    given = {
        "clf": {"svc": SVM, "bag": bag},
        "bag__estimator": {"tree": DecisionTreeClassifier(), "line": LogisticRegression()},
        "tree__max_depth": [1, 2],
    }
    pipeline = Pipeline([("clf", SVM)])
    found = space(given, own=pipeline.get_params())
    found.check(pipeline)
    meant = found.parameters({"clf": "bag", "bag__estimator": "tree", "tree__max_depth": 2})
    assert pipeline.set_params(**meant).get_params()["clf__estimator__max_depth"] == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"clf": {"clf": SVM, "line": LogisticRegression()}, "clf__degree": [2, 3]},
            "'clf__degree': not every choice of 'clf' has it; rename the choice 'clf', because the estimator has a "
            "parameter 'clf', then write 'clf__degree' with the new name",
        ),
        (
            {
                "a": [StandardScaler(), None],
                "b": [StandardScaler(), MinMaxScaler()],
                "StandardScaler__with_mean": [True],
            },
            "'StandardScaler__with_mean': 'a' and 'b' have a choice with the name 'StandardScaler'; give the choices "
            "different names: {'a': {'NAME': ..., ...}, ...}",
        ),
    ],
)
def test_names_that_mean_two_things(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        space(given).check(Pipeline([("clf", SVM)]))


def test_the_parameters_of_a_choice_depend_on_it_and_begin_as_it_has_them():
    given = {
        "b__C": loguniform(0.01, 100),  # also before the choice
        "clf": {"svc": SVC(C=7, kernel="poly"), "b": LogisticRegression(C=0.5), "none": "passthrough"},
        "svc__C": loguniform(0.01, 100),
        "svc__kernel": ["rbf", "poly"],
        "svc__degree": randint(2, 9),
        "C": [1, 2],
    }
    found = space(given, ["svc__degree | svc__kernel == poly && svc__C > 3"]).definition
    assert found.default == {"clf": "svc", "svc__C": 7.0, "svc__kernel": "poly", "svc__degree": 3, "C": 1}
    assert found.parameters["b__C"].default == 0.5
    assert "svc__degree | svc__kernel == poly && svc__C > 3" in found.conditional_clauses
    assert set(found.conditions) == {"b__C", "svc__C", "svc__kernel", "svc__degree"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("svc__Cc", "parameter 'svc__Cc': the choice 'svc' has no parameter 'Cc'; did you mean 'C'"),
        ("none__C", "parameter 'none__C': the choice 'none' has no parameter 'C'$"),
        ("xgb__C", "'xgb__C': neither the estimator nor a choice has it .choices are none, svc.$"),
        ("clf__gama", "'clf__gama': neither .* did you mean 'clf__gamma'"),
        ("stps", "'stps': neither the estimator nor a choice has it; did you mean 'steps'"),
    ],
)
def test_names_that_nobody_has(name, message):
    pipeline = Pipeline([("scale", StandardScaler()), ("clf", SVC())])
    given = {"clf": {"none": "passthrough", "svc": SVM}, "svc__C": [1, 2]}
    space(given, own=pipeline.get_params()).check(pipeline)
    with pytest.raises(ValueError, match=message):
        space({**given, name: [1, 2]}, own=pipeline.get_params()).check(pipeline)


def test_a_step_that_is_called_as_a_choice_keeps_its_parameters():
    given = {"clf": {"svc": SVM, "b": SVC()}, "svc__C": [1, 2]}
    assert set(space(given).parameters({"clf": "b", "svc__C": 2})) == {"clf", "clf__C"}
    assert set(space(given, own={"svc": SVM, "clf": SVM}).parameters({"clf": "b", "svc__C": 2})) == {"clf", "svc__C"}


def test_a_space_of_configspace():
    found = space(ConfigurationSpace({"C": (0.1, 10.0), "kernel": ["rbf", "linear"]}))
    assert found.parameters({"C": 2.0, "kernel": "rbf"}) == {"C": 2.0, "kernel": "rbf"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"C": norm(0, 1)}, "parameter 'C': expected a list of choices.* got norm"),
        ({"C": 3}, "parameter 'C': expected a list of choices.* got 3"),
        ({"kernel": "rbf"}, "parameter 'kernel': expected a list of choices.* got 'rbf'"),
        (
            {"C": (0.1, 10.0, "log-uniform")},
            "parameter 'C': expected a list of choices.* got .0.1, 10.0, 'log-uniform'.",
        ),
        ({"C": (0.1, 10.0)}, r"the tuple \(0.1, 10.0\) is a range or two choices. .*\('real', \[0.1, 10.0\], 0.1\) or"),
        ({"C": []}, "parameter 'C': the list of values is empty"),
        ({"clf": {}}, "parameter 'clf': the list of choices is empty"),
        ([{"C": [1]}, {"C": [2]}], "space must be one dict. .*svc__C is then active with svc only"),
        ({"clf": ("categorical", [SVM, SVC()], MinMaxScaler())}, "the default MinMaxScaler.. is not one of SVC, SVC_2"),
        ({"C": ("real", [0, 1])}, "expected .type, values, default."),
        ({"C": ("float", [0.1, 10])}, "parameter 'C': expected .type, values, default."),
        ({"C": ("float", [0.1, 10], 1)}, "parameter 'C': .*'float'"),
        ({"C": loguniform(0, 1)}, "parameter 'C': the bounds of loguniform must be finite, .* above 0"),
        ({}, "parameter_dict is empty"),
    ],
)
def test_refused(given, message):
    with pytest.raises(ValueError, match=message):
        space(given)


def test_two_parameters_that_mean_the_same():
    found = space({"clf": {"svc": SVM, "b": SVC()}, "svc__C": [1, 2], "clf__C": [1, 2]})
    with pytest.raises(ValueError, match="'svc__C' and another active parameter both set 'clf__C'|'clf__C'"):
        found.parameters({"clf": "b", "svc__C": 2, "clf__C": 1})


def test_a_parameter_of_the_step_that_one_choice_lacks():
    """The estimator's own step has it; it is refused unless a condition makes it depend on the choice."""
    pipeline = Pipeline([("clf", SVC())])
    given = {"clf": {"svc": SVM, "tree": DecisionTreeClassifier()}, "clf__C": [1, 2]}
    with pytest.raises(ValueError, match="not every choice of 'clf' has it; write 'svc__C'"):
        space(given, own=pipeline.get_params()).check(pipeline)
    space(given, ["clf__C | clf == svc"], own=pipeline.get_params()).check(pipeline)
    space({**given, "clf": [SVM, SVC(C=3)]}, own=pipeline.get_params()).check(pipeline)


def test_a_parameter_of_one_choice_with_the_name_of_the_parent():
    pipeline = Pipeline([("clf", SVC())])
    given = {"clf": [SVM, DecisionTreeClassifier()], "clf__max_depth": [1, 2]}
    with pytest.raises(
        ValueError, match="not every choice of 'clf' has it; write 'DecisionTreeClassifier__max_depth'"
    ) as e:
        space(given, own=pipeline.get_params()).check(pipeline)
    assert e.value.__suppress_context__
