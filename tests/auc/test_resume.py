import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from ConfigSpace import Float

from automax import AutoMAX, AutoMAXConfigration, autopartial
from automax.core.record import TrialRecord, move_aside

from .searches import broken, outcome, search, trained, trainer

pytestmark = pytest.mark.slow


def record_of(folder):
    """Return all files of a search, without locks and by-products."""
    found = {}
    for path in sorted((folder / "search").rglob("*.json*")):
        if "smac3" not in path.parts:
            found[str(path.relative_to(folder))] = path.read_text()
    return found


def test_a_finished_search_is_not_trained_again(tmp_path):
    first = search(tmp_path)
    best = first.optimize()
    second = search(tmp_path)
    assert (second.finished, second.best_score, second.log) == (6, first.best_score, first.log)
    assert second.optimize() == best
    assert trained(tmp_path) == 6
    assert outcome(second.log) == outcome(first.log)


def test_tuples_survive(tmp_path):
    search(tmp_path, 3).optimize()
    again = search(tmp_path, 3)
    assert all(isinstance(t["space"]["pair"], tuple) for t in again.log)
    assert again.optimize()["pair"] in [(1, 2), (3, 4)]


def test_more_trials(tmp_path):
    search(tmp_path, 5).optimize()
    more = search(tmp_path, 9)
    more.optimize()
    assert len(more.log) == trained(tmp_path) == 9
    assert more.best_score == max(t["val"] for t in more.log)
    again = search(tmp_path, 9)
    again.optimize()
    assert trained(tmp_path) == 9
    fewer = search(tmp_path, 4)
    fewer.optimize()
    assert trained(tmp_path) == 9


def test_nothing_asks_on_stdin(tmp_path, monkeypatch):
    """SMAC3 asks on stdin if it finds the files of a search with other settings."""

    def asked(*args):
        raise AssertionError("it asked")

    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setattr("sys.stdin", None)
    for n_trials, overwrite in ((3, False), (5, False), (4, False), (3, True)):
        tuner = search(tmp_path, n_trials, overwrite=overwrite)
        tuner.optimize()
        assert tuner.smac.runhistory.finished == len(tuner.log) >= n_trials


def test_failed_trials_are_not_tried_again(tmp_path):
    more = {"broken": broken([0, 1, 2], 2)}
    first = search(tmp_path, 8, more=more)
    first.optimize()
    assert {t["status"] for t in first.log} == {"failed", "finished"}
    count = trained(tmp_path)
    second = search(tmp_path, 8, more=more)
    second.optimize()
    assert trained(tmp_path) == count
    assert outcome(second.log) == outcome(first.log)


def test_overwrite_moves_the_old_search_aside(tmp_path):
    search(tmp_path, 3).optimize()
    old = record_of(tmp_path)
    for number in (1, 2):
        tuner = search(tmp_path, 4, overwrite=True)
        assert tuner.finished == 0
        assert tuner.log == []
        tuner.optimize()
        assert len(tuner.log) == 4
        assert (tmp_path / f"search-old-{number}").is_dir()
        assert (tmp_path / f"experiment_best-old-{number}").is_dir()
    for name, text in old.items():
        assert (tmp_path / name.replace("search", "search-old-1", 1)).read_text() == text


def test_another_search_below_the_same_experiment_name_takes_no_folder_away(tmp_path):
    first = search(tmp_path, 3)
    first.optimize()
    other = AutoMAX(
        trainer(tmp_path), AutoMAXConfigration(name="b", output_directory=str(tmp_path), n_trials=3), "AUROC"
    )
    other.optimize()
    assert first.log[0]["space"] == other.log[0]["space"]
    assert len({t["directory"] for t in (*first.log, *other.log)}) == 6


def test_looking_at_a_search_moves_nothing(tmp_path):
    search(tmp_path, 3).optimize()
    search(tmp_path, 3, overwrite=True)
    assert len(search(tmp_path, 3).log) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SEED": 3}, "SEED has changed"),
        ({"target": "AUPRC"}, "the target metric has changed"),
        ({"more": {"broken": broken([0, 1], 0)}}, "the search space has changed"),
        ({"deterministic": False}, "deterministic has changed"),
    ],
)
def test_another_search_is_refused(change, message, tmp_path):
    search(tmp_path, 2).optimize()
    before = record_of(tmp_path)
    with pytest.raises(ValueError, match=message + ".*another name or folder, or start a new search"):
        search(tmp_path, 2, **change).optimize()
    assert record_of(tmp_path) == before


def identified(identity):
    def make(folder):
        part = trainer(folder)
        part.identity = identity
        return part

    return make


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ({"data": "b", "model": {"sizes": [64, 8]}}, 'data was "a", now it is "b"'),
        ({"data": "a", "model": {"sizes": (64, 9)}}, r"model\.sizes was \[64, 8\], now it is \[64, 9\]"),
        ({"data": "a", "model": {"sizes": [64, 8]}, "epochs": 3}, "epochs was null, now it is 3"),
        ({"data": "a"}, r"model\.sizes was \[64, 8\], now it is null"),
        ({"data": print}, r"trainer\.identity must be a dict that JSON can hold"),
    ],
)
def test_another_trainer_is_refused(new, message, tmp_path):
    old = {"data": "a", "model": {"sizes": (64, np.int64(8))}, "pretrained": None}
    search(tmp_path, 2, make=identified(old)).optimize()
    before = record_of(tmp_path)
    tuner = search(tmp_path, 2, make=identified(new))
    with pytest.raises(ValueError, match=message):
        tuner.optimize()
    with pytest.raises(ValueError, match=message):
        tuner.train(tuner.configspace.get_default_configuration())
    assert record_of(tmp_path) == before
    search(tmp_path, 2).optimize()  # a trainer without an identity
    search(tmp_path, 2, make=identified({"data": "a", "model": {"sizes": [64, 8]}})).optimize()
    assert trained(tmp_path) == 2


def test_a_search_that_did_not_say_what_it_trains(tmp_path):
    search(tmp_path, 2).optimize()
    search(tmp_path, 2, make=identified({"data": "a"})).optimize()
    with pytest.raises(ValueError, match='data was "a", now it is "b".*another name or folder, or start a new search'):
        search(tmp_path, 2, make=identified({"data": "b"})).optimize()


def test_a_line_of_an_older_version_that_was_cut_off(tmp_path):
    a, c = ({"event": "trial", "key": key, "space": {"x": {"__tuple__": [1, {"__tuple__": [2, 3]}]}}} for key in "ac")
    text = [json.dumps(a), '{"event": "trial", "key": "b", "spa', json.dumps(c)]
    (tmp_path / "trials.jsonl").write_text("\n".join(text))
    record = TrialRecord(tmp_path)
    assert [t["key"] for t in record.trials()] == ["a", "c"]
    assert record.find("a")["space"] == {"x": (1, (2, 3))}
    assert record.find("b") is None


def test_move_aside(tmp_path):
    move_aside(tmp_path / "nothing")
    for _ in range(2):
        (tmp_path / "x").mkdir()
        move_aside(tmp_path / "x")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x-old-1", "x-old-2"]


def test_a_missing_best_checkpoint_is_mended(tmp_path):
    first = search(tmp_path)
    best = first.optimize()
    (tmp_path / "experiment_best" / "trial.json").write_text('{"key": "other", "val": 0}')
    (tmp_path / "experiment_best" / "checkpoint").write_text("other")
    search(tmp_path).optimize()
    assert (tmp_path / "experiment_best" / "checkpoint").read_text() == repr(best["x"])


SCRIPT = """
    import sys
    sys.path.insert(0, {tests!r})
    from searches import search
    search({folder!r}, 8, more={{"pause": {pause}}}).optimize()
"""


def run(folder, pause):
    code = textwrap.dedent(SCRIPT.format(tests=str(Path(__file__).parent), folder=str(folder), pause=pause))
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def table_of(text):
    return [line for line in text.splitlines() if line[:1].isdigit()]


@pytest.mark.slow
def test_killed_in_the_middle_of_a_trial_and_resumed(tmp_path):
    whole = tmp_path / "whole"
    undisturbed = table_of(run(whole, 0.0).communicate(timeout=120)[0])
    assert len(undisturbed) == 8

    folder = tmp_path / "killed"
    for kills, wanted in enumerate((2, 5)):
        process = run(folder, 2.5)  # a trial that ends within a second after the kill is kept
        deadline = time.monotonic() + 60
        while True:  # until the trial after the wanted ones has begun; each kill has cost one training
            path = folder / "trained"
            if path.exists() and trained(folder) > wanted + kills:
                break
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        time.sleep(2.7)  # the trial must not have continued
        assert len(TrialRecord(folder / "search").trials()) == wanted
    last = run(folder, 0.0).communicate(timeout=120)[0]
    assert table_of(last) == undisturbed
    assert trained(folder) == 8 + 2  # only the interrupted trials were trained again
    best = [(root / "experiment_best" / "checkpoint").read_text() for root in (whole, folder)]
    assert best[0] == best[1]

    eight = search(folder, 8).log
    more = search(folder, 10)
    found = more.optimize()
    assert (trained(folder), outcome(more.log)[:8]) == (10 + 2, outcome(eight))
    assert more.best_score == max(t["val"] for t in more.log)
    assert (folder / "experiment_best" / "checkpoint").read_text() == repr(found["x"])


def test_fewer_trials_than_are_known_return_the_best_of_all(tmp_path):
    first = search(tmp_path, 8)
    first.optimize()
    kept = (tmp_path / "experiment_best" / "checkpoint").read_text()
    fewer = search(tmp_path, 2)
    fewer.optimize()
    assert (fewer.best_score, len(fewer.log)) == (first.best_score, 8)
    assert (tmp_path / "experiment_best" / "checkpoint").read_text() == kept
    assert trained(tmp_path) == 8


def test_two_starts_of_one_search(tmp_path):
    """The second start is an error with the process id of the first, and changes nothing."""
    first = run(tmp_path, 600.0)
    while not (tmp_path / "trained").exists():
        time.sleep(0.02)
    second = run(tmp_path, 0.0)
    text = second.communicate(timeout=120)[0]
    assert f"another process ({first.pid}) is working on this run" in text
    assert trained(tmp_path) == 1
    first.kill()
    first.communicate()
    run(tmp_path, 0.0).communicate(timeout=120)
    assert trained(tmp_path) == 1 + len(TrialRecord(tmp_path / "search").trials()) == 9


def test_two_searches_of_one_experiment_name(tmp_path):
    """The best model of one search is moved aside, not deleted, when the other search keeps its best model."""

    def named(name, n):
        config = AutoMAXConfigration(name=name, output_directory=str(tmp_path), n_trials=n)
        return AutoMAX(trainer(tmp_path), config, "AUROC")

    named("one", 4).optimize()
    best_of_one = (tmp_path / "experiment_best" / "checkpoint").read_text()
    named("two", 3).optimize()
    named("one", 6).optimize()
    folders = sorted(path.name for path in tmp_path.glob("experiment_best*"))
    assert folders[0] == "experiment_best"
    assert len(folders) >= 3
    assert best_of_one in [(tmp_path / name / "checkpoint").read_text() for name in folders]


NAMED = """
    import sys
    sys.path.insert(0, {tests!r})
    from searches import AutoMAX, AutoMAXConfigration, trainer
    name, seed = sys.argv[1:]
    config = AutoMAXConfigration(name=name, output_directory={folder!r}, n_trials=8, SEED=int(seed))
    AutoMAX(trainer({folder!r}), config, "AUROC").optimize()
"""


def test_two_searches_of_one_experiment_name_at_once(tmp_path):
    """The best folder of each search remains, with a marker of the search. No unfinished copy remains."""
    code = textwrap.dedent(NAMED.format(tests=str(Path(__file__).parent), folder=str(tmp_path)))
    both = [subprocess.Popen([sys.executable, "-c", code, name, seed]) for name, seed in (("one", "1"), ("two", "2"))]
    assert [process.wait(80) for process in both] == [0, 0]
    kept = [(json.loads((path / "trial.json").read_text()), path) for path in tmp_path.glob("experiment_best*")]
    assert {path.name.partition("-")[0] for _, path in kept} == {"experiment_best"}
    assert not [path for _, path in kept if "-new-" in path.name or "-before-" in path.name]
    for name in ("one", "two"):
        log = TrialRecord(tmp_path / name).trials()
        best = max(log, key=lambda trial: trial["val"])
        mine = [path for about, path in kept if about["search"].endswith(name) and about["val"] == best["val"]]
        assert (mine[0] / "checkpoint").read_text() == repr(best["space"]["x"])


class _CtrlC:
    """Is interrupted in the third training, in the process of the search."""

    n = 0

    def __init__(self, x):
        self.state = SimpleNamespace(train_summary={"val": x})

    def train(self):
        _CtrlC.n += 1
        if _CtrlC.n == 3:
            raise KeyboardInterrupt


def test_ctrl_c_says_how_the_search_goes_on(tmp_path, capfd):
    """The message names what AutoMAX has, not minimize(), and the resumed search says what it knows."""

    def again():
        config = AutoMAXConfigration(name="s", output_directory=str(tmp_path), n_trials=4, overwrite=False)
        tuner = AutoMAX(autopartial(_CtrlC, x=Float("x", (0.0, 1.0), default=0.5)), config, "AUROC")
        tuner.smac_options["isolate"] = False
        return tuner

    said = "^stopped after 2 of 4 trials, best val AUROC 1.0.*; overwrite=False .*: resume=True"
    with pytest.raises(KeyboardInterrupt, match=said):
        again().optimize()
    assert "resume:" not in capfd.readouterr().out
    assert len(again().log) == 2
    again().optimize()
    assert capfd.readouterr().out.startswith(
        "resume: 2 of 4 trials have already ended and are not trained again\ntrial 3/4"
    )


def test_the_metric_is_named_before_the_space_that_depends_on_it(tmp_path):
    record = TrialRecord(tmp_path)
    record.describe(space="of AUCMLoss", target="AUROC", SEED=0, deterministic=True)
    # the message names the argument of each interface
    ways = "without --resume; in Python with overwrite=True, for AUCClassifier with resume=False"
    with pytest.raises(ValueError, match=f"cannot be resumed: the target metric has changed.*{ways}"):
        record.check({"space": "of APLoss", "target": "AUPRC", "SEED": 0, "deterministic": True, "identity": None})
