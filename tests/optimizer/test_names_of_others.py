"""Misspelt names, and those of other tools, are errors that say what is meant."""

import copy
import pickle
import re

import pytest

from pysmac_compat import Incumbent, SMAC_optimizer, optimize, optimizer
from pysmac_compat.options.smac_options import INITIAL, SmacOptions
from pysmac_compat.results import Ranked

from ..report.small import handmade
from .small import SPACE


def parabola(r):
    return r**2


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("num_run", "did you mean 'num_runs'"),
        ("t_limit_function", "'t_limit_function_s'"),
        ("maximise", "did you mean 'maximize'?"),
        ("persistent_files", r"use SMAC_optimizer(persistent_files=...)"),
        ("qqqqqqqq", "known are"),
    ],
)
def test_keywords_of_minimize(name, meant):
    with pytest.raises(TypeError, match=rf"^minimize\(\) .*'{name}'.*{re.escape(meant)}"):
        SMAC_optimizer().minimize(parabola, 1, SPACE, **{name: 3})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("persistant_files", "did you mean 'persistent_files'?"),
        ("working_dir", "'working_directory'"),
        ("workers", "use smac_options['workers'] = ..."),
        ("num_runs", "use minimize(num_runs=...)"),
    ],
)
def test_keywords_of_the_optimizer(name, meant):
    with pytest.raises(TypeError, match=rf"^SMAC_optimizer\(\) .*'{name}'.*{re.escape(meant)}"):
        SMAC_optimizer(**{name: 3})


def test_swapped_arguments():
    with pytest.raises(ValueError, match=r"are swapped: minimize\(func, max_evaluations, parameter_dict\)"):
        SMAC_optimizer().minimize(parabola, SPACE, 40)


@pytest.mark.parametrize(
    ("of", "name", "meant"),
    [
        ("result", "best_params", "use result.active_configuration"),
        ("result", "best_value", "use result.value"),
        ("result", "trials", "use list(result)"),
        ("result", "trials_dataframe", "use result.to_frame()"),
        ("result", "best_trial", "use result.best(1)[0]"),
        ("result", "sumary", "did you mean 'summary'?"),
        ("plot", "histroy", "did you mean 'history'?"),
        ("plot", "optimization_history", "use plot.history()"),
        ("plot", "param_importances", "use plot.importance()"),
        ("optimizer", "optimize", "use minimize("),
        ("optimizer", "maximize", "maximize=True)"),
    ],
)
def test_attributes(of, name, meant):
    owner = {"result": handmade(), "plot": handmade().plot, "optimizer": SMAC_optimizer()}[of]
    with pytest.raises(AttributeError, match=rf"has no attribute '{name}'.*{re.escape(meant)}"):
        getattr(owner, name)
    assert not hasattr(owner, "_ipython_display_")


def test_a_result_is_copied():
    result = handmade()
    assert copy.deepcopy(result) == result
    assert pickle.loads(pickle.dumps(handmade().runs)) == result.runs


def test_an_option_is_an_item():
    options = SmacOptions(INITIAL)
    with pytest.raises(AttributeError, match=r"write smac_options\['workers'\] = 2"):
        options.workers = 2
    assert copy.copy(options) == options


def test_a_name_in_the_other_module():
    with pytest.raises(ImportError, match=r"from pysmac.optimizer import SMAC_optimizer"):
        optimize.SMAC_optimizer  # noqa: B018
    with pytest.raises(ImportError, match=r"from pysmac.optimize import fmin"):
        from pysmac_compat.optimizer import fmin  # noqa: F401
    assert not hasattr(optimize, "minimize")
    assert not hasattr(optimizer, "minimize")


def test_a_conditional_parameter_without_default_is_told_of_before_the_first_call():
    space = {"x": ("real", [0, 1], 0.7), "q": ("real", [0, 1], 0.5)}
    optimizer = SMAC_optimizer()
    optimizer.smac_options["isolate"] = False
    with pytest.warns(UserWarning, match=r"no default for 'q'.*write q=None"):
        optimizer.minimize(lambda x, q: x, 1, space, ["q | x > 0.5"])


def test_entries_of_the_best_say_the_name_of_their_configuration():
    for entry in (Ranked(1.0, 1, 0, 1, {"x": 2}), Incumbent(1, 1.0, {"x": 2})):
        with pytest.raises(AttributeError, match="no attribute 'configuration': use active_configuration"):
            entry.configuration  # noqa: B018
        assert pickle.loads(pickle.dumps(entry)) == entry
    with pytest.raises(AttributeError, match=r"use result\.plot\.history\(\)"):
        handmade().plot_history  # noqa: B018
