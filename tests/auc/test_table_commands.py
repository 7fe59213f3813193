"""``automax fit`` and ``automax predict``, with real trainings."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import automax
from automax.__main__ import main
from automax.tables import commands

from .tables import customers
from .training import needs_libauc

pytestmark = [*needs_libauc, pytest.mark.slow, pytest.mark.filterwarnings("ignore:the validation split has")]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Return a folder with a table, new rows, and a classifier that a command has fitted."""
    folder = tmp_path_factory.mktemp("tables")
    customers().to_csv(folder / "customers.csv")  # with its index, a column without a name
    customers(50, seed=1).to_csv(folder / "new.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def said(fitted):
    """Return the output of ``automax fit``."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        status = main([*words(fitted), "--n_trials", "2", "--epochs", "2", "--metric", "auprc"])
    assert status == 0
    return out.getvalue()


def words(folder, data="customers.csv", target="left", output="model"):
    return ["fit", str(folder / data), "--target", target, "--output", str(folder / output)]


def test_what_is_said(fitted, said):
    lines = said.splitlines()
    assert lines[0] == "columns without a name are left out: Unnamed: 0"
    assert lines[1].endswith("customers.csv: 240 rows, 48 of them for the test")
    assert lines[2].startswith("positive class: 'yes', chosen by its name (")
    assert lines[3] == "columns: 2 numbers, 1 category, 1 date; left out, because nearly all values differ: name"
    assert lines[4].startswith("rows: 144 for training, 48 for validation (")
    assert sum(line.startswith("trial ") for line in lines) == 2
    assert lines[-2].startswith("test: AUPRC 0.")
    assert lines[-1].endswith(f"for new rows: automax predict {fitted / 'model'} FILE")
    report = json.loads((fitted / "model" / "report.json").read_text())
    low, high = report["test"]["AUPRC"]["interval"]
    assert low <= report["test"]["AUPRC"]["score"] <= high
    assert report["n_rows"]["test"] == 48


def test_a_fresh_process_predicts(fitted, said):
    done = subprocess.run(
        [sys.executable, "-m", "automax", "predict", fitted / "model", fitted / "new.csv", "--keep", "name"],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "name,probability,predicted"
    assert len(lines) == 51
    clf = automax.load_classifier(fitted / "model")
    new = customers(50, seed=1)[list(clf.feature_names_in_)]
    probability = [float(line.split(",")[1]) for line in lines[1:]]
    np.testing.assert_allclose(probability, clf.predict_proba(new)[:, 1], rtol=1e-9)
    assert [line.split(",")[2] for line in lines[1:]] == clf.predict(new).tolist()
    assert "50 rows; the column probability holds the probability of left = yes" in done.stderr
    assert "of 50 rows with left: AUROC 0." in done.stderr


def test_predictions_in_a_file(fitted, said, capsys):
    assert main(["predict", str(fitted / "model"), str(fitted / "new.csv"), "--output", str(fitted / "s.csv")]) == 0
    assert list(pd.read_csv(fitted / "s.csv")) == ["probability", "predicted"]
    assert capsys.readouterr().out == ""


def test_a_later_fit_goes_beside(fitted, said, capsys):
    """An earlier classifier is kept, and a resumed search repeats no training."""
    more = ["--n_trials", "2", "--epochs", "2", "--metric", "auprc"]
    before = (fitted / "model" / "network" / "best.pt").read_bytes()
    assert main([*words(fitted), *more, "--resume"]) == 0
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("trial ")]
    assert (fitted / "model" / "network" / "best.pt").read_bytes() == before
    (fitted / "other").mkdir()
    (fitted / "other" / "mine").touch()
    assert main([*words(fitted, output="other"), *more]) == 2
    assert "other exists and holds no classifier" in capsys.readouterr().err


def error(words, capsys):
    assert main([str(word) for word in words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (None, ["--target", "lefft"], "has no column 'lefft'; did you mean 'left'?"),
        (None, ["--metric", "AUPCR"], "metric: unknown 'AUPCR'; did you mean 'AUPRC'"),
        (None, ["--positive", "maybe"], "positive must be one of the classes no and yes, got 'maybe'"),
        (None, ["--drop", "agee"], "--drop: "),
        (None, ["--metric", "AUPRC", "--max_fpr", "0.3"], "max_fpr needs metric='AUROC'"),
        (None, ["--threshold", "acuracy"], "threshold: unknown 'acuracy'; did you mean 'accuracy'"),
        (None, ["--calibration", "plat"], "calibration: unknown 'plat'; known are isotonic, sigmoid"),
        (None, ["--test_fraction", "1.5"], "--test_fraction must be at least 0 and below 1, got 1.5"),
        (None, ["--n_trials", "0"], "n_trials must be at least 1, got 0"),
        (lambda t: t.assign(left="no"), [], "must have two values, it has one value: no"),
        (lambda t: t.assign(left=t["plan"].fillna("basic")), [], "it has 3 values: basic, plus, pro"),
        (lambda t: t.assign(left=t["left"].where(t.index > 2)), [], "'left' is missing in 3 of 240 rows"),
        (lambda t: t.assign(empty=np.nan), [], "column 'empty' has no value in any row: leave it out"),
        (lambda t: t[(t["left"] == "no") | (t.index == t.index[t["left"] == "yes"][0])], ["--test_fraction", "0"],
         "too few positive rows: 1 of "),
    ],
)  # fmt: skip
def test_no_training_begins(tmp_path, capsys, change, options, message):
    table = customers() if change is None else change(customers())
    table.to_csv(tmp_path / "t.csv", index=False)
    assert message in error([*words(tmp_path, "t.csv"), *options], capsys)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.csv"]


def test_rows_for_the_test_from_a_file(tmp_path, capsys):
    table, test = customers(), customers(30, seed=1)
    table.to_csv(tmp_path / "t.csv", index=False)
    test[[*reversed(test.columns)]].assign(more=1).to_csv(tmp_path / "test.csv", index=False)
    arguments = commands._fit_parser().parse_args([*words(tmp_path, "t.csv")[1:], "--test", str(tmp_path / "test.csv")])
    X, y, X_test, y_test = commands._divided(arguments, table.drop(columns="left"), table["left"])
    assert (len(X), len(y), len(X_test), len(y_test)) == (240, 240, 30, 30)
    assert list(X_test.columns) == list(X.columns)
    test.assign(left=test["left"].replace("yes", "ja")).to_csv(tmp_path / "test.csv", index=False)
    given = [*words(tmp_path, "t.csv"), "--test", tmp_path / "test.csv"]
    assert "test.csv: the target has other values than in" in error(given, capsys)
    test.drop(columns="calls").to_csv(tmp_path / "test.csv", index=False)
    assert "test.csv has no column 'calls'" in error(given, capsys)


def test_rows_for_the_test_are_a_fifth_of_each_class(tmp_path):
    table = customers()
    arguments = commands._fit_parser().parse_args(words(tmp_path)[1:])
    X, y, X_test, y_test = commands._divided(arguments, table.drop(columns="left"), table["left"])
    assert not set(X.index) & set(X_test.index)
    assert len(X) + len(X_test) == 240
    assert abs((y_test == "yes").sum() - 0.2 * (table["left"] == "yes").sum()) <= 1
    none = commands._fit_parser().parse_args([*words(tmp_path)[1:], "--test_fraction", "0"])
    assert len(commands._divided(none, table.drop(columns="left"), table["left"])[2]) == 0


def test_tables_and_folders_that_are_not_there(tmp_path, fitted, said, capsys):
    assert "none.csv cannot be read: No such file" in error(words(tmp_path, "none.csv"), capsys)
    assert "holds no classifier" in error(["predict", tmp_path, fitted / "new.csv"], capsys)
    customers().drop(columns="age").rename(columns={"calls": "call"}).to_csv(tmp_path / "less.csv")
    assert "has no column 'age'" in error(["predict", fitted / "model", tmp_path / "less.csv"], capsys)
    words_instead = customers(20).assign(age="old")
    words_instead.to_csv(tmp_path / "words.csv", index=False)
    message = error(["predict", fitted / "model", tmp_path / "words.csv"], capsys)
    assert "column 'age' must hold numbers, as when the classifier was fitted, got 'old' in row 1" in message


def test_a_search_that_has_not_ended(tmp_path, capsys):
    customers().to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "model" / "search").mkdir(parents=True)
    said = error(["predict", tmp_path / "model", tmp_path / "t.csv"], capsys)
    assert "model holds no classifier yet, because its search has not ended; the same command automax fit" in said
    assert "--resume completes the search" in said


@pytest.mark.parametrize("name", ["best.pt", "best.json"])
@pytest.mark.parametrize("content", [None, b"{", "half"])
def test_a_damaged_network(name, content, tmp_path, fitted, said, capsys):
    shutil.copytree(fitted / "model", tmp_path / "model")
    path = tmp_path / "model" / "network" / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if content == "half" else content)
    message = error(["predict", tmp_path / "model", fitted / "new.csv"], capsys)
    assert name in message
    assert "network" in message
    assert "/tmp" not in message.replace(str(tmp_path), "")  # the file of the classifier, not a copy


def test_what_was_chosen_is_said(said):
    lines = said.splitlines()
    assert lines[4].endswith(" positive, so scores and choices are noisy); 8 inputs")
    assert lines[5] == "the settings are tested on one batch, which can take a minute; then the trials begin"
    end = lines[lines.index("best configuration:") :]
    assert any(line.startswith("  loss: ") for line in end)
    assert re.search(r"^  val AUPRC 0\.\d+ \[.*too optimistic", "\n".join(end), re.MULTILINE)
    assert re.search(r"^the default configuration: val AUPRC 0\.", end[-3])
    assert "model and predictions" not in said  # the folder is named in the last line
