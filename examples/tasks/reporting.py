"""A task with a schedule: the report that everybody finds in the morning."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  the SDK reads the annotations when it imports the module

import flyte

env = flyte.TaskEnvironment(
    name="reporting",
    description="The daily numbers.",
    image=flyte.Image.from_base("registry.example.com/acme/reporting:2.1.0"),
    resources=flyte.Resources(cpu=("500m", "1"), memory=("512Mi", "1Gi")),
    env_vars={"LOG_LEVEL": "INFO", "REPORT_FORMAT": "text", "CURRENCY": "EUR"},
    secrets=[flyte.Secret(key="smtp-password", as_env_var="SMTP_PASSWORD")],
    interruptible=True,
)


@env.task(
    report=True,
    retries=2,
    pod_template="reporting-pods",
    triggers=flyte.Trigger(
        name="weekday-mornings",
        automation=flyte.Cron("30 6 * * 1-5", timezone="Europe/Berlin"),
        inputs={"at": flyte.TriggerTime},
        description="Before the first coffee.",
    ),
)
async def daily_report(at: datetime, recipients: list[str] | None = None) -> str:
    """The subject line of the report.

    Args:
        at: When the report was asked for.
        recipients: Who gets it; nobody but the archive when left out.
    """
    return f"Numbers of {at:%Y-%m-%d} for {len(recipients or [])} recipients"
