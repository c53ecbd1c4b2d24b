"""A file that is no manifest, beside one that is."""

from pathlib import Path

block = b"# " + b"x" * 1021 + b"\n"
Path("manifests/large.yaml").write_bytes(block * (50 * 1024))
