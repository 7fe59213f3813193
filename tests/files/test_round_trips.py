"""What is written is what is read, for whatever values there are."""

import json
import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pysmac_compat import ClauseError
from pysmac_compat.files import (
    configuration_texts,
    instances,
    pcs,
    run_results,
    rundata,
    scenario_files,
    trajectory,
    validation_files,
)
from pysmac_compat.files.text import quoted_cells, write_text
from pysmac_compat.space.definition import define
from pysmac_compat.space.parameters import parse_parameters
from pysmac_compat.space.values import java_number, typed_values, unit_value, value_texts

from ..strategies import any_float, configurations_of_spaces, names, numbers, printable, seconds, spaces, words

quick = settings(max_examples=20)


def _typed(values):
    return {name: (type(value), value) for name, value in values.items()}


@quick
@given(number=st.floats(allow_nan=False))
@example(5e-324)
@example(1e7)
@example(9999999.999999998)
@example(0.001)
@example(-0.0)
def test_numbers(number):
    text = java_number(number)
    assert float(text) == number
    assert math.copysign(1, float(text)) == math.copysign(1, number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1e7, "1.0E7"),
        (12345678.9, "1.23456789E7"),
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (-2.5e-10, "-2.5E-10"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (2.0**127, "1.7014118346046923E38"),
        (100, "100.0"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_numbers_look_like_those_of_java(number, text):
    assert java_number(number) == text


@pytest.mark.slow
@quick
@given(drawn=st.lists(configurations_of_spaces(), min_size=1, max_size=1), copies=st.integers(1, 3))
def test_configurations(tmp_path, drawn, copies):
    [(definition, values)] = drawn
    texts = value_texts(values, definition)
    path = tmp_path / "paramstrings-it0.txt"
    write_text(path, "".join(configuration_texts.paramstrings_line(i + 1, texts) for i in range(copies)))
    read = configuration_texts.read_paramstrings(path)
    assert read == [texts] * copies
    assert _typed(typed_values(read[0], definition)) == _typed(values)
    path = tmp_path / "uniq_configurations-it0.csv"
    write_text(path, configuration_texts.uniq_configurations_line(1, values, definition))
    (row,) = configuration_texts.read_uniq_configurations(path)
    for unit, (name, value) in zip(row, values.items(), strict=True):
        parameter = definition.parameters[name]
        if parameter.kind == "categorical":
            assert parameter.values[int(unit) - 1] == value
        else:
            assert -1e-9 <= unit <= 1 + 1e-9


@pytest.mark.parametrize(
    ("low", "high"),
    [(5e-324, 1e300), (2.3e-308, 1.0), (1.0, 1.7e308), (1e-15, 1e-3), (2 - 2**-52, 2.0), (1e300, 1.0000001e300)],
)
def test_places_on_a_logarithmic_scale(low, high):
    parameter = define({"x": ("real", [low, high], low, "log")}).parameters["x"]
    middle = math.sqrt(low) * math.sqrt(high)
    assert unit_value(low, parameter) == 0.0
    assert unit_value(high, parameter) == 1.0
    if low < middle < high:
        assert unit_value(middle, parameter) == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("value", ["it's", "\\", "\\'", "a\\\\'b", "C:\\new", "', y='2", "", " ", "\\\\"])
def test_quotes_and_backslashes(tmp_path, value):
    path = tmp_path / "file"
    texts = {"a=b": value, "y": "1"}
    write_text(path, configuration_texts.paramstrings_line(1, texts))
    assert configuration_texts.read_paramstrings(path) == [texts]
    if "'" not in value and not value.endswith("\\"):
        assert f"='{value}'," in path.read_text()  # as SMAC v2 has it


def test_values_outside_of_the_space():
    definition = define({"n": ("integer", [1, 9], 3), "x": ("real", [0, 1], 0.5)})
    assert typed_values({"x": "1.0000000000000002", "n": "4.0"}, definition) == {"n": 4, "x": 1.0}
    for texts in ({"n": "10"}, {"n": "4.5"}, {"n": "four"}, {"x": "NaN"}, {"x": "1.1"}, {"y": "1"}):
        with pytest.raises(ValueError, match=next(iter(texts))):
            typed_values(texts, definition)


@pytest.mark.slow
@quick
@given(space=spaces)
def test_spaces(tmp_path, space):
    definition = define(space)
    path = tmp_path / "param.pcs"
    write_text(path, pcs.definition_text(definition))
    parameters, conditionals, forbiddens = pcs.read_pcs(path)
    assert (conditionals, forbiddens) == ([], [])
    read = parse_parameters(parameters)
    assert list(read) == list(definition.parameters)
    for name, parameter in definition.parameters.items():
        own = read[name]
        assert (own.kind, own.log) == (parameter.kind, parameter.log)
        if parameter.numeric:
            assert (own.values, own.default) == (parameter.values, parameter.default)
        else:
            assert (own.values, own.default) == (tuple(map(str, parameter.values)), str(parameter.default))


@pytest.mark.slow
@quick
@given(space=spaces)
def test_written_by_hand(tmp_path, space):
    """The dialect that is read is written back, typed or not."""
    path = tmp_path / "param.pcs"
    dialect = {}
    for name, (kind, values, default, *log) in space.items():
        if kind in ("categorical", "ordinal"):
            values, default = list(map(str, values)), str(default)
        if kind == "ordinal" or any(c in "|{[" for c in name):
            dialect[name] = (kind, values, default, *log)
        elif kind == "categorical":
            dialect[name] = (set(values), default)
        else:
            dialect[name] = (values, default, *(["int"] if kind == "integer" else []), *log)
    pcs.write_pcs(path, dialect, [], [])
    assert pcs.read_pcs(path)[0] == dialect


@st.composite
def spaces_with_clauses(draw):
    """Two parameters with odd names, one of them under a condition on the other, and a forbidden clause over both."""
    odd = st.text(alphabet="ab{}[],=-", min_size=1, max_size=5)
    child, parent = draw(st.lists(odd, min_size=2, max_size=2, unique=True))
    space = {child: ("real", [0, 1], 0.5), parent: ("ordinal", ["lo", "hi", "x y"], "lo")}
    condition = draw(st.sampled_from(["== hi", "!= lo", "> lo", "in {lo,hi}", 'in {"x y"}', "== lo || {} == hi"]))
    conditional = f"{child} | {parent} {condition.replace('{}', parent)}"
    return space, [conditional], [f"{{{child} = 0.25, {parent} = hi}}"]


def _define(*space):
    """The definition of a space; names in which operators stand are ambiguous in some clauses, and refused there."""
    try:
        return define(*space)
    except ClauseError:
        assume(False)


@quick
@given(space=spaces_with_clauses())
@example(({"a{b": ("real", [0, 1], 0.5), "x,y": ("ordinal", ["lo", "hi"], "lo")}, ["a{b | x,y == hi"], []))
@example(({"a[b": ("real", [0, 1], 0.5), "x,y": ("ordinal", ["lo", "hi"], "lo")}, ["a[b|x,y in {hi}"], []))
@example(({"{a": ("real", [0, 1], 0.5), "k{": ("categorical", ["u", "v"], "u")}, ["{a | k{ in {v}"], ["{{a > 0.7}"]))
def test_clauses_over_odd_names(tmp_path, space):
    definition = _define(*space)
    path = tmp_path / "param.pcs"
    write_text(path, pcs.definition_text(definition))
    read = define(*pcs.read_pcs(path))
    assert read.parameters == definition.parameters
    assert read.conditions == definition.conditions
    assert [clause.text for clause in read.forbiddens] == [clause.text for clause in definition.forbiddens]


def test_a_choice_with_a_bar_is_no_condition(tmp_path):
    path = tmp_path / "param.pcs"
    path.write_text("a {b | c,d}[d]\na{ real [0, 1] [0.5]\n")
    assert pcs.read_pcs(path) == ({"a": ({"b | c", "d"}, "d"), "a{": ("real", [0, 1], 0.5)}, [], [])


def test_clauses(tmp_path):
    space = {"a|b": ("categorical", ["x y", "p|q", "{", "it's", "#"], "{"), "n": ("integer", [1, 9], 3)}
    conditionals = ["n | a|b in {'x y', '#'} || a|b == p|q  # why"]
    forbiddens = ["{a|b = p|q, n = 9}", "{n * 2 > 17 &&\n n < 10}"]
    definition = define(space, conditionals, forbiddens)
    path = tmp_path / "param.pcs"
    write_text(path, pcs.definition_text(definition))
    read = define(*pcs.read_pcs(path))
    assert read.parameters == definition.parameters
    assert read.conditions == definition.conditions
    assert read.forbiddens[0] == definition.forbiddens[0]
    assert read.forbiddens[1].node == definition.forbiddens[1].node


rows = st.builds(
    run_results.RunRow,
    number=st.integers(1, 10**6),
    configuration=st.integers(1, 10**6),
    instance=st.integers(1, 10**6),
    response=any_float,
    censored=st.booleans(),
    cutoff=seconds,
    seed=st.integers(-1, 2**31),
    runtime=seconds,
    quality=any_float,
    iteration=st.integers(0, 10**6),
    cumulative_runtime=seconds,
    result=st.sampled_from(["SAT", "UNSAT", "TIMEOUT", "CRASHED", "ABORT"]),
    wall_time=seconds,
    additional=printable,
)


@pytest.mark.slow
@quick
@given(written=st.lists(rows, max_size=5))
def test_runs_and_results(tmp_path, written):
    path = tmp_path / "runs_and_results-it0.csv"
    write_text(path, run_results.HEADER + "".join(row.line for row in written))
    read = run_results.read_runs_and_results(path)
    assert [row.line for row in read] == [row.line for row in written]
    for one, other in zip(read, written, strict=True):
        assert one.numbers == pytest.approx(other.numbers, rel=0, abs=0, nan_ok=True)
        assert one.additional == other.additional


@pytest.mark.slow
@quick
@given(drawn=configurations_of_spaces(), values=st.lists(any_float, min_size=4, max_size=4), n=st.integers(1, 99))
def test_trajectories(tmp_path, drawn, values, n):
    definition, configuration = drawn
    texts = value_texts(configuration, definition)
    step = trajectory.Step(*values[:3], n, values[3], texts)
    write_text(tmp_path / "traj", trajectory.HEADER + step.line)
    write_text(tmp_path / "detailed", trajectory.DETAILED_HEADER + step.detailed_line)
    (short,) = trajectory.read_trajectory(tmp_path / "traj")
    (detailed,) = trajectory.read_detailed_trajectory(tmp_path / "detailed")
    assert short.pop("Configuration") == detailed.pop("Full Configuration") == texts
    assert math.isnan(detailed.pop("Predicted Performance (if available)"))
    for read in (short, detailed):
        assert list(read.values()) == pytest.approx([*values[:3], n, values[3]], rel=0, abs=0, nan_ok=True)


@pytest.mark.slow
@quick
@given(drawn=configurations_of_spaces(), values=st.lists(numbers, min_size=4, max_size=4), seeds=st.booleans())
def test_validation(tmp_path, drawn, values, seeds):
    definition, configuration = drawn
    texts = value_texts(configuration, definition)
    assume(all(abs(value) < 1e300 for value in values))
    runs = [
        validation_files.ValidationRun(f"id_{i // 2}", 17 + i if seeds else -1, value, "SAT", 0.5, value, 10.0)
        for i, value in enumerate(values)
    ]
    validated = [
        validation_files.Validated(texts, runs, [(1.0, 2.0, 0.5)]),
        validation_files.Validated(texts, runs[::-1], []),
    ]
    files = {what: tmp_path / what for what in validation_files.FILES}
    for what, text in validation_files.validation_texts(validated, "echo 0").items():
        write_text(files[what], text)
    assert validation_files.read_call_strings(files["CallStrings"]) == [texts, texts]
    matrix = validation_files.read_objective_matrix(files["ObjectiveMatrix"])
    assert matrix == [(r.instance, r.seed, [r.objective, o.objective]) for r, o in zip(runs, runs[::-1], strict=True)]
    means = validation_files.read_objectives(files["ObjectiveMatrix"])
    assert means == {0: [sum(values[:2]) / 2, sum(values[:1:-1]) / 2], 1: [sum(values[2:]) / 2, sum(values[1::-1]) / 2]}
    lines = validation_files.read_result_lines(files["RunResultLineMatrix"])
    assert [line[2][0] for line in lines] == [("SAT", 0.5, 0.0, run.quality, run.seed) for run in runs]
    assert validation_files.read_performance(files["PerformanceDebug"])[0] == {"id_0": values[:2], "id_1": values[2:]}
    (result,) = validation_files.read_results(files["Results"])
    assert (result["Time"], result["Test Set Performance"]) == (1.0, validated[0].mean)


@quick
@given(features=st.dictionaries(st.integers(0, 99), st.lists(any_float, min_size=2, max_size=2), max_size=4))
def test_features_and_instances(tmp_path, features):
    by_name = {instances.instance_name(number): values for number, values in features.items()}
    write_text(tmp_path / "features", instances.features_text(["f", "g"], by_name.items()))
    names_read, read = instances.read_features(tmp_path / "features")
    assert names_read == ["f", "g"]
    assert list(read) == list(by_name)
    for name, values in by_name.items():
        assert read[name] == pytest.approx(values, rel=0, abs=0, nan_ok=True)
    write_text(tmp_path / "instances", instances.instances_text([name, "more"] for name in by_name))
    assert [words[0] for words in instances.read_instances(tmp_path / "instances")] == list(by_name)
    assert [instances.instance_number(name) for name in by_name] == list(features)


@pytest.mark.slow
@quick
@given(options=st.dictionaries(names.map(lambda n: n.replace("=", "-")), printable.map(str.strip)))
def test_scenarios(tmp_path, options):
    write_text(tmp_path / "scenario.dat", scenario_files.scenario_text(options))
    assert scenario_files.read_scenario(tmp_path / "scenario.dat") == options


@pytest.mark.slow
@quick
@given(runs=st.lists(rows, max_size=4), drawn=configurations_of_spaces())
def test_rundata(tmp_path, runs, drawn):
    definition, configuration = drawn
    texts = value_texts(configuration, definition)
    assume(all(math.isfinite(row.response) and math.isfinite(row.quality) for row in runs))
    writer = rundata.RunDataText([["id_0"]], "p", "text", "echo 0", "f", 3600.0, True)
    path = tmp_path / "live-rundata-0.json"
    write_text(path, writer.beginning + "".join(writer.run(row, texts, list(texts), False) for row in runs))
    read = rundata.read_rundata(path)
    assert read[0][0]["pi-name"] == "id_0"
    assert [run["r-quality"] for run in read[1:]] == [row.quality for row in runs]
    assert [run["r-rc"]["rc-cutoff"] for run in read[1:]] == [row.cutoff for row in runs]
    with open(path) as stream:
        assert list(rundata.parse_json(stream, json.JSONDecoder(), 1)) == read


@quick
@given(cells=st.lists(words, min_size=1, max_size=4))
def test_cells(tmp_path, cells):
    write_text(tmp_path / "cells", quoted_cells(cells) + "\n")
    file = configuration_texts.TextFile(tmp_path / "cells")
    assert [file.cells(*line) for line in file.lines] == [cells]
