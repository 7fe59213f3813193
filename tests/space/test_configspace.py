"""The spaces as ConfigSpace and SMAC3 see them."""

import copy
import json
import pickle

import numpy as np
import pytest
from ConfigSpace import Configuration, ConfigurationSpace
from ConfigSpace.util import get_one_exchange_neighbourhood

from pysmac_compat.errors import SpaceExhaustedError
from pysmac_compat.space import parameter_space, vectors

from .space_helpers import check_legal, native

PARAMETERS = {
    "kernel": ("categorical", ["linear", "poly", "rbf"], "linear"),
    "degree": ("integer", [1, 9], 3),
    "gamma": ("real", [1e-15, 1.0], 3.7e-13, "log"),
    "shrink": ("categorical", [True, False], True),
    "size": ("ordinal", ["small", "medium", "large"], "small"),
    "cache": ("integer", [1, 4096], 64, "log"),
}
CONDITIONS = ["degree | kernel == poly", "gamma | kernel != linear", "cache | size > small && shrink == True"]
FORBIDDENS = ["{degree * gamma > 0.5}", "{kernel = rbf, size = large}", "{cache > 100 * degree || cache % 7 == 0}"]


def make():
    return parameter_space(PARAMETERS, CONDITIONS, FORBIDDENS)


def neighbours_are_legal(space, n_configurations=10):
    space.seed(1)
    count = 0
    for configuration in [space.get_default_configuration(), *space.sample_configuration(n_configurations)]:
        for neighbour in get_one_exchange_neighbourhood(configuration, seed=2):
            check_legal(space, neighbour)
            count += 1
    return count


def test_it_is_a_configuration_space():
    space = make()
    assert isinstance(space, ConfigurationSpace)
    assert set(space) == set(PARAMETERS)
    assert native(space.get_default_configuration()) == {"kernel": "linear", "shrink": True, "size": "small"}


def test_samples_and_neighbours_are_legal():
    space = make()
    space.seed(3)
    for configuration in space.sample_configuration(100):
        check_legal(space, configuration)
    assert neighbours_are_legal(space) > 80


def test_sampling_follows_the_seed():
    def draw(seed):
        space = make()
        space.seed(seed)
        return [native(configuration) for configuration in space.sample_configuration(50)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_one_sample_is_no_list():
    space = make()
    assert isinstance(space.sample_configuration(), Configuration)
    assert len(space.sample_configuration(1)) == 1
    assert space.sample_configuration(0) == []


@pytest.mark.slow
@pytest.mark.parametrize("operator", ["== a", "!= b", "in {a}"])
def test_a_chain_of_depth_40(operator):
    depth = 40
    parameters = {f"x{i:02d}": ("categorical", ["a", "b"], "a") for i in range(depth)}
    space = parameter_space(parameters, [f"x{i:02d} | x{i - 1:02d} {operator}" for i in range(1, depth)])
    assert len(space.get_default_configuration()) == depth
    space.seed(1)
    for configuration in space.sample_configuration(5):
        check_legal(space, configuration)
    for neighbour in get_one_exchange_neighbourhood(space.get_default_configuration(), seed=1):
        check_legal(space, neighbour)


@pytest.mark.slow
def test_children_of_two_parents_in_a_row(run_script):
    """Each parameter depends on the two before it."""
    # in a process of its own, which has a limit: a wrong implementation takes hours
    run_script(
        """
        from pysmac_compat.space import parameter_space
        for operator, depth in (("&&", 20), ("||", 10)):
            parameters = {f"x{i:02d}": ("categorical", ["a", "b"], "a") for i in range(depth)}
            clauses = [f"x{i:02d} | x{i - 1:02d} == a {operator} x{i - 2:02d} == a" for i in range(2, depth)]
            space = parameter_space(parameters, clauses)
            space.seed(1)
            for configuration in space.sample_configuration(20):
                values = dict(configuration)
                assert space.definition.active(space.definition.complete(values)) == set(values)
        """
    )


def test_neighbours_that_activate_children_with_forbidden_defaults():
    parameters = {
        "a": ("categorical", ["off", "on", "high"], "off"),
        "n": ("integer", [0, 9], 5),
        "m": ("integer", [0, 9], 5),
        "r": ("real", [0, 1], 0.5),
    }
    conditions = ["n | a != off", "m | n > 3", "r | m > 2"]
    for forbidden in ("{n = 5}", "{n == 5}", "{m = 5}", "{m == 5 && r == 0.5}", "{n + m == 10}", "{r = 0.5}"):
        space = parameter_space(parameters, conditions, [forbidden])
        assert set(native(space.get_default_configuration())) == {"a"}
        neighbours_are_legal(space)


def test_equality():
    assert make() == make()
    assert make() != parameter_space(PARAMETERS, CONDITIONS, FORBIDDENS[:-1])
    assert make() != parameter_space(PARAMETERS, CONDITIONS[:-1], FORBIDDENS[1:2])
    assert make() != parameter_space({**PARAMETERS, "degree": ("integer", [1, 9], 4)}, CONDITIONS, FORBIDDENS)
    assert make() != 3
    default = make().get_default_configuration()
    assert default == make().get_default_configuration()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda space: pickle.loads(pickle.dumps(space))])
def test_copies(duplicate):
    space = make()
    again = duplicate(space)
    assert again == space
    assert again.definition == space.definition
    columns = vectors.draw(space, 200, np.random.RandomState(1))
    complete = np.array([hp._vector_dist.sample_vector(n=500, seed=np.random.RandomState(2)) for hp in space.values()])
    expected = vectors.deactivate(space, complete.copy())
    assert np.array_equal(vectors.deactivate(again, complete.copy()), expected, equal_nan=True)
    assert vectors.legal(again, columns).all()
    assert (vectors.legal(again, expected) == vectors.legal(space, expected)).all()
    assert not vectors.legal(space, expected).all()
    again.seed(1)
    for configuration in again.sample_configuration(50):
        check_legal(space, configuration)


def test_to_json(tmp_path):
    space = make()
    space.to_json(tmp_path / "space.json")
    written = json.loads((tmp_path / "space.json").read_text())
    assert {h["name"] for h in written["hyperparameters"]} == set(PARAMETERS)
    assert len(written["conditions"]) == 3
    texts = [forbidden["clause"] for forbidden in written["forbiddens"] if forbidden["type"] == "EXPRESSION"]
    assert sorted(texts) == sorted([FORBIDDENS[0], FORBIDDENS[2]])


def test_to_json_without_expressions_can_be_read_by_configspace(tmp_path):
    space = parameter_space(PARAMETERS, CONDITIONS[:1], [FORBIDDENS[1]])
    space.to_json(tmp_path / "space.json")
    parameters = {name: PARAMETERS[name] for name in ("kernel", "degree", "shrink", "size")}
    space = parameter_space(parameters, CONDITIONS[:1], [FORBIDDENS[1]])
    space.to_json(tmp_path / "space.json")
    again = ConfigurationSpace.from_json(tmp_path / "space.json")
    assert native(again.get_default_configuration()) == native(space.get_default_configuration())


@pytest.mark.parametrize("forbiddens", [[], FORBIDDENS])
def test_a_space_can_be_printed(forbiddens):
    text = str(parameter_space(PARAMETERS, CONDITIONS, forbiddens))
    for piece in (*PARAMETERS, *(clause for clause in forbiddens if "=" not in clause)):
        assert piece in text


@pytest.mark.slow
def test_expressions_are_evaluated_on_whole_arrays():
    space = make()
    complete = [hp._vector_dist.sample_vector(n=10_000, seed=np.random.RandomState(4)) for hp in space.values()]
    columns = vectors.deactivate(space, np.array(complete))
    assert len(space.forbidden_clauses) == 3
    for clause in space.forbidden_clauses:
        whole = clause.is_forbidden_vector_array(columns)
        assert whole.shape == (10_000,)
        assert whole.dtype == bool
        assert 0 < whole.sum() < 10_000
        assert [bool(clause.is_forbidden_vector(columns[:, i])) for i in range(0, 10_000, 50)] == whole[::50].tolist()
    legal = vectors.legal(space, columns)
    for column, verdict in zip(columns.T[:200], legal[:200], strict=True):
        values = {name: space[name].to_value(x) for name, x in zip(space, column, strict=True) if not np.isnan(x)}
        assert (space.definition.violated(values) is None) == verdict


def test_configurations_are_checked():
    space = make()
    poly = {"kernel": "poly", "shrink": False, "size": "small", "degree": 3, "gamma": 1e-5}
    assert native(Configuration(space, values=poly)) == pytest.approx(poly)
    for change in ({"gamma": 0.9}, {"degree": 10}, {"cache": 3}, {"kernel": "other"}, {"kernel": "linear"}):
        with pytest.raises(ValueError, match=r"."):
            Configuration(space, values={**poly, **change})
    with pytest.raises(ValueError, match="degree"):
        Configuration(space, values={name: value for name, value in poly.items() if name != "degree"})


# ------------------------------------------------------------------------------------------- nearly illegal spaces

NEARLY = {"r": ("real", [0, 1], 0.5), "n": ("integer", [0, 10**6], 3)}


@pytest.mark.parametrize("clause", ["{r != 0.5}", "{n != 3}", "{r < 0.5 || r > 0.5}", "{abs(r - 0.5) > 1e-12}"])
def test_sampling_of_a_nearly_illegal_space_ends(clause):
    space = parameter_space(NEARLY, [], [clause])
    check_legal(space, space.get_default_configuration())
    space.seed(1)
    for size in (None, 1, 100):
        with pytest.raises(SpaceExhaustedError, match="100000|100,000"):
            space.sample_configuration(size)
    assert vectors.draw(space, 10, np.random.RandomState(1), most_draws=1000).shape == (2, 0)
    assert vectors.legal_share(space, np.random.RandomState(1), 20_000) == 0


def test_the_few_legal_configurations_of_a_narrow_space_are_found():
    space = parameter_space(NEARLY, [], ["{abs(r - 0.5) > 0.0005}"])
    space.seed(1)
    configurations = space.sample_configuration(30)
    assert len(configurations) == 30
    assert all(abs(configuration["r"] - 0.5) <= 0.0005 for configuration in configurations)
    assert 0.0005 < vectors.legal_share(space, np.random.RandomState(1), 100_000) < 0.002


def test_the_share_of_legal_configurations():
    rng = np.random.RandomState(1)
    assert vectors.legal_share(parameter_space(NEARLY), rng, 1000) == 1.0
    assert 0.2 < vectors.legal_share(parameter_space(NEARLY, [], ["{r > 0.5}", "{n > 500000}"]), rng, 10_000) < 0.3


# ------------------------------------------------------------------------------------------------- small spaces


def test_all_configurations_of_a_small_space():
    parameters = {
        "a": ("categorical", ["x", "y", "z"], "x"),
        "n": ("integer", [1, 4], 1, "log"),
        "o": ("ordinal", [1, 5], 5),
        "t": ("categorical", [True, False], True),
    }
    space = parameter_space(parameters, ["n | a == x", "o | n > 2"], ["{a = y, t = True}", "{n == 4 && o == 1}"])
    assert vectors.assignments(space) == 3 * 4 * 2 * 2
    found = vectors.enumerate_legal(space)
    configurations = [Configuration(space, vector=column.copy()) for column in found.T]
    for configuration in configurations:
        check_legal(space, configuration)
    # a=x: n=1, n=2, n=3 with two o, n=4 with one, each with two t; a=y with one t; a=z with two
    assert len(configurations) == 2 * (1 + 1 + 2 + 1) + 1 + 2
    assert len({vectors.key(column) for column in found.T}) == len(configurations)

    tried = {vectors.key(column) for column in found.T[:5]}
    rest = [vectors.key(column) for column in vectors.untried(space, tried, np.random.RandomState(1))]
    assert sorted([*rest, *tried]) == sorted(vectors.key(column) for column in found.T)


def test_untried_configurations_of_a_large_space():
    space = parameter_space(NEARLY, [], ["{n > 100000}", "{r > 0.5}"])
    assert vectors.assignments(space) == float("inf")
    drawn = vectors.draw(space, 5, np.random.RandomState(1))
    tried = {vectors.key(column) for column in drawn.T}
    found = vectors.untried(space, tried, np.random.RandomState(1))
    for _ in range(20):
        assert vectors.key(next(found)) not in tried


def test_points_of_a_design_become_legal_configurations():
    space = make()
    points = np.random.RandomState(1).random_sample((200, len(space)))
    points[0], points[1] = 0.0, 1.0
    found = vectors.from_unit_cube(space, points)
    assert 40 < found.shape[1] <= 200
    for column in found.T:
        check_legal(space, Configuration(space, vector=column.copy()))
    assert {native(Configuration(space, vector=column))["size"] for column in found.T} == {"small", "medium", "large"}


# --------------------------------------------------------------------------------------------------------- SMAC3


@pytest.mark.slow
def test_a_smac3_facade_works_on_a_space_with_expressions(tmp_path):
    from smac import HyperparameterOptimizationFacade, Scenario
    from smac.runhistory.dataclasses import TrialValue

    space = make()
    scenario = Scenario(space, deterministic=True, n_trials=20, output_directory=tmp_path, seed=1)
    facade = HyperparameterOptimizationFacade(
        scenario,
        lambda config, seed=0: 0.0,
        initial_design=HyperparameterOptimizationFacade.get_initial_design(scenario, n_configs=4),
        acquisition_maximizer=HyperparameterOptimizationFacade.get_acquisition_maximizer(scenario, challengers=100),
        logging_level=False,
        overwrite=True,
    )
    for i in range(5):
        trial = facade.ask()
        check_legal(space, trial.config)
        facade.tell(trial, TrialValue(cost=float(i)), save=False)


def test_configurations_are_told_apart_by_their_vectors():
    space = parameter_space({"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)}, ["y | x > 0.4"])
    one, same, near = (
        vectors.configuration(space, np.array(v)) for v in ([0.25, np.nan], [0.25, np.nan], [0.25 + 1e-10, np.nan])
    )
    assert one == same
    assert hash(one) == hash(same)
    assert one != near
    assert len({one: 1, same: 2, near: 3}) == 2
    assert one == Configuration(space, vector=np.array([0.25, np.nan]))
    assert one != "x"
