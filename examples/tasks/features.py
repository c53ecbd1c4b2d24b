"""Cached tasks: one whose version its author bumps by hand, one whose version follows its code."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import flyte

env = flyte.TaskEnvironment(
    name="features",
    description="Features that are dear to compute and cheap to keep.",
    image=flyte.Image.from_base("registry.example.com/acme/features:0.9.2"),
    resources=flyte.Resources(cpu=("2", "4"), memory=("4Gi", "8Gi")),
    env_vars={"LOG_LEVEL": "INFO", "BATCH_SIZE": "64"},
)


@env.task(
    cache=flyte.Cache(
        "override",
        version_override="embeddings-3",
        serialize=True,
        ignored_inputs=("request_id",),
        max_age=timedelta(days=7),
    ),
    retries=2,
)
async def embed_texts(texts: list[str], dimensions: int = 8, request_id: str = "") -> list[list[float]]:
    """One vector a text: the bytes of its hash, scaled to 0..1."""
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return [[byte / 255 for byte in digest[:dimensions]] for digest in digests]


@env.task(cache="auto")
async def normalize(vector: list[float]) -> list[float]:
    """Scale a vector to length 1; the zero vector stays as it is."""
    length = sum(value * value for value in vector) ** 0.5
    return [value / length for value in vector] if length else vector
