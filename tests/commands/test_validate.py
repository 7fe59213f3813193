"""``pysmac-compat validate`` and ``verify-scenario``."""

import pytest

from pysmac_compat.files.validation_files import read_call_strings, read_objective_matrix, read_results

from . import folders

TRAJECTORY = """\
"CPU Time Used","Estimated Training Performance","Wallclock Time","Incumbent ID",\
"Automatic Configurator (CPU) Time","Configuration..."
0.0, 1.7976931348623157E308, 0.0, 1, 0.0,  @1:depth='3', alpha='1.0', heur='a', n='10'
1.0, 1.0, 2.0, 1, 0.5,  @1:depth='3', alpha='1.0', heur='a', n='10'
4.0, 0.2, 8.0, 2, 0.5,  @1:depth='3', alpha='1.0', heur='b', n='4'
"""


@pytest.fixture
def folder(tmp_path):
    folders.make(tmp_path)
    (tmp_path / "out" / "scenario").mkdir(parents=True)
    (tmp_path / "out" / "scenario" / "traj-run-3.txt").write_text(TRAJECTORY)
    return tmp_path


def validate(command, folder, *words):
    return command(folder, "validate", "--scenario-file", "scenario.txt", "--seed", 3, *words)


def test_the_final_incumbent_of_the_scenarios_trajectory(folder, command):
    done = validate(command, folder)
    assert (done.code, done.err) == (0, "")
    calls = (folder / "calls").read_text().splitlines()
    assert len(calls) == 2
    assert all(" 5.0 2147483647 " in call and call.endswith("-@1:depth 3 -alpha 1.0 -heur b -n 4") for call in calls)
    results = folder / "out" / "scenario"
    ((first, _, values), (second, _, _)) = read_objective_matrix(
        results / "validationObjectiveMatrix-traj-run-3-walltime.csv"
    )
    assert (first, second, values) == ("inst/t1.cnf", "inst/t2.cnf", [0.2])
    (row,) = read_results(results / "validationResults-traj-run-3-walltime.csv")
    assert (row["Time"], row["Test Set Performance"], row["AC Overhead Time"]) == (8.0, 0.2, 0.5)
    assert "incumbent" in done.out


def test_all_incumbents_and_the_default(folder, command):
    done = validate(command, folder, "--validate-only-last-incumbent", "false", "--default")
    assert "default  incumbent 2" in done.out  # the first incumbent is the default
    assert "PAR10 (s)          1        0.2" in done.out
    assert "speed-up           1        5" in done.out


def test_the_incumbent_of_a_time(folder, command):
    (folder / "t.txt").write_text(TRAJECTORY)
    validate(command, folder, "--trajectory-file", "t.txt", "--max-timestamp", "5")
    assert all(call.endswith("-heur a -n 10") for call in (folder / "calls").read_text().splitlines())


@pytest.mark.slow
def test_configurations_on_training_instances_with_workers(folder, command):
    (folder / "list.txt").write_text("-n 3\n-n '4' -heur 'b'\n")
    words = ("--configuration", "DEFAULT", "--configuration-list", "list.txt", "--random-configurations", 2)
    done = validate(command, folder, *words, "--validate-test-instances", "false", "--workers", 3)
    assert done.code == 0
    assert "on training instances" in done.out
    calls = read_call_strings(folder / "out" / "scenario" / "validationCallStrings-cli-3-walltime.csv")
    assert len(calls) == 5
    assert [call["n"] for call in calls[2:]] == ["10", "3", "4"]
    assert len((folder / "calls").read_text().splitlines()) == 15
    again = validate(command, folder, "--random-configurations", 2)
    assert again.code == 0
    assert read_call_strings(folder / "out" / "scenario" / "validationCallStrings-cli-3-walltime.csv") == calls[:2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--seed", 4], "no configuration to validate is given"),
        (["--trajectory-file", "no"], "there is no trajectory 'no'"),
        (["--configuration", "-m 3"], "there is no parameter 'm'"),
        (["--configuration", "-n 300"], "'300' is not a value of the parameter 'n'"),
        (["--configuration", "-n 7"], "forbidden by the clause"),
        (["--random-configurations", 0], "random-configurations must be"),
        (["--configuratio", "-n 7"], "did you mean 'configuration'"),
        (["--default", "--use-instances", "0"], "the scenario has no instances to validate on"),
    ],
)
def test_errors(words, message, folder, command):
    done = validate(command, folder, *words)
    assert done.code == 2
    assert message in done.err
    assert not (folder / "calls").exists()


def test_exit_code_where_all_have_crashed(folder, command):
    (folder / "wrapper.sh").write_text("exit 1\n")
    assert validate(command, folder, "--default").code == 1


@pytest.mark.parametrize("words", [["--scenario-file", "scenario.txt"], ["--scenarios", "scenario.txt"]])
def test_verify(words, folder, command):
    done = command(folder, "verify-scenario", *words)
    assert (done.code, done.err) == (0, "")
    assert "parameters: 4, 1 of them conditional" in done.out
    assert "instances: 3, test instances: 2" in done.out
    assert "features: 2 of each instance" in done.out
    assert "4 of the instances are not files, for example ./inst/c.cnf" in done.out
    assert "SAT, 1 s" in done.out
    assert len((folder / "calls").read_text().splitlines()) == 1


def test_verify_of_a_program_that_fails(folder, command):
    (folder / "wrapper.sh").write_text("echo no >&2; exit 1\n")
    done = command(folder, "verify-scenario", "--scenario-file", "scenario.txt")
    assert done.code == 1
    assert "CRASHED" in done.out
    assert "its last line of output was: no" in done.out
    done = command(folder, "smac", "--scenario-file", "scenario.txt", "--verify")
    assert done.code == 1
    assert "seed 1, results" not in done.out


def test_verify_of_files_that_are_wrong(folder, command):
    (folder / "params.pcs").write_text("x [0, 1]\n")
    done = command(folder, "verify-scenario", "--scenario-file", "scenario.txt")
    assert done.code == 2
    assert "params.pcs, line 1: expected" in done.err
