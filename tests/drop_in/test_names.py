"""The name ``pysmac``, and what importing and minimising leave in the interpreter."""

import textwrap

import pytest

import pysmac_compat

SCRIPT = "script.py"


def test_all_public_names_are_there():
    for name in pysmac_compat.__all__:
        assert getattr(pysmac_compat, name) is not None
    assert sorted(pysmac_compat.__all__) == list(dict.fromkeys(sorted(pysmac_compat.__all__)))
    assert {"SMAC_optimizer", "install_as_pysmac", "Result", "RunResult", "Evaluation"} <= set(pysmac_compat.__all__)


@pytest.mark.slow
def test_install_as_pysmac(run):
    text = """
        import sys
        import pysmac_compat
        pysmac_compat.install_as_pysmac()
        pysmac_compat.install_as_pysmac()

        import pysmac
        assert pysmac.SMAC_optimizer is pysmac_compat.SMAC_optimizer
        assert pysmac.optimizer.SMAC_optimizer is pysmac_compat.SMAC_optimizer
        assert pysmac.optimize.fmin is pysmac_compat.optimize.fmin
        assert pysmac.remote_smac is pysmac_compat.remote_smac
        assert pysmac.utils is pysmac_compat.utils

        import pysmac.optimizer
        import pysmac.optimize as optimize
        from pysmac.optimizer import SMAC_optimizer
        from pysmac.optimize import fmin
        from pysmac import SMAC_optimizer as again
        assert SMAC_optimizer is again is pysmac_compat.SMAC_optimizer
        assert optimize.fmin is fmin

        assert sys.modules["pysmac.optimizer"] is sys.modules["pysmac_compat.optimizer"]
        assert SMAC_optimizer.__module__ == "pysmac_compat.optimizer"
        for name in ("pysmac_compat", "pysmac_compat.optimizer", "pysmac_compat.optimize"):
            module = sys.modules[name]
            assert module.__name__ == module.__spec__.name == name
            assert module.__spec__.origin == module.__file__
            assert module.__loader__ is module.__spec__.loader
            assert module.__package__ == module.__spec__.parent
        assert pysmac_compat.__spec__.submodule_search_locations

        import importlib, pickle
        assert pickle.loads(pickle.dumps(SMAC_optimizer)) is SMAC_optimizer
        importlib.reload(sys.modules["pysmac_compat._version"])
        try:
            import pysmac.no_such_module
        except ImportError as error:
            assert "no_such_module" in str(error)
        else:
            raise AssertionError
        try:
            from pysmac import no_such_name
        except ImportError:
            pass
        else:
            raise AssertionError
        """
    text = textwrap.dedent(text) + textwrap.dedent(_OLD_IMPORTS)
    assert run(SCRIPT, files={SCRIPT: text}).stdout == "done\n"


_OLD_IMPORTS = """
    from pysmac.analyzer import SMAC_analyzer
    from pysmac.piac import run_ISMAC, piac_evaluate
    from pysmac.remote_smac import process_parameter_definitions, process_single_parameter_definition
    from pysmac.remote_smac import remote_smac, remote_smac_function
    from pysmac.utils.java_helper import check_java_version, smac_classpath
    from pysmac.utils.multiprocessing_wrapper import MyPool, NoDaemonProcess
    from pysmac.utils.pcs_merge import merge_configuration_spaces
    from pysmac.utils.pysmac_fanova import smac_to_fanova
    from pysmac.utils.smac_argparser import wrapper, parse_args, evaluate_function, generate_output
    import pysmac.utils.pcs_merge as pcs_merge
    import sys
    assert pcs_merge is sys.modules["pysmac_compat.utils.pcs_merge"]
    assert not {"smac", "ConfigSpace", "scipy", "sklearn", "matplotlib"} & set(sys.modules)
    print("done")
    """


@pytest.mark.slow
def test_the_helpers_have_their_old_names(run):
    """Also where nothing of ours has been imported by name."""
    assert run("-m", "pysmac_compat", SCRIPT, files={SCRIPT: _OLD_IMPORTS}).stdout == "done\n"


_NAMES_OF_2015 = """
    import sys
    {imported}
    for name in ("MyPool", "check_java_version", "smac_classpath", "read_trajectory_file"):
        assert callable(getattr(pysmac, name)), name
        assert getattr(pysmac.optimizer, name) is getattr(pysmac, name)
    assert pysmac.MyPool is pysmac.utils.multiprocessing_wrapper.MyPool
    assert pysmac.check_java_version is pysmac.utils.java_helper.check_java_version
    for place, names in {{
        "smac_output_readers": "json_parse read_runs_and_results_file read_paramstrings_file read_instances_file "
        "read_validationCallStrings_file read_validationObjectiveMatrix_file read_trajectory_file "
        "read_instance_features_file convert_param_dict_types",
        "smac_input_readers": "read_pcs write_pcs read_scenario_file",
        "state_merge": "find_largest_file read_sate_run_folder state_merge",
        "pcs_merge": "merge_configuration_spaces",
        "smac_argparser": "wrapper",
        "pysmac_fanova": "smac_to_fanova",
    }}.items():
        for name in names.split():
            helper = getattr(getattr(pysmac.utils, place), name)
            if "read" in place or name.startswith("read"):
                assert getattr(pysmac.utils, name) is helper
    assert pysmac.remote_smac.remote_smac and pysmac.analyzer.SMAC_analyzer and pysmac.piac.run_ISMAC
    assert pysmac.optimize.fmin and pysmac.optimizer.SMAC_optimizer
    from pysmac.utils import *
    assert read_pcs is pysmac.utils.read_pcs
    for path in ("", "utils", "optimizer", "utils.smac_output_readers", "utils.pcs_merge", "remote_smac"):
        where = "pysmac" + bool(path) * "." + path
        try:
            eval(where + ".no_such_name")
        except AttributeError as error:
            assert str(error) == f"module {{where!r}} has no attribute 'no_such_name'", error
        else:
            raise AssertionError
    print("done")
    """


@pytest.mark.slow
def test_names_below_pysmac_and_its_utils(run_prepared):
    """As ``import pysmac`` alone gave them; an error speaks of the name that the script has written."""
    text = textwrap.dedent(_NAMES_OF_2015).format(imported="import pysmac")
    assert run_prepared("-m", "pysmac_compat", SCRIPT, files={SCRIPT: text}).stdout == "done\n"


@pytest.mark.slow
def test_errors_without_the_alias(run_script):
    text = """
        import pysmac_compat.optimizer, pysmac_compat.utils
        for module in (pysmac_compat, pysmac_compat.utils, pysmac_compat.optimizer):
            try:
                module.no_such_name
            except AttributeError as error:
                assert f"module '{module.__name__}' has no attribute 'no_such_name'" in str(error), error
            else:
                raise AssertionError
        print("done")
    """
    assert run_script(textwrap.dedent(text)).stdout == "done\n"


@pytest.mark.slow
def test_install_goes_before_an_installed_pysmac(run_prepared):
    files = {
        "pysmac/__init__.py": "real = True\n",
        "pysmac/optimizer.py": "real = True\n",
        SCRIPT: """
            import pysmac, pysmac.optimizer
            assert pysmac.real
            import pysmac_compat
            pysmac_compat.install_as_pysmac()
            import pysmac, pysmac.optimizer
            assert pysmac.SMAC_optimizer is pysmac_compat.SMAC_optimizer
            assert pysmac.optimizer.SMAC_optimizer is pysmac_compat.SMAC_optimizer
            print("done")
            """,
    }
    assert run_prepared(SCRIPT, files=files).stdout == "done\n"


@pytest.mark.slow
def test_the_name_of_2014_is_deprecated(run_prepared):
    text = """
        import warnings
        import pysmac_compat
        pysmac_compat.install_as_pysmac()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import pySMAC
            from pySMAC.optimizer import SMAC_optimizer
        assert SMAC_optimizer is pysmac_compat.SMAC_optimizer
        print([w.category.__name__ for w in caught if "pySMAC" in str(w.message)])
        """
    assert run_prepared(SCRIPT, files={SCRIPT: text}).stdout == "['DeprecationWarning']\n"


@pytest.mark.slow
def test_without_the_call_there_is_no_pysmac(run_prepared):
    text = """
        import importlib.util
        import pysmac_compat
        assert importlib.util.find_spec("pysmac") is None
        """
    run_prepared(SCRIPT, files={SCRIPT: text})


_OLD_MODULES = {
    "old/pynisher/__init__.py": "from .limit_function_call import enforce_limits\nold = True\n",
    "old/pynisher/limit_function_call.py": "def enforce_limits(**kwargs):\n    raise RuntimeError('old')\n",
    "old/pynisher-0.6.4.dist-info/METADATA": "Metadata-Version: 2.1\nName: pynisher\nVersion: 0.6.4\n",
    "old/ConfigSpace/__init__.py": "old = True\n",
    "old/ConfigSpace-0.4.dist-info/METADATA": "Metadata-Version: 2.1\nName: ConfigSpace\nVersion: 0.4\n",
    "old/smac.py": "old = True\n",
    "old/psutil.py": "old = True\n",
}


@pytest.mark.slow
def test_old_modules_before_ours(run):
    """The script keeps its own modules, we use those that are installed."""
    text = """
        import os, sys
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "old"))
        import pynisher, ConfigSpace, smac, psutil
        path = list(sys.path)
        from pysmac_compat.evaluation.evaluator import Evaluator

        def function(x):
            import pynisher as seen
            assert seen.old and ConfigSpace.old and smac.old and psutil.old
            return (x - 1) ** 2

        call = Evaluator(function)
        print(call({"x": 2}, 50).value)
        call.close()
        from pysmac_compat.remote_smac import remote_smac
        with remote_smac("scenario.txt", None, 0, None, None, {"x": float}) as search:  # here SMAC3 is in this process
            for _ in range(2):
                x = search.next_configuration()["x"]
                search.report_result({"value": (x - 1) ** 2, "status": "SAT", "runtime": 1})
        assert os.path.isfile("results/scenario/smac3/0/runhistory.json")
        assert sys.modules["pynisher"] is pynisher and pynisher.old
        assert sys.modules["ConfigSpace"] is ConfigSpace and sys.modules["smac"] is smac
        assert sys.modules["psutil"] is psutil
        assert sys.path == path
        import pynisher.limit_function_call
        from pynisher import enforce_limits
        """
    scenario = {
        "x.pcs": "x [-5, 5] [1]\n",
        "scenario.txt": "pcs-file = x.pcs\nruncount-limit = 2\noutput-dir = results\n",
    }
    done = run(SCRIPT, files={**_OLD_MODULES, **scenario, SCRIPT: text})
    assert (done.stdout, done.stderr) == ("1.0\n", "")


@pytest.mark.slow
def test_the_caller_stays_light_and_may_import_old_modules(run):
    """Neither the import nor a search loads SMAC3 here; the time that its import takes is not the user's."""
    text = """
        import os, sys, threading
        import pysmac_compat
        from pysmac_compat import Search

        def loaded():
            there = {name.split(".")[0] for name in sys.modules} & HEAVY
            return sorted(name for name in there if not hasattr(sys.modules[name], "old"))

        HEAVY = {"smac", "ConfigSpace", "scipy", "sklearn", "torch", "dask", "matplotlib", "libauc"}
        print(loaded())
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "old"))
        import ConfigSpace, smac
        optimizer = pysmac_compat.SMAC_optimizer(t_limit_total_s=0.5)
        print(optimizer.minimize(lambda x: (x - 1) ** 2, 3, {"x": ("real", [-5, 5], 1)}, [], ["{x > 4}"]))
        print(loaded(), threading.active_count())
        print(ConfigSpace.old, sys.modules["smac"] is smac)
        """
    done = run(SCRIPT, files={**_OLD_MODULES, SCRIPT: text})
    assert done.stdout.splitlines() == ["[]", "(0.0, {'x': 1.0})", "[] 1", "True True"]
    assert done.stderr == ""
