"""One resolution and its desired spec -> one change."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from typing import Any

from flyteplan.diff import differences, digest
from flyteplan.model.plan import Change, Field, Note, Source, Submit
from flyteplan.model.resolution import Desired, Intent, Resolution
from flyteplan.model.settings import Settings
from flyteplan.model.task import TaskVersion, Template
from flyteplan.plan.fields import fields
from flyteplan.plan.names import derived_version, run_name
from flyteplan.plan.totals import pool, replicas, requests, settable

Call = tuple[tuple[str, Any], ...]


def change(org: str, resolution: Resolution, desired: Desired | None, taken: Collection[str]) -> Change:
    """What becomes of one task. *desired* is None when the version is known in a task only.

    *taken* are the versions that the task has; none are needed unless it `takes_a_name`.
    """
    if resolution.base is None or resolution.live is None or desired is None:
        return _deferred(org, resolution.intent)
    return _Planned(resolution, resolution.base, resolution.live, desired, taken).change(org)


def takes_a_name(resolution: Resolution, desired: Desired) -> bool:
    """Whether a new version is made whose name an older one may have.

    A base that is live itself has no derived versions: they would be newer.
    """
    base, live = resolution.base, resolution.live
    if resolution.intent.kind != "version" or base is None or live is None or base.key == live.key:
        return False
    return digest(live.spec) != digest(desired.spec)


def _deferred(org: str, intent: Intent) -> Change:
    return Change(
        org=org,
        task=TaskVersion(intent.task, ""),
        live_version="",
        selector=intent.selector,
        strategy=intent.strategy,
        action="resolve",
        manifests=_sources(intent),
        fields=(),
        base_digest="",
        live_digest="",
        desired_digest="",
        submit=Submit(kind="none"),
        settings=intent.settings.items,
        deferred=True,
    )


def _sources(intent: Intent) -> tuple[Source, ...]:
    found = {
        Source(name=manifest.name, position=manifest.position, labels=tuple(sorted(manifest.labels)))
        for manifest in intent.group.manifests
    }
    return tuple(sorted(found, key=lambda source: source.position))


class _Planned:
    """The parts of one change, each made once."""

    def __init__(
        self, resolution: Resolution, base: Template, live: Template, desired: Desired, taken: Collection[str]
    ) -> None:
        self._resolution, self._intent, self._taken = resolution, resolution.intent, taken
        self._base, self._live, self._desired = base, live, desired.spec
        self._notes, self._call = desired.notes, desired.call + self._own_call()
        self._base_digest, self._desired_digest = digest(base.spec), digest(desired.spec)
        self._live_digest = self._base_digest if live is base else digest(live.spec)

    def _own_call(self) -> Call:
        """What a layer sets for a run says nothing about a version."""
        return _call(self._intent.settings) if self._intent.kind == "run" else ()

    def change(self, org: str) -> Change:
        found = self._fields()
        changed = sum(field.changes and not field.collateral for field in found)
        return Change(
            org=org,
            task=self._base.key,
            live_version=self._live.key.version,
            selector=self._intent.selector,
            strategy=self._intent.strategy,
            action=self._action(),
            manifests=_sources(self._intent),
            fields=found,
            base_digest=self._base_digest,
            live_digest=self._live_digest,
            desired_digest=self._desired_digest,
            submit=self._submit(),
            settings=self._intent.settings.items,
            triggers=self._resolution.triggers.known,
            other_triggers=self._resolution.triggers.others,
            unchanged=max(0, settable(self._desired) - changed),
            locked=self._resolution.locked,
            notes=(*self._notes, *self._own_notes()),
            requests=requests(self._live.spec, self._desired),
            replicas=replicas(self._desired.task_template),
            pools=(pool(self._live.spec), pool(self._desired)),
            desired=self._desired,
        )

    def _fields(self) -> tuple[Field, ...]:
        found = differences(self._base.spec, self._live.spec, self._desired)
        return fields(found, self._intent.settings, replace=self._intent.strategy == "replace")

    @property
    def _differs(self) -> bool:
        return self._live_digest != self._desired_digest

    def _action(self) -> str:
        if self._intent.kind == "version":
            return "update" if self._differs else "unchanged"
        return "run" if self._intent.kind == "run" else "resolve"

    def _submit(self) -> Submit:
        if self._intent.kind == "none":
            return Submit(kind="none", call=self._call)
        if self._intent.kind == "run":
            own = self._intent.settings.value("submit", "run", "name")
            name = own or run_name(self._base.key, self._desired_digest, self._call)
            return Submit(kind="run", name=name, state="new", call=self._call)
        triggers = self._intent.settings.value("submit", "triggers", default="keep")
        if not self._differs:
            return Submit(kind="version", name=self._live.key.version, state="live", triggers=triggers, call=self._call)
        name = derived_version(self._base.key.version, self._desired_digest, self._taken)
        return Submit(kind="version", name=name, state="new", triggers=triggers, call=self._call)

    def _own_notes(self) -> tuple[Note, ...]:
        if self._action() != "update":
            return self._newer_base_note()
        return (*self._trigger_note(), *self._older_base_note(), *self._newer_base_note())

    def _newer_base_note(self) -> tuple[Note, ...]:
        newest, name = self._resolution.newest_base, self._base.key.task.name
        if not self._resolution.locked or newest in ("", self._base.key.version):
            return ()
        message = f"{newest} was deployed since; flyteplan lock --upgrade {shlex.quote(name)} takes it"
        return (Note(code="newer-base", message=message),)

    def _trigger_note(self) -> tuple[Note, ...]:
        count = self._resolution.triggers.count
        retarget = self._intent.settings.value("submit", "triggers", default="keep") == "retarget"
        if retarget and not count:
            return (Note(code="no-triggers", message="submit.triggers: retarget finds no triggers to move"),)
        if not count or retarget:
            return ()
        what = "1 trigger goes" if count == 1 else f"{count} triggers go"
        message = f"{what} on running the version before this one; submit.triggers: retarget moves all"
        return (Note(code="triggers-kept", message=message, attention=True),)

    def _older_base_note(self) -> tuple[Note, ...]:
        newest, base = self._resolution.newest_base, self._base.key.version
        if newest in ("", base) or self._intent.settings.value("submit", "allow_older_base"):
            return ()
        message = (
            f"base {base} is older than {newest}: callers of latest would go back, and apply refuses it "
            "without submit.allow_older_base: true"
        )
        return (Note(code="older-base", message=message, attention=True),)


def _call(settings: Settings) -> Call:
    """Inputs and run settings, as written; nested ones as mappings, for they are data of the call and not ours."""
    found: dict[str, dict[str, Any]] = {}
    for item in (*settings.under("submit", "inputs"), *settings.under("submit", "run")):
        place: Any = found
        for part in item.path[1:-1]:
            place = place.setdefault(part, {})
        place[item.path[-1]] = item.value
    return tuple(sorted(found.items()))
