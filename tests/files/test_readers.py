"""The readers under their old names: what they returned for recorded runs, and what was broken in the original."""

import io
import json
import textwrap

import numpy as np
import pytest

from pysmac_compat import FileFormatError
from pysmac_compat.utils import smac_input_readers, smac_output_readers, state_merge

READERS = ("wd", "out", "scenario")


@pytest.fixture
def results(java_runs):
    return java_runs.joinpath("readers", *READERS)


def _kinds(value):
    return sorted(value) if isinstance(value, dict) else [sorted(each) for each in value]


@pytest.mark.parametrize(
    ("function", "file"),
    [
        ("read_trajectory_file", "traj-run-0.txt"),
        ("read_paramstrings_file", "state-run0/paramstrings-it3.txt"),
        ("read_instances_file", "state-run0/instances.txt"),
        ("read_validationCallStrings_file", "validationCallStrings-traj-run-0-walltime.csv"),
    ],
)
def test_recorded_return_values(results, java_notes, function, file):
    returned = getattr(smac_output_readers, function)(str(results / file))
    assert repr(returned)[:3000] == java_notes("readers")[function]


def test_runs_and_results(results, java_notes):
    returned = smac_output_readers.read_runs_and_results_file(str(results / "state-run0/runs_and_results-it3.csv"))
    assert returned.shape == (25, 14)
    assert returned.dtype == np.float64
    assert repr(returned.tolist())[:3000] == java_notes("readers")["read_runs_and_results_file"]


def test_results_are_coded(java_runs):
    path = java_runs.joinpath("tlimit_cpu", *READERS, "state-run0")
    runs = smac_output_readers.read_runs_and_results_file(next(path.glob("runs_and_results*")))
    assert runs[:, 12].tolist() == [2, -1, *[0] * (len(runs) - 2)]


def test_scenario(java_runs, java_notes):
    returned = smac_input_readers.read_scenario_file(str(java_runs / "readers" / "wd" / "scenario.dat"))
    assert repr(returned) == java_notes("readers")["read_scenario_file"]


def test_scenario_options_have_one_name_each(tmp_path):
    path = tmp_path / "scenario.txt"
    path.write_text("# old names\nparamFile = p\ncutoffTime= 5\ndeterministic =1\n\nexecDir = a = b\nmine = x\n")
    expected = {"paramfile": "p", "cutoff_time": "5", "deterministic": "1", "execdir": "a = b", "mine": "x"}
    assert smac_input_readers.read_scenario_file(path) == expected


def test_features(java_runs, java_notes):
    returned = smac_output_readers.read_instance_features_file(str(java_runs / "readers" / "wd" / "features.dat"))
    # the original left the end of the line in the last name
    assert repr(returned) == java_notes("readers")["read_instance_features_file_wd"].replace("\\n", "")


def test_json_parse(java_runs):
    path = java_runs.joinpath("deterministic", *READERS, "live-rundata-0.json")
    with open(path) as stream:
        values = list(smac_output_readers.json_parse(stream))
    assert len(values) == 31
    assert _kinds(values[0]) == [
        ["@pi-id", "pi-features", "pi-instance-id(deprecated)", "pi-instance-specific-info", "pi-name"]
    ]
    assert "r-runtime" in values[1]
    with open(path) as stream:
        assert list(smac_output_readers.json_parse(stream, json.JSONDecoder(), 3)) == values


def test_json_parse_of_a_run_of_the_original(java_notes, java_runs):
    """The kinds of values of a run with instances, as the original's reader gave them."""
    path = java_runs.joinpath("instances_features", *READERS, "live-rundata-0.json")
    with open(path) as stream:
        values = list(smac_output_readers.json_parse(stream))
    recorded = json.loads(java_notes("readers")["json_parse"].replace("'", '"'))
    assert _kinds(values[0])[0] == recorded[0][0]
    assert [_kinds(value) for value in values[1:6]] == recorded[1:]


def test_json_parse_of_numbers_at_the_end_of_a_buffer():
    assert list(smac_output_readers.json_parse(io.StringIO("12 345 [6]7"), buffersize=1)) == [12, 345, [6], 7]
    with pytest.raises(FileFormatError, match=r"<stream>, line 2: expected a JSON value"):
        list(smac_output_readers.json_parse(io.StringIO('{"a": 1}\n{"b": ')))


def test_objective_matrix_of_a_deterministic_run(results):
    """The original raised AttributeError."""
    file = results / "validationObjectiveMatrix-traj-run-0-walltime.csv"
    returned = smac_output_readers.read_validationObjectiveMatrix_file(file)
    assert returned == {3: [11.839036800888827], 4: [18.23859896132653]}


def test_objective_matrix_with_seeds(tmp_path):
    path = tmp_path / "matrix.csv"
    header = '"Problem Instance","Seed","Objective of validation config #1","Objective of validation config #2"\n'
    path.write_text(header + '"id_3","17","1.0","5.0"\n"id_3","18","2.0","7.0"\n"id_12","17","4.0","1.0E9"\n')
    returned = smac_output_readers.read_validationObjectiveMatrix_file(path)
    assert returned == {3: [1.5, 6.0], 12: [4.0, 1e9]}


def test_read_pcs_of_pysmac_itself(java_runs):
    """The original returned nothing."""
    parameters, conditionals, forbiddens = smac_input_readers.read_pcs(
        java_runs / "conditional_forbidden" / "wd" / "parameters.pcs"
    )
    assert parameters["lr"] == ("real", [0.0001, 1.0], 0.1, "log")
    assert parameters["depth"] == ("integer", [1, 9], 3)
    assert parameters["algo"] == ("categorical", ["a", "b", "c"], "a")
    assert parameters["size"] == ("ordinal", ["16", "32", "64"], "32")
    assert conditionals[:2] == ["lr | algo in {a, b}", "depth | algo == b"]
    assert forbiddens == ["{algo=b, mode=y}", "{depth > 6 && lr > 0.5}", "{size == 64 && flag < 1}"]


_OLD_FORMAT = """\
# a solver
x [0.1, 1] [0.5]l
n [1, 9] [3]i
m [1,1000][30]il   # both
c {a, b,c} [a]
Conditionals:
n | c in {a, b}
Forbidden:
{c=a, n=9}
"""


def test_read_pcs_of_the_older_format(tmp_path):
    (tmp_path / "old.pcs").write_text(_OLD_FORMAT)
    parameters, conditionals, forbiddens = smac_input_readers.read_pcs(str(tmp_path / "old.pcs"))
    assert parameters == {
        "x": ([0.1, 1.0], 0.5, "log"),
        "n": ([1, 9], 3, "int"),
        "m": ([1, 1000], 30, "int", "log"),
        "c": ({"a", "b", "c"}, "a"),
    }
    assert (conditionals, forbiddens) == (["n | c in {a, b}"], ["{c=a, n=9}"])
    smac_input_readers.write_pcs(str(tmp_path / "new.pcs"), parameters, forbiddens, conditionals)
    assert smac_input_readers.read_pcs(tmp_path / "new.pcs") == (parameters, conditionals, forbiddens)
    assert "m [1, 1000] [30]il\n" in (tmp_path / "new.pcs").read_text()


def test_comments_behind_clauses(tmp_path):
    """Choices and quotes keep their ``#``."""
    lines = """\
        x real [0, 1] [0.5]  # real
        c categorical {a, "b#1", "c #2"}[a]  # a # in quotes
        o ordinal {"#1","#2"}["#1"]
        x | c == a  # one
        x | c in {a, b#1}# two # and more
        x | c == "c #2" # three
        {c = b#1, o = #2} # four
        {x > 0.5 && c != 'b#1'}# five
    """
    (tmp_path / "new.pcs").write_text(textwrap.dedent(lines))
    parameters, conditionals, forbiddens = smac_input_readers.read_pcs(tmp_path / "new.pcs")
    assert list(parameters) == ["x", "c", "o"]
    assert conditionals == ["x | c == a", "x | c in {a, b#1}", 'x | c == "c #2"']
    assert forbiddens == ["{c = b#1, o = #2}", "{x > 0.5 && c != 'b#1'}"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x real [0, 1]", "expected '\\['"),
        ("x real [0, 1] [2]", "the default 2.0 is outside"),
        ("x real [0, 1, 2] [1]", "expected a range"),
        ("x real [0, one] [1]", "expected a number, got 'one'"),
        ("x integer [0, 1.5] [1]", "expected a whole number"),
        ("x real [0, 1] [1] lag", "unexpected 'lag'"),
        ("x categorical {a,b} [c]", "the default 'c' is not among the choices"),
        ("x categorical {a,b [a]", "expected words"),
        ("x {a,b} [a]l", "unexpected 'l'"),
        ("x {a,b} [a", "expected words"),
        ("{a=b", "expected a forbidden clause"),
        ("something else", "expected a parameter or a clause"),
        ("y real [1, 2] [1]", "defined twice"),
    ],
)
def test_bad_lines_of_a_pcs_file(tmp_path, line, message):
    path = tmp_path / "bad.pcs"
    path.write_text(f"y real [0, 1] [0]\n\n{line}\n")
    with pytest.raises(FileFormatError, match=rf"bad\.pcs, line 3: .*{message}"):
        smac_input_readers.read_pcs(path)


def test_convert_param_dict_types(java_runs):
    pcs = {"x": ("real", [0, 1], 0.5), "b": ("categorical", [True, False], True), "s": ({"1", "2"}, "1")}
    pcs["n"] = ([1, 9], 3, "int")
    values = {"x": "1.0E-3", "b": "False", "s": "2", "n": "7"}
    returned = smac_output_readers.convert_param_dict_types(values, pcs)
    assert returned is values
    assert values == {"x": 0.001, "b": False, "s": "2", "n": 7}
    assert list(map(type, values.values())) == [float, bool, str, int]
    with pytest.raises(ValueError, match=r"parameter 'n': '10' is not in \[1, 9\]"):
        smac_output_readers.convert_param_dict_types({"n": "10"}, pcs)
    with pytest.raises(ValueError, match="there is no parameter 'z'"):
        smac_output_readers.convert_param_dict_types({"z": "10"}, pcs)


def test_read_state_run_folder(java_runs):
    folder = java_runs.joinpath("instances_features_used", *READERS, "state-run0")
    configurations, instances, features, runs = state_merge.read_sate_run_folder(str(folder))
    assert configurations[0] == {"x": "4.0", "y": "7"}
    assert instances == [[f"id_{i}"] for i in range(5)]
    names, values = features
    assert names == ["feature0", "feature1", "feature2"]
    assert values["id_3"].tolist() == [3.0, 9.0, 0.30000000000000004]
    assert runs.shape == (40, 14)
    folder = java_runs.joinpath("deterministic", *READERS, "state-run0")
    assert state_merge.read_sate_run_folder(folder, rar_fn="runs_and_results-it?.csv")[2] is None
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nothing\.csv"):
        state_merge.read_sate_run_folder(folder, "nothing.csv")


def test_find_largest_file(tmp_path):
    for name, size in (("a-it9", 1), ("a-it10", 30), ("a-it2", 20)):
        (tmp_path / name).write_text("x" * size)
    assert state_merge.find_largest_file(str(tmp_path / "a-it*")) == str(tmp_path / "a-it10")


@pytest.mark.slow
def test_names_under_pysmac(tmp_path):
    import subprocess
    import sys

    script = tmp_path / "script.py"
    script.write_text(
        "import pysmac\n"
        "assert pysmac.utils.__name__ == 'pysmac_compat.utils'\n"
        "import pysmac.utils.smac_output_readers as readers\n"
        "from pysmac.utils.state_merge import state_merge, read_sate_run_folder, find_largest_file\n"
        "from pysmac.utils.smac_input_readers import read_pcs, write_pcs, read_scenario_file\n"
        "from pysmac.utils.smac_output_readers import *\n"
        "assert read_trajectory_file is readers.read_trajectory_file\n"
        "print(readers.__name__)\n"
    )
    for arguments in (
        ["-m", "pysmac_compat", str(script)],
        ["-c", f"import pysmac_compat; pysmac_compat.install_as_pysmac(); exec(open({str(script)!r}).read())"],
    ):
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
        assert done.stdout == "pysmac_compat.utils.smac_output_readers\n", done.stderr
