"""``python -m pysmac_compat report FOLDER`` and ``watch FOLDER``: the page of a search, from its files."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pysmac_compat.errors import PysmacError

if TYPE_CHECKING:
    from pysmac_compat.results import Result

COMMANDS = ("report", "watch")
_FILE, _PORT = "report.html", 8765

Load = Callable[[str], "Result"]


def main(argv: Sequence[str], load: Load, state_of: Callable[[str], str]) -> int:
    """Do what the command line says.

    Parameters
    ----------
    argv : sequence of str
        One of `COMMANDS`, then its arguments.
    load : callable
        Reads the result of a search from its folder.
    state_of : callable
        Tells one state of a folder from another.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m pysmac_compat")
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="write a page about a search", description=_report.__doc__)
    watch = commands.add_parser("watch", help="show a search that goes on", description=_watch.__doc__)
    for each in (report, watch):
        each.add_argument("folder", help="a working directory of a search, of the Java program or of AutoMAX, too")
    report.add_argument("-o", "--output", metavar="FILE", help=f"the page; {_FILE} unless given")
    watch.add_argument("--port", type=int, default=_PORT, help=f"{_PORT} unless given; 0: any that is free")
    options = parser.parse_args(argv)
    try:
        if options.command == "report":
            return _report(options.folder, options.output, load)
        return _watch(options.folder, options.port, load, state_of)
    except (PysmacError, ImportError, OSError) as error:
        print(f"python -m pysmac_compat {options.command}: {error}", file=sys.stderr)
        return 1


def _report(folder: str, output: str | None, load: Load) -> int:
    """Write a page about a search: one file of HTML that needs nothing else."""
    from pysmac_compat.report.page import BEGIN, as_bytes, page

    path = _FILE if output is None else output
    if output is None and os.path.exists(path):
        with open(path, "rb") as stream:
            if stream.read(len(BEGIN)) != BEGIN.encode():
                raise FileExistsError(f"there is another file {path}; say where to write the page: -o FILE")
    content = as_bytes(page(load(folder), name_of(folder)))
    with open(path, "wb") as stream:
        stream.write(content)
    print(path)
    return 0


def _watch(folder: str, port: int, load: Load, state_of: Callable[[str], str]) -> int:
    """Show the same page while the search goes on, at an address of this machine alone. Ctrl-C ends it."""
    from pysmac_compat.report.page import empty_page
    from pysmac_compat.report.page.server import HOST, Follower, Server

    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder!r}")
    if not 0 <= port <= 65535:
        raise OSError(f"--port: expected a number from 0 to 65535, got {port}")
    empty_page("nothing yet", "", "")  # needs what the pages need
    follower = Follower(folder, name_of(folder), load, state_of)
    try:
        server = Server(port, follower)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is in use" if error.errno == errno.EADDRINUSE else "is not open to you"
        raise OSError(f"port {port} {why}; take another one with --port, or any that is free with --port 0") from None
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"http://{HOST}:{server.server_port}/ shows {folder}; Ctrl-C ends it", flush=True)
        server.serve_forever(poll_interval=0.2)
    return 0


def name_of(folder: str) -> str:
    """How the page calls a search."""
    return os.path.basename(os.path.abspath(os.path.expanduser(folder))) or folder
