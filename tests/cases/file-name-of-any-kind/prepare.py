"""A line break in the name of a file must not make two lines of one problem."""

from pathlib import Path

Path("manifests").mkdir()
Path("manifests/a\nb.yaml").write_text("kind: TaskOverride\n", "utf-8")
