"""SMAC3 in a process that has never heard of us."""

import json
import subprocess
import sys

#: opens directories as SMAC3's users do, goes on with the last one, and says what it has found
OPEN = """
import builtins, json, pathlib, sys
from smac import HyperparameterOptimizationFacade as Facade, Scenario
from smac.runhistory import RunHistory, TrialValue

def prompt(*text):
    raise RuntimeError("SMAC3 asks the user something")

builtins.input = prompt
found = []
for path in map(pathlib.Path, sys.argv[1:]):
    scenario = Scenario.load(path)
    history = RunHistory()
    history.load(path / "runhistory.json", scenario.configspace)
    facade = Facade(scenario, overwrite=False, logging_level=False)
    assert len(facade.runhistory) == history.finished == len(history)
    incumbents = facade.intensifier.get_incumbents()
    found.append({
        "trials": [
            [dict(history.ids_config[key.config_id]), key.instance, key.seed, value.cost, value.status.name]
            for key, value in history.items()
        ],
        "incumbents": [dict(each) for each in incumbents],
        "trajectory": [[item.config_ids, item.costs, item.trial] for item in facade.intensifier.trajectory],
        "n_trials": scenario.n_trials,
        "deterministic": scenario.deterministic,
        "features": scenario.instance_features,
        "output": str(scenario.output_directory),
    })
info = facade.ask()
facade.tell(info, TrialValue(cost=1e9))
assert len(Facade(Scenario.load(path), overwrite=False, logging_level=False).runhistory) == len(history) + 1
assert "pysmac_compat" not in sys.modules
print(json.dumps(found, default=lambda value: value.item()))
"""


def opened(*folders):
    """What SMAC3 finds in some directories."""
    done = subprocess.run([sys.executable, "-c", OPEN, *map(str, folders)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
