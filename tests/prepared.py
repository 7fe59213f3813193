"""A process that has imported what a search needs, and runs each script in a fork of its own.

A fresh interpreter takes a second and more for the same imports. What a script sees is what it would see there: its
arguments, folder, environment and output, a ``__main__`` of its own, and the end that the interpreter gives it.
"""

import builtins
import concurrent.futures
import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import types

from pysmac_compat.evaluation.installed import without_unused

#: huge pages on Linux: a fork of a process of many pages then costs 5 ms in place of 20
HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "PYTHONMALLOC": "malloc"}


class Running:
    """A script that runs; its process is a child of the prepared one."""

    def __init__(self, pid, connection, stdout, stderr):
        self.pid, self.stdout, self.stderr, self._connection, self._code = pid, stdout, stderr, connection, None

    def send_signal(self, signum):
        """Sends the signal, unless the script has ended."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):  # it has just ended, and waits for nobody
                os.kill(self.pid, signum)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout=60):
        """Its exit code, or minus the signal that has ended it."""
        if self._code is None:
            self._connection.settimeout(timeout)
            self._code = int.from_bytes(self._connection.recv(4, socket.MSG_WAITALL), "big", signed=True)
            self._connection.settimeout(None)
        return self._code


class Prepared:
    """The tests' end of it."""

    def __init__(self):
        self.ours, theirs = socket.socketpair()
        with theirs:
            code = "import sys; from tests.prepared import serve; serve(int(sys.argv[1]))"
            command = [sys.executable, "-c", code, str(theirs.fileno())]
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
            root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
            # read once, and not seen by the scripts; with PASSIVE, threads that wait use no CPU
            environment = {**os.environ, **HUGE_PAGES, "OMP_WAIT_POLICY": "PASSIVE"}
            self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=root, env=environment, **streams)
        self._last = None

    def start(self, arguments, folder, environment=os.environ):
        """As `subprocess.Popen` of Python with these arguments, in a process group of its own; one at a time."""
        if self._last is not None:
            self._last.wait()  # what the last test has not read is no answer to this request
        read, write = zip(*(os.pipe() for _ in range(2)), strict=True)
        request = json.dumps([arguments, str(folder), dict(environment)]).encode()
        socket.send_fds(self.ours, [len(request).to_bytes(4, "big")], write)
        self.ours.sendall(request)
        for descriptor in write:
            os.close(descriptor)
        pid = int.from_bytes(self.ours.recv(4, socket.MSG_WAITALL), "big")
        self._last = Running(pid, self.ours, *map(os.fdopen, read))
        return self._last

    def run(self, arguments, folder, environment, timeout):
        """As `subprocess.run` of Python with these arguments, with all its output."""
        running = self.start(arguments, folder, environment)
        with running.stdout, running.stderr, concurrent.futures.ThreadPoolExecutor(2) as threads:
            outputs = [threads.submit(file.read) for file in (running.stdout, running.stderr)]
            late = concurrent.futures.wait(outputs, timeout).not_done
            if late:
                os.killpg(running.pid, signal.SIGKILL)
        assert not late, f"{arguments} takes more than {timeout} s"
        return subprocess.CompletedProcess(arguments, running.wait(), *(each.result() for each in outputs))

    def close(self):
        self.ours.close()
        self.process.wait()


def serve(descriptor):
    """The process: it forks for each request, and the fork returns from here with the script to run."""
    gc.disable()
    with without_unused():
        for name in ("engine.parts", "engine.session", "search.process", "space.configspace"):
            importlib.import_module(f"pysmac_compat.{name}")
    gc.freeze()
    gc.enable()
    here = socket.socket(fileno=descriptor)
    while True:
        size, descriptors, _, _ = socket.recv_fds(here, 4, 2)
        if not size:
            os._exit(0)
        request = json.loads(here.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL))
        pid = os.fork()
        if pid == 0:
            here.close()
            os.setpgid(0, 0)
            for number, each in enumerate(descriptors, 1):
                os.dup2(each, number)
                os.close(each)
            become(*request)
            return
        for each in descriptors:
            os.close(each)
        here.sendall(pid.to_bytes(4, "big"))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        here.sendall(code.to_bytes(4, "big", signed=True))


def become(arguments, folder, environment):
    """Run a script, or a module after ``-m``, as ``python`` with these arguments does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    module = arguments[0] == "-m"
    sys.argv[:] = arguments[module:]
    del sys.modules["__main__"]
    try:
        if module:
            sys.path[0] = folder
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            path = os.path.abspath(arguments[0])
            sys.path[0] = os.path.dirname(path)
            main = sys.modules["__main__"] = types.ModuleType("__main__")
            main.__dict__.update(__file__=path, __builtins__=builtins)
            with open(path, encoding="utf-8") as file:
                code = compile(file.read(), path, "exec")
            exec(code, main.__dict__)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        with contextlib.suppress(BrokenPipeError):
            sys.excepthook(type(error), error, error.__traceback__.tb_next)
        sys.exit(1)
