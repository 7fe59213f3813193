"""What scenario files and command lines say, asked of the plan: no call is made."""

import os
import re

import pytest

from pysmac_compat.commands.words import read_words
from pysmac_compat.errors import PysmacError
from pysmac_compat.files.instances import instances_text, read_instances, read_named_instances
from pysmac_compat.planning.option_names import canonical, is_of_smac3
from pysmac_compat.planning.program_scenario import gather, read_program_scenario

from . import folders


def read(folder, *words):
    told, _ = read_words([str(word) for word in words])
    return read_program_scenario(gather(told, str(folder)), str(folder))


@pytest.fixture
def folder(tmp_path):
    return folders.make(tmp_path)


def rest(found):
    """What is handed over in a call of the default."""
    values = dict(found.plan.definition.default)
    values |= {"instance": 1} if found.instances else {}
    values |= {} if found.plan.deterministic else {"seed": 4}
    return found.program.command.argv(found.program.call(values, found.plan.objective.cutoff))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_folder_of_2014(folder, end):
    (folder / "scenario.txt").write_bytes(folders.SCENARIO.replace("\n", end).encode())
    found = read(folder, "--scenario-file", "scenario.txt", "--seed", 7)
    plan = found.plan
    assert plan.seeds == [7]
    assert (plan.objective.runtime, plan.objective.penalty, plan.objective.cutoff) == (True, 10.0, 5.0)
    assert plan.budget.cpu_time == 172800
    assert not plan.deterministic
    assert [*plan.instances.names] == ["inst/sub dir/a b.cnf", "./inst/c.cnf", "inst/d e.cnf"]
    assert plan.instances.features == [[1, 2], [2, 3], [3, 4]]
    assert found.instances[3:] == [("inst/t1.cnf", ""), ("inst/t2.cnf", "")]
    assert plan.objective.stop_on_abort
    assert found.results == str(folder / "out" / "scenario")
    assert found.notes == []
    assert rest(found) == [
        *("sh", "./wrapper.sh", "--mem-limit", "1024", "./inst/c.cnf", "17 sat", "5.0", "2147483647", "4"),
        *("-alpha", "1.0", "-heur", "a", "-n", "10"),
    ]
    assert found.program.folder == str(folder)


#: scenarios as people write them, and what the plan has of each
STYLES = [
    ("algo-exec ./wrapper.sh\npcs-file x.pcs\nrun-obj QUALITY\nalgo-deterministic true", {}),
    ("ALGO = ./wrapper.sh\nParamFile = x.pcs\nRun_Obj = Quality\nDETERMINISTIC = TRUE", {}),
    ("--algo ./wrapper.sh\n--paramfile   x.pcs\n--run-obj  QUALITY", {}),
    ('algo-exec "./wrapper.sh"\npcs_fn = "x.pcs"\nrun_obj = "quality"\ndeterministic = 1', {"length": "0"}),
    ("algo=./wrapper.sh#x\nparamfile=x.pcs#y\nrun_obj=quality", None),
    ("algo = ./wrapper.sh # x\nparamfile = x.pcs\t#y\nrun_obj = qual\ncutoff_time = max", {}),
    ("algo = ./wrapper.sh\nparamfile = x.pcs\nrunObj = QUALITY\nnumRun = 3\n", {}),
    ("ta = ./wrapper.sh\npcs_fn = x.pcs\nrun_obj = quality\ndeterministic = 1\nta_run_limit = 6", {"length": "0"}),
    ("algo = ./wrapper.sh\nparamfile = x.pcs\nrun_obj = quality\ndeterministic = 1\ntae = aclib", {"length": None}),
]


@pytest.mark.parametrize(("text", "expected"), STYLES)
def test_styles_of_scenario_files(text, expected, tmp_path):
    folders.small(tmp_path)
    (tmp_path / "s.txt").write_text(text + "\n")
    if expected is None:  # without a blank before it, # belongs to the value
        with pytest.raises(PysmacError, match=r"paramfile = x\.pcs#y: there is no file"):
            read(tmp_path, "--scenario-file", "s.txt")
        return
    argv = rest(read(tmp_path, "--scenario-file", "s.txt"))
    length = expected.get("length", "2147483647")
    assert argv[0] == "./wrapper.sh"
    assert argv[-2:] == ["-x", "5"]
    assert argv[4] == length if length else argv[1] == "--instance"


def test_quotes_around_the_whole_command(tmp_path):
    folders.small(tmp_path)
    for text, words in (
        ('"python w.py --mem 3"', ["python", "w.py", "--mem", "3"]),
        ("'my solver'", ["my", "solver"]),
        ('python "w r.py" "a b"', ["python", "w r.py", "a b"]),
        ('"a b" "c d"', ["a b", "c d"]),
        ("ruby ../wrapper.rb", ["ruby", "../wrapper.rb"]),
    ):
        assert read(tmp_path, "--algo", text, "--pcs-file", "x.pcs").program.command.words == words
    (tmp_path / "my solver").touch()
    assert read(tmp_path, "--algo", "'my solver'", "--pcs-file", "x.pcs").program.command.words == ["my solver"]


@pytest.mark.parametrize(
    ("words", "attribute", "value"),
    [
        (["--cutoff-time", 9], "objective.cutoff", 9.0),
        (["--cutoff_time=9"], "objective.cutoff", 9.0),
        (["--algo-cutoff-time", 9], "objective.cutoff", 9.0),
        (["--target-run-cputime-limit", 9], "objective.cutoff", 9.0),
        (["--overall-obj", "PAR10"], "objective.penalty", 10.0),
        (["--overall_obj", "PAR2"], "objective.penalty", 2.0),
        (["--intra-obj", "mean"], "objective.penalty", 1.0),
        (["--runcount-limit", 8], "budget.evaluations", 8),
        (["--totalNumRunsLimit", 8], "budget.evaluations", 8),
        (["--wallclock-limit", 3.5], "budget.total_time", 3.5),
        (["--tuner-timeout", 3], "budget.cpu_time", 3.0),
        (["--algo_runs_timelimit", 3], "budget.cpu_time", 3.0),
        (["--memory_limit", 300], "calls.memory_mb", 300.0),
        (["--workers", 4], "calls.workers", 4),
        (["--n_jobs", 4], "calls.workers", 4),
        (["--num-run", 4], "seeds", [4]),
        (["--numRun", 4], "seeds", [4]),
        (["--seed", 4], "seeds", [4]),
        (["--mode", "ROAR"], "engine.selector.use_model", False),
        (["--execution-mode", "ROAR"], "engine.selector.use_model", False),
        (["--mode", "SMAC4BO"], "engine.surrogate.model", "gp"),
        (["--mode", "smac4ac"], "engine.surrogate.model", "auto"),
        (["--maxR", 7], "engine.racing.max_runs", 7),
        (["--stop-on-abort", "false"], "objective.stop_on_abort", False),
        (["--abort_on_first_run_crash", "false"], "objective.stop_on_crash", ""),
        (["--deterministic", 1], "deterministic", True),
        (["--skip-features", "true"], "instances.features", None),
        (["--use-instances", "false"], "instances.n_train", None),
        (["--adaptive-capping", "false"], "objective.capping", None),
    ],
)
def test_options_of_the_command_line_go_before_those_of_the_file(words, attribute, value, folder):
    found = read(folder, "--scenario-file", "scenario.txt", *words)
    at = found.plan
    for name in attribute.split("."):
        at = getattr(at, name)
    assert at == value
    before = read(folder, *words, "--scenario-file", "scenario.txt")
    assert before.plan.objective == found.plan.objective


def test_an_option_file_stands_between_the_two(folder):
    (folder / "more.txt").write_text("cutoff-time = 8\nseed 5\n")
    found = read(folder, "--scenario-file", "scenario.txt", "--option-file", "more.txt", "--seed", 6)
    assert (found.plan.objective.cutoff, found.plan.seeds) == (8.0, [6])


def test_defaults_of_smac_v2_and_of_smac3(tmp_path):
    folders.small(tmp_path)
    words = ("--algo", "a", "--pcs-file", "x.pcs", "--run-obj", "RUNTIME", "--cutoff-time", 3)
    plan = read(tmp_path, *words).plan
    assert (plan.deterministic, plan.objective.penalty, plan.seeds) == (True, 10.0, [1])
    assert (plan.objective.stop_on_crash, plan.check_consistency) == ("first", "warn")
    assert not read(tmp_path, *words, "--mode", "SMAC4AC").plan.deterministic


def test_paths_from_other_folders(folder):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    found = read(elsewhere, "--scenario-file", "../scenario.txt")
    assert found.program.folder == str(folder)
    assert len(found.instances) == 5
    assert found.notes == [f"relative paths start at {folder}, because params.pcs is there"]
    assert found.results == str(elsewhere / "out" / "scenario")
    inner = folder / "inst"
    found = read(folder, "--scenario-file", "scenario.txt", "--execdir", "inst")
    assert (found.program.folder, found.notes) == (str(inner), [])
    found = read(elsewhere, "--scenario-file", "../scenario.txt", "--experiment-dir", "..", "--outdir", "../there")
    assert (found.program.folder, found.results) == (str(folder), str(folder.parent / "there" / "scenario"))


def test_a_folder_of_the_results_with_a_name(folder):
    assert read(folder, "--scenario-file", "scenario.txt", "--rungroup", "r").results == str(folder / "out" / "r")


def test_a_folder_that_has_moved(folder):
    text = folders.SCENARIO.replace("params.pcs", "/gone/params.pcs").replace("train.txt", "gone/train.txt")
    (folder / "scenario.txt").write_text(text)
    assert len(read(folder, "--scenario-file", "scenario.txt").instances) == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--cutoff-time", "abc"], "smac_options..algo-cutoff-time.. must be a number or None, got 'abc'"),
        (["--cutof-time", 3], "command line: unknown option 'cutof-time'; did you mean 'cutoff"),
        (["--cutoff-time"], "--cutoff-time needs a value"),
        (["x"], "expected an option such as --name value, got 'x'"),
        (["-scenariofile", "s"], "got '-scenariofile'; did you mean --scenariofile\\?"),
        (["-scenrio", "s"], "got '-scenrio'$"),
        (["--paramfile", "missing.pcs"], "command line: paramfile = missing.pcs: there is no file '.*missing.pcs'"),
        (["--execdir", "missing"], "execdir = missing: there is no folder"),
        (["--execdir", "missing/folder/"], "execdir = missing/folder/: there is no folder"),
        (["--instances", "missing"], "instances = missing: there is no file"),
        (["--feature-file", "missing"], "feature-file = missing: there is no file"),
        (["--feature-file", "few.csv"], r"few.csv: the instance 'inst/sub dir/a b.cnf' has no features \(nor have 1 "),
        (["--instances", "empty.txt"], "there are no instances in"),
        (["--mode", "SMAC4MF"], "there is no mode 'SMAC4MF'; did you mean 'SMAC'"),
        (["--tae", "IPC"], "tae must be one of 'CLI', 'old', 'aclib'"),
        (["--algo", "a 'b"], 'command line: algo: the command "a \'b" cannot be split into words'),
        (["--memory-limit", "much"], "memory-limit must be"),
        (["--overall_obj", "MEDIAN"], "must be 'MEAN', 'MEAN10'"),
        (["--check-instances-exist", "true"], "there is no file of the instance './inst/c.cnf'"),
        (["--option-file", "missing"], "option-file: there is no file"),
        (["--pcs-file", "bad.pcs"], "bad.pcs, line 1: the default 3.0 is outside"),
        (["--pcs-file", "bad.json"], "bad.json: not a search space as ConfigSpace writes it"),
        (["--instances", "inst", "--instance-suffix", "("], "must be a regular expression"),
    ],
)
def test_errors_name_the_option_and_the_place(words, message, folder):
    (folder / "few.csv").write_text("name,f\ninst/c.cnf,1\n")
    (folder / "empty.txt").write_text("\n\n")
    (folder / "bad.pcs").write_text("x [0, 1] [3]\n")
    (folder / "bad.json").write_text("{")
    with pytest.raises(PysmacError, match=message):
        read(folder, "--scenario-file", "scenario.txt", *words)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("nonsense", r"s\.txt, line 5: expected 'option = value' or 'option value', got 'nonsense'"),
        ("cutof_time = 5", r"s\.txt, line 5: unknown option 'cutof_time'; did you mean 'cutoff_time'"),
        ("instance_file = missing", r"s\.txt, line 5: instance_file = missing: there is no file"),
    ],
)
def test_errors_in_the_scenario_file(line, message, tmp_path):
    folders.small(tmp_path, line)
    with pytest.raises(PysmacError, match=message):
        read(tmp_path, "--scenario-file", "s.txt")


@pytest.mark.parametrize(
    ("left_out", "message"), [("algo", "no the program"), ("paramfile", "no the file of the param")]
)
def test_what_a_scenario_needs(left_out, message, tmp_path):
    folders.small(tmp_path)
    text = (tmp_path / "s.txt").read_text()
    (tmp_path / "s.txt").write_text("".join(line for line in text.splitlines(True) if not line.startswith(left_out)))
    with pytest.raises(PysmacError, match=message.replace("no the", "does not name the")):
        read(tmp_path, "--scenario-file", "s.txt")


def test_what_has_no_meaning_here_is_said_in_a_line_each(tmp_path):
    lines = (
        "always_race_default = 1",
        "cli-cores = 3",
        "limit_resources True",
        "init-mode = CLASSIC",
        "rf_max_depth 20",
    )
    folders.small(tmp_path, *lines, "initial_incumbent = LHD")
    notes = read(tmp_path, "--scenario-file", "s.txt").notes
    assert len(notes) == 5
    for name in ("always_race_default", "cli-cores", "limit_resources", "rf_max_depth", "initial_incumbent = LHD"):
        assert sum(note.startswith(name) for note in notes) == 1


def test_a_command_that_needs_a_shell_is_noted_once(tmp_path):
    folders.small(tmp_path)
    (note,) = read(tmp_path, "--algo", "./w | tee $LOG", "--pcs-file", "x.pcs").notes
    assert "a shell runs the program" in note


def test_names_of_options():
    assert canonical("tunerTimeout") == canonical("tuner_timeout") == canonical("TUNER-TIMEOUT") == "cputime-limit"
    assert canonical("T") == "T" != canonical("t")
    assert canonical("nothing") is None
    assert is_of_smac3("pcs_fn")
    assert is_of_smac3("memory_limit")
    assert not is_of_smac3("memory-limit")
    assert not is_of_smac3("paramfile")
    assert not is_of_smac3("cutoff_time")


def test_instances_of_a_folder(folder):
    found = read(folder, "--scenario-file", "scenario.txt", "--instances", "inst", "--skip-features", "1")
    assert [os.path.basename(name) for name in found.plan.instances.names] == ["a b.cnf"]
    (folder / "inst" / "x.sat").touch()
    words = ("--instance-suffix", r"\.sat", "--skip-features", "1")
    found = read(folder, "--scenario-file", "scenario.txt", "--instances", "inst", *words)
    assert [os.path.basename(name) for name in found.plan.instances.names] == ["x.sat"]


def test_lines_of_instance_files(tmp_path):
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "c d").touch()
    path = tmp_path / "i.txt"
    path.write_text('a b/c d 1 2\n  e\t3\n\'f g\' 4\n"h"\nno such file\n\n"i j"k\n')
    expected = [("a b/c d", "1 2"), ("e", "3"), ("f g", "4"), ("h", ""), ("no", "such file"), ('"i', 'j"k')]
    assert read_named_instances(path, [str(tmp_path)]) == expected
    path.write_text("12 a b/c d 1\n13 e\n")
    assert read_named_instances(path, [str(tmp_path)], with_seeds=True) == [("a b/c d", "1"), ("e", "")]


def test_bytes_that_are_no_utf_8(folder):
    for name in ("scenario.txt", "params.pcs"):
        with open(folder / name, "ab") as stream:
            stream.write(b"# K\xfcrzer\n")
    (folder / "train.txt").write_bytes(b"inst/b\xf6se.cnf\n")
    found = read(folder, "--scenario-file", "scenario.txt", "--skip-features", "1")
    assert os.fsencode(found.plan.instances.names[0]) == b"inst/b\xf6se.cnf"


def test_a_file_of_test_instances_may_be_empty(folder):
    (folder / "test.txt").write_text("")
    assert read(folder, "--scenario-file", "scenario.txt").plan.instances.n_test == 0


def test_names_with_blanks_are_read_back_from_our_files(tmp_path):
    path = tmp_path / "instances.txt"
    path.write_text(instances_text([["a b", "1", "2"], ["c"], ["d/e", "3"]]))
    assert read_instances(path) == [["a b", "1", "2"], ["c"], ["d/e", "3"]]


def test_features_in_quotes(folder):
    (folder / "f.csv").write_text(
        '"name", "f1"\n"inst/sub dir/a b.cnf", 1.5\n"inst/c.cnf", -512\n"inst/d e.cnf", 1e3\n'
    )
    found = read(folder, "--scenario-file", "scenario.txt", "--feature-file", "f.csv")
    assert found.plan.instances.features == [[1.5], [-512], [1000]]


def test_a_space_of_configspace(tmp_path):
    from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Integer

    space = ConfigurationSpace()
    kind, x = Categorical("kind", ["a", "b"], default="b"), Integer("x", (0, 9), default=5)
    space.add(kind, x, EqualsCondition(x, kind, "a"))
    space.to_json(tmp_path / "space.json")
    found = read(tmp_path, "--algo", "a", "--pcs-file", "space.json")
    assert found.plan.definition.default == {"kind": "b"}


def test_the_length_of_the_run_as_paramils_had_it(tmp_path):
    folders.small(tmp_path)
    found = read(tmp_path, "--algo", "a", "--paramfile", "x.pcs", "--run_obj", "runlength", "--cutoff_length", "500")
    assert found.program.by_length
    assert not found.plan.objective.runtime
    assert rest(found)[4] == "500"


def test_help_names_every_option_with_an_effect():
    from pysmac_compat.commands.help import help_text
    from pysmac_compat.options.table import options
    from pysmac_compat.planning.option_names import Told

    text, whole = help_text("smac"), help_text("smac", [Told("show-hidden", "true", "")])
    shown, all_shown = (set(re.findall(r"--([\w?-]+)", each)) for each in (text, whole))
    for option in options().values():
        assert all_shown.issuperset(option.names)
        assert option.category == "none" or shown.issuperset(option.names)
