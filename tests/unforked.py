"""`python -m tests.unforked plan`: flyteplan as on systems that have no whole copies of a process."""

from __future__ import annotations

from flyteplan import shard
from flyteplan.__main__ import main
from flyteplan.shard import relayed

if __name__ == "__main__":
    for module in (shard, relayed):
        vars(module)["can_fork"] = lambda: False
    # Fewer files are worth a process than there are elsewhere.
    shard._WORTH_A_SPAWN = 100
    main()
