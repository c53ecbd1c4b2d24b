"""A pod of several containers: the task, and a proxy beside it that serves the feature store."""

from __future__ import annotations

import flyte
from kubernetes.client import (
    V1Container,
    V1ContainerPort,
    V1EnvVar,
    V1EnvVarSource,
    V1ObjectFieldSelector,
    V1PodSpec,
    V1ResourceRequirements,
    V1Toleration,
)

DEVICE = {"smarter-devices/fuse": "1"}

pod = flyte.PodTemplate(
    primary_container_name="scorer",
    pod_spec=V1PodSpec(
        containers=[
            V1Container(
                name="scorer",
                env=[
                    V1EnvVar(name="FEATURE_STORE", value="localhost:6566"),
                    V1EnvVar(
                        name="NODE_NAME",
                        value_from=V1EnvVarSource(field_ref=V1ObjectFieldSelector(field_path="spec.nodeName")),
                    ),
                ],
                resources=V1ResourceRequirements(requests=DEVICE, limits=DEVICE),
            ),
            V1Container(
                name="feature-proxy",
                image="registry.example.com/acme/feature-proxy:2.4",
                args=["--listen", ":6566"],
                ports=[V1ContainerPort(container_port=6566)],
                resources=V1ResourceRequirements(requests={"cpu": "250m", "memory": "256Mi"}),
            ),
        ],
        tolerations=[V1Toleration(key="batch", operator="Exists", effect="NoSchedule")],
    ),
    labels={"team": "ranking"},
    annotations={"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"},
)

env = flyte.TaskEnvironment(
    name="scoring",
    description="Scores a batch of visitors against the feature store.",
    image=flyte.Image.from_base("registry.example.com/acme/scoring:5.0.1"),
    resources=flyte.Resources(cpu=("2", "2"), memory=("4Gi", "6Gi")),
    env_vars={"LOG_LEVEL": "INFO", "SCORE_THRESHOLD": "0.5"},
    pod_template=pod,
)


@env.task(retries=3)
async def batch_score(visitors: list[str], threshold: float = 0.5) -> dict[str, float]:
    """The visitors whose score reaches the threshold."""
    scores = {visitor: sum(visitor.encode()) % 100 / 100 for visitor in visitors}
    return {visitor: score for visitor, score in scores.items() if score >= threshold}
