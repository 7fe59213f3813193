"""The evaluations of recorded Java runs, handed to our writer as events: it writes the files that Java wrote."""

import csv
import json
import re

import pytest

from pysmac_compat import events
from pysmac_compat.files import rundata
from pysmac_compat.files.configuration_texts import read_paramstrings
from pysmac_compat.files.instances import instance_number, read_features
from pysmac_compat.files.run_results import read_runs_and_results
from pysmac_compat.files.state import largest_file
from pysmac_compat.files.trajectory import read_trajectory
from pysmac_compat.files.validation_files import file_name, read_call_strings, read_result_lines
from pysmac_compat.files.working_directory import WorkingDirectory
from pysmac_compat.options.smac_options import INITIAL, SmacOptions, resolve
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.results import Evaluation
from pysmac_compat.space.definition import define
from pysmac_compat.space.values import typed_values

#: recorded run -> its seeds
RUNS = {
    "deterministic": (0,),
    "nondeterministic_seed3": (3,),
    "instances_features_used": (0,),
    "instances_nondeterministic": (0,),
    "test_instances": (0,),
    "readers": (0,),
    "runtime_dict": (0,),
    "runtime_dict_instances": (0,),
    "tlimit_cpu": (0,),
    "types_of_values": (0,),
    "return_inf_sometimes": (0,),
    "readers_multirun": (1, 2, 3),
}


SMAC3_FILES = [
    "configspace.json",
    "forbidden.json",
    "intensifier.json",
    "optimization.json",
    "runhistory.json",
    "scenario.json",
]


class Replay:
    """A recorded run, written again by us."""

    def __init__(self, recorded, seed, folder):
        (run,) = json.loads((recorded / "summary.json").read_text())["runs"]
        features = run["kwargs"].pop("train_instance_features", None)
        if features is not None:  # those of the recorded file, which has all digits
            features = list(read_features(recorded / "wd" / "features.dat")[1].values())
        wanted = {name: eval(text) for name, text in run["kwargs"].items()}
        options = SmacOptions(INITIAL)
        options.update(run["smac_options"])
        space = eval(run["parameter_dict"], {"np": None})
        self.plan = make_plan(
            resolve(options),
            definition=define(space),
            max_evaluations=int(run["max_evaluations"]),
            deterministic=wanted.get("deterministic", True),
            num_train_instances=wanted.get("num_train_instances"),
            num_test_instances=wanted.get("num_test_instances"),
            train_instance_features=features,
            seed=seed,
            t_limit_function_s=wanted.get("t_limit_function_s"),
        )
        self.seed, self.folder = seed, folder
        self.theirs, self.ours = recorded / "wd" / "out" / "scenario", folder / "out" / "scenario"
        self.state = self.theirs / f"state-run{seed}"
        config = {"deterministic": True, "has_instance": False, "parser_dict": {}, "function": None}
        self.files = WorkingDirectory(
            str(folder), self.plan, options, "scenario.dat", "%SCENARIO_NAME", config, [], overwrite=True
        )

    def _take(self, event):
        """As the process of the search does, and then the one that has started it."""
        assert not self.files.of_search.take(event)
        self.files.take(event)

    def run(self):
        definition = self.plan.definition
        texts = read_paramstrings(largest_file(str(self.state / "paramstrings-it*")))
        configurations = [typed_values(each, definition) for each in texts]
        incumbents = read_trajectory(self.theirs / f"traj-run-{self.seed}.txt")[1:-1]
        changes = [row for row in incumbents if row["Incumbent ID"]]
        self._take(events.RunStarted(0))
        for row in read_runs_and_results(largest_file(str(self.state / "runs_and_results-it*"))):
            evaluation = Evaluation(
                index=row.number,
                configuration=configurations[row.configuration - 1],
                instance=row.instance - 1 if self.plan.instances.n_train else None,
                seed=None if row.seed == -1 else row.seed,
                status=row.result,
                value=row.response,
                cutoff=row.cutoff if self.plan.objective.cutoff else None,
                cpu_time=row.runtime,
                wall_time=row.wall_time,
                runtime=row.runtime,
                quality=row.quality,
            )
            self._take(events.Evaluated(0, evaluation))
            while changes and changes[0]["Incumbent ID"] <= row.configuration:
                step = changes.pop(0)
                configuration = configurations[int(step["Incumbent ID"]) - 1]
                self._take(events.Improved(0, row.number, configuration, step["Estimated Training Performance"], 1))
        if self.plan.instances.n_test:
            (tested,) = read_call_strings(self.theirs / file_name("CallStrings", str(self.seed)))
            lines = read_result_lines(self.theirs / file_name("RunResultLineMatrix", str(self.seed)))
            for index, (instance, seed, ((result, runtime, _, quality, _),)) in enumerate(lines, 1):
                seed = None if seed == -1 else seed
                configuration = typed_values(tested, definition)
                number = instance_number(instance)
                self._take(
                    events.Tested(
                        0,
                        Evaluation(
                            index,
                            configuration,
                            number,
                            seed,
                            result,
                            quality,
                            None,
                            runtime,
                            0.0,
                            "",
                            runtime,
                            quality,
                        ),
                    )
                )
        self._take(events.RunEnded(0, "budget"))
        self.files.close()
        return self


@pytest.fixture(scope="module", params=[(name, seed) for name, seeds in RUNS.items() for seed in seeds], ids=str)
def replay(request, java_runs, tmp_path_factory):
    name, seed = request.param
    return Replay(java_runs / name, seed, tmp_path_factory.mktemp(name)).run()


def _names(folder):
    """The names of the files, whatever the number of iterations."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {re.sub(r"-it\d+", "-it", name).replace(".pkl.txt", ".pkl") for name in found}


def _is_of(name, seed):
    """Whether a file is of the run with this seed, or of all."""
    return re.search(r"-run-?\d", name) is None or re.search(rf"-run-?{seed}\b", name) is not None


def test_the_same_files(replay):
    theirs = {name for name in _names(replay.theirs.parents[1]) if _is_of(name, replay.seed)}
    theirs.add(f"out/scenario/live-rundata-{replay.seed}.json")
    theirs |= {f"out/scenario/{name}" for name in (f"about-run-{replay.seed}.json", f"journal-run-{replay.seed}.jsonl")}
    theirs |= {f"out/scenario/smac3/{replay.seed}/{name}" for name in SMAC3_FILES}
    if replay.plan.instances.features is not None:  # which the original wrote down here only if told to use them
        theirs.add(f"out/scenario/state-run{replay.seed}/instance-features.txt")
    assert _names(replay.folder) == theirs


def _same(replay, path):
    assert (replay.folder / path).read_text() == (replay.theirs.parents[1] / path).read_text()


def test_instances_and_features(replay):
    names = ["instances.dat"] + ["test_instances.dat"] * bool(replay.plan.instances.n_test)
    for name in [*names, f"out/scenario/state-run{replay.seed}/instances.txt"]:
        _same(replay, name)
    if replay.plan.instances.features is not None:
        ours = (replay.folder / "features.dat").read_text()
        theirs = (replay.theirs.parents[1] / "features.dat").read_text()
        assert ours == re.sub(r"(?<=,)(\d+)(?=[,\n])", r"\1.0", theirs)
        state = replay.state / "instance-features.txt"
        assert not state.exists() or (replay.ours / state.parent.name / state.name).read_text() == state.read_text()


def test_scenario_files(replay):
    text = (replay.theirs.parents[1] / "scenario.dat").read_text().replace("RUN/wd", str(replay.folder))
    text = re.sub("wallclock_limit.*\n", "", text)  # the original set one that nobody had asked for
    assert (replay.folder / "scenario.dat").read_text() == text
    assert (replay.ours / f"state-run{replay.seed}" / "scenario.txt").read_text() == text


def test_advanced_options(replay):
    ours = (replay.folder / "scenario.advanced").read_text()
    theirs = (replay.theirs.parents[1] / "scenario.advanced").read_text()
    assert re.sub("skip-features = .*", "", ours) == re.sub("skip-features = .*", "", theirs)


def test_spaces(replay):
    ours = (replay.folder / "parameters.pcs").read_text()
    assert ours.rstrip("\n") == (replay.theirs.parents[1] / "parameters.pcs").read_text()
    assert (replay.ours / f"state-run{replay.seed}" / "param.pcs").read_text() == ours


def _state(replay, pattern):
    (ours,) = (replay.ours / f"state-run{replay.seed}").glob(pattern)
    (theirs,) = replay.state.glob(pattern)
    return ours, theirs


def test_configurations(replay):
    ours, theirs = _state(replay, "paramstrings-it*.txt")
    assert ours.read_text() == theirs.read_text()
    count = len(theirs.read_text().splitlines())
    assert ours.name == f"paramstrings-it{count - 1}.txt"
    ours, theirs = _state(replay, "uniq_configurations-it*.csv")
    units = [[float(cell) for row in csv.reader(path.open()) for cell in row] for path in (ours, theirs)]
    assert units[0] == pytest.approx(units[1], abs=1e-9)


def test_runs_and_results(replay):
    ours, theirs = (path.read_text().splitlines() for path in _state(replay, "runs_and_results-it*.csv"))
    assert len(ours) == len(theirs)
    configurations = 1
    for one, other in zip(ours, theirs, strict=True):
        mine, java = one.split(","), other.split(",")
        if mine[0] != "Run Number":
            configurations = max(configurations, int(mine[1]))
            assert int(mine.pop(11)) == configurations - 1  # iterations are counted in another way
            java.pop(11)
            assert float(mine.pop(11)) == pytest.approx(float(java.pop(11)))
        assert mine == java


def test_trajectories(replay):
    ours = read_trajectory(replay.ours / f"traj-run-{replay.seed}.txt")
    theirs = read_trajectory(replay.theirs / f"traj-run-{replay.seed}.txt")
    for column in ("Estimated Training Performance", "Incumbent ID", "Configuration"):
        assert [row[column] for row in ours] == [row[column] for row in theirs]
    for row in ours:
        times = [row[c] for c in ("Automatic Configurator (CPU) Time", "CPU Time Used", "Wallclock Time")]
        assert min(times) >= 0
        assert times[0] <= times[1]
    wall = [row["Wallclock Time"] for row in ours]
    assert wall == sorted(wall)


def test_live_rundata(replay):
    path = replay.theirs / f"live-rundata-{replay.seed}.json"
    ours = rundata.read_rundata(replay.ours / path.name)
    if not path.exists():
        assert len(ours) == 1 + len(read_runs_and_results(_state(replay, "runs_and_results-it*.csv")[1]))
        return
    theirs = rundata.read_rundata(path)
    space = ours[1]["r-rc"]["rc-algo-exec-config"]
    assert space["algo-pcs"].pop("pcs-filename") == str(replay.folder / "parameters.pcs")
    assert space.pop("algo-exec-dir") == str(replay.folder)
    space = theirs[1]["r-rc"]["rc-algo-exec-config"]
    del space["algo-pcs"]["pcs-filename"], space["algo-exec-dir"]
    assert ours == theirs


def test_validation(replay):
    names = [path.name for path in replay.theirs.glob("validation*")]
    assert len(names) == (5 if replay.plan.instances.n_test else 0)
    for name in names:
        if "Results" not in name:
            _same(replay, f"out/scenario/{name}")
            continue
        ours, theirs = (list(csv.reader((folder / name).open())) for folder in (replay.ours, replay.theirs))
        assert ours[0] == theirs[0]
        assert [(row[1], row[2], row[4:]) for row in ours] == [(row[1], row[2], row[4:]) for row in theirs]
