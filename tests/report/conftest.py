import shutil

import pytest

from ..optimizer.conftest import *  # noqa: F403


@pytest.fixture(scope="session")
def chromium():
    """A Chromium without a window and without a network, for all tests of this process."""
    webdriver = pytest.importorskip("selenium.webdriver")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    browser, driver = next(filter(None, map(shutil.which, names)), None), shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("there is no Chromium with its chromedriver here")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for each in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "force-prefers-reduced-motion"):
        options.add_argument(f"--{each}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()
