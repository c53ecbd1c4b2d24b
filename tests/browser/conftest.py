"""A Chromium for the tests of pages. It is no small thing to ask for, so they run when they are named alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_NONE = (
    "there is no Chromium: install one (Debian: chromium), name one in FLYTEPLAN_TEST_BROWSER, "
    "or run `playwright install chromium`"
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one of the environment, of the system, or of playwright itself."""
    path = os.environ.get("FLYTEPLAN_TEST_BROWSER") or next(filter(None, map(shutil.which, _NAMES)), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # who has to do without Chromium's sandbox
    with sync_playwright() as driver:
        try:
            found = driver.chromium.launch(executable_path=path, args=["--no-sandbox"] if root else [])
        except Error as error:
            pytest.fail(f"{_NONE}\n{error}")
        yield found
        found.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")
