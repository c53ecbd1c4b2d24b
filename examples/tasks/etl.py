"""A nightly ETL: two extracts, a clean-up, a join, and the entrypoint that runs them."""

from __future__ import annotations

from datetime import timedelta

import flyte

env = flyte.TaskEnvironment(
    name="etl",
    description="Turns orders and customers into one revenue table.",
    image=flyte.Image.from_base("registry.example.com/acme/etl:3.2.0"),
    resources=flyte.Resources(cpu=("1", "4"), memory=("2Gi", "4Gi")),
    env_vars={"LOG_LEVEL": "INFO", "WAREHOUSE": "s3://acme-warehouse", "LEGACY_READER": "1"},
    secrets=[flyte.Secret(key="warehouse-dsn", as_env_var="WAREHOUSE_DSN")],
)

Row = dict[str, str]


@env.task(retries=1, timeout=timedelta(minutes=20))
async def extract_orders(day: str, limit: int = 1000) -> list[Row]:
    """Read the orders of one day."""
    return [{"order": f"{day}-{nr}", "customer": str(nr % 7), "cents": str(100 + nr)} for nr in range(limit)]


@env.task(retries=1, timeout=timedelta(minutes=20))
async def extract_customers(day: str) -> list[Row]:
    """Read the customers as they were on one day."""
    return [{"customer": str(nr), "country": ("DE", "US", "JP")[nr % 3]} for nr in range(7)]


@env.task(retries=1)
async def clean(rows: list[Row]) -> list[Row]:
    """Drop rows with an empty value, and the blanks around the others."""
    stripped = [{key: value.strip() for key, value in row.items()} for row in rows]
    return [row for row in stripped if all(row.values())]


@env.task
async def join(orders: list[Row], customers: list[Row]) -> dict[str, int]:
    """Revenue in cents by country."""
    countries = {row["customer"]: row["country"] for row in customers}
    revenue: dict[str, int] = {}
    for order in orders:
        country = countries.get(order["customer"], "unknown")
        revenue[country] = revenue.get(country, 0) + int(order["cents"])
    return revenue


@env.task(
    entrypoint=True,
    triggers=(
        flyte.Trigger(name="nightly", automation=flyte.Cron("0 2 * * *"), inputs={"day": "yesterday"}),
        flyte.Trigger(
            name="backfill",
            automation=flyte.FixedRate(interval_minutes=60),
            inputs={"day": "oldest"},
            auto_activate=False,
        ),
    ),
)
async def pipeline(day: str, limit: int = 1000) -> dict[str, int]:
    """Extract, clean and join one day.

    Args:
        day: The day as ISO 8601, or `yesterday`, or `oldest`.
        limit: How many orders to read at most.
    """
    orders = await clean(await extract_orders(day, limit))
    return await join(orders, await clean(await extract_customers(day)))
