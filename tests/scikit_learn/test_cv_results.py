"""The table of a search of which some folds were not run, of evaluations that nobody has made."""

import math

import numpy as np
import pytest

from pysmac_compat import Evaluation
from pysmac_compat.integrations.scikit_learn.cv_results import cv_results
from pysmac_compat.integrations.scikit_learn.fits import Fit

#: configuration, fold, score (None: the fit has failed), and a second score
FITS = [
    ({"C": 1.0, "k": "a"}, 0, 0.5, 5),
    ({"C": 1.0, "k": "a"}, 2, 0.6, 6),
    ({"k": "b"}, 0, 0.9, 1),
    ({"C": 1.0, "k": "a"}, 1, 0.7, 7),
    ({"C": 2.0, "k": "a"}, 0, 0.8, 1),
    ({"C": 2.0, "k": "a"}, 1, 0.8, 2),
    ({"C": 2.0, "k": "a"}, 2, 0.8, 3),
    ({"C": 3.0, "k": "a"}, 1, None, None),
]
EVALUATIONS = [
    Evaluation(i, c, fold, None, "SAT" if score else "CRASHED", score or 0.0, None, 0.0, 2.5)
    for i, (c, fold, score, _) in enumerate(FITS, 1)
]


def table(fits=FITS, evaluations=EVALUATIONS, several=False, error_score=math.nan):
    def read(evaluation):
        _, _, score, other = fits[evaluation.index - 1]
        if score is None:
            return None
        test = {"one": score, "two": other} if several else {"score": score}
        return Fit(test, dict.fromkeys(test, 1.0) if several else {}, score * 10, 0.25, several)

    return cv_results(evaluations, read, lambda values: {f"clf__{n}": v for n, v in values.items()}, 3, error_score)


def test_the_columns():
    found = table()
    assert list(found) == [
        *("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"),
        *("param_clf__C", "param_clf__k", "params", "n_folds"),
        *(f"split{i}_test_score" for i in range(3)),
        *("mean_test_score", "std_test_score", "rank_test_score"),
    ]
    assert found["params"][:2] == [{"clf__C": 1.0, "clf__k": "a"}, {"clf__k": "b"}]
    assert found["n_folds"].tolist() == [3, 1, 3, 1]
    nan = math.nan
    expected = [[0.5, 0.7, 0.6], [0.9, nan, nan], [0.8, 0.8, 0.8], [nan, nan, nan]]
    np.testing.assert_equal(np.array([found[f"split{i}_test_score"] for i in range(3)]).T, expected)
    np.testing.assert_allclose(found["mean_test_score"], [0.6, 0.9, 0.8, nan])
    np.testing.assert_allclose(found["std_test_score"], [np.std([0.5, 0.6, 0.7]), 0, 0, nan], atol=1e-12)
    np.testing.assert_allclose(found["mean_fit_time"], [6, 9, 8, 2.5])
    np.testing.assert_allclose(found["mean_score_time"], [0.25, 0.25, 0.25, 0])
    assert found["param_clf__C"].mask.tolist() == [False, True, False, False]
    assert found["param_clf__C"].dtype == float  # as in scikit-learn
    assert found["param_clf__k"].dtype == object
    assert found["param_clf__k"].tolist() == ["a", "b", "a", "a"]


def test_ranks_are_among_those_with_all_folds():
    ranks = table()["rank_test_score"]
    assert ranks.dtype == np.int32
    assert ranks.tolist() == [2, 3, 1, 3]  # the best mean, of one fold, is not the first


def test_without_any_that_has_all_folds():
    assert table(evaluations=EVALUATIONS[:3])["rank_test_score"].tolist() == [1, 2]


def test_the_score_of_a_failure():
    found = table(error_score=-1.0)
    assert found["split1_test_score"][3] == found["mean_test_score"][3] == -1
    failed = [Evaluation(9, {"k": "b"}, fold, None, "CRASHED", 0.0, None, 0.0, 1.0) for fold in range(1, 3)]
    fits = [*FITS, *([({}, 0, None, None)] * 2)]
    evaluations = [*EVALUATIONS, *failed]
    assert math.isnan(table(fits, evaluations)["mean_test_score"][1])  # as in scikit-learn
    assert table(fits, evaluations)["rank_test_score"].tolist() == [2, 3, 1, 4]


def test_several_scores():
    found = table(several=True)
    assert found["rank_test_one"].tolist() == [2, 3, 1, 3]
    assert found["rank_test_two"].tolist() == [1, 3, 2, 3]
    assert found["mean_train_two"].tolist()[:3] == [1, 1, 1]
    assert found["split2_train_one"].tolist()[::2] == [1, 1]


@pytest.mark.parametrize("several", [True, False])
def test_one_row(several):
    found = table(evaluations=EVALUATIONS[2:3], several=several)
    assert found["n_folds"].tolist() == [1]
