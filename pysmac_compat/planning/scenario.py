"""Makes the plan of a search, and the names of its instances, from scenario files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pysmac_compat._warn import warn
from pysmac_compat.arguments import LARGEST
from pysmac_compat.errors import ArgumentError, cut, shown
from pysmac_compat.files.instances import instance_name, read_features, read_instances
from pysmac_compat.files.pcs import read_pcs
from pysmac_compat.files.result_files import scenario_names
from pysmac_compat.files.scenario_files import first_name, read_scenario
from pysmac_compat.files.text import Path
from pysmac_compat.options.names import HEAD
from pysmac_compat.options.smac_options import INITIAL, resolve
from pysmac_compat.plan import Plan
from pysmac_compat.plan.shell import ShellCommands
from pysmac_compat.planning.planner import make_plan
from pysmac_compat.space.definition import define
from pysmac_compat.space.values import typed

#: options that name other files or the program; of an option with several names in SMAC v2, this is the first
_PLACES = (
    "pcs-file",
    "instances",
    "test-instances",
    "feature-file",
    "algo-exec",
    "algo-exec-dir",
    "output-dir",
    "scenario-file",
)


@dataclass(frozen=True)
class ScenarioPlan:
    """The content of the files of a scenario.

    Attributes
    ----------
    plan : Plan
    instances : list of list of str
        The name of each instance and the words after it: first the training instances, then the test instances.
    scenario : dict of str to str
        The options in the scenario file.
    results : str or None
        The folder of the results, if the files name an output folder.
    """

    plan: Plan
    instances: list[list[str]]
    scenario: dict[str, str]
    results: str | None


def read_scenario_plan(
    scenario_fn: Path,
    additional_options_fn: Path | None,
    seed: int,
    parser_dict: Mapping[str, Callable[[str], Any]],
) -> ScenarioPlan:
    """Read a scenario file, a file of further options, and the files that these two name.

    If an option has the default value of a new `SMAC_optimizer`, it counts as unset, because `minimize` writes these
    defaults into its files.

    Parameters
    ----------
    scenario_fn : str or path-like
        The scenario file, which must name a PCS file. A path in it is relative to the current directory or, if there
        is no such file, to the folder of the scenario file.
    additional_options_fn : str, path-like or None
        A file of the same format. Its options override the options of the scenario file.
    seed : int
    parser_dict : dict of str to type
        The type of each parameter's values, because the search distinguishes 16 from "16", but the file does not.

    Raises
    ------
    ValueError, OSError
        OSError if a file does not exist.
    """
    if not isinstance(parser_dict, Mapping):
        raise ArgumentError(
            f"parser_dict must be a dict from the names of the parameters to their types, got {shown(parser_dict)}"
        )
    options: dict[str, str] = {}
    places: dict[str, str] = {}
    initial = {first_name(name): str(value) for name, value in INITIAL.items() if name != "validation"}
    scenario = read_scenario(scenario_fn)
    for content in (scenario, {} if additional_options_fn is None else read_scenario(additional_options_fn)):
        for name, text in content.items():
            first = first_name(name)
            if first in _PLACES:
                places[first] = text if first == "output-dir" else _path(text, scenario_fn)
            elif first is None or initial.get(first) != text:
                options[first or name] = text
            else:
                options.pop(first, None)
    if "pcs-file" not in places:
        raise ArgumentError(
            f"{shown(os.fspath(scenario_fn))} does not name the file of the parameters (pcs-file = ...)"
        )
    meaning = resolve(options)
    if meaning.shell != ShellCommands():
        warn("pre-scenario-command and post-scenario-command have no effect on a search that your script drives")
    parameters, *clauses = read_pcs(places["pcs-file"])
    train = _instances(places.get("instances")) or [[instance_name(0)]]
    test = _instances(places.get("test-instances"))
    output = places.get("output-dir")
    plan = make_plan(
        meaning,
        definition=define({name: _typed(name, each, parser_dict) for name, each in parameters.items()}, *clauses),
        max_evaluations=LARGEST,  # without runcount-limit there is no limit, as in SMAC v2
        deterministic=True,
        num_train_instances=len(train),
        num_test_instances=len(test),
        train_instance_features=_features(places.get("feature-file"), train),
        seed=seed,
    )
    results = None if output is None else _output(output, scenario_fn, meaning.output.result_folder)
    return ScenarioPlan(plan, [*train, *test], scenario, results)


def _typed(name: str, specification: tuple[Any, ...], types: Mapping[str, Callable[[str], Any]]) -> tuple[Any, ...]:
    """Convert the choices in a definition to their type, unless this changes their texts, which clauses refer to."""
    if name in HEAD:
        raise ArgumentError(f"the parameter name {shown(name)} is reserved in a configuration: rename the parameter")
    if name not in types:
        raise ArgumentError(
            f"parser_dict has no type for the parameter {shown(name)}, only for {cut(', '.join(types))}"
        )
    if specification[0] in ("real", "integer") or isinstance(specification[0], list):
        return specification
    *kind, choices, default = specification
    native = {text: typed(name, types[name], text) for text in choices}
    if any(str(value) != text for text, value in native.items()):
        return specification
    return (*kind, type(choices)(native.values()), native[default])


def _path(text: str, scenario_fn: Path) -> str:
    """Return the path of a file that a scenario file names; if it does not exist, look beside the scenario file."""
    folder = os.path.dirname(os.fspath(scenario_fn))
    candidates = (text, os.path.join(folder, text), os.path.join(folder, os.path.basename(text)))
    return next(filter(os.path.isfile, candidates), text)


def _output(text: str, scenario_fn: Path, result_folder: str) -> str:
    """Return the folder of the results; if its parent folder does not exist, place it beside the scenario file."""
    if not os.path.isdir(os.path.dirname(os.path.abspath(text))):
        text = os.path.join(os.path.dirname(os.fspath(scenario_fn)), os.path.basename(text))
    return os.path.join(os.path.abspath(text), scenario_names(os.fspath(scenario_fn), result_folder)[1])


def _instances(path: str | None) -> list[list[str]]:
    return [] if path is None else read_instances(path)


def _features(path: str | None, instances: list[list[str]]) -> list[list[float]] | None:
    if path is None:
        return None
    _, features = read_features(path)
    missing = [name for name, *_ in instances if name not in features]
    if missing:
        raise ArgumentError(f"the instance {shown(missing[0])} has no features in {shown(path)}")
    return [features[name] for name, *_ in instances]
