"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("flyteplan", deadline=None, print_blob=True)
settings.load_profile("flyteplan")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the expected output of tests/cases anew")
