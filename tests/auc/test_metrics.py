import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from automax.libauc.metrics import Metrics, two_way_auroc

RNG = np.random.RandomState(0)
Y = (RNG.uniform(size=200) < 0.3).astype(float)
SCORE = np.clip(0.3 * Y + RNG.uniform(size=200) * 0.7, 0, 1)


def test_the_values_are_those_of_scikit_learn():
    found = Metrics(["auroc", "AUPRC", "Acc"])(Y[:, None], SCORE[:, None])
    assert found["AUROC"] == pytest.approx(roc_auc_score(Y, SCORE), abs=1e-12)
    assert found["AUPRC"] == pytest.approx(average_precision_score(Y, SCORE), abs=1e-12)
    assert found["ACC"] == np.mean((SCORE >= 0.5) == Y)


@pytest.mark.slow
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40))
def test_ties_count_as_in_scikit_learn(rows):
    y, score = np.array([r[0] for r in rows], dtype=float), np.array([r[1] for r in rows], dtype=float)
    if 0 < y.sum() < len(y):
        found = Metrics(["AUROC", "AUPRC"])(y, score)
        assert found["AUROC"] == pytest.approx(roc_auc_score(y, score), abs=1e-12)
        assert found["AUPRC"] == pytest.approx(average_precision_score(y, score), abs=1e-12)


def test_one_way_partial_area_is_standardised():
    found = Metrics(["AUROC"], [{"max_fpr": 0.3}])(Y, SCORE)
    assert found == {"PAUROC(max_fpr=0.3)": roc_auc_score(Y, SCORE, max_fpr=0.3)}


def test_items_beyond_the_metrics_are_merged_into_the_last():
    metrics = Metrics(["AUROC"], [{"max_fpr": 0.3}, {"min_tpr": 0.7}])
    assert metrics.keys == ["PAUROC(max_fpr=0.3, min_tpr=0.7)"]
    assert metrics(Y, SCORE)[metrics.keys[0]] == two_way_auroc(Y, SCORE, 0.3, 0.7)


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=40),
    st.floats(0.1, 1),
    st.floats(0, 0.9),
)
def test_two_way_area_is_the_share_of_ordered_hard_pairs(rows, max_fpr, min_tpr):
    y, score = np.array([r[0] for r in rows], dtype=float), np.array([r[1] for r in rows], dtype=float)
    if not 0 < y.sum() < len(y):
        return
    positive = sorted(score[y == 1])[: max(1, round(y.sum() * (1 - min_tpr)))]
    negative = sorted(score[y == 0], reverse=True)[: max(1, round((1 - y).sum() * max_fpr))]
    pairs = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]
    assert two_way_auroc(y, score, max_fpr, min_tpr) == pytest.approx(np.mean(pairs))


def test_several_labels_are_averaged_and_not_flattened():
    y = np.stack([Y, 1 - Y, Y], axis=1)
    score = np.stack([SCORE, 10 - SCORE, SCORE - 100], axis=1)
    found = Metrics(["AUROC"])(y, score)["AUROC"]
    assert found == pytest.approx(roc_auc_score(Y, SCORE))
    assert abs(found - roc_auc_score(y.ravel(), score.ravel())) > 0.01


def test_labels_of_one_class_are_left_out_and_named():
    y, score = np.stack([Y, np.ones(200), Y], axis=1), np.stack([SCORE] * 3, axis=1)
    metrics = Metrics(["AUROC"])
    with pytest.warns(UserWarning, match="labels 1 lack one of the classes"):
        assert metrics(y, score)["AUROC"] == pytest.approx(roc_auc_score(Y, SCORE))
    with pytest.raises(ValueError, match="no label has rows of both classes"):
        metrics(np.ones(5), np.ones(5))


def test_the_target_is_found_by_name():
    metrics = Metrics(["AUPRC", "AUROC"], [{}, {"max_fpr": 0.3}])
    assert metrics.find("auprc") == "AUPRC"
    assert metrics.find("AUROC") == metrics.find("PAUROC(max_fpr=0.3)") == "PAUROC(max_fpr=0.3)"
    assert Metrics(["AUROC", "AUROC"], [{}, {"max_fpr": 0.3}]).find("AUROC") == "AUROC"
    with pytest.raises(ValueError, match="target 'AUPR' is not one of the metrics; did you mean 'AUPRC'"):
        metrics.find("AUPR")


@pytest.mark.parametrize(
    ("names", "kwargs", "message"),
    [
        ([], [], "at least one"),
        (["AUCROC"], [], "did you mean 'AUROC'"),
        (["AUROC"], [{"max_fpt": 0.3}], "did you mean 'max_fpr'"),
        (["AUROC"], [{"max_fpr": 3}], "from 0 to 1, got 3"),
        (["AUROC"], [{"max_fpr": 0}], "max_fpr must be above 0"),
        (["AUPRC"], [{"max_fpr": 0.3}], "unknown key 'max_fpr'"),
        (["AUROC", "auroc"], [], "occurs twice"),
    ],
)
def test_bad_metrics(names, kwargs, message):
    with pytest.raises(ValueError, match=message):
        Metrics(names, kwargs)


def test_a_target_that_is_a_metric_but_is_not_listed():
    metrics = Metrics(["AUROC"])
    with pytest.raises(ValueError, match=r"'AUPRC' is not one of the metrics; add it: metrics: \[AUROC, AUPRC\]"):
        metrics.find("AUPRC")
    with pytest.raises(ValueError, match="did you mean 'AUPRC' or 'AUROC'"):
        metrics.find("AUPR")
    partial = Metrics(["AUROC", "AUROC"], [{"max_fpr": 0.3}, {"min_tpr": 0.5}])
    with pytest.raises(ValueError, match=r"known are PAUROC\(max_fpr=0.3\), PAUROC"):
        partial.find("AUROC")
