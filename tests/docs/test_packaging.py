"""The project's files: what the README promises first, and what an import costs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import automax
import pysmac_compat

ROOT = Path(__file__).parents[2]
HEAVY = {"ConfigSpace", "dask", "matplotlib", "optuna", "scipy", "sklearn", "smac", "torch"}


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


def test_pyproject_holds_the_build_system_and_the_rules_of_ruff_only():
    text = (ROOT / "pyproject.toml").read_text()
    first, *others = re.findall(r"^\[+(.+?)\]+$", text, re.MULTILINE)
    assert first == "build-system"
    assert others
    assert {name.partition(".lint")[0] for name in others} == {"tool.ruff"}


@pytest.mark.slow
def test_imports_are_light():
    modules = "pysmac_compat, automax, pysmac_compat.optimizer, pysmac_compat.optimize, pysmac_compat.space"
    code = f"import sys, {modules}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    process = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True
    )
    assert HEAVY.isdisjoint(process.stdout.split())


@pytest.mark.slow
def test_neither_the_script_nor_a_call_has_numpy_or_smac3():
    code = """
import sys, pysmac_compat
def loaded(**parameters):
    heavy = "numpy", "scipy", "sklearn", "ConfigSpace", "smac", "pandas", "matplotlib", "plotly", "optuna", "tqdm"
    return sum(name in sys.modules for name in (*heavy, "jinja2", "http.server"))
space = {"x": ("real", [0, 1], 0.5), "y": ("integer", [1, 9], 3)}
value, _ = pysmac_compat.SMAC_optimizer().minimize(loaded, 3, space, ["y | x > 0.2"], t_limit_function_s=60)
print(value, loaded())
"""
    process = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=True
    )
    assert process.stdout == "0.0 0\n"


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
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    for document in documents:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_ci_runs_each_python_that_the_metadata_name():
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    matrix = re.search(r"python: \[(.+)\]", workflow)
    assert matrix is not None
    metadata = (ROOT / "setup.cfg").read_text()
    assert re.findall(r"[\d.]+", matrix[1]) == re.findall(r"Python :: (3\.\d+)", metadata)


def test_each_word_of_the_makefile_is_explained():
    words = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert words is not None
    explained = re.findall(r"^\| `make (\w+)`", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    assert sorted(words[1].split()) == sorted(explained)


def test_the_docs_index_names_every_page():
    """It is the site's navigation, too; only the page for maintainers is not in it."""
    text = (ROOT / "docs" / "index.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name in ("index.md", "releasing.md") or re.search(rf"^- \[[^]]+\]\({page.name}\)", text, re.M), page


def test_the_page_of_public_names_has_all_of_them():
    page = (ROOT / "docs" / "api.md").read_text()
    # AutoMAXConfigration is the authors' spelling of AutoMAXConfiguration
    for name in {*pysmac_compat.__all__, *automax.__all__} - {"AutoMAXConfigration"}:
        assert re.search(rf"^(::: \S+\.|        - ){name}$", page, re.MULTILINE), name


@pytest.mark.parametrize("folder", ["docs", "tests", "benchmarks"])
def test_the_source_distribution_has_every_file(folder):
    manifest = (ROOT / "MANIFEST.in").read_text()
    (patterns,) = re.findall(rf"^recursive-include {folder} (.+)$", manifest, re.MULTILINE)
    kept = {path for pattern in patterns.split() for path in (ROOT / folder).rglob(pattern)}
    left = {path for path in (ROOT / folder).rglob("*") if path.is_file()} - kept
    ignored = {path for path in left if {"__pycache__", "runs"} & set(path.relative_to(ROOT).parts[:-1])}
    assert not left - ignored


def test_the_change_log_begins_with_the_release_of_this_version():
    text = (ROOT / "CHANGELOG.md").read_text()
    version, date = re.findall(r"^## \[(.+?)\] - (.+)$", text, re.MULTILINE)[0]
    assert version == pysmac_compat.__version__
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", date)


def test_the_first_pages_of_the_readme_need_no_repository_once_links_are_absolute():
    """As docs/releasing.md says: every relative link of the README is made absolute by one command."""
    text = (ROOT / "README.md").read_text()
    (script,) = re.findall(r"sed -E (?:-i )?'(s.+)' README\.md", (ROOT / "docs" / "releasing.md").read_text())
    command = ["sed", "-E", script.replace("HOME", "https://example.org/project")]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    targets = re.findall(r"\]\(([^)]+)\)", done.stdout)
    assert len(targets) == len(re.findall(r"\]\(", text))
    assert all(target.startswith("https://") for target in targets)
