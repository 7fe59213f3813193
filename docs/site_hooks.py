"""What ``mkdocs`` makes of the pages: the navigation, links, and pages of files that stand elsewhere.

The pages of ``docs`` are written for a reader of the repository. Here

- the navigation is that of ``index.md``: a heading is a section, the links at the start of each item are its pages;
- ``CHANGELOG.md`` and others beside ``docs`` become pages, and links to them lead there;
- the scripts in ``examples`` stand on one page, and links to them lead there.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]

#: files beside docs, and the page that each of them becomes
ELSEWHERE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
EXAMPLES = "examples/README.md"

_LINK = re.compile(r"(?<!!)\[([^\]\[]*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")


def navigation(index: str) -> list[dict[str, Any]]:
    """The sections of ``index.md`` and the pages in each.

    >>> navigation("# Docs\\n## First\\n- [Start](quickstart.md): see [calls](calls.md)\\n## More\\n- [Map](map.md)")
    [{'First': [{'Start': 'quickstart.md'}]}, {'More': [{'Map': 'map.md'}]}]
    """
    found: list[dict[str, Any]] = []
    for line in index.splitlines():
        if line.startswith("## "):
            found.append({line[3:].strip(): []})
        elif line.startswith("- ["):
            (pages,) = found[-1].values()
            links = re.findall(r"\[([^\]]+)\]\(([^)#]+\.md)\)", line.partition("): ")[0] + ")")
            pages += [{title: place(target, "docs")} for title, target in links]
    return found


def place(target: str, folder: str) -> str:
    """The page of the site that shows a file; empty if none does.

    Parameters
    ----------
    target : str
        As in a link of a file in ``folder``.
    folder : str
        Of the file with the link, from the root of the project.

    Examples
    --------
    >>> place("../CHANGELOG.md", "docs"), place("docs/map.md", "."), place("examples", "docs"), place("LICENSE", ".")
    ('changelog.md', 'map.md', 'examples/README.md', '')
    """
    path = posixpath.normpath(posixpath.join(folder, target))
    if path in ELSEWHERE:
        return ELSEWHERE[path]
    if path == "docs/examples":
        return EXAMPLES
    return path.removeprefix("docs/") if path.startswith("docs/") else ""


def linked(text: str, folder: str, page: str) -> str:
    """A page whose links lead to pages of the site.

    Parameters
    ----------
    text : str
    folder : str
        Of the file, from the root of the project.
    page : str
        The page that it becomes.

    Examples
    --------
    >>> linked("[changes](../CHANGELOG.md), [code](../setup.py), [an example](examples/two_runs.py)", "docs", "map.md")
    '[changes](changelog.md), code, [an example](examples/README.md#two_runspy)'
    """

    def replace(link: re.Match[str]) -> str:
        words, target, anchor = link[1], link[2], link[3] or ""
        found = place(target, folder)
        if found.startswith("examples/") and found.endswith(".py"):
            found, anchor = EXAMPLES, "#" + posixpath.basename(found).replace(".", "")
        if not found:
            return words
        return f"[{words}]({posixpath.relpath(found, posixpath.dirname(page) or '.')}{anchor})"

    return _LINK.sub(replace, text)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    config.nav = [{"Home": "index.md"}, *navigation((ROOT / "docs" / "index.md").read_text())]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    from mkdocs.structure.files import File

    for source, page in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    path = page.file.src_uri
    source = {shown: each for each, shown in ELSEWHERE.items()}.get(path, f"docs/{path}")
    if path == EXAMPLES:
        for script in sorted((ROOT / "docs" / "examples").glob("*.py")):
            markdown += f"\n## {script.name}\n\n```python\n{script.read_text()}```\n"
    return linked(markdown, posixpath.dirname(source) or ".", path)
