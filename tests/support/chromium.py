"""A live server and Debian's Chromium for tests of pages as a person meets them."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@contextmanager
def served(app: Any, port: int = 0, *, lifespan: Literal["on", "off"] = "off") -> Iterator[int]:
    """The app on this loopback port, a free one unless it is named, until the block ends; the port is given."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan=lifespan, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def free_port() -> int:
    """A loopback port for a service that must know its own address before it is served."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        return int(reserved.getsockname()[1])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; the test is skipped where there is none, except in continuous integration."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("continuous integration needs chromium")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA, one line each."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}}).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
