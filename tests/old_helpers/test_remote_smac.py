"""`remote_smac`: driven by hand it does what `minimize` does, and it says what was wrong."""

import contextlib
import json
import os
import shutil
import time

import psutil
import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.evaluation.outcome import REPORTABLE
from pysmac_compat.files.pysmac_config import unpickle_pysmac_config
from pysmac_compat.files.state import read_state_run
from pysmac_compat.remote_smac import process_parameter_definitions, remote_smac, remote_smac_function
from pysmac_compat.search.here import OwnTime
from pysmac_compat.utils.smac_argparser import HEAD, evaluate_function

SPACE = {
    "x": ("real", [0.001, 10], 1.0, "log"),
    "n": ("integer", [1, 100], 10, "log"),
    "k": ("categorical", ["5", "b", "2"], "b"),
    "i": ("categorical", [5, 2, 0, -3], 5),
    "o": ("ordinal", [-2, -1, 4], 4),
    "flag": ("categorical", [True, False], False),
}
CLAUSES = ["n | k == b"], ["{x * n > 500}", "{i = 2, o = -1}"]
TYPES = process_parameter_definitions(SPACE)[1]
SEED = 4


def function(x, k, i, o, flag, n=0, instance=0, seed=0):
    value = (x - 2) ** 2 + n / 50 + abs(i + o) + flag / 2 + (k == "2") * 0.3 + instance * x % 1 + seed % 17 / 20
    runtime = round(0.1 + x / 2 + instance / 10 + abs(i) / 5, 3)
    return {"value": value, "runtime": runtime, "status": "CRASHED" if x > 9 else "SAT"}


@pytest.fixture
def minimized(tmp_path):
    """Minimises, and returns the result and where its files are."""

    def minimize(n=3, options=(), **arguments):
        optimizer = SMAC_optimizer(working_directory=tmp_path, persistent_files=True)
        optimizer.smac_options.update(options, isolate="t_limit_function_s" in arguments)
        optimizer.minimize(function, n, SPACE, *CLAUSES, seed=SEED, **arguments)
        return optimizer.result, (tmp_path / "scenario.dat", tmp_path / "scenario.advanced", SEED)

    return minimize


@pytest.fixture
def files(tmp_path):
    """The same scenario for three evaluations, without a run."""
    lines, _ = process_parameter_definitions(SPACE)
    (tmp_path / "parameters.pcs").write_text("\n".join([*lines, *CLAUSES[0], *CLAUSES[1]]) + "\n")
    (tmp_path / "scenario.dat").write_text("pcs-file = parameters.pcs\nruncount-limit = 3\n")
    return tmp_path / "scenario.dat", None, SEED


@pytest.fixture
def smac(files):
    with remote_smac(*files, None, None, TYPES) as smac:
        yield smac


def told(result):
    """What is known of the calls of a run, but for their times."""
    run = result.runs[0]
    return [
        (e.configuration, e.instance or 0, e.seed, e.status, e.value, e.cutoff, e.runtime)
        for e in (*run.evaluations, *run.test_evaluations)
    ]


RUNTIME = {"run-obj": "RUNTIME"}
RUNS = {
    "one instance": (5, {}, {"num_train_instances": 1}),
    "instances": (8, {}, {"num_train_instances": 4, "num_test_instances": 2}),
    "features and seeds": (
        8,
        {},
        {"num_train_instances": 3, "deterministic": False, "train_instance_features": [[1, 2], [3, 4], [0, 5]]},
    ),
    "no validation": (4, {"validation": False}, {"num_train_instances": 2, "num_test_instances": 2}),
    "capping": (10, {**RUNTIME, "ac-add-slack": 0.2}, {"num_train_instances": 4, "t_limit_function_s": 4}),
    "no limit": (6, RUNTIME, {}),
    "options": (5, {"execution-mode": "ROAR", "initial-incumbent": "-x '3' -k '2'"}, {}),
    "challengers": (
        6,
        {"initial-challengers": ["-x '3' -k '2'", {"x": 0.5, "i": -3}], "search-subspace": {"flag": True}},
        {},
    ),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:evaluation")
@pytest.mark.parametrize("name", RUNS)
def test_it_proposes_what_minimize_proposes(minimized, name):
    n, options, arguments = RUNS[name]
    result, files = minimized(n, options, **arguments)
    deterministic, has_instances = arguments.get("deterministic", True), "num_train_instances" in arguments
    asked = []
    with remote_smac(*files, "class.path", 1000, TYPES, "java") as smac:
        while (configuration := smac.next_configuration()) is not None:
            asked.append(configuration)
            smac.report_result(evaluate_function(function, configuration, deterministic, has_instances))
        assert smac.next_configuration() is None
    runs = [*result.runs[0].evaluations, *result.runs[0].test_evaluations]
    assert [{k: v for k, v in each.items() if k not in HEAD} for each in asked] == [e.configuration for e in runs]
    for configuration, run in zip(asked, runs, strict=True):
        assert list(configuration)[:5] == list(HEAD)
        assert all(type(configuration[name]) is type(value) for name, value in run.configuration.items())
        assert configuration["instance"] == f"id_{run.instance or 0}"
        assert configuration["seed"] == (-1 if run.seed is None else run.seed)
        assert configuration["cutoff_time"] == (3600.0 if run.cutoff is None else run.cutoff)
        assert (configuration["instance_info"], configuration["cutoff_length"]) == ("0", 2147483647)
    if not options:  # there run times are measured
        assert [each[:5] for each in told(smac.result)] == [each[:5] for each in told(result)]
    assert (smac.result.value, smac.result.configuration) == (result.value, result.configuration)
    assert smac.result.stopped_because == result.stopped_because


@pytest.mark.slow
def test_none_among_the_choices(tmp_path):
    lists = [None, 1, 2], [None, True, False], [0.5, None], [None, "q"], ["None", "q"]
    space = {f"n{i}": ("categorical", choices, choices[0]) for i, choices in enumerate(lists)}
    optimizer = SMAC_optimizer(working_directory=tmp_path, persistent_files=True)
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(lambda **values: 0, 6, space)
    types = process_parameter_definitions(space)[1]
    assert unpickle_pysmac_config(tmp_path / "pysmac_config.pkl")["parser_dict"] == types
    asked = []
    with remote_smac(tmp_path / "scenario.dat", tmp_path / "scenario.advanced", 0, None, None, types) as smac:
        while (configuration := smac.next_configuration()) is not None:
            asked.append({name: configuration[name] for name in space})
            smac.report_result({"value": 0, "status": "SAT", "runtime": 0.1})
    expected = [evaluation.configuration for evaluation in optimizer.result.runs[0].evaluations]
    assert list(map(repr, asked)) == list(map(repr, expected))  # 1 is not True there
    for name, (_, choices, _) in space.items():
        assert len({each[name] for each in asked} & set(choices)) > 1


@pytest.mark.slow
def test_it_writes_what_minimize_writes(minimized, tmp_path):
    features = {"train_instance_features": [[1, 2], [3, 4]]}
    _, files = minimized(4, num_train_instances=2, num_test_instances=1, **features)
    ours, theirs = tmp_path / "out" / "scenario", tmp_path / "theirs"
    shutil.copytree(ours, theirs)
    with remote_smac(*files, None, None, TYPES) as smac:
        while (configuration := smac.next_configuration()) is not None:
            smac.report_result(evaluate_function(function, configuration, True, True))
    old = {path.name for path in ours.glob("old-*")}
    assert len(old) == 1  # the state; nobody resumes a remote_smac, so that the journal stays
    assert {path.name for path in ours.iterdir()} - old == {path.name for path in theirs.iterdir()}
    for name in ("scenario.txt", "instances.txt", "instance-features.txt", "param.pcs", "paramstrings-it*.txt"):
        one, other = (next(folder.glob(f"state-run4/{name}")) for folder in (ours, theirs))
        assert (one.name, one.read_text()) == (other.name, other.read_text())
    rows = [read_state_run(folder / "state-run4").runs for folder in (ours, theirs)]
    same = [[(r.configuration, r.instance, r.seed, r.response, r.result) for r in each] for each in rows]
    assert same[0] == same[1]
    for name in ("traj-run-4.txt", "detailed-traj-run-4.csv", "live-rundata-4.json"):
        assert (ours / name).read_text().count("\n") == (theirs / name).read_text().count("\n")
    name = "validationObjectiveMatrix-traj-run-4-walltime.csv"
    assert (ours / name).read_text() == (theirs / name).read_text()
    histories = [json.loads((folder / "smac3/4/runhistory.json").read_text()) for folder in (ours, theirs)]
    assert histories[0]["configs"] == histories[1]["configs"]
    scenarios = [(folder / "smac3/4/scenario.json").read_text() for folder in (ours, theirs)]
    assert scenarios[0] == scenarios[1]


def test_files_of_a_search_that_is_left(files, tmp_path):
    """Where the scenario says; a folder that has moved is found beside it. What is known so far is whole."""
    with files[0].open("a") as stream:
        stream.write("output-dir = /where/it/was/results\nrungroup = mine\n")
    smac = remote_smac(*files, None, None, TYPES)
    smac.next_configuration()
    smac.report_result(report())
    smac.next_configuration()
    state = tmp_path / "results" / "mine" / "state-run4"
    assert [row.response for row in read_state_run(state).runs] == [1.0]
    del smac
    assert [row.response for row in read_state_run(state).runs] == [1.0]
    assert len((state.parent / "traj-run-4.txt").read_text().splitlines()) == 4


def test_files_that_cannot_be_written(files, tmp_path):
    (tmp_path / "results").write_text("no folder")
    with files[0].open("a") as stream:
        stream.write(f"output-dir = {tmp_path / 'results'}\n")
    with pytest.warns(UserWarning, match="cannot write"):
        smac = remote_smac(*files, None, None, TYPES)
    with smac:
        assert smac.next_configuration()["x"] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "arguments"),
    [({}, {"num_train_instances": 3, "deterministic": False}), (RUNTIME, {"t_limit_function_s": 3})],
)
def test_the_driver(minimized, options, arguments):
    result, files = minimized(4, options, **arguments)
    driven = remote_smac_function(function, *files, TYPES, has_instances="num_train_instances" in arguments)
    assert told(driven) == [(*each[:1], each[1] or 0, *each[2:]) for each in told(result)]
    assert driven.value == result.value


@pytest.mark.slow
def test_the_driver_survives_the_function(files):
    def exits(**_):
        raise SystemExit(3)

    with pytest.warns(UserWarning, match="all 3 evaluations failed"):
        result = remote_smac_function(exits, *files, TYPES)
    assert result.n_crashed == 3


def report(**changes):
    return {"value": 1.0, "status": "SAT", "runtime": 0.5, **changes}


NO_REPORTS = [
    (1.0, "expected a dict with the keys value, status, runtime, got 1.0"),
    ({"value": 1.0}, "keys value, status, runtime"),
    (report(time=3), "keys value, status, runtime"),
    (report(status="OK"), f"one of {', '.join(REPORTABLE)}, got 'OK'"),
    (report(status=None), "status must be"),
    (report(value=None), "value must be a finite number, got None"),
    (report(value=float("nan")), "value must be a finite number, got nan"),
    (report(runtime="soon"), "runtime must be a finite number from 0, got 'soon'"),
    (report(runtime=None), "runtime must be a finite number from 0, got None"),
]


def test_misuse(smac):
    with pytest.raises(ValueError, match="next_configuration must come first"):
        smac.report_result(report())
    asked = smac.next_configuration()
    for result, text in NO_REPORTS:
        with pytest.raises(ValueError, match=text):
            smac.report_result(result)
    with pytest.raises(ValueError, match="report_result must come first"):
        smac.next_configuration()
    smac.report_result(report(status=b"UNSAT"))  # the right one can follow
    with pytest.raises(ValueError, match="next_configuration must come first"):
        smac.report_result(report())
    assert smac.next_configuration() != asked
    assert smac.result.runs[0].evaluations[0].status == "UNSAT"


def test_failures_have_no_value(smac):
    for status in ("CRASHED", "TIMEOUT"):
        smac.next_configuration()
        smac.report_result(report(value=None, status=status))
    smac.next_configuration()
    smac.report_result(report())
    assert smac.next_configuration() is None
    evaluations = smac.result.runs[0].evaluations
    assert [e.value for e in evaluations] == [2.0**127, 2.0**127, 1.0]
    assert smac.result.configuration["x"] == evaluations[2].configuration["x"]


@pytest.mark.parametrize("how", ["close", "with", "last reference", "fork"])
def test_the_search_ends_with_the_object(files, tmp_path, how):
    """Its files are complete then, and its lock is free; a fork of this process ends nothing."""
    with files[0].open("a") as stream:
        stream.write(f"output-dir = {tmp_path}/results\n")
    children = psutil.Process().children()
    smac = remote_smac(*files, None, None, TYPES)
    first = smac.next_configuration()
    assert psutil.Process().children() == children
    smac.report_result(report())
    state = tmp_path / "results" / "scenario" / "state-run4"
    smac.next_configuration()
    smac.report_result(report(value=2.0))
    with pytest.raises(ValueError, match="another process .* is working on this run"):
        remote_smac(*files, None, None, TYPES)
    going_on = {"runs_and_results-it0.csv", "paramstrings-it0.txt", "uniq_configurations-it0.csv"}
    assert going_on < {path.name for path in state.iterdir()}
    if how == "fork":
        if (child := os.fork()) == 0:
            with contextlib.suppress(BaseException):
                smac.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert going_on < {path.name for path in state.iterdir()}
        assert smac.next_configuration() is not None
        smac.close()
    elif how == "close":
        smac.close()
        smac.close()
        assert smac.next_configuration() is None
        assert smac.result.stopped_because == "interrupted"
    elif how == "with":
        with contextlib.suppress(KeyError), smac:
            raise KeyError
    del smac
    assert not going_on & {path.name for path in state.iterdir()}
    with remote_smac(*files, None, None, TYPES) as again:
        assert again.next_configuration() == first


def test_a_search_that_fails(smac):
    def fails(*args):
        raise ZeroDivisionError

    for _ in range(2):
        smac.next_configuration()
        smac.report_result(report())
    smac._search._session._facade._config_selector._model.train = fails
    with pytest.raises(RuntimeError, match="the search failed, and its results so far are kept: ZeroDivisionError"):
        smac.next_configuration()
    assert smac.next_configuration() is None
    assert smac.result.n_evaluations == 2


def limited(files, *lines):
    """A search whose scenario has these lines, too; after it come two tests."""
    (files[0].parent / "test.txt").write_text("one\ntwo\n")
    with files[0].open("a") as stream:
        stream.write("\n".join(["test_instance_file = test.txt", *lines, ""]).replace("runcount-limit = 3\n", ""))
    return remote_smac(*files, None, None, TYPES)


def driven(smac, result=None, pause=0.0):
    """The numbers of evaluations and tests that are asked for, and why it has ended."""
    while smac.next_configuration() is not None:
        time.sleep(pause)
        smac.report_result(report() if result is None else result)
    (run,) = smac.result.runs
    return len(run.evaluations), len(run.test_evaluations), smac.result.stopped_because


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the only evaluation failed")
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], (3, 2, "max_evaluations reached")),
        (["runcount-limit = 2"], (2, 2, "max_evaluations reached")),
        (["cputime-limit = 1.0"], (2, 2, "cputime-limit reached")),  # of half a second each
        (["wallclock-limit = 0.01"], (1, 2, "t_limit_total_s reached")),
        (["terminate-on-delete = missing"], (0, 2, "the file missing does not exist")),
        (["kill-runs-on-file-delete = missing"], (0, 0, "the file missing does not exist")),
        (["validation = false"], (3, 0, "max_evaluations reached")),
    ],
)
def test_limits(files, lines, expected):
    assert driven(limited(files, *lines), pause=0.02) == expected


def test_the_time_of_the_search_counts_if_the_scenario_says_so(files):
    smac = limited(files, "cputime-limit = 100", "use-cpu-time-in-tunertime = true", "validation = false")
    smac.next_configuration()
    smac.report_result(report(runtime=0.0))
    assert smac.next_configuration() is not None
    smac._search._own_time._before += 100
    smac.report_result(report(runtime=0.0))
    assert smac.next_configuration() is None
    assert smac.result.stopped_because == "cputime-limit reached"


def test_the_time_of_the_script_does_not():
    def compute():
        end = time.thread_time() + 0.01
        while time.thread_time() < end:
            pass

    clock = OwnTime()
    for count in (1, 2):
        compute()
        before = clock()
        with clock.goes_on():
            compute()
            assert clock() - before >= 0.01
        assert (after := clock()) >= count * 0.01
        compute()
        assert clock() == after


def test_a_crash_is_repeated(files):
    smac = limited(files, "retry-crashed-count = 2", "num-validation-runs = 0")
    first = smac.next_configuration()
    for result in (report(status="CRASHED"), report(status="CRASHED"), report(value=3.0)):
        smac.report_result(result)
        assert smac.result.n_evaluations == (result["status"] == "SAT")
        again = smac.next_configuration()
        assert (again == first) == (result["status"] == "CRASHED")
    (evaluation,) = smac.result
    assert (evaluation.value, evaluation.cpu_time) == (3.0, 1.5)
    for _ in range(3):
        smac.report_result(report(status="CRASHED"))
        smac.next_configuration()
    assert [(e.status, e.cpu_time) for e in smac.result] == [("SAT", 1.5), ("CRASHED", 1.5)]


def test_contradictory_results(files):
    smac = limited(files, "check-sat-consistency-exception = true", "check-sat-consistency = true")
    smac.next_configuration()
    smac.report_result(report())
    smac.next_configuration()
    with pytest.raises(RuntimeError, match="check-sat-consistency: SAT for"):
        smac.report_result(report(status="UNSAT"))
    assert smac.next_configuration() is None
    assert smac.result.n_evaluations == 2


def test_instances_with_names(tmp_path):
    """A scenario as written by hand for SMAC v2: paths beside it, names, what stands behind them, features."""
    files = {
        "a.scenario": "param-file = a.pcs\ninstance_file = train.txt\nfeature_file = features.csv\n"
        "test_instance_file = test.txt\nalgo = ./solver\nrunObj = RUNTIME\ncutoff_time = 7.5\ndeterministic = 0\n",
        "more": "runcount-limit = 3\nvalidation = true\n",
        "a.pcs": "x [0, 1] [0.5]\nn [1, 9] [3]i\nc {1,2} [1]\n",
        "train.txt": "b.cnf known sat\na.cnf\n",
        "test.txt": "t.cnf\n",
        "features.csv": "instance,f\na.cnf,1\nb.cnf,2\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    asked = []
    types = {"x": float, "n": int, "c": int}
    with remote_smac(tmp_path / "a.scenario", tmp_path / "more", 1, None, None, types) as smac:
        assert smac._plan.instances.features == [[2.0], [1.0]]
        assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)  # it does not say where
        while (configuration := smac.next_configuration()) is not None:
            asked.append(configuration)
            smac.report_result(report(value=None))
    assert (asked[0]["x"], asked[0]["n"], asked[0]["c"]) == (0.5, 3, 1)
    info = {"b.cnf": "known sat", "a.cnf": "0", "t.cnf": "0"}
    assert {each["instance"]: each["instance_info"] for each in asked}.items() <= info.items()
    assert [each["instance"] == "t.cnf" for each in asked] == [False, False, False, True]
    assert asked[0]["cutoff_time"] == 7.5
    assert all(each["seed"] >= 0 for each in asked)
    (tmp_path / "features.csv").write_text("instance,f\na.cnf,1\n")
    with pytest.raises(ValueError, match=r"'b\.cnf' has no features"):
        remote_smac(tmp_path / "a.scenario", None, 1, None, None, types)


@pytest.mark.parametrize(
    ("scenario", "types", "text"),
    [
        ("", {"x": float}, "does not name the file of the parameters"),
        ("pcs-file = a.pcs\nruncount-limits = 3\n", {"x": float}, "unknown option 'runcount-limits'.*runcount-limit"),
        ("pcs-file = a.pcs\nruncount-limit = few\n", {"x": float}, "runcount-limit.*'few'"),
        ("pcs-file = a.pcs\n", None, "parser_dict must be a dict.*None"),
        ("pcs-file = a.pcs\n", {"y": float}, "no type for the parameter 'x', only for y"),
        ("pcs-file = seed.pcs\n", {"seed": int}, "'seed' is reserved"),
        ("pcs-file = b.pcs\n", {"c": int}, "'a' is not a value of 'c'"),
    ],
)
def test_files_that_are_none(tmp_path, scenario, types, text):
    for name, line in (("a", "x real [0, 1] [1]"), ("seed", "seed integer [0, 9] [1]"), ("b", "c categorical {a}[a]")):
        (tmp_path / f"{name}.pcs").write_text(line + "\n")
    (tmp_path / "scenario.dat").write_text(scenario)
    with pytest.raises(ValueError, match=text):
        remote_smac(tmp_path / "scenario.dat", None, 1, None, None, types)


@pytest.mark.slow
def test_under_the_old_name(run, files):
    text = f"""
        import sys
        from pysmac.remote_smac import remote_smac, remote_smac_function
        TYPES = {{"x": float, "n": int, "k": str, "i": int, "o": int, "flag": bool}}
        assert remote_smac.udp_timeout == 5
        smac = remote_smac({str(files[0])!r}, None, 0, "", 1000, TYPES, "java")
        result = remote_smac_function(lambda **values: {{"runtime": 1}}, {str(files[0])!r}, None, 0, TYPES)
        assert result.n_evaluations == 3
        assert not {{"smac", "ConfigSpace", "scipy", "sklearn"}} & set(sys.modules)
        smac.close()
        print("done")
        """
    assert run("-m", "pysmac_compat", "script.py", files={"script.py": text}).stdout == "done\n"
