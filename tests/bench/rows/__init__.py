"""What is measured, row by row."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench.rows import growing, online, planning, starting, validating
from tests.bench.rows.setting import Row, Setting

__all__ = ["ONLINE", "ROWS", "Row", "Setting"]

ROWS: Mapping[int, Row] = {
    1: validating.in_process,
    2: validating.on_all_cores,
    3: validating.against_check_jsonschema,
    4: validating.against_kubeconform,
    5: validating.with_faults,
    6: planning.against_validate,
    7: planning.against_a_naive_planner,
    8: planning.against_the_sdk,
    9: online.of_pinned_tasks,
    10: online.of_latest_tasks,
    11: starting.of_help,
    12: starting.of_one_file,
    13: growing.of_memory,
    14: growing.of_time,
    15: planning.of_a_difference,
    16: online.of_an_apply,
}
# They take a server, and much longer than the others.
ONLINE = (9, 10, 16)
