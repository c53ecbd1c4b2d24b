"""The version of the running deployment, as the arguments of an `a0` process tell it."""

from __future__ import annotations

import pytest

from flyteplan.workspace.current import _argument


@pytest.mark.parametrize(
    ("arguments", "version"),
    [
        (["a0", "--inputs", "i", "--version", "v1", "--name", "n"], "v1"),
        (["/usr/bin/python", "/opt/venv/bin/a0", "-v", "v1"], "v1"),
        (["a0", "--version=v1"], "v1"),
        (["a0", "--version=a=b"], "a=b"),
        (["a0", "--inputs", "i"], None),
        (["a0", "--version"], None),
        (["python", "train.py", "--version", "v1"], None),
        ([], None),
    ],
)
def test_the_version_is_the_one_that_a0_was_given(arguments: list[str], version: str | None) -> None:
    assert _argument(arguments) == version
