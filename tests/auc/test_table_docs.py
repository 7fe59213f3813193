"""The page on tables: its ten lines run, and its tables list all arguments and flags."""

import contextlib
import inspect
import io
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from automax import AUCClassifier
from automax.tables import commands

from .tables import customers
from .training import needs_libauc

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text()


@pytest.mark.libauc
@pytest.mark.slow
@needs_libauc[1]
@pytest.mark.filterwarnings("ignore:the validation split has")
def test_the_ten_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    customers().to_csv("customers.csv", index=False)
    lines = textwrap.dedent(PAGE.partition("<!-- ten lines -->")[2].partition("<!-- /ten lines -->")[0])
    assert len([line for line in lines.splitlines() if line]) <= 10
    short = lines.replace("n_trials=20", "n_trials=1, epochs=1")
    assert short != lines
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(short, {})
    assert 0 < float(out.getvalue()) <= 1


def test_every_argument_is_there():
    table = PAGE.partition("The arguments of `AUCClassifier`:")[2].partition("After `fit`")[0]
    shown = set(re.findall(r"`(\w+)`", " ".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    assert shown == set(inspect.signature(AUCClassifier).parameters)


def test_every_flag_is_there():
    table = PAGE.partition("| flag of")[2].partition("A mistake")[0]
    shown = set(re.findall(r"--\w+", " ".join(line.split("|")[1] for line in table.splitlines() if "|" in line)))
    known = {option for action in commands._fit_parser()._actions for option in action.option_strings}
    assert shown == known - {"-h", "--help", "--target"}


def test_the_last_lines_score_the_positive_class_whatever_its_name_is():
    """Their column is that of the positive class, also if its name is the first in the alphabet."""
    lines = textwrap.dedent(PAGE.partition("<!-- ten lines -->")[2].partition("<!-- /ten lines -->")[0])
    known = SimpleNamespace(
        classes_=np.array(["fraud", "ok"]),
        positive_="fraud",
        predict_proba=lambda X: np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9]]),
    )
    names = {"clf": known, "X_test": None, "y_test": np.array(["fraud", "ok", "ok"])}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(lines.partition("average_precision_score\n")[0] + "average_precision_score", names)
        exec(lines.partition(".fit(X_train, y_train)\n")[2], names)
    assert float(out.getvalue()) == 1.0
