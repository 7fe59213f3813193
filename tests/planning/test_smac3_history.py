"""The runs in a folder of SMAC3 before 2.0 as a start."""

import json
from dataclasses import replace

import pytest

from pysmac_compat.errors import ArgumentError, FileFormatError
from pysmac_compat.options.smac_options import resolve
from pysmac_compat.planning.planner import make_plan, with_warm_start
from pysmac_compat.space.definition import define

SPACE = define({"x": ("real", [0, 1], 0.5), "k": ("categorical", ["1", "b"], "b")}, ["x | k == b"])


def history(folder, runs, configurations=None):
    def status(word):
        return {"__enum__": f"StatusType.{word}"}

    data = [[[n, i, s, 0.0], [cost, time, status(word), 0, 0, {}]] for n, i, s, cost, time, word in runs]
    configurations = configurations or {"1": {"x": 0.25, "k": "b"}, "2": {"k": 1, "x": None}}
    (folder / "runhistory.json").write_text(json.dumps({"data": data, "configs": configurations}))


def known(folder, instances=("a", "b"), **options):
    plan = make_plan(
        resolve({"warmstart": str(folder), **options}),
        definition=SPACE,
        max_evaluations=9,
        deterministic=False,
        num_train_instances=len(instances),
        read_warm_start=False,
        t_limit_function_s=5,
    )
    plan = replace(plan, instances=replace(plan.instances, names=instances))
    return with_warm_start(plan, resolve({"warmstart": str(folder), **options})).start.known


def test_runs(tmp_path):
    runs = [(1, "b", 7, 0.5, 0.1, "SUCCESS"), (2, "a", 8, 9.0, 0.2, "CRASHED"), (2, "a", 8, 9.0, 0.2, "RUNNING")]
    history(tmp_path, runs)
    first, second = known(tmp_path)
    assert (first.configuration, first.instance, first.seed, first.scored.cost) == ({"k": "b", "x": 0.25}, 1, 7, 0.5)
    assert (second.configuration, second.instance) == ({"k": "1"}, 0)
    assert second.scored.outcome.status == "CRASHED"


def test_run_times(tmp_path):
    history(
        tmp_path, [(1, "a", 7, 1.5, 1.5, "SUCCESS"), (2, "a", 7, 50.0, 5.0, "TIMEOUT"), (2, "b", 7, 2.0, 2.0, "CAPPED")]
    )
    costs = [(k.scored.cost, k.scored.censored) for k in known(tmp_path, **{"run-obj": "RUNTIME"})]
    assert costs == [(1.5, False), (5.0, False), (2.0, True)]


@pytest.mark.parametrize(
    ("runs", "configurations", "message"),
    [
        ([(1, "c", 7, 1, 1, "SUCCESS")], None, "run 1 uses the instance 'c'"),
        (
            [(1, "a", 7, 1, 1, "SUCCESS")],
            {"1": {"y": 1}},
            "run 1 belongs to another search space: there is no parameter 'y'",
        ),
        ([(1, "a", 7, 1, 1, "SUCCESS")], {"1": {"x": 7, "k": "b"}}, "run 1 belongs to another search space"),
    ],
)
def test_another_scenario(runs, configurations, message, tmp_path):
    history(tmp_path, runs, configurations)
    with pytest.raises(ArgumentError, match=message):
        known(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data": [[1]], "configs": {}}', '{"data": 3, "configs": {}}'])
def test_no_history(text, tmp_path):
    (tmp_path / "runhistory.json").write_text(text)
    with pytest.raises(FileFormatError, match="expected the runs of SMAC3 before 2.0"):
        known(tmp_path)
