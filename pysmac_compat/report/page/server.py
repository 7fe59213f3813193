"""A small server for this machine only: it shows the page of a search that is running."""

from __future__ import annotations

import hashlib
import socketserver
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pysmac_compat.errors import PysmacError
from pysmac_compat.report.page import as_bytes, empty_page, page

if TYPE_CHECKING:
    from pysmac_compat.results import Result

HOST = "127.0.0.1"
#: the pause after a page is made, as a multiple of the time that it took, because the search needs the processors
_PATIENCE = 4.0


class Follower:
    """Makes the page about the search in a folder, and makes it again only if the folder has changed.

    Parameters
    ----------
    folder : str
    title : str
    load : callable
        Returns the result of the search in the folder.
    state_of : callable
        Returns a text that identifies the state of the folder.
    """

    def __init__(self, folder: str, title: str, load: Callable[[str], Result], state_of: Callable[[str], str]) -> None:
        self._folder, self._title, self._load, self._state_of = folder, title, load, state_of
        self._lock = threading.Lock()
        self._tag, self._content, self._not_before = "", b"", 0.0
        #: how often the page was made
        self.made = 0

    def page(self) -> tuple[str, bytes]:
        """Return the ETag of the page, and the page."""
        with self._lock:
            try:
                state = self._state_of(self._folder)
            except (PysmacError, OSError) as error:
                state = f"error: {error}"
            tag = f'"{hashlib.sha256(state.encode("utf-8", "surrogateescape")).hexdigest()[:20]}"'
            if tag != self._tag and time.monotonic() >= self._not_before:
                start = time.thread_time()
                self._content, self._tag = self._make(tag), tag
                if self.made:  # not after the first page, whose time includes the imports
                    self._not_before = time.monotonic() + _PATIENCE * (time.thread_time() - start)
                self.made += 1
            return self._tag, self._content

    def _make(self, tag: str) -> bytes:
        try:
            return as_bytes(page(self._load(self._folder), self._title, tag))
        except Exception as error:  # the files may be damaged, perhaps only for a moment, so the page shows the error
            kind = "" if isinstance(error, PysmacError) else f"{type(error).__name__}: "
            return as_bytes(empty_page(f"{kind}{error}", self._title, tag))


class Server(ThreadingHTTPServer):
    """An HTTP server that listens as soon as it is made.

    Parameters
    ----------
    port : int
        The port; 0 means any free port.
    follower : Follower

    Raises
    ------
    OSError
        If the port is not available.
    """

    daemon_threads = True

    def __init__(self, port: int, follower: Follower) -> None:
        self.follower = follower
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer's method asks the network for the name of this machine
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore the error, because a browser may close the connection at any time."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "pysmac_compat", ""
    timeout = 30

    def do_GET(self) -> None:
        # a foreign host name may resolve to this address, and pages from that host could then read this page
        if self.headers.get("Host") not in (
            f"{HOST}:{self.server.server_port}",
            f"localhost:{self.server.server_port}",
        ):
            self._answer(HTTPStatus.MISDIRECTED_REQUEST, b"this address is for this machine alone\n", "text/plain")
        elif self.path != "/":
            self._answer(HTTPStatus.NOT_FOUND, b"there is nothing but /\n", "text/plain")
        else:
            tag, content = self.server.follower.page()
            if self.headers.get("If-None-Match") == tag:
                self._answer(HTTPStatus.NOT_MODIFIED, b"", "text/html", tag)
            else:
                self._answer(HTTPStatus.OK, content, "text/html", tag)

    do_HEAD = do_GET

    def _answer(self, status: HTTPStatus, content: bytes, kind: str, tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(content)))
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", "frame-ancestors 'none'")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing, because the page sends a request every few seconds."""
