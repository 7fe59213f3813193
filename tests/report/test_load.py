"""`load_result`: what `minimize` had as its result, from the files alone."""

import dataclasses
import os
import shutil
import time

import pytest

from pysmac_compat import ArgumentError, FileFormatError, SMAC_optimizer, load_result
from pysmac_compat.events import Evaluated
from pysmac_compat.files.about_run import read_about, write_about
from pysmac_compat.files.load import _is_ahead
from pysmac_compat.files.state import read_state_run
from pysmac_compat.files.trajectory import HEADER
from pysmac_compat.results import RunResult

from .pages import parameter, write_journal
from .small import evaluation, handmade, minimise

SPACE = {"x": ("real", [-5, 5], 4), "n": ("integer", [1, 9], 3), "c": ("categorical", [3, 1, None], 3)}
CLAUSES = ["n | c == 3"]


def cost(x, c, n=0, instance=0, seed=0):
    if c is None:
        raise ValueError("the message of the user")
    return (x - 1) ** 2 + n + instance + seed % 3


SEARCHES = {
    "plain": {},
    "two runs": {"num_runs": 2},
    "the same seed twice": {"num_runs": 2, "seed": [4, 4]},
    "racing": {"deterministic": False, "num_train_instances": 2, "num_test_instances": 2},
    "run time": {"options": {"run-obj": "RUNTIME", "overall-obj": "MEAN10"}, "t_limit_function_s": 5},
}


def timed(x, c, n=0):
    if x < 0:
        return {"status": "TIMEOUT", "runtime": 5.0}
    return {"value": x, "runtime": 0.5 + abs(x)}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The results of the searches, and their folders."""
    made = {}
    for name, keywords in SEARCHES.items():
        folder = tmp_path_factory.mktemp("load")
        function = timed if name == "run time" else cost
        made[name] = folder, minimise(function, 6, SPACE, CLAUSES, folder=str(folder), **keywords)
    return made


def slower_above(x, c, n=0):
    time.sleep(0.05 * (x > 0))
    return (x - 1) ** 2


@pytest.mark.parametrize(
    ("change", "ahead"),
    [({}, True), ({"runtime": True}, False), ({"n_instances": 2}, False), ({"deterministic": False}, False)],
)
def test_whether_the_journal_is_ahead_of_the_trajectory(change, ahead):
    """The best single value says nothing where the value of an incumbent is a mean."""
    run = RunResult(0, 4.0, {}, {})
    run.evaluations = [evaluation(1, 4.0, x=4.0), evaluation(2, 1.0, x=1.0)]
    assert _is_ahead(run, dataclasses.replace(handmade().search, **change)) == ahead


@pytest.mark.slow
@pytest.mark.parametrize("order", ["ended", "begun"])
def test_the_evaluations_of_the_incumbents_with_several_workers(tmp_path, order):
    """Calls end in another order than they begin, and the files of SMAC v2 have this order."""
    result = minimise(slower_above, 14, SPACE, folder=str(tmp_path), options={"workers": 3, "workers-order": order})
    assert load_result(tmp_path).runs[0].trajectory == result.runs[0].trajectory


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_a_working_directory_gives_the_result_again(found, name):
    folder, result = found[name]
    read = load_result(folder)
    for one, other in zip(read.runs, result.runs, strict=True):
        assert one.evaluations == other.evaluations
        assert one.test_evaluations == other.test_evaluations
        assert [(s.value, s.active_configuration) for s in one.trajectory] == [
            (s.value, s.active_configuration) for s in other.trajectory
        ]
        assert one == dataclasses.replace(other, trajectory=one.trajectory)
        if name in ("plain", "two runs"):
            assert one.trajectory == other.trajectory
    assert repr(read) == repr(result)
    assert read.search.space.parameters == result.search.space.parameters
    about = {"runtime", "penalty", "cutoff", "max_evaluations", "n_instances", "deterministic", "workers"}
    assert {a: getattr(read.search, a) for a in about} == {a: getattr(result.search, a) for a in about}
    assert repr(load_result(folder / "out" / "scenario")) == repr(result)


@pytest.mark.slow
def test_without_the_journal_choices_are_texts(found, tmp_path):
    folder, result = found["racing"]
    shutil.copytree(folder, tmp_path / "wd")
    for path in (tmp_path / "wd").rglob("journal*"):
        path.unlink()
    read = load_result(tmp_path / "wd")
    assert read.value == result.value
    for one, other in zip(read, result, strict=True):
        assert one.configuration == {k: str(v) if k == "c" else v for k, v in other.configuration.items()}
        assert (one.instance, one.seed, one.status, one.value) == (
            other.instance,
            other.seed,
            other.status,
            other.value,
        )
    tests, expected = read.runs[0].test_evaluations, result.runs[0].test_evaluations
    assert [(t.instance, t.value) for t in tests] == [(t.instance, t.value) for t in expected]
    assert read.stopped_because == "max_evaluations reached"


@pytest.mark.slow
def test_without_a_trajectory_the_least_counts(found, tmp_path):
    folder, result = found["plain"]
    shutil.copytree(folder, tmp_path / "wd")
    for path in (tmp_path / "wd").rglob("*traj-run*"):
        path.unlink()
    assert load_result(tmp_path / "wd").runs[0].trajectory == result.runs[0].trajectory


RUNS = [
    "conditional",
    "deterministic",
    "instances_features",
    "nondeterministic_seed3",
    "readers",
    "readers_multirun",
    "runtime_dict_instances",
    "test_instances",
    "tlimit_cpu",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_folder_of_the_java_program(java_runs, name):
    folder = java_runs / name / "wd"
    result = load_result(folder)
    states = [read_state_run(path) for path in sorted(folder.glob("out/scenario/state-run*"))]
    assert len(result) == sum(len(state.runs) for state in states)
    assert [e.value for e in result] == [row.response for state in states for row in state.runs]
    assert result.stopped_because == "max_evaluations reached"
    assert result.value == min(run.value for run in result.runs)
    for run in result.runs:
        assert run.trajectory[-1].value >= run.value or run.incumbent_runs > 1
        steps = [step.evaluation for step in run.trajectory]
        assert steps == sorted(steps)
        assert steps[0] == 1
        assert run.active_configuration in [e.configuration for e in run.evaluations]
    frame = result.to_frame()
    assert len(frame) == len(result)
    assert result.summary()


def test_a_state_of_the_java_program_alone(java_runs):
    result = load_result(java_runs / "nondeterministic" / "wd")
    assert len(result) == 60
    assert not result.search.deterministic
    assert result.runs[0].incumbent_runs > 1
    assert result.best(1)[0].value == result.value


def test_test_instances_of_the_java_program(java_runs):
    tests = load_result(java_runs / "readers" / "wd").runs[0].test_evaluations
    assert [(t.instance, t.value, t.status) for t in tests] == [
        (3, 11.839036800888827, "SAT"),
        (4, 18.23859896132653, "SAT"),
    ]


@pytest.mark.slow
def test_a_search_that_goes_on(tmp_path):
    """Also where a line is half written."""
    seen = []

    def look(event):
        if isinstance(event, Evaluated):
            seen.append(load_result(tmp_path))
            return len(seen) == 4

    minimise(cost, 9, SPACE, CLAUSES, folder=str(tmp_path), on_event=look)
    assert {result.stopped_because for result in seen} == {"still running"}
    assert [len(result) >= n for n, result in enumerate(seen, 1)] == [True] * 4
    assert seen[-1].runs[0].trajectory
    results = tmp_path / "out" / "scenario"
    for path in (*results.glob("journal*"), *results.glob("traj*"), *results.glob("state-run0/*-it*")):
        with open(path, "a") as stream:
            stream.write('{"test": fal')
    assert load_result(tmp_path).stopped_because == "on_event returned True"


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    """The folder of a search with three runs that Ctrl-C ends in the second one."""
    folder = tmp_path_factory.mktemp("interrupted")

    def interrupt(event):
        if isinstance(event, Evaluated) and (event.run, event.evaluation.index) == (1, 2):
            raise KeyboardInterrupt

    optimizer = SMAC_optimizer(working_directory=str(folder), persistent_files=True)
    optimizer.smac_options["isolate"] = False
    with pytest.raises(KeyboardInterrupt):
        optimizer.minimize(lambda x: x**2, 3, {"x": SPACE["x"]}, num_runs=3, on_event=interrupt)
    return folder


@pytest.mark.slow
def test_an_interrupted_search_has_all_its_runs_before_it(interrupted):
    result = load_result(interrupted)
    assert result.stopped_because == "interrupted"
    assert len(result.runs) == 2
    assert result.search.num_runs == 3
    assert f"{len(result)} of 9" in result.summary()


@pytest.mark.parametrize("left_out", ["the end", "the file", "all"])
def test_why_a_run_has_ended_may_be_missing(interrupted, tmp_path, left_out):
    shutil.copytree(interrupted, tmp_path / "wd")
    results = tmp_path / "wd" / "out" / "scenario"
    if left_out == "the end":  # it was killed
        write_about(results, "1", dataclasses.replace(read_about(results, "1"), ended=None, of_search=False))
        assert load_result(tmp_path / "wd").stopped_because == "interrupted, or running elsewhere"
        return
    for path in results.glob("about-run-*" if left_out == "all" else "about-run-1.json"):
        path.unlink()
    result = load_result(tmp_path / "wd")
    assert result.search.num_runs is None
    assert " of " not in result.summary().split("evaluations")[-1].split(";")[0]


@pytest.mark.slow
def test_the_rule_that_has_ended_a_run_and_another_number_of_evaluations(tmp_path):
    space = {"x": SPACE["x"]}
    minimise(lambda x: x**2, 4, space, folder=str(tmp_path), stop_when=lambda result: len(result) == 3)
    assert load_result(tmp_path).stopped_because == "stop_when: <lambda>"
    minimise(lambda x: x**2, 2, space, folder=str(tmp_path), resume=True)
    result = load_result(tmp_path)
    assert (len(result), result.search.max_evaluations, result.stopped_because) == (3, 2, "max_evaluations reached")
    assert "3: 3 SAT" in result.summary()


@pytest.mark.parametrize("text", ["", "[]", '{"max_evaluations": 3}', "\xff"])
def test_a_damaged_file_about_a_run_is_named(interrupted, tmp_path, text):
    shutil.copytree(interrupted, tmp_path / "wd")
    (path,) = (tmp_path / "wd").rglob("about-run-1.json")
    path.write_text(text, encoding="latin-1")
    with pytest.raises(FileFormatError, match=r"about-run-1.json: expected an object with max_evaluations"):
        load_result(tmp_path / "wd")


def test_what_cannot_be_meant_is_refused(tmp_path, java_runs):
    with pytest.raises(ArgumentError, match="there is no folder"):
        load_result(tmp_path / "none")
    with pytest.raises(ArgumentError, match="there is no run in"):
        load_result(tmp_path)
    for name in ("deterministic", "readers"):
        os.makedirs(tmp_path / "out", exist_ok=True)
        shutil.copytree(java_runs / name / "wd" / "out" / "scenario", tmp_path / "out" / name)
    with pytest.raises(
        ArgumentError, match="several searches; pass the folder of one search: .*deterministic, .*readers"
    ):
        load_result(tmp_path)
    assert len(load_result(tmp_path / "out" / "readers")) == 25
    shutil.copytree(tmp_path / "out" / "readers" / "state-run0", tmp_path / "out" / "deterministic" / "state-run7")
    with pytest.raises(ArgumentError, match="runs of several searches; keep"):
        load_result(tmp_path / "out" / "deterministic")
    with pytest.raises((ArgumentError, TypeError)):
        load_result(3)


@pytest.mark.slow
def test_a_damaged_line_is_named(found, tmp_path):
    shutil.copytree(found["plain"][0], tmp_path / "wd")
    (journal,) = (tmp_path / "wd").rglob("journal*")
    journal.write_text(journal.read_text().replace("SAT", "SAD", 1))
    with pytest.raises(FileFormatError, match="line 2: the line is damaged"):
        load_result(tmp_path / "wd")


def test_the_summary_shows_the_tests_of_a_java_run(java_runs):
    assert "on test instances" in load_result(java_runs / "readers" / "wd").summary()


X = parameter("x", "real", [-5.0, 5.0], 4.0)


def write_trajectory(folder, *steps):
    """The trajectory of the run 0: pairs of a value and the text of x."""
    lines = (f"{i}.0, {value}, {i}.0, {i}, 0.0,  x='{x}'\n" for i, (value, x) in enumerate(steps, 1))
    (folder / "traj-run-0.txt").write_text(HEADER + "".join(lines))


def test_a_journal_that_was_renamed_gives_the_result_of_the_earlier_search(tmp_path):
    journal = write_journal(tmp_path, X, [evaluation(1, 9.0, x=4.0), evaluation(2, 1.0, x=2.0)], max_evaluations=2)
    old = journal.rename(tmp_path / "old-journal-run-0.jsonl-1732959999999")
    write_journal(tmp_path, X, [evaluation(1, 9.0, x=4.0)], max_evaluations=1)  # of a new search
    result = load_result(old)
    assert (result.value, result.configuration, len(result)) == (1.0, {"x": 2.0}, 2)
    assert result.stopped_because == "max_evaluations reached"
    assert load_result(tmp_path).value == 9.0


def test_a_trajectory_of_another_search_does_not_count(tmp_path):
    journal = write_journal(tmp_path, X, [evaluation(1, 9.0, x=4.0), evaluation(2, 1.0, x=2.0)])
    write_trajectory(tmp_path, (9.0, 4.0), (4.0, 3.0))
    with pytest.warns(UserWarning, match=r"lacks the incumbent \{'x': 3.0\} of .*traj-run-0.txt.*different searches"):
        result = load_result(tmp_path)
    assert result.value == 1.0
    assert [step.evaluation for step in result.runs[0].trajectory] == [1, 2]
    # the incumbents of a warm start are in no journal
    write_journal(tmp_path, X, [evaluation(1, 9.0, x=4.0)], warmstart="0f")
    assert load_result(journal.parent).runs[0].trajectory[-1].evaluation == 0


def test_a_journal_may_be_ahead_of_the_trajectory(tmp_path):
    """The process of the search writes the journal first, and may outlive the script, which writes the trajectory."""
    write_journal(tmp_path, X, [evaluation(1, 9.0, x=4.0), evaluation(2, 1.0, x=2.0)])
    write_trajectory(tmp_path, (9.0, 4.0))
    assert load_result(tmp_path).value == 1.0


def test_a_disk_that_was_full_from_the_beginning(tmp_path):
    write_journal(tmp_path, X, [])
    write_trajectory(tmp_path, (9.0, 4.0))
    with pytest.warns(UserWarning, match="the disk may have been full"):
        result = load_result(tmp_path)
    assert (result.runs[0].trajectory, len(result)) == ([], 0)
    assert result.value > 1e30
    assert "none: no evaluation has succeeded" in result.summary()


def test_damaged_files_beside_a_journal(interrupted, tmp_path):
    shutil.copytree(interrupted, tmp_path / "wd")
    for path in (tmp_path / "wd").rglob("state-run0/paramstrings*"):
        path.write_text("")
    with pytest.warns(UserWarning, match="csv, line 2: .*; the result comes from the journal alone"):
        result = load_result(tmp_path / "wd")
    assert result.runs[0] == load_result(interrupted).runs[0]
    for path in (tmp_path / "wd").rglob("journal*"):
        path.unlink()
    with pytest.raises(FileFormatError, match="csv, line 2: "):
        load_result(tmp_path / "wd")


def test_a_file_in_place_of_its_folder(interrupted):
    (path,) = interrupted.rglob("about-run-0.json")
    with pytest.raises(ArgumentError, match="is a file; expected the folder in which it is"):
        load_result(path)
