"""Changes + the tags of what is live -> how each task stands, and that as JSON.

A task has one state. Where several hold, all of them are reasons, and the first in this order is the state:

1. `in step`: live is as desired, whoever made it so. Then nothing else is a reason, for there is nothing to do.
2. `no manifest`: live is ours, and no manifest speaks of the task any more. Not where live is as its base already.
3. `edited by hand`: live is a derived version whose spec is not the one that its digest tag tells, or one that does
   not carry our tags: another owner's, another target's, nobody's.
4. `same version, other spec`: live is ours, and its base was deployed again under its name with another spec.
5. `newer base deployed`: live is a base that is newer than our derived version, which nobody sees any more; or live is
   ours, and `latest` or `current` has become another base. Where a manifest or the lock pins that other base, it is a
   change in Git.
6. `changed in Git`: live is ours, as it was applied and from the base that is still meant; manifests want another spec.
7. `never applied`: live is a base, and no newest derived version of ours is older than it. One that `apply --prune`
   made does not count: it was as its base.

Runs have no status: a run is an event, which has happened or not, and nothing can drift from it afterwards.
`flyteplan runs` lists them. Manifests that submit nothing have none either.
"""

from __future__ import annotations

from flyteplan.status.document import StatusDocument, document
from flyteplan.status.judging import judge

__all__ = ["StatusDocument", "document", "judge"]
