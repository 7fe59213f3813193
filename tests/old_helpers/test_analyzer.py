"""`SMAC_analyzer` on recorded runs of the original."""

import os
import shutil
import subprocess
import sys
import textwrap

import pytest
from smac import Scenario
from smac.runhistory import RunHistory

from pysmac_compat import FileFormatError, SMAC_optimizer
from pysmac_compat.analyzer import SMAC_analyzer
from pysmac_compat.files import trajectory
from pysmac_compat.files.run_results import HEADER, RunRow
from pysmac_compat.files.state import read_state_run
from pysmac_compat.files.trajectory import UNKNOWN, Step
from pysmac_compat.utils.state_merge import state_merge


@pytest.mark.parametrize("place", ["wd/scenario.dat", "wd", "wd/out/scenario"])
def test_a_run_with_validation(java_runs, place):
    analyzer = SMAC_analyzer(str(java_runs / "readers" / place))
    assert analyzer.scenario_output_dir == str(java_runs / "readers/wd/out/scenario")
    assert analyzer.pcs_fn in (
        str(java_runs / "readers/wd/parameters.pcs"),
        str(java_runs / "readers/wd/out/scenario/state-run0/param.pcs"),
    )
    assert os.path.exists(analyzer.pcs_fn)
    assert (analyzer.cutoff_time, analyzer.overall_objective) == (3600.0, "MEAN")
    assert list(analyzer.data) == [0]
    assert analyzer.data[0]["parameters"] == [{"x": "0.8002189197811465", "y": "0"}]
    assert analyzer.data[0]["test_performances"] == {3: [11.839036800888827], 4: [18.23859896132653]}
    assert len(analyzer.data[0]["trajectory"]) == 8


def test_runs_without_validation(java_runs):
    analyzer = SMAC_analyzer(java_runs / "readers_multirun/wd")
    assert list(analyzer.data) == [1, 2, 3]
    assert analyzer.data[1]["parameters"] == [{"x1": "0.19584468984746106", "x2": "-1", "x3": "1", "x4": "-5"}]
    assert analyzer.data[1]["test_performances"] == {}


def test_the_evaluations_of_incumbents(java_runs):
    """Each evaluation, worked out by hand from runs_and_results."""
    assert SMAC_analyzer(java_runs / "readers_multirun/wd").incumbents_by_evaluation(1) == [
        (1, 120048.0),
        (2, 7775.933111267968),
        (12, 3712.4648059670735),
        (12, 3712.4648059670735),
    ]
    assert SMAC_analyzer(java_runs / "readers/wd").incumbents_by_evaluation(0) == [
        (1, 31.0),
        (2, 33.0),
        (4, 35.666666666666664),
        (8, 17.351413701550257),
        (12, 16.101949171490197),
        (20, 5.706579146680079),
        (20, 5.706579146680079),
    ]


def test_a_run_time_objective(java_runs):
    analyzer = SMAC_analyzer(java_runs / "runtime_dict_instances/wd")
    counts = [count for count, _ in analyzer.incumbents_by_evaluation(0)]
    assert counts == sorted(counts)
    assert counts[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["readers", "readers_multirun"])
def test_plots(java_runs, scenario, tmp_path):
    analyzer = SMAC_analyzer(java_runs / scenario / "wd")
    for figure in (analyzer.plot_incumbents(), analyzer.plot_incumbents("evaluations"), analyzer.plot_performance()):
        (axes,) = figure.axes
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        figure.savefig(tmp_path / "figure.png", dpi=30)
        assert (tmp_path / "figure.png").stat().st_size > 1000


@pytest.mark.slow
def test_what_the_plots_show(java_runs):
    analyzer = SMAC_analyzer(java_runs / "readers/wd")
    (line,) = analyzer.plot_incumbents("evaluations").axes[0].lines
    assert [tuple(point) for point in line.get_xydata()] == analyzer.incumbents_by_evaluation(0)
    (line,) = analyzer.plot_incumbents("time").axes[0].lines
    assert tuple(line.get_xydata()[0]) == (0.12, 31.0)
    assert len(line.get_xydata()) == 7
    labels = [text.get_text() for text in analyzer.plot_performance().axes[0].get_legend().get_texts()]
    assert labels == ["training", "test, mean"]
    with pytest.raises(ValueError, match="over"):
        analyzer.plot_incumbents("runs")


@pytest.mark.slow
def test_plots_need_no_display_and_reading_no_matplotlib(java_runs, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(f"""
            import sys
            from pysmac_compat.analyzer import SMAC_analyzer
            analyzer = SMAC_analyzer({str(java_runs / "readers/wd")!r})
            assert not {{"matplotlib", "sklearn", "scipy", "smac", "ConfigSpace"}} & set(sys.modules)
            analyzer.plot_performance().savefig("figure.svg")
            """)
    )
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")}
    subprocess.run([sys.executable, script], cwd=tmp_path, check=True, env=environment, timeout=60)


@pytest.mark.slow
def test_our_own_runs(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path), persistent_files=True)
    optimizer.smac_options["isolate"] = False
    optimizer.minimize(
        _cost,
        14,
        {"x": ("real", [-5, 5], 4), "k": ("categorical", ["a", "b"], "a"), "y": ("integer", [1, 90], 7, "log")},
        ["y | k == b"],
        num_train_instances=2,
        num_test_instances=2,
        train_instance_features=[[0, 1], [1, 4]],
        num_runs=2,
        seed=3,
    )
    analyzer = SMAC_analyzer(str(tmp_path))
    assert list(analyzer.data) == [3, 4]
    for run, found in zip(optimizer.result.runs, analyzer.data.values(), strict=True):
        (parameters,) = found["parameters"]
        assert float(parameters["x"]) == run.configuration["x"]
        assert found["test_performances"] == {e.instance: [e.value] for e in run.test_evaluations}
        assert analyzer.incumbents_by_evaluation(run.seed)[-1][1] == pytest.approx(run.value)
    assert len(analyzer.plot_performance().axes[0].lines) > 2
    shares = analyzer.get_pyfanova_obj().quantify_importance("x")
    assert shares["x",]["individual importance"] > 0.5
    _check_merged(tmp_path / "out" / "scenario", optimizer.result)
    _check_smac3(tmp_path / "out" / "scenario" / "smac3", optimizer.result)


def _check_merged(results, result):
    """The states of all runs make one: the same configurations, instances, features and values."""
    folders = [results / f"state-run{run.seed}" for run in result.runs]
    state_merge(folders, results / "merged")
    merged = read_state_run(results / "merged")
    states = [read_state_run(folder) for folder in folders]
    assert merged.instances == states[0].instances == [["id_0"], ["id_1"]]
    assert merged.features == states[0].features == (["feature0", "feature1"], {"id_0": [0, 1], "id_1": [1, 4]})

    def rows(state):
        return [(str(state.configurations[r.configuration - 1]), r.instance, r.response) for r in state.runs]

    assert sorted(rows(merged)) == sorted(row for state in states for row in rows(state))
    assert len(merged.runs) == result.n_evaluations == 28
    everything = {str(c) for state in states for c in state.configurations}
    assert len(merged.configurations) == len({str(c) for c in merged.configurations}) == len(everything)


def _check_smac3(folder, result):
    """SMAC3 opens the directory of each run."""
    for run in result.runs:
        scenario, history = Scenario.load(folder / str(run.seed)), RunHistory()
        history.load(folder / str(run.seed) / "runhistory.json", scenario.configspace)
        assert [trial.cost for trial in history.values()] == [e.value for e in run.evaluations]
        assert scenario.instance_features == {"0": [0.0, 1.0], "1": [1.0, 4.0]}


def _cost(x, k, instance, y=0):
    return (x - instance) ** 2 + (k == "a") + y / 100


@pytest.mark.parametrize("what", ["missing", "empty", "scenario"])
def test_nothing_there(tmp_path, what):
    path = tmp_path / "folder"
    if what != "missing":
        path.mkdir()
    if what == "scenario":
        (path / "scenario.dat").write_text("run-obj = QUALITY\n")
    with pytest.raises(ValueError, match=str(path)):
        SMAC_analyzer(path)


def _deny(name):
    """An ``open`` that may not open a file; its mode would not stop root."""

    real = open

    def denying(path, *args, **kwargs):
        if os.path.basename(path) == name:
            raise PermissionError(path)
        return real(path, *args, **kwargs)

    return denying


def test_a_scenario_of_another_name(java_copy, monkeypatch):
    folder = java_copy()
    (folder / "scenario.dat").rename(folder / "mine.dat")
    (folder / "out" / "scenario").rename(folder / "out" / "mine")
    (folder / "secret.txt").write_text("paramfile = other.pcs\n")
    (folder / "large.txt").write_text("paramfile = other.pcs\n" + "#" * 200_000)
    with monkeypatch.context() as patched:
        patched.setattr("builtins.open", _deny("secret.txt"))
        analyzer = SMAC_analyzer(folder)
    (folder / "secret.txt").unlink()
    assert analyzer.scenario_fn == str(folder / "mine.dat")
    assert list(analyzer.data) == [0]
    (folder / "yours.txt").write_text("paramfile = other.pcs\n")
    with pytest.raises(ValueError, match=r"mine\.dat.*yours\.txt"):
        SMAC_analyzer(folder)
    assert list(SMAC_analyzer(folder / "mine.dat").data) == [0]


@pytest.mark.parametrize("advanced", ["rungroup = %SCENARIO_NAME-2", None])
def test_results_in_a_folder_of_another_name(java_copy, advanced):
    folder = java_copy()
    (folder / "out" / "scenario").rename(folder / "out" / "scenario-2")
    (folder / "scenario.advanced").unlink(missing_ok=True)
    if advanced is not None:
        (folder / "scenario.advanced").write_text(advanced + "\n")
        shutil.copytree(folder / "out" / "scenario-2", folder / "out" / "scenario")  # of an earlier run
    assert SMAC_analyzer(folder).scenario_output_dir == str(folder / "out" / "scenario-2")


def test_results_in_several_folders(java_copy):
    folder = java_copy()
    (folder / "out" / "scenario").rename(folder / "out" / "one")
    shutil.copytree(folder / "out" / "one", folder / "out" / "two")
    with pytest.raises(ValueError, match="out/one.*out/two"):
        SMAC_analyzer(folder)
    assert list(SMAC_analyzer(folder / "out" / "two").data) == [0]


def test_runs_of_the_same_seed(java_copy):
    results = java_copy() / "out" / "scenario"
    for path in list(results.iterdir()):
        for name in (path.name.replace("run-0", "run-0-2"), path.name.replace("run0", "run0-2")):
            if name != path.name:
                (shutil.copytree if path.is_dir() else shutil.copy)(path, results / name)
    shutil.copy(results / "traj-run-0.txt", results / "traj-run-0-10.txt")
    shutil.copy(results / "traj-run-0.txt", results / "traj-run-12.txt")
    analyzer = SMAC_analyzer(results)
    assert list(analyzer.data) == [0, "0-2", "0-10", 12]
    assert analyzer.data["0-2"] == analyzer.data[0]
    assert analyzer.incumbents_by_evaluation("0-2") == analyzer.incumbents_by_evaluation(0)


def _rewrite(folder, costs, steps, runtime=1.0):
    """Give a working directory a run time objective, these evaluations (configuration, instance, cost) and steps."""
    scenario = folder / "scenario.dat"
    text = scenario.read_text().replace("run-obj = QUALITY", "run-obj = RUNTIME")
    text = text.replace("cutoff_time = 3600", "cutoff_time = 5").replace("overall_obj = MEAN", "overall_obj = MEAN10")
    scenario.write_text(text)
    results = folder / "out" / "scenario"
    (runs_file,) = results.glob("state-run0/runs_and_results-it*.csv")
    rows = [
        RunRow(i, c, k, cost, False, 5.0, -1, runtime, 0.0, 0, i * runtime, "SAT" if cost < 5 else "TIMEOUT", 0.1)
        for i, (c, k, cost) in enumerate(costs, 1)
    ]
    runs_file.write_text(HEADER + "".join(row.line for row in rows))
    lines = [Step(cpu, value, 0.1, c, overhead, {"x": "0.5", "y": "0"}).line for cpu, value, c, overhead in steps]
    (results / "traj-run-0.txt").write_text(trajectory.HEADER + "".join(lines))
    return SMAC_analyzer(folder)


COSTS = [(1, 1, 5.0), (1, 2, 5.0), (2, 1, 5.0), (2, 2, 4.0), (2, 3, 3.0), (3, 1, 3.0), (3, 2, 4.0), (3, 3, 4.5)]


def test_evaluations_of_penalised_run_times(java_copy):
    """The second configuration wins with its second run; the third has the better mean before it wins, in the end."""
    first, last = (0.0, UNKNOWN, 1, 0.0), (8.75, 11.5 / 3, 3, 0.75)
    steps = [first, (1.25, 50.0, 1, 0.25), (4.5, 27.0, 2, 0.5), (5.5, 19.0, 2, 0.5), (8.5, 11.5 / 3, 3, 0.5), last]
    expected = [(1, 50.0), (4, 27.0), (5, 19.0), (8, pytest.approx(11.5 / 3)), (8, pytest.approx(11.5 / 3))]
    analyzer = _rewrite(java_copy("ours"), COSTS, steps)
    assert analyzer.incumbents_by_evaluation(0) == expected
    # in files of the Java program the times do not tell, but the means do
    steps = [(cpu + 0.01, *others) for cpu, *others in steps]
    analyzer = _rewrite(java_copy("java"), COSTS, steps)
    assert analyzer.incumbents_by_evaluation(0) == expected
    # all calls took no time at all
    steps = [(overhead, value, c, overhead) for _, value, c, overhead in steps]
    analyzer = _rewrite(java_copy("no_time"), COSTS, steps, runtime=0.0)
    assert analyzer.incumbents_by_evaluation(0) == expected


def test_evaluations_of_a_warm_start(java_copy):
    """The means are those of the earlier evaluations, too, and the first incumbent is not evaluated again."""
    steps = [(0.0, UNKNOWN, 1, 0.0), (1.25, 2.5, 4, 0.25), (4.5, 2.25, 2, 0.5), (7.75, 2.0, 3, 0.75)]
    analyzer = _rewrite(java_copy(), COSTS, steps)
    assert analyzer.incumbents_by_evaluation(0) == [(1, 2.5), (4, 2.25), (7, 2.0)]


@pytest.mark.parametrize("steps", [[], [(0.0, UNKNOWN, 1, 0.0)]])
def test_a_run_without_an_incumbent(java_copy, steps):
    folder = java_copy()
    results = folder / "out" / "scenario"
    shutil.copy(results / "traj-run-0.txt", results / "traj-run-1.txt")
    for path in list(results.glob("validation*")):
        path.unlink()
    analyzer = _rewrite(folder, COSTS, steps)
    assert analyzer.incumbents_by_evaluation(0) == []
    (line,) = analyzer.plot_performance().axes[0].lines
    assert [tuple(point) for point in line.get_xydata()] == [(1, pytest.approx(5.706579146680079))]
    assert [len(line.get_xydata()) for line in analyzer.plot_incumbents().axes[0].lines] == [0, 7]


@pytest.mark.parametrize("text", ["abc", "", "nan", "-1"])
def test_a_cutoff_that_is_none(java_copy, text):
    scenario = java_copy() / "scenario.dat"
    scenario.write_text(scenario.read_text().replace("cutoff_time = 3600", f"cutoff_time = {text}"))
    with pytest.raises(FileFormatError, match=rf"cutoff_time.*'{text}'") as caught:
        SMAC_analyzer(scenario)
    assert caught.value.file == str(scenario)


def test_an_optimizer_is_no_path():
    with pytest.raises(ValueError, match=r"obj must be the path .* pass its working_directory"):
        SMAC_analyzer(SMAC_optimizer())


def test_names_of_the_analyzer(java_runs):
    analyzer = SMAC_analyzer(java_runs / "readers_multirun" / "wd")
    assert repr(analyzer) == f"<SMAC_analyzer: {analyzer.scenario_output_dir}, runs 1, 2, 3>"
    with pytest.raises(AttributeError, match="did you mean 'plot_performance'"):
        analyzer.plot_performances()
    labels = [text.get_text() for text in analyzer.plot_incumbents().axes[0].get_legend().get_texts()]
    assert labels == ["seed 1", "seed 2", "seed 3"]
