"""The HTML page about a result: one file that needs no other file, or a page that follows a search while it runs.

``page.html`` is the template, ``page.css`` its style sheet. The page's script draws the two pictures. It consists of
``chart.js``, ``history.js``, ``parallel.js`` and ``page.js``, and of ``live.js`` if the page follows a search. Jinja
escapes every name, value and message, and the page's security policy allows no other script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pysmac_compat.report.table import missing
from pysmac_compat.report.words import visible

if TYPE_CHECKING:
    from pysmac_compat.report.parts import Part
    from pysmac_compat.results import Result

#: the beginning of each page, which identifies a file as a page of this package
BEGIN = "<!doctype html>\n<!-- a page of pysmac_compat -->\n"
_HERE = Path(__file__).parent
_SCRIPTS = ("chart.js", "history.js", "parallel.js", "page.js")


def page(result: Result, title: str = "", tag: str | None = None, parts: Sequence[Part] = (), script: str = "") -> str:
    """Return the HTML text of the page about a result.

    Parameters
    ----------
    result : Result
    title : str
    tag : str or None
        For a page that follows a search: a text that identifies this state of the page. None: another page.
    parts : sequence of Part
        What the page shows below the summary.
    script : str
        See `Result.report`.

    Raises
    ------
    ImportError
        If jinja2 is missing.
    """
    environment = _environment("report()")  # first, because it raises the error about a missing jinja2
    from pysmac_compat.report.page.sections import sections

    return _rendered(environment, title, tag, {**sections(result, script), "parts": parts})


def empty_page(message: str, title: str, tag: str) -> str:
    """Return a page that shows only a message, but follows the search, as a page with a ``tag`` does."""
    return _rendered(_environment("watch"), title, tag, {"message": message})


def as_bytes(text: str) -> bytes:
    """Encode the text of a page as the bytes to write to a file."""
    return text.encode("utf-8", "backslashreplace")


def _environment(what: str) -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise missing(what, "jinja2", "report") from error
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(environment: Any, title: str, tag: str | None, content: dict[str, Any]) -> str:
    script = "\n".join(_text(name) for name in (*_SCRIPTS, *(["live.js"] if tag is not None else [])))
    style = _text("page.css")
    policy = {
        "default-src": "'none'",
        "script-src": f"'sha256-{_digest(script)}'",
        "style-src": f"'sha256-{_digest(style)}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    if tag is not None:
        policy["connect-src"] = "'self'"
    said = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    about = {"title": title or "Result of a search", "tag": tag, "policy": said, "script_text": script, "style": style}
    text: str = environment.get_template("page.html").render(**about, **content)
    return BEGIN + text


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
