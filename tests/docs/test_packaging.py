"""The project's files: what the README promises first, and what an import costs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"ConfigSpace", "dask", "matplotlib", "scipy", "sklearn", "smac", "torch"}


def test_readme_begins_with_the_three_commands():
    text = (ROOT / "README.md").read_text()
    title, sentence, *_ = [block for block in text.split("\n\n") if block.strip()]
    assert title.startswith("# ")
    assert "```" not in sentence
    commands = [
        line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)[:3] for line in block.strip().splitlines()
    ]
    assert commands == [
        "pip install . && python docs/examples/model_selection.py",
        "pip install '.[test]' && python -m pytest",
        "pip install '.[automax,test]' && python -m pytest tests/auc",
    ]
    assert text.index(commands[1]) < 800


def test_pyproject_holds_the_build_system_only():
    text = (ROOT / "pyproject.toml").read_text()
    assert re.findall(r"^\[+(.+?)\]+$", text, re.MULTILINE) == ["build-system"]


@pytest.mark.parametrize("module", ["pysmac_compat", "automax", "pysmac_compat.optimizer", "pysmac_compat.optimize"])
def test_import_is_light(module):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    process = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
    )
    assert HEAVY.isdisjoint(process.stdout.split())


@pytest.mark.parametrize("package", ["pysmac_compat", "automax"])
def test_packages_are_marked_as_typed(package):
    assert (ROOT / package / "py.typed").is_file()
    setup = (ROOT / "setup.cfg").read_text()
    data = setup.partition("[options.package_data]")[2].partition("\n[")[0]
    assert re.search(rf"{package} =\s+py\.typed", data)


def test_licence_is_there():
    text = (ROOT / "LICENSE").read_text()
    assert text.startswith("BSD 3-Clause License")
    assert "Copyright (c) 2026, the pysmac_compat developers" in text


def test_links_between_documents_lead_somewhere():
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_docs_index_names_every_page():
    text = (ROOT / "docs" / "index.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in text, page.name
