"""Kinds of columns, files of tables, labels and probabilities, without torch."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from automax._extra import INSTALL
from automax.tables.calibration import Calibration, best_cut, calibrate
from automax.tables.columns import Columns, learn_columns
from automax.tables.labels import checked_labels, divided_rows, positive_class
from automax.tables.preprocessing import make_preprocessor
from automax.tables.reading import read_table, take_target

from .tables import customers, features


def learn(table, least=2):
    return learn_columns(table, list(table.columns), least)


def test_kinds_of_columns():
    table = customers()
    table["member"] = np.arange(len(table)) % 2 == 0
    table["seen"] = pd.Timestamp("2024-05-01")
    table["grade"] = pd.Categorical(np.arange(len(table)) % 3)
    table["mixed"] = pd.Series([1, None, True] * 80, dtype=object)
    assert learn(table).kinds == {
        "name": "left out",
        "age": "number",
        "plan": "category",
        "since": "date",
        "calls": "number",
        "left": "category",
        "member": "number",
        "seen": "date",
        "grade": "category",
        "mixed": "number",
    }


def test_what_is_said_of_columns():
    text = str(learn(customers()))
    assert text == "2 numbers, 2 categories, 1 date; left out, because nearly all values differ: name"


def test_dates_are_days_since_1970_whatever_their_form():
    columns = Columns({"when": "date"})
    texts = ["1970-01-02", "1970-01-01 12:00", None, "2000-01-01T00:00:00+00:00"]
    expected = [1.0, 0.5, np.nan, 10957.0]
    np.testing.assert_array_equal(columns.convert(pd.DataFrame({"when": texts}))[:, 0], expected)
    stamps = pd.to_datetime(pd.Series(texts), utc=True, format="ISO8601")
    np.testing.assert_array_equal(columns.convert(pd.DataFrame({"when": stamps}))[:, 0], expected)


def test_numbers_that_were_categories_are_the_same_texts():
    columns = learn(pd.DataFrame({"code": ["1", "2", "x"] * 5}))
    integers = columns.convert(pd.DataFrame({"code": [1, 2]}))
    with_gap = columns.convert(pd.DataFrame({"code": [1, 2, None]}))
    assert integers["code"].tolist() == ["1", "2"]
    assert with_gap["code"].tolist()[:2] == ["1", "2"]
    assert with_gap["code"].isna().tolist() == [False, False, True]


def test_arrays_of_numbers_stay_arrays():
    X = np.array([[1, 2], [3, np.nan]])
    columns = learn_columns(X, ["x0", "x1"], 2)
    np.testing.assert_array_equal(columns.convert(X), X)
    texts = np.array([["a", 1.5], ["a", 2.5]], dtype=object)
    columns = learn_columns(texts, ["x0", "x1"], 2)
    assert columns.kinds == {"x0": "category", "x1": "number"}
    assert columns.convert(texts)["x1"].tolist() == [1.5, 2.5]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1, 2], "b": [None, None]}, "column 'b' has no value in any row"),
        ({"a": [1, 2], "b": [np.nan, np.nan]}, "column 'b' has no value in any row"),
        ({"a": ["x", "y"]}, "nothing to learn from: the values of a nearly all differ"),
        ({"a": [1, 2j]}, "Complex data not supported: column 'a'"),
    ],
)
def test_columns_that_cannot_be_learnt(table, message):
    with pytest.raises(ValueError, match=message):
        learn(pd.DataFrame(table))


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("number", [1, "abc"], "column 'a' must hold numbers, as when the classifier was fitted, got 'abc' in row 2"),
        ("date", ["2020-01-01", "May"], "column 'a' must hold dates such as 2026-11-30, as .* got 'May' in row 2"),
        ("number", [1, np.inf], "column 'a' contains infinity"),
    ],
)
def test_new_rows_of_another_kind(kind, values, message):
    with pytest.raises(ValueError, match=message):
        Columns({"a": kind}).convert(pd.DataFrame({"a": values}))


def test_gaps_rare_and_new_categories():
    rows = pd.DataFrame({"n": [1.0, 3.0, np.nan, 5.0], "c": ["a", "a", None, "rare"]})
    columns = Columns({"n": "number", "c": "category"})
    preprocessor = make_preprocessor(columns, n_rows=4).fit(columns.convert(rows))
    assert list(preprocessor.get_feature_names_out()) == [
        "n",
        "missingindicator_n",
        "c_a",
        "c_infrequent_sklearn",
    ]
    new = preprocessor.transform(columns.convert(pd.DataFrame({"n": [np.nan], "c": ["never seen"]})))
    assert new[0, 0] == 0.0  # a gap gets the median 3, which is the mean of the filled column
    assert new[0, 2:].tolist() == [0.0, 1.0]


def test_a_gap_that_is_new():
    columns = Columns({"n": "number"})
    preprocessor = make_preprocessor(columns, n_rows=3).fit(columns.convert(pd.DataFrame({"n": [1.0, 2.0, 6.0]})))
    filled, two = preprocessor.transform(columns.convert(pd.DataFrame({"n": [np.nan, 2.0]})))
    assert filled.tolist() == two.tolist()


@pytest.mark.parametrize(
    ("classes", "counts", "wanted", "expected"),
    [
        ([0, 1], [2, 8], None, (1, "chosen by its name")),
        ([-1, 1], [2, 8], None, (1, "chosen by its name")),
        ([False, True], [2, 8], None, (1, "chosen by its name")),
        (["No", "Yes"], [2, 8], None, (1, "chosen by its name")),
        ([0.0, 1.0], [2, 8], None, (1, "chosen by its name")),
        (["bad", "good"], [2, 8], None, (0, "the rarer class")),
        (["a", "b"], [8, 2], None, (1, "the rarer class")),
        (["a", "b"], [5, 5], None, (1, "the later in order, because both are equally large")),
        ([0, 1], [2, 8], 0, (0, "as given")),
        ([0, 1], [2, 8], "0", (0, "as given")),
        (["no", "yes"], [2, 8], "no", (0, "as given")),
    ],
)
def test_the_positive_class(classes, counts, wanted, expected):
    assert positive_class(np.array(classes), np.array(counts), wanted) == expected


def test_a_positive_class_that_is_none():
    with pytest.raises(ValueError, match="positive must be one of the classes no and yes, got 'maybe'"):
        positive_class(np.array(["no", "yes"]), np.array([1, 1]), "maybe")


def test_rows_for_training_and_validation():
    positive = np.arange(100) < 10
    train, val = divided_rows(positive, 0.25, seed=0)
    assert sorted([*train, *val]) == list(range(100))
    assert (len(val), positive[val].sum()) == (24, 2)
    again, other = (divided_rows(positive, 0.25, seed)[1] for seed in (0, 1))
    assert val.tolist() == again.tolist() != other.tolist()


def test_a_class_of_two_rows_is_divided():
    """The single training row is taken twice, because LibAUC's sampler needs two rows."""
    positive = np.arange(10) < 2
    train, val = divided_rows(positive, 0.1, seed=0)
    assert positive[val].sum() == 1
    assert sorted(set(train) | set(val)) == list(range(10))
    assert positive[train].sum() == 2
    with pytest.raises(ValueError, match="too few positive rows: 1 of 10 samples"):
        divided_rows(np.arange(10) < 1, 0.1, seed=0)
    with pytest.raises(ValueError, match="too few negative rows: 2 of 10 samples"):
        divided_rows(np.arange(10) < 8, 0.9, seed=0)


def drawn(n=400):
    rng = np.random.RandomState(0)
    scores = rng.normal(0, 2, n)
    return scores, rng.rand(n) < 1 / (1 + np.exp(-(0.5 * scores - 1)))


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_probabilities_are_those_of_the_rows(method):
    scores, positive = drawn()
    found = calibrate(method, scores, positive)
    probability = found(np.sort(scores))
    assert (np.diff(probability) >= 0).all()
    assert abs(found(scores).mean() - positive.mean()) < 0.02
    assert abs(float(found(np.array([2.0]))[0]) - 0.5) < 0.15
    cut = found.score_at(0.5)
    assert found(np.array([cut - 0.01]))[0] <= 0.5 < found(np.array([cut + 0.01]))[0] + 1e-3


def test_a_sigmoid_is_finite_where_scores_separate_and_never_falls():
    scores = np.array([-1.0, -0.5, 0.5, 1.0])
    separated = calibrate("sigmoid", scores, scores > 0)
    assert 0.5 < separated(np.array([1.0]))[0] < 0.9  # Platt's targets for two positives: 3/4
    turned = calibrate("sigmoid", scores, scores < 0)
    assert turned(scores) == pytest.approx(0.5, abs=1e-3)
    assert (np.diff(turned(scores)) > 0).all()


def test_scores_that_are_all_the_same():
    for method in ("sigmoid", "isotonic"):
        found = calibrate(method, np.zeros(8), np.arange(8) < 2)
        assert found(np.zeros(1))[0] == pytest.approx(0.25, abs=0.06)


def test_without_calibration_scores_are_logits():
    assert Calibration(None)(np.array([0.0, 100.0])).tolist() == [0.5, 1.0]
    assert Calibration(None).score_at(0.5) == 0


@pytest.mark.parametrize(("probability", "cut"), [(0.05, -20.0), (0.95, 22.0), (0.5, 1.5)])
def test_cuts_of_corners(probability, cut):
    assert Calibration("isotonic", [0.0, 1.0, 2.0], [0.1, 0.1, 0.9]).score_at(probability) == cut


def test_the_best_cut():
    scores = np.array([0.0, 1.0, 2.0, 3.0])
    positive = np.array([False, False, True, True])
    for criterion in ("balanced_accuracy", "f1", "accuracy"):
        assert best_cut(criterion, scores, positive) == 1.5
    rare = np.array([False, True, False, False])
    assert best_cut("balanced_accuracy", scores, rare) == 0.5
    assert best_cut("accuracy", scores, rare) > 3.0  # no row is called positive
    assert best_cut("f1", np.zeros(4), rare) < 0.0  # rows with equal scores stay together


def test_tables_in_files(tmp_path):
    table = customers(20)
    for name, separator in (("a.csv", ","), ("b.csv", ";"), ("c.tsv", "\t"), ("d.csv.gz", "|")):
        table.to_csv(tmp_path / name, index=False, sep=separator)
        assert read_table(tmp_path / name)["age"].equals(table["age"])


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow")
    table = customers(20)
    table.to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet")["age"].equals(table["age"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "none.csv cannot be read: No such file"),
        ("a.json", b"{}", "expected a file that ends in .csv, .tsv, .txt, .parquet, .pq, got '.json'"),
        ("a", b"x", "got 'no ending'"),
        ("empty.csv", b"", "empty.csv cannot be read: "),
        ("head.csv", b"a,b\n", "head.csv has no row"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3\n", "ragged.csv cannot be read: "),
        ("bytes.csv", b"a,b\n\xff\xfe,2\n", "bytes.csv cannot be read: "),
        ("a.csv", b"a,a.1,a\n1,2,3\n", None),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    if message is None:
        assert len(set(read_table(tmp_path / name).columns)) == 3
        return
    with pytest.raises(ValueError, match=message) as raised:
        read_table(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("labels", "target", "message"),
    [
        (["a", "b"], "lable", "target: the table has no column 'lable'; did you mean 'label'"),
        (["a", "a"], "label", "the target 'label' must have two values, it has one value: a"),
        (["a", "b", "c"], "label", "must have two values, it has 3 values: a, b, c"),
        (["a", None, "b"], "label", "the target 'label' is missing in 1 of 3 rows"),
    ],
)
def test_targets_that_do_not_fit(labels, target, message):
    table = pd.DataFrame({"x": range(len(labels)), "label": labels})
    with pytest.raises(ValueError, match=message):
        take_target(table, target)


def test_two_columns_of_one_name():
    table = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    with pytest.raises(ValueError, match="two columns are called 'a'"):
        learn(table)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("libauc", r"this needs torch and LibAUC \(.*\); install them with: "),
        ("pandas", "reading a table needs pandas; install it with: "),
    ],
)
def test_what_is_not_installed_is_named(tmp_path, module, message):
    customers(60).to_csv(tmp_path / "t.csv", index=False)
    script = (
        f"import sys; sys.modules[{module!r}] = None; from automax.__main__ import main; "
        "sys.exit(main(['fit', 't.csv', '--target', 'left']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 2
    assert re.fullmatch(f"automax fit: error: {message}{re.escape(INSTALL)}\n", done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_target_alone():
    with pytest.raises(ValueError, match="the table has no column but the target 'y'"):
        take_target(pd.DataFrame({"y": [0, 1]}), "y")


def test_a_target_and_the_rest():
    X, y = take_target(customers(50), "left")
    assert list(X) == list(features(customers(50)))
    assert y.name == "left"


@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_labels_with_gaps_are_named(kind):
    with pytest.raises(ValueError, match="the labels y: .* in 1 of 4 rows"):
        checked_labels(pd.Series(["a", None, "b", "c"], dtype=kind))
    with pytest.raises(ValueError, match="the labels y: .* in 2 of 4 rows"):
        checked_labels(np.array(["a", None, None, "c"], dtype=object))
    with pytest.raises(ValueError, match="the labels y: Input .*NaN"):
        checked_labels([0, 1, float("nan")])


@pytest.mark.parametrize("dates", [["30.11.2026", "1.2.2026 12:00"], ["11/30/26", "02/01/26"]])
def test_dates_in_another_form_are_named(dates):
    with pytest.warns(UserWarning, match="column 'when' looks like dates, but only dates such as 2026-11-30"):
        assert learn(pd.DataFrame({"when": dates, "n": [1, 2]})).kinds["when"] == "left out"


def test_versions_are_no_dates(recwarn):
    learn(pd.DataFrame({"version": ["1.2", "3.4.5"], "n": [1, 2]}))
    assert not recwarn.list
