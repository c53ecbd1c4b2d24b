"""A task that awaits other tasks with the overrides of the manifests.

    flyte deploy --root-dir . --version v3 examples/on_flyte/retrain.py env

`include` puts the manifests into the code bundle, so a run goes by the ones that were deployed with it. One of them
asks for the `current` version of its task: the one that this task has itself, so both are deployed under one version.
"""

from __future__ import annotations

from pathlib import Path

import flyte

import flyteplan.flyte

env = flyte.TaskEnvironment(
    name="retrain",
    description="Trains the ranking model as the manifests say, and tells how good it is.",
    image=flyte.Image.from_debian_base(name="retrain").with_pip_packages("flyteplan[flyte]"),
    include=("../../flyteplan.yaml", "../../manifests"),
)


@env.task
async def retrain(dataset: str, target: str = "local") -> float:
    """Train the model, and evaluate it.

    Args:
        dataset: Name of the data set to train on.
        target: The target of flyteplan.yaml whose manifests are read.
    """
    # The templates are those of the platform that this task runs on, whatever catalog the target names.
    plan = await flyteplan.flyte.load.aio(
        folder=Path(__file__).parent, target=target, select="training.*", in_cluster=True
    )
    weights = await plan["train-model"](dataset=dataset)
    error: float = await plan["evaluate-model"](weights=weights)
    return error
