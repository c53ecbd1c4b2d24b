"""A Flyte backend over gRPC: how to reach it, how to log in, and its tasks as a catalog."""
