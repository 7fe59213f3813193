"""Arguments of the optimizer: what is accepted, with which meaning, and what is refused."""

import gc
import inspect
import logging
import os
import warnings

import numpy as np
import pytest

from pysmac_compat import ArgumentError, SMAC_optimizer
from pysmac_compat.options import INITIAL, SmacOptions, canonical_names, resolve

SPACE = {"r": ("real", [0.0, 4.0], 1.0)}


def _function(r):
    return 13.0 + (r - 1.0) ** 2


def _minimize(function=_function, n=3, **kwargs):
    constructor, options = kwargs.pop("constructor", {}), kwargs.pop("options", {})
    optimizer = SMAC_optimizer(**constructor)
    for name, value in options.items():
        optimizer.smac_options[name] = value
    optimizer.minimize(function, n, SPACE, **kwargs)
    return optimizer.result


# -- signatures -----------------------------------------------------------------------------------------------------


def _positions(function):
    parameters = list(inspect.signature(function).parameters.values())
    return [(p.name, p.default) for p in parameters if p.name != "self"]


def test_positions_of_the_constructor():
    assert _positions(SMAC_optimizer.__init__)[:5] == [
        ("t_limit_total_s", None),
        ("mem_limit_smac_mb", None),
        ("working_directory", None),
        ("persistent_files", False),
        ("debug", False),
    ]


def test_positions_of_minimize():
    found = _positions(SMAC_optimizer.minimize)
    names = [name for name, _ in found]
    assert names[:14] == [
        "func",
        "max_evaluations",
        "parameter_dict",
        "conditional_clauses",
        "forbidden_clauses",
        "deterministic",
        "num_train_instances",
        "num_test_instances",
        "train_instance_features",
        "num_runs",
        "num_procs",
        "seed",
        "mem_limit_function_mb",
        "t_limit_function_s",
    ]
    defaults = dict(found)
    assert all(defaults[name] is inspect.Parameter.empty for name in names[:3])
    assert (defaults["num_runs"], defaults["num_procs"], defaults["seed"]) == (1, 1, 0)
    assert not defaults["conditional_clauses"]
    assert not defaults["forbidden_clauses"]


def test_all_arguments_by_position(tmp_path):
    optimizer = SMAC_optimizer(None, 1000, str(tmp_path / "wd"), False, False)
    value, best = optimizer.minimize(_function, 2, SPACE, [], ["{r > 3}"], True, None, None, None, 1, 1, 7, 500, 20)
    assert (value, best) == (13.0, {"r": 1.0})
    assert optimizer.result.runs[0].seed == 7
    assert optimizer.result.runs[0].evaluations[0].cutoff == 20


# -- accepted -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        {"constructor": {"mem_limit_smac_mb": 1}},
        {"constructor": {"mem_limit_smac_mb": "a lot"}},
        {"constructor": {"t_limit_total_s": 120.7}},
        {"constructor": {"t_limit_total_s": 0}},
        {"constructor": {"t_limit_total_s": float("inf")}},
        {"mem_limit_function_mb": 1},
        {"mem_limit_function_mb": 0},
        {"mem_limit_function_mb": 100.5},
        {"mem_limit_function_mb": np.float64(300)},
        {"t_limit_function_s": 2.5},
        {"t_limit_function_s": np.int64(20)},
        {"n": np.int64(3)},
        {"num_procs": 3},
        {"options": {"scenario_fn": "abc"}},
        {"options": {"java_executable": "/no/java"}},
        {"conditional_clauses": (), "forbidden_clauses": ()},
        {"num_train_instances": None, "num_test_instances": 0},
    ],
    ids=repr,
)
def test_accepted(arguments, recwarn):
    result = _minimize(**arguments)
    assert (result.value, result.configuration) == (13.0, {"r": 1.0})
    assert [e.status for e in result.runs[0].evaluations] == ["SAT"] * 3
    assert not recwarn.list


def test_a_fraction_of_processes_is_cut():
    with pytest.warns(UserWarning, match="num_procs"):
        assert _minimize(num_procs=1.9).value == 13.0


@pytest.mark.parametrize(
    ("seed", "num_runs", "seeds"),
    [
        (5, 1, [5]),
        (5, 3, [5, 6, 7]),
        (True, 1, [1]),
        (np.int64(3), 1, [3]),
        (np.uint8(255), 2, [255, 256]),
        ([7], 1, [7]),
        ((7,), 1, [7]),
        ([7, 7], 2, [7, 7]),
        ((9, 4), 2, [9, 4]),
        (np.array([9, 4]), 2, [9, 4]),
        ([np.int32(9), True], 2, [9, 1]),
        (2**31 - 1, 1, [2**31 - 1]),
    ],
    ids=repr,
)
def test_seeds(seed, num_runs, seeds):
    result = _minimize(n=1, seed=seed, num_runs=num_runs)
    assert [run.seed for run in result.runs] == seeds
    assert [len(run.evaluations) for run in result.runs] == [1] * len(seeds)


def test_equal_seeds_make_equal_runs():
    first, second = _minimize(n=4, seed=[7, 7], num_runs=2).runs
    assert [e.configuration for e in first.evaluations] == [e.configuration for e in second.evaluations]


def test_different_seeds_make_different_runs():
    first, second = _minimize(n=4, num_runs=2).runs
    assert [e.configuration for e in first.evaluations] != [e.configuration for e in second.evaluations]


def test_a_very_large_number_of_evaluations():
    with pytest.warns(UserWarning, match="exhausted"):
        value, _ = SMAC_optimizer().minimize(lambda c: float(c), 2**31 - 1, {"c": ("categorical", [1, 2, 3], 1)})
    assert value == 1.0


# -- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"n": 5.5}, "max_evaluations"),
        ({"n": -1}, "max_evaluations"),
        ({"n": 0}, "max_evaluations"),
        ({"n": "many"}, "max_evaluations"),
        ({"n": None}, "max_evaluations"),
        ({"num_runs": 2.0}, "num_runs"),
        ({"num_runs": -1}, "num_runs"),
        ({"num_runs": 0}, "num_runs"),
        ({"num_procs": 0}, "num_procs"),
        ({"num_procs": -1}, "num_procs"),
        ({"num_procs": "two"}, "num_procs"),
        ({"seed": 1.0}, "seed"),
        ({"seed": "one"}, "seed"),
        ({"seed": -1}, "seed"),
        ({"seed": [1], "num_runs": 2}, "seed"),
        ({"seed": [1, 2], "num_runs": 1}, "seed"),
        ({"seed": []}, "seed"),
        ({"seed": [1.5]}, "seed"),
        ({"t_limit_function_s": -1}, "t_limit_function_s"),
        ({"t_limit_function_s": 0}, "t_limit_function_s"),
        ({"t_limit_function_s": "1"}, "t_limit_function_s"),
        ({"t_limit_function_s": float("nan")}, "t_limit_function_s"),
        ({"mem_limit_function_mb": -1}, "mem_limit_function_mb"),
        ({"mem_limit_function_mb": "1"}, "mem_limit_function_mb"),
        ({"num_train_instances": -1}, "num_train_instances"),
        ({"num_train_instances": 0}, "num_train_instances"),
        ({"num_test_instances": -1}, "num_test_instances"),
        ({"conditional_clauses": "r | r > 1"}, "conditional_clauses"),
        ({"forbidden_clauses": "{r > 3}"}, "forbidden_clauses"),
        ({"forbidden_clauses": [3]}, "forbidden_clauses"),
        ({"options": {"run-obj": "FOO"}}, "run-obj"),
        ({"options": {"timeout_quality": float("nan")}}, "timeout_quality"),
        ({"options": {"timeout_quality": "high"}}, "timeout_quality"),
        ({"options": {"rf-num-trees": 0}}, "rf-num-trees"),
        ({"options": {"nonsense-option": 1}}, "nonsense-option"),
        ({"constructor": {"t_limit_total_s": -1}}, "t_limit_total_s"),
        ({"constructor": {"t_limit_total_s": "1"}}, "t_limit_total_s"),
        ({"constructor": {"t_limit_total_s": float("nan")}}, "t_limit_total_s"),
        ({"constructor": {"working_directory": 3}}, "working_directory"),
    ],
    ids=repr,
)
def test_refused_before_any_call(recorder, arguments, named):
    with pytest.raises(ArgumentError, match=named) as caught:
        _minimize(recorder(_function), **arguments)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)
    assert recorder.calls == []


@pytest.mark.parametrize("function", [None, 3, "f", [_function]])
def test_a_function_that_is_none(function):
    with pytest.raises(ArgumentError, match="func must be callable"):
        _minimize(function)


def test_what_is_missing_is_a_type_error():
    with pytest.raises(TypeError, match="parameter_dict"):
        SMAC_optimizer().minimize(_function, 3)
    with pytest.raises(TypeError, match="nonsense"):
        SMAC_optimizer().minimize(_function, 3, SPACE, nonsense=1)


@pytest.mark.parametrize("space", [{}, None, [("r", SPACE["r"])], {"r": ("real", [0, 4], 9)}])
def test_spaces_are_checked_before_any_call(recorder, space):
    with pytest.raises(ValueError, match=r"\w"):
        SMAC_optimizer().minimize(recorder(_function), 3, space)
    assert recorder.calls == []


# -- names of 2014 --------------------------------------------------------------------------------------------------


def test_deterministic_in_the_constructor():
    with pytest.warns(DeprecationWarning, match="deterministic"):
        optimizer = SMAC_optimizer(deterministic=True)
    assert optimizer.minimize(_function, 1, SPACE) == (13.0, {"r": 1.0})


def test_num_instances():
    with pytest.warns(DeprecationWarning, match="num_train_instances"), pytest.raises(ValueError, match="instances"):
        SMAC_optimizer().minimize(_function, 1, SPACE, num_instances=-1)


def test_no_seed():
    with pytest.warns(DeprecationWarning, match="seed"):
        assert _minimize(n=1, seed=None).runs[0].seed == 0


def test_specifications_that_are_lists():
    with pytest.warns(DeprecationWarning, match="list"):
        value, _ = SMAC_optimizer().minimize(_function, 1, {"r": ["real", [0.0, 4.0], 1.0]})
    assert value == 13.0


# -- smac_options ---------------------------------------------------------------------------------------------------


def test_the_initial_options():
    options = SMAC_optimizer().smac_options
    assert isinstance(options, dict)
    assert options["timeout_quality"] == 2.0**127
    assert options["rf-num-trees"] == 10
    assert options["run-obj"] == "QUALITY"
    assert options["skip-features"] is False
    assert options["scenario_fn"] == "scenario.dat"


def test_options_are_those_of_one_optimizer():
    SMAC_optimizer().smac_options["rf-num-trees"] = 3
    assert SMAC_optimizer().smac_options["rf-num-trees"] == 10


def test_the_initial_options_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _minimize(n=1)


@pytest.mark.parametrize(
    ("name", "near"), [("rf-num-tree", "rf-num-trees"), ("run_objective", "run-obj"), ("timeout-quality", "timeout_q")]
)
def test_an_unknown_option_names_its_neighbours(name, near):
    with pytest.raises(ValueError, match=name) as caught:
        _minimize(options={name: 1})
    assert near in str(caught.value)


@pytest.mark.filterwarnings("ignore")
def test_every_name_of_smac_v2_is_known():
    for name in canonical_names():
        options = SmacOptions(INITIAL)
        options[name] = None
        try:
            resolve(options)
        except ArgumentError as error:
            message = str(error)
        else:
            message = ""
        assert "unknown option" not in message


def test_an_option_without_effect_warns_in_one_line():
    with pytest.warns(UserWarning, match="num-?pca|numPCA") as caught:
        _minimize(n=1, options={"numPCA": 3})
    assert len(caught) == 1
    assert "\n" not in str(caught[0].message)


def test_of_two_aliases_the_last_one_wins():
    aliases = [name for name, first in canonical_names().items() if first == canonical_names()["rf-num-trees"]]
    assert len(aliases) > 1
    one, two = aliases[:2]
    options = SmacOptions(INITIAL)
    options[one], options[two] = 3, 4
    assert resolve(options).n_trees == 4
    options[one] = 5
    assert resolve(options).n_trees == 5


@pytest.mark.parametrize(
    "assign",
    [
        lambda options: options.__setitem__("rf-num-trees", 7),
        lambda options: options.update({"rf-num-trees": 7}),
        lambda options: options.update([("rf-num-trees", 7)]),
        lambda options: options.__ior__({"rf-num-trees": 7}),
    ],
    ids=["item", "update", "update with pairs", "|="],
)
def test_ways_to_assign(assign):
    options = SmacOptions(INITIAL)
    assign(options)
    assert options["rf-num-trees"] == 7
    assert resolve(options).n_trees == 7


@pytest.mark.parametrize(
    "remove",
    [
        lambda options: options.pop("rf-num-trees"),
        lambda options: options.__delitem__("rf-num-trees"),
        lambda options: options.clear(),
    ],
    ids=["pop", "del", "clear"],
)
def test_ways_to_remove(remove):
    options = SmacOptions(INITIAL)
    options["rf-num-trees"] = 7
    remove(options)
    assert resolve(options).n_trees == 10


def test_keyword_update():
    options = SmacOptions(INITIAL)
    options.update(timeout_quality=5)
    assert resolve(options).timeout_quality == 5.0


def test_a_plain_dict_in_its_place():
    optimizer = SMAC_optimizer()
    optimizer.smac_options = {"timeout_quality": 5}
    with pytest.warns(UserWarning, match="have failed"):
        assert optimizer.minimize(lambda r: None, 1, SPACE)[0] == 5.0


# -- folders --------------------------------------------------------------------------------------------------------


def test_the_working_directory_is_there_after_the_constructor(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "with space" / "wd"))
    assert optimizer.working_directory == str(tmp_path / "with space" / "wd")
    for folder in ("", "exec", "out"):
        assert os.path.isdir(os.path.join(optimizer.working_directory, folder))
    assert optimizer.minimize(_function, 1, SPACE) == (13.0, {"r": 1.0})


def test_without_a_working_directory():
    optimizer = SMAC_optimizer()
    path = optimizer.working_directory
    assert sorted(os.listdir(path)) == ["exec", "out"]
    optimizer.__del__()
    assert not os.path.exists(path)
    optimizer.__del__()
    del optimizer
    gc.collect()


def test_each_optimizer_has_a_folder_of_its_own():
    assert SMAC_optimizer().working_directory != SMAC_optimizer().working_directory


def test_only_what_was_made_is_removed(tmp_path):
    (tmp_path / "mine").write_text("text")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("text")
    optimizer = SMAC_optimizer(working_directory=str(tmp_path))
    (tmp_path / "exec" / "new").write_text("text")
    optimizer.minimize(_function, 1, SPACE)
    del optimizer
    gc.collect()
    assert (tmp_path / "mine").read_text() == "text"
    assert (tmp_path / "out" / "old").read_text() == "text"
    assert (tmp_path / "exec" / "new").read_text() == "text"


def test_a_folder_that_was_made_is_removed(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "a" / "b"))
    del optimizer
    gc.collect()
    assert os.listdir(tmp_path) == []


def test_persistent_files_stay(tmp_path):
    optimizer = SMAC_optimizer(working_directory=str(tmp_path / "wd"), persistent_files=True)
    optimizer.minimize(_function, 1, SPACE)
    optimizer.__del__()
    del optimizer
    gc.collect()
    assert {"exec", "out", "scenario.dat"} <= set(os.listdir(tmp_path / "wd"))


def test_a_relative_folder_is_that_of_the_constructor(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    optimizer = SMAC_optimizer(working_directory="wd")
    monkeypatch.chdir("/")
    del optimizer
    gc.collect()
    assert os.listdir(tmp_path) == []


def test_a_call_does_not_remove_the_folder():
    optimizer = SMAC_optimizer()
    optimizer.minimize(lambda r: optimizer.__del__() or gc.collect() or 1.0, 2, SPACE)
    assert os.path.isdir(optimizer.working_directory)


def test_a_constructor_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="t_limit_total_s"):
        SMAC_optimizer(working_directory=str(tmp_path / "wd"), t_limit_total_s=-1)
    gc.collect()
    assert os.listdir(tmp_path) == []


def test_a_working_directory_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(ValueError, match="working_directory"):
        SMAC_optimizer(working_directory=str(tmp_path / "file" / "wd"))


def test_folders_are_removed_at_exit(run_script, tmp_path):
    done = run_script(
        """
        import os
        from pysmac_compat import SMAC_optimizer

        a, b = SMAC_optimizer(), SMAC_optimizer(working_directory="wd")
        open("wd/mine", "w").close()
        print(a.working_directory, os.path.isdir(a.working_directory), os.path.isdir("wd/out"))
        """
    )
    path, *there = done.stdout.split()
    assert there == ["True", "True"]
    assert not os.path.exists(path)
    assert os.listdir(tmp_path / "wd") == ["mine"]
    assert done.stderr == ""


# -- silence --------------------------------------------------------------------------------------------------------


def test_silent_by_default(capfd):
    root = logging.getLogger()
    seen = []
    handler = logging.Handler(logging.NOTSET)
    handler.emit = seen.append
    before = root.level, list(root.handlers)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        _minimize(n=4)
        assert seen == []
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
    assert (root.level, root.handlers) == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("debug", "shown"), [(True, True), (logging.DEBUG, True), (logging.ERROR, False), (0, False)])
def test_debug(capfd, debug, shown):
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    ours = logging.getLogger("pysmac_compat")
    handlers = list(ours.handlers)
    _minimize(n=2, constructor={"debug": debug})
    out, err = capfd.readouterr()
    assert out == ""
    assert ("evaluation 1" in err) == shown
    assert (root.level, root.handlers) == before
    assert ours.handlers == handlers
    _minimize(n=1)
    assert capfd.readouterr() == ("", "")
