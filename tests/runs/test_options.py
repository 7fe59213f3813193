"""Options of SMAC v2: names, aliases, warnings, illegal values, the page that lists them."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import pytest

from pysmac_compat.options import table
from pysmac_compat.options.rows import ROWS
from pysmac_compat.options.smac_options import resolve

from .searches import minimise


def test_options_without_an_effect_say_so():
    with pytest.warns(UserWarning, match="no effect here") as caught:
        resolve({"ipc-mechanism": "TCP", "output-file-suffix": "x"})
    texts = sorted(str(each.message) for each in caught)
    assert len(texts) == 2
    assert texts[0].startswith("smac_options['ipc-mechanism'] has no effect here: the function is called directly")
    assert texts[1].startswith("smac_options['output-file-suffix'] has no effect here: the files have")


@pytest.mark.parametrize(
    ("name", "value", "silent"),
    [
        ("init-mode", "CLASSIC", True),
        ("init-mode", "ITERATIVE_CAPPING", False),
        ("initializationMode", None, False),
        ("rf-impute-mean", True, True),
        ("rf-impute-mean", False, False),
        ("validation-headers", "true", True),
        ("validation-headers", False, False),
        ("save-runs-every-iteration", True, True),
        ("save-runs-every-iteration", False, False),
    ],
)
def test_what_holds_anyway_needs_no_warning(name, value, silent):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        resolve({name: value})
    assert len(caught) == (not silent)
    assert all(f"{name}'] has no effect here: " in str(each.message) for each in caught)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rf-ratio-features", 1.5),
        ("rf-min-variance", 0),
        ("acq-func", "PI"),
        ("intensification-percentage", 1),
        ("kill-run-exceeding-captime-factor", 1),
        ("initial-challengers", 3),
        ("console-log-level", "LOUD"),
        ("num-run", -1),
        ("iteration-limit", 0),
        ("transform-crashed-quality-value", None),
        ("terminate-on-delete", 3),
        ("validate-only-if-walltime-reached", -1),
    ],
)
def test_more_illegal_values_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        minimise([(name, value)])


@pytest.mark.parametrize("name", ["acq-fun", "rf-split", "initial-challenger", "iterations-limit"])
def test_unknown_names_are_refused_with_the_nearest_ones(name):
    with pytest.raises(ValueError, match=f"unknown option '{name}'; did you mean"):
        minimise([(name, 1)])


def test_every_option_has_an_effect_or_a_reason():
    options = table.options()
    assert len(options) == 233 + len(table.UNLISTED)
    for name, option in options.items():
        assert (name in ROWS) == (option.category == "effect"), name
        assert option.category in ("effect", "none")
        assert option.text
        assert "\n" not in option.text
        assert len(option.text) < 160


def test_the_page_of_the_options_is_up_to_date():
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "make_smac_options.py"))["page"]()
    assert (docs / "smac_options.md").read_text(encoding="utf-8") == made


def test_an_argument_that_is_given_as_an_option():
    with pytest.raises(ValueError, match=r"unknown option 'progress': use minimize\(progress=...\)"):
        minimise([("progress", True)])
