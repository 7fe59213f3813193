"""The structure that docs/map.md draws: imports go one way, and the top floor stays small."""

import ast
import configparser
import functools
from pathlib import Path

import pytest

import pysmac_compat

ROOT = Path(__file__).parents[2]

#: the folders and modules of `pysmac_compat`, from the top: each imports only from lines below its own
FLOORS = [
    ["__main__"],
    ["__init__"],
    ["commands"],
    ["_shims"],
    ["drop_in"],
    ["integrations"],
    ["analyzer", "piac", "optimizer", "optimize", "remote_smac"],
    ["search", "utils"],
    ["planning"],
    ["files"],
    ["options"],
    ["plan"],
    ["engine"],
    ["stopping"],
    ["results", "isolated"],
    ["report"],
    ["events"],
    ["target"],
    ["evaluation"],
    ["space"],
    ["arguments"],
    ["suggestions", "_process"],
    ["errors"],
    ["_warn", "_version"],
]


@functools.cache
def tree_of(path):
    return ast.parse(path.read_text())


@functools.cache
def modules(package):
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def imports(path, for_types=True):
    """The import statements of a file, at its top or in a function; without those for types only if not wanted."""
    left = list(tree_of(path).body)
    while left:
        node = left.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif for_types or not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)):
            # nothing is imported within an expression, and most of a file is expressions
            left += (each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr))


def imports_of(path, known):
    """The modules that one imports, at its top or in a function, but for types only."""
    found = set()
    for node in imports(path, for_types=False):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    found &= known.keys()
    packages = {name for name in found if known[name].name == "__init__.py"}
    # "from package import module" names the package, but means the module
    return found - {name for name in packages if any(other.startswith(f"{name}.") for other in found)}


@functools.cache
def graph(package):
    known = modules(package)
    return {name: imports_of(path, known) - {name} for name, path in known.items()}


@pytest.mark.slow
@pytest.mark.parametrize("package", ["pysmac_compat", "automax"])
def test_no_circles(package):
    left = dict(graph(package))
    while left:
        free = [name for name, targets in left.items() if not targets & left.keys()]
        assert free, f"these import each other: {sorted(left)}"
        for name in free:
            del left[name]


def test_imports_go_down():
    floor = {name: number for number, names in enumerate(FLOORS) for name in names}
    wrong = []
    for name, targets in graph("pysmac_compat").items():
        for target in targets:
            one, other = (each.split(".")[1] if "." in each else "__init__" for each in (name, target))
            if one != other and floor[one] >= floor[other]:
                wrong.append(f"{name} imports {target}")
    assert not wrong, "\n".join(sorted(wrong))


def test_every_room_has_a_floor():
    rooms = {path.stem for path in (ROOT / "pysmac_compat").iterdir() if path.suffix == ".py" or path.is_dir()}
    rooms.discard("__pycache__")
    assert rooms == {name for names in FLOORS for name in names}
    assert len(rooms) <= 32


def test_only_the_engine_imports_smac3():
    for name, path in modules("pysmac_compat").items():
        if not name.startswith("pysmac_compat.engine"):
            found = list(imports(path))
            names = [node.module or "" for node in found if isinstance(node, ast.ImportFrom)]
            names += [each.name for node in found if isinstance(node, ast.Import) for each in node.names]
            allowed = name == "pysmac_compat.files.smac3"  # it writes SMAC3's own files
            assert allowed or not [each for each in names if each.split(".")[0] == "smac"], name


#: the modules of `pysmac_compat` on which other packages may build
PUBLIC = {"arguments", "errors", "events", "isolated", "report", "results", "stopping", "suggestions"}


def from_pysmac_compat(path):
    """The dotted names that a file imports of `pysmac_compat`."""
    for node in imports(path):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] == "pysmac_compat")
        elif (node.module or "").split(".")[0] == "pysmac_compat":
            yield from (f"{node.module}.{each.name}" for each in node.names)


def is_public(name):
    _, *words = name.split(".")
    in_package = len(words) == 1 and words[0] in (*pysmac_compat.__all__, *PUBLIC)
    return in_package or (len(words) == 2 and words[0] in PUBLIC and not words[1].startswith("_"))


def test_automax_imports_public_names_only():
    found = {f"{name}: {each}" for name, path in modules("automax").items() for each in from_pysmac_compat(path)}
    assert len(found) > 20
    assert not [each for each in found if not is_public(each.split(": ")[1])]


def test_what_is_public():
    private = (
        "_warn.warn",
        "evaluation.evaluator.Evaluator",
        "space.definition.Definition",
        "errors._warn",
        "_process",
    )
    assert not [name for name in private if is_public(f"pysmac_compat.{name}")]
    assert is_public("pysmac_compat.SMAC_optimizer")


def test_automax_touches_no_private_attribute_of_its_base():
    names = {name for name in vars(pysmac_compat.SMAC_optimizer()) if name.startswith("_")}
    names |= {name for name in vars(pysmac_compat.SMAC_optimizer) if name.startswith("_") and not name.endswith("__")}
    tree = tree_of(ROOT / "automax" / "core" / "automax.py")
    assert not names & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not names & {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_tests_of_each_folder_are_run():
    """By the README's first command, but those of AutoMAX, which have one of their own."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    run = set(config["tool:pytest"]["testpaths"].split())
    folders = {f"tests/{path.parent.name}" for path in (ROOT / "tests").glob("*/__init__.py")}
    assert run == folders - {"tests/auc"} | {"docs"}
    assert "python -m pytest tests/auc" in (ROOT / "README.md").read_text()
