"""The command line of a call, and when a shell is needed."""

import subprocess
import sys

import pytest

from pysmac_compat.errors import ArgumentError
from pysmac_compat.target.command import Call, Command

CALL = Call({"sp-var": 3, "@1:x": "1e-05", "p": 1e-05, "name": "a b"}, "i/a b.cnf", "one two", 4.25, 7)
VALUES = ["-sp-var", "3", "-@1:x", "1e-05", "-p", "1e-05", "-name", "a b"]


@pytest.mark.parametrize(
    ("form", "with_all", "with_nothing"),
    [
        (
            "smac",
            ["i/a b.cnf", "one two", "4.25", "2147483647", "7", *VALUES],
            ["no_instance", "0", "1.7976931348623157E308", "2147483647", "-1"],
        ),
        ("smac3", ["i/a b.cnf", "one two", "4.25", "0", "7", *VALUES], ["0", "0", "99999999999999", "0", "0"]),
        (
            "aclib",
            ["--instance", "i/a b.cnf", "--cutoff", "4.25", "--seed", "7", "--config", *VALUES],
            ["--instance", "0", "--cutoff", "99999999999999", "--seed", "0", "--config"],
        ),
    ],
)
def test_arguments(form, with_all, with_nothing):
    command = Command("ruby ../wrapper.rb --mem-limit 1024 'my solver'", form)
    begin = ["ruby", "../wrapper.rb", "--mem-limit", "1024", "my solver"]
    assert command.argv(CALL) == [*begin, *with_all]
    assert command.argv(Call()) == [*begin, *with_nothing]


def test_the_length_of_a_run_that_a_scenario_gives():
    assert Command("a", length="500").argv(Call()) == ["a", "no_instance", "0", "1.7976931348623157E308", "500", "-1"]


@pytest.mark.parametrize(
    "text", ["a | tee log", "a > log", "a $HOME", 'a "${HOME}"', "A=1 b", "a; b", "a `b`", "a ~/b"]
)
def test_what_needs_a_shell(text):
    assert Command(text).needs_shell


@pytest.mark.parametrize(
    "text", ["a b", "a '|' \"&\" \\;", "a 'x;$HOME'", "a b=1", "a $", "a b*.cnf", "a c~", 'a "\\$HOME"']
)
def test_what_needs_none(text):
    assert not Command(text).needs_shell


@pytest.mark.parametrize("text", ["", "  ", "a 'b", 'a "b', "a \\"])
def test_no_command(text):
    with pytest.raises(ArgumentError, match="command"):
        Command(text)


@pytest.mark.parametrize(
    "begin", ["{} -c 'import sys; print(sys.argv[1:])' 'a b'", "X=1 {} -c 'import sys; print(sys.argv[1:])' 'a b'"]
)
def test_the_line_can_be_pasted_into_a_shell(begin, tmp_path):
    command = Command(begin.format(f"{sys.executable} -S -E"))
    there = tmp_path / "it's a folder"
    there.mkdir()
    assert command.needs_shell == begin.startswith("X")
    outputs = [
        subprocess.run(how, shell=isinstance(how, str), capture_output=True, text=True, check=True).stdout
        for how in (command.argv(CALL), command.line(CALL), command.line(CALL, str(there)))
    ]
    assert outputs == [f"{['a b', *command.arguments(CALL)]}\n"] * 3
