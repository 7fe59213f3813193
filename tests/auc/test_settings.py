import argparse
import subprocess
import sys
import warnings

import pytest
import yaml

from automax.__main__ import main
from automax._extra import need
from automax.commands import apply_cli_overrides, is_graph, parser, recipe_path, recipes, search_config
from automax.file import check_settings, load_settings

MINIMAL = {"dataset": {"name": "digits"}, "model": {"name": "mlp"}}


def check(**sections):
    return check_settings({**MINIMAL, **sections})


def test_the_defaults():
    found = check()
    assert found.metrics == ["AUROC"]
    assert found.target == "AUROC"
    assert found.dataset == {"name": "digits", "kwargs": {}, "eval_splits": ["val"]}
    assert found.training["loss"] == "AUCMLoss"
    assert (found.training["epochs"], found.training["batch_size"], found.training["SEED"]) == (50, 128, 42)
    assert found.automax["overwrite"] is True
    assert search_config(found).output_directory == "./automax_output"


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"trainning": {}}, "unknown key trainning; did you mean 'training'"),
        ({"training": {"epoch": 3}}, "unknown key training.epoch; did you mean 'epochs'"),
        ({"automax": {"ntrials": 3}}, "unknown key automax.ntrials; did you mean 'n_trials'"),
        ({"dataset": {"name": "digits", "split": []}}, "unknown key dataset.split"),
        ({"training": {"epochs": "3"}}, r"training.epochs must be an integer or a search specification .*'3' \(str\)"),
        ({"training": {"epochs": 2.5}}, "training.epochs must be an integer"),
        ({"training": {"epochs": True}}, "training.epochs must be an integer"),
        ({"training": {"epochs": {"default": 3}}}, "training.epochs must be an integer or a search specification"),
        ({"training": {"epochs": 0}}, "training.epochs must be at least 1, got 0"),
        ({"training": {"sampling_rate": 1.5}}, "training.sampling_rate must lie between 0 and 1"),
        ({"training": {"decay_epochs": [1.5]}}, r"training.decay_epochs\[0\] must be an epoch"),
        ({"training": {"epochs": {"val": ["a", "b"]}}}, "training.epochs.val must hold numbers, got 'a'"),
        (
            {"training": {"epochs": {"val": [0, 5], "type": "int"}}},
            "training.epochs.val: .* at least 1, got 0",
        ),
        (
            {"training": {"sampling_rate": {"val": [0.5, 2]}}},
            "sampling_rate.val: .* between 0 and 1, got 2",
        ),
        ({"training": {"loss_kwargs": [1]}}, "training.loss_kwargs must be a section"),
        ({"training": {"loss": [1]}}, r"training.loss\[0\] must be text"),
        ({"training": []}, "training must be a section"),
        ({"automax": {"overwrite": "no"}}, "automax.overwrite must be true or false"),
        ({"automax": {"folds": 1}}, "automax.folds must be at least 2"),
        ({"training": {"SEED": -1}}, "training.SEED must be at least 0, got -1"),
        ({"training": {"SEED": 2**31}}, "training.SEED must be at most 2147483647"),
        ({"training": {"decay_factor": 1}}, "training.decay_factor must be more than 1, got 1"),
        ({"training": {"verbose": -1}}, "training.verbose must be at least 0"),
        ({"training": {"experiment_name": ""}}, "training.experiment_name must name a folder below .*, got ''"),
        ({"training": {"experiment_name": "a/../.."}}, "training.experiment_name must name a folder below"),
        ({"automax": {"refit": "all"}}, "automax.refit must be train.val, or left out, got 'all'"),
        ({"metrics": "AUROC"}, "metrics must be a list"),
        ({"metrics": []}, "at least one metric"),
        ({"metric_kwargs": [3]}, r"metric_kwargs\[0\] must be a section"),
        ({"model": {}}, "model.name is missing"),
        ({"dataset": {"name": 3}}, "dataset.name must be text"),
        ({"dataset": {"name": "digits", "eval_splits": ["test"]}}, "must have 'val'"),
        ({"dataset": {"name": "digits", "eval_splits": ["val", "val"]}}, "names a split twice"),
    ],
)
def test_mistakes_are_named_with_their_place(sections, message):
    with pytest.raises(ValueError, match=message):
        check(**sections)


def test_sections_that_are_missing():
    with pytest.raises(ValueError, match="the section 'model' is missing"):
        check_settings({"dataset": {"name": "digits"}})
    with pytest.raises(ValueError, match="expected the sections"):
        check_settings(None)


def test_specifications_and_empty_sections_pass():
    found = check(
        training={"batch_size": {"val": [16, 64], "log": True}, "loss": ["APLoss", "AUCMLoss"], "loss_kwargs": None}
    )
    assert found.training["batch_size"]["log"] is True
    assert found.training["loss_kwargs"] == {}


def test_files(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("dataset: {name: digits}\nmodel: {name: mlp}\ntraining: {optimizer_kwargs: {lr: 1e-4}}\n")
    assert load_settings(path).training["optimizer_kwargs"] == {"lr": 0.0001}  # text to YAML 1.1
    path.write_text("dataset: {name: digits}\nmodel: {nam: mlp}\n")
    with pytest.raises(ValueError, match="x.yaml: model.name is missing"):
        load_settings(path)
    for odd, message in (
        (b"dataset:\n  {name: '\xe9'}\n", "line 2: expected text in UTF-8"),
        (b"[" * 2000, "nested too deeply"),
        (b"dataset: \x00\n", "not valid YAML"),
        (b"dataset: 2020-13-45\n", "not valid YAML"),
    ):
        path.write_bytes(odd)
        with pytest.raises(ValueError, match=f"x.yaml.*{message}"):
            load_settings(path)
    path.write_text("a: [")
    with pytest.raises(ValueError, match="not valid YAML"):
        load_settings(path)
    with pytest.raises(ValueError, match="cannot be read"):
        load_settings(tmp_path / "none.yaml")


@pytest.mark.parametrize("name", recipes())
def test_the_recipes_are_valid(name):
    found = load_settings(recipe_path(name))
    assert found.dataset["eval_splits"] == ["val", "test"]
    assert is_graph(found) == (name == "graphs")


def test_the_documented_recipes_are_there():
    assert {"auroc", "auprc", "opauc", "tpauc", "tpauc_cvar", "digits", "breast_cancer", "graphs"} == set(recipes())


def test_flags():
    flags = "--config_file f --epochs 3 --batch_size 8 --eval_batch_size 9 --sampling_rate 0.3 --num_workers 1"
    more = "--output_path o --seed 7 --no-resume --save_checkpoint_every 2"
    given = parser("x", "y").parse_args([*flags.split(), *more.split()])
    found = apply_cli_overrides(check(automax={"overwrite": False}), given)
    wanted = {"epochs": 3, "batch_size": 8, "eval_batch_size": 9, "sampling_rate": 0.3, "num_workers": 1}
    assert {key: found.training[key] for key in wanted} == wanted
    assert (found.training["output_path"], found.training["SEED"], found.automax["SEED"]) == ("o", 7, 7)
    assert found.automax["overwrite"] is True
    resumed = parser("x", "y").parse_args(["--recipe", "digits", "--resume_from_checkpoint"])
    assert apply_cli_overrides(check(), resumed).automax["overwrite"] is False
    assert apply_cli_overrides(check(), argparse.Namespace()) == check()
    with pytest.raises(ValueError, match="training.epochs must be at least 1"):
        apply_cli_overrides(check(), argparse.Namespace(epochs=0))


def test_what_asdict_gives_is_valid_again():
    found = check(training={"optimizer_kwargs": {"lr": {"val": [0.1, 1.0], "type": "float"}}})
    assert check_settings(yaml.safe_load(yaml.safe_dump(vars(found)))) == found


@pytest.mark.slow
@pytest.mark.parametrize("module", ["automax", "automax.auto_gnn"])
def test_errors_of_the_command_are_one_line(module, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("dataset: {name: digits}\nmodel: {name: mlp}\ntraining: {epoch: 3}\n")
    done = subprocess.run(
        [sys.executable, "-m", module, "--config_file", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("unknown key training.epoch; did you mean 'epochs'?")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dataset: {name: digits\nmodel: [", "x.yaml, line 2, column 6, is not valid YAML: expected ',' or '}'"),
        ("dataset:\n\tname: digits\n", "x.yaml, line 2, column 1, is not valid YAML: found character"),
        ("a: 1\n---\nb: 2\n", "is not valid YAML: but found another document"),
        ("[1, 2]: 3\n", "is not valid YAML: found unhashable key"),
        ("dataset: !!python/object:os.system {}\n", "is not valid YAML: could not determine a constructor"),
        ("a: &x [*x]\n", "unknown key a"),
        ("", "expected the sections dataset, model"),
        ("- a\n- b\n", "expected the sections dataset, model"),
        ("3\n", "expected the sections dataset, model"),
        ("null: 2\n", "unknown key None"),
        ("dataset:\nmodel:\n", "dataset.name is missing"),
        ("dataset: [digits]\nmodel: {name: mlp}\n", "dataset must be a section"),
        ("dataset: digits\nmodel: {name: mlp}\n", "dataset must be a section"),
        ("dataset: {name: digits}\nmodel: {name: 3}\n", "model.name must be text"),
        ("dataset: {name: digits}\nmodel: {name: 2020-01-01}\n", "model.name must be text"),
        ("dataset: {name: digits}\nmodel: {name: mlp}\nautomax: {name: 3}\n", "automax.name must be text, got 3"),
        (None, "cannot be read"),
    ],
)
def test_odd_files_are_told_in_one_line(text, message, tmp_path, capsys):
    path = tmp_path / "x.yaml"
    if text is not None:
        path.write_text(text)
    assert main(["--config_file", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("automax: error: ")
    assert message in line


@pytest.mark.slow
def test_without_the_extra_the_message_says_how_to_get_it(tmp_path):
    code = """
import sys

class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")

sys.meta_path.insert(0, NoTorch())
from automax.__main__ import main

sys.exit(main(["--recipe", "digits"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'pysmac-compat[automax]' or, in a clone, pip install '.[automax]'" in done.stderr
    (tmp_path / "best.json").write_text("{}")
    code = code[: code.index("from automax")] + "import automax\nautomax.load_model(sys.argv[1])\n"
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert "ImportError: this needs torch and LibAUC" in done.stderr


def test_torch_and_torchvision_of_different_builds(tmp_path, monkeypatch):
    """If torchvision was built for another torch, this is the error of ``import torchvision``."""
    (tmp_path / "mismatched.py").write_text("raise RuntimeError('operator torchvision::nms does not exist')")
    (tmp_path / "otherwise.py").write_text("raise RuntimeError('no luck')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="torch and torchvision do not fit together .*from the same index") as raised:
        need("mismatched")
    assert "\n" not in str(raised.value)
    with pytest.raises(RuntimeError, match="no luck"):
        need("otherwise")


@pytest.mark.parametrize("name", recipes())
def test_a_recipe_is_shown(name, capsys):
    assert main(["--show", name]) == 0
    assert capsys.readouterr().out == recipe_path(name).read_text()


def test_a_recipe_without_its_flag(capsys):
    assert main(["digits"]) == 2
    assert "'digits' is no command; the recipe: automax --recipe digits;" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--recipe", "digits"], ["fit", "t.csv", "--target", "y"]])
def test_the_nearest_flag_is_named(words, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([*words, "--trials", "3"])
    assert "unrecognized arguments: --trials 3; did you mean '--n_trials'" in capsys.readouterr().err


@pytest.mark.parametrize("flag", [["--config_file", "x.yaml"], ["--config_file=x.yaml"], ["--recipe", "digits"]])
def test_fit_takes_no_settings_file(flag, capsys):
    assert main(["fit", *flag]) == 2
    said = capsys.readouterr().err
    assert said == (
        "automax fit: error: fit takes no settings file and no recipe: use automax --config_file FILE or automax "
        "--recipe NAME\n"
    )


def test_an_interrupt_of_the_command_says_how_to_go_on(monkeypatch, capsys):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr("automax.commands.search", interrupted)
    assert main(["--recipe", "digits"]) == 130
    assert "--resume continues the search" in capsys.readouterr().err


def test_a_table_in_place_of_a_file(tmp_path, capsys):
    (tmp_path / "claims.csv").write_text("a,b\n1,2\n")
    assert main(["--config_file", str(tmp_path / "claims.csv")]) == 2
    assert "claims.csv is a table, not a configuration: use automax fit " in capsys.readouterr().err
    assert main(["claims.csv"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("automax: error: 'claims.csv' is no command; known are fit, predict; a classifier for a ")
    assert main(["fti", "claims.csv"]) == 2
    assert "did you mean 'fit'?" in capsys.readouterr().err


def test_a_command_shows_a_warning_as_one_line(capsys, monkeypatch):
    from automax.tables import commands

    def run(arguments):
        sys.stderr.write(warnings.formatwarning("few rows", UserWarning, __file__, 1))  # as the interpreter does
        return 0

    monkeypatch.setitem(commands._COMMANDS, "predict", (commands._predict_parser, run))
    before = warnings.formatwarning
    assert main(["predict", "model", "new.csv"]) == 0
    assert capsys.readouterr().err == "warning: few rows\n"
    assert warnings.formatwarning is before
