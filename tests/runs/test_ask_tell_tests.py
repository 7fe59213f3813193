"""After a search that is asked and told come its trials on test instances: those that `minimize` evaluates."""

import json

import pytest

from pysmac_compat import ArgumentError, FileFormatError, Search, SearchError, Trial
from pysmac_compat.files.checksums import checked_line

from .searches import PARAMETERS, search


def value(x, y, instance=0, seed=0):
    return (x - 1) ** 2 + y + instance * x % 1 + seed % 7


def facts(evaluations):
    return [(e.index, e.configuration, e.instance, e.seed, e.status, e.value, e.cutoff) for e in evaluations]


def facts_of_tests(result):
    return facts(result.runs[0].test_evaluations)


def tell_all(asked):
    for trial in asked:
        asked.tell(trial, value(**trial.arguments))
    return asked.result


KINDS = {
    "the last incumbent": ({}, {"num_train_instances": 2}),
    "all incumbents": ({"validate-only-last-incumbent": False}, {"num_train_instances": 2}),
    "all configurations": ({"validate-all": True}, {"num_train_instances": 2}),
    "seeds": (
        {"num-validation-runs": 4, "validation-seed": 3},
        {"num_train_instances": 2, "deterministic": False, "t_limit_function_s": 3.0},
    ),
    "no training instances": ({"num-seeds-per-test-instance": 2}, {"deterministic": False}),
    "none": ({"validation": False}, {"num_train_instances": 2}),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_they_are_those_of_minimize(kind, tmp_path):
    options, keywords = KINDS[kind]
    keywords = {**keywords, "num_test_instances": 3}
    expected = search(options.items(), value, 6, seed=5, **keywords)
    asked = Search(PARAMETERS, max_evaluations=6, seed=5, smac_options=options, **keywords)
    result = tell_all(asked)
    assert facts(result) == facts(expected)
    assert facts_of_tests(result) == facts_of_tests(expected)
    assert bool(facts_of_tests(result)) == (kind != "none")
    assert asked.ended == expected.stopped_because
    asked.save(tmp_path / "saved")
    loaded = Search.load(tmp_path / "saved")
    assert list(loaded) == []
    assert (facts_of_tests(loaded.result), loaded.ended) == (facts_of_tests(result), asked.ended)


def searched(n=3, **keywords):
    """One whose search is over, with its three tests to come."""
    keywords = {"num_train_instances": 2, "num_test_instances": 3, **keywords}
    asked = Search(PARAMETERS, max_evaluations=n, **keywords)
    for _ in range(n):
        asked.tell(trial := asked.ask(), value(**trial.arguments))
    return asked


def test_they_come_when_the_search_is_over(tmp_path):
    asked = Search(PARAMETERS, max_evaluations=2, num_train_instances=2, num_test_instances=3, t_limit_function_s=5)
    first, second = asked.ask(), asked.ask()
    asked.tell(first, 1.0)
    with pytest.raises(SearchError, match="ask: max_evaluations reached; trials without a result: 2"):
        asked.ask()  # the incumbent is not known yet
    asked.tell(second, 2.0)
    tests = [asked.ask() for _ in range(3)]
    incumbent = tuple(asked.result.active_configuration.items())
    assert tests == [Trial(i + 1, incumbent, 2 + i, None, 5.0, test=True) for i in range(3)]
    assert tests[0].arguments == {**asked.result.active_configuration, "instance": 2}
    assert asked.open == tuple(tests)
    assert (asked.unneeded, asked.ended) == ((), "")
    with pytest.raises(SearchError, match="trials without a result: 1, 2, 3"):
        asked.ask()
    asked.tell(tests[1], RuntimeError("no"))
    asked.tell(tests[0], {"value": 3.0, "runtime": 6.0})
    asked.tell(tests[2], 4.0)
    assert asked.ended == asked.result.stopped_because == "max_evaluations reached"
    run = asked.result.runs[0]
    assert [e.status for e in run.test_evaluations] == ["TIMEOUT", "CRASHED", "SAT"]
    assert (len(run.evaluations), run.value) == (2, 1.5)
    assert repr(asked) == "<Search: told=2, max_evaluations=2, ended: max_evaluations reached>"


def test_trials_of_both_kinds_are_told_apart():
    asked = searched()
    test = asked.ask()
    assert (test.number, test.test) == (1, True)
    with pytest.raises(ArgumentError, match="trial 1 has a result"):
        asked.tell(Trial(1, test.values), 1.0)
    earlier = asked.result
    asked.tell(test, 1.0)
    with pytest.raises(ArgumentError, match="trial 1 has a result"):
        asked.tell(test, 1.0)
    with pytest.raises(ArgumentError, match=r"Trial\(number=2, .* test=True\) is not an open trial"):
        asked.tell(Trial(2, test.values, 3, test=True), 1.0)
    assert (len(facts_of_tests(earlier)), len(facts_of_tests(asked.result))) == (0, 1)


def test_saved_in_the_middle_of_them(tmp_path):
    whole = tell_all(searched())
    asked = searched()
    tests = [asked.ask(), asked.ask()]
    asked.tell(tests[1], value(**tests[1].arguments))
    asked.save(tmp_path / "saved")
    head = json.loads((tmp_path / "saved").read_text().splitlines()[0])
    assert (head["asked"], head["tests"]) == ([1, 2, 3, 3], 2)
    for each in (asked, Search.load(tmp_path / "saved")):
        assert each.open == (tests[0],)
        each.tell(tests[0], value(**tests[0].arguments))
        assert facts_of_tests(tell_all(each)) == facts_of_tests(whole)
        assert each.ended


def test_saved_before_and_after_them(tmp_path):
    asked = searched()
    asked.save(tmp_path / "saved")
    loaded = Search.load(tmp_path / "saved")
    assert (loaded.open, loaded.ended) == ((), "")
    assert [trial.test for trial in [loaded.ask(), loaded.ask()]] == [True, True]
    result = tell_all(asked)
    asked.save(tmp_path / "saved")
    loaded = Search.load(tmp_path / "saved")
    assert loaded.ended == asked.ended
    assert facts_of_tests(loaded.result) == facts_of_tests(result)


def test_a_longer_search_has_tests_of_its_own(tmp_path):
    """What is known of its incumbent counts, and is not lost if it is saved before it comes to that."""
    path = tmp_path / "saved"
    asked = Search({"x": ("real", [-5, 5], 1)}, max_evaluations=3, num_train_instances=2, num_test_instances=3)
    for _ in range(3):
        asked.tell(trial := asked.ask(), (trial.configuration["x"] - 1) ** 2)
    for result in (7.0, 8.0):
        asked.tell(asked.ask(), result)
    asked.ask()
    asked.save(path)
    Search.load(path, max_evaluations=5).save(path)
    longer = Search.load(path, max_evaluations=6)
    assert (longer.open, len(facts_of_tests(longer.result))) == ((), 0)
    for trial in longer:
        longer.tell(trial, 9.0 if trial.test else (trial.configuration["x"] - 1) ** 2)
    run = longer.result.runs[0]
    assert run.active_configuration == {"x": 1.0}
    assert (len(run.evaluations), [e.value for e in run.test_evaluations]) == (6, [7.0, 8.0, 9.0])
    assert [e.index for e in run.test_evaluations] == [1, 2, 3]


@pytest.mark.filterwarnings("ignore:the only evaluation failed")
def test_an_abort_is_the_end():
    options = {"stop-on-abort": True}
    asked = Search(PARAMETERS, max_evaluations=3, num_test_instances=3, smac_options=options)
    with pytest.warns(UserWarning, match="evaluation 1: the function reported ABORT"):
        asked.tell(asked.ask(), {"value": 1.0, "status": "ABORT"})
    assert list(asked) == []
    assert (asked.ended, facts_of_tests(asked.result)) == ("the function reported ABORT", [])


@pytest.mark.parametrize("tests", [-1, "2", None, True])
def test_no_number_of_tests(tmp_path, tests):
    asked = searched(1)
    asked.save(tmp_path / "saved")
    head, *lines = (tmp_path / "saved").read_bytes().splitlines(keepends=True)
    content = json.loads(head)
    del content["crc"]
    (tmp_path / "saved").write_bytes(checked_line({**content, "tests": tests}).encode() + b"".join(lines))
    with pytest.raises(FileFormatError, match="line 1: 'tests' cannot be"):
        Search.load(tmp_path / "saved")
    del content["tests"]  # a file of an earlier version
    del content["search"]["num_test_instances"]
    (tmp_path / "saved").write_bytes(checked_line(content).encode() + b"".join(lines))
    assert list(Search.load(tmp_path / "saved").result) == list(asked.result)
