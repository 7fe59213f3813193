"""`remote_smac`: driven by hand it does what `minimize` does, and it says what was wrong."""

import contextlib
import gc
import json
import shutil

import psutil
import pytest

from pysmac_compat import SMAC_optimizer
from pysmac_compat.files.pysmac_config import unpickle_pysmac_config
from pysmac_compat.files.state import read_state_run
from pysmac_compat.remote_smac import process_parameter_definitions, remote_smac, remote_smac_function
from pysmac_compat.utils.smac_argparser import HEAD, evaluate_function

from ..functions import gone

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
    "one instance": (8, {}, {"num_train_instances": 1}),
    "instances": (12, {}, {"num_train_instances": 4, "num_test_instances": 2}),
    "features and seeds": (
        12,
        {},
        {"num_train_instances": 3, "deterministic": False, "train_instance_features": [[1, 2], [3, 4], [0, 5]]},
    ),
    "no validation": (4, {"validation": False}, {"num_train_instances": 2, "num_test_instances": 2}),
    "capping": (16, {**RUNTIME, "ac-add-slack": 0.2}, {"num_train_instances": 4, "t_limit_function_s": 4}),
    "no limit": (6, RUNTIME, {}),
    "options": (8, {"execution-mode": "ROAR", "initial-incumbent": "-x '3' -k '2'"}, {}),
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
    asked, before = [], set(psutil.Process().children())
    with remote_smac(*files, "class.path", 1000, TYPES, "java") as smac:
        (engine,) = (process.pid for process in set(psutil.Process().children()) - before)
        while (configuration := smac.next_configuration()) is not None:
            asked.append(configuration)
            smac.report_result(evaluate_function(function, configuration, deterministic, has_instances))
        assert smac.next_configuration() is None
        assert gone(engine)
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
    _, files = minimized(8, num_train_instances=2, num_test_instances=1, **features)
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
    gc.collect()
    assert [row.response for row in read_state_run(state).runs] == [1.0]
    assert len((state.parent / "traj-run-4.txt").read_text().splitlines()) == 4


def test_files_that_cannot_be_written(files, tmp_path):
    (tmp_path / "results").write_text("no folder")
    with files[0].open("a") as stream:
        stream.write(f"output-dir = {tmp_path / 'results'}\n")
    with pytest.warns(UserWarning, match="cannot be written"):
        smac = remote_smac(*files, None, None, TYPES)
    with smac:
        assert smac.next_configuration()["x"] == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "arguments"),
    [({}, {"num_train_instances": 3, "deterministic": False}), (RUNTIME, {"t_limit_function_s": 3})],
)
def test_the_driver(minimized, options, arguments):
    result, files = minimized(8, options, **arguments)
    driven = remote_smac_function(function, *files, TYPES, has_instances="num_train_instances" in arguments)
    assert told(driven) == [(*each[:1], each[1] or 0, *each[2:]) for each in told(result)]
    assert driven.value == result.value


def test_the_driver_survives_the_function(files):
    def exits(**_):
        raise SystemExit(3)

    with pytest.warns(UserWarning, match="all 3 evaluations have failed"):
        result = remote_smac_function(exits, *files, TYPES)
    assert result.n_crashed == 3


def report(**changes):
    return {"value": 1.0, "status": "SAT", "runtime": 0.5, **changes}


NO_REPORTS = [
    (1.0, "expected a dict with the keys value, status, runtime, got 1.0"),
    ({"value": 1.0}, "keys value, status, runtime"),
    (report(time=3), "keys value, status, runtime"),
    (report(status="OK"), "one of SAT, UNSAT, TIMEOUT, CRASHED, ABORT, got 'OK'"),
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


@pytest.mark.parametrize("how", ["close", "with", "gc"])
def test_the_search_ends_with_the_object(files, how):
    before = set(psutil.Process().children())
    smac = remote_smac(*files, None, None, TYPES)
    (engine,) = set(psutil.Process().children()) - before
    if how == "close":
        smac.close()
        smac.close()
        assert smac.next_configuration() is None
    elif how == "with":
        with contextlib.suppress(KeyError), smac:
            raise KeyError
    else:
        del smac
        gc.collect()
    assert gone(engine.pid)


def test_a_search_that_dies(smac):
    smac.next_configuration()
    max(psutil.Process().children(), key=lambda process: process.create_time()).kill()
    smac.report_result(report())
    with pytest.raises(RuntimeError, match="has died"):
        smac.next_configuration()
    assert smac.next_configuration() is None


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
        ("", {"x": float}, "names no file of the parameters"),
        ("pcs-file = a.pcs\nruncount-limits = 3\n", {"x": float}, "unknown option 'runcount-limits'.*runcount-limit"),
        ("pcs-file = a.pcs\nruncount-limit = few\n", {"x": float}, "runcount-limit.*'few'"),
        ("pcs-file = a.pcs\n", None, "parser_dict must be a dict.*None"),
        ("pcs-file = a.pcs\n", {"y": float}, "no type for the parameter 'x', only for y"),
        ("pcs-file = seed.pcs\n", {"seed": int}, "'seed' has a meaning of its own"),
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
        assert smac.next_configuration()["x"] == 1.0
        assert not {{"smac", "ConfigSpace", "scipy", "sklearn"}} & set(sys.modules)
        print("done")
        """
    assert run("-m", "pysmac_compat", "script.py", files={"script.py": text}).stdout == "done\n"
