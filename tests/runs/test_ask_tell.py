"""A search that is asked and told in this process: it proposes what `minimize` proposes, and says what was wrong."""

import itertools
import json
import logging
import pickle
import random
import warnings

import numpy as np
import pytest
from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer

from pysmac_compat import ArgumentError, FileFormatError, Search, SearchError, SMAC_optimizer, Trial
from pysmac_compat.files.checksums import checked_line

from .searches import search

SPACE = {
    "x": ("real", [0.001, 10], 1.0, "log"),
    "n": ("integer", [1, 100], 10),
    "k": ("categorical", ["a", "b", "c"], "b"),
    "o": ("ordinal", [-2, -1, 4], 4),
    "flag": ("categorical", [True, False], False),
}
CLAUSES = ["n | k == b"], ["{x * n > 500}", "{k = a, o = -1}"]
SMALL = {"x": ("real", [-5, 5], 4.0)}


def function(x, k, o, flag, n=0, instance=0, seed=0):
    if x > 9:
        raise ValueError("x is too large")
    return (x - 2) ** 2 + n / 50 + abs(o) / 7 + flag / 2 + (k == "c") * 0.3 + instance * x % 1 + seed % 17 / 20


def answer(asked, trial, function=function):
    try:
        asked.tell(trial, function(**trial.arguments))
    except ValueError as error:
        if "too large" not in str(error):
            raise
        asked.tell(trial, error)


def drive(asked, function=function):
    for trial in asked:
        answer(asked, trial, function)
    return asked.result


def evaluations(result):
    """What was evaluated, but for messages and times that were measured."""
    return [(e.index, e.configuration, e.instance, e.seed, e.status, e.value, e.cutoff) for e in result]


@pytest.fixture(scope="module")
def minimized():
    optimizer = SMAC_optimizer()
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(function, 100, SPACE, *CLAUSES, seed=3)
    return optimizer.result


@pytest.mark.slow
def test_a_hundred_proposals_are_those_of_minimize(minimized):
    asked = Search(SPACE, *CLAUSES, seed=3, max_evaluations=100)
    result = drive(asked)
    assert evaluations(result) == evaluations(minimized)
    assert "CRASHED" in {e.status for e in result}
    assert result.runs[0].trajectory == minimized.runs[0].trajectory
    assert asked.best == (minimized.value, minimized.configuration)
    assert (result.value, result.stopped_because, result.search) == (
        minimized.value,
        minimized.stopped_because,
        minimized.search,
    )


@pytest.mark.slow
def test_so_are_those_of_a_search_that_is_saved_at_ten_places(minimized, tmp_path):
    path = tmp_path / "search.jsonl"
    asked = Search(SPACE, *CLAUSES, seed=3, max_evaluations=100)
    for _ in range(10):
        for _ in range(2):
            answer(asked, asked.ask())
        asked.ask()
        asked.save(path)
        asked = Search.load(path)
        answer(asked, *asked.open)
    assert evaluations(asked.result) == evaluations(minimized)[:30]


KINDS = {
    "instances": ({}, {"num_train_instances": 4}),
    "features and seeds": (
        {},
        {"num_train_instances": 3, "deterministic": False, "train_instance_features": [[1, 2], [3, 4], [0, 5]]},
    ),
    "the largest": ({}, {"maximize": True}),
    "capping": (
        {"run-obj": "RUNTIME", "ac-add-slack": 0.2},
        {"num_train_instances": 4, "t_limit_function_s": 4.0},
    ),
    "known": ({"execution-mode": "ROAR"}, {"known": [({"x": 1.0, "y": 3}, 3.0)]}),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_with(kind, tmp_path):
    options, keywords = KINDS[kind]
    runtime = "run-obj" in options

    def seconds(x, y, instance=0, seed=0):
        return round(0.1 + abs(x) / 2 + y / 9 + instance / 10, 3)

    def value(x, y, instance=0, seed=0):
        cost = (x - 1) ** 2 + y + instance * x % 1 + seed % 7
        return {"value": cost, "runtime": seconds(x, y, instance)} if runtime else cost

    n = 16
    expected = search(options.items(), value, n, seed=5, **keywords)
    parameters = {"x": ("real", [-5, 5], 4), "y": ("integer", [0, 8], 7)}
    asked = Search(parameters, max_evaluations=n, seed=5, smac_options=options, **keywords)
    for _ in range(n // 2):
        asked.tell(trial := asked.ask(), value(**trial.arguments))
    asked.save(tmp_path / "saved")
    found = drive(Search.load(tmp_path / "saved"), value)
    assert evaluations(found) == evaluations(expected)
    assert found.runs[0].trajectory == expected.runs[0].trajectory
    assert (found.value, found.configuration) == (expected.value, expected.configuration)
    if runtime:
        assert {e.status for e in found} == {"SAT", "TIMEOUT"}
        assert len({e.cutoff for e in found}) > 2


def test_several_are_learnt_as_they_are_told(tmp_path):
    """A challenger is run on three instances at once; when it has crashed on one, the others tell nothing."""
    options = {"initial-challenger-runs": 3, "initial-incumbent-runs": 3}
    asked = Search(SMALL, max_evaluations=30, num_train_instances=3, smac_options=options)
    for trial in [asked.ask() for _ in range(3)]:
        asked.tell(trial, 1.0)
    assert asked.unneeded == ()
    fourth, fifth, sixth, seventh = (asked.ask() for _ in range(4))
    assert fourth.values == fifth.values == sixth.values != seventh.values
    asked.tell(fifth, RuntimeError("no"))
    assert asked.unneeded == (fourth, sixth)
    asked.save(tmp_path / "saved")
    before, asked = asked, Search.load(tmp_path / "saved")
    assert asked.open == before.open == (fourth, sixth, seventh)
    assert asked.unneeded == (fourth, sixth)
    for each in (before, asked):
        each.tell(seventh, 0.5)
        each.tell(sixth, 0.0)  # nothing is learnt from it
    assert [e.index for e in asked.result] == [1, 2, 3, 5, 6, 7]
    assert evaluations(asked.result) == evaluations(before.result)
    assert [asked.ask() for _ in range(5)] == [before.ask() for _ in range(5)]
    assert asked.best == before.best == (1.0, {"x": 4.0})


@pytest.mark.slow
def test_in_the_order_of_workers_they_are_those_of_minimize():
    optimizer = SMAC_optimizer()
    optimizer.smac_options.update({"workers": 3, "workers-order": "begun", "workers-lag": 3})
    optimizer.minimize(function, 14, SPACE, *CLAUSES, num_train_instances=3)
    asked = Search(SPACE, *CLAUSES, max_evaluations=14, num_train_instances=3, smac_options={"workers": 3})
    while len(asked.result) < 14:
        while len(asked.open) < 3 and len(asked.result) + len(asked.open) < 14:
            asked.ask()
        answer(asked, asked.open[0])
    assert [each[:4] for each in evaluations(asked.result)] == [each[:4] for each in evaluations(optimizer.result)]


def test_a_trial():
    asked = Search(SMALL, max_evaluations=2, deterministic=False, t_limit_function_s=3)
    trial = asked.ask()
    assert trial == Trial(1, (("x", 4.0),), None, trial.seed, 3.0)
    assert trial.configuration == {"x": 4.0}
    assert trial.arguments == {"x": 4.0, "seed": trial.seed}
    assert pickle.loads(pickle.dumps(trial)) == trial
    asked.tell(pickle.loads(pickle.dumps(trial)), {"value": 2.0, "runtime": 5.0})
    assert [(e.status, e.cpu_time) for e in asked.result] == [("TIMEOUT", 5.0)]
    with pytest.raises(TypeError, match="a Search cannot be pickled or copied: use save"):
        pickle.dumps(asked)
    trial.configuration["x"] = 0
    assert trial.configuration == {"x": 4.0}
    with pytest.raises(AttributeError):
        trial.number = 2


def test_what_is_known_meanwhile():
    asked = Search(SMALL, max_evaluations=2)
    assert (asked.best, asked.open, asked.ended, len(asked.result)) == (None, (), "", 0)
    assert asked.result.stopped_because == ""
    trial = asked.ask()
    asked.tell(trial, 16)
    assert asked.best == (16.0, {"x": 4.0})
    assert repr(asked) == "<Search: told=1, max_evaluations=2, open: 0>"
    earlier = asked.result
    asked.tell(asked.ask(), RuntimeError("no"))
    assert (len(earlier), len(asked.result)) == (1, 2)
    assert asked.ended == ""  # nobody has asked
    assert list(asked) == []
    assert asked.ended == asked.result.stopped_because == "max_evaluations reached"
    assert repr(asked) == "<Search: told=2, max_evaluations=2, ended: max_evaluations reached>"
    first, second = asked.result
    assert (first.status, second.status, second.message) == ("SAT", "CRASHED", "RuntimeError: no\n")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (float("nan"), "trial 1: got nan .float.: not a finite number; if the evaluation failed, pass the exc"),
        ("a", "trial 1: got 'a' .str.: not a number"),
        (None, "trial 1: got None"),
        ({"loss": 3}, "a dict with the keys 'loss'; expected 'value'.*write 'value' in place of 'loss'"),
        ({"value": float("inf")}, "got inf .float.: not a finite number as its value"),
        ({"value": 1, "status": "GOOD"}, "got the status 'GOOD' .str.; expected one of SAT"),
        ({"value": 1, "runtime": -1}, "the runtime must be a number of seconds from 0, got -1"),
        ({"value": 1, "runtime": "long"}, "got 'long' .str.: not a number as its runtime"),
    ],
)
def test_no_result(result, message):
    asked = Search(SMALL, max_evaluations=2)
    trial = asked.ask()
    with pytest.raises(ArgumentError, match=message):
        asked.tell(trial, result)
    assert asked.open == (trial,)
    asked.tell(trial, {"value": 1, "status": b"CRASHED"})
    assert [e.status for e in asked.result] == ["CRASHED"]


def test_the_run_time_is_needed_where_it_counts():
    asked = Search(SMALL, max_evaluations=2, smac_options={"run-obj": "RUNTIME"})
    trial = asked.ask()
    with pytest.raises(ArgumentError, match="the objective is RUNTIME, which needs a dict with the key 'runtime'"):
        asked.tell(trial, 3.0)
    asked.tell(trial, {"runtime": 3.0})
    assert asked.best[0] == 3.0


def test_wrong_trials():
    asked = Search(SMALL, max_evaluations=2)
    trial = asked.ask()
    asked.tell(trial, 1)
    with pytest.raises(ArgumentError, match="trial 1 has a result, which cannot be changed; pass .* known="):
        asked.tell(trial, 1)
    second = asked.ask()
    for other in (Trial(7, ()), Trial(2, (("x", 0.0),))):
        with pytest.raises(
            ArgumentError, match=f"Trial.number={other.number}.* is not an open trial of .* open trials: 2"
        ):
            asked.tell(other, 1)
    with pytest.raises(ArgumentError, match="expected a trial, as ask.. returns it, got 2"):
        asked.tell(2, 1)
    with pytest.raises(SearchError, match="ask: max_evaluations reached; trials without a result: 2"):
        asked.ask()
    asked.tell(second, 1)
    with pytest.raises(SearchError, match="ask: the search has ended: max_evaluations reached"):
        asked.ask()


def test_nothing_is_left_to_ask():
    asked = Search({"k": ("categorical", ["a", "b"], "a")}, max_evaluations=9)
    first, second = asked.ask(), asked.ask()
    with pytest.raises(SearchError, match="ask: the search needs the result of an open trial first; .* 1, 2"):
        asked.ask()
    asked.tell(second, 1)
    asked.tell(first, 2)
    with (
        pytest.warns(UserWarning, match="the search space is exhausted") as caught,
        pytest.raises(SearchError, match="search space exhausted"),
    ):
        asked.ask()
    assert [each.filename for each in caught] == [__file__]
    assert asked.best == (1.0, {"k": "b"})


def test_a_warning_that_is_an_error_comes_when_all_is_known():
    asked = Search({"k": ("categorical", ["a", "b"], "a")}, max_evaluations=9)
    for trial in [asked.ask(), asked.ask()]:
        asked.tell(trial, RuntimeError("no"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="all 2 evaluations failed"):  # the search space is exhausted, too
            asked.ask()
    assert asked.ended == asked.result.stopped_because == "search space exhausted"


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        (
            {"smac_options": {"retry-crashed-count": 2}},
            r"smac_options\['retry-crashed-count'\] has no effect in a Search",
        ),
        ({"smac_options": {"wallclock-limit": 2}}, "wallclock-limit"),
        ({"smac_options": {"isolate": False}}, "isolate"),
        ({"smac_options": {"calls-per-process": 9}}, "calls-per-process"),
        ({"smac_options": {"modle": "rf"}}, "unknown option 'modle'"),
        ({"maximize": "yes"}, "maximize must be True or False"),
        ({"deterministic": 1}, "deterministic must be True or False"),
        ({"max_evaluations": 0}, "max_evaluations must be at least 1"),
        ({"space": {}}, "parameter_dict is empty"),
        ({"n_trials": 3}, "Search.. has no argument 'n_trials': use max_evaluations"),
        ({"n_jobs": 3}, "Search.. has no argument 'n_jobs': use ask.. several times"),
        ({"known": 3}, "known must be a list of pairs"),
        ({"smac_options": 3}, "smac_options must be a dict of options, got 3"),
    ],
)
def test_refused(keywords, message):
    with pytest.raises(ValueError, match=message):
        Search(**{"space": SMALL, "max_evaluations": 3, **keywords})


@pytest.mark.slow
def test_this_process_stays_as_it_was():
    filters, level = list(warnings.filters), logging.getLogger("smac").level
    np.random.seed(7)
    random.seed(7)
    drive(Search(SMALL, max_evaluations=14), lambda x: x**2)
    assert warnings.filters == filters
    assert logging.getLogger("smac").level == level
    drawn = np.random.rand(), random.random()
    np.random.seed(7)
    random.seed(7)
    assert drawn == (np.random.rand(), random.random())


def configspace():
    space = ConfigurationSpace()
    space.add(Float("x", (1e-3, 1.0), default=0.1, log=True), Integer("n", (1, 9), default=3))
    space.add(Categorical("kind", ["a", "b"], default="b"))
    space.add(EqualsCondition(space["n"], space["kind"], "a"))
    return space


@pytest.mark.slow
def test_a_space_of_configspace(tmp_path):
    def cost(x, kind, n=0):
        return x + n

    one, other = Search(configspace(), max_evaluations=8), Search(configspace(), max_evaluations=8)
    for trial in (one.ask() for _ in range(4)):
        one.tell(trial, cost(**trial.arguments))
    one.save(tmp_path / "saved")
    assert evaluations(drive(Search.load(tmp_path / "saved"), cost)) == evaluations(drive(other, cost))


def test_a_longer_search_begins_as_the_shorter_one(tmp_path):
    path = tmp_path / "saved"
    with pytest.warns(UserWarning, match="max_evaluations must be an integer, got '8'; it is read as 8"):
        short = Search(SMALL, max_evaluations="8", seed=np.int64(3), smac_options={"model": "rf"})
    before = drive(short, lambda x: x**2)
    short.save(path)
    longer = Search.load(path, max_evaluations=10)
    after = drive(longer, lambda x: x**2)
    assert list(after)[:8] == list(before)
    assert len(after) == 10
    longer.save(path)  # the initial design is still that of eight
    assert json.loads(path.read_text().splitlines()[0])["max_evaluations"] == 8
    assert list(Search.load(path).result) == list(after)


@pytest.mark.slow
def test_after_an_exception_in_the_model_it_says_so_and_goes_on_from_a_file(tmp_path):
    def interrupted(*args):
        raise KeyboardInterrupt

    search, whole = (Search(SMALL, max_evaluations=5) for _ in range(2))
    for _ in range(3):
        trial = search.ask()
        search.tell(trial, trial.configuration["x"] ** 2)
    search._driven._session._facade._config_selector._model.train = interrupted
    with pytest.raises(KeyboardInterrupt):
        search.ask()
    for _ in range(2):
        with pytest.raises(SearchError, match=r"an earlier ask\(\) raised KeyboardInterrupt\. Save the search"):
            search.ask()
    search.save(tmp_path / "search")
    loaded = Search.load(tmp_path / "search")
    results = [evaluations(drive(each, lambda x: x**2)) for each in (loaded, whole)]
    assert results[0] == results[1]


@pytest.mark.slow
def test_one_instance_is_searched_like_none():
    def configurations(**keywords):
        asked = Search(SMALL | {"y": ("real", [-5, 5], 4.0)}, max_evaluations=40, **keywords)
        return [e.configuration for e in drive(asked, lambda x, y, instance=0: x**2 + (y - 1) ** 2)]

    assert configurations(num_train_instances=1) == configurations()


@pytest.mark.slow
@pytest.mark.parametrize("penalty", [1e200, 1.7e308])
def test_huge_penalties_with_noise(penalty):
    asked = Search(SMALL, max_evaluations=40, deterministic=False)
    calls = itertools.count()
    drive(asked, lambda x, seed: penalty if next(calls) % 3 == 1 else x**2 + seed % 17 / 20)
    assert len(asked.result) == 40


@pytest.mark.slow
def test_many_instance_features_and_open_trials():
    features = np.random.default_rng(0).normal(size=(10, 9)).tolist()
    asked = Search(SMALL, max_evaluations=60, num_train_instances=10, train_instance_features=features)
    trials = [asked.ask() for _ in range(3)]
    while trials:
        trial = trials.pop(0)
        asked.tell(trial, (trial.configuration["x"] - trial.instance / 10) ** 2)
        trials += [] if asked.ended or len(asked.result) + len(trials) >= 60 else [asked.ask()]
    assert len(asked.result) == 60


def test_the_log_of_smac3_is_silent_in_the_search_only(caplog):
    caplog.set_level(logging.DEBUG, "smac")
    asked = Search(SMALL, max_evaluations=8)
    for trial in asked:
        logging.getLogger("smac.main.smbo").debug("from the script")
        asked.tell(trial, 0.0)
    assert {record.getMessage() for record in caplog.records} == {"from the script"}


def test_a_failure_that_was_told_is_not_told_again(tmp_path, caplog):
    asked = Search(SMALL, max_evaluations=8)
    assert repr(asked.result).endswith("not stopped>")
    asked.tell(asked.ask(), RuntimeError("the gripper is stuck"))
    assert "stopped because" not in asked.result.summary()
    asked.save(tmp_path / "search")
    assert "the gripper is stuck" in Search.load(tmp_path / "search").result.summary()
    assert not caplog.records


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The lines of a search that was saved after three results, with one trial open."""
    path = tmp_path_factory.mktemp("saved") / "search"
    asked = Search(SMALL, max_evaluations=8)
    for _ in range(3):
        asked.tell(trial := asked.ask(), trial.configuration["x"] ** 2)
    asked.ask()
    asked.save(path)
    return path.read_bytes().splitlines(keepends=True)


def changed(line, **values):
    """A line with other values, and the checksum of these."""
    content = json.loads(line)
    del content["crc"]
    return checked_line({**content, **values}).encode()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [], "line 1: the line is damaged: .* got nothing that ends in a line break"),
        (
            lambda lines: [b'{"journal": 2}\n'],
            "line 1: it has no checksum|line 1: the line is damaged: it has no checksum",
        ),
        (lambda lines: lines[:-1], "line 1: 'asked' does not fit 2 results: .*known="),
        (
            lambda lines: [lines[0], lines[1].replace(b"16.0", b"17.0"), *lines[2:]],
            "line 2: .*does not fit its checksum; this file cannot be loaded, .*known=",
        ),
        (
            lambda lines: [*lines[:3], changed(lines[3], configuration={"x": 0.0})],
            "line 4: the journal has .* as evaluation 3, but",
        ),
        (
            lambda lines: [changed(lines[0], asked=[1, 2, 3, 9]), *lines[1:]],
            "the file has evaluation 9, but the search now ends",
        ),
        (lambda lines: [changed(lines[0], asked=[1, 2, 3]), *lines[1:]], "line 1: 'asked' does not fit 3 results"),
        (lambda lines: [changed(lines[0], search={}), *lines[1:]], "line 1: the search space cannot be read"),
        (lambda lines: [changed(lines[0], search=1), *lines[1:]], "line 1: expected a file that Search.save.. wrote"),
    ],
)
def test_no_file_of_a_search(saved, tmp_path, change, message):
    (tmp_path / "search").write_bytes(b"".join(change(saved)))
    with pytest.raises(FileFormatError, match=message):
        Search.load(tmp_path / "search")


def test_files_that_are_not_read_or_written(saved, tmp_path):
    (tmp_path / "search").write_bytes(b"".join(saved))
    assert [trial.number for trial in Search.load(tmp_path / "search").open] == [4]
    with pytest.raises(ArgumentError, match="max_evaluations must be at least 3, the number of results in"):
        Search.load(tmp_path / "search", max_evaluations=2)
    with pytest.raises(FileNotFoundError):
        Search.load(tmp_path / "missing")
    for path, error in ((tmp_path, IsADirectoryError), (tmp_path / "missing" / "search", FileNotFoundError)):
        with pytest.raises(error) as raised:
            Search.load(tmp_path / "search").save(path)
        assert (raised.value.filename, raised.value.filename2) == (str(path), None)
    assert [path.name for path in tmp_path.iterdir()] == ["search"]
    (tmp_path / "search").write_bytes(changed(saved[0], proposals=2, workers=2) + b"".join(saved[1:]))
    with pytest.raises(FileFormatError, match="another version of pysmac_compat wrote this file"):
        Search.load(tmp_path / "search")
    odd = Search(ConfigurationSpace({"act": [(1, 2), (3, 4)]}), max_evaluations=2)
    with pytest.raises(ArgumentError, match="JSON cannot keep some choices of the ConfigurationSpace"):
        odd.save(tmp_path / "odd")
    assert not (tmp_path / "odd").exists()
