"""What rules judge of one change: what the task would have, and what manifests set on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.errors import Position
from flyteplan.model.device import Accelerator, sdk_name, spellings
from flyteplan.model.fieldnames import field_names, fields, is_known, names
from flyteplan.model.plan import Change, differ
from flyteplan.model.policy import SUBJECTS
from flyteplan.model.settings import CALL, Secret, Setting, Settings
from flyteplan.policy.effective import effective
from flyteplan.record import dataclass

FIELDS, IMAGES, ENV_VARS, ACCOUNTS, DEVICES = SUBJECTS
_ENV = "env_vars."
_SECRETS = "secrets."
_RUN_ENVS = ("submit", "run", "envs")
_GPU_LIMIT = "resources.limits.gpu"
_RUN_ACCOUNT = ("submit", "run", "service_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """One thing that a rule can speak of: by which `names`, how it is shown, the field it is of, and who set it."""

    names: frozenset[str]
    shown: str
    field: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`values` by field, what the task would have; not `whole`: the template is known in a task only.

    `named` is by subject what manifests set, and of devices what the task would have.
    """

    change: Change
    values: Mapping[str, Any]
    whole: bool
    places: Mapping[str, Position]
    named: Mapping[str, tuple[Touched, ...]]

    def place(self, field: str) -> Position:
        """Where *field* is set; where the manifest begins when the author of the task set it."""
        return self.places.get(field) or home(self.change)

    def sets(self, field: str) -> bool:
        """Whether a manifest says what *field* is."""
        return field in self.places

    @property
    def replicas(self) -> int:
        return self.change.replicas

    def had(self, subject: str) -> frozenset[str]:
        """By what names the task would have something of *subject*."""
        return frozenset(_had(self.values, subject)) | frozenset(
            name for touched in self.named[subject] if subject in (ENV_VARS, ACCOUNTS) for name in touched.names
        )


def home(change: Change) -> Position:
    return change.manifests[0].position if change.manifests else Position(str(change.task.task))


def facts(change: Change) -> Facts:
    settings = Settings(change.settings)
    places = dict(_places(change, settings))
    values = _written(settings) if change.desired is None else effective(change.desired) | dict(_called(settings))
    named = {
        FIELDS: tuple(_touched_fields(change, settings, limited=change.desired is None or _GPU_LIMIT in values)),
        IMAGES: tuple(_set_values(settings, ("overrides", "image"), "image")),
        ENV_VARS: tuple(_variables(settings)),
        ACCOUNTS: (
            *_set_values(settings, ("overrides", "service_account"), "service_account"),
            *_set_values(settings, _RUN_ACCOUNT, ".".join(_RUN_ACCOUNT)),
        ),
        DEVICES: tuple(_devices(values, places, change)),
    }
    return Facts(change=change, values=values, whole=change.desired is not None, places=places, named=named)


def _places(change: Change, settings: Settings) -> Iterator[tuple[str, Position]]:
    yield from ((field, setting.position) for setting in settings for field in fields(setting.path))
    yield from ((field.path, field.set_by) for field in change.fields if field.set_by)


def _written(settings: Settings) -> dict[str, Any]:
    """What is certain of a template that is not known: what manifests set."""
    found: dict[str, Any] = {}
    for setting in settings.under("overrides"):
        if setting.value is not None:
            value = setting.value.device if isinstance(setting.value, Accelerator) else setting.value
            found |= dict.fromkeys(fields(setting.path), value)
    return found


def _called(settings: Settings) -> Iterator[tuple[str, Any]]:
    """What goes with a call and is in no template, by all of its names."""
    for setting in (*settings.under("submit"), *(one for name in CALL for one in settings.under("overrides", name))):
        if setting.value is not None:
            yield from ((name, setting.value) for name in names(setting.path))


def _touched_fields(change: Change, settings: Settings, *, limited: bool) -> Iterator[Touched]:
    """Settings, and the fields that change because of them: what `strategy: replace` takes away is set by nobody.

    *limited*: the task has a limit of accelerators, or nobody knows whether it has.
    """
    for setting in settings:
        if setting.path[0] in ("overrides", "submit") and not _is_side_effect(setting, settings):
            shown = fields(setting.path)[0]
            yield Touched(
                names=names(setting.path, limited=limited), shown=shown, field=shown, position=setting.position
            )
    for field in change.fields:
        if field.set_by and is_known(field.path) and differ(field.base, field.desired):
            yield Touched(names=field_names(field.path), shown=field.path, field=field.path, position=field.set_by)


def _is_side_effect(setting: Setting, settings: Settings) -> bool:
    return setting.clears and len(settings.under(*setting.path)) > 1


def _set_values(settings: Settings, path: tuple[str, ...], field: str) -> Iterator[Touched]:
    setting = settings.get(*path)
    if setting is not None and setting.value is not None:
        value = str(setting.value)
        yield Touched(names=frozenset({value}), shown=f"{field} {value}", field=field, position=setting.position)


def _variables(settings: Settings) -> Iterator[Touched]:
    for setting in (*settings.under("overrides", "env_vars"), *settings.under(*_RUN_ENVS)):
        if setting.value is not None:
            yield _variable(setting.path[-1], setting)
    for setting in settings.under("overrides", "secrets"):
        if isinstance(setting.value, Secret) and setting.value.env_var:
            yield _variable(setting.value.env_var, setting)


def _variable(name: str, setting: Setting) -> Touched:
    return Touched(
        names=frozenset({name}), shown=f"variable {name}", field=fields(setting.path)[0], position=setting.position
    )


def _devices(values: Mapping[str, Any], places: Mapping[str, Position], change: Change) -> Iterator[Touched]:
    field = "resources.gpu.device"
    proto = values.get(field)
    if proto:
        place = places.get(field) or home(change)
        yield Touched(names=spellings(proto), shown=f"device {sdk_name(proto)}", field=field, position=place)


def _had(values: Mapping[str, Any], subject: str) -> Iterator[str]:
    if subject == FIELDS:
        yield from (name for field in values for name in field_names(field))
    elif subject == IMAGES:
        yield from filter(None, [values.get("image")])
    elif subject == ACCOUNTS:
        yield from filter(None, [values.get("service_account")])
    elif subject == DEVICES:
        proto = values.get("resources.gpu.device")
        yield from spellings(proto) if proto else ()
    else:
        yield from (field.removeprefix(_ENV) for field in values if field.startswith(_ENV))
        secrets = (value for field, value in values.items() if field.startswith(_SECRETS))
        yield from (secret.env_var for secret in secrets if secret.env_var)
