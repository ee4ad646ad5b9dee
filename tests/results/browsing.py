"""Headless Chromium for the tests of pages, as `make test-browser` installs it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

DESKTOP = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "color_scheme": "light"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "zh-CN", "color_scheme": "dark", "has_touch": True}
_QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser that is closed when the tests of a module are done."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="make test-browser installs playwright and Chromium")
    path = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if path is None:
        pytest.fail("no Chromium found: make test-browser installs it, by Debian's package")
    with sync_api.sync_playwright() as playwright:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root with its sandbox
        launched = playwright.chromium.launch(executable_path=path, args=_QUIET + root)
        yield launched
        launched.close()
