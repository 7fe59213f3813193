"""The parts that ``automax`` shares with the commands ``python -m automax.auto_trainer``, ``automax.auto_gnn``, ..."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Any

from ConfigSpace import Constant

from automax._extra import need
from automax.core import AutoMAX, AutoMAXConfigration
from automax.core.trial import seed_everything
from automax.file import Settings, check_settings, load_settings
from automax.page import check_page
from automax.progress import described, plain_warnings
from automax.report import best_lines, noisy, refit_line
from pysmac_compat.errors import PysmacError, warn
from pysmac_compat.suggestions import did_you_mean

_TRAINING = ("epochs", "batch_size", "eval_batch_size", "sampling_rate", "num_workers", "output_path")


class Parser(argparse.ArgumentParser):
    """A parser that names the nearest flag in its message about an unknown one."""

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the arguments, or print a message and exit with status 2."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(
                f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(unknown[0], self._option_string_actions)}"
            )
        return found


def parser(program: str, description: str) -> argparse.ArgumentParser:
    """Return the parser for the flags of a command."""
    made = Parser(prog=program, description=description)
    source = made.add_mutually_exclusive_group(required=True)
    source.add_argument("--config_file", help="a YAML file with the settings")
    source.add_argument("--recipe", choices=recipes(), help="a settings file that comes with the package")
    source.add_argument("--show", choices=recipes(), help="print the settings file of a recipe")
    for name, kind in (
        ("epochs", int),
        ("batch_size", int),
        ("eval_batch_size", int),
        ("sampling_rate", float),
        ("num_workers", int),
        ("output_path", str),
        ("seed", int),
        ("save_checkpoint_every", int),
        ("n_trials", int),
        ("workers", int),
    ):
        made.add_argument(f"--{name}", type=kind, default=None)
    made.add_argument("--progress", action="store_true", default=None, help="show a progress bar; needs tqdm")
    made.add_argument("--report", metavar="FILE", help="write a page about the search, for the browser")
    made.add_argument(
        "--resume",
        "--resume_from_checkpoint",
        dest="resume",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="resume the earlier search with the same name; no trial continues from another trial's checkpoint",
    )
    return made


def recipes() -> list[str]:
    """Return the names of the recipes: the settings files that come with the package."""
    return sorted(p.name[: -len(".yaml")] for p in resources.files("automax").joinpath("recipes").iterdir())


def recipe_path(name: str) -> Path:
    """Return the path of the recipe with this name."""
    return Path(str(resources.files("automax").joinpath("recipes").joinpath(f"{name}.yaml")))


def apply_cli_overrides(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """Return the settings of a file, in which the values of the command line replace those of the file.

    Parameters
    ----------
    settings : Settings
    arguments : argparse.Namespace
        A flag that is None or missing changes nothing. ``seed`` sets both ``training.SEED`` and ``automax.SEED``.

    Raises
    ------
    ArgumentError
        If a value is not allowed.
    """

    def given(name: str) -> Any:
        return getattr(arguments, name, None)

    content = asdict(settings)
    for name in (*_TRAINING, "save_checkpoint_every"):
        if given(name) is not None:
            content["training"][name] = given(name)
    for name in ("n_trials", "workers", "progress"):
        if given(name) is not None:
            content["automax"][name] = given(name)
    if given("seed") is not None:
        content["training"]["SEED"] = content["automax"]["SEED"] = given("seed")
    if given("resume") is not None:
        content["automax"]["overwrite"] = not given("resume")
    return check_settings(content)


def search(settings: Settings, graph: bool = False) -> AutoMAX:
    """Run the search that a file describes, and print the results.

    Parameters
    ----------
    settings : Settings
    graph : bool
        Whether the examples are graphs.

    Returns
    -------
    AutoMAX
        The object after the search. The file ``report.json`` in the folder of the search contains the scores that are
        printed at the end.
    """
    config = search_config(settings)
    if settings.training["resume_from_checkpoint"]:
        warn("training.resume_from_checkpoint has no effect on trials; automax.overwrite: false resumes the search")
    trainer = need("automax.libauc.factory").TrainerFactory(settings, graph)
    nothing = all(isinstance(hp, Constant) for hp in trainer.cs.values())
    if nothing:
        config = replace(config, n_trials=trainer.n_instances or 1)
    searched = f"searching {'; '.join(map(described, trainer.cs.values()))}"
    searched += f"\nthe configuration with the best validation {trainer.target} will be chosen; "
    searched += "before the search, the settings are tested"
    print("nothing to search: only one configuration is trained" if nothing else searched, flush=True)
    trainer.check()
    tuner = AutoMAX(trainer, config, settings.target)
    best = tuner.optimize()
    default = dict(tuner.configspace.get_default_configuration())
    lines, report = best_lines(tuner.log, dict(best), tuner.target, trainer.metrics, default)
    print("\n".join(lines), flush=True)
    if text := noisy(report):
        warn(text)
    if settings.automax["refit"] and tuner.best_score > float("-inf"):
        text, report["refit"] = refit_line(tuner.refit(), tuner.target, trainer.metrics)
        print(text, flush=True)
    (Path(config.folder) / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    return tuner


def search_config(settings: Settings) -> AutoMAXConfigration:
    """Return the section ``automax`` of a file as the settings of a search."""
    others = ("target", "folds", "repeats", "prune", "refit")
    section = {k: v for k, v in settings.automax.items() if k not in others and v is not None}
    if "output_path" in section:
        section.pop("output_directory")
    return AutoMAXConfigration(**section)


def command(
    program: str,
    description: str,
    graph: bool | None = None,
    check: Callable[[Settings], None] = lambda settings: None,
) -> Callable[[Sequence[str] | None], int]:
    """Return the function ``main`` of a command.

    Parameters
    ----------
    program, description : str
    graph : bool or None
        Whether the examples are graphs. None: the name of the data set decides.
    check : callable
        Raises an ``ArgumentError`` for settings that this command cannot use.

    Returns
    -------
    callable
        Takes the command-line arguments (None: those of this process), and returns the exit status: 0 for success, 1 if
        no trial has finished, 2 for an error (with a line on stderr), and 130 for Ctrl-C.
    """

    def main(argv: Sequence[str] | None = None) -> int:
        """Run the command, and return its exit status."""
        arguments = parser(program, description).parse_args(argv)
        if arguments.show is not None:
            print(recipe_path(arguments.show).read_text(), end="")
            return 0
        try:
            path = arguments.config_file if arguments.recipe is None else recipe_path(arguments.recipe)
            settings = apply_cli_overrides(load_settings(path), arguments)
            check(settings)
            if arguments.report is not None:
                check_page(arguments.report)
            seed_everything(settings.training["SEED"])
            with plain_warnings():
                tuner = search(settings, is_graph(settings) if graph is None else graph)
            if arguments.report is not None:
                tuner.report(arguments.report)
        except (PysmacError, ImportError, OSError, RuntimeError) as error:
            print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print(
                f"{program}: interrupted; the finished trials are kept, and --resume continues the search",
                file=sys.stderr,
            )
            return 130
        return 0 if tuner.best_score > float("-inf") else 1

    return main


def is_graph(settings: Settings) -> bool:
    """Return whether the examples of the data set in the settings are graphs."""
    name = settings.dataset["name"].lower()
    return name.startswith("ogbg-") or name == "synthetic_graphs"
