"""Files of recorded Java runs: each is read, and what was read gives the same text again."""

import json
import re

import pytest

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
from pysmac_compat.space.definition import define
from pysmac_compat.space.parameters import parse_parameters
from pysmac_compat.space.values import java_number, typed_values

READERS = {}


def render(pattern):
    """Registers a function that reads a file and gives its text again."""

    def register(function):
        READERS[pattern] = function
        return function

    return register


@render(r"(instances|test_instances)\.(dat|txt)")
def _(path):
    return instances.instances_text(instances.read_instances(path))


@render(r"scenario\.(dat|advanced|txt)")
def _(path):
    return scenario_files.scenario_text(scenario_files.read_scenario(path))


@render(r"param(eters)?\.pcs")
def _(path):
    parameters, conditionals, forbiddens = pcs.read_pcs(path)
    text = pcs.definition_text(define(parameters, conditionals, forbiddens))
    return text.rstrip("\n")


@render(r"(features\.dat|instance-features\.txt)")
def _(path):
    names, features = instances.read_features(path)
    return instances.features_text(names, features.items())


@render(r"paramstrings-(it|CRASH)\d+\.txt")
def _(path):
    read = configuration_texts.read_paramstrings(path)
    return "".join(configuration_texts.paramstrings_line(i, texts) for i, texts in enumerate(read, 1))


@render(r"uniq_configurations-(it|CRASH)\d+\.csv")
def _(path):
    rows = enumerate(configuration_texts.read_uniq_configurations(path), 1)
    return "".join(",".join([str(i), *map(java_number, row)]) + "\n" for i, row in rows)


@render(r"runs_and_results-(it|CRASH)\d+\.csv")
def _(path):
    return run_results.HEADER + "".join(row.line for row in run_results.read_runs_and_results(path))


def _step(row, configuration):
    numbers = [value for name, value in row.items() if name != configuration][:5]
    cpu_time, performance, wall_time, incumbent, overhead = numbers
    return trajectory.Step(cpu_time, performance, wall_time, int(incumbent), overhead, row[configuration])


@render(r"traj-run-\d+\.txt")
def _(path):
    rows = trajectory.read_trajectory(path)
    return trajectory.HEADER + "".join(_step(row, "Configuration").line for row in rows)


@render(r"detailed-traj-run-\d+\.csv")
def _(path):
    rows = trajectory.read_detailed_trajectory(path)
    lines = [_step(row, "Full Configuration").detailed_line for row in rows]
    predicted = [row["Predicted Performance (if available)"] for row in rows]
    return trajectory.DETAILED_HEADER + "".join(
        line.replace('"NaN"', f'"{java_number(value)}"') for line, value in zip(lines, predicted, strict=True)
    )


@render(r"validation.*-traj-run-\d+-walltime\.csv")
def _(path):
    folder, run = path.parent, re.search(r"run-(\d+)", path.name)[1]
    calls = validation_files.read_call_strings(folder / validation_files.file_name("CallStrings", run))
    objectives = validation_files.read_objective_matrix(folder / validation_files.file_name("ObjectiveMatrix", run))
    lines = validation_files.read_result_lines(folder / validation_files.file_name("RunResultLineMatrix", run))
    (results,) = validation_files.read_results(folder / validation_files.file_name("Results", run))
    (values,) = validation_files.read_performance(folder / validation_files.file_name("PerformanceDebug", run))
    assert values == {instance: objective for instance, _, objective in objectives}
    runs = [
        validation_files.ValidationRun(instance, seed, objective, result, runtime, quality, 3600.0)
        for (instance, seed, (objective,)), (_, _, ((result, runtime, _, quality, _),)) in zip(
            objectives, lines, strict=True
        )
    ]
    step = (results["Time"], results["Training (Empirical) Performance"], results["AC Overhead Time"])
    validated = validation_files.Validated(calls[0], runs, [step])
    assert results["Test Set Performance"] == validated.mean
    texts = validation_files.validation_texts([validated], "echo 0")
    return texts[path.name.partition("-")[0].removeprefix("validation")]


def _files(java_runs):
    return [path for path in sorted(java_runs.rglob("*")) if path.is_file() and "wd" in path.parts]


def test_every_file_is_read_with_the_values_that_stand_in_it(java_runs):
    left, runs = set(), set()
    for path in _files(java_runs):
        reader = next((reader for pattern, reader in READERS.items() if re.fullmatch(pattern, path.name)), None)
        if reader is None:
            left.add(re.sub(r"\d+", "N", path.name))
            continue
        runs.add(path.relative_to(java_runs).parts[0])
        text = path.read_text()
        if path.name.endswith(".pcs"):
            # a whole bound of a real parameter is written as the user did, 1 or 1.0
            text = re.sub(r"(?<=[\d])\.0(?=[,\]])", "", text) if "categorical {0.1" not in text else text
        if path.name == "features.dat":
            text = re.sub(r"(?<=,)(\d+)(?=[,\n])", r"\1.0", text)
        assert reader(path) == text, path
    assert left == {"live-rundata-N.json", "pysmac_config.pkl.txt"}
    assert len(runs) >= 10


@pytest.mark.parametrize("run", ["deterministic", "instances_features", "runtime_dict_instances"])
def test_live_rundata(java_runs, run):
    """The objects, and that our writer makes the same ones of the lines of runs_and_results."""
    results = java_runs / run / "wd" / "out" / "scenario"
    (path,) = (results / "state-run0").glob("runs_and_results*")
    rows = run_results.read_runs_and_results(path)
    (path,) = (results / "state-run0").glob("paramstrings*")
    configurations_ = configuration_texts.read_paramstrings(path)
    names = instances.read_instances(results / "state-run0" / "instances.txt")
    recorded = rundata.read_rundata(results / "live-rundata-0.json")
    first = recorded[1]["r-rc"]["rc-algo-exec-config"]
    writer = rundata.RunDataText(
        names,
        "RUN",
        first["algo-pcs"]["pcs-text"],
        "echo 0",
        "RUN",
        first["algo-cutoff"],
        first["algo-deterministic"],
    )
    texts = [writer.beginning]
    for row in rows:
        own = configurations_[row.configuration - 1]
        texts.append(writer.run(row, own, list(own), own == configurations_[0]))
    written = [json.loads(text) for text in texts]
    assert written[0] == recorded[0]
    assert len(written) == len(recorded)
    assert written[1:] == recorded[1:]


def test_units_are_those_of_java(java_runs):
    checked = 0
    for path in sorted(java_runs.rglob("uniq_configurations-it*.csv")):
        parameters, conditionals, forbiddens = pcs.read_pcs(path.parent / "param.pcs")
        # Java may draw what the conditions forbid: only the parameters matter here
        definition = define(parameters)
        (paramstrings,) = path.parent.glob("paramstrings-it*.txt")
        for texts, row in zip(
            configuration_texts.read_paramstrings(paramstrings),
            configuration_texts.read_uniq_configurations(path),
            strict=True,
        ):
            values = typed_values(texts, definition)
            line = configuration_texts.uniq_configurations_line(1, values, definition)
            assert list(map(float, line.split(",")[1:])) == pytest.approx(row, abs=1e-9)
            checked += 1
    assert checked > 100


def test_values_come_back_with_their_types(java_runs):
    """Values as the script of the run had them."""
    folder = java_runs / "types_of_values" / "wd" / "out" / "scenario" / "state-run0"
    (path,) = folder.glob("paramstrings*")
    choices = {
        "ci": ("categorical", [3, 1, 2], 3),
        "cf": ("categorical", [0.1, 1e-05, 2.0], 0.1),
        "cb": ("categorical", [True, False], False),
        "oi": ("ordinal", [1, 10, 100], 10),
        "of": ("ordinal", [0.5, 1.5], 0.5),
        "cn": ("categorical", [0.25, 0.75], 0.25),
    }
    parameters = {**pcs.read_pcs(folder / "param.pcs")[0], **choices}
    definition = define(parameters)
    assert parse_parameters(parameters) == definition.parameters
    first = typed_values(configuration_texts.read_paramstrings(path)[0], definition)
    expected = {"cb": False, "cf": 0.1, "ci": 3, "cn": 0.25, "cs": "1", "i": 3, "il": 30}
    expected |= {"of": 0.5, "oi": 10, "os_": "lo", "r": 3.0, "rl": 10.0}
    assert {n: (type(v), v) for n, v in first.items()} == {n: (type(v), v) for n, v in expected.items()}
