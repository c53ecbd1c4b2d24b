"""Changes against policies and guards: what is denied, warned of, and excused, and what an apply may not do."""

from flyteplan.policy.among import ended, wrong_among
from flyteplan.policy.comparing import rule_changes
from flyteplan.policy.guards import Guarded, breaches, guarded
from flyteplan.policy.judging import at, decisions, in_order
from flyteplan.policy.targetchanges import target_changes

__all__ = [
    "Guarded",
    "at",
    "breaches",
    "decisions",
    "ended",
    "guarded",
    "in_order",
    "rule_changes",
    "target_changes",
    "wrong_among",
]
