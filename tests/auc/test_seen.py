"""The progress bar of a search of AutoMAX, and its result as loaded from the files."""

import json

import pytest

from automax import AutoMAXConfigration
from pysmac_compat import ArgumentError, load_result
from pysmac_compat.files.checksums import checked_line

from .searches import broken, outcome, search, trained

pytestmark = pytest.mark.slow


def test_the_result_from_the_folder(tmp_path):
    """Scores keep their sign, and choices keep their type."""
    tuner = search(tmp_path, 6, more={"broken": broken([0, 1], 1)})
    tuner.optimize()
    result = load_result(tmp_path / "search")
    assert result.search.maximize
    assert result.value == tuner.best_score == tuner.result.value
    assert result.active_configuration == tuner.result.active_configuration
    trials = [(t["space"], t["status"] == "finished") for t in tuner.log]
    assert [(e.configuration, e.succeeded) for e in result] == trials
    assert [e.value for e in result if e.succeeded] == [t["val"] for t in tuner.log if t["status"] == "finished"]
    assert set(result.to_frame()["pair"]) <= {(1, 2), (3, 4)}
    assert result.stopped_because == "max_evaluations reached"
    assert repr(load_result(tmp_path)) == repr(result)


def test_the_line_that_moves(tmp_path, capsys):
    search(tmp_path, 3, progress=True).optimize()
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith("trial ")] == [
        f"trial {n}/3" for n in (1, 2, 3)
    ]
    assert "3/3" in err
    assert "best 0." in err.rpartition("\r")[2]


def test_progress_is_a_flag():
    with pytest.raises(ArgumentError, match="progress must be true or false, got 'auto'"):
        AutoMAXConfigration(progress="auto")


def test_a_journal_of_negative_scores_goes_on(tmp_path):
    """Earlier versions wrote such journals. No known trial is trained again."""
    before = search(tmp_path, 4)
    before.optimize()
    (path,) = (tmp_path / "search").rglob("journal-run-0.jsonl")
    head, *lines = map(json.loads, path.read_text().splitlines())
    del head["maximize"], head["crc"]
    head["failure_value"] *= -1
    for line in lines:
        del line["crc"]
        line.update(value=-line["value"], quality=-line["quality"])
    path.write_text("".join(map(checked_line, (head, *lines))))
    after = search(tmp_path, 6)
    with pytest.warns(
        UserWarning,
        match="belongs to another search: maximize.*starts again, but trials that have a result are",
    ):
        after.optimize()
    assert trained(tmp_path) == 6
    assert outcome(after.log)[:4] == outcome(before.log)
    assert load_result(tmp_path).value == after.best_score >= before.best_score
