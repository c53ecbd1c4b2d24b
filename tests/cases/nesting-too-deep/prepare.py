"""Five thousand levels of nesting: more than a parser that calls itself can take."""

from pathlib import Path

Path("manifest.yaml").write_text("spec:\n  task: " + "[" * 5000 + "]" * 5000 + "\n", "utf-8")
