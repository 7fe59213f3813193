"""``journal-run-N.jsonl``: all evaluations of a run in full, from which it can be resumed.

The first line says what the search depends on; then comes a line for each evaluation that has ended, as it
has ended, with all digits. Those on test instances have ``"test": true``::

    {"journal": 1, "max_evaluations": 60, "seed": 0, "parameters": {...}, ...}
    {"test": false, "index": 1, "configuration": {"x": 4.0}, "instance": null, ..., "status": "SAT", "value": 13.0, ...}

The search itself is not written down: it is done again, and where it asks for an evaluation that stands in
the journal, this is the answer.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any, get_args

from pysmac_compat.engine.settings import EngineSettings
from pysmac_compat.errors import FileFormatError, ResumeError
from pysmac_compat.evaluation.outcome import Status
from pysmac_compat.plan import Plan
from pysmac_compat.plan.known import Known
from pysmac_compat.results import Evaluation

_VERSION = 1
_NUMBER = (int, float)
_NONE = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    "index": (int,),
    "configuration": (dict,),
    "instance": (int, _NONE),
    "seed": (int, _NONE),
    "status": (str,),
    "value": _NUMBER,
    "cutoff": (*_NUMBER, _NONE),
    "cpu_time": _NUMBER,
    "wall_time": _NUMBER,
    "message": (str,),
    "runtime": _NUMBER,
    "quality": _NUMBER,
}


@dataclass(frozen=True)
class Recorded:
    """What a journal holds of a run that is to be resumed.

    Attributes
    ----------
    path : str
    text : str
        Its whole lines.
    max_evaluations : int
        Of the minimisation that began it.
    evaluations : dict of int to (int, Evaluation)
        The line and what stands there, by index.
    tests : list of Evaluation
        Those on test instances.
    """

    path: str
    text: str
    max_evaluations: int
    evaluations: dict[int, tuple[int, Evaluation]] = field(default_factory=dict)
    tests: list[Evaluation] = field(default_factory=list)

    def evaluation(
        self, index: int, configuration: Mapping[str, Any], instance: int | None, seed: int | None
    ) -> Evaluation | None:
        """The evaluation that the search asks for; None if it is not recorded.

        Raises
        ------
        FileFormatError
            If another one is recorded in its place.
        """
        if index not in self.evaluations:
            return None
        line, found = self.evaluations[index]
        wanted = (_plain(configuration), instance, seed)
        recorded = (found.configuration, found.instance, found.seed)
        if wanted != recorded:
            raise FileFormatError(
                f"evaluation {index} was that of {_shown(recorded)}; now the search comes to {_shown(wanted)}: "
                "perhaps with other versions of NumPy, scikit-learn or SMAC3",
                self.path,
                line,
            )
        return replace(found, configuration=dict(configuration))

    def test(self, configuration: Mapping[str, Any], instance: int | None, seed: int | None) -> Evaluation | None:
        """An evaluation on a test instance; each is given once. A longer search may want other ones."""
        wanted = (_plain(configuration), instance, seed)
        found = next((e for e in self.tests if (e.configuration, e.instance, e.seed) == wanted), None)
        if found is None:
            return None
        self.tests.remove(found)
        return replace(found, configuration=dict(configuration))


def _shown(wanted: tuple[Mapping[str, Any], int | None, int | None]) -> str:
    configuration, instance, seed = wanted
    more = ((f" on the instance {instance}", instance), (f" with the seed {seed}", seed))
    return f"{dict(configuration)}" + "".join(text for text, given in more if given is not None)


def journal_name(run_name: str) -> str:
    """The name of the file of a run."""
    return f"journal-run-{run_name}.jsonl"


def journals(folder: str) -> set[str]:
    """The names of the runs whose journals are in a folder."""
    before, after = journal_name("*").split("*")
    paths = glob.glob(os.path.join(glob.escape(folder), journal_name("*")))
    return {os.path.basename(path).removeprefix(before).removesuffix(after) for path in paths}


def digests(folder: str) -> set[str]:
    """The `digest` with which each run began whose journal is in a folder."""
    found = set()
    for path in (os.path.join(folder, journal_name(name)) for name in journals(folder)):
        # what is wrong with it, `read_journal` says
        with contextlib.suppress(OSError, ValueError), open(path, "rb") as stream:
            found.add(str(_object(path, 1, stream.readline()).get("warmstart")))
    return found


def header_line(plan: Plan, run: int) -> str:
    """The first line of a run's journal."""
    return _line(_header(plan, run))


def evaluation_line(evaluation: Evaluation, test: bool) -> str:
    """The line of an evaluation."""
    return _line({"test": test, **vars(evaluation), "configuration": _plain(evaluation.configuration)})


def _line(content: Mapping[str, Any]) -> str:
    return json.dumps(content) + "\n"


def _header(plan: Plan, run: int) -> dict[str, Any]:
    """What the search depends on, under the names that journals have had since their first version."""
    definition, start, engine = plan.definition, plan.start, plan.engine
    selector, racing = _changed(engine.selector), _changed(engine.racing)
    plain = {
        "journal": _VERSION,
        "max_evaluations": plan.budget.evaluations,
        "seed": plan.seeds[run],
        "parameters": {name: asdict(parameter) for name, parameter in definition.parameters.items()},
        "conditional_clauses": definition.conditional_clauses,
        "forbidden_clauses": [clause.text for clause in definition.forbiddens],
        "deterministic": plan.deterministic,
        "num_train_instances": plan.instances.n_train,
        "train_instance_features": plan.instances.features,
        "workers": plan.calls.workers,
        "warmstart": digest(start.known),
        "objective": plan.objective,
        "failure_value": plan.calls.failure_value,
        "use_model": engine.selector.use_model,
        "max_incumbent_runs": engine.racing.max_runs,
        "initial_incumbent_runs": engine.racing.initial_runs,
        "seed_offset": start.seed_offset,
        "first": start.first,
        "subspace": start.subspace,
        "retries": plan.calls.retries,
        "crashed_quality": plan.calls.crashed_quality,
        "surrogate": {**_changed(engine.surrogate), **_changed(engine.forest)},
        "acquisition": _changed(engine.acquisition),
        "maximizer": _changed(engine.maximizer),
        "selector": {name: value for name, value in selector.items() if name != "use_model"},
        "encoder": {} if engine.encoder.censored == "impute" else {"censored": engine.encoder.censored},
        "intensifier": {name: value for name, value in racing.items() if name not in ("max_runs", "initial_runs")},
    }
    return {name: _plain(value) for name, value in plain.items()}


#: settings of the engine, under the names of the journal
_PARTS = ("surrogate", "acquisition", "maximizer", "selector", "encoder", "intensifier")


def _without_defaults(part: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that a journal of an earlier version holds although they have their defaults."""
    engine = EngineSettings()
    defaults = {each.name: each.default for one in vars(engine).values() for each in fields(one)}
    return {name: value for name, value in part.items() if name not in defaults or value != defaults[name]}


def _changed(settings: Any) -> dict[str, Any]:
    """The fields of some settings that do not have their default."""
    return {each.name: value for each in fields(settings) if (value := getattr(settings, each.name)) != each.default}


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what is equal for the search looks the same, in whatever process."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return getattr(value, "__name__", None) or _plain(vars(value))


def digest(known: Sequence[Known]) -> str | None:
    """What tells the evaluations that are known at the start from others; None if there are none."""
    if not known:
        return None
    import hashlib  # not above: what it loads makes each fork of the process dearer

    return hashlib.sha256(json.dumps(_plain(known)).encode()).hexdigest()


def read_journal(path: str, plan: Plan, run: int) -> Recorded:
    """Read the journal of a run that is to be resumed.

    A last line without its end is left out: the process was killed while it wrote it.

    Parameters
    ----------
    path : str
    plan : Plan
        What is to be done now.
    run : int
        The number of the run in it, from 0.

    Raises
    ------
    ResumeError
        If another search was recorded; names the first difference.
    FileFormatError
        Where something else is wrong.
    OSError
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except IsADirectoryError:
        raise FileFormatError("expected a file, this is a directory", path) from None
    lines = data[: data.rfind(b"\n") + 1].split(b"\n")[:-1]
    header = _object(path, 1, lines[0] if lines else b"")
    if header.get("journal") != _VERSION:
        raise FileFormatError(f"expected a header with 'journal': {_VERSION}", path, 1)
    if type(header.get("max_evaluations")) is not int or header["max_evaluations"] < 1:
        raise FileFormatError("max_evaluations: expected a whole number from 1", path, 1)
    _compare(path, header, json.loads(header_line(plan, run)))
    evaluations: dict[int, tuple[int, Evaluation]] = {}
    tests = []
    for number, line in enumerate(lines[1:], 2):
        test, evaluation = _evaluation(path, number, line)
        if test:
            tests.append(evaluation)
        elif evaluation.index in evaluations:
            raise FileFormatError(f"evaluation {evaluation.index} is there for the second time", path, number)
        else:
            evaluations[evaluation.index] = number, evaluation
    text = b"".join(line + b"\n" for line in lines).decode()
    return Recorded(path, text, header["max_evaluations"], evaluations, tests)


def _compare(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    old = {**old, **{name: _without_defaults(old[name]) for name in _PARTS if isinstance(old.get(name), dict)}}
    for name in new:
        if name == "max_evaluations":
            continue
        if name == "warmstart":
            difference = _warm_difference(old.get(name), new[name])
        else:
            difference = _difference(name, old.get(name), new[name])
        if difference:
            raise ResumeError(f"resume: {path} is of another search: {difference}")


def _warm_difference(old: Any, new: Any) -> str:
    option = "smac_options['warmstart']"
    if old == new:
        return ""
    if new is None:
        return f"it began with the evaluations of an earlier run ({option}), now there is no such option"
    if old is None:
        return f"it began without {option}, now there is one"
    return f"the evaluations in the folder of {option} are not those with which it began"


def _difference(name: str, old: Any, new: Any) -> str:
    """The first difference in words; empty if there is none."""
    if json.dumps(old) == json.dumps(new):  # also the order, and 1 is not True
        return ""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if key not in old or key not in new:
                return f"{name}: {key!r} is {'new' if key in new else 'gone'}"
            difference = _difference(f"{name}: {key}", old[key], new[key])
            if difference:
                return difference
        return f"{name}: the order is another one, {list(old)} before, {list(new)} now"
    return f"{name} was {old!r:.200}, now it is {new!r:.200}"


def _object(path: str, number: int, line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line.decode())
    except (ValueError, RecursionError):  # also what is no UTF-8
        content = None
    if not isinstance(content, dict):
        raise FileFormatError(f"expected a JSON object, got {line[:80]!r}", path, number)
    return content


def _evaluation(path: str, number: int, line: bytes) -> tuple[bool, Evaluation]:
    content = _object(path, number, line)
    test = content.pop("test", None)
    if not isinstance(test, bool):
        raise FileFormatError("expected 'test', true or false", path, number)
    if content.keys() != _TYPES.keys():
        odd = sorted(content.keys() ^ _TYPES.keys())[0]
        raise FileFormatError(f"{odd!r} is {'unknown' if odd in content else 'missing'}", path, number)
    for name, types in _TYPES.items():
        if type(content[name]) not in types:
            raise FileFormatError(f"{name!r} cannot be {content[name]!r:.80}", path, number)
    if content["status"] not in get_args(Status):
        raise FileFormatError(f"'status' cannot be {content['status']!r:.80}", path, number)
    if content["index"] < 1:
        raise FileFormatError(f"'index' cannot be {content['index']}", path, number)
    return test, Evaluation(**content)
