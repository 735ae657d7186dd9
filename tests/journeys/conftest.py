"""A served site with sample content, and a real browser to walk through it."""

import ipaddress
import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests import rigs

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
NETWORKS = itertools.count(int(ipaddress.IPv4Address("10.0.0.1")))
"""Where the people of each journey come from: a dozen letters from one address would be held for a look."""
SIZES = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}


@dataclass(frozen=True)
class Site:
    """A running installation: its address, its folder and the password of the sample accounts."""

    url: str
    data: Path
    password: str
    accounts: dict[str, str]

    def run(self, *command: str) -> str:
        """Run a command of the installation and return what it printed."""
        finished = subprocess.run(
            [sys.executable, "-m", "website", *command],
            cwd=ROOT,
            env=_environment(self.data),
            check=True,
            capture_output=True,
            text=True,
        )
        return finished.stdout


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site as the run command serves it, on a free port, with its sample content."""
    data = tmp_path_factory.mktemp("journeys") / "var"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = data.parent / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "website", "serve", "--port", str(port)],
            cwd=ROOT,
            env=_environment(data),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, server, log)
            text = (data / "sample-accounts.txt").read_text(encoding="utf-8")
            password = re.search(r"密码\s+(\S+)", text)
            assert password is not None
            accounts = dict(re.findall(r"^  ([a-z][a-z0-9_.-]*)\s+(\S.*)$", text, flags=re.MULTILINE))
            yield Site(url, data, password.group(1), accounts)
        finally:
            server.terminate()
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    """Playwright's driver, for the whole run."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """The machine's Chromium."""
    executable = rigs.find_chromium()
    if executable is None:
        rigs.missing("no Chromium was found on this machine")
    started = playwright_driver.chromium.launch(executable_path=executable, args=FLAGS)
    yield started
    started.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """Phone and desk."""
    return str(request.param)


@pytest.fixture
def open_page(browser: Browser, site: Site, size: str) -> Iterator[Callable[..., Page]]:
    """Open a fresh browser of this size; fails the test on script errors, refused resources and third parties."""
    opened: list[BrowserContext] = []
    trouble: list[str] = []
    network = {"X-Forwarded-For": str(ipaddress.IPv4Address(next(NETWORKS)))}

    def opener(*, language: str = "zh-CN", **options: object) -> Page:
        context = browser.new_context(
            base_url=site.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            extra_http_headers=network,
            viewport=SIZES[size],  # type: ignore[arg-type]  # a mapping of the two lengths
            **options,  # type: ignore[arg-type]  # passed through
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("console", lambda message: trouble.append(message.text) if "Content Security" in message.text else None)
        page.on(
            "request",
            lambda request: (
                trouble.append(f"third party: {request.url}")
                if request.url.startswith("http") and not request.url.startswith(site.url)
                else None
            ),
        )
        return page

    yield opener
    for context in opened:
        context.close()
    assert trouble == []


def _environment(data: Path) -> dict[str, str]:
    """Return the environment of an installation of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINSHENG_")}
    path = os.pathsep.join([str(ROOT / "site"), str(ROOT)])
    own = {"MINSHENG_DATA": str(data), "MINSHENG_TRUSTED_PROXIES": "1"}
    return {**kept, **own, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the site answers; show its log when it does not."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the site did not come up:\n{log.read_text()[-3000:]}")
