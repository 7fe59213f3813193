"""On Windows: the package can be imported, and the first call says what to do."""

import pytest


@pytest.mark.slow
def test_the_first_call_on_windows(run_script):
    script = """
        import sys
        import pysmac_compat
        from pysmac_compat.optimize import fmin
        optimizer = pysmac_compat.SMAC_optimizer()
        sys.platform = "win32"
        for call in (lambda: optimizer.minimize(None, None, None), lambda: fmin(None)):
            try:
                call()
            except pysmac_compat.UnsupportedPlatformError as error:
                print(error)
        """
    done = run_script(script)
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all("Windows" in line and "WSL" in line for line in lines)


@pytest.mark.slow
def test_an_import_without_what_windows_lacks(run):
    script = """
        import sys
        for name in ("fcntl", "resource", "pwd", "grp", "termios"):
            sys.modules[name] = None
        import pysmac_compat
        print(pysmac_compat.parameter_space({"x": ("real", [0, 1], 0.5)}).get_default_configuration()["x"])
        try:
            pysmac_compat.SMAC_optimizer(working_directory="x")
        except pysmac_compat.UnsupportedPlatformError as error:
            print(error)
        try:
            import pysmac_compat.optimize
        except pysmac_compat.UnsupportedPlatformError as error:
            print(error)
        """
    done = run("script.py", files={"script.py": script})
    value, *lines = done.stdout.splitlines()
    assert float(value) == 0.5
    assert len(lines) == 2
    assert all("Windows" in line and "WSL" in line for line in lines)
