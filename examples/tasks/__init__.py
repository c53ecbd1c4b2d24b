"""Flyte 2 tasks of an imaginary shop, small enough to read. `examples/serialize.py` makes the catalog from them."""
