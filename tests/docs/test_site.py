"""The site of the documentation: built as its command does, and each page looked at in a real browser.

With SITE_PICTURES=FOLDER each page is written there as a picture, wide and narrow.
"""

import functools
import http.server
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PICTURES = os.environ.get("SITE_PICTURES")
WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert built.returncode == 0, built.stdout + built.stderr
    assert "WARNING" not in built.stderr
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def pages(site):
    found = sorted(path.relative_to(site).as_posix().removesuffix("index.html") for path in site.rglob("index.html"))
    assert "" in found
    return found


def show(browser, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


#: how far the page scrolls sideways; pictures that are not there; examples that Markdown took for quotations
LOOK = """
return {
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    broken: [...document.images].filter(each => each.complete && !each.naturalWidth).map(each => each.src),
    quoted: [...document.querySelectorAll("blockquote blockquote")].map(each => each.textContent),
    title: document.querySelector("h1").textContent,
}"""


def test_every_page_in_a_browser(site, address, chromium):
    """Neither a telephone nor a desk has to scroll sideways, and nothing is missing or in error."""
    wrong = []
    for page in pages(site):
        show(chromium, WIDTHS[0])
        chromium.get(address + page)
        for width in WIDTHS:
            show(chromium, width)
            seen = chromium.execute_script(LOOK)
            assert seen["title"]
            wrong += [f"{page or 'the first page'}: {each}" for each in (seen["broken"], seen["quoted"]) if each]
            if seen["wide"] > 0:
                wrong.append(f"{page or 'the first page'} at {width}: {seen['wide']} pixels too wide")
            if PICTURES:
                name = f"{page.strip('/').replace('/', '-') or 'first'}-{width}.png"
                chromium.save_screenshot(os.path.join(PICTURES, name))
        errors = [each["message"] for each in chromium.get_log("browser") if each["level"] == "SEVERE"]
        wrong += [f"{page or 'the first page'}: {each}" for each in errors]
    assert not wrong, "\n".join(wrong)


def test_the_search_finds_pages(address, chromium):
    show(chromium, 1280)
    chromium.get(address)
    chromium.find_element("css selector", "[data-md-component=search-query]").send_keys("SMACSearchCV")
    from selenium.webdriver.support.ui import WebDriverWait

    links = WebDriverWait(chromium, 60).until(
        lambda browser: browser.find_elements("css selector", ".md-search-result__link")
    )
    assert any("scikit_learn" in link.get_attribute("href") for link in links)


def test_links_and_anchors(site):
    """What mkdocs does not see, too: links in docstrings and tables, to other pages and to places in them."""
    texts = {path.relative_to(site).as_posix(): path.read_text() for path in site.rglob("*.html")}
    places = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in texts.items()}
    wrong = []
    for name, text in texts.items():
        if name == "404.html":
            continue
        for link in re.findall(r'<a [^>]*?href="([^"]*)"', text):
            target, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:", target):
                continue
            path = os.path.normpath(os.path.join(os.path.dirname(name), target)) if target else name
            if not target.endswith(".html") and (site / path).is_dir():
                path = os.path.normpath(os.path.join(path, "index.html"))
            if not (site / path).is_file():
                wrong.append(f"{name}: {link}")
            elif anchor and path in places and anchor not in places[path]:
                wrong.append(f"{name}: {link}: no such place")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_nothing_comes_from_another_host(site):
    for path in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|iframe)[^>]* src="(https?:[^"]+)"', path.read_text())
        loaded += re.findall(r'<link rel="(?:stylesheet|preconnect)"[^>]* href="(https?:[^"]+)"', path.read_text())
        assert not loaded, f"{path}: {loaded}"
