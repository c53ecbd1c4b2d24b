"""Files of a revision, from Git's objects: nothing is checked out, and no file of the work tree is touched."""

from __future__ import annotations

from flyteplan.files.git.reading import ABSENT, read_file, read_files
from flyteplan.files.git.revisions import Revision, open_revision

__all__ = ["ABSENT", "Revision", "open_revision", "read_file", "read_files"]
