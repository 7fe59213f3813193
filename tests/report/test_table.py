"""`Result` as a table, as JSON, as text; its best configurations."""

import csv
import dataclasses
import io
import json
import math
import pickle
import re
from html.parser import HTMLParser

import pytest

from pysmac_compat import ArgumentError, Evaluation, Result
from pysmac_compat.report.page.sections import sections
from pysmac_compat.report.table import COLUMNS

from .small import evaluation, handmade


def test_a_row_for_each_evaluation():
    result = handmade()
    frame = result.to_frame()
    assert list(frame.columns) == [*COLUMNS, "x", "n", "c", "parameter.seed"]
    assert list(frame["run"]) == [0, 0, 0, 1, 1]
    assert list(frame["index"]) == [1, 2, 3, 1, 2]
    assert list(frame["status"]) == ["SAT", "SAT", "CRASHED", "SAT", "SAT"]
    assert list(frame["value"]) == [e.value for e in result]
    assert list(frame["parameter.seed"]) == [0.5, 0.5, 0.5, 0.5, 0.25]
    assert frame["message"][2] == "ValueError: <script>alert(3)</script>"
    assert frame["seed"].isna().all()
    assert frame["cutoff"].isna().all()


def test_inactive_is_na_and_none_may_be_a_choice():
    frame = handmade().to_frame()
    assert list(frame["n"].isna()) == [True, False, True, True, True]
    assert frame["n"][1] == 7
    assert str(frame["n"].dtype) == "Int64"
    assert str(frame["x"].dtype) == "float64"
    assert frame["c"][4] is None


def test_an_empty_result_has_the_same_columns():
    result = handmade()
    for run in result.runs:
        run.evaluations = []
    frame = result.to_frame()
    assert list(frame.columns) == [*COLUMNS, "x", "n", "c", "parameter.seed"]
    assert len(frame) == len(result) == 0
    assert result  # all the same
    assert dataclasses.replace(result, search=type(result.search)()).to_frame().shape == (0, len(COLUMNS))


def test_other_evaluations_and_large_integers():
    result = handmade()
    result.known = [evaluation(0, 1.0, x=1.0, c="b", n=2**70, seed=0.0)]
    assert result.to_frame("known")["n"][0] == 2**70
    assert len(result.to_frame("test_evaluations")) == 0
    with pytest.raises(ArgumentError, match="of must be one of 'evaluations'.*got 'all'"):
        result.to_frame("all")


def test_csv_needs_no_pandas(tmp_path):
    result = handmade()
    assert result.to_csv(tmp_path / "result.csv") is None
    text = (tmp_path / "result.csv").read_text()
    assert text == result.to_csv()
    head, *rows = csv.reader(io.StringIO(text))
    assert head == list(result.to_frame().columns)
    assert [row[head.index("n")] for row in rows] == ["", "7", "", "", ""]
    assert rows[4][head.index("c")] == "None"
    assert [float(row[head.index("value")]) for row in rows] == [e.value for e in result]


def test_json_holds_all_of_it(tmp_path):
    result = handmade()
    result.runs[0].evaluations[0] = dataclasses.replace(result.runs[0].evaluations[0], value=math.inf)
    result.to_json(tmp_path / "result.json")
    read = json.loads((tmp_path / "result.json").read_text(), parse_constant=lambda text: pytest.fail(text))
    assert set(read) == {field.name for field in dataclasses.fields(Result)}
    assert read["search"]["parameters"]["n"]["kind"] == "integer"
    assert read["search"]["conditional_clauses"] == ["n | c == b"]
    first = read["runs"][0]["evaluations"][0]
    assert set(first) == {field.name for field in dataclasses.fields(Evaluation)}
    assert first["value"] is None
    assert read["runs"][1]["evaluations"][1] == dataclasses.asdict(result.runs[1].evaluations[1])


def test_len_iteration_and_pickle():
    result = handmade()
    assert len(result) == 5
    assert [e.index for e in result] == [1, 2, 3, 1, 2]
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert repr(again) == repr(result)


def test_the_best():
    result = handmade()
    best = result.best()
    assert [(b.value, b.run, b.evaluation) for b in best] == [(1.5, 1, 2), (3.0, 0, 2), (4.0, 0, 1)]
    assert best[0].active_configuration == result.active_configuration
    assert best[2].n_runs == 2  # the default, of both runs
    assert result.best(1) == best[:1]
    for wrong in (0, 1.5, "3"):
        with pytest.raises(ArgumentError, match="n must be"):
            result.best(wrong)


def test_the_best_is_printed_with_a_line_for_each():
    assert repr(handmade().best(2)).splitlines() == [
        "1.5 (run 1, evaluation 2): x=1.5, c=None, seed=0.25",
        "3 (run 0, evaluation 2): x=3, c=b, n=7, seed=0.5",
    ]


def test_the_table_tells_the_seed_of_a_run():
    """So that a row can be found in the files of the run."""
    result = handmade()
    result.runs[1].seed = 7
    assert list(result.to_frame()["run_seed"]) == [0, 0, 0, 7, 7]
    assert result.to_csv().splitlines()[-1].startswith("1,7,,2,")


def test_the_best_where_configurations_race():
    """A lucky one does not come before those that were worth more evaluations."""
    result = handmade(deterministic=False)
    result.runs[0].evaluations += [evaluation(4, 5.0, x=4.0, c="a", seed=0.5), evaluation(5, 0.0, x=0.0, c="a", seed=0)]
    values = [(b.value, b.n_runs) for b in result.best()]
    assert values[0] == (result.value, 1)
    assert values[1] == (4.5, 2)
    assert (0.0, 1) in values[2:]


def test_the_best_where_the_largest_value_is():
    result = handmade(maximize=True)
    result.runs, result.value = result.runs[:1], 4.0
    result.active_configuration = result.runs[0].evaluations[0].configuration
    assert [b.value for b in result.best()] == [4.0, 3.0]


def test_without_a_success_there_is_no_best():
    result = handmade()
    for run in result.runs:
        run.evaluations, run.trajectory = [evaluation(1, 2.0**127, "CRASHED", x=4.0, c="a", seed=0.5)], []
    assert result.best() == []
    assert "no evaluation has succeeded" in result.summary()
    assert "  x " not in result.summary()  # the default stands there for lack of a better one


def test_the_summary_says_what_a_person_asks():
    text = handmade().summary()
    for piece in ("1.5, the least, found by evaluation 2 of run 1 (seed 1)", "5 of 6: 4 SAT, 1 CRASHED", "inactive  "):
        assert piece in text
    assert "evaluation 3: ValueError: <script>alert(3)</script>" in text
    assert text.splitlines()[-1] == "stopped because  interrupted"
    result = handmade()
    result.value = result.runs[1].value = 0.08999999999999997
    assert "0.09, the least" in result.summary()


def test_a_notebook_takes_nothing_for_markup():
    class Tags(HTMLParser):
        found = ()

        def handle_starttag(self, tag, attrs):
            self.found = {*self.found, tag}

    result = handmade()
    result.active_configuration = {"<b>x</b>": "<script>", "c": '"&'}
    result.stopped_because = "<img src=x>"
    parser = Tags()
    parser.feed(result._repr_html_())
    assert parser.found == {"table", "caption", "tbody", "tr", "th", "td"}


@pytest.mark.parametrize("package", ["pandas"])
def test_what_is_missing_is_named_with_the_command(run_script, package):
    done = run_script(
        f"""
        import sys
        sys.modules[{package!r}] = None
        from pysmac_compat import Result
        result = Result(1.0, {{}}, {{}}, [], 0, "")
        print(result.to_csv())
        try:
            result.to_frame()
        except ImportError as error:
            print(error)
        """
    )
    assert done.stdout.splitlines()[-1] == "to_frame() needs pandas: pip install 'pysmac-compat[show]'"


def test_the_tests_in_the_summary_are_those_of_the_configuration_it_shows():
    result = handmade()
    for run, value in zip(result.runs, (10.0, 20.0), strict=True):
        incumbent = evaluation(1, value, **run.active_configuration)
        run.test_evaluations = [evaluation(1, 500.0, x=4.0, c="a", seed=0.5), incumbent]
    lines = dict(re.split("  +", line, maxsplit=1) for line in result.summary().splitlines() if line[0] != " ")
    assert lines["on test instances"] == "20, a mean over 1 call"  # of run 1, which has the least value
    assert lines["tests of the runs"] == "10, 20"
    assert dict(sections(result)["runs"])["on test instances"] == ["10", "20"]
    for run in result.runs:
        run.test_evaluations = run.test_evaluations[:1]  # stopped before the incumbent was tested
    assert "on test instances" not in result.summary()


def test_a_mean_run_time_has_the_name_and_the_penalty_of_the_objective():
    result = handmade()
    result.search = dataclasses.replace(result.search, runtime=True, cutoff=20.0, penalty=10.0)
    run = result.runs[1]
    run.test_evaluations = [evaluation(n, value, **run.active_configuration) for n, value in enumerate((10.0, 20.0))]
    text = result.summary()
    assert re.search(r"^value .*, the least PAR10 in seconds", text, re.MULTILINE)
    assert re.search(r"^on test instances +105, a PAR10 over 2 calls$", text, re.MULTILINE)
    assert "the default" not in text
    default = result.search.space.default
    result.runs[0].test_evaluations = [evaluation(n, 20.0, **default) for n in range(2)]
    assert re.search(r"^  the default +200, a PAR10 over 2 calls$", result.summary(), re.MULTILINE)
    result.search = dataclasses.replace(result.search, penalty=1.0)
    text = result.summary()
    assert re.search(r"^value .*, the least mean run time in seconds", text, re.MULTILINE)
    assert re.search(r"^on test instances +15, a mean over 2 calls$", text, re.MULTILINE)


def test_no_configuration_without_a_failed_evaluation():
    result = handmade()
    for run in result.runs:
        run.trajectory = []
    assert re.search("^value +none: each configuration has a failed evaluation$", result.summary(), re.MULTILINE)
    for run in result.runs:
        run.evaluations = [each for each in run.evaluations if not each.succeeded]
    assert re.search("^value +none: no evaluation has succeeded$", result.summary(), re.MULTILINE)


def test_the_summary_names_the_same_evaluation_as_the_best():
    """In a race a configuration may become the best by its second evaluation."""
    result = handmade(deterministic=False)
    run = result.runs[1]
    again = dataclasses.replace(run.evaluations[-1], index=3)
    run.evaluations.append(again)
    run.trajectory[-1] = dataclasses.replace(run.trajectory[-1], evaluation=3)
    assert result.best(1)[0].evaluation == 2
    assert "found by evaluation 2 of run 1" in result.summary()


def test_the_summary_shows_the_end_of_a_long_message():
    result = handmade()
    failed = next(each for each in result if each.status == "CRASHED")
    message = f"the program failed: {'x' * 300} SyntaxError: Missing parentheses"
    result.runs[0].evaluations[2] = dataclasses.replace(failed, message=message)
    (line,) = [line for line in result.summary().splitlines() if line.startswith("first failure")]
    assert "the program failed: xxx" in line
    assert line.endswith("x SyntaxError: Missing parentheses")
    assert len(line) < 250
