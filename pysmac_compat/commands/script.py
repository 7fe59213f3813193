"""``pysmac-compat run script.py args...``: run an old pysmac script without changes."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import traceback
from collections.abc import Sequence

import pysmac_compat
from pysmac_compat import _shims, optimizer
from pysmac_compat.drop_in import install_as_pysmac
from pysmac_compat.report import progress as shows
from pysmac_compat.report.hints import hint_for, hint_for_syntax
from pysmac_compat.report.python2 import Change, others

#: the folder of this package, and the exit code after Ctrl-C
_OURS, _INTERRUPTED = os.path.join(os.path.dirname(pysmac_compat.__file__), ""), 130


def main(argv: list[str], epilog: str = "") -> int:
    """Run the script named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m pysmac_compat",
        usage="%(prog)s [-h] [--progress] [--verbose] [--resume] script [args ...]",
        description="Run a script that was written for pysmac: 'import pysmac' in it gives this package.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--progress", action="store_true", help="show a progress bar during the search; needs tqdm")
    parser.add_argument("--verbose", action="store_true", help="print a line for each evaluation")
    parser.add_argument(
        "--resume",
        action="store_true",
        help="resume the search that an earlier start of the script began; needs persistent_files=True",
    )
    parser.add_argument("script", help="the script")
    rest = parser.add_argument("args", nargs=argparse.REMAINDER, help="its own arguments, if it takes any")
    rest.required = False  # otherwise some versions of Python report missing arguments if the script is missing
    options = parser.parse_args(argv)
    script = options.script
    if not os.path.isfile(script):
        parser.error(f"there is no file {script!r}")
    try:
        wishes = shows.Wishes(options.progress, options.verbose).checked()
    except ImportError as error:
        parser.error(str(error))
    shows.by_default.progress, shows.by_default.verbose = wishes.progress, wishes.verbose
    optimizer.resume_by_default = options.resume
    install_as_pysmac()
    sys.argv = [script, *options.args]
    # With -m, the first entry of sys.path is '' or the current folder; a script expects its own folder there.
    sys.path[0] = os.path.dirname(os.path.abspath(script))
    sys.path.append(os.path.dirname(_shims.__file__))
    try:
        runpy.run_path(script, run_name="__main__")
    except KeyboardInterrupt as error:
        frames = _own(traceback.extract_tb(error.__traceback__), script)
        print(_text(error, [f for f in frames if not _lies_in(_OURS, f.filename)]), end="", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        hint = _hint(error, script)
        if hint is None:
            raise
        print(hint, file=sys.stderr)
        return 1
    return 0


def _hint(error: Exception, script: str) -> str | None:
    """Return the traceback from the script's first frame on, and a hint for the line; None if there is no hint."""
    folder = _folder(script)
    frames = traceback.extract_tb(error.__traceback__)
    own = [i for i, frame in enumerate(frames) if _lies_in(folder, frame.filename)]
    if isinstance(error, SyntaxError):
        file, line = error.filename or "", error.lineno
        hint = hint_for_syntax(error) if _lies_in(folder, file) else None
    else:
        file, line = (frames[own[-1]].filename, frames[own[-1]].lineno) if own else ("", None)
        hint = hint_for(f"{type(error).__name__}: {error}") if own else None
    if hint is None:
        return None
    text = _text(error, _own(frames, script))
    first = Change(os.path.abspath(file), line or 1, hint)
    return "\n".join([f"{text}python -m pysmac_compat: {file}, line {line}: {hint}", *others(first, script)])


def _own(frames: Sequence[traceback.FrameSummary], script: str) -> Sequence[traceback.FrameSummary]:
    """Return the frames, beginning with the first one whose code is in the script's folder."""
    folder = _folder(script)
    first = next((i for i, frame in enumerate(frames) if _lies_in(folder, frame.filename)), len(frames))
    return frames[first:]


def _text(error: BaseException, frames: Sequence[traceback.FrameSummary]) -> str:
    head = ["Traceback (most recent call last):\n"] if frames else []
    return "".join([*head, *traceback.format_list(frames), *traceback.format_exception_only(error)])


def _folder(script: str) -> str:
    return os.path.join(os.path.dirname(os.path.abspath(script)), "")


def _lies_in(folder: str, file: str) -> bool:
    return not file.startswith("<") and os.path.abspath(file).startswith(folder)
