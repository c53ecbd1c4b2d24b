"""gRPC, told before it starts to keep its own log to itself: what matters of it comes back as an error."""

from __future__ import annotations

import os

os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc  # it reads the variable when it is imported

__all__ = ["grpc"]
