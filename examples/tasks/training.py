"""Training on GPUs: a whole device for the large model, a slice of one for the small head."""

from __future__ import annotations

import random
from datetime import timedelta

import flyte

IMAGE = flyte.Image.from_base("registry.example.com/acme/training:1.6.0")

env = flyte.TaskEnvironment(
    name="training",
    description="Trains and evaluates the ranking model.",
    image=IMAGE,
    resources=flyte.Resources(cpu=("4", "8"), memory=("16Gi", "32Gi"), gpu="A100:1", disk="50Gi", shm="auto"),
    env_vars={"LOG_LEVEL": "INFO", "NCCL_DEBUG": "WARN", "TOKENIZERS_PARALLELISM": "false"},
    secrets=[flyte.Secret(key="hf-token", as_env_var="HF_TOKEN")],
    service_account="trainer",
)

finetune_env = flyte.TaskEnvironment(
    name="finetune",
    description="Fits small heads on a slice of a GPU.",
    image=IMAGE,
    resources=flyte.Resources(cpu=2, memory="8Gi", gpu=flyte.GPU("A100", 1, partition="1g.5gb")),
    env_vars={"LOG_LEVEL": "INFO"},
    secrets=[flyte.Secret(key="wandb", group="ml", as_env_var="WANDB_API_KEY")],
)


def _points(count: int, seed: int) -> list[tuple[float, float]]:
    """Noisy points around y = 3x + 1."""
    source = random.Random(seed)
    return [(x, 3 * x + 1 + source.gauss(0, 0.1)) for x in (source.random() for _ in range(count))]


@env.task(
    retries=flyte.RetryStrategy(
        count=2,
        backoff=flyte.Backoff(base=timedelta(seconds=30), factor=2.0, cap=timedelta(minutes=10)),
    ),
    timeout=flyte.Timeout(
        max_runtime=timedelta(hours=4),
        max_queued_time=timedelta(minutes=30),
        deadline=timedelta(hours=12),
    ),
)
async def train_model(dataset: str, epochs: int = 20, learning_rate: float = 0.1, seed: int = 7) -> dict[str, float]:
    """Fit the ranking model.

    Gradient descent, one step an epoch. The same seed gives the same weights.

    Args:
        dataset: Name of the data set to train on.
        epochs: How often the data is gone through.
        learning_rate: How far one step goes.
        seed: Where the random numbers start.
    """
    points = _points(200, seed + len(dataset))
    slope = offset = 0.0
    for _ in range(epochs):
        errors = [(slope * x + offset - y, x) for x, y in points]
        slope -= learning_rate * sum(error * x for error, x in errors) / len(errors)
        offset -= learning_rate * sum(error for error, _ in errors) / len(errors)
    return {"slope": slope, "offset": offset}


@env.task(timeout=timedelta(minutes=30))
async def evaluate_model(weights: dict[str, float], seed: int = 11) -> float:
    """Mean squared error of the model on points that it has not seen."""
    points = _points(50, seed)
    return sum((weights["slope"] * x + weights["offset"] - y) ** 2 for x, y in points) / len(points)


@finetune_env.task(retries=1, timeout=flyte.Timeout(max_runtime=timedelta(hours=1)))
async def fit_head(labels: list[int], steps: int = 100) -> float:
    """Fit the bias of a classifier head to its labels, and return it."""
    bias = 0.0
    for _ in range(steps):
        bias += 0.1 * (sum(labels) / max(len(labels), 1) - bias)
    return bias
