"""The page in a real browser: what it draws, how it answers, that everybody can read it.

With PAGE_PICTURES=FOLDER each page is written there as pictures: wide and narrow, light and dark.
"""

import base64
import dataclasses
import functools
import os
import re
import threading
import time
from importlib import resources
from pathlib import Path

import pytest

from pysmac_compat import load_result
from pysmac_compat.files.load import state_of
from pysmac_compat.report.page import sections
from pysmac_compat.report.page.server import Follower, Server

from . import pages
from .small import evaluation

pytestmark = pytest.mark.slow

PICTURES = os.environ.get("PAGE_PICTURES")


def show(browser, width=1280, dark=False, height=900):
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def script(browser, text, *arguments):
    return browser.execute_script(text, *arguments)


def until(browser, text, *arguments):
    """Wait until a script returns something true."""
    for _ in range(600):
        found = script(browser, f"return {text}", *arguments)
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{text} did not become true")


@functools.cache
def made(name):
    return pages.RESULTS[name]()


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens the page of a result."""

    def go(result, title="a search"):
        result.report(tmp_path / "page.html", title)
        show(chromium)
        chromium.get_log("browser")
        chromium.get((tmp_path / "page.html").as_uri())
        return chromium

    return go


def results(tmp_path, java_runs):
    """All kinds of pages, by their names."""
    yield from ((name, made(name)) for name in pages.RESULTS)
    yield "java", load_result(java_runs / "conditional_forbidden" / "wd")
    pages.write_evil(tmp_path / "evil")
    yield "evil", load_result(tmp_path / "evil")
    pages.write_automax(tmp_path / "automax" / "search")
    yield "automax", load_result(tmp_path / "automax")


def picture(browser, name, width, dark):
    height = script(browser, "return document.documentElement.scrollHeight")
    show(browser, width, dark, height)
    content = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    file = Path(PICTURES, f"{name.replace(' ', '-')}-{width}-{'dark' if dark else 'light'}.png")
    file.write_bytes(base64.b64decode(content))


def test_every_page_fits_and_is_silent(opened, tmp_path, java_runs, monkeypatch):
    """No errors, no requests, no scrolling of the page aside, and a picture with something in it."""
    for name, result in results(tmp_path, java_runs):
        with monkeypatch.context() as patch:
            if name not in ("everything", "wide", "evil") and not PICTURES:  # for the time that the forests take
                patch.setattr(sections, "_importances", lambda result: {"alone": [], "pairs": [], "why": "-"})
            browser = opened(result, pages.EVIL if name == "evil" else name)
        assert script(browser, "return document.documentElement.dataset.ready") == str(len(result)), name
        views = ((1280, False), (400, True), (400, False), (1280, True))
        for width, dark in views if PICTURES else views[:2]:
            show(browser, width, dark)
            # the canvases follow the window a moment later
            fits = f"innerWidth === {width} && document.documentElement.scrollWidth <= innerWidth"
            assert until(browser, fits), f"{name} at {width}"
            if PICTURES:
                picture(browser, name, width, dark)
        shown = script(browser, "return document.getElementById('history-chart').dataset.drawn")
        assert shown == str(len(result)), name
        requests = script(browser, "return performance.getEntriesByType('resource').map(each => each.name)")
        assert [each for each in requests if not each.startswith("data:")] == [], name
        assert script(browser, "return typeof window.evil") == "undefined", name
        assert browser.get_log("browser") == [], name


AXE = """
const done = arguments[0];
const only = {resultTypes: ["violations"], preload: false};
axe.run(only).then(found => done(found.violations.map(each => [each.id, each.nodes[0].html])));
"""
CANVAS = """
const canvas = document.querySelector(`#${arguments[0]} canvas:nth-of-type(2)`);
canvas.scrollIntoView({block: "center"});
const box = canvas.getBoundingClientRect();
return [box.left, box.top, box.width, box.height];
"""
OVER_TIME = """
const select = document.querySelector("#history-controls select");
select.value = "clock";
select.dispatchEvent(new Event("change"));
"""


def test_axe_finds_nothing(opened):
    package = pytest.importorskip("axe_core_python")
    result = pages.conditional(16, n_runs=2, early=5, instances=2)
    assert result.n_crashed + result.n_timed_out
    browser = opened(result)
    script(browser, resources.files(package).joinpath("axe.min.js").read_text())
    for width, dark in ((1280, False), (400, True)):
        show(browser, width, dark)
        assert browser.execute_async_script(AXE) == []


def canvas(browser, chart):
    return script(browser, CANVAS, chart)


def mouse(browser, kind, x, y, down=False):
    about = {"type": kind, "x": x, "y": y, "button": "left" if kind != "mouseMoved" or down else "none"}
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", {**about, "buttons": int(down), "clickCount": 1})


def drag(browser, start, end):
    mouse(browser, "mouseMoved", *start)
    mouse(browser, "mousePressed", *start, down=True)
    mouse(browser, "mouseMoved", *end, down=True)
    mouse(browser, "mouseReleased", *end)


def key(browser, name):
    for kind in ("keyDown", "keyUp"):
        browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": kind, "key": name, "code": name})


def tip(browser, chart):
    """What stands beside the mouse."""
    find = "const tip = document.querySelector(`#${arguments[0]} .tip`);"
    return script(browser, f"{find} return tip.hidden ? '' : tip.textContent", chart)


def press(browser, part, text):
    """Press the first button of a part of the page whose text contains this one."""
    buttons = f"[...document.querySelectorAll('#{part} button')]"
    script(browser, f"{buttons}.find(each => each.textContent.includes(arguments[0])).click()", text)


def test_the_history_answers(opened):
    result = made("everything")
    browser = opened(result)
    left, top, width, height = canvas(browser, "history-chart")
    script(browser, "document.querySelector('#history-chart canvas:nth-of-type(2)').focus({preventScroll: true})")
    key(browser, "ArrowRight")
    key(browser, "ArrowRight")
    second = result.runs[0].evaluations[1]
    text = tip(browser, "history-chart")
    assert text.startswith(f"run 0, evaluation 2, instance {second.instance}: {second.value:.6g}")
    assert f"level = {second.configuration['level']}" in text
    key(browser, "Escape")
    assert tip(browser, "history-chart") == ""

    seen = set()
    for step in range(12):
        mouse(browser, "mouseMoved", left + 80 + 90 * step, top + height * 0.25)
        seen.add(tip(browser, "history-chart"))
    assert len(seen - {""}) > 3

    count = "return Number(document.getElementById('history-chart').dataset.drawn)"
    drag(browser, (left + width * 0.5, top + 100), (left + width * 0.75, top + 100))
    assert 40 < script(browser, count) < 100
    press(browser, "history-controls", "Show all of it")
    assert script(browser, count) == 280
    press(browser, "history-legend", "run 0")
    assert script(browser, count) == 220
    press(browser, "history-legend", "CRASHED")
    crashed = sum(each.status == "CRASHED" for run in result.runs[1:] for each in run.evaluations)
    assert script(browser, count) == 220 - crashed
    script(browser, OVER_TIME)
    assert script(browser, count) == 220 - crashed
    assert browser.get_log("browser") == []


def said(browser):
    return script(browser, "return document.getElementById('kept').textContent")


def kept(browser):
    """How many of all evaluations are kept; None if nothing was chosen."""
    found = re.match(r"([\d,]+) of 280 evaluations are kept", said(browser))
    return found and int(found[1])


KEEP = """
const [name, ...values] = arguments;
const form = document.getElementById("parallel-controls");
const axes = form.querySelector("select");
axes.selectedIndex = [...axes.options].findIndex(each => each.textContent === name);
axes.dispatchEvent(new Event("change"));
const fields = form.querySelectorAll(".ends input, .ends select");
values.forEach((value, i) => { fields[i].value = value; });
form.requestSubmit();
"""


def keep(browser, axis, *values):
    """Keep a choice, or what lies from one number to another, by the fields."""
    script(browser, KEEP, axis, *values)


def test_parts_of_axes_are_kept(opened):
    result = made("everything")
    browser = opened(result)
    keep(browser, "level", "1")
    middle = [each for each in result if each.configuration["level"] == "mid"]
    assert kept(browser) == len(middle)
    keep(browser, "lr", "0.0001", "0.01")
    both = [each for each in middle if 0.0001 <= each.configuration.get("lr", 0) <= 0.01]
    assert kept(browser) == len(both)
    best = min(each.value for each in both if each.succeeded)
    assert "the best of them is run" in said(browser)
    assert f"{best:.6g}" in said(browser)
    chips = (
        "return [...document.querySelectorAll('#parallel-controls button[aria-label]')].map(each => each.textContent)"
    )
    assert script(browser, chips) == ["lr: 1e-4 to 0.01 ×", "level: mid ×"]
    for _ in range(2):
        script(browser, "document.querySelector('#parallel-controls button[aria-label]').click()")
    assert kept(browser) is None

    left, top, width, height = canvas(browser, "parallel-chart")
    value = left + width - 64  # the last axis
    drag(browser, (value, top + height * 0.55), (value, top + height - 30))
    dragged = kept(browser)
    assert 0 < dragged < 280
    mouse(browser, "mousePressed", value, top + 200, down=True)
    mouse(browser, "mouseReleased", value, top + 200)
    assert kept(browser) is None
    seen = set()
    for step in range(10):
        mouse(browser, "mouseMoved", left + 120 + 60 * step, top + 150)
        seen.add(tip(browser, "parallel-chart"))
    assert any(re.match(r"run \d, evaluation \d+, instance \d: ", text) for text in seen)
    assert browser.get_log("browser") == []


@pytest.fixture
def served(tmp_path):
    """A server of a folder with a journal, which grows."""

    def grow(n):
        found = [
            dataclasses.replace(
                evaluation(i + 1, 1.0 / (i + 1), "CRASHED" if i == 1 else "SAT"),
                configuration={"x": i / n, "c": "ab"[i % 2]},
            )
            for i in range(n)
        ]
        space = pages.parameter("x", "real", [0.0, 1.0], 0.5) | pages.parameter("c", "categorical", ["a", "b"], "a")
        pages.write_journal(tmp_path / "wd", space, found)

    (tmp_path / "wd").mkdir()
    follower = Follower(str(tmp_path / "wd"), "my search", load_result, state_of)
    with Server(0, follower) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server, grow
        finally:
            server.shutdown()
            thread.join()


def ask(browser):
    browser.execute_async_script("const done = arguments[0]; pysmac.ask().then(() => done())")


def test_a_search_is_followed(chromium, served):
    server, grow = served
    browser = chromium
    show(browser)
    browser.get(f"http://127.0.0.1:{server.server_port}/")
    assert "there is no run in" in script(browser, "return document.querySelector('main').textContent")
    grow(20)
    ask(browser)
    assert script(browser, "return document.documentElement.dataset.ready") == "20"
    keep(browser, "c", "1")
    script(browser, "document.querySelector('#failures details').open = true")
    script(browser, "document.getElementById('space').scrollIntoView()")
    place = "return document.getElementById('space').getBoundingClientRect().top"
    before = script(browser, place)
    made = server.follower.made
    for _ in range(3):
        ask(browser)
    assert server.follower.made == made
    server.follower._not_before = 0.0
    grow(31)
    ask(browser)
    assert script(browser, "return document.documentElement.dataset.ready") == "31"
    assert "31: 30 SAT" in script(browser, "return document.getElementById('summary').textContent")
    assert said(browser).startswith("15 of 31")
    assert script(browser, "return document.querySelector('#failures details').open") is True
    assert abs(script(browser, place) - before) < 2
    assert browser.get_log("browser") == []
    server.shutdown()
    server.server_close()
    ask(browser)
    assert "cannot be followed any more" in script(browser, "return document.getElementById('live').textContent")
    browser.get("about:blank")
    browser.get_log("browser")
