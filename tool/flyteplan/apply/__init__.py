"""Changes -> derived versions and runs, one event a change: each is looked at again, submitted, and read back."""

from __future__ import annotations

from flyteplan.apply.derived import own_tags
from flyteplan.apply.guards import refused
from flyteplan.apply.present import Present, look
from flyteplan.apply.standing import moved
from flyteplan.apply.submitting import Pace, apply

__all__ = ["Pace", "Present", "apply", "look", "moved", "own_tags", "refused"]
