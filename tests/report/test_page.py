"""The page of a result: what stands in it, and that nothing in it is taken for markup."""

import base64
import dataclasses
import hashlib
import json
import re
import sys
from html.parser import HTMLParser

import pytest

from pysmac_compat import load_result
from pysmac_compat.report.page import page
from pysmac_compat.report.page.drawn import drawn
from pysmac_compat.report.page.repeat import call, script
from pysmac_compat.report.words import precise
from pysmac_compat.space.definition import define

from . import pages
from .small import evaluation, handmade, sampled


class Parsed(HTMLParser):
    """The tags, the texts by the section that they stand in, and what the scripts are."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.scripts, self.styles, self.attributes = [], {}, [], [], set()
        self._section = self._tag = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._tag = tag
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "section":
            self._section = dict(attrs)["id"]
        self.texts[self._section] = self.texts.get(self._section, "") + " "
        if tag == "meta" and ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"]

    def handle_endtag(self, tag):
        self._tag = ""

    def handle_data(self, data):
        if self._tag in ("script", "style"):
            (self.scripts if self._tag == "script" else self.styles).append(data)
        else:
            self.texts[self._section] = self.texts.get(self._section, "") + data

    def text(self, section):
        return " ".join(self.texts[section].split())


@pytest.fixture(scope="module")
def everything():
    result = pages.everything()
    return result, Parsed(result.report())


@pytest.mark.slow
def test_what_the_sections_say(everything):
    result, parsed = everything
    sections = ["summary", "history", "runs", "parallel", "best", "importance", "instances", "failures", "space"]
    assert [name for name in parsed.texts if name] == [*sections, "repeat"]
    assert precise(result.value) in parsed.text("summary")
    assert "run 4" in parsed.text("runs")
    for run in result.runs:
        assert f"{run.value:.4g}" in parsed.text("runs")
    assert "lr a real number from 1e-06 to 1.0, on a logarithmic scale 0.1 where algo is 'sgd'" in parsed.text("space")
    assert "where algo is 'tree', and level is 'low' or 'mid'" in parsed.text("space")
    assert "algo × " in parsed.text("importance")
    for status, n in (("CRASHED", result.n_crashed), ("TIMEOUT", result.n_timed_out)):
        assert f"{status} {n} ×" in parsed.text("failures")
    assert "ValueError: <script>alert(29)</script>" in parsed.text("failures")
    assert "smac" in parsed.text("repeat")


@pytest.mark.slow
def test_it_needs_nothing_else_and_runs_no_other_script(everything):
    _, parsed = everything
    data, code = parsed.scripts
    assert json.loads(data)["total"] == 280
    for kind, text in (("script", code), ("style", parsed.styles[0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in parsed.policy
    assert "default-src 'none'" in parsed.policy
    assert "connect-src" not in parsed.policy
    assert not {"src", "style"} & parsed.attributes
    assert not [name for name in parsed.attributes if name.startswith("on")]
    assert not {"img", "iframe", "object", "form action"} & set(parsed.tags)


def test_what_somebody_else_has_written_is_text(tmp_path):
    pages.write_evil(tmp_path)
    text = load_result(tmp_path).report(title=pages.EVIL)
    parsed = Parsed(text)
    assert parsed.tags.count("script") == 2
    assert not {"img", "iframe"} & set(parsed.tags)
    assert not [name for name in parsed.attributes if name.startswith("on")]
    shown = pages.EVIL.replace("\u202e\u2028", r"\u202e\u2028")
    for section in ("", "summary", "best", "importance", "failures", "space", "repeat"):
        assert shown.split('"')[0] in parsed.texts[section], section
    assert f"ValueError: {shown}" + r"\udc80" in parsed.texts["failures"]
    assert json.loads(parsed.scripts[0])["parameters"][0]["name"] == shown
    assert not re.search("[\u202e\u2028\ud800-\udfff]", text)
    text.encode()


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    import pickle

    pages.write_evil(tmp_path / "out" / "scenario")
    for name in ("pysmac_config.pkl", "out/scenario/state.pkl"):
        (tmp_path / name).write_bytes(pickle.dumps(1))
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *arguments, **more: pytest.fail("it was unpickled"))
    load_result(tmp_path).report()


@pytest.mark.parametrize(
    ("name", "values"),
    [("x", ["a", "b"]), ("x", [0.0, float("nan")]), ("x", [1.0, 0.0]), ("x", [0.0]), ("x", [{}, {}])],
)
def test_a_journal_of_a_space_that_is_none(tmp_path, name, values):
    pages.write_journal(tmp_path, pages.parameter(name, "real", values, 0.5), [])
    with pytest.raises(ValueError, match=r"line 1: the header is damaged.*'x'"):
        load_result(tmp_path)


@pytest.mark.parametrize("configuration", [{"x": "a"}, {"x": []}, {"y": 1.0}, {"x": float("inf")}, {"c": {"a": 1}}])
def test_a_journal_of_evaluations_of_another_space(tmp_path, configuration):
    found = [dataclasses.replace(evaluation(1, 2.0), configuration=configuration)]
    space = pages.parameter("x", "real", [0.0, 1.0], 0.5) | pages.parameter("c", "categorical", ["a"], "a")
    pages.write_journal(tmp_path, space, found)
    with pytest.raises(ValueError, match=r"line 2: evaluation 1: .*[xyc]"):
        load_result(tmp_path)


def test_the_script_does_the_same_search():
    result = pages.conditional(workers=4, maximize=True, cutoff=5.0, total_time=60.0, deterministic=False)
    text, given = script(result), {}

    class Optimizer:
        def __init__(self, **arguments):
            given.update(arguments)
            self.smac_options = given

        def minimize(self, function, n, parameters, conditional_clauses, **arguments):
            given.update(arguments, n=n, space=define(parameters, conditional_clauses))
            return function(), {}

    module = type(sys)("pysmac_compat")
    module.SMAC_optimizer = Optimizer
    exec(text.replace("import pysmac_compat as pysmac", ""), {"pysmac": module, "function": lambda: 1})
    space = given.pop("space")
    assert space == result.search.space
    assert given == {
        "workers": 4,
        "t_limit_total_s": 60.0,
        "n": 120,
        "deterministic": False,
        "maximize": True,
        "t_limit_function_s": 5.0,
        "seed": 0,
    }
    assert eval(call(result), {"function": dict}) == result.active_configuration


def test_names_that_python_does_not_know():
    result = sampled(lambda **values: values["a-b"], 5, {"a-b": ("real", [0, 1], 0.5), "c": ("integer", [1, 3], 2)})
    assert eval(call(result), {"function": dict}) == result.active_configuration


def test_values_to_be_large_keep_their_sign():
    result = handmade(maximize=True)
    data = drawn(result)
    assert data["value"] == [4.0, 3.0, None, 4.0, 1.5]
    assert data["label"] == "value (more is better)"
    assert data["maximize"] is True


def test_what_is_drawn():
    result = handmade()
    result.known = [evaluation(0, 2.0, x=1.0, c="b", n=2, seed=0.0)]
    data = drawn(result)
    assert (data["run"], data["index"]) == ([0, 0, 0, 1, 1], [1, 2, 3, 1, 2])
    assert [data["statuses"][i] for i in data["status"]] == ["SAT", "SAT", "CRASHED", "SAT", "SAT"]
    assert data["clock"] == [1.0, 2.0, 3.0, 1.0, 2.0]
    assert data["runs"][0]["steps"] == [[1, 1.0, 4.0], [2, 2.0, 3.0], [3, 3.0, 3.0]]
    assert [run["known"] for run in data["runs"]] == [[2.0], []]
    x, n, c, _ = data["parameters"]
    assert x["values"] == [4.0, 3.0, 2.0, 4.0, 1.5]
    assert n["values"] == [None, 7, None, None, None]
    assert c["choices"] == ["a", "b", "None"]
    assert c["values"] == [0, 1, 0, 0, 2]
    json.dumps(data, allow_nan=False)


def test_of_very_many_evaluations_the_steps_to_the_best_are_there(monkeypatch):
    monkeypatch.setattr("pysmac_compat.report.page.drawn._MOST", 1000)
    result = sampled(lambda x: x, 1500, {"x": ("real", [0, 1], 0.5)})
    data = drawn(result)
    assert data["total"] == 1500
    assert 700 <= len(data["index"]) <= 1000
    assert {step.evaluation for step in result.runs[0].trajectory} <= set(data["index"])


def test_of_many_parameters_the_important_ones_have_an_axis():
    names = [f"p{i}" for i in range(20)]
    result = sampled(lambda **values: values["p17"], 4, {name: ("real", [0, 1], 0.5) for name in names})
    axes = [each["name"] for each in drawn(result, ["p17", "p3"])["parameters"] if each["axis"]]
    assert len(axes) == 15
    assert {"p17", "p3"} <= set(axes)
    assert axes == sorted(axes, key=names.index)


def test_messages_that_differ_in_numbers_only_stand_together():
    result = sampled(lambda x: x, 9, {"x": ("real", [0, 1], 0.5)})
    evaluations = result.runs[0].evaluations
    for i in range(6):
        message = "Traceback\n" + "line\n" * 100 + f"ValueError: {['no', 'never'][i % 2]} {i}"
        evaluations[i] = dataclasses.replace(evaluations[i], status="CRASHED", value=2.0**127, message=message)
    parsed = Parsed(page(result))
    assert parsed.text("failures").count("CRASHED 3 ×") == 2
    assert "evaluations 1; 3; 5" in parsed.text("failures")
    assert "... 62 lines ..." in parsed.text("failures")


def test_a_search_without_anything(tmp_path):
    for result in (pages.nothing(), dataclasses.replace(handmade(), runs=[], search=type(handmade().search)())):
        parsed = Parsed(result.report())
        assert "It cannot be told" in parsed.text("importance")
        assert "No evaluation has succeeded." in parsed.text("best")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conditional_forbidden", "runtime_dict_instances", "readers_multirun", "tlimit_cpu"])
def test_a_folder_of_the_java_program(java_runs, name):
    result = load_result(java_runs / name / "wd")
    parsed = Parsed(result.report())
    assert json.loads(parsed.scripts[0])["total"] == len(result)
    assert ("runs" in parsed.texts) == (len(result.runs) > 1)
    assert ("instances" in parsed.texts) == (result.search.n_instances is not None)
    assert ("never " in parsed.text("space")) == (name == "conditional_forbidden")


@pytest.mark.slow
def test_a_folder_of_automax(tmp_path):
    pages.write_automax(tmp_path / "search" / "out" / "scenario")
    result = load_result(tmp_path)
    parsed = Parsed(result.report())
    assert "0.99, the largest" in parsed.text("summary")
    assert "one of (1, 2), (3, 4)" in parsed.text("space")
    assert "ValueError: this one is broken" in parsed.text("failures")
    assert "maximize=True" in parsed.text("repeat")


@pytest.mark.slow
def test_it_is_written(tmp_path):
    result = handmade()
    assert result.report(tmp_path / "run.html", title="my search") is None
    assert (tmp_path / "run.html").read_text(encoding="utf-8") == result.report(title="my search")


def test_without_jinja(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ImportError, match=r"report\(\) needs jinja2: pip install 'pysmac-compat\[report\]'"):
        handmade().report()
