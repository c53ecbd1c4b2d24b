"""The order of the stages.

    manifest files -> documents -> manifests -> groups -> intents -> resolutions -> desired specs -> changes -> plan
         load          validate                 resolve                  (lock)      override    diff, plan

`reading` has the first part, which needs no catalog; `planning` has the whole on one screen. Every stage returns its
problems as data, and a plan is made only when none of them is an error. `judging` holds a plan to the policies and the
guards of its target. `locking` and `importing` go the same way to other ends; `applying` and `reporting` go on where a
plan ends, and so does `calling`, in a running task. `recounting` tells what was applied.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flyteplan.apply import Pace
    from flyteplan.pipeline.applying import restored, submit
    from flyteplan.pipeline.calling import resumed
    from flyteplan.pipeline.choice import Choice
    from flyteplan.pipeline.comparing import Compared, Side, compare
    from flyteplan.pipeline.following import follow
    from flyteplan.pipeline.importing import written
    from flyteplan.pipeline.joining import belonging, joined
    from flyteplan.pipeline.judging import (
        Heard,
        Policies,
        Rulebook,
        check_policies,
        heard,
        judge,
        judged,
        outdated,
        read_policies,
    )
    from flyteplan.pipeline.locking import Relocked, relock
    from flyteplan.pipeline.planning import Planned, Tell, plan
    from flyteplan.pipeline.policytesting import try_case, try_manifests
    from flyteplan.pipeline.reading import Known, Manifests, check, validate
    from flyteplan.pipeline.recalling import recalled
    from flyteplan.pipeline.recounting import Wanted, history
    from flyteplan.pipeline.reporting import report

__all__ = [
    "Choice",
    "Compared",
    "Heard",
    "Known",
    "Manifests",
    "Pace",
    "Planned",
    "Policies",
    "Relocked",
    "Rulebook",
    "Side",
    "Tell",
    "Wanted",
    "belonging",
    "check",
    "check_policies",
    "compare",
    "follow",
    "heard",
    "history",
    "joined",
    "judge",
    "judged",
    "outdated",
    "plan",
    "read_policies",
    "recalled",
    "relock",
    "report",
    "restored",
    "resumed",
    "submit",
    "try_case",
    "try_manifests",
    "validate",
    "written",
]

# Where each of them is. No command needs all of them, and importing all takes longer than validating a file.
_MODULES = {
    "Pace": "flyteplan.apply",
    **dict.fromkeys(("restored", "submit"), "flyteplan.pipeline.applying"),
    **dict.fromkeys(("resumed",), "flyteplan.pipeline.calling"),
    **dict.fromkeys(("Choice",), "flyteplan.pipeline.choice"),
    **dict.fromkeys(("Compared", "Side", "compare"), "flyteplan.pipeline.comparing"),
    **dict.fromkeys(("follow",), "flyteplan.pipeline.following"),
    **dict.fromkeys(("written",), "flyteplan.pipeline.importing"),
    **dict.fromkeys(
        ("Heard", "Policies", "Rulebook", "check_policies", "heard", "judge", "judged", "outdated", "read_policies"),
        "flyteplan.pipeline.judging",
    ),
    **dict.fromkeys(("belonging", "joined"), "flyteplan.pipeline.joining"),
    **dict.fromkeys(("Relocked", "relock"), "flyteplan.pipeline.locking"),
    **dict.fromkeys(("Planned", "Tell", "plan"), "flyteplan.pipeline.planning"),
    **dict.fromkeys(("try_case", "try_manifests"), "flyteplan.pipeline.policytesting"),
    **dict.fromkeys(("Known", "Manifests", "check", "validate"), "flyteplan.pipeline.reading"),
    **dict.fromkeys(("recalled",), "flyteplan.pipeline.recalling"),
    **dict.fromkeys(("Wanted", "history"), "flyteplan.pipeline.recounting"),
    **dict.fromkeys(("report",), "flyteplan.pipeline.reporting"),
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(import_module(_MODULES[name]), name)
