"""A saved plan read back: the same value that was saved, but for the desired specs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flyteplan.errors import Position
from flyteplan.model import quantity
from flyteplan.model.device import Accelerator
from flyteplan.model.plan import Change, Field, Loser, Note, Plan, Source, Submit
from flyteplan.model.settings import Secret, Selector, Setting
from flyteplan.model.task import TaskName, TaskVersion, Trigger
from flyteplan.plan.judged import read_judgement

Document = Mapping[str, Any]


def saved_setting(setting: Setting) -> dict[str, Any]:
    return {
        "path": list(setting.path),
        "value": _saved_value(setting.value),
        "set_by": {"path": setting.position.path, "line": setting.position.line},
    }


def _saved_value(value: Any) -> Any:
    if isinstance(value, Accelerator):
        return {"device": value.device, "device_class": value.device_class}
    if isinstance(value, Secret):
        return {"key": value.key, "group": value.group, "env_var": value.env_var, "as_file": value.as_file}
    if isinstance(value, Selector):
        return {"version": value.version, "auto_version": value.auto_version}
    return list(value) if isinstance(value, tuple) else value


def _setting(saved: Document) -> Setting:
    path = tuple(saved["path"])
    return Setting(path=path, value=_value(path, saved["value"]), position=_position(saved["set_by"]))


def _value(path: tuple[str, ...], saved: Any) -> Any:
    """What is sensitive stays a stand-in: its value is in the line that set it."""
    if saved is None:
        return None
    if path == ("selector",):
        return _selector(saved)
    if path[:2] == ("overrides", "secrets"):
        return Secret(**saved)
    if path[-2:] == ("gpu", "device"):
        return Accelerator(**saved)
    return tuple(saved) if path == ("overrides", "cache", "ignored_inputs") else saved


def read(document: Document) -> Plan:
    """The plan of a document that its schema has found valid."""
    target = document["target"]
    return Plan(
        target=target["name"],
        catalog=target["catalog"],
        org=target["org"],
        project=target["project"],
        domain=target["domain"],
        changes=tuple(_change(change) for change in document["changes"]),
        left_out=document["summary"].get("left_out", 0),
        judgement=read_judgement(document.get("policy")),
    )


def _change(saved: Document) -> Change:
    return Change(
        org=saved["task"]["org"],
        task=_task(saved["task"]),
        live_version=saved["live_version"],
        selector=_selector(saved["selector"]),
        strategy=saved["strategy"],
        action=saved["action"],
        manifests=tuple(_source(source) for source in saved["manifests"]),
        fields=tuple(_field(field) for field in saved["fields"]),
        base_digest=saved["base_digest"],
        live_digest=saved["live_digest"],
        desired_digest=saved["desired_digest"],
        submit=_submit(saved["submit"]),
        settings=tuple(_setting(setting) for setting in saved.get("overrides", ())),
        triggers=tuple(_trigger(trigger) for trigger in saved.get("triggers", ())),
        other_triggers=saved.get("other_triggers", 0),
        unchanged=saved["unchanged_fields"],
        deferred=not saved["task"]["version"],
        locked=saved.get("locked", False),
        prune=saved.get("prune", False),
        notes=tuple(_note(note) for note in saved["notes"]),
        attempts=_sides(saved.get("attempts"), 1),
        replicas=saved.get("replicas", 1),
        pools=_sides(saved.get("pools"), ""),
        cached=_cached(saved),
        strategy_at=_position(saved["strategy_at"]) if "strategy_at" in saved else None,
        requests={name: _amounts(amounts) for name, amounts in saved["requests"].items()},
    )


def _sides(saved: Document | None, default: Any) -> tuple[Any, Any]:
    return (saved["live"], saved["desired"]) if saved else (default, default)


def _cached(saved: Document) -> bool:
    metadata = saved.get("desired", {}).get("task_template", {}).get("metadata", {})
    return bool(metadata.get("discoverable", False))


def _selector(saved: Document) -> Selector:
    return Selector(version=saved.get("version", ""), auto_version=saved.get("auto_version", ""))


def _note(saved: Document) -> Note:
    return Note(code=saved["code"], message=saved["message"], attention=saved.get("attention", False))


def _task(saved: Document) -> TaskVersion:
    return TaskVersion(TaskName(saved["project"], saved["domain"], saved["name"]), saved["version"])


def _source(saved: Document) -> Source:
    labels = tuple(sorted(saved.get("labels", {}).items()))
    return Source(name=saved["name"], position=_position(saved), labels=labels)


def _position(saved: Document) -> Position:
    return Position(saved["path"], saved["line"], saved.get("column", 0))


def _field(saved: Document) -> Field:
    return Field(
        path=saved["path"],
        base=saved["base"],
        live=saved["live"],
        desired=saved["desired"],
        set_by=_position(saved["set_by"]) if "set_by" in saved else None,
        overridden=tuple(Loser(position=_position(o), value=o["value"]) for o in saved.get("overridden", ())),
        collateral=saved.get("collateral", False),
        effects=tuple(saved.get("effects", ())),
    )


def _submit(saved: Document) -> Submit:
    return Submit(
        kind=saved["as"],
        name=saved.get("version") or saved.get("run") or "",
        state=saved.get("state", "none"),
        triggers=saved.get("triggers", "keep"),
        allow_older_base=saved.get("allow_older_base", False),
        digest=saved.get("digest", ""),
        call=tuple(sorted(saved.get("call", {}).items())),
    )


def _trigger(saved: Document) -> Trigger:
    known = {name: saved[name] for name in ("name", "active", "revision", "version") if name in saved}
    return Trigger(**known)


def _amounts(saved: Document) -> tuple[int, int]:
    return quantity.nano(saved["live"]) or 0, quantity.nano(saved["desired"]) or 0
