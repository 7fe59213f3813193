"""Importances of parameters: `smac_to_fanova`, also through `SMAC_analyzer`, on recorded runs and made ones."""

import itertools
import math
import random
import shutil
from dataclasses import replace

import pytest

from pysmac_compat import FileFormatError
from pysmac_compat.analyzer import SMAC_analyzer
from pysmac_compat.files.run_results import RunRow
from pysmac_compat.files.state import StateRun
from pysmac_compat.space.definition import define
from pysmac_compat.utils.pysmac_fanova import anova_of_state, smac_to_fanova


@pytest.mark.slow
def test_importance(java_runs, tmp_path):
    folder = java_runs / "readers_multirun/wd/out/scenario"
    anova = smac_to_fanova(str(folder), str(tmp_path / "merged"))
    assert sorted(anova.parameter_names) == ["x1", "x2", "x3", "x4"]
    everything = anova.quantify_importance(["x1", "x2", "x3", "x4"])
    assert everything["x1", "x2", "x3", "x4"]["total importance"] == pytest.approx(1)
    assert all(-1e-9 <= part["individual importance"] <= 1 for part in everything.values())
    assert len(anova.get_most_important_pairwise_marginals(3)) == 3
    again = SMAC_analyzer(folder).get_pyfanova_obj()
    assert again.quantify_importance(["x1", "x2", "x3", "x4"]) == everything


def test_importance_where_the_truth_is_known(java_runs, tmp_path):
    """(x - instance)^2 + (y - 2)^2 + instance, x in [-5, 5], y in 0 .. 8: about a tenth of it is the instance's."""
    anova = smac_to_fanova(str(java_runs / "readers/wd/out/scenario"), str(tmp_path / "merged"))
    shares = anova.quantify_importance(["x", "y"])
    assert shares["y",]["individual importance"] > shares["x", "y"]["individual importance"]
    assert shares["x", "y"]["total importance"] == pytest.approx(1)


def test_importance_in_a_conditional_space(java_runs, tmp_path):
    anova = smac_to_fanova(str(java_runs / "conditional_forbidden/wd/out/scenario"), str(tmp_path / "merged"))
    assert set(anova.parameter_names) == {"algo", "lr", "depth", "size", "mode", "flag", "name"}
    alone = {name: anova.quantify_importance(name)[name,]["individual importance"] for name in anova.parameter_names}
    assert max(alone, key=alone.get) in ("algo", "size", "depth")


def _state(space, cost, n=400, conditions=(), result=lambda values: "SAT"):
    """A state of random configurations, each run once on an instance that is drawn."""
    definition = define(space, list(conditions))
    rng = random.Random(1)
    texts, rows = [], []
    for i in range(1, n + 1):
        values = {
            name: rng.choice(p.values)
            if not p.numeric
            else rng.randint(*p.values)
            if p.kind == "integer"
            else p.values[0] * (p.values[1] / p.values[0]) ** rng.random()
            if p.log
            else rng.uniform(*p.values)
            for name, p in definition.parameters.items()
        }
        texts.append({name: str(value) for name, value in values.items()})
        status, instance = result(values), rng.randint(1, 3)
        value = cost(instance=instance, **definition.restrict(values)) if status == "SAT" else 2.0**127
        rows.append(RunRow(i, i, instance, value, False, 9.0, -1, 0.1, value, 0, 0.1 * i, status, 0.1))
    return definition, StateRun(texts, [["id_0"], ["id_1"], ["id_2"]], None, rows)


def _alone(anova):
    return {name: anova.quantify_importance(name)[name,]["individual importance"] for name in anova.parameter_names}


@pytest.mark.slow
def test_choices_integers_logs_and_instances():
    """Each term has a variance that is known: 1/4, 2/9, 1/12; the instance is averaged out."""
    space = {
        "k": ("categorical", ["a", "b", "c", "d"], "a"),
        "n": ("integer", [0, 2], 1),
        "x": ("real", [1e-6, 1], 1e-3, "log"),
        "idle": ("ordinal", ["lo", "hi"], "lo"),
    }

    def cost(k, n, x, idle, instance):
        return (k in "ac") + (n == 1) + (1 + math.log10(x) / 6) + 3 * instance

    shares = _alone(anova_of_state(*_state(space, cost, n=1000)))
    total = 1 / 4 + 2 / 9 + 1 / 12
    expected = {"k": 1 / 4 / total, "n": 2 / 9 / total, "x": 1 / 12 / total, "idle": 0.0}
    assert shares == pytest.approx(expected, abs=0.03)


def test_failed_runs_take_no_part():
    space = {"x": ("real", [0, 1], 0.5), "y": ("real", [0, 1], 0.5)}
    words = itertools.cycle(["TIMEOUT", "CRASHED", "ABORT"])
    definition, state = _state(
        space, lambda x, y, instance: x, result=lambda values: next(words) if values["y"] > 0.5 else "SAT"
    )
    shares = _alone(anova_of_state(definition, state))
    assert shares["x"] > 0.9
    assert shares["y"] < 0.03
    with pytest.raises(ValueError, match="there are none"):
        anova_of_state(definition, replace(state, runs=[r for r in state.runs if r.result != "SAT"]))


@pytest.mark.slow
def test_inactive_parameters():
    """(k is b) x: variances 1/16 of k, 1/48 of x, 1/48 of both together, over all of the product of their values."""
    space = {"k": ("categorical", ["a", "b"], "a"), "x": ("real", [0, 1], 0.5)}
    definition, state = _state(space, lambda k, instance, x=0.5: (k == "b") * x, conditions=["x | k == b"])
    as_we_write_them = replace(
        state, configurations=[{**texts, "x": "0.5"} if texts["k"] == "a" else texts for texts in state.configurations]
    )
    for each in (state, as_we_write_them):
        anova = anova_of_state(definition, each)
        assert _alone(anova) == pytest.approx({"k": 0.6, "x": 0.2}, abs=0.05)
        assert anova.get_most_important_pairwise_marginals()["k", "x"] == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize(
    ("addition", "line", "message"),
    [
        ("{x ==}", 5, "forbidden clause"),
        ("y | x == 100", 5, "condition"),
        ("{x > -9}", 5, "forbidden"),
        ("z integer [3, 3] [3]", None, "'z'"),
    ],
)
def test_no_importance_in_a_broken_space(java_copy, tmp_path, addition, line, message):
    file = java_copy() / "out" / "scenario" / "state-run0" / "param.pcs"
    file.write_text("\n\n".join([*file.read_text().split("\n")[:2], addition, ""]))
    with pytest.raises(FileFormatError, match=message) as caught:
        SMAC_analyzer(tmp_path / "wd").get_pyfanova_obj()
    assert (caught.value.file, caught.value.line) == (str(file), line)


def test_no_importance_of_a_configuration_outside_of_the_space(java_copy, tmp_path):
    folder = java_copy() / "out" / "scenario"
    shutil.copytree(folder / "state-run0", folder / "state-run1")
    (file,) = (folder / "state-run1").glob("paramstrings-it*.txt")
    file.write_text(file.read_text().replace("x='4.0'", "x='400'"))
    with pytest.raises(FileFormatError, match="configuration 1 .*'400'") as caught:
        smac_to_fanova(str(folder), str(tmp_path / "merged"))
    assert caught.value.file == str(file)


@pytest.mark.parametrize("name", ["param.pcs", "scenario.txt"])
def test_no_importance_where_a_file_is_a_directory(java_copy, tmp_path, name):
    folder = java_copy() / "out" / "scenario"
    path = folder / "state-run0" / name
    path.unlink()
    path.mkdir()
    with pytest.raises(FileFormatError, match="directory") as caught:
        smac_to_fanova(str(folder), str(tmp_path / "merged"))
    assert caught.value.file == str(path)


def test_no_runs_for_importance(tmp_path):
    with pytest.raises(ValueError, match="no state-run"):
        smac_to_fanova(str(tmp_path), str(tmp_path / "merged"))
