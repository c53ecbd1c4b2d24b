"""What `explain` says of the codes of problems."""

from __future__ import annotations

import pytest

from flyteplan.cli import run
from flyteplan.errors import CODES
from flyteplan.render.advice import ADVICE, advised
from flyteplan.render.style import plain

ADVISED = [code for code in CODES if code.startswith(("FP21", "FP23", "FP25"))]


@pytest.mark.parametrize("code", ADVISED)
def test_a_lock_an_apply_and_a_policy_say_what_to_do(code: str) -> None:
    first, empty, *rest = plain(advised(code, 80)).splitlines()
    assert (first, empty) == (f"{code}: {CODES[code]}", "")
    assert ADVICE[code] in " ".join(line.strip() for line in rest)
    assert max(map(len, rest)) <= 80


def test_no_advice_is_for_a_code_that_is_not_there() -> None:
    assert [key for key in ADVICE if not any(code.startswith(key) for code in CODES)] == []


def test_any_other_code_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "fp1203"]) == 0
    assert capsys.readouterr().out.startswith("FP1203: a request above its limit\n\n    The problem names the file")
