"""The ledger of a workspace: one file an apply in `.flyteplan/history/`, one line an event, each as it happens.

Two applies at once have two files. What is in them is in the schema `history.v1.schema.json`; no value of a setting is.
"""

from __future__ import annotations

from flyteplan.files.ledger.reading import read_ledgers
from flyteplan.files.ledger.writing import LedgerFile

__all__ = ["LedgerFile", "read_ledgers"]
