"""SMAC3's own run directory is opened by SMAC3 in processes that have never heard of us."""

import gzip
import json
import threading
from pathlib import Path

import pytest
from ConfigSpace import Configuration, ConfigurationSpace
from smac import Scenario
from smac.runhistory import RunHistory

from pysmac_compat import FileFormatError, SMAC_optimizer, events
from pysmac_compat.files.search_files import SearchFiles
from pysmac_compat.files.smac3 import RunDirectory, read_forbidden
from pysmac_compat.plan import Budget, Plan
from pysmac_compat.results import Evaluation
from pysmac_compat.space.configspace import parameter_space
from pysmac_compat.space.definition import define

from ..smac3_process import opened

SPACE = {
    "x": ("real", [-5, 1 / 3], 1 / 3),
    "n": ("integer", [1, 1000], 500, "log"),
    "c": ("categorical", ["p", "q", None], "p"),
    "b": ("categorical", [True, False], False),
    "o": ("ordinal", [1, 5, 20], 5),
}
CONDITIONS = ["n | c != q", "b | n > 2 || o == 20"]
FORBIDDEN = ["{x + n > 900}", "{c = q, o = 20}", "{b == True && x < -4}"]


def cost(x, c, o, n=3, b=False, instance=0, seed=0):
    if c is None and x > -1:
        raise ValueError("no c")
    return {"value": x * x + n + instance, "status": "TIMEOUT" if b and o == 1 else "SAT"}


SEARCHES = {
    "plain": {},
    "instances and seeds": {
        "num_train_instances": 3,
        "num_test_instances": 2,
        "train_instance_features": [[1, 2], [3, 4], [5, 6]],
        "deterministic": False,
        "seed": 7,
    },
}


def direct(folder, persistent_files=True):
    """Makes the calls in this process."""
    optimizer = SMAC_optimizer(working_directory=folder, persistent_files=persistent_files)
    optimizer.smac_options["isolate"] = False
    return optimizer


@pytest.fixture(scope="module")
def searches(tmp_path_factory):
    """Results of searches, what SMAC3 finds of them, and their folders."""
    found = {}
    for name, keywords in SEARCHES.items():
        folder = tmp_path_factory.mktemp(name)
        optimizer = direct(folder)
        optimizer.minimize(cost, 14, SPACE, CONDITIONS, FORBIDDEN, **keywords)
        run = optimizer.result.runs[0]
        found[name] = run, folder / "out" / "scenario" / "smac3" / str(run.seed)
    texts = {name: (folder / "runhistory.json").read_text() for name, (_, folder) in found.items()}
    theirs = opened(*(folder for _, folder in found.values()))
    return {name: (*found[name], texts[name], their) for name, their in zip(found, theirs, strict=True)}


STATUSES = {"SAT": "SUCCESS", "CRASHED": "CRASHED", "TIMEOUT": "TIMEOUT"}


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_smac3_finds_the_same_trials(searches, name):
    run, folder, _, found = searches[name]
    assert len(found["trials"]) == len(run.evaluations) == 14
    for evaluation, (values, instance, seed, value, status) in zip(run.evaluations, found["trials"], strict=True):
        x = values.pop("x")
        own = dict(evaluation.configuration)
        assert x == pytest.approx(own.pop("x"), abs=1e-12)
        assert values == own
        assert instance == (None if evaluation.instance is None else str(evaluation.instance))
        assert seed == (evaluation.seed or 0)
        assert (value, status) == (evaluation.value, STATUSES[evaluation.status])
    assert found["n_trials"] == 14
    assert found["output"] == str(folder)


@pytest.mark.slow
def test_smac3_finds_all_statuses(searches):
    found = {status for _, _, _, theirs in searches.values() for *_, status in theirs["trials"]}
    assert found == set(STATUSES.values())


@pytest.mark.slow
@pytest.mark.parametrize("name", SEARCHES)
def test_smac3_finds_the_same_incumbent(searches, name):
    run, _, _, found = searches[name]
    (incumbent,) = found["incumbents"]
    assert incumbent.pop("x") == pytest.approx(run.active_configuration["x"], abs=1e-12)
    assert incumbent == {n: value for n, value in run.active_configuration.items() if n != "x"}
    assert [trial for _, _, trial in found["trajectory"]] == [step.evaluation for step in run.trajectory]
    for (_, costs, trial), step in zip(found["trajectory"], run.trajectory, strict=True):
        # SMAC3 keeps the mean at the time of the step
        own = [e.value for e in run.evaluations[:trial] if e.configuration == step.active_configuration]
        assert costs == [pytest.approx(sum(own) / len(own))]
    assert found["deterministic"] == (name == "plain")
    if name == "instances and seeds":
        assert found["features"] == {"0": [1.0, 2.0], "1": [3.0, 4.0], "2": [5.0, 6.0]}


@pytest.mark.slow
def test_expressions_stand_beside_the_space(searches):
    folder = searches["plain"][1]
    assert sorted(read_forbidden(folder / "forbidden.json")) == [FORBIDDEN[2], FORBIDDEN[0]]
    plain = ConfigurationSpace.from_json(folder / "configspace.json")
    assert len(plain.forbidden_clauses) == 1
    assert len(plain.conditions) == 2
    assert [plain[name].default_value for name in "cbo"] == ["p", False, 5]


@pytest.mark.slow
def test_what_deepcave_looks_for(searches):
    """Its converter for SMAC3 (1.4) takes the values of a trial by their places, and a configuration by its ID."""
    run, folder, text, _ = searches["plain"]
    scenario, history = json.loads((folder / "scenario.json").read_text()), json.loads(text)
    assert (scenario["objectives"], scenario["seed"]) == ("cost", 0)
    for evaluation, trial in zip(run.evaluations, history["data"], strict=True):
        number, instance, seed, budget, value, _, cpu_time, status, start, end, more = trial.values()
        assert history["configs"][str(number)] == pytest.approx(evaluation.configuration)
        assert (instance, seed, budget, value) == (None, 0, None, evaluation.value)
        assert status in (1, 2, 3)
        assert (end - start, cpu_time) == pytest.approx((evaluation.wall_time, evaluation.cpu_time), abs=1e-5)
        assert more["result"] == evaluation.status
    assert history["config_origins"]["1"] == "Default"
    assert "Acquisition function maximizer" in history["config_origins"].values()


@pytest.mark.slow
def test_a_resumed_run_and_a_warm_one(tmp_path):
    """Resumed, all trials are there; started warm, also those that were known."""
    folder = tmp_path / "a"
    for n in (3, 5):
        optimizer = direct(folder)
        optimizer.minimize(cost, n, SPACE, CONDITIONS, FORBIDDEN, resume=True)
    again = direct(tmp_path / "b")
    again.smac_options["warmstart"] = folder / "out" / "scenario" / "state-run0"
    again.minimize(cost, 2, SPACE, CONDITIONS, FORBIDDEN, seed=4)
    starts = [trial["starttime"] for trial in trials_of(folder)]
    assert starts == sorted(starts)
    one, two = (tmp_path / name / "out" / "scenario" / "smac3" / seed for name, seed in ("a0", "b4"))
    assert costs(one) == [e.value for e in optimizer.result.runs[0].evaluations]
    assert costs(two) == costs(one) + [e.value for e in again.result.runs[0].evaluations]
    assert Scenario.load(two).n_trials == 7


def costs(folder):
    """What SMAC3 finds of the trials."""
    history = RunHistory()
    history.load(folder / "runhistory.json", Scenario.load(folder).configspace)
    return [trial.cost for trial in history.values()]


def trials_of(folder, seed=0):
    text = (folder / "out" / "scenario" / "smac3" / str(seed) / "runhistory.json").read_text()
    return json.loads(text)["data"]


def test_without_files_that_stay_there_is_none(tmp_path):
    optimizer = direct(tmp_path, persistent_files=False)
    optimizer.minimize(lambda x: x, 1, {"x": ("real", [0, 1], 0.5)})
    assert not (tmp_path / "out" / "scenario" / "smac3").exists()


@pytest.mark.parametrize("spec", [("real", [1e-15, 1], 1e-3, "log"), ("real", [-1e300, 1e300], 0.0)])
def test_a_space_that_configspace_cannot_hold(tmp_path, spec):
    optimizer = direct(tmp_path)
    with pytest.warns(UserWarning, match="the search stops writing SMAC3's own files: ConfigSpace cannot hold"):
        optimizer.minimize(lambda x: abs(x), 2, {"x": spec})
    assert optimizer.result.n_evaluations == 2
    assert not (tmp_path / "out" / "scenario" / "smac3").exists()


def evaluated(index, x):
    return events.Evaluated(0, Evaluation(index, {"x": x}, None, None, "SAT", x, None, 0.0, 0.0))


@pytest.fixture
def taking(tmp_path):
    """The files of a run that has just begun."""
    plan = Plan(define({"x": ("real", [0, 1], 0.5)}), [0], Budget(10**6))
    files = SearchFiles(str(tmp_path), plan, ["0"], {}, {})
    files.take(events.RunStarted(0))
    return files


def test_the_cost_of_a_trial_does_not_grow(taking, tmp_path):
    """The files are written the less often the longer that takes: a few times, not with each trial."""
    path, versions = tmp_path / "smac3" / "0" / "runhistory.json", set()
    for i in range(1, 501):
        taking.take(evaluated(i, i / 500))
        taking.take(events.Improved(0, i, {"x": 1 / 500}, 1 / 500, 1))
        if path.exists():
            versions.add(path.stat().st_mtime_ns)
    assert 1 <= len(versions) < 50
    taking.take(events.RunEnded(0, ""))
    assert len(json.loads(path.read_text())["data"]) == 500


def test_files_are_whole_while_they_are_written(taking, tmp_path, monkeypatch):
    """Whoever reads meanwhile finds whole files, and no incumbent without its configuration."""
    monkeypatch.setattr("pysmac_compat.files.search_files._PAUSE", 0.0)
    folder, ended, seen = tmp_path / "smac3" / "0", threading.Event(), []

    def read():
        while not ended.is_set():
            if (folder / "optimization.json").exists():
                incumbents = json.loads((folder / "intensifier.json").read_text())["incumbent_ids"]
                history = json.loads((folder / "runhistory.json").read_text())
                assert {str(number) for number in incumbents} <= history["configs"].keys()
                assert len(history["configs"]) == history["stats"]["finished"]
                seen.append(len(history["data"]))

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(1, 1000):
        taking.take(evaluated(i, 1 / i))
        taking.take(events.Improved(0, i, {"x": 1 / i}, 1 / i, 1))
        if len(set(seen)) > 5:
            break
    ended.set()
    reader.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 2
    assert {path.name for path in folder.iterdir()} == {
        "configspace.json",
        "forbidden.json",
        "intensifier.json",
        "optimization.json",
        "runhistory.json",
        "scenario.json",
    }


def chain(depth):
    """Each parameter is active where the one before has a certain value."""
    return parameter_space(
        {f"p{i}": ("categorical", ["a", "b"], "a") for i in range(depth)},
        [f"p{i} | p{i - 1} == a" for i in range(1, depth)],
    )


@pytest.mark.parametrize("depth", [3, 10])
def test_conditions_upon_conditions(tmp_path, depth):
    """ConfigSpace is quick enough with them, and takes each configuration for what it is."""
    space = chain(depth)
    directory = RunDirectory(tmp_path, "smac3", 0, space, deterministic=True)
    for configuration in space.sample_configuration(10):
        directory.add({k: str(v) for k, v in configuration.items()}, None, None, "SAT", 0.0, 0.0, 1.0)
    directory.write(1.0, finished=True)
    plain = ConfigurationSpace.from_json(tmp_path / "smac3" / "0" / "configspace.json")
    history = json.loads((tmp_path / "smac3" / "0" / "runhistory.json").read_text())
    for values in history["configs"].values():
        assert dict(Configuration(plain, values=values)) == values


@pytest.mark.slow
def test_more_of_them_than_configspace_can_bear(tmp_path):
    with pytest.raises(ValueError, match="too many conditions depend on each other"):
        RunDirectory(tmp_path, "smac3", 0, chain(40), deterministic=True)


@pytest.mark.slow
def test_all_kinds_of_spaces(tmp_path):
    """Recorded spaces of the original, and drawn configurations of them."""
    with gzip.open(Path(__file__).parents[1] / "data" / "pcs_shared.jsonl.gz") as lines:
        recorded = [json.loads(line) for line in lines]
    for each in recorded[::8]:
        parameters = {name: tuple(spec) for name, spec in each["parameter_dict"].items()}
        space = parameter_space(parameters, each["conditionals"], each["forbiddens"])
        directory = RunDirectory(tmp_path, each["id"], 0, space, deterministic=True)
        for configuration in space.sample_configuration(5):
            values = {name: getattr(value, "item", lambda v=value: v)() for name, value in configuration.items()}
            directory.add(values, None, None, "SAT", 0.0, 0.0, 1.0)
        directory.write(1.0, finished=True)
        scenario = Scenario.load(tmp_path / each["id"] / "0")
        history = RunHistory()
        history.load(tmp_path / each["id"] / "0" / "runhistory.json", scenario.configspace)
        written = json.loads((tmp_path / each["id"] / "0" / "runhistory.json").read_text())
        assert len(history) == len(written["data"]) > 0


def test_values_that_configspace_takes_for_the_same(tmp_path):
    """It rounds to 13 decimals: the second of two such configurations is the first one."""
    space = parameter_space({"x": ("real", [0, 1 / 3], 0.1)})
    directory = RunDirectory(tmp_path, "smac3", 0, space, deterministic=True)
    for x in (0.1, 0.1 + 1e-15, 1 / 3, 0.2):
        directory.add({"x": x}, None, None, "SAT", x, 0.0, 1.0)
    directory.write(1.0, finished=True)
    plain = ConfigurationSpace.from_json(tmp_path / "smac3" / "0" / "configspace.json")
    history = json.loads((tmp_path / "smac3" / "0" / "runhistory.json").read_text())
    values = [Configuration(plain, values=each)["x"] for each in history["configs"].values()]
    assert values == pytest.approx([0.1, 1 / 3, 0.2])
    assert len(history["data"]) == 3


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ('{"forbidden_clauses": ["{a}"', 1),
        ('{"forbidden_clauses":\n ["{a}",]}', 2),
        ("[]", 1),
        ('{"forbidden_clauses": "{a}"}', 1),
        ('{"forbidden_clauses": [1]}', 1),
        ("[" * 100_000, 1),
    ],
)
def test_a_broken_list_of_clauses(tmp_path, text, line):
    (tmp_path / "forbidden.json").write_text(text)
    with pytest.raises(FileFormatError, match="expected") as caught:
        read_forbidden(tmp_path / "forbidden.json")
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "forbidden.json"), line)


def test_a_list_of_clauses_that_is_no_file(tmp_path):
    with pytest.raises(FileFormatError, match="directory"):
        read_forbidden(tmp_path)
