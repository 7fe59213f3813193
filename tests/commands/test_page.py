"""``python -m pysmac_compat report FOLDER`` and ``watch FOLDER``."""

import http.client
import signal
import socket
import sys
import threading

import pytest

from pysmac_compat.__main__ import main
from pysmac_compat.files.load import load_result, state_of
from pysmac_compat.report.page.server import Follower, Server

from ..report import pages


@pytest.mark.slow
def test_report(java_runs, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = str(java_runs / "deterministic" / "wd")
    assert main(["report", folder]) == 0
    assert capsys.readouterr().out == "report.html\n"
    assert "<title>wd</title>" in (tmp_path / "report.html").read_text()
    (tmp_path / "other.html").write_text((tmp_path / "report.html").read_text() + "<!-- an older one -->")
    assert main(["report", folder, "-o", "other.html"]) == 0  # it replaces a page of its own
    assert (tmp_path / "other.html").read_bytes() == (tmp_path / "report.html").read_bytes()
    (tmp_path / "report.html").write_text("of somebody else")
    capsys.readouterr()
    assert main(["report", folder]) == 1
    assert main(["report", folder, "-o", "report.html"]) == 1
    message = "the file report.html exists and is not the page of a search; write to another file with -o"
    assert capsys.readouterr().err.count(message) == 2
    assert (tmp_path / "report.html").read_text() == "of somebody else"
    assert main(["report", folder, "-o", "report.html", "--force"]) == 0
    assert "<title>wd</title>" in (tmp_path / "report.html").read_text()


def test_what_cannot_be_reported(tmp_path, capsys):
    assert main(["report", str(tmp_path), "-o", str(tmp_path / "page.html")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pysmac-compat report: folder: there is no run in")
    assert not (tmp_path / "page.html").exists()
    assert main(["watch", str(tmp_path / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    assert main(["watch", str(tmp_path), "--port", "70000"]) == 1
    assert "--port: expected a number from 0 to 65535, got 70000" in capsys.readouterr().err
    monkeyed = pytest.MonkeyPatch()
    with monkeyed.context() as patch:
        patch.setitem(sys.modules, "jinja2", None)
        assert main(["watch", str(tmp_path)]) == 1
    assert "watch needs jinja2: pip install 'pysmac-compat[report]'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_script_of_that_name_is_a_script(run_prepared):
    done = run_prepared("-m", "pysmac_compat", "report", "folder", files={"report": "import sys; print(sys.argv)"})
    assert done.stdout == "['report', 'folder']\n"


def test_a_port_that_is_in_use(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["watch", str(tmp_path), "--port", str(port)]) == 1
    assert capsys.readouterr().err == (
        f"pysmac-compat watch: port {port} is in use; choose another port with --port, or any free port with --port 0\n"
    )


@pytest.fixture
def server(tmp_path):
    pages.write_automax(tmp_path / "wd")
    with Server(0, Follower(str(tmp_path / "wd"), "a title", load_result, state_of)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def get(port, path="/", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode()


@pytest.mark.slow
def test_what_the_server_answers(server, tmp_path):
    assert server.server_address[0] == "127.0.0.1"
    status, headers, text = get(server.server_port)
    assert status == 200
    assert "<h1>a title</h1>" in text
    assert "connect-src 'self'" in text.replace("&#39;", "'")
    assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    for _ in range(3):
        status, _, rest = get(server.server_port, If_None_Match=headers["ETag"])
        assert (status, rest) == (304, "")
    assert server.follower.made == 1  # nothing has changed
    status, about, rest = get(server.server_port, method="HEAD")
    assert (status, rest, about["Content-Length"]) == (200, "", headers["Content-Length"])
    for path in ("/x", "/../secret", "/?a", "/wd/journal-run-0.jsonl"):
        assert get(server.server_port, path)[0] == 404
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert get(server.server_port, method=method)[0] == 501
    journal = tmp_path / "wd" / "journal-run-0.jsonl"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]))
    status, changed, text = get(server.server_port, If_None_Match=headers["ETag"])
    assert status == 200
    assert changed["ETag"] != headers["ETag"]
    journal.write_text("{}\n")
    server.follower._not_before = 0.0
    status, _, text = get(server.server_port)
    assert status == 200
    assert "line 1: expected a header" in text


def test_a_name_that_leads_here_from_elsewhere(server):
    for host in ("evil.example:{}", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:{}", ""):
        status, _, text = get(server.server_port, Host=host.format(server.server_port))
        assert status == 421, host
        assert "a title" not in text
    assert get(server.server_port, Host=f"localhost:{server.server_port}")[0] == 200


@pytest.mark.slow
def test_a_page_that_took_long_is_not_made_again_at_once(tmp_path):
    pages.write_automax(tmp_path)
    states = iter("abcd")
    follower = Follower(str(tmp_path), "", load_result, lambda folder: next(states))
    first = follower.page()
    second = follower.page()
    assert second != first
    assert follower.page() == second  # the search needs the processors more
    assert follower.made == 2
    follower._not_before = 0.0
    assert follower.page()[0] != second[0]


def test_what_changes_the_state(tmp_path):
    pages.write_automax(tmp_path)
    before = state_of(tmp_path)
    (tmp_path / "something_else").write_text("")
    assert state_of(tmp_path) == before
    with open(tmp_path / "journal-run-0.jsonl", "a") as stream:
        stream.write("{")
    assert state_of(tmp_path) != before


@pytest.mark.slow
def test_ctrl_c_ends_it(tmp_path, prepared):
    pages.write_automax(tmp_path / "wd")
    process = prepared.start(("-m", "pysmac_compat", "watch", "wd", "--port", "0"), tmp_path)
    with process.stdout, process.stderr:
        line = process.stdout.readline()
        port = int(line.split(":")[2].split("/")[0])
        assert line == f"http://127.0.0.1:{port}/ shows wd; Ctrl-C ends the server\n"
        assert get(port)[0] == 200
        process.send_signal(signal.SIGINT)
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
        assert process.wait() == 0
