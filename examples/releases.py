"""What was deployed when.

`tasks/` holds every task as its newest version has it; how older versions differed is told here. The times are made
up. A release is deployed to `development` first and promoted to `production` later, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import flyte

from tasks import etl, features, inference, media, parameters, reporting, scoring, training


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of all tasks of an environment.

    `tag` is that of the image, `deployed` the time by domain (RFC 3339), `was` the attributes of task objects that
    differed then, by function name (`*`: all of them), `lacked` the inputs that came later.
    """

    version: str
    tag: str
    deployed: Mapping[str, str]
    was: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lacked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def attributes(self, function: str) -> dict[str, Any]:
        """What to set on the task of this function to have it as it was; the more specific wins."""
        return {**self.was.get("*", {}), **self.was.get(function, {})}


def _development(day: str) -> dict[str, str]:
    return {"development": f"{day}T09:00:00Z"}


def _promoted(day: str, promoted: str) -> dict[str, str]:
    return {**_development(day), "production": f"{promoted}T14:30:00Z"}


RELEASES: tuple[tuple[flyte.TaskEnvironment, tuple[Release, ...]], ...] = (
    (
        training.env,
        (
            Release(
                version="v1",
                tag="1.4.0",
                deployed=_promoted("2026-06-02", "2026-06-09"),
                was={
                    "*": {"resources": flyte.Resources(cpu="4", memory="16Gi", gpu="T4:1", shm="auto")},
                    "train_model": {"retries": flyte.RetryStrategy(count=1), "timeout": 14400},
                },
                lacked={"train_model": ("seed",)},
            ),
            Release(
                version="v2",
                tag="1.5.2",
                deployed=_promoted("2026-08-04", "2026-08-18"),
                was={"train_model": {"timeout": flyte.Timeout(max_runtime=14400, deadline=43200)}},
            ),
            Release(version="v3", tag="1.6.0", deployed=_development("2026-10-06")),
        ),
    ),
    (
        training.finetune_env,
        (
            Release(
                version="v1",
                tag="1.5.2",
                deployed=_development("2026-08-04"),
                was={"fit_head": {"resources": flyte.Resources(cpu=2, memory="8Gi", gpu="A100:1")}},
            ),
            Release(version="v2", tag="1.6.0", deployed=_promoted("2026-10-06", "2026-10-13")),
        ),
    ),
    (
        etl.env,
        (
            Release(
                version="v1",
                tag="3.0.0",
                deployed=_development("2026-05-11"),
                was={
                    "*": {"resources": flyte.Resources(cpu="500m", memory="1Gi")},
                    "pipeline": {"triggers": ()},
                },
                lacked={"extract_orders": ("limit",), "pipeline": ("limit",)},
            ),
            Release(
                version="v2",
                tag="3.1.4",
                deployed=_promoted("2026-07-13", "2026-07-20"),
                was={"pipeline": {"triggers": etl.pipeline.triggers[:1]}},
            ),
            Release(version="v3", tag="3.2.0", deployed=_promoted("2026-09-21", "2026-10-05")),
        ),
    ),
    (
        features.env,
        (
            Release(
                version="v1",
                tag="0.8.0",
                deployed=_development("2026-06-22"),
                was={
                    "embed_texts": {"cache": flyte.Cache("override", version_override="embeddings-1")},
                    "normalize": {"cache": flyte.Cache("disable")},
                },
                lacked={"embed_texts": ("request_id",)},
            ),
            Release(
                version="v2",
                tag="0.9.0",
                deployed=_promoted("2026-08-24", "2026-08-31"),
                was={
                    "embed_texts": {"cache": flyte.Cache("override", version_override="embeddings-2", serialize=True)},
                },
            ),
            Release(version="v3", tag="0.9.2", deployed=_development("2026-10-19")),
        ),
    ),
    (
        scoring.env,
        (
            Release(
                version="v1",
                tag="4.7.0",
                deployed=_development("2026-06-15"),
                was={
                    "batch_score": {
                        "env_vars": {"LOG_LEVEL": "INFO"},
                        "retries": flyte.RetryStrategy(count=1),
                    },
                },
                lacked={"batch_score": ("threshold",)},
            ),
            Release(version="v2", tag="5.0.0", deployed=_promoted("2026-09-07", "2026-09-14")),
            Release(version="v3", tag="5.0.1", deployed=_promoted("2026-10-12", "2026-10-26")),
        ),
    ),
    (
        media.env,
        (
            Release(
                version="v1",
                tag="7.1.0",
                deployed=_development("2026-07-01"),
                was={"*": {"resources": flyte.Resources(cpu=1, memory="512Mi", disk="5Gi")}},
            ),
            Release(version="v2", tag="7.1.2", deployed=_promoted("2026-09-02", "2026-09-03")),
        ),
    ),
    (
        reporting.env,
        (
            Release(
                version="v1",
                tag="2.0.0",
                deployed=_development("2026-07-06"),
                was={"daily_report": {"triggers": (), "retries": flyte.RetryStrategy(count=0)}},
                lacked={"daily_report": ("recipients",)},
            ),
            Release(version="v2", tag="2.1.0", deployed=_promoted("2026-09-28", "2026-10-05")),
        ),
    ),
    (
        inference.env,
        (
            Release(
                version="v1",
                tag="4.1.0",
                deployed=_development("2026-06-29"),
                was={"*": {"resources": flyte.Resources(cpu=1, memory="2Gi", gpu="T4:1")}},
            ),
            Release(
                version="v2",
                tag="4.2.0",
                deployed=_promoted("2026-08-10", "2026-08-17"),
                was={"*": {"reusable": flyte.ReusePolicy(replicas=2, concurrency=2, idle_ttl=300)}},
            ),
            Release(version="v3", tag="4.3.0", deployed=_promoted("2026-10-05", "2026-10-19")),
        ),
    ),
    (
        parameters.env,
        (
            Release(
                version="v1",
                tag="1.0",
                deployed=_development("2026-05-04"),
                lacked={"show": ("window", "weights", "limit")},
            ),
            Release(version="v2", tag="1.1", deployed=_development("2026-08-03")),
        ),
    ),
)
