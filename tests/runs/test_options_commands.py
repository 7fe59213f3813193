"""Options of the shell commands before and after a search."""

from __future__ import annotations

import pytest

import pysmac_compat

from .searches import PARAMETERS, configurations, minimise, quadratic


def test_commands_run_before_and_after_the_calls(tmp_path):
    def function(x, y):
        with open(tmp_path / "order", "a") as order:
            order.write("call\n")
        return x

    options = [("pre-scenario-command", "echo pre >> order"), ("post_cmd", "echo post >> order")]
    minimise([*options, ("prePostExecDir", tmp_path), ("isolate", False)], function, 2)
    assert (tmp_path / "order").read_text().split() == ["pre", "call", "call", "post"]


@pytest.mark.parametrize("shown", [True, False])
def test_their_output_can_be_logged(shown, capfd):
    minimise(
        [
            ("pre_cmd", "echo hello; echo you >&2"),
            ("prepost-log-output", shown),
            ("console-log-level", "INFO"),
            ("isolate", False),
        ],
        n=1,
    )
    out, err = capfd.readouterr()
    assert ("pre-scenario-command: hello" in err) == ("pre-scenario-command: you" in err) == shown
    assert out == ""


def test_a_command_that_fails_warns():
    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options.update({"isolate": False, "pre_cmd": "echo no disk; exit 3", "post_cmd": "exit 4"})
    with pytest.warns(UserWarning, match="scenario-command") as caught:
        optimizer.minimize(quadratic, 1, PARAMETERS)
    assert [str(each.message) for each in caught] == [
        "smac_options['pre-scenario-command']: 'echo no disk; exit 3' ended with the exit status 3: no disk",
        "smac_options['post-scenario-command']: 'exit 4' ended with the exit status 4",
    ]
    assert {each.filename for each in caught} == {__file__}


@pytest.mark.slow
def test_a_command_that_fails_can_be_an_error(tmp_path):
    def function(x, y):
        (tmp_path / "called").touch()
        return x

    optimizer = pysmac_compat.SMAC_optimizer()
    optimizer.smac_options.update({"isolate": False, "exception-on-prepost-command": True, "pre_cmd": "exit 3"})
    with pytest.raises(RuntimeError, match="pre-scenario-command.*'exit 3'.*exit status 3"):
        optimizer.minimize(function, 2, PARAMETERS)
    assert not (tmp_path / "called").exists()
    optimizer.smac_options.update({"pre_cmd": "true", "post_cmd": "false"})
    with pytest.raises(RuntimeError, match="post-scenario-command"):
        optimizer.minimize(function, 2, PARAMETERS)
    assert len(configurations(optimizer.result)) == 2


def test_the_command_after_an_interrupt_never_hides_it(tmp_path):
    def function(x, y):
        raise KeyboardInterrupt

    optimizer = pysmac_compat.SMAC_optimizer()
    options = {"isolate": False, "exception-on-prepost-command": True, "prepost-exec-dir": str(tmp_path)}
    optimizer.smac_options.update({**options, "post_cmd": "touch ended; exit 1"})
    with pytest.warns(UserWarning, match="exit status 1"), pytest.raises(KeyboardInterrupt):
        optimizer.minimize(function, 2, PARAMETERS)
    assert (tmp_path / "ended").exists()


@pytest.mark.parametrize(
    ("name", "value"), [("pre_cmd", ""), ("post-scenario-command", 3), ("prepost-exec-dir", "/no/such/folder")]
)
def test_illegal_values_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        minimise([(name, value)])
