"""Files that are broken in any way: an error that names file and line, or what is still whole; never anything else."""

import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pysmac_compat import FileFormatError
from pysmac_compat.files import (
    configuration_texts,
    instances,
    pcs,
    run_results,
    rundata,
    scenario_files,
    trajectory,
    validation_files,
)
from pysmac_compat.files.pysmac_config import unpickle_pysmac_config, write_pysmac_config
from pysmac_compat.files.state import read_state_run
from pysmac_compat.utils import smac_output_readers, state_merge

_RESULTS = "readers/wd/out/scenario/"
#: written line by line by a program: nothing that is cut off is taken for whole
APPENDED = {
    "paramstrings": (configuration_texts.read_paramstrings, _RESULTS + "state-run0/paramstrings-it3.txt"),
    "uniq": (configuration_texts.read_uniq_configurations, _RESULTS + "state-run0/uniq_configurations-it3.csv"),
    "runs": (run_results.read_runs_and_results, _RESULTS + "state-run0/runs_and_results-it3.csv"),
    "trajectory": (trajectory.read_trajectory, _RESULTS + "traj-run-0.txt"),
    "detailed": (trajectory.read_detailed_trajectory, _RESULTS + "detailed-traj-run-0.csv"),
    "calls": (validation_files.read_call_strings, _RESULTS + "validationCallStrings-traj-run-0-walltime.csv"),
    "matrix": (validation_files.read_objective_matrix, _RESULTS + "validationObjectiveMatrix-traj-run-0-walltime.csv"),
    "lines": (validation_files.read_result_lines, _RESULTS + "validationRunResultLineMatrix-traj-run-0-walltime.csv"),
    "results": (validation_files.read_results, _RESULTS + "validationResults-traj-run-0-walltime.csv"),
    "rundata": (rundata.read_rundata, "deterministic/wd/out/scenario/live-rundata-0.json"),
}
OTHERS = {
    "debug": (validation_files.read_performance, _RESULTS + "validationPerformanceDebug-traj-run-0-walltime.csv"),
    "objectives": (
        smac_output_readers.read_validationObjectiveMatrix_file,
        _RESULTS + "validationObjectiveMatrix-traj-run-0-walltime.csv",
    ),
    "instances": (instances.read_instances, "readers/wd/instances.dat"),
    "features": (instances.read_features, "readers/wd/features.dat"),
    "scenario": (scenario_files.read_scenario_by_old_names, "readers/wd/scenario.dat"),
    "pcs": (pcs.read_pcs, "conditional_forbidden/wd/parameters.pcs"),
}
READERS = {**APPENDED, **OTHERS}
#: a text without any form is legal in these
FREE = ("instances",)

quick = settings(max_examples=10)
each_reader = pytest.mark.parametrize("name", sorted(READERS))


@pytest.fixture
def sample(java_runs, name):
    reader, file = READERS[name]
    return reader, (java_runs / file).read_bytes()


def _read(reader, path, content):
    """What the reader returns; None if it refuses the file with an error that names it."""
    path.write_bytes(content)
    try:
        return reader(str(path))
    except FileFormatError as refused:
        error = refused
    assert str(error).startswith(str(path))
    assert error.line is None or 1 <= error.line <= content.count(b"\n") + 1
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(APPENDED))
@quick
@given(data=st.data())
def test_cut_off_anywhere(sample, tmp_path, name, data):
    reader, whole = sample
    expected = _read(reader, tmp_path / "whole", whole)
    assert expected
    for position in {*data.draw(st.lists(st.integers(0, len(whole)), max_size=8)), len(whole) - 2}:
        read = _read(reader, tmp_path / "cut", whole[:position])
        assert read is None or read == expected[: len(read)]
        if name != "rundata" and whole[:position].rpartition(b"\n")[2]:
            assert read is None


@pytest.mark.parametrize("name", sorted(OTHERS))
@quick
@given(data=st.data())
def test_others_cut_off(sample, tmp_path, name, data):
    reader, whole = sample
    _read(reader, tmp_path / "cut", whole[: data.draw(st.integers(0, len(whole)))])


@each_reader
@quick
@given(noise=st.binary(min_size=1, max_size=200))
@example(b"\xff\xfe")
@example(b"a\x00b\n")
@example("\N{ARABIC-INDIC DIGIT ONE}\n".encode())
@example(b"[" * 100_000)
@example(b'"' * 999)
@example(b"'" * 50 + b"\\" * 1000)
def test_noise(sample, tmp_path, name, noise):
    reader, whole = sample
    _read(reader, tmp_path / "noise", noise)
    _read(reader, tmp_path / "after", whole + noise)
    if any(byte < 9 for byte in noise) and name != "rundata":
        assert _read(reader, tmp_path / "noise", noise) is None


@each_reader
@quick
@given(data=st.data(), noise=st.binary(max_size=5))
def test_noise_in_the_middle(sample, tmp_path, name, data, noise):
    reader, whole = sample
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 20, len(whole))))
    _read(reader, tmp_path / "broken", whole[:start] + noise + whole[end:])


@each_reader
def test_a_folder_in_place_of_a_file(tmp_path, name):
    with pytest.raises(FileFormatError, match="expected a file, this is a directory"):
        READERS[name][0](str(tmp_path))


@each_reader
def test_no_such_file(tmp_path, name):
    with pytest.raises(FileNotFoundError):
        READERS[name][0](str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "message"),
    [
        ("runs", b"3,2,3,", b"3,2,", 4, "expected 16 columns"),
        ("runs", b"3,2,3,", b"3,0,3,", 4, "Run History Configuration ID: expected a number from 1"),
        ("runs", b"3,2,3,", b"3,x,3,", 4, "expected a number, got 'x'"),
        ("runs", b"38.144512045344065,0", b"38.144512045344065,2", 4, "Censored.: expected 0 or 1"),
        ("runs", b"38.144512045344065,0", b"38_144512045344065,0", 4, "Response Value .*expected a number"),
        ("runs", b",Seed,", b",Sead,", 1, "expected a header"),
        ("paramstrings", b"3: x", b"4: x", 3, "expected '3: '"),
        ("paramstrings", b"3: x='-2.8", b"3: x=-2.8", 3, "expected a configuration such as name='value'"),
        ("paramstrings", b"8', y", b"8'; y", 2, "expected ', ' between two parameters"),
        ("paramstrings", b"8', y", b"8', x", 2, "expected a configuration"),
        ("uniq", b"3,0.2187", b"3,0.1,0.2187", 3, "expected 2 values, got 3"),
        ("trajectory", b"0.48020206000000004, ", b"", 4, "expected a number, got \"x='4.0'\""),
        ("trajectory", b", 33.0, 0.384, 1", b"", 4, "expected 5 numbers"),
        ("detailed", b'"0.384",', b"", 4, "expected 7 columns, got 6"),
        ("detailed", b'"0.384"', b'"0.384', 4, "comma separated"),
        ("calls", b'"1",', b"", 2, "expected 3 columns, got 2"),
        ("matrix", b'"id_4","-1",', b'"id_4",', 3, "expected 3 columns"),
        ("objectives", b'"id_4"', b'"four"', 3, "expected the name of an instance such as id_0, got 'four'"),
        ("lines", b'"SAT, 0', b'", 0', 2, "expected 'result, runtime, length, quality, seed'"),
        ("results", b',"1",', b',"1"', 2, "columns"),
        ("debug", b'"","id_3"', b'"id_3"', 2, "expected an instance and its values"),
        ("features", b"id_1,2,3", b"id_1,2", 3, "expected 2 features, as in the header, got 1"),
        ("features", b"id_1,2,3", b"id_0,2,3", 3, "'id_0' occurs a second time"),
        ("scenario", b"cutoff_time = ", b"= ", 3, "expected 'option = value'"),
    ],
)
def test_wrong_columns(sample, tmp_path, name, old, new, line, message):
    reader, whole = sample
    assert old in whole
    path = tmp_path / "file"
    path.write_bytes(whole.replace(old, new, 1))
    with pytest.raises(FileFormatError, match=rf"file, line {line}: .*{message}"):
        reader(path)


def test_a_run_of_a_configuration_that_is_not_there(java_runs, tmp_path):
    folder = java_runs / _RESULTS / "state-run0"
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "paramstrings-it3.txt"
    path.write_text("".join(path.read_text().splitlines(True)[:5]))
    with pytest.raises(
        FileFormatError,
        match=r"runs_and_results-it3\.csv, line 11: the row refers to configuration 6, but the number of .* is 5",
    ):
        read_state_run(tmp_path)


class _Bomb:
    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def test_nothing_is_unpickled(tmp_path):
    """A pickle in the place of any file is a broken file, and not more."""
    for protocol in (0, 2, 3, 5):
        for name, (reader, _) in READERS.items():
            path = tmp_path / "bomb"
            path.write_bytes(pickle.dumps(_Bomb(), protocol=protocol))
            try:
                reader(path)
            except FileFormatError:
                continue
            assert name in FREE, name
    for name in ("param.pcs", "scenario.txt", "instances.txt", "paramstrings-it0.txt", "runs_and_results-it0.csv"):
        (tmp_path / name).write_bytes(pickle.dumps(_Bomb()))
    (tmp_path / "java_obj_dump-v2-it0.obj").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(FileFormatError):
        state_merge.state_merge([tmp_path], tmp_path / "merged")


def test_pysmac_config(tmp_path):
    path = tmp_path / "pysmac_config.pkl"
    config = {"deterministic": True, "has_instance": False, "parser_dict": {"x": float, "b": bool}, "function": max}
    write_pysmac_config(path, config)
    assert path.read_bytes()[:2] == b"\x80\x03"
    assert unpickle_pysmac_config(path) == config
    write_pysmac_config(path, {**config, "function": lambda x: x})
    assert unpickle_pysmac_config(path) == {**config, "function": None}
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(FileFormatError, match=r"pysmac_config\.pkl: cannot be unpickled"):
        unpickle_pysmac_config(path)
    path.write_bytes(pickle.dumps({"function": None}))
    with pytest.raises(FileFormatError, match="expected a dict with deterministic"):
        unpickle_pysmac_config(path)
    with pytest.raises(FileFormatError, match="directory"):
        unpickle_pysmac_config(tmp_path)
