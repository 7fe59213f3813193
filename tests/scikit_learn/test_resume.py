"""A `SMACSearchCV` that is stopped, killed, and resumed."""

import os
import pickle
import re
import signal

import numpy as np
import pytest
from sklearn.model_selection import KFold

from pysmac_compat import SMACSearchCV, load_result

from .small import Fragile, Interrupting, X, Y

LEVELS = [0.5, 0.1, 0.2, 0.3, 0.4, 0.7, 0.8, 0.9]


class Lucky(Interrupting):
    """Its score has a random part."""

    def score(self, X, y):
        return self.level + 1e-3 * np.random.uniform()


def search_in(folder, estimator=None, levels=LEVELS, **more):
    more = {"cv": KFold(3, shuffle=True, random_state=0), "n_iter": 8, "random_state": 0, **more}
    return SMACSearchCV(estimator or Lucky(), {"level": levels}, working_directory=folder, **more)


def rows(search):
    results = search.cv_results_
    return [(e.configuration, e.instance, e.value) for e in search.result_], results["mean_test_score"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_fit_is_repeated(tmp_path, monkeypatch, how):
    np.random.seed(3)
    whole = search_in(None).fit(X, Y)
    np.random.seed(3)
    child = os.fork()
    if child == 0:
        Interrupting.pressed, Interrupting.signal = os.getpid(), how
        try:
            search_in(tmp_path).fit(X, Y)
        except KeyboardInterrupt:
            os._exit(7)
        os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == (7 if how == signal.SIGINT else -signal.SIGKILL)
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "fits").iterdir() if path.name != "start.json"}
    assert 3 <= len(kept) < len(whole.result_)
    np.random.seed(4)  # the fits still begin with the first state
    resumed = search_in(tmp_path, resume=True).fit(X, Y)
    assert rows(resumed) == rows(whole)
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert resumed.best_params_ == {"level": 0.9}
    assert len(load_result(tmp_path)) == len(whole.result_)


@pytest.mark.slow
def test_more_fits_with_the_first_seed(tmp_path):
    first = search_in(tmp_path, random_state=None, n_fits=4).fit(X, Y)
    more = search_in(str(tmp_path), random_state=np.random.RandomState(5), n_fits=7, resume=True).fit(X, Y)
    assert rows(more)[0][:4] == rows(first)[0]
    assert len(more.result_) == 7
    assert more.cv_results_["mean_fit_time"][0] == first.cv_results_["mean_fit_time"][0]


@pytest.mark.slow
def test_more_configurations(tmp_path):
    first = search_in(tmp_path, n_iter=3).fit(X, Y)
    more = search_in(tmp_path, n_iter=6, resume=True).fit(X, Y)
    assert rows(more)[0][: len(first.result_)] == rows(first)[0]
    assert [len(search.cv_results_["params"]) for search in (first, more)] == [3, 6]


@pytest.mark.slow
def test_what_must_stay_the_same(tmp_path):
    begun = search_in(tmp_path, n_fits=4).fit(X, Y)
    again = search_in(tmp_path, n_fits=5, resume=True)

    def refused(what, X=X, y=Y, **changed):
        advice = "give the splitter a random_state, " if what == "the folds of cv" else "change this back, "
        message = f"resume: {what} must be the same as in the earlier search in {tmp_path / 'fits'}; {advice}"
        with pytest.raises(ValueError, match=re.escape(message)):
            search_in(tmp_path, n_fits=5, resume=True, **changed).fit(X, y)

    refused("X", X + 1)
    refused("y", y=1 - Y)
    refused("the folds of cv", cv=KFold(3, shuffle=True))
    refused("the estimator", estimator=Fragile(how="sleep"))
    with pytest.raises(ValueError, match="belongs to another search: parameters: level"):
        search_in(tmp_path, levels=[0.5, 0.6], resume=True).fit(X, Y)
    with pytest.raises(ValueError, match="n_iter must be at least 1"):  # nothing is touched
        search_in(tmp_path, n_iter=0).fit(X, Y)
    assert rows(again.fit(X, Y))[0][:4] == rows(begun)[0]
    (tmp_path / "fits" / "start.json").write_text("{")
    with pytest.raises(ValueError, match=r"resume: .*start.json cannot be read: Expecting"):
        search_in(tmp_path, resume=True).fit(X, Y)


@pytest.mark.slow
def test_files_that_are_missing(tmp_path):
    begun = search_in(tmp_path, n_fits=4).fit(X, Y)
    for path in (tmp_path / "fits").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="resume: results of fits are missing in .*fits; begin anew without resume"):
        search_in(tmp_path, n_fits=4, resume=True).fit(X, Y)
    anew = search_in(tmp_path, n_fits=4).fit(X, Y)
    assert [row[:2] for row in rows(anew)[0]] == [row[:2] for row in rows(begun)[0]]


@pytest.mark.slow
def test_the_data_are_not_in_its_files(tmp_path):
    search_in(tmp_path, n_fits=3).fit(X, Y)
    assert pickle.loads((tmp_path / "pysmac_config.pkl").read_bytes())["function"] is None


@pytest.mark.slow
def test_a_progress_bar(capfd):
    search_in(None, n_fits=4, progress=True).fit(X, Y)
    assert "4/4" in capfd.readouterr().err
