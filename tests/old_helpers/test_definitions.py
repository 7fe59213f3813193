"""`process_parameter_definitions`: PCS lines, as recorded from the original."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.remote_smac import process_parameter_definitions, process_single_parameter_definition

DATA = Path(__file__).parents[1] / "data"
#: what the original turned into lines and we refuse: see docs/compatibility.md
REFUSED = {"cat_default_equal_float", "cat_tuples", "name_empty", "name_hash", "name_space"}
#: values with punctuation, which the original wrote as they are, so that nothing could read them
QUOTED = {
    "cat_brace_in_value": 'c categorical {"a}b","{c"}["{c"]',
    "cat_comma_in_value": 'c categorical {"a,b",c}[c]',
    "cat_hash_in_value": 'c categorical {"a#b",c}[c]',
    "cat_quote_in_value": 'c categorical {"it\'s",b}["it\'s"]',
}


def recorded():
    with gzip.open(DATA / "invalid_shared.jsonl.gz", "rt") as file:
        return [row for row in map(json.loads, file) if "python_check" in row]


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_the_original_wrote():
    seen = set()
    for row in recorded():
        definition = eval(row["parameter_dict_py"], {"np": np})
        check = row["python_check"]
        if row["id"] in REFUSED or not check["accepted"]:
            continue
        lines, types = process_parameter_definitions(definition)
        expected = [QUOTED[row["id"]]] if row["id"] in QUOTED else check["pcs_lines"]
        assert lines == expected, row["id"]
        assert {name: kind.__name__ for name, kind in types.items()} == check["parser"], row["id"]
        seen.update(lines)
    assert len(seen) > 30


@pytest.mark.parametrize("identity", sorted(REFUSED))
def test_refused(identity):
    (row,) = [row for row in recorded() if row["id"] == identity]
    with pytest.raises(ValueError, match="parameter"):
        process_parameter_definitions(eval(row["parameter_dict_py"]))


def test_a_run_with_all_types_of_values():
    definition = {
        "r": ("real", [0, 10], 3),
        "rl": ("real", [1, 1000], 10, "log"),
        "i": ("integer", [1, 20], 3),
        "il": ("integer", [1, 1000], 30, "log"),
        "ci": ("categorical", [3, 1, 2], 3),
        "cf": ("categorical", [0.1, 1e-05, 2.0], 0.1),
        "cb": ("categorical", [True, False], False),
        "of": ("ordinal", [0.5, 1.5], 0.5),
        "cn": ("categorical", [np.float64(0.25), np.float64(0.75)], np.float64(0.25)),
    }
    lines, types = process_parameter_definitions(definition)
    assert lines == [
        "r real [0, 10] [3]",
        "rl real [1, 1000] [10] log",
        "i integer [1, 20] [3]",
        "il integer [1, 1000] [30] log",
        "ci categorical {3,1,2}[3]",
        "cf categorical {0.1,1e-05,2.0}[0.1]",
        "cb categorical {True,False}[False]",
        "of ordinal {0.5,1.5}[0.5]",
        "cn categorical {0.25,0.75}[0.25]",
    ]
    assert list(types.values()) == [float, float, int, int, int, float, bool, float, float]


def test_the_lines_can_be_read(tmp_path):
    definition = {"c": ("categorical", ["a,b", "it's", 'a "b"', "}"], "a,b"), "x": ("real", [1, 2], 1.5, "log")}
    lines, _ = process_parameter_definitions(definition)
    (tmp_path / "parameters.pcs").write_text("\n".join(lines))
    assert read_pcs(tmp_path / "parameters.pcs") == (definition, [], [])


def test_the_untyped_dialect():
    assert process_single_parameter_definition("n", ([0.0, 9.0], 3.0, "int", "log")[:3]) == (
        "n integer [0, 9] [3]",
        int,
    )
    assert process_single_parameter_definition("k", ({"b", "a"}, "b")) == ("k categorical {a,b}[b]", str)
    kind = process_single_parameter_definition("k", ("categorical", [None, "a"], None))[1]
    assert issubclass(kind, str)
    assert (kind("None"), kind("a")) == (None, "a")
    assert type(kind("a")) is str
    assert process_single_parameter_definition("k", ("categorical", ["None", "a"], "a"))[1] is str
