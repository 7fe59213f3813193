"""Damaged and odd files: each reader raises a FileFormatError, or reads something."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pysmac_compat.errors import FileFormatError, PysmacError
from pysmac_compat.files import trajectory, validation_files
from pysmac_compat.files.configuration_texts import read_paramstrings, read_uniq_configurations
from pysmac_compat.files.instances import read_features, read_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.run_results import HEADER, read_runs_and_results
from pysmac_compat.files.rundata import read_rundata
from pysmac_compat.files.scenario_files import read_scenario_by_old_names
from pysmac_compat.space.definition import define

PCS = (
    "x real [0.0001, 1] [0.1] log\nn integer [1, 9] [3]\nc categorical {a,b}[a]\no ordinal {16,32}[32]\n"
    "y [0, 1] [0.5]\nd {a,b} [a]\nn | c == b\n{c=a, o=16}\n{x * n > 5}\n"
)
QUOTED = '"Problem Instance","Seed","Objective of validation config #1"\n"id_3","-1","11.8"\n'
FILES = {
    "pcs": (lambda path: define(*read_pcs(path)), PCS),
    "scenario": (read_scenario_by_old_names, "algo = echo 0\nrun-obj = QUALITY\ncutoff_time = 3600\n# c\n"),
    "instances": (read_instances, "id_0\nid_1 a b\n"),
    "features": (read_features, "instance_name,feature0,feature1\nid_0,1.0,2.0\n"),
    "paramstrings": (read_paramstrings, "1: x='4.0', y='7'\n2: x='2.38', y='8'\n"),
    "uniq_configurations": (read_uniq_configurations, "1,0.9,0.83\n2,0.73,0.94\n"),
    "runs": (read_runs_and_results, HEADER + "1,1,3,31.0,0,3600.0,-1,0.004,0.0,1,31.0,0,0.004,SAT,,0.015,\n"),
    "trajectory": (trajectory.read_trajectory, trajectory.HEADER + "0.0, 1.0, 0.0, 1, 0.0,  x='4.0', y='7'\n"),
    "rundata": (read_rundata, '[{"a": 1}]\n{"b": [1, 2, {"c": "d"}]}\n'),
    "objectives": (validation_files.read_objectives, QUOTED),
}
ODD = ["1e999", "9" * 5000, "nan", "\x00", "é", "\u2028", "(" * 3000, "[" * 3000, "'", '"', ",", "=", "|", "{", "}"]
ODD += ["#", "\\", "\r", "\n", "1_0", "٣", "²", "", "-", "a" * 5000, "\t", "&&", "^", "in", "==", "9" * 400, "\ufeff"]


def refusal(call):
    """The exception of ours that a call raises, if it raises one."""
    try:
        call()
    except PysmacError as error:
        return error
    return None


@pytest.mark.slow
@settings(max_examples=25)
@given(data=st.data())
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", FILES)
def test_damaged_files(tmp_path_factory, kind, data):
    read, text = FILES[kind]
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        text = text[:start] + data.draw(st.sampled_from(ODD)) + text[start + data.draw(st.integers(0, 5)) :]
    path = tmp_path_factory.getbasetemp() / f"{kind}.odd"
    path.write_bytes(text.encode(data.draw(st.sampled_from(["utf-8", "utf-16", "latin-1"])), "replace"))
    error = refusal(lambda: read(str(path)))
    assert error is None or isinstance(error, ValueError)
    assert not isinstance(error, FileFormatError) or str(path) in str(error)
    assert len(str(error)) < 1000


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_file(tmp_path, kind):
    read, _ = FILES[kind]
    with pytest.raises(FileFormatError, match="directory"):
        read(str(tmp_path))
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "missing"))
    with pytest.raises(FileFormatError, match="not a file name"):
        read(os.path.join(str(tmp_path), "a\x00b"))
    (tmp_path / "empty").write_bytes(b"")
    refusal(lambda: read(str(tmp_path / "empty")))


def test_clauses_with_what_cannot_be_printed(tmp_path):
    from pysmac_compat.files.pcs import definition_text
    from pysmac_compat.files.text import write_text

    definition = define(
        {"x": ("real", [0, 1], 0.5), "c": ("categorical", ["a", "b"], "a")},
        ["x | c\r\n==\x0b a # \x00 \ud800"],
        ["{x\t> 1}\x1f# \x07"],
    )
    write_text(tmp_path / "param.pcs", definition_text(definition))
    again = define(*read_pcs(tmp_path / "param.pcs"))
    assert again.conditions == definition.conditions
    assert [each.node for each in again.forbiddens] == [each.node for each in definition.forbiddens]
