from __future__ import annotations

import pytest

from flyteplan.model.listed import cut, listed

NAMES = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, ""), (1, "a"), (3, "a, b, c"), (4, "a, b, c, d"), (5, "a, b, c and 2 more")],
)
def test_never_is_one_left_out(count: int, text: str) -> None:
    assert listed(NAMES[:count], 3) == text
    shown, left = cut(NAMES[:count], 3)
    assert len(shown) + left == count
    assert left != 1
