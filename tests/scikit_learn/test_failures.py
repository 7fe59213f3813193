"""`SMACSearchCV` where fits or scores fail, and where a search is interrupted."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import uniform
from sklearn.exceptions import FitFailedWarning
from sklearn.neighbors import KernelDensity

from pysmac_compat import SMACSearchCV
from pysmac_compat.integrations.scikit_learn.alike import AllAlike
from pysmac_compat.integrations.scikit_learn.fits import Fit
from pysmac_compat.integrations.scikit_learn.messages import bad_scores

from ..report.small import evaluation
from .small import Fragile, Interrupting, X, Y, small

_SCRIPT = """
import os, signal
from pysmac_compat import SMACSearchCV
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

PARENT = os.getpid()


class Terminating(DecisionTreeClassifier):
    def fit(self, X, y):
        if self.max_depth == 2:
            os.kill(PARENT, signal.SIGTERM)
        return super().fit(X, y)


SMACSearchCV(Terminating(), {"max_depth": [1, 3, 2]}, n_iter=3, cv=2, random_state=0).fit(*load_iris(return_X_y=True))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("hows", "limits", "expected"),
    [
        (["", "raise", "die", "loop"], {"fit_time_limit": 0.4}, ["SAT", "CRASHED", "CRASHED", "TIMEOUT"]),
        (["", "eat"], {"fit_memory_limit": 60}, ["SAT", "MEMOUT"]),
    ],
)
def test_what_fails_costs_one_fit(hows, limits, expected):
    n = len(hows)
    search = small(hows, n_iter=n, **limits)
    with pytest.warns(
        FitFailedWarning, match=f"{n - 1} of {n + 1} fits failed; their score is nan. The first of them"
    ) as told:
        search.fit(X, Y)
    assert told[0].filename == __file__
    assert search.best_params_ == {"how": "", "level": 0.5}
    assert {e.configuration["how"]: e.status for e in search.result_} == dict(zip(hows, expected, strict=True))
    assert search.cv_results_["n_folds"].tolist() == [2, *[1] * (n - 1)]
    assert np.isnan(search.cv_results_["mean_test_score"]).sum() == n - 1
    assert search.best_estimator_.pid_ == os.getpid()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_error_score():
    search = small(["", "raise"], error_score=-1)
    assert sorted(search.fit(X, Y).cv_results_["mean_test_score"]) == [-1, 0.5]
    with pytest.raises(ZeroDivisionError, match="not today"):
        small(["raise", ""], error_score="raise").fit(X, Y)
    with pytest.raises(ValueError, match=r"all . fits failed. The first of them is CRASHED:\n"):
        small(["raise", "die"]).fit(X, Y)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_failed_fit_cannot_win():
    search = small(["", "raise"], error_score=2.0).fit(X, Y)
    assert search.best_params_ == {"how": "", "level": 0.5}
    rows = search.cv_results_
    assert dict(zip(rows["rank_test_score"], rows["mean_test_score"], strict=True)) == {1: 0.5, 2: 2.0}


@pytest.mark.slow
def test_sigterm_leaves_no_files(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(_SCRIPT)
    (tmp_path / "tmp").mkdir()
    environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True)
    assert process.returncode == -signal.SIGTERM, process.stderr
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
def test_a_scorer_without_y():
    space = {"bandwidth": [0.5, 1.0]}
    search = SMACSearchCV(KernelDensity(), space, n_iter=2, cv=2, scoring=lambda estimator, X: estimator.score(X))
    assert search.fit(X).best_params_["bandwidth"] in (0.5, 1.0)
    with pytest.raises(ValueError, match="must be a function of"):
        search.fit(X, Y)


@pytest.mark.slow
def test_an_interrupt_keeps_what_was_found(monkeypatch):
    monkeypatch.setattr(Interrupting, "pressed", os.getpid())
    search = SMACSearchCV(Interrupting(), {"level": [0.5, 0.7]}, cv=2, random_state=0)
    with pytest.raises(KeyboardInterrupt, match="stopped after 2 of 20 evaluations, best 0.5"):
        search.fit(X, Y)
    assert [each.value for each in search.result_] == [0.5, 0.5]
    assert search.best_params_ == {"level": 0.5}
    assert search.best_score_ == 0.5
    assert search.cv_results_["n_folds"].tolist() == [2]
    assert not hasattr(search, "best_estimator_")


@pytest.mark.slow
def test_an_interrupt_leaves_nothing_of_an_earlier_fit(monkeypatch):
    monkeypatch.setattr(Interrupting, "pressed", os.getpid())
    search = SMACSearchCV(Interrupting(level=0.9), {"level": [0.9, 0.5]}, n_iter=1, cv=2, random_state=0).fit(X, Y)
    assert search.best_estimator_.level == 0.9
    search.set_params(space={"level": [0.7, 0.5]}, estimator=Interrupting(level=0.7))
    with pytest.raises(KeyboardInterrupt, match="none has succeeded$") as caught:
        search.fit(X, Y)
    assert not {"best_estimator_", "best_params_", "cv_results_", "best_score_"} & vars(search).keys()
    assert caught.value.__suppress_context__


@pytest.mark.slow
def test_an_interrupt_says_what_is_there(monkeypatch, recwarn):
    monkeypatch.setattr(Interrupting, "pressed", os.getpid())
    search = SMACSearchCV(Interrupting(), {"level": [0.5, 0.7]}, cv=2, random_state=0)
    with pytest.raises(KeyboardInterrupt, match="result_, best_params_, cv_results_ hold the fits that have ended, "):
        search.fit(X, Y)
    assert not recwarn


@pytest.mark.slow
def test_a_search_ends_if_ten_configurations_fail_alike():
    space = {"level": uniform(0, 1), "how": ["raise"]}
    search = SMACSearchCV(Fragile(how="raise"), space, n_iter=40, cv=2, random_state=0)
    with pytest.raises(ValueError, match=r"all 1[0-9] fits failed. .*CRASHED:\n(.|\n)*not today"):
        search.fit(X, Y)
    assert search.result_.stopped_because == ("all fits of the first ten configurations failed with the same message")
    alike = AllAlike()
    failed = [replace(evaluation(i, 0.0, "CRASHED", x=i), message=f"Traceback\n{'a' if i else 'b'}") for i in range(12)]
    assert not any(map(alike.add, failed))  # the first one differs
    alike = AllAlike()
    assert [alike.add(each) for each in failed[1:]] == [False] * 9 + [True] * 2


def failing(estimator, X, y):
    raise ZeroDivisionError("no such score")


@pytest.mark.slow
def test_a_second_score_that_fails():
    scoring = {"acc": "accuracy", "bad": failing}
    search = small([""], scoring=scoring, refit="acc", error_score=-1, n_iter=1)
    with pytest.warns(
        UserWarning, match="'bad' failed in 2 of 2 fits, and is -1.0 there(.|\n)*no such score"
    ) as caught:
        search.fit(X, Y)
    assert len(caught) == 1
    assert search.cv_results_["mean_test_bad"].tolist() == [-1]
    assert search.best_score_ > 0


def test_a_score_that_is_not_finite():
    fits = [Fit({"a": 1.0, "b": score}, {}, 0.0, 0.0, True) for score in (float("nan"), 0.5)]
    assert list(bad_scores(fits, float("nan"))) == ["the score 'b' is not finite in 1 of 2 fits"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scoring", "message"),
    [
        (lambda *_: "good", r"scoring must return a number, got 'good' \(str\)"),
        (lambda *_: float("inf"), "scoring must return a finite number, got inf; where"),
        (lambda *_: {"a": float("nan")}, "scoring must return a finite number as the score 'a', got nan; where"),
        ({"bad": failing, "acc": "accuracy"}, "the score 'bad' failed:\n(.|\n)*no such score"),
    ],
)
def test_nothing_to_maximise(scoring, message, capfd, recwarn):
    """All fits fail; the error says so, and nothing else does."""
    refit = "bad" if isinstance(scoring, dict) else True
    with pytest.raises(ValueError, match=message):
        small([""], scoring=scoring, refit=refit, n_iter=1).fit(X, Y)
    assert not recwarn
    assert capfd.readouterr().err == ""
