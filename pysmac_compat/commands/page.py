"""``pysmac-compat report FOLDER`` and ``watch FOLDER``: commands that make the page about a search from its files."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import sys
from collections.abc import Iterator, Sequence

from pysmac_compat.errors import PysmacError
from pysmac_compat.files.load import load_result, state_of

_FILE, _PORT = "report.html", 8765


def report(argv: Sequence[str]) -> int:
    """Write the page about the search in a folder to a file; return the exit code."""
    parser = _parser("report", _report.__doc__)
    parser.add_argument("-o", "--output", metavar="FILE", help=f"the page; {_FILE} unless given")
    parser.add_argument("--force", action="store_true", help="also replace a file that is not a page of this package")
    options = parser.parse_args(argv)
    with _said("report") as done:
        done[0] = _report(options.folder, options.output, options.force)
    return done[0]


def watch(argv: Sequence[str]) -> int:
    """Serve the page about the search in a folder over HTTP; return the exit code."""
    parser = _parser("watch", _watch.__doc__)
    parser.add_argument("--port", type=int, default=_PORT, help=f"{_PORT} unless given; 0: any that is free")
    options = parser.parse_args(argv)
    with _said("watch") as done:
        done[0] = _watch(options.folder, options.port)
    return done[0]


def _parser(command: str, text: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"pysmac-compat {command}", description=text)
    parser.add_argument("folder", help="a working directory of a search, of the Java program or of AutoMAX, too")
    return parser


@contextlib.contextmanager
def _said(command: str) -> Iterator[list[int]]:
    """Yield a list with the exit code 1, which the command replaces; print an error in this context to stderr."""
    code = [1]
    try:
        yield code
    except (PysmacError, ImportError, OSError) as error:
        print(f"pysmac-compat {command}: {error}", file=sys.stderr)


def _report(folder: str, output: str | None, force: bool) -> int:
    """Write the page about a search into one HTML file that needs no other file."""
    from pysmac_compat.report.page import BEGIN, as_bytes, page

    path = _FILE if output is None else output
    if os.path.isfile(path) and not force:
        with open(path, "rb") as stream:
            beginning = stream.read(len(BEGIN))
        if beginning and beginning != BEGIN.encode():
            raise FileExistsError(
                f"the file {path} exists and is not the page of a search; write to another file with -o, "
                "or replace this file with --force"
            )
    content = as_bytes(page(load_result(folder), name_of(folder)))
    with open(path, "wb") as stream:
        stream.write(content)
    print(path)
    return 0


def _watch(folder: str, port: int) -> int:
    """Serve the page while the search runs, until Ctrl-C, at an address that only this machine can open."""
    from pysmac_compat.report.page import empty_page
    from pysmac_compat.report.page.server import HOST, Follower, Server

    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder!r}")
    if not 0 <= port <= 65535:
        raise OSError(f"--port: expected a number from 0 to 65535, got {port}")
    empty_page("nothing yet", "", "")  # raises an error now if a package that the page needs is missing
    follower = Follower(folder, name_of(folder), load_result, state_of)
    try:
        server = Server(port, follower)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is in use" if error.errno == errno.EADDRINUSE else "needs more rights than you have"
        raise OSError(f"port {port} {why}; choose another port with --port, or any free port with --port 0") from None
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"http://{HOST}:{server.server_port}/ shows {folder}; Ctrl-C ends the server", flush=True)
        server.serve_forever(poll_interval=0.2)
    return 0


def name_of(folder: str) -> str:
    """Return the name of a search on its page."""
    return os.path.basename(os.path.abspath(os.path.expanduser(folder))) or folder
