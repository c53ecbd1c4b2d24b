"""A reuse pool: containers that stay warm, shared by all tasks of the environment."""

from __future__ import annotations

from datetime import timedelta

import flyte

env = flyte.TaskEnvironment(
    name="inference",
    description="Short calls that would wait longer for a container than they run.",
    image=flyte.Image.from_base("registry.example.com/acme/inference:4.3.0"),
    resources=flyte.Resources(cpu=2, memory="4Gi", gpu="T4:1"),
    env_vars={"LOG_LEVEL": "INFO", "MODEL": "tiny-2"},
    secrets=[flyte.Secret(key="hf-token", as_env_var="HF_TOKEN")],
    reusable=flyte.ReusePolicy(
        replicas=(1, 4),
        concurrency=2,
        idle_ttl=timedelta(minutes=10),
        scaledown_ttl=timedelta(minutes=2),
    ),
)


@env.task
async def classify(text: str) -> str:
    """`question`, `shout` or `statement`, by how the text ends."""
    return {"?": "question", "!": "shout"}.get(text.strip()[-1:], "statement")


@env.task(retries=2)
async def summarize(text: str, words: int = 10) -> str:
    """The first words of a text."""
    return " ".join(text.split()[:words])
