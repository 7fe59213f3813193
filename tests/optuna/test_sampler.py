"""`SMACSampler` in studies of Optuna: it proposes what our own search proposes, and copes with what studies do."""

import math
import pickle
import warnings

import numpy as np
import optuna
import pytest
from optuna.samplers import PartialFixedSampler, RandomSampler
from optuna.trial import TrialState

from pysmac_compat import ArgumentError, ClauseError, Search, SMACSampler
from pysmac_compat.integrations.optuna.branches import Branch, ranges
from pysmac_compat.integrations.optuna.branches import branches as depends
from pysmac_compat.integrations.optuna.space import nearest
from pysmac_compat.integrations.optuna.told import median_of, told_result

CHOICES = ["a", "b", "c"]
#: what `define_by_run` suggests, for a `Search`; steps are counted
SPACE = {
    "x": ("real", [-5, 5], 0.0),
    "rate": ("real", [1e-2, 10], math.sqrt(1e-2) * math.sqrt(10), "log"),
    "n": ("integer", [1, 100], 10, "log"),
    "c": ("categorical", CHOICES, "a"),
    "step": ("integer", [0, 10], 5),
    "z": ("integer", [0, 2], 1),
}


def cost(x, rate, n, c, step, z):
    if x > 3:
        raise ValueError("too large")
    return (x - 1) ** 2 + abs(math.log(rate) - 1) + n / 100 + (c == "b") + step + z / 10


def define_by_run(trial):
    return cost(
        trial.suggest_float("x", -5, 5),
        trial.suggest_float("rate", 1e-2, 10, log=True),
        trial.suggest_int("n", 1, 100, log=True),
        trial.suggest_categorical("c", CHOICES),
        trial.suggest_float("step", 0, 1, step=0.1),
        trial.suggest_int("z", 0, 10, step=5),
    )


def optimize(function, n_trials, sampler=None, direction="minimize", **keywords):
    study = optuna.create_study(sampler=sampler or SMACSampler(n_trials=n_trials, seed=3), direction=direction)
    study.optimize(function, n_trials=n_trials, catch=(ValueError,), **keywords)
    return study


@pytest.fixture(scope="module")
def sampled():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optimize(define_by_run, 20)


def parameters(study):
    return [each.params for each in study.trials]


@pytest.mark.slow
def test_it_proposes_what_our_own_search_proposes(sampled):
    search = Search(SPACE, max_evaluations=20, seed=3)
    found = []
    for trial in search:
        values = dict(trial.configuration)
        values |= {"step": values["step"] / 10, "z": values["z"] * 5}
        found.append(values)
        try:
            search.tell(trial, cost(**values))
        except ValueError as error:
            search.tell(trial, error)
    assert found == parameters(sampled)
    assert TrialState.FAIL in {each.state for each in sampled.trials}


@pytest.mark.slow
def test_the_largest_value_and_the_seed(sampled):
    largest = optimize(lambda trial: -define_by_run(trial), 20, direction="maximize")
    assert parameters(largest) == parameters(sampled)
    assert largest.best_value == -sampled.best_value
    other = optimize(define_by_run, 2, SMACSampler(n_trials=20, seed=4))
    assert parameters(other)[0] == parameters(sampled)[0]
    assert parameters(other)[1] != parameters(sampled)[1]


SWITCH = {
    "c": ("categorical", ["sgd", "tree"], "tree"),
    "lr": ("real", [1e-4, 1], 0.1, "log"),
    "d": ("integer", [1, 9], 3),
}
CLAUSES = ["lr | c == sgd", "d | c == tree"], ["{lr < 0.001}"]


def branches(trial):
    if trial.suggest_categorical("c", ["sgd", "tree"]) == "sgd":
        return (math.log10(trial.suggest_float("lr", 1e-4, 1, log=True)) + 2) ** 2
    return trial.suggest_int("d", 1, 9)


@pytest.mark.slow
def test_a_space_with_conditions(recwarn):
    study = optimize(branches, 14, SMACSampler(SWITCH, *CLAUSES, n_trials=14, seed=1))
    search = Search(SWITCH, *CLAUSES, max_evaluations=14, seed=1)
    for trial, other in zip(search, study.trials, strict=False):
        assert trial.configuration == other.params
        search.tell(trial, other.value)
    assert parameters(study)[0] == {"c": "tree", "d": 3}
    assert all(("lr" in each) != ("d" in each) for each in parameters(study))
    assert min(each.get("lr", 1) for each in parameters(study)) >= 0.001
    assert not [each for each in recwarn if "SMACSampler" in str(each.message)]


def test_a_space_and_a_function_that_differ():
    """What the function does not suggest, or in another range."""

    def narrow(trial):
        return trial.suggest_float("x", 0, 0.01) + trial.suggest_float("new", 0, 1)

    sampler = SMACSampler({"x": ("real", [0, 10], 5), "y": ("real", [0, 1], 0.5)}, seed=0)
    with pytest.warns(UserWarning, match="SMACSampler: the parameter 'x' is drawn at random: the space of the sampler"):
        study = optimize(narrow, 6, sampler)
    assert all(each["x"] <= 0.01 for each in parameters(study))
    assert len(sampler._search.open) <= 1  # nothing is waited for that does not come


@pytest.mark.slow
def test_branches_without_a_space(recwarn):
    """It finds out what depends on what, and then proposes all of it."""
    sampler = SMACSampler(n_trials=24, seed=3)
    study = optimize(branches, 24, sampler)
    assert {each["c"] for each in parameters(study)} == {"sgd", "tree"}
    assert sampler._branches["lr"] == Branch("c", "in", ("sgd",))
    assert sampler._branches["d"] == Branch("c", "in", ("tree",))
    assert study.best_value < 0.05
    assert not [each for each in recwarn if "drawn at random" in str(each.message)]


def layers(trial):
    n_layers = trial.suggest_int("n_layers", 1, 3)
    units = [trial.suggest_int(f"units{i}", 4, 128, log=True) for i in range(n_layers)]
    return abs(n_layers - 2) + sum(abs(each - 16) for each in units) / 100


@pytest.mark.slow
def test_as_many_parameters_as_a_number_says():
    sampler = SMACSampler(n_trials=24, seed=1)
    study = optimize(layers, 24, sampler)
    assert sampler._branches["units0"] is None
    assert sampler._branches["units2"] == Branch("n_layers", ">", (2,))
    assert study.best_value < 0.5


def finished(*params):
    kinds = {int: optuna.distributions.IntDistribution(0, 9), float: optuna.distributions.FloatDistribution(0, 1)}
    kinds[str] = optuna.distributions.CategoricalDistribution(["p", "q", "r"])
    return [
        optuna.trial.create_trial(
            params=each, distributions={name: kinds[type(value)] for name, value in each.items()}, value=0.0
        )
        for each in params
    ]


def test_what_depends_on_what():
    trials = finished(
        {"c": "p", "x": 0.1, "a": 1}, {"c": "q", "x": 0.2, "b": 7, "deep": 0.5}, {"c": "q", "x": 0.3, "b": 3}
    )
    found = ranges(trials)
    first = depends(trials, found, {})
    assert first["c"] is first["x"] is None
    assert first["a"] == Branch("c", "in", ("p",))
    assert first["b"] == Branch("c", "in", ("q",))
    assert first["deep"] == Branch("b", ">", (3,))
    more = trials + finished({"c": "q", "x": 0.4, "b": 5})
    assert depends(more, found, first)["deep"] == Branch("b", ">", (5,))  # contradicted
    assert depends(trials + finished({"c": "q", "x": 0.4, "b": 2}), found, first) == first
    more += finished({"c": "r", "x": 0.15, "a": 2})
    assert depends(more, found, first)["a"] == Branch("c", "in", ("p", "r"))
    assert "a" not in depends([*more, *finished({"c": "p", "x": 0.12})], found, first)  # nothing explains it


def test_ranges_that_change(recwarn):
    def growing(trial):
        return trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 0, trial.number + 1)

    study = optimize(growing, 12)
    assert all(0 <= each.params["n"] <= each.number + 1 for each in study.trials)

    def narrower(trial):
        choice = trial.suggest_categorical("choice", ["a", "b", "c"])
        rate = trial.suggest_float("rate", 0, 1 if choice == "a" else 2)
        return abs(rate - 0.3) + "abc".index(choice)

    sampler = SMACSampler(n_trials=40, seed=0)
    study = optimize(narrower, 40, sampler)
    assert study.best_value < 0.02
    assert sum(each["choice"] == "a" for each in parameters(study)) > 20
    assert sampler._space.distributions["rate"] == optuna.distributions.FloatDistribution(0, 2)
    bounds = [each["rate"] for each in parameters(study)[1:] if each["choice"] == "a" and each["rate"] == 1.0]
    assert len(bounds) < 10  # values that were proposed for a wider range
    assert not [each for each in recwarn if "drawn at random" in str(each.message)]


def test_a_range_that_grows_does_not_repeat_the_first_trials():
    def growing(trial):
        x = trial.suggest_float("x", 0, 1)
        return abs(x - 0.3) + trial.suggest_float("y", 0, 1 + trial.number / 10)

    study = optimize(growing, 12)
    assert len({each["x"] for each in parameters(study)}) > 8  # the model may propose a bound twice


def test_values_are_multiples_of_the_step_of_their_trial():
    def coarser(trial):
        return trial.suggest_int("n", 0, 20, step=1 if trial.number < 6 else 5) + trial.suggest_float("x", 0, 1)

    study = optimize(coarser, 12)
    assert all(each["n"] % 5 == 0 for each in parameters(study)[6:])
    assert nearest(optuna.distributions.FloatDistribution(0, 1, step=0.25), 0.6) == 0.5
    assert nearest(optuna.distributions.FloatDistribution(0, 0.7, step=0.2), 9.0) == 0.6
    assert nearest(optuna.distributions.IntDistribution(2, 9), 1) == 2


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (lambda trial: trial.suggest_int("y", 0, 6, step=2 + trial.number % 2), "more than its bounds changes"),
        (lambda trial: trial.suggest_int("y", 0, 2**60) / 2**60, "it has more than 2.*53 values"),
        (lambda trial: trial.suggest_float("y", 0, 1) if trial.number % 2 else 0.0, "no other parameter decides"),
    ],
)
def test_what_is_drawn_at_random(second, why):
    with pytest.warns(UserWarning, match=f"'y' is drawn at random: {why}"):
        optimize(lambda trial: trial.suggest_float("x", 0, 1) + second(trial), 14)


def odd(trial):
    """Names, choices and ranges that our search does not have as they are."""
    trial.suggest_float("learning rate #1", 0, 1)
    trial.suggest_float("learning rate%20", 0, 1)
    trial.suggest_int("huge", 0, 2**60)
    trial.suggest_float("constant", 1, 1)
    trial.suggest_float("uneven", 0.1, 0.7, step=0.2)
    mixed = trial.suggest_categorical("mixed", [None, 1, "1", 2.5, True])
    numbers = trial.suggest_categorical("numbers", [0, 0.5])
    assert type(numbers) is (int if numbers == 0 else float)
    return [None, 1, "1", 2.5, True].index(mixed) + numbers


@pytest.mark.slow
def test_odd_names_and_choices():
    study = optimize(odd, 20)
    assert {each.state for each in study.trials} == {TrialState.COMPLETE}
    assert study.best_params["mixed"] is None
    assert {each["uneven"] for each in parameters(study)} <= {0.1, 0.3, 0.5, 0.7}
    assert len({each["huge"] for each in parameters(study)}) > 10


def finite(trial):
    return trial.suggest_int("a", 0, 2) * 10 + trial.suggest_categorical("b", ["p", "q", "r", "s"]).count("q")


def pairs(study):
    return [(each["a"], each["b"]) for each in parameters(study) if len(each) == 2]


def test_what_others_have_proposed_is_learnt():
    """After six random trials it proposes the other six configurations, each once, then random ones."""
    study = optuna.create_study(sampler=RandomSampler(0))
    while len(set(pairs(study))) < 6:
        study.optimize(finite, n_trials=1)
    before, n_before = set(pairs(study)), len(study.trials)
    study.sampler = SMACSampler(seed=0)
    study.optimize(finite, n_trials=6)
    assert len(before | set(pairs(study))) == 12
    with pytest.warns(UserWarning, match="exhausted"):
        study.optimize(finite, n_trials=3)
    assert len(study.trials) == n_before + 9


def failing(trial):
    choice = trial.suggest_categorical("choice", ["a", "b", "c"])
    x = trial.suggest_float(f"x_{choice}", 0, 1)
    if choice == "c" and x > 0.6:
        raise ValueError("too large")
    return x + (choice != "c")


def test_a_choice_whose_first_trial_fails_is_tried_again():
    study = optuna.create_study(sampler=SMACSampler(n_trials=40, seed=0))
    study.enqueue_trial({"choice": "a", "x_a": 0.5})
    study.enqueue_trial({"choice": "c", "x_c": 0.9})
    study.optimize(failing, n_trials=40, catch=ValueError)
    assert study.best_value < 0.1
    trials = finished({"c": "p", "x": 0.1}, {"c": "q", "y": 0.1}, {"c": "q", "y": 0.3})
    failed = finished({"c": "r", "z": 0.2}, {"c": "p"})  # the last one has failed before it had its x
    for each in failed:
        each.state = TrialState.FAIL
    found = depends([*trials, *failed], ranges([*trials, *failed]), {})
    assert found == {
        "c": None,
        "x": Branch("c", "in", ("p",)),
        "y": Branch("c", "in", ("q",)),
        "z": Branch("c", "in", ("r",)),
    }
    assert depends(failed, ranges(failed), {}) == {}  # nothing is known of a trial that has not failed


@pytest.mark.parametrize("space", [None, {"x": ("real", [0, 1], 0.1), "y": ("real", [0, 1], 0.5)}])
def test_trials_that_fail_before_their_last_parameter_are_learnt(space):
    def function(trial):
        x = trial.suggest_float("x", 0, 1)
        if x > 0.3:
            raise ValueError("too large")
        return -x + (trial.suggest_float("y", 0, 1) - 0.5) ** 2

    study = optimize(function, 24, SMACSampler(space, seed=1, n_trials=20))
    assert sum(trial.state == TrialState.FAIL for trial in study.trials) <= 12


def test_a_first_trial_outside_of_its_range():
    study = optuna.create_study(sampler=SMACSampler(seed=0))
    study.enqueue_trial({"x": 70})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(lambda trial: trial.suggest_float("x", -5, 5) ** 2, n_trials=8)
    assert study.trials[0].params == {"x": 70}
    assert study.best_value < 0.1


def test_what_is_running_elsewhere_is_not_proposed():
    study = optuna.create_study(sampler=SMACSampler(seed=0))
    study.optimize(finite, n_trials=1)
    other = optuna.create_study(storage=study._storage, study_name=study.study_name, load_if_exists=True)
    other.sampler = SMACSampler(seed=0)
    asked = [which.ask() for which in (study, other) * 5]
    values = [finite(each) for each in asked]
    assert len(set(pairs(study))) == 11
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the space is exhausted, so that others are the same
        more = [which.ask() for which in (study, other) * 5]
        asked, values = [*asked, *more], [*values, *map(finite, more)]
    assert len(set(pairs(study))) == 12
    for trial, value in reversed(list(zip(asked, values, strict=True))):
        study.tell(trial, value)
    assert study.best_value == 0


def test_the_default_is_not_proposed_while_it_is_running_elsewhere():
    space = {"a": ("integer", [0, 2], 1), "b": ("categorical", ["p", "q", "r", "s"], "p")}
    study = optuna.create_study(sampler=SMACSampler(space, seed=0))
    other = optuna.create_study(storage=study._storage, study_name=study.study_name, load_if_exists=True)
    other.sampler = SMACSampler(space, seed=0)
    first = study.ask()
    value = finite(first)
    for trial in [other.ask() for _ in range(2)]:
        other.tell(trial, finite(trial))
    other.optimize(finite, n_trials=4)
    assert len(set(pairs(study))) == 7
    history = other.sampler._search._driven._session._facade.runhistory
    assert history.finished == 5
    study.tell(first, value)
    other.optimize(finite, n_trials=5)
    assert len(set(pairs(study))) == 12
    assert history.finished == 11  # all but the last


def test_after_an_exception_another_search_begins(monkeypatch):
    def no_matrix(*args):
        raise np.linalg.LinAlgError("not positive definite")

    sampler = SMACSampler(n_trials=4, seed=0)
    study = optimize(finite, 4, sampler)
    sampler._search._driven._session._facade._config_selector._model.train = no_matrix
    with pytest.raises(np.linalg.LinAlgError):
        study.optimize(finite, n_trials=1)
    study.optimize(finite, n_trials=1)
    assert study.trials[-1].number in sampler._asked
    sampler._space = None
    with monkeypatch.context() as broken:
        broken.setattr(sampler, "_search_of", no_matrix)
        with pytest.raises(np.linalg.LinAlgError):
            study.optimize(finite, n_trials=1)
    study.optimize(finite, n_trials=1)
    assert study.trials[-1].number in sampler._asked
    assert len(set(pairs(study))) == 6


@pytest.mark.parametrize("given", [False, True])
def test_several_jobs(given):
    space = {"a": ("integer", [0, 2], 1), "b": ("categorical", ["p", "q", "r", "s"], "p")}
    sampler = SMACSampler(space if given else None, seed=0)
    study = optimize(finite, 11, sampler, n_jobs=2)
    assert {each.state for each in study.trials} == {TrialState.COMPLETE}
    assert len(set(pairs(study))) >= 10  # of the first two one is drawn at random
    with pytest.warns(UserWarning, match="exhausted") as warned:
        study.optimize(finite, n_trials=4)
    assert not [each for each in warned if "drawn at random" in str(each.message)]


def test_the_best_of_others_is_what_is_improved():
    """A result that was not asked for may be the incumbent."""

    def valley(trial):
        return (trial.suggest_float("x", 0, 1) - 0.123) ** 2 + (trial.suggest_float("y", 0, 1) - 0.456) ** 2

    study = optuna.create_study(sampler=SMACSampler(n_trials=40, seed=0))
    study.optimize(valley, n_trials=3)
    study.add_trial(
        optuna.trial.create_trial(
            params={"x": 0.123, "y": 0.456}, distributions=study.trials[0].distributions, value=-0.001
        )
    )
    study.optimize(valley, n_trials=1)
    racing = study.sampler._search._driven._session._facade.intensifier
    assert dict(racing.incumbent) == {"x": pytest.approx(0.123), "y": pytest.approx(0.456)}


def test_values_that_are_given():
    study = optuna.create_study(sampler=SMACSampler(seed=0))
    study.enqueue_trial({"a": 2, "b": "s"})
    study.enqueue_trial({"a": 0})
    study.optimize(finite, n_trials=4)
    assert pairs(study)[0] == (2, "s")
    assert pairs(study)[1][0] == 0
    assert len(set(pairs(study))) == 4
    fixed = optimize(finite, 5, PartialFixedSampler({"a": 1}, SMACSampler(seed=0)))
    assert {a for a, _ in pairs(fixed)} == {1}
    assert len(set(pairs(fixed))) == 4
    study = optimize(branches, 4, SMACSampler(seed=0, warn_independent_sampling=False))
    study.sampler = PartialFixedSampler({"c": "sgd"}, study.sampler)
    study.optimize(branches, n_trials=4)
    assert {each["c"] for each in parameters(study)[4:]} == {"sgd"}


def test_pruned_trials_have_their_last_value_but_none_better_than_the_median():
    def trial(state, value=None, steps=None):
        return optuna.trial.create_trial(state=state, value=value, intermediate_values=steps)

    complete = [trial(TrialState.COMPLETE, value) for value in (1.0, 2.0, 9.0, math.inf)]
    median = median_of(complete)
    for steps, minimize, maximize in (({3: 5.0, 1: 0.0}, 5.0, 2.0), ({3: 0.5}, 2.0, 0.5)):
        pruned = trial(TrialState.PRUNED, None, steps)
        assert told_result(pruned, median, maximize=False) == minimize
        assert told_result(pruned, median, maximize=True) == maximize
        assert told_result(pruned, median_of([pruned]), maximize=False) == steps[3]
    for none in (
        trial(TrialState.PRUNED),
        trial(TrialState.PRUNED, None, {1: math.nan}),
        trial(TrialState.FAIL),
        complete[3],
    ):
        assert isinstance(told_result(none, median, maximize=False), RuntimeError)


class Walked(list):
    """A list that counts how often it is gone through."""

    walks = 0

    def __iter__(self):
        self.walks += 1
        return super().__iter__()


def test_pruned_trials_are_learnt_in_a_walk_over_all_of_them():
    """Not in one for each of them."""
    distributions = {"x": optuna.distributions.FloatDistribution(0, 1)}
    study = optuna.create_study(sampler=SMACSampler(seed=0))
    for i in range(60):
        pruned = {"params": {"x": i / 60}, "intermediate_values": {1: i}}
        study.add_trial(optuna.trial.create_trial(state=TrialState.PRUNED, distributions=distributions, **pruned))
    trials = Walked(study.trials)
    study.get_trials = lambda deepcopy: trials
    study.ask(distributions)
    assert len(study.sampler._search._driven._session.known) == 60
    assert trials.walks < 20


@pytest.mark.slow
def test_a_pruner_in_the_loop():
    def stepwise(trial):
        x = trial.suggest_float("x", 0, 1)
        for step in range(3):
            trial.report(x + 1 / (step + 1), step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return x

    study = optuna.create_study(sampler=SMACSampler(n_trials=16, seed=0), pruner=optuna.pruners.MedianPruner(2))
    study.optimize(stepwise, n_trials=16)
    assert {each.state for each in study.trials} == {TrialState.COMPLETE, TrialState.PRUNED}
    assert study.sampler._heard == set(range(15))


@pytest.mark.slow
def test_pickled_it_learns_anew(sampled):
    sampler = pickle.loads(pickle.dumps(sampled.sampler))
    study = optuna.create_study(storage=sampled._storage, study_name=sampled.study_name, load_if_exists=True)
    study.sampler = sampler
    trial = study.ask()
    define_by_run(trial)
    assert len(sampler._search._driven._session.known) == sum(
        each.state == TrialState.COMPLETE for each in sampled.trials
    )
    study.tell(trial, state=TrialState.FAIL)


def test_a_new_study_of_the_same_name_is_another_one():
    storage, sampler = optuna.storages.InMemoryStorage(), SMACSampler(seed=0)
    for n_trials in (4, 3):
        study = optuna.create_study(storage=storage, study_name="same", sampler=sampler)
        study.optimize(finite, n_trials=n_trials)
        # the last one is learnt with the next ask
        assert sampler._search._driven._session._facade.runhistory.finished == n_trials - 1
        optuna.delete_study(study_name="same", storage=storage)


def test_what_is_refused():
    with pytest.raises(ArgumentError, match="the study has 2 directions"):
        optuna.create_study(directions=["minimize"] * 2, sampler=SMACSampler()).optimize(
            lambda trial: (trial.suggest_float("x", 0, 1), 1.0), n_trials=1
        )
    with pytest.raises(ArgumentError, match="n_trials must be"):
        SMACSampler(n_trials=0)
    with pytest.raises(ArgumentError, match="need the argument space"):
        SMACSampler(conditional_clauses=["a | b == 1"])
    with pytest.raises(ClauseError, match="a"):
        SMACSampler({"b": ("integer", [0, 1], 0)}, ["a | b == 1"])
    with pytest.raises(ArgumentError, match="no-such-option"):
        SMACSampler(smac_options={"no-such-option": 3})
    with pytest.raises(ArgumentError, match="wallclock-limit.*no effect"):
        SMACSampler(smac_options={"wallclock-limit": 3})
    for space in (None, {"b": ("integer", [0, 1], 0)}):
        with pytest.raises(ArgumentError, match="RUNTIME.*no meaning in a SMACSampler"):
            SMACSampler(space, smac_options={"run_obj": "RUNTIME"})
