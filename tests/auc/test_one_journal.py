"""A search of AutoMAX has the record of `SMAC_optimizer`: its journal, its lock, its numbers."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import pytest
from ConfigSpace import Categorical, Float

import automax
from automax import AutoMAXConfigration, autopartial
from automax.core.record import TrialRecord
from pysmac_compat import SMAC_optimizer

from .searches import Fit, broken, outcome, search, trained
from .test_resume import record_of, run

pytestmark = pytest.mark.slow


def journal(folder):
    (path,) = (folder / "search").rglob("journal-run-0.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_trial_stands_in_the_journal_and_has_a_summary_of_its_own(tmp_path):
    tuner = search(tmp_path, 5, more={"broken": broken([0, 1, 2], 2)})
    tuner.optimize()
    _, *lines = journal(tmp_path)
    assert [line["index"] for line in lines] == [t["number"] for t in tuner.log] == [1, 2, 3, 4, 5]
    for line, trial in zip(lines, tuner.log, strict=True):
        assert line["status"] == ("SAT" if trial["status"] == "finished" else "CRASHED")
        assert json.loads((tmp_path / "search" / "trials" / trial["key"] / "summary.json").read_text())["key"]
        if trial["status"] == "finished":
            assert line["value"] == trial["val"]
    assert not list((tmp_path / "search" / "trials").rglob("summary.json.*"))


def test_the_files_hold_no_trainer(tmp_path):
    """A trainer may contain all data, which would make the files large."""
    search(tmp_path, 2, more={"pause": 0.0123456}).optimize()
    (path,) = (tmp_path / "search").rglob("pysmac_config.pkl")
    assert path.stat().st_size < 1000


def test_a_summary_that_is_gone_is_made_of_the_journal(tmp_path):
    tuner = search(tmp_path, 5, more={"broken": broken([0, 2], 2)})
    tuner.optimize()
    shutil.rmtree(tmp_path / "search" / "trials")
    again = search(tmp_path, 5, more={"broken": broken([0, 2], 2)})
    assert again.log == []
    again.optimize()
    assert trained(tmp_path) == 5
    for name in ("space", "val", "status", "number"):
        assert [t[name] for t in again.log] == [t[name] for t in tuner.log], name
    assert again.best_score == tuner.best_score


def test_a_summary_without_its_line_in_the_journal(tmp_path):
    """After a kill between the two writes, the search proposes the trial once more, but it is not trained again."""
    tuner = search(tmp_path, 5)
    tuner.optimize()
    (path,) = (tmp_path / "search").rglob("journal-run-0.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    again = search(tmp_path, 5)
    again.optimize()
    assert (trained(tmp_path), outcome(again.log)) == (5, outcome(tuner.log))
    assert len(journal(tmp_path)) == 6


@pytest.mark.parametrize("change", [{"workers": 2}, {"trial_time_limit": 9.0}, {"trial_memory_limit": 2000.0}])
@pytest.mark.filterwarnings("ignore:.*the search starts again, but trials that have a result are not trained again")
def test_a_search_goes_on_with_other_workers_and_limits(change, tmp_path):
    first = search(tmp_path, 4, more={"broken": broken([0, 1, 2], 2)})
    first.optimize()
    more = search(tmp_path, 6, more={"broken": broken([0, 1, 2], 2)}, **change)
    more.optimize()
    assert outcome(more.log)[:4] == outcome(first.log)
    assert [t["number"] for t in more.log] == [1, 2, 3, 4, 5, 6]
    count = trained(tmp_path)
    assert count == 6
    last = search(tmp_path, 6, more={"broken": broken([0, 1, 2], 2)}, **change)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*starts from the beginning")
        last.optimize()
    assert (trained(tmp_path), last.log) == (count, more.log)


@pytest.mark.parametrize("where", ["configuration", "x"])
def test_a_journal_that_the_search_does_not_come_to_again(where, tmp_path):
    """With another version of a library, for example. The known trials are used, and the old journal is kept."""
    first = search(tmp_path, 5)
    first.optimize()
    (path,) = (tmp_path / "search").rglob("journal-run-0.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace('"x": 0.', '"x": 0.1') if where == "x" else "no line\n"
    path.write_text("".join(lines))
    more = search(tmp_path, 7)
    with pytest.warns(
        UserWarning, match="the search starts again, but trials that have a result are not trained again"
    ):
        best = more.optimize()
    assert outcome(more.log)[:5] == outcome(first.log)
    assert trained(tmp_path) == len(more.log) == 7
    assert dict(best) == max(more.log, key=lambda t: t["val"])["space"]
    assert list((tmp_path / "search").rglob("old-*journal-run-0.jsonl*"))


def test_the_best_is_kept_while_the_search_goes_on(tmp_path):
    kept, record = tmp_path / "experiment_best" / "checkpoint", TrialRecord(tmp_path / "search")
    process = run(tmp_path, 1.0)
    try:
        while True:
            log = record.trials()
            assert len(log) < 8
            with contextlib.suppress(FileNotFoundError):  # the folder is being copied
                if len(log) > 2 and kept.read_text() == repr(max(log, key=lambda t: t["val"])["space"]["x"]):
                    break
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("overwrite", [True, False])
def test_nothing_of_a_search_that_goes_on_is_moved(overwrite, tmp_path, monkeypatch):
    monkeypatch.setattr("pysmac_compat.optimizer.PATIENCE", 0.2)
    process = run(tmp_path, 600.0)
    try:
        while not (tmp_path / "trained").exists():
            time.sleep(0.02)
        before = record_of(tmp_path)
        for settings in ({}, {"SEED": 3}, {"workers": 2}):
            with pytest.raises(ValueError, match=rf"another process \({process.pid}\) is working on this run"):
                search(tmp_path, 8, overwrite=overwrite, **settings).optimize()
        tuner = search(tmp_path, 8, overwrite=True)
        with pytest.raises(ValueError, match="is working on this run"):
            tuner.train(tuner.configspace.get_default_configuration())
        assert record_of(tmp_path) == before
        assert not list(tmp_path.glob("*-old-*"))
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()


class Forking(Fit):
    """Leaves a process behind that does not end with the trial."""

    def train(self):
        super().train()
        if os.fork() == 0:
            os.setsid()
            Path(self.args.output_path, f"left-{os.getpid()}").touch()
            time.sleep(600)
            os._exit(0)


def test_what_a_trial_forks_does_not_have_the_lock(tmp_path, monkeypatch):
    def forking(folder):
        return autopartial(
            Forking,
            folder,
            x=Float("x", (0.0, 1.0), default=0.9),
            pair=Categorical("pair", [(1, 2), (3, 4)], default=(3, 4)),
        )

    monkeypatch.setattr("pysmac_compat.optimizer.PATIENCE", 0.0)
    search(tmp_path, 1, make=forking).optimize()
    left = [int(path.name.removeprefix("left-")) for path in tmp_path.glob("left-*")]
    try:
        assert search(tmp_path, 2).optimize()
        assert trained(tmp_path) == 2
    finally:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_ctrl_c_leaves_the_best(tmp_path):
    tuner = search(tmp_path, 50, more={"pause": 0.2})

    def interrupt():
        while not (tmp_path / "trained").exists() or trained(tmp_path) < 4:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        tuner.optimize()
    thread.join()
    assert 3 <= len(tuner.log) < 50
    best = max(tuner.log, key=lambda t: t["val"])
    assert tuner.best_score == best["val"]
    assert (tmp_path / "experiment_best" / "checkpoint").read_text() == repr(best["space"]["x"])


def test_an_argument_of_the_name_of_a_keyword(tmp_path):
    def make(seed, instance):
        return SimpleNamespace(train=lambda: None, state=SimpleNamespace(train_summary={"val": seed + instance}))

    part = autopartial(make, seed=Float("seed", (0.0, 1.0)), instance=Float("instance", (0.0, 1.0)))
    tuner = search(tmp_path, 3, make=lambda folder: part)
    tuner.optimize()
    assert [t["val"] for t in tuner.log] == [t["space"]["seed"] + t["space"]["instance"] for t in tuner.log]


def line_of(call):
    with pytest.warns() as caught:
        call()
    return [(warning.filename, str(warning.message)) for warning in caught]


def test_warnings_point_at_the_line_of_the_user(tmp_path):
    """The warnings of both packages do, even if one package calls the other."""
    cases = [
        (lambda: AutoMAXConfigration(n_configs=3), "n_configs has no effect"),
        (
            lambda: automax.parse_hyperparameters_from_dict({"a": {"val": ["b", "c"], "log": True}}),
            "log has no effect",
        ),
        (lambda: SMAC_optimizer(deterministic=True), "deprecated"),
    ]
    tuner = search(tmp_path, 2)
    tuner.smac_options["num-pca"] = 3  # the warning comes from deep inside minimize()
    cases.append((tuner.optimize, "num-pca"))
    for call, text in cases:
        assert [(__file__, True)] == [(file, text in message) for file, message in line_of(call)]


def test_what_a_killed_process_has_left_is_removed(tmp_path):
    """Unfinished files and copies of the best folder are removed, unless another search or a live process owns them."""
    search(tmp_path, 3).optimize()
    ended, lives = ended_process(), os.getppid()
    (trial, *_) = (tmp_path / "search" / "trials").iterdir()
    parts = [tmp_path / "search" / "search.json", tmp_path / "search" / "state.pkl", trial / "summary.json"]
    best, others = tmp_path / "experiment_best", {"search": "another", "begun": "1.0"}
    for process in (ended, lives):
        for path in parts:
            path.with_name(f"{path.name}.{process}").write_text("{")
        for word in ("new", "before"):
            shutil.copytree(best, tmp_path / f"experiment_best-{word}-{process}")
    foreign = tmp_path / f"experiment_best-before-{ended_process()}"
    shutil.copytree(best, foreign)
    (foreign / "trial.json").write_text(json.dumps(others))
    mine = [tmp_path / "search" / "notes.json.1", trial / f"model.{ended}"]
    for path in mine:
        path.touch()
    search(tmp_path, 3).optimize()
    for path in parts:
        assert [each.name for each in path.parent.glob(f"{path.name}.*")] == [f"{path.name}.{lives}"]
    left = sorted(path.name for path in tmp_path.glob("experiment_best-*"))
    assert left == [f"experiment_best-before-{lives}", f"experiment_best-new-{lives}", "experiment_best-old-1"]
    assert json.loads((tmp_path / "experiment_best-old-1" / "trial.json").read_text()) == others
    assert all(path.exists() for path in mine)


def test_a_trial_that_was_killed_before_it_answered_has_failed(tmp_path, monkeypatch):
    """Its summary exists, but the search got no answer. The log and the returned configuration follow the search."""
    script, write = os.getpid(), TrialRecord.write

    def write_and_die(self, trial):
        write(self, trial)
        if os.getpid() != script and trial["number"] == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(TrialRecord, "write", write_and_die)
    tuner = search(tmp_path, 3)
    best = tuner.optimize()
    assert [trial["status"] for trial in tuner.log] == ["finished", "finished", "failed"]
    assert "SIGKILL" in tuner.log[2]["message"]
    assert dict(best) == tuner.log[1]["space"]
    assert (tmp_path / "experiment_best" / "checkpoint").read_text() == repr(best["x"])
    assert search(tmp_path, 3).optimize() == best
    assert trained(tmp_path) == 3


def ended_process():
    """Return the id of a process that has just ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid
