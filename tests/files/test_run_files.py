"""The files of searches of our own."""

import json
import logging
import os
import re
import signal
import time
import warnings

import pytest

from pysmac_compat import SMAC_optimizer, events
from pysmac_compat.files import rundata, scenario_files, trajectory
from pysmac_compat.files.folder import Folder
from pysmac_compat.files.pysmac_config import unpickle_pysmac_config
from pysmac_compat.files.result_files import ResultFiles
from pysmac_compat.files.state import read_state_run
from pysmac_compat.plan import Budget, Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import define
from pysmac_compat.space.values import typed_values, value_texts
from pysmac_compat.utils import smac_input_readers
from pysmac_compat.utils import smac_output_readers as readers

SPACE = {"x": ("real", [-5, 5], 4)}
STATE_FILES = ["instances.txt", "param.pcs", "paramstrings-it{}.txt", "runs_and_results-it{}.csv", "scenario.txt"]
STATE_FILES = sorted([*STATE_FILES, "uniq_configurations-it{}.csv"])


def _square(x):
    return (x - 1) ** 2


def direct(**arguments):
    """An optimizer that makes the calls in this process: most files do not depend on where they are made."""
    made = SMAC_optimizer(**arguments)
    made.smac_options["isolate"] = False
    return made


@pytest.fixture
def optimizer(tmp_path):
    return direct(working_directory=str(tmp_path / "wd"), persistent_files=True)


@pytest.fixture
def results(tmp_path):
    return tmp_path / "wd" / "out" / "scenario"


def _without_numbers(names):
    return {re.sub(r"\d+", "N", name) for name in names}


#: what the original did not write
OURS = _without_numbers(
    f"out/scenario/{name}"
    for name in [
        "about-run-0.json",
        "journal-run-0.jsonl",
        "lock-run-0",
        "old-journal-run-0.jsonl-0",
        *(
            f"{folder}/{file}.json"
            for folder in ("smacN/N", "smacN/old-N-N")
            for file in ("configspace", "forbidden", "intensifier", "optimization", "runhistory", "scenario")
        ),
    ]
)


def _tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_a_state_holds_what_the_result_holds(optimizer, results):
    space = {"c": ("categorical", [True, False], True), "n": ("integer", [1, 9], 3, "log"), **SPACE}
    conditions = ["n | c == False"]

    def function(c, x, instance, seed, n=None):
        if n is not None and n > 4:
            raise RuntimeError("n")
        status = "TIMEOUT" if x < -3 else "UNSAT" if c else "SAT"
        return {"value": (x - instance) ** 2 + seed % 3, "status": status, "runtime": 0.25}

    optimizer.smac_options["isolate"] = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer.minimize(
            function, 12, space, conditions, deterministic=False, num_train_instances=3, t_limit_function_s=20, seed=7
        )
    (run,) = optimizer.result.runs
    definition = define(space, conditions)
    state = read_state_run(results / "state-run7")
    assert len(state.runs) == 12
    assert len({row.result for row in state.runs}) >= 3
    configurations = state.typed(definition)
    for row, evaluation in zip(state.runs, run.evaluations, strict=True):
        configuration = configurations[row.configuration - 1]
        assert configuration == evaluation.configuration
        assert list(map(type, configuration.values())) == list(map(type, evaluation.configuration.values()))
        complete = state.configurations[row.configuration - 1]
        assert complete == value_texts(evaluation.configuration, definition)
        assert state.instances[row.instance - 1] == [f"id_{evaluation.instance}"]
        assert (row.seed, row.result, row.response) == (evaluation.seed, evaluation.status, evaluation.value)
        assert (row.cutoff, row.censored) == (20.0, False)
        assert row.runtime == (evaluation.cpu_time if evaluation.runtime is None else evaluation.runtime)
    steps = trajectory.read_trajectory(results / "traj-run-7.txt")
    assert steps[-1]["Configuration"] == value_texts(run.active_configuration, definition)
    assert steps[-1]["Estimated Training Performance"] == run.value
    assert [step["Configuration"] for step in steps[1:-1]][0] == value_texts(definition.default, definition)
    live = rundata.read_rundata(results / "live-rundata-7.json")
    active = [r["r-rc"]["rc-pc"]["pc-active-parameters"] for r in live[1:] if "pc-pcs" in r["r-rc"]["rc-pc"]]
    assert active == [list(configuration) for configuration in configurations]


@pytest.mark.slow
@pytest.mark.parametrize("persistent", [True, False])
def test_files_are_whole_at_any_moment(tmp_path, persistent):
    folder = tmp_path / "wd"
    results = folder / "out" / "scenario"
    optimizer = SMAC_optimizer(working_directory=str(folder), persistent_files=persistent)
    optimizer.smac_options["isolate"] = persistent  # once with the writer in another process, beside the calls

    def function(x):
        while not list((results / "state-run0").glob("runs_and_results-it*")):
            time.sleep(0.01)  # the writer and the first call begin at the same time
        state = read_state_run(results / "state-run0")
        steps = trajectory.read_trajectory(results / "traj-run-0.txt")
        detailed = trajectory.read_detailed_trajectory(results / "detailed-traj-run-0.csv")
        live = rundata.read_rundata(results / "live-rundata-0.json")
        assert scenario_files.read_scenario(folder / "scenario.dat")["run-obj"] == "QUALITY"
        with open(tmp_path / "seen", "a") as stream:
            print(len(state.runs), len(steps), len(detailed), len(live), file=stream)
        return _square(x)

    optimizer.minimize(function, 6, SPACE)
    assert optimizer.result.n_crashed == 0, optimizer.result.runs[0].evaluations[0].message
    seen = [[int(word) for word in line.split()] for line in (tmp_path / "seen").read_text().splitlines()]
    assert len(seen) == 6
    assert seen == sorted(seen)
    assert all(row[0] <= number for number, row in enumerate(seen))
    assert seen[-1][0] >= 3


@pytest.mark.slow
def test_the_directory_twice(tmp_path, results, java_notes):
    for n in (2, 3):
        optimizer = direct(working_directory=str(tmp_path / "wd"), persistent_files=True)
        (results / "validationResults-traj-run-0-walltime.csv").parent.mkdir(parents=True, exist_ok=True)
        (results / "validationResults-traj-run-0-walltime.csv").write_text("of a run with tests\n")
        optimizer.minimize(_square, n, SPACE)
    folders = sorted(path.name for path in results.glob("*state*"))
    assert len(folders) == 2
    assert re.fullmatch(r"old-state-state-run0-\d{13}", folders[0])
    assert folders[1] == "state-run0"
    assert _without_numbers(_tree(tmp_path / "wd")) - OURS == _without_numbers(
        name.split("  ")[0]
        for name in java_notes("same_directory_twice")["tree_after_second"]
        if "/log-" not in name and "java_obj_dump" not in name and not name.endswith("/")
    )
    assert [len(read_state_run(results / name).runs) for name in folders] == [2, 3]
    for name, n in zip(folders, (2, 3), strict=True):
        assert _tree(results / name) == sorted(file.format(n - 1) for file in STATE_FILES)
    assert len(rundata.read_rundata(results / "live-rundata-0.json")) == 4
    assert not list(results.glob("validation*"))
    old, new = sorted((results / "smac3").iterdir(), reverse=True)
    assert re.fullmatch(r"old-0-\d{13}", old.name)
    assert [len(json.loads((path / "runhistory.json").read_text())["data"]) for path in (old, new)] == [2, 3]


@pytest.mark.slow
def test_the_optimizer_twice(optimizer, results):
    optimizer.minimize(_square, 1, SPACE)
    optimizer.minimize(_square, 2, SPACE, seed=5)
    optimizer.minimize(_square, 3, SPACE)
    assert [len(read_state_run(path).runs) for path in sorted(results.glob("*state-run*"))] == [1, 3, 2]


@pytest.mark.slow
def test_several_runs(optimizer, results):
    optimizer.smac_options["isolate"] = True
    optimizer.minimize(_square, 2, SPACE, num_runs=3, num_procs=2, seed=[4, 9, 4])
    states = {path.name: read_state_run(path) for path in results.glob("state-run*")}
    assert sorted(states) == ["state-run4", "state-run4-2", "state-run9"]
    for (name, state), run in zip(sorted(states.items()), (0, 2, 1), strict=True):
        assert [row.response for row in state.runs] == [e.value for e in optimizer.result.runs[run].evaluations]
        path = results / name.replace("state", "traj").replace("run", "run-")
        assert readers.read_trajectory_file(f"{path}.txt")[-1]["Estimated Training Performance"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("given", [True, False])
def test_nothing_of_ours_stays(tmp_path, given):
    folder = tmp_path / "wd"
    optimizer = direct(working_directory=str(folder) if given else None)
    path = optimizer.working_directory
    for seed in (0, 0, 1):
        optimizer.minimize(_square, 1, SPACE, num_test_instances=1, seed=seed)
    results = os.path.join(path, "out", "scenario")
    assert {"state-run0", "state-run1", "traj-run-1.txt"} <= set(os.listdir(results))
    assert "pysmac_config.pkl" not in os.listdir(path)
    del optimizer
    assert not os.path.exists(path)


def test_what_others_put_there_stays(tmp_path, results):
    optimizer = direct(working_directory=str(tmp_path / "wd"))
    optimizer.minimize(_square, 1, SPACE)
    (results / "state-run0" / "mine").write_text("mine")
    optimizer.__del__()
    optimizer.__del__()
    assert _tree(tmp_path) == ["wd/out/scenario/state-run0/mine"]


@pytest.mark.parametrize("name", ["features.dat", "instances.dat", "out/scenario/traj-run-0.txt"])
def test_files_of_others_are_not_replaced(tmp_path, name):
    path = tmp_path / "wd" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    optimizer = direct(working_directory=str(tmp_path / "wd"))

    def function(x, instance):
        return _square(x)

    with pytest.warns(UserWarning, match="this run writes no files: working_directory"):
        optimizer.minimize(function, 1, SPACE, num_train_instances=2, train_instance_features=[[1], [2]])
    assert path.read_text() == "mine"
    del optimizer
    assert _tree(tmp_path / "wd") == [name]


@pytest.mark.slow
def test_an_earlier_run_is_warned_of(tmp_path, optimizer, results):
    optimizer.minimize(_square, 1, SPACE)
    trajectory = (results / "traj-run-0.txt").read_text()
    later = direct(working_directory=str(tmp_path / "wd"))
    with pytest.warns(
        UserWarning, match=r"working_directory '.*wd' .*'out.scenario'.*persistent_files=True\)"
    ) as caught:
        later.minimize(_square, 1, SPACE)
    assert [warning.filename for warning in caught] == [__file__]
    assert (results / "traj-run-0.txt").read_text() == trajectory
    own = direct(working_directory=str(tmp_path / "new"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        own.minimize(_square, 1, SPACE)
        own.minimize(_square, 1, SPACE)


def test_no_file_holds_the_environment(tmp_path, optimizer, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_TEST", "a1b2c3d4e5")

    def function(x, instance):
        return {"value": _square(x), "status": "SAT" if os.environ["SECRET_OF_THE_TEST"] else "CRASHED"}

    features = [[1.0], [2.0]]
    optimizer.minimize(
        function, 2, SPACE, num_train_instances=2, num_test_instances=1, train_instance_features=features
    )
    files = [path for path in (tmp_path / "wd").rglob("*") if path.is_file()]
    assert len(files) == 31
    for path in files:
        content = path.read_bytes()
        assert b"a1b2c3d4e5" not in content
        assert os.environ["PATH"].encode() not in content
        if path.name != "pysmac_config.pkl":
            content.decode("ascii")


@pytest.mark.slow
def test_ctrl_c(optimizer, results):
    script = os.getpid()
    optimizer.smac_options["isolate"] = True

    def function(x):
        if len(read_state_run(results / "state-run0").runs) >= 3:
            os.kill(script, signal.SIGINT)
            time.sleep(600)
        return _square(x)

    with pytest.raises(KeyboardInterrupt):
        optimizer.minimize(function, 50, SPACE)
    state = read_state_run(results / "state-run0")
    assert [row.response for row in state.runs] == [e.value for e in optimizer.result.runs[0].evaluations]
    assert len(state.runs) >= 3
    steps = trajectory.read_trajectory(results / "traj-run-0.txt")
    assert steps[-1]["Estimated Training Performance"] == optimizer.result.value
    assert len(list((results / "state-run0").iterdir())) == len(STATE_FILES)


def test_a_folder_that_goes_away(optimizer, results):
    def function(x):
        for path in (results / "state-run0").glob("runs_and_results*"):
            path.unlink()
        return _square(x)

    with pytest.warns(UserWarning, match="cannot write the files in the working directory: .*opt.result"):
        value, _ = optimizer.minimize(function, 2, SPACE)
    assert value == optimizer.result.value
    assert len(optimizer.result.runs[0].evaluations) == 2


def test_the_working_directory_is_made_again(tmp_path, optimizer, results):
    os.rename(tmp_path / "wd", tmp_path / "elsewhere")
    optimizer.minimize(_square, 1, SPACE)
    assert len(read_state_run(results / "state-run0").runs) == 1
    assert (tmp_path / "wd" / "exec").is_dir()


@pytest.mark.slow
def test_scenario_files(tmp_path):
    optimizer = SMAC_optimizer(3, working_directory=str(tmp_path), persistent_files=True)
    optimizer.smac_options["scenario_fn"] = "mine.txt"
    optimizer.smac_options["run_obj"] = "RUNTIME"
    optimizer.smac_options["overall-obj"] = "MEAN10"
    optimizer.smac_options["rf-num-trees"] = 7
    optimizer.smac_options["ac-mult-slack"] = 1.5
    optimizer.minimize(lambda x: {"value": 1, "runtime": x * x}, 1, SPACE, t_limit_function_s=30.5)
    basic = smac_input_readers.read_scenario_file(tmp_path / "mine.txt")
    expected = {"run_obj": "RUNTIME", "overall_obj": "MEAN10", "cutoff_time": "30.5", "wallclock_limit": "3"}
    assert expected.items() <= basic.items()
    assert basic["paramfile"] == str(tmp_path / "parameters.pcs")
    advanced = scenario_files.read_scenario(tmp_path / "scenario.advanced")
    expected = {"rf-num-trees": "7", "ac-mult-slack": "1.5", "runcount-limit": "1", "validation": "False"}
    assert expected.items() <= advanced.items()
    assert not {"scenario_fn", "timeout_quality", "run_obj", "overall-obj"} & advanced.keys()
    assert "state-run0" in os.listdir(tmp_path / "out" / "mine")


def test_pysmac_config(tmp_path, optimizer):
    optimizer.minimize(_square, 1, SPACE)
    config = unpickle_pysmac_config(tmp_path / "wd" / "pysmac_config.pkl")
    assert (tmp_path / "wd" / "pysmac_config.pkl").read_bytes()[:2] == b"\x80\x03"  # Pythons of 2015 can read it
    expected = {"deterministic": True, "has_instance": False, "parser_dict": {"x": float}, "function": _square}
    assert config == expected == optimizer.pysmac_config
    optimizer.minimize(lambda x: x, 1, SPACE)
    assert unpickle_pysmac_config(tmp_path / "wd" / "pysmac_config.pkl")["function"] is None


def test_what_the_calls_have_taken_is_no_overhead_of_the_search(tmp_path):
    files = ResultFiles(Plan(define(SPACE), [0], Budget(5)), {}, [["id_0"]])
    files.open(Folder(str(tmp_path), []), keep=False)
    call = Evaluation(1, {"x": 4.0}, None, None, "SAT", 9.0, None, cpu_time=500.0, wall_time=1000.0)
    for event in (events.RunStarted(0), events.Evaluated(0, call), events.Improved(0, 1, {"x": 4.0}, 9.0, 1)):
        files.take(event)
    files.close()
    step = trajectory.read_trajectory(tmp_path / "traj-run-0.txt")[-1]
    overhead = step["Automatic Configurator (CPU) Time"]
    assert 0 <= overhead < 100
    assert step["Wallclock Time"] == pytest.approx(1000 + overhead)
    assert step["CPU Time Used"] == pytest.approx(500 + overhead)


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["QUALITY", "RUNTIME"])
def test_what_the_function_reports(optimizer, results, objective):
    optimizer.smac_options.update({"isolate": True, "run-obj": objective})
    optimizer.minimize(lambda x: {"value": 7.0, "runtime": 0.2 + x * x / 3}, 3, SPACE, t_limit_function_s=10)
    state = read_state_run(results / "state-run0")
    for row in state.runs:
        reported = 0.2 + float(state.configurations[row.configuration - 1]["x"]) ** 2 / 3
        assert row.runtime == min(reported, row.cutoff)  # a capped run has used its limit
        assert row.response == (7.0 if objective == "QUALITY" else min(row.runtime, row.cutoff))
        assert row.quality == (2.0**127 if row.result == "TIMEOUT" else 7.0)


@pytest.mark.slow
def test_several_calls_at_a_time(optimizer, results):
    optimizer.smac_options.update({"isolate": True, "workers": 3})
    optimizer.minimize(_square, 6, SPACE)
    state = read_state_run(results / "state-run0")
    assert [row.number for row in state.runs] == list(range(1, 7))
    assert sorted(row.response for row in state.runs) == sorted(e.value for e in optimizer.result.runs[0].evaluations)


def test_validation_of_all_configurations(optimizer, results):
    optimizer.smac_options["validate-only-last-incumbent"] = False

    def function(x, instance):
        return _square(x) + instance

    optimizer.minimize(function, 6, SPACE, num_train_instances=2, num_test_instances=2)
    (run,) = optimizer.result.runs
    tested = readers.read_validationCallStrings_file(results / "validationCallStrings-traj-run-0-walltime.csv")
    matrix = readers.read_validationObjectiveMatrix_file(results / "validationObjectiveMatrix-traj-run-0-walltime.csv")
    definition = define(SPACE)
    count = len(tested)
    assert [e.configuration for e in run.test_evaluations[::2]] == [typed_values(t, definition) for t in tested]
    assert matrix == {2: [e.value for e in run.test_evaluations[::2]], 3: [e.value for e in run.test_evaluations[1::2]]}
    assert count == len({step.active_configuration["x"] for step in run.trajectory})


def test_test_instances_of_a_function_that_gets_none(tmp_path, optimizer, results):
    optimizer.minimize(lambda x, seed: x + seed, 1, SPACE, num_test_instances=2, deterministic=False)
    evaluations = optimizer.result.runs[0].test_evaluations
    assert [e.instance for e in evaluations] == [None, None]
    assert readers.read_instances_file(tmp_path / "wd" / "test_instances.dat") == [["id_0"], ["id_1"]]
    matrix = readers.read_validationObjectiveMatrix_file(results / "validationObjectiveMatrix-traj-run-0-walltime.csv")
    assert matrix == {0: [evaluations[0].value], 1: [evaluations[1].value]}


def test_the_folder_of_the_results_has_the_name_of_the_rungroup(optimizer):
    optimizer.smac_options["rungroup"] = "mine-%SCENARIO_NAME"
    optimizer.minimize(lambda x: x, 1, SPACE)
    assert os.listdir(os.path.join(optimizer.working_directory, "out")) == ["mine-scenario"]


def test_a_search_says_where_the_journal_of_an_earlier_search_is(tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger("pysmac_compat"), "handlers", [])  # those of pytest
    plan = Plan(define(SPACE), [0, 1], Budget(5))
    for _ in range(2):
        files = ResultFiles(plan, {}, [["id_0"]])
        files.open(Folder(str(tmp_path), []), journals=True)
        for run in range(2):
            files.of_search.take(events.RunStarted(run))
        files.of_search.close()
    old = sorted(path.name for path in tmp_path.glob("old-journal-*"))
    assert len(old) == 2
    assert capfd.readouterr().err == (
        f"an earlier search in {tmp_path} is not resumed (resume=True or --resume does that); "
        f"load_result reads its renamed journal: {', '.join(old)}\n"
    )
