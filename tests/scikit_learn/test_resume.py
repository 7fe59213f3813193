"""A `SMACSearchCV` that is stopped, killed, and resumed."""

import os
import pickle
import re
import signal

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import FitFailedWarning
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline

from pysmac_compat import SMACSearchCV, load_result
from pysmac_compat.integrations.scikit_learn.start import hashes

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
    fits = tmp_path / "fits" / "0"
    kept = {path: path.stat().st_mtime_ns for path in fits.iterdir() if path.name != "start.json"}
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
def test_what_must_stay_the_same(tmp_path):
    begun = search_in(tmp_path, n_fits=4).fit(X, Y)
    again = search_in(tmp_path, n_fits=5, resume=True)

    def refused(what, X=X, y=Y, fit=(), **changed):
        advice = "pass the same cv, which needs a random_state" if what == "the folds of cv" else "change this back, "
        message = f"resume: {what} must be the same as in the earlier search in {tmp_path / 'fits' / '0'}; {advice}"
        with pytest.raises(ValueError, match=re.escape(message)):
            search_in(tmp_path, n_fits=5, resume=True, **changed).fit(X, y, **dict(fit))

    refused("X", X + 1)
    refused("y", y=1 - Y)
    refused("the folds of cv", cv=KFold(3, shuffle=True))
    refused("the estimator", estimator=Fragile(how="sleep"))
    refused("scoring", scoring="accuracy")
    refused("return_train_score", return_train_score=True)
    refused("the parameters of fit", fit={"sample_weight": np.ones(90)})
    with pytest.raises(ValueError, match="belongs to another search: n_iter was 8, now it is 9; change this back"):
        search_in(tmp_path, n_iter=9, n_fits=5, resume=True).fit(X, Y)
    with pytest.raises(ValueError, match="belongs to another search: n_jobs was 1, now it is 2; change this back"):
        search_in(tmp_path, n_fits=5, resume=True, n_jobs=2).fit(X, Y)
    with pytest.raises(ValueError, match="belongs to another search: parameters: level"):
        search_in(tmp_path, levels=[0.5, 0.6], resume=True).fit(X, Y)
    with pytest.raises(ValueError, match="n_iter must be at least 1"):  # nothing is touched
        search_in(tmp_path, n_iter=0).fit(X, Y)
    assert rows(again.fit(X, Y))[0][:4] == rows(begun)[0]
    (tmp_path / "fits" / "0" / "start.json").write_text("{")
    with pytest.raises(ValueError, match=r"resume: .*start.json cannot be read: Expecting"):
        search_in(tmp_path, resume=True).fit(X, Y)
    (tmp_path / "fits" / "0" / "start.json").write_text('{"seed": 0, "hashes": null}')
    with pytest.raises(ValueError, match=r"start.json cannot be read: expected an object as 'hashes'"):
        search_in(tmp_path, resume=True).fit(X, Y)
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="working_directory .*file.* is not a folder"):
        search_in(tmp_path / "file").fit(X, Y)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scoring", "refit", "names"), [(None, True, ["score"]), (["accuracy", "f1"], "f1", ["accuracy", "f1"])]
)
def test_files_that_are_missing(tmp_path, scoring, refit, names):
    begun = search_in(tmp_path, n_fits=4, scoring=scoring, refit=refit).fit(X, Y)
    for path in (tmp_path / "fits" / "0").iterdir():
        if path.name != "start.json":
            path.unlink()
    with pytest.warns(UserWarning, match="the results of 4 of 4 fits are missing in .*fits/0; of each, only the score"):
        resumed = search_in(tmp_path, n_fits=4, scoring=scoring, refit=refit, resume=True).fit(X, Y)
    assert list(resumed.result_) == list(begun.result_)
    for name in names:
        means = resumed.cv_results_[f"mean_test_{name}"]
        if name == names[-1]:
            np.testing.assert_array_equal(means, begun.cv_results_[f"mean_test_{name}"])
        else:
            assert np.isnan(means).all()
    assert np.isnan(resumed.cv_results_["mean_fit_time"]).all()
    anew = search_in(tmp_path, n_fits=4, scoring=scoring, refit=refit).fit(X, Y)
    assert [each.configuration for each in anew.result_] == [each.configuration for each in begun.result_]


@pytest.mark.slow
def test_each_seed_has_its_files(tmp_path):
    one = search_in(tmp_path, n_fits=4).fit(X, Y)
    search_in(tmp_path, n_fits=4, random_state=1).fit(X + 1, 1 - Y)
    again = search_in(tmp_path, n_fits=5, resume=True).fit(X, Y)
    assert rows(again)[0][:4] == rows(one)[0]
    with pytest.raises(ValueError, match="resume: X must be the same as in .*fits/1; "):
        search_in(tmp_path, n_fits=5, random_state=1, resume=True).fit(X, Y)


@pytest.mark.slow
def test_other_choices_of_the_same_names_are_refused(tmp_path):
    first, other = ({"clf": {"a": GaussianNB(), "b": GaussianNB(var_smoothing=v)}} for v in (0.1, 0.2))
    keywords = {"cv": 2, "n_iter": 2, "random_state": 0, "working_directory": tmp_path}
    pipeline = Pipeline([("clf", GaussianNB())])
    SMACSearchCV(pipeline, first, **keywords).fit(X, Y)
    with pytest.raises(ValueError, match="resume: the choices of the space must be the same as in"):
        SMACSearchCV(pipeline, other, **keywords, resume=True).fit(X, Y)
    assert SMACSearchCV(pipeline, first, **keywords, resume=True).fit(X, Y).n_splits_ == 2


def test_equal_tables_are_the_same():
    frame = pd.DataFrame({"a": np.arange(6.0), "k": pd.Categorical(list("xyzxyz"))})
    frame["b"] = frame["a"] ** 2
    tables = [frame, frame["a"], frame.to_numpy(dtype=object), np.asfortranarray(X), [[1, 2], [3, 4]]]
    copies = [frame.copy(), frame["a"].copy(), frame.copy().to_numpy(dtype=object), X.copy(), [[1, 2], [3, 4]]]
    for one, same in zip(tables, copies, strict=True):
        assert hashes({"X": one}) == hashes({"X": same})
    for other in (frame[::-1], frame.rename(columns={"a": "c"}), frame.astype({"a": int}), frame.assign(a=frame.b)):
        assert hashes({"X": frame}) != hashes({"X": other})
    assert hashes({"X": lambda x: x, "y": pd.DataFrame({"a": [[1], [2]]})}) == {"X": None, "y": None}


@pytest.mark.slow
def test_failures_of_an_earlier_start_do_not_end_the_search(tmp_path):
    space = {"level": [n / 20 for n in range(20)], "how": ["raise"]}
    keywords = {"cv": 2, "n_iter": 15, "random_state": 0, "working_directory": tmp_path}
    search = SMACSearchCV(Fragile(how="raise"), space, **keywords)
    with pytest.raises(ValueError, match="all 1[0-9] fits failed"):
        search.fit(X, Y)
    resumed = SMACSearchCV(Fragile(how="raise"), space, **keywords, resume=True)
    Fragile.broken = False
    try:
        with pytest.warns(FitFailedWarning, match="fits failed"):
            resumed.fit(X, Y)
    finally:
        Fragile.broken = True
    before = search.result_.runs[0].evaluations
    assert resumed.result_.runs[0].evaluations[:10] == before[:10]
    assert resumed.result_.runs[0].evaluations[-1].succeeded


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_failures_after_successes_do_not_end_the_search(tmp_path):
    space = {"level": [n / 40 for n in range(40)], "how": ["raise"]}
    keywords = {"cv": 2, "n_iter": None, "random_state": 0, "working_directory": tmp_path, "refit": False}
    Fragile.broken = False
    try:
        SMACSearchCV(Fragile(how="raise"), space, n_fits=4, **keywords).fit(X, Y)
    finally:
        Fragile.broken = True
    resumed = SMACSearchCV(Fragile(how="raise"), space, n_fits=20, **keywords, resume=True).fit(X, Y)
    assert len(resumed.result_) == 20


@pytest.mark.slow
def test_a_missing_file_of_a_callable_with_several_scores(tmp_path):
    def scores(estimator, X, y):
        return {"a": estimator.level, "b": 1.0}

    keywords = {"scoring": scores, "refit": "a", "return_train_score": True}
    first = search_in(tmp_path, n_fits=4, **keywords).fit(X, Y)
    files = sorted((tmp_path / "fits" / "0").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    next(path for path in files if path.name != "start.json").unlink()
    with pytest.warns(UserWarning, match="the results of 1 of 4 fits are missing"):
        again = search_in(tmp_path, n_fits=4, resume=True, **keywords).fit(X, Y)
    assert again.cv_results_.keys() == first.cv_results_.keys()
    assert again.best_params_ == first.best_params_
    assert again.cv_results_["mean_test_a"].tolist() == first.cv_results_["mean_test_a"].tolist()


@pytest.mark.slow
def test_another_generator_of_random_numbers(tmp_path):
    before = np.random.get_bit_generator()
    np.random.set_bit_generator(np.random.PCG64(1))
    try:
        first = search_in(tmp_path, n_fits=4).fit(X, Y)
        np.random.random()
        more = search_in(tmp_path, n_fits=5, resume=True).fit(X, Y)
    finally:
        np.random.set_bit_generator(before)
    assert rows(more)[0][:4] == rows(first)[0]


@pytest.mark.slow
def test_a_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    search_in("~/searches", n_fits=3).fit(X, Y)
    assert {"fits", "out"} <= {path.name for path in (tmp_path / "searches").iterdir()}


@pytest.mark.slow
def test_the_data_are_not_in_its_files(tmp_path):
    search_in(tmp_path, n_fits=3).fit(X, Y)
    assert pickle.loads((tmp_path / "pysmac_config.pkl").read_bytes())["function"] is None


@pytest.mark.slow
def test_a_progress_bar(capfd):
    search_in(None, n_fits=4, progress=True).fit(X, Y)
    assert "4/4" in capfd.readouterr().err
