"""`SMACSearchCV` on small data: what users of `RandomizedSearchCV` rely on, and what is different."""

import os
import pickle
import random
import warnings

import numpy as np
import pytest
import sklearn
from scipy.stats import loguniform, randint, uniform
from sklearn.base import clone
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from pysmac_compat import SMACSearchCV
from pysmac_compat.integrations.scikit_learn.search_cv import BaseSearchCV

from .small import KNN, Fragile, X, Y, small


@pytest.fixture(scope="module")
def searched():
    pipeline = Pipeline([("scale", StandardScaler()), ("clf", KNN)])
    space = {
        "scale": [StandardScaler(), "passthrough"],
        "clf": ("categorical", {"knn": KNN, "bayes": GaussianNB(), "lda": LinearDiscriminantAnalysis()}, "knn"),
        "knn__n_neighbors": randint(1, 30),
        "bayes__var_smoothing": loguniform(1e-12, 1),
    }
    clauses = ["knn__n_neighbors | clf == knn", "bayes__var_smoothing | clf == bayes"]
    scoring = {"acc": "accuracy", "roc": "roc_auc"}
    search = SMACSearchCV(
        pipeline,
        space,
        n_iter=6,
        conditional_clauses=clauses,
        forbidden_clauses=["{clf = lda, scale = passthrough}"],
        cv=KFold(3, shuffle=True, random_state=1),
        scoring=scoring,
        refit="roc",
        random_state=3,
        return_train_score=True,
    )
    return search.fit(X, Y)


@pytest.mark.slow
def test_what_it_leaves(searched):
    results = searched.cv_results_
    assert len(results["params"]) == 6
    assert len(searched.result_) == results["n_folds"].sum() <= 18
    assert results["n_folds"][0] == 3  # the first gets all folds
    assert results["n_folds"].min() < 3
    best = searched.best_index_
    complete = results["n_folds"] == 3
    assert results["rank_test_roc"][best] == 1
    assert results["mean_test_roc"][best] == results["mean_test_roc"][complete].max() == searched.best_score_
    assert searched.best_score_ == pytest.approx(searched.result_.value)
    assert searched.best_params_ == results["params"][best]
    assert type(searched.best_estimator_["clf"]) is type(searched.best_params_["clf"])
    assert searched.multimetric_
    assert set(searched.scorer_) == {"acc", "roc"}
    assert searched.n_splits_ == 3
    assert searched.refit_time_ > 0
    assert searched.best_estimator_["clf"].n_features_in_ == searched.n_features_in_ == 5
    assert searched.classes_.tolist() == [0, 1]
    assert searched.result_.stopped_because == "max-configurations reached"
    assert isinstance(searched, BaseSearchCV)


@pytest.mark.slow
def test_the_scores_are_those_of_cross_validation(searched):
    results, splits = searched.cv_results_, searched.cv
    for row in (0, searched.best_index_):
        estimator = clone(searched.estimator).set_params(**clone(results["params"][row], safe=False))
        for name, scoring in searched.scoring.items():
            expected = cross_val_score(estimator, X, Y, cv=splits, scoring=scoring)
            assert [results[f"split{i}_test_{name}"][row] for i in range(3)] == pytest.approx(expected)
            assert results[f"mean_test_{name}"][row] == pytest.approx(expected.mean())
            assert results[f"std_test_{name}"][row] == pytest.approx(expected.std())
    assert (results["mean_train_roc"] > 0.5).all()


@pytest.mark.slow
def test_conditions_and_clauses_hold(searched):
    for params in searched.cv_results_["params"]:
        kind = type(params["clf"])
        assert ("clf__n_neighbors" in params) == (kind is KNeighborsClassifier)
        assert ("clf__var_smoothing" in params) == (kind is GaussianNB)
        assert kind is not LinearDiscriminantAnalysis or params["scale"] != "passthrough"
    active = ["clf__n_neighbors" in params for params in searched.cv_results_["params"]]
    assert (~searched.cv_results_["param_clf__n_neighbors"].mask).tolist() == active
    assert not hasattr(KNN, "classes_")  # nothing of the user's was fitted


@pytest.mark.slow
def test_methods_and_copies(searched):
    assert searched.score(X, Y) == pytest.approx(searched.scorer_["roc"](searched.best_estimator_, X, Y))
    assert searched.predict(X).shape == (90,)
    assert searched.predict_proba(X).shape == (90, 2)
    again = pickle.loads(pickle.dumps(searched))
    assert (again.predict(X) == searched.predict(X)).all()
    assert again.result_.value == searched.result_.value
    fresh = clone(searched)
    assert fresh.get_params()["n_iter"] == 6
    assert fresh.set_params(estimator__clf=GaussianNB()).estimator["clf"].var_smoothing == 1e-9
    with pytest.raises(NotFittedError):
        fresh.predict(X)
    assert "SMACSearchCV" in repr(searched)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the search space is exhausted")
def test_refit_and_scoring_as_functions():
    def two(estimator, X, y):
        return {"level": estimator.level, "other": -estimator.level}

    levels = (0.2, 0.7)
    other = small([""], levels, scoring=two, refit="other").fit(X, Y)
    assert (other.best_params_["level"], other.best_score_, other.multimetric_) == (0.2, -0.2, True)
    chosen = small([""], levels, scoring=two, refit=lambda results: 1).fit(X, Y)
    assert chosen.best_index_ == 1
    assert not hasattr(chosen, "best_score_")
    without = small([""], levels, refit=False).fit(X, Y)
    assert without.best_params_["level"] == 0.7
    assert not hasattr(without, "best_estimator_")
    with pytest.raises(ValueError, match="refit"):
        small([""], levels, scoring=two).fit(X, Y)
    scorer = make_scorer(lambda y, predicted: (y == predicted).mean())
    one = small([""], levels, scoring=scorer, n_iter=1).fit(X, Y)
    assert 0 <= one.best_score_ <= 1
    assert len(one.result_) == 2  # on both folds


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the only evaluation failed")
def test_budgets():
    levels = tuple(i / 50 for i in range(50))
    by_fits = small([""], levels, n_iter=None, n_fits=5, random_state=np.random.RandomState(0)).fit(X, Y)
    assert len(by_fits.result_) == 5
    both = small([""], levels, n_iter=2, n_fits=50).fit(X, Y)
    assert len(both.cv_results_["params"]) == 2
    by_time = small([""], levels, n_iter=None, time_limit=0.3)
    with pytest.raises(ValueError, match="no fit finished: t_limit_total_s reached"):
        by_time.set_params(space={"how": ["sleep"]}).fit(X, Y)


@pytest.mark.slow
def test_a_fit_that_the_end_of_the_search_stops_has_not_failed():
    """The one that never ends comes when the others have been fitted on both folds."""
    search = small(["", "sleep"], n_iter=None, time_limit=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search.fit(X, Y)
    assert search.result_.stopped_because == "t_limit_total_s reached"
    assert search.cv_results_["params"] == [{"how": "", "level": 0.5}]


@pytest.mark.slow
def test_several_at_a_time_and_again():
    def search():
        options = {"workers-order": "begun"}
        return small([""], tuple(i / 50 for i in range(50)), n_jobs=2, n_iter=4, smac_options=options).fit(X, Y)

    one, other = search(), search()
    assert one.cv_results_["params"] == other.cv_results_["params"]
    assert one.result_.search.workers == 2
    assert one.cv_results_["n_folds"][one.best_index_] == 2


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the search space is exhausted")
def test_groups_and_weights():
    groups = np.repeat([0, 1, 2], 30)
    weights = np.where(np.arange(90) < 45, 1.0, 3.0)
    weighted = small([""], cv=GroupKFold(3)).fit(X, Y, groups=groups, sample_weight=weights)
    assert weighted.n_splits_ == 3
    assert weighted.best_estimator_.weight_.sum() == weights.sum()
    with sklearn.config_context(enable_metadata_routing=True):
        fragile = Fragile().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        routed = SMACSearchCV(fragile, {"level": [0.5]}, cv=GroupKFold(3), n_iter=1, random_state=0)
        routed.fit(X, Y, sample_weight=weights, groups=groups)
    assert routed.best_score_ == pytest.approx(0.5 + np.mean([weights[:30].mean(), weights[30:60].mean(), 3.0]))
    assert routed.best_estimator_.weight_ is weights


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"n_iter": 0}, "n_iter must be at least 1"),
        ({"n_iter": None}, "n_iter=None needs n_fits or time_limit"),
        ({"n_fits": -1}, "n_fits must be at least 1"),
        ({"time_limit": 0}, "time_limit must be positive"),
        ({"cv": 1}, "The 'cv' parameter of SMACSearchCV must be"),
        ({"error_score": "ignore"}, "error_score"),
        ({"space": {"hwo": ["a"]}}, "parameter 'hwo': neither the estimator nor a choice has it; did you mean 'how'"),
        ({"space": {}}, "space is empty"),
        ({"space": {"how": {"svc": KNeighborsClassifier}}}, r"choice 'svc' is a class; write KNeighborsClassifier\(\)"),
        ({"smac_options": {"isolate": False}}, "SMACSearchCV cannot use smac_options.'isolate'."),
        ({"smac_options": {"modle": "rf"}}, "unknown option 'modle'"),
    ],
)
def test_refused(keywords, message):
    with pytest.raises(ValueError, match=message):
        small([""]).set_params(**keywords).fit(X, Y)


#: checks of scikit-learn that ask nothing of this class, and why
LEFT_OUT = {
    **dict.fromkeys(
        [
            "check_array_api_input",
            "check_array_api_mixed_inputs",
            "check_array_api_same_namespace",
        ],
        "need other array libraries",
    ),
    "check_dtype_object": "fails: it expects the TypeError of a fit, not the ValueError that all fits fail",
    **dict.fromkeys(
        [
            "check_classifiers_classes",
            "check_classifiers_train",
            "check_classifiers_one_label",
            "check_classifiers_one_label_sample_weights",
            "check_classifiers_regression_target",
            "check_classifier_data_not_an_array",
            "check_classifier_not_supporting_multiclass",
            "check_decision_proba_consistency",
            "check_supervised_y_2d",
            "check_supervised_y_no_nan",
            "check_complex_data",
            "check_estimators_dtypes",
            "check_estimators_nan_inf",
            "check_estimators_empty_data_messages",
            "check_estimator_sparse_array",
            "check_estimator_sparse_matrix",
            "check_estimator_sparse_tag",
            "check_f_contiguous_array_estimator",
            "check_fit1d",
            "check_fit2d_1feature",
            "check_fit2d_1sample",
            "check_fit2d_predict1d",
            "check_sample_weight_equivalence_on_dense_data",
            "check_sample_weight_equivalence_on_sparse_data",
            "check_positive_only_tag_during_fit",
            "check_readonly_memmap_input",
            "check_methods_sample_order_invariance",
            "check_methods_subset_invariance",
            "check_requires_y_none",
            "check_n_features_in_after_fitting",
            "check_sample_weights_list",
            "check_sample_weights_not_an_array",
            "check_sample_weights_not_overwritten",
            "check_sample_weights_pandas_series",
            "check_sample_weights_shape",
            "check_pipeline_consistency",
            "check_estimators_fit_returns_self",
        ],
        "ask what the estimator below does; with SMACSearchCV, too, all of them pass, and take half a minute",
    ),
}


@pytest.mark.slow
def test_the_checks_of_scikit_learn():
    """Those for all estimators, of which `LEFT_OUT` says why some are not made here."""
    from sklearn.utils.estimator_checks import estimator_checks_generator  # it imports all of scikit-learn

    search = SMACSearchCV(GaussianNB(), {"var_smoothing": [1e-9]}, n_iter=1, cv=2, error_score="raise", random_state=0)
    made = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for estimator, check in estimator_checks_generator(search):
            name = getattr(check, "func", check).__name__
            if name not in LEFT_OUT:
                check(estimator)
                made.add(name)
    assert {"check_estimator_cloneable", "check_estimators_pickle", "check_dict_unchanged"} <= made


@pytest.mark.slow
def test_a_function_for_refit_that_chooses_a_row_with_few_folds():
    with pytest.warns(UserWarning, match="row 1 of cv_results_, was fitted on 1 of 2 folds"):
        search = small([""], (0.7, 0.2), n_iter=None, n_fits=3, refit=lambda results: 1).fit(X, Y)
    assert search.best_params_["level"] == 0.2


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"smac_options": {"progress": True}}, r"unknown option 'progress': use minimize\(progress=...\)"),
        ({"smac_options": {"show_progress_bar": True}}, "'show_progress_bar'; outside of smac_options, use progress=T"),
        ({"fit_time_limit": -1}, "fit_time_limit must be positive"),
        ({"fit_memory_limit": "a"}, "fit_memory_limit must be a number"),
        ({"param_distributions": {}}, "no argument 'param_distributions': use space"),
        ({"persistent_files": True}, "no argument 'persistent_files': use working_directory"),
        ({"working_directory": 5}, "working_directory must be a path, got 5"),
        ({"resume": True}, "resume=True needs working_directory=..., the folder of the earlier search"),
        ({"resume": 1}, "resume must be True or False, got 1"),
        ({"progress": 3}, "progress must be True, False or 'auto', got 3"),
        ({"scoring": accuracy_score}, r"scoring must be a function of .* write make_scorer\(accuracy_score\) if"),
        ({"scoring": {"a": accuracy_score}, "refit": "a"}, r"scoring\['a'\] must be a function of"),
        ({"conditional_clauses": "a | b == c"}, "conditional_clauses must be a list of strings, got 'a | b == c'"),
        ({"forbidden_clauses": "{a = b}"}, "forbidden_clauses must be a list of strings"),
    ],
)
def test_refused_with_a_hint(keywords, message):
    with pytest.raises(ValueError, match=message):
        small([""], **keywords).fit(X, Y)


class Lucky(Fragile):
    """Its score depends on the global generators of random numbers; ``notes`` gets the process of each fit."""

    def __init__(self, level=0.5, notes=None):
        self.level, self.notes = level, notes

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.notes.write(os.getpid())
        self.luck_ = self.level * np.random.uniform() + random.random()
        return self

    def score(self, X, y):
        return self.luck_

    def __deepcopy__(self, memo):
        return self


@pytest.mark.slow
def test_fits_share_a_process_but_not_their_random_numbers(notes):
    scores = []
    for most in (1, 100):
        random.seed(1)
        np.random.seed(1)
        search = SMACSearchCV(
            Lucky(), {"level": uniform(0, 1), "notes": [notes]}, n_iter=4, cv=2, random_state=0, refit=False
        )
        if most == 1:
            search.set_params(smac_options={"calls-per-process": 1})
        scores.append(search.fit(X, Y).cv_results_["split0_test_score"])
        assert (len(set(notes.lines)) == 1) == (most > 1)
        notes.path.unlink()
    np.testing.assert_array_equal(*scores)
