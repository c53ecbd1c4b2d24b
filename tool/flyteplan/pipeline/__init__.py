"""The order of the stages.

    manifest files -> documents -> manifests -> groups -> intents -> resolutions -> desired specs -> changes -> plan
         load          validate                 resolve                  (lock)      override    diff, plan

`reading` has the first part, which needs no catalog; `planning` has the whole on one screen. Every stage returns its
problems as data, and a plan is made only when none of them is an error. `judging` holds a plan to the policies and the
guards of its target. `locking` and `importing` go the same way to other ends; `applying` and `reporting` go on where a
plan ends, and so does `calling`, in a running task. `history` tells what was applied.
"""

from __future__ import annotations

from flyteplan.apply import Pace
from flyteplan.pipeline.applying import restored, submit
from flyteplan.pipeline.calling import resumed
from flyteplan.pipeline.choice import Choice
from flyteplan.pipeline.comparing import Compared, Side, compare
from flyteplan.pipeline.following import follow
from flyteplan.pipeline.history import Wanted, history
from flyteplan.pipeline.importing import written
from flyteplan.pipeline.judging import Policies, Rulebook, check_policies, judge, outdated, read_policies
from flyteplan.pipeline.locking import Relocked, relock
from flyteplan.pipeline.planning import Planned, plan
from flyteplan.pipeline.policytesting import try_case, try_manifests
from flyteplan.pipeline.reading import Known, Manifests, validate
from flyteplan.pipeline.recalling import recalled
from flyteplan.pipeline.reporting import report

__all__ = [
    "Choice",
    "Compared",
    "Known",
    "Manifests",
    "Pace",
    "Planned",
    "Policies",
    "Relocked",
    "Rulebook",
    "Side",
    "Wanted",
    "check_policies",
    "compare",
    "follow",
    "history",
    "judge",
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
