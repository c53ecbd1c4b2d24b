"""Pages for the tests: plans of any size, drawn with the files of the package."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.comparison import REVISIONS, Comparison, Names
from flyteplan.model.plan import Change, Field, Loser, Note, Plan, Source, Submit
from flyteplan.model.rulechange import RuleChange
from flyteplan.model.settings import Selector
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.plan.comparison import comparison
from flyteplan.plan.document import digest, document
from flyteplan.render.html import Assets, Link, compared_html, html

FOLDER = Path(__file__).parents[1] / "tool" / "flyteplan" / "render" / "html"
ASSETS = Assets(
    template=(FOLDER / "page.html").read_text("utf-8"),
    style=(FOLDER / "page.css").read_text("utf-8"),
    script=(FOLDER / "page.js").read_text("utf-8"),
)
GI = 2**30 * 10**9
CORE = 10**9
BASE, PRODUCTION = "manifests/base", "manifests/production"
EFFECTS = {
    "resources.requests.cpu": ("capacity",),
    "resources.requests.memory": ("capacity",),
    "resources.requests.gpu": ("capacity", "behaviour"),
    "cache.version_override": ("recompute", "identity"),
    "retries.count": ("behaviour",),
}


def field(path: str, live: Any, desired: Any, at: str = f"{BASE}/etl.yaml:14", **more: Any) -> Field:
    file, _, line = at.rpartition(":")
    position = Position(file, int(line)) if at else None
    values = {"path": path, "base": live, "live": live, "desired": desired, "set_by": position}
    return Field(**{**values, "effects": EFFECTS.get(path, ()) if live != desired else (), **more})


def change(name: str, *fields: Field, **more: Any) -> Change:
    values: dict[str, Any] = {
        "org": "",
        "task": TaskVersion(TaskName("flytesnacks", "development", name), "v3"),
        "live_version": "v3",
        "selector": Selector(auto_version="latest"),
        "strategy": "merge",
        "action": "update" if fields else "unchanged",
        "manifests": (Source(name="etl", position=Position(f"{BASE}/etl.yaml", 4)),),
        "fields": fields,
        "base_digest": "sha256:1",
        "live_digest": "sha256:1",
        "desired_digest": "sha256:2",
        "submit": Submit(kind="version", name="v3.2222222222.flyteplan", state="new"),
        "unchanged": 9,
    }
    return Change(**{**values, **more})


def plan(changes: Iterable[Change]) -> Plan:
    return Plan(
        target="local",
        catalog="examples/catalog",
        org="",
        project="flytesnacks",
        domain="development",
        changes=tuple(changes),
    )


def few() -> Plan:
    """Three changes of which each has something of its own: a loser, a lost GPU, a run."""
    loser = Loser(position=Position(f"{BASE}/etl.yaml", 9), value="6Gi")
    return plan(
        [
            change(
                "etl.extract_orders",
                field("resources.requests.memory", "4Gi", "8Gi", f"{PRODUCTION}/etl.yaml:14", overridden=(loser,)),
                field("retries.count", 1, 3, f"{BASE}/etl.yaml:9"),
                field("timeout.max_runtime", "2h", "2h", f"{BASE}/etl.yaml:10", base="1h"),
                manifests=(
                    Source(name="etl", position=Position(f"{BASE}/etl.yaml", 4)),
                    Source(name="etl", position=Position(f"{PRODUCTION}/etl.yaml", 4)),
                ),
                triggers=(Trigger(name="nightly", active=True),),
                notes=(Note(code="not-honoured-timeout", message="timeouts are stored but not honoured"),),
                requests={"cpu": (2 * CORE, 2 * CORE), "memory": (4 * GI, 8 * GI)},
            ),
            change(
                "features.build_matrix",
                field("resources.requests.cpu", "2", "6", f"{PRODUCTION}/features.yaml:22"),
                field("resources.requests.gpu", "1", None, f"{PRODUCTION}/features.yaml:21", collateral=True),
                strategy="replace",
                manifests=(Source(name="features", position=Position(f"{PRODUCTION}/features.yaml", 4)),),
                requests={"cpu": (2 * CORE, 6 * CORE), "gpu": (CORE, 0)},
            ),
            change(
                "training.train_model",
                field("cache.version_override", "v3", "v4", f"{BASE}/training.yaml:31"),
                action="run",
                manifests=(Source(name="smoke", position=Position(f"{BASE}/training.yaml", 4)),),
                submit=Submit(kind="run", name="fp-k3q2", state="new", call=(("inputs", {"epochs": 3}),)),
            ),
        ]
    )


def many(count: int) -> Plan:
    """As many changes of five fields each, no two alike."""
    return plan(_one_of_many(number) for number in range(count))


def _one_of_many(number: int) -> Change:
    area = ("etl", "features", "training")[number % 3]
    base, production = f"{BASE}/{area}.yaml", f"{PRODUCTION}/{area}.yaml"
    memory = field("resources.requests.memory", "4Gi", "8Gi", f"{base}:12", collateral=number % 100 == 0)
    loser = Loser(position=Position(base, number + 9), value="2")
    return change(
        f"{area}.transform_{number:04}",
        field("env_vars.BATCH_SIZE", "64", str(number + 100), f"{base}:{number + 15}"),
        field("resources.limits.cpu", "4", "6", f"{production}:{number + 12}"),
        field("resources.requests.cpu", "1", "3", f"{production}:{number + 12}", overridden=(loser,)),
        memory,
        field("retries.count", 1, 3, f"{base}:{number + 14}"),
        manifests=(
            Source(name=f"{area}-defaults", position=Position(base, number + 4)),
            Source(name=f"{area}-defaults", position=Position(production, number + 4)),
        ),
        requests={"cpu": (CORE, 3 * CORE), "memory": (4 * GI, 8 * GI)},
        submit=Submit(kind="version", name=f"v3.{number:010x}.flyteplan", state="new"),
    )


def drawn(made: Plan, **more: Any) -> str:
    return html(made, document(made), ASSETS, **more)


def two() -> Comparison:
    """A pull request that changes one task, brings one that loses its GPU and a run, takes one away, and a rule."""
    older, newer = few(), few()
    extract, matrix, train = newer.changes
    train = replace(train, cached=True)
    changed = replace(extract, fields=(extract.fields[0]._replace(desired="12Gi"), *extract.fields[1:]))
    gone = change("etl.gone", field("retries.count", 1, 3))
    return comparison(
        replace(older, changes=(extract, gone)),
        replace(newer, changes=(changed, matrix, train)),
        kind=REVISIONS,
        base="main",
        label="main:",
        names=Names(added=("features", "smoke"), removed=("gone",)),
        rules=(
            RuleChange(
                what="rule",
                name="max-memory",
                state="changed",
                bearing="loosened",
                was_at=Position("main:policies/limits.yaml", 9),
                at=Position("policies/limits.yaml", 9),
                details=("resources.memory: max 64Gi -> 128Gi",),
            ),
        ),
    )


def drawn_two(of: Comparison, **more: Any) -> str:
    return compared_html(of, (digest(of.before), digest(of.after)), ASSETS, **more)


def linked(position: Position) -> str:
    return f"https://forge.example/acme/ml/blob/51ef0b7/{position.path}#L{position.line}"


LINK: Link = linked
