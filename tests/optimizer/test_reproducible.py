"""The same seed gives the same calls and the same result, in whatever process."""

import textwrap

import pytest

_SCRIPT = """
    import json, sys
    from pysmac_compat import SMAC_optimizer

    def function(**values):
        return values["x"] ** 2 + values["n"] % 7 + len(values)

    space = {
        "x": ("real", [-5, 5], 4),
        "n": ("integer", [1, 1000], 500, "log"),
        "b": ({"u", "v", "w"}, "v"),
        "a": ("categorical", ["p", "q"], "p"),
        "o": ("ordinal", ["low", "mid", "high"], "mid"),
    }
    optimizer = SMAC_optimizer()
    optimizer.smac_options["isolate"] = sys.argv[1] == "2"
    found = optimizer.minimize(
        function, 14, space, ["b | a == q", "o | b in {u, w}"], ["{a = q, b = w}", "{x * n > 2500}"],
        num_runs=2, num_procs=int(sys.argv[1]), seed=5,
    )
    print(json.dumps(found))
    for run in optimizer.result.runs:
        for e in run.evaluations:
            print(json.dumps([run.seed, e.index, e.configuration, e.status, e.value]))
        for step in run.trajectory:
            print(json.dumps([step.evaluation, step.value, step.active_configuration]))
"""


@pytest.mark.slow
def test_same_seed_same_calls(run_script, monkeypatch, capsys):
    """Also when the model has learnt, with runs one after the other or at the same time, and whatever the hash seed.

    This process and the one that the script is forked from have hash seeds of their own, unless PYTHONHASHSEED is set.
    """
    monkeypatch.setattr("sys.argv", ["script.py", "1"])
    exec(textwrap.dedent(_SCRIPT), {})
    first, second = capsys.readouterr().out.splitlines(), run_script(_SCRIPT, "2").stdout.splitlines()
    assert sum("SAT" in line for line in first) == 28
    assert first[1:15] != first[15:29]
    assert second == first


_RACES = """
    from pysmac_compat import SMAC_optimizer

    optimizer = SMAC_optimizer()
    optimizer.smac_options.update({"workers": 3, "workers-order": "begun", "initial-incumbent-runs": 4})
    space = {"x": ("real", [-5, 5], 4)}
    optimizer.minimize(lambda x, instance: (x - instance) ** 2, 14, space, num_train_instances=8, seed=1)
    for e in optimizer.result.runs[0].evaluations:
        print(e.configuration, e.instance)
"""


@pytest.mark.slow
def test_races_do_not_depend_on_the_hash_seed(run_script, capsys):
    """A challenger runs on the instances on which the incumbent is still running."""
    exec(textwrap.dedent(_RACES), {})
    first, second = capsys.readouterr().out, run_script(_RACES).stdout
    assert first.count("\n") == 14
    assert second == first
