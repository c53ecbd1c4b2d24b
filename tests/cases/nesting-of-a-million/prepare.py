"""A million levels, in each of the three ways to write them."""

from pathlib import Path

Path("manifest.yaml").write_text("[" * 1_000_000, "utf-8")
Path("blocks.yaml").write_text("- " * 1_000_000 + "x\n", "utf-8")
Path("manifest.json").write_text('{"a":' * 1_000_000 + "1" + "}" * 1_000_000, "utf-8")
