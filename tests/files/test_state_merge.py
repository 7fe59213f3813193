"""Merging of state-run folders."""

import shutil

import numpy as np
import pytest

from pysmac_compat import FileFormatError, load_result
from pysmac_compat.files.state import merge_states, read_state_run
from pysmac_compat.utils.state_merge import read_sate_run_folder, state_merge


@pytest.fixture
def folders(java_runs):
    results = java_runs / "readers_multirun" / "wd" / "out" / "scenario"
    return [str(results / f"state-run{seed}") for seed in (1, 2, 3)]


def _runs(folder):
    """For each run what it was, whatever the IDs are."""
    configurations, instances, _, runs = read_sate_run_folder(folder)
    return sorted(
        (
            sorted(configurations[int(row[0]) - 1].items()),
            instances[int(row[1]) - 1],
            row[[2, 3, 4, 5, 6, 7, 8, 9]].tolist(),
        )
        for row in runs
    )


@pytest.mark.parametrize("run", ["readers", "readers_multirun"])
def test_merged_as_the_original_did(java_runs, java_notes, tmp_path, run):
    results = java_runs / run / "wd" / "out" / "scenario"
    returned = state_merge(sorted(map(str, results.glob("state-run*"))), str(tmp_path / "merged"))
    recorded = java_notes(run)["state_merge"]
    with np.printoptions(threshold=1000, edgeitems=3, linewidth=75, precision=8):
        assert repr(returned)[:3000] == recorded
    expected = {path.name: path.read_text() for path in (java_runs / run / "merged").iterdir()}
    assert {path.name: path.read_text() for path in (tmp_path / "merged").iterdir()} == expected


@pytest.fixture
def crashed(java_copy):
    """The state-run folder of a run that the Java program has ended by an error."""
    (folder,) = (java_copy("crashed") / "out" / "scenario").glob("state-run*")
    for path in folder.glob("*-it*"):
        path.rename(folder / path.name.replace("-it", "-CRASH"))
    return folder


def test_a_state_of_a_run_that_has_failed(crashed, java_runs, tmp_path):
    (whole,) = (java_runs / "readers" / "wd" / "out" / "scenario").glob("state-run*")
    expected = _runs(whole)
    assert _runs(crashed) == expected
    state_merge([crashed], tmp_path / "merged")
    assert _runs(tmp_path / "merged") == expected
    again, first = (load_result(folder.parent) for folder in (crashed, whole))
    assert [vars(e) for e in again.runs[0].evaluations] == [vars(e) for e in first.runs[0].evaluations]
    assert (again.value, again.configuration) == (first.value, first.configuration)


def test_what_was_written_at_the_error_is_the_latest(crashed, java_runs, tmp_path):
    """SMAC v2 may have written a part of it before, with a number of its own."""
    for name, kept in (("runs_and_results", 3), ("paramstrings", 1)):
        (path,) = crashed.glob(f"{name}-CRASH*")
        earlier = path.with_name(f"{name}-it0{path.suffix}")
        earlier.write_text("".join(path.read_text().splitlines(keepends=True)[:kept]))
    expected = _runs(next((java_runs / "readers" / "wd" / "out" / "scenario").glob("state-run*")))
    assert _runs(crashed) == expected
    merged = tmp_path / "merged"
    shutil.copytree(crashed, merged)
    state_merge([crashed], merged, instance_subset=["id_0"])
    assert not list(merged.glob("*CRASH*"))
    assert {run[1][0] for run in _runs(merged)} == {"id_0"}


def test_one_consistent_state(folders, tmp_path):
    configurations, instances, runs = state_merge(folders, tmp_path / "merged")
    assert _runs(tmp_path / "merged") == sorted(run for folder in folders for run in _runs(folder))
    assert [each["index"] for each in configurations.values()] == list(range(1, len(configurations) + 1))
    assert instances == {"id_0": {"index": 1, "features": None, "additional info": None}}
    assert {key[1] for key in runs} == {1}
    rows = read_state_run(tmp_path / "merged").runs
    assert [row.number for row in rows] == list(range(1, 46))
    assert [row.cumulative_runtime for row in rows] == pytest.approx(np.cumsum([row.runtime for row in rows]))


def test_duplicates_are_dropped_on_request(folders, tmp_path):
    state_merge(folders, tmp_path / "merged", drop_duplicates=True)
    merged = read_state_run(tmp_path / "merged")
    assert len(merged.runs) == len(merged.configurations) == 43  # the default has been run three times


def test_runs_with_other_seeds_are_no_duplicates(java_runs, tmp_path):
    folder = java_runs / "nondeterministic_seed3" / "wd" / "out" / "scenario" / "state-run3"
    merge_states([folder, folder], tmp_path / "merged", drop_duplicates=True)
    assert _runs(tmp_path / "merged") == _runs(folder)


@pytest.mark.parametrize("name", ["param.pcs", "scenario.txt"])
@pytest.mark.parametrize("check", [True, False])
def test_what_is_copied_must_be_text(folders, tmp_path, name, check):
    state = tmp_path / "state"
    shutil.copytree(folders[0], state)
    (state / name).write_bytes(b"\x00\xff")
    wrong = "control character" if check and name == "scenario.txt" else "binary"  # it is read, not only copied
    with pytest.raises(FileFormatError, match=f"{name}.*{wrong}"):
        state_merge([state], tmp_path / "merged", check_scenario_files=check)
    (state / name).unlink()
    (state / name).mkdir()
    with pytest.raises(FileFormatError, match=f"{name}.*directory"):
        state_merge([state], tmp_path / "merged", check_scenario_files=check)
    assert not (tmp_path / "merged").exists()
    (state / name).rmdir()
    state_merge([state], tmp_path / "merged", check_scenario_files=check)
    assert not (tmp_path / "merged" / name).exists()


def test_the_space_of_one_folder_must_be_one(folders, tmp_path):
    state = tmp_path / "state"
    shutil.copytree(folders[0], state)
    (state / "param.pcs").write_text("nonsense\n")
    with pytest.raises(FileFormatError, match="param.pcs, line 1"):
        state_merge([state], tmp_path / "merged")


def test_scenarios_that_differ(folders, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(folders[1], other)
    scenario = other / "scenario.txt"
    text = scenario.read_text()
    scenario.write_text(text.replace("run-obj = QUALITY", "run_obj = QUALITY"))  # another name, the same scenario
    state_merge([folders[0], other], tmp_path / "merged")
    scenario.write_text(text.replace("QUALITY", "RUNTIME"))
    with pytest.raises(ValueError, match=r"state-run1/scenario\.txt and .*other/scenario\.txt differ"):
        state_merge([folders[0], other], tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    state_merge([folders[0], other], tmp_path / "merged", check_scenario_files=False)


def test_the_destination_is_overwritten(folders, tmp_path):
    (tmp_path / "uniq_configurations-it7.csv").write_text("old")
    (tmp_path / "runs_and_results-it99.csv").write_text("old" * 10000)
    (tmp_path / "instance-features.txt").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    state_merge(folders, tmp_path)
    state_merge(folders[:1], tmp_path)
    assert _runs(tmp_path) == _runs(folders[0])
    names = {
        "instances.txt",
        "mine.txt",
        "param.pcs",
        "paramstrings-it0.txt",
        "runs_and_results-it0.csv",
        "scenario.txt",
    }
    assert {path.name for path in tmp_path.iterdir()} == names


def test_a_source_as_the_destination(folders, tmp_path):
    shutil.copytree(folders[0], tmp_path / "state")
    state_merge([tmp_path / "state", folders[1]], tmp_path / "state")
    assert _runs(tmp_path / "state") == sorted(_runs(folders[0]) + _runs(folders[1]))


def test_a_subset_of_the_instances(java_runs, tmp_path):
    results = java_runs / "instances_features_used" / "wd" / "out" / "scenario"
    folder = results / "state-run0"
    _, instances, runs = state_merge([folder], tmp_path / "merged", instance_subset=["id_3", "id_1"])
    assert {name: each["index"] for name, each in instances.items()} == {"id_1": 1, "id_3": 2}
    assert instances["id_3"]["features"].tolist() == [3.0, 9.0, 0.30000000000000004]
    assert {key[1] for key in runs} == {1, 2}
    assert _runs(tmp_path / "merged") == [run for run in _runs(folder) if run[1] in (["id_1"], ["id_3"])]
    merged = read_state_run(tmp_path / "merged")
    assert {row.configuration for row in merged.runs} == set(range(1, len(merged.configurations) + 1))
    assert list(merged.features[1]) == ["id_1", "id_3"]
    with pytest.raises(ValueError, match="there is no instance 'id_9'"):
        state_merge([folder], tmp_path / "merged", instance_subset=["id_9"])


def test_instances_in_other_orders(java_runs, tmp_path):
    results = java_runs / "instances_features_used" / "wd" / "out" / "scenario"
    folder = results / "state-run0"
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    lines = (other / "instances.txt").read_text().splitlines()
    (other / "instances.txt").write_text("\n".join([lines[4] + " more words", *lines[1:4], lines[0]]) + "\n")
    _, instances, _ = state_merge([other, folder], tmp_path / "merged")
    assert list(instances) == ["id_4", "id_1", "id_2", "id_3", "id_0"]
    assert instances["id_4"]["additional info"] == "more words"
    assert _runs(tmp_path / "merged") == [
        (configuration, instance + ["more", "words"] * (instance == ["id_4"]), rest)
        for configuration, instance, rest in sorted(_renamed(_runs(other)) + _runs(folder))
    ]
    features = other / "instance-features.txt"
    text = features.read_text()
    features.write_text(text.replace("id_2,2.0", "id_2,2.5"))
    with pytest.raises(ValueError, match="features of 'id_2'"):
        state_merge([folder, other], tmp_path / "merged")
    features.write_text(text.replace("feature1", "size"))
    with pytest.raises(ValueError, match="the names of the features differ from the names in the other folders"):
        state_merge([folder, other], tmp_path / "merged")


def _renamed(runs):
    return [(configuration, instance[:1], rest) for configuration, instance, rest in runs]


def test_a_single_path_is_no_list(folders, tmp_path):
    with pytest.raises(ValueError, match="expected a list of state-run folders"):
        state_merge(folders[0], tmp_path)
