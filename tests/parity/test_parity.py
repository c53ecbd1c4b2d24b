"""What `strategy: replace` accepts and `quirks.py` does not list is, byte for byte, what the SDK's `override()` gives.

FLYTEPLAN_TEST_CATALOG names another snapshot whose templates are to be tried too, all of them;
FLYTEPLAN_TEST_EXAMPLES says how many overrides to try on each template.
"""

from __future__ import annotations

import os
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.task.task_definition_pb2 import TaskDetails
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from tests.parity.drawing import overrides
from tests.parity.law import judge
from tests.parity.planned import ROOT
from tests.parity.templates import generated, snapshot

EXAMPLES = int(os.environ.get("FLYTEPLAN_TEST_EXAMPLES", "12"))
SHIPPED = ROOT / "examples" / "catalog" / "tasks.jsonl"
NAMED = os.environ.get("FLYTEPLAN_TEST_CATALOG")


def _cases(path: Path) -> list[Any]:
    found = snapshot(path)
    return [pytest.param(details, id=f"{path.stem}-{number}-{_id(details)}") for number, details in enumerate(found, 1)]


def _id(details: TaskDetails) -> str:
    return f"{details.task_id.name}@{details.task_id.version}"


def _tally(details: st.SearchStrategy[TaskDetails], examples: int, name: str) -> Counter[str]:
    """Each template has a seed of its own: the same examples in every run, others for every template."""
    tally: Counter[str] = Counter()

    @seed(zlib.crc32(name.encode()))
    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(details=details, data=st.data())
    def try_one(details: TaskDetails, data: st.DataObject) -> None:
        tally[judge(details, data.draw(overrides(details)))] += 1

    try_one()
    return tally


@pytest.mark.parametrize("details", [*_cases(SHIPPED), *(_cases(Path(NAMED)) if NAMED else [])])
def test_replace_gives_the_bytes_of_the_sdk_on_a_deployed_template(details: TaskDetails) -> None:
    tally = _tally(st.just(details), EXAMPLES, _id(details))
    assert tally["same"] >= tally.total() // 12, tally


def test_replace_gives_the_bytes_of_the_sdk_on_templates_of_every_shape() -> None:
    tally = _tally(generated(), 60 * EXAMPLES, "generated")
    assert tally["same"] > tally.total() / 3, tally
