"""``python -m pysmac_compat script.py args...``: run an old pysmac script as it is."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback

from pysmac_compat import _shims
from pysmac_compat.drop_in import install_as_pysmac

#: what old scripts import and today's Python or scikit-learn lacks, and what to write instead
_RENAMED = {
    "sklearn.cross_validation": "from sklearn.model_selection import ... (cross_validation was removed in 0.20)",
    "sklearn.grid_search": "from sklearn.model_selection import ... (sklearn.grid_search was removed in 0.20)",
    "sklearn.learning_curve": "from sklearn.model_selection import ... (sklearn.learning_curve was removed in 0.20)",
    "sklearn.externals": "import joblib (sklearn.externals was removed in 0.23)",
    "sklearn.datasets.samples_generator": "from sklearn.datasets import ...",
    "imp": "use importlib instead (imp was removed in Python 3.12)",
    "distutils": "use setuptools or shutil instead (distutils was removed in Python 3.12)",
    "cPickle": "import pickle (cPickle is Python 2)",
    "StringIO": "from io import StringIO (the module StringIO is Python 2)",
    "ConfigParser": "import configparser (ConfigParser is Python 2)",
    "Queue": "import queue (Queue is Python 2)",
    "urllib2": "import urllib.request (urllib2 is Python 2)",
}


def main(argv: list[str] | None = None) -> int:
    """Run the script named on the command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pysmac_compat",
        description="Run a script that was written for pysmac: 'import pysmac' in it gives this package.",
    )
    parser.add_argument("script", help="the script")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="its own arguments")
    options = parser.parse_args(argv)
    script = options.script
    if not os.path.isfile(script):
        parser.error(f"there is no file {script!r}")
    install_as_pysmac()
    sys.argv = [script, *options.args]
    # '' or the current folder stands first under -m; a script has its own folder there.
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    sys.path.append(os.path.dirname(_shims.__file__))
    try:
        runpy.run_path(script, run_name="__main__")
    except SyntaxError as error:
        if not _concerns(error, script):
            raise
        _fail(error, _syntax_hint(error))
        return 1
    except ImportError as error:
        hint = _import_hint(error)
        if hint is None:
            raise
        _fail(error, hint)
        return 1
    return 0


def _concerns(error: SyntaxError, script: str) -> bool:
    folder = os.path.dirname(os.path.abspath(script))
    return error.filename is not None and os.path.abspath(error.filename).startswith(folder)


def _syntax_hint(error: SyntaxError) -> str:
    if isinstance(error, TabError):
        return "indent with blanks only: Python 3 does not mix them with tabs (python -m tabnanny shows where)"
    return "this looks like Python 2: convert the script, for instance with 'print x' as 'print(x)'"


def _import_hint(error: ImportError) -> str | None:
    name = error.name or ""
    for old, hint in _RENAMED.items():
        if name == old or name.startswith(old + "."):
            return hint
    return None


def _fail(error: BaseException, hint: str) -> None:
    traceback.print_exception(type(error), error, None)
    print(f"python -m pysmac_compat: {hint}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
