"""One resolution and its desired spec -> one change."""

from __future__ import annotations

from collections.abc import Collection
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from flyteplan.diff import Side, between, digest, side
from flyteplan.errors import Position
from flyteplan.model.manifest import Selection
from flyteplan.model.plan import Call, Change, Field, Source, Submit
from flyteplan.model.resolution import Desired, Intent, Resolution
from flyteplan.model.secrecy import Veil
from flyteplan.model.secrecy import veil as veil_over
from flyteplan.model.settings import Settings
from flyteplan.model.tags import sensitive_names
from flyteplan.model.task import TaskVersion, Template
from flyteplan.plan.fields import Ground, fields
from flyteplan.plan.names import derived_version, numbered, run_digest, run_name
from flyteplan.plan.notes import notes_of
from flyteplan.plan.totals import demand, requests, settable

if TYPE_CHECKING:
    from flyteidl2.task.common_pb2 import Inputs

    from flyteplan.model.manifest import Manifest
    from flyteplan.model.run import Naming


class Sides(NamedTuple):
    """Base, live and desired as a server stores them, with their digests."""

    base: Side
    live: Side
    desired: Side


def sides(resolution: Resolution, desired: Desired) -> Sides:
    """What a change is made of, found once for all who look at the digests."""
    base, live = resolution.base, resolution.live
    assert base is not None, "what is desired has a base"
    assert live is not None, "where there is a base, one version is live"
    before, after = side(base.spec), side(desired.spec)
    return Sides(before, before if live is base else side(live.spec), after)


def change(
    org: str,
    resolution: Resolution,
    desired: Desired | None,
    *,
    taken: Collection[str] = (),
    naming: Naming | None = None,
    inputs: Inputs | None = None,
    veil: Veil | None = None,
    compared: Sides | None = None,
) -> Change:
    """What becomes of one task. *desired* is None when the version is known in a task only.

    *taken* are the versions that the task has; none are needed unless it `takes_a_name`. *naming* and *inputs* are
    those of a run. *veil* is over what is sensitive in the whole plan, by default that of this task's own marks.
    *compared* are the `sides`, where somebody has them.
    """
    if resolution.base is None or resolution.live is None or desired is None:
        return _deferred(org, resolution.intent)
    found = compared or sides(resolution, desired)
    planned = _Planned(
        resolution, resolution.base, resolution.live, desired, found, taken=taken, naming=naming, veil=veil
    )
    return planned.change(org, inputs)


def naming(resolution: Resolution, desired: Desired, number: int = 1) -> Naming:
    """What a run will be called, and the digest of all that it is started for."""
    from flyteplan.model.run import Naming, RunName

    intent, base = resolution.intent, resolution.base
    assert base is not None, "a run has a version"
    digested = run_digest(base.key, digest(desired.spec), call(intent, desired), number)
    own = intent.settings.value("submit", "run", "name")
    name = numbered(own, number) if own else run_name(digested)
    return Naming(name=RunName(base.key.task.project, base.key.task.domain, name), digest=digested)


def takes_a_name(resolution: Resolution, compared: Sides) -> bool:
    """Whether a new version is made whose name an older one may have.

    A base that is live itself has no derived versions: they would be newer.
    """
    base, live = resolution.base, resolution.live
    if resolution.intent.kind != "version" or base is None or live is None or base.key == live.key:
        return False
    return compared.live.digest != compared.desired.digest


def _deferred(org: str, intent: Intent) -> Change:
    return Change(
        org=org,
        task=TaskVersion(intent.task, ""),
        live_version="",
        selector=intent.selector,
        strategy=intent.strategy,
        strategy_at=_strategy_at(intent),
        action="resolve",
        manifests=_sources(intent),
        fields=(),
        base_digest="",
        live_digest="",
        desired_digest="",
        submit=Submit(kind="none"),
        settings=intent.settings.items,
        deferred=True,
        secrecy=_own_veil(intent).of(intent.task, ""),
    )


def _sources(intent: Intent) -> tuple[Source, ...]:
    found = [_source(manifest) for manifest in intent.group.manifests]
    # One that speaks of the task twice is told once.
    return tuple(sorted(set(found), key=attrgetter("position")) if len(found) > 1 else found)


def _source(manifest: Manifest) -> Source:
    return Source(
        name=manifest.name,
        position=manifest.position,
        labels=tuple(sorted(manifest.labels)),
        selects=isinstance(manifest.reference, Selection),
    )


def _strategy_at(intent: Intent) -> Position | None:
    return next((one.strategy_at for one in reversed(intent.group.manifests) if one.strategy_at), None)


def _own_veil(intent: Intent) -> Veil:
    return veil_over("", [(intent.task, intent.settings)])


class _Planned:
    """The parts of one change, each made once."""

    def __init__(
        self,
        resolution: Resolution,
        base: Template,
        live: Template,
        desired: Desired,
        compared: Sides,
        *,
        taken: Collection[str],
        naming: Naming | None,
        veil: Veil | None,
    ) -> None:
        self._resolution, self._intent, self._taken, self._naming = resolution, resolution.intent, taken, naming
        self._base, self._live, self._desired = base, live, desired.spec
        self._notes, self._call = desired.notes, call(resolution.intent, desired)
        self._sides = compared
        self._base_digest, self._live_digest, self._desired_digest = [one.digest for one in compared]
        over = veil or _own_veil(self._intent)
        self._secrecy = over.of(base.key.task, self._base_digest, sensitive_names(base, live))
        # Only a run has settings in its call.
        self._shown_call = self._call
        if self._intent.kind == "run":
            self._shown_call = call(self._intent, desired, self._secrecy.settings(self._intent.settings))

    def change(self, org: str, inputs: Inputs | None) -> Change:
        found = self._fields()
        # What changes has an effect, or is another spelling of an amount.
        changed = sum([bool(one.effects or one.live != one.desired) and not one.collateral for one in found])
        template = self._desired.task_template
        before, after = demand(self._live.spec.task_template), demand(template)
        return Change(
            org=org,
            task=self._base.key,
            live_version=self._live.key.version,
            selector=self._intent.selector,
            strategy=self._intent.strategy,
            strategy_at=_strategy_at(self._intent),
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
            unchanged=max(0, settable(self._desired, template) - changed),
            locked=self._resolution.locked,
            prune=self._intent.prunes,
            notes=(*self._notes, *notes_of(self._resolution, self._base, self._naming, self._action())),
            requests=requests(before, after),
            attempts=(before.attempts, after.attempts),
            replicas=after.replicas,
            pools=(before.pool, after.pool),
            cached=template.metadata.discoverable,
            desired=self._desired,
            inputs=inputs,
            call=self._call,
            secrecy=self._secrecy,
        )

    def _fields(self) -> tuple[Field, ...]:
        found = between(*self._sides)
        ground = Ground(
            settings=self._intent.settings,
            secrecy=self._secrecy,
            replace=self._intent.strategy == "replace",
            cached=self._live.spec.task_template.metadata.discoverable,
        )
        return fields(found, ground)

    @property
    def _differs(self) -> bool:
        return self._live_digest != self._desired_digest

    @property
    def _lags(self) -> bool:
        """Whether triggers that are to be moved start another version than the one that is live as desired."""
        return self._intent.retargets and bool(self._resolution.triggers.behind(self._live.key.version))

    def _action(self) -> str:
        if self._intent.kind == "version":
            return "update" if self._differs or self._lags else "unchanged"
        if self._naming is None:
            return "resolve"
        return "unchanged" if self._naming.found else "run"

    def _submit(self) -> Submit:
        if self._intent.kind == "none":
            return Submit(kind="none", call=self._shown_call)
        return self._submit_run(self._naming) if self._naming else self._submit_version()

    def _submit_run(self, naming: Naming) -> Submit:
        state = "new"
        if naming.found:
            state = "exists" if naming.found.digest == naming.digest else "taken"
        return Submit(kind="run", name=naming.name.name, state=state, digest=naming.digest, call=self._shown_call)

    def _submit_version(self) -> Submit:
        name = self._live.key.version
        if self._differs:
            name = derived_version(self._base.key.version, self._desired_digest, self._taken)
        settings = self._intent.settings
        return Submit(
            kind="version",
            name=name,
            state="new" if self._differs else "live",
            triggers="retarget" if self._intent.retargets else "keep",
            allow_older_base=settings.value("submit", "allow_older_base", default=False),
            call=self._shown_call,
        )


def call(intent: Intent, desired: Desired, settings: Settings | None = None) -> Call:
    """All that goes with a call, by *settings* in the place of the intent's own.

    What a layer sets for a run says nothing about a version.
    """
    return desired.call + (of_run(settings or intent.settings) if intent.kind == "run" else ())


def of_run(settings: Settings) -> Call:
    """Inputs and run settings, as written; nested ones as mappings, for they are data of the call and not ours."""
    found: dict[str, dict[str, Any]] = {}
    for item in (*settings.under("submit", "inputs"), *settings.under("submit", "run")):
        place: Any = found
        for part in item.path[1:-1]:
            place = place.setdefault(part, {})
        place[item.path[-1]] = item.value
    return tuple(sorted(found.items()))
