"""Where Flyte servers are known to differ, as values."""

from __future__ import annotations

from flyteplan.record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """`duplicate_run` is the code that answers CreateRun for a name that is taken; OK means: with the old run.

    `unknown_task` is the code of CreateRun for a task_id that is not there. A server that `enforces_rules` refuses
    what breaks the rules that the protos declare (INVALID_ARGUMENT); another takes it.
    """

    name: str
    duplicate_run: str = "OK"
    unknown_task: str = "UNKNOWN"
    enforces_rules: bool = False


OPEN_SOURCE = Variant(name="open-source")
STRICT = Variant(name="strict", duplicate_run="ALREADY_EXISTS", unknown_task="NOT_FOUND", enforces_rules=True)
