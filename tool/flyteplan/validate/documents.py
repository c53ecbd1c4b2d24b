"""One document into a manifest or a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flyteplan.errors import Problem, is_valid, ordered
from flyteplan.model.config import CONNECTION, Config, Target
from flyteplan.model.document import Document, Locator
from flyteplan.model.manifest import Manifest, Selection, TaskReference
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.settings import Selector
from flyteplan.record import dataclass
from flyteplan.validate.draft import Draft
from flyteplan.validate.guards import guards, wrong_guards
from flyteplan.validate.names import check_annotations, check_labels, check_version
from flyteplan.validate.outlines import outline
from flyteplan.validate.overrides import put_overrides
from flyteplan.validate.schema import Validator
from flyteplan.validate.submitting import put_submit
from flyteplan.validate.written import Written

_API_VERSION = "flyteplan/v1"
_KINDS = ("TaskOverride", "Config", "OverridePolicy", "PolicyTest")
_ELSEWHERE = {
    "Config": "it belongs in flyteplan.yaml",
    "TaskOverride": "it belongs in a manifest directory",
    "OverridePolicy": "it belongs in a folder that the target's policies name",
    "PolicyTest": "it belongs in a folder that the target's policies name",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A manifest, with its warnings; or none, with all that is wrong. Neither: nothing here for this stage.

    `outline`: that of a valid manifest (see `outlines`), which is there also where the manifest itself is not made.
    """

    manifest: Manifest | None = None
    problems: tuple[Problem, ...] = ()
    outline: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedConfig:
    """A configuration, with its warnings; or none, with all that is wrong."""

    config: Config | None = None
    problems: tuple[Problem, ...] = ()


def manifest(document: Document, layer: int, validator: Validator, *, keep: bool = True) -> Checked:
    """Reads a `TaskOverride`. An empty document is skipped without a word.

    Without *keep*, a valid one leaves no more than its outline.
    """
    value: Any = document.value
    if value is None:
        return Checked()
    foreign = elsewhere(document, "TaskOverride")
    if foreign:
        return Checked(problems=(foreign,))
    if validator.is_valid(value):
        return _checked(document, value, layer, keep=keep)
    return Checked(problems=_all_problems(document, value, validator))


def config(document: Document, validator: Validator) -> CheckedConfig:
    """Reads a `Config`."""
    value: Any = document.value
    foreign = elsewhere(document, "Config")
    if foreign:
        return CheckedConfig(problems=(foreign,))
    problems, sound = _faults(document, value, validator)
    problems += _default_target(sound, document)
    problems += wrong_guards(sound.get("targets", {}), document.locator)
    return CheckedConfig(config=None if problems else _config(sound, document.locator), problems=ordered(problems))


def _faults(document: Document, value: Any, validator: Validator) -> tuple[list[Problem], Any]:
    """What the schema finds, and the rest of *value*."""
    if validator.is_valid(value):
        return [], value
    from flyteplan.validate.prune import pruned
    from flyteplan.validate.wording import problems as worded

    faults = validator.faults(value)
    return [*worded(faults, document.locator, validator)], pruned(value, faults)


def _all_problems(document: Document, value: Any, validator: Validator) -> tuple[Problem, ...]:
    """The schema's, and the rules' about the rest; where the schema has spoken, a rule would say it again."""
    problems, sound = _faults(document, value, validator)
    said = {problem.position for problem in problems}
    draft = Draft(document.locator)
    _put(draft, sound)
    return ordered((*problems, *(problem for problem in draft.problems if problem.position not in said)))


def _checked(document: Document, value: Mapping[str, Any], layer: int, *, keep: bool) -> Checked:
    draft = Draft(document.locator)
    _put(draft, value)
    problems = ordered(draft.problems) if draft.problems else ()
    if not is_valid(problems):
        return Checked(problems=problems)
    made = _manifest(document, value, layer, draft.settings()) if keep else None
    return Checked(manifest=made, problems=problems, outline=outline(value, layer, document.path))


def is_policy(document: Document) -> bool:
    """Whether a document says that it is of a kind that stands among policies."""
    return _says(document, "OverridePolicy") or is_policy_test(document)


def is_policy_test(document: Document) -> bool:
    return _says(document, "PolicyTest")


def _says(document: Document, kind: str) -> bool:
    value = document.value
    return isinstance(value, dict) and value.get("kind") == kind and value.get("apiVersion") == _API_VERSION


def elsewhere(document: Document, kind: str) -> Problem | None:
    """A document that says it is something else. What says nothing is left to the schema."""
    value = document.value
    if not isinstance(value, dict):
        return _unknown(document, (), "a document must be a mapping", f"begin with apiVersion: {_API_VERSION}")
    if "format_version" in value and "changes" in value:
        return _unknown(document, (), "this is a saved plan, and no manifest", "show it with flyteplan diff")
    written, version = value.get("kind"), value.get("apiVersion")
    if written == kind and version == _API_VERSION:
        return None
    if isinstance(version, str) and version != _API_VERSION:
        hint = did_you_mean(version, (_API_VERSION,), limit=1) or f"flyteplan reads {_API_VERSION}"
        return _unknown(document, ("apiVersion",), f"apiVersion {version} is not known", hint)
    if isinstance(written, str) and written != kind:
        hint = _ELSEWHERE.get(written) or did_you_mean(written, _KINDS, limit=1) or f"write kind: {kind}"
        message = f"kind {written} does not belong here" if written in _KINDS else f"kind {written} is not known"
        return _unknown(document, ("kind",), message, hint)
    return None


def _unknown(document: Document, pointer: tuple[str, ...], message: str, hint: str) -> Problem:
    return Problem(code="FP1106", position=document.locator.value(pointer), message=message, hint=hint)


def _put(draft: Draft, value: Mapping[str, Any]) -> None:
    """Of a document that lost faulty parts too: then only the problems that it tells *draft* count."""
    metadata, spec = value.get("metadata", {}), value.get("spec", {})
    _put_selector(draft, spec)
    overrides = spec.get("overrides", {})
    draft.replacing = spec.get("strategy") == "replace"
    put_overrides(draft, overrides)
    if "submit" in spec:
        put_submit(draft, spec["submit"], overrides)
    if "labels" in metadata:
        check_labels(draft, metadata["labels"], ("metadata", "labels"))
    if "annotations" in metadata:
        check_annotations(draft, metadata["annotations"], ("metadata", "annotations"))


def _put_selector(draft: Draft, spec: Mapping[str, Any]) -> None:
    """A select without one is left without: what speaks of the task itself then decides."""
    name = "select" if "select" in spec else "task"
    written = spec.get(name, {})
    for key in ("version", "auto_version"):
        if key in written:
            draft.put(("selector",), _selector(key, written[key]), ("spec", name, key))
    if "version" in written:
        check_version(draft, written["version"], ("spec", name, "version"))


@lru_cache(maxsize=1024)
def _selector(key: str, value: str) -> Selector:
    """Most manifests want the newest version, or one of few."""
    return Selector(**{key: value})


def _manifest(document: Document, value: Mapping[str, Any], layer: int, settings: Written) -> Manifest:
    metadata, spec = value["metadata"], value["spec"]
    selects, strategy, locator = "select" in spec, spec.get("strategy", ""), document.locator
    return Manifest(
        name=metadata["name"],
        position=locator.value(("metadata", "name")),
        layer=layer,
        reference=_selection(spec["select"]) if selects else _task(spec["task"]),
        reference_at=locator.key(("spec", "select")) if selects else locator.value(("spec", "task", "name")),
        labels=tuple(metadata.get("labels", {}).items()),
        strategy=strategy,
        strategy_at=locator.key(("spec", "strategy")) if strategy else None,
        priority=int(spec.get("priority", 0)),
        kind=spec.get("submit", {}).get("as") or "",
        settings=settings,
    )


def _task(written: Mapping[str, str]) -> TaskReference:
    get = written.get
    return TaskReference(name=get("name", ""), project=get("project", ""), domain=get("domain", ""), org=get("org", ""))


def _selection(written: Mapping[str, Any]) -> Selection:
    get = written.get
    return Selection(
        name=get("name", ""),
        environment=get("environment", ""),
        entrypoint=get("entrypoint"),
        exclude=tuple(get("exclude", ())),
        optional=get("optional", False),
        project=get("project", ""),
        domain=get("domain", ""),
    )


def _default_target(value: Mapping[str, Any], document: Document) -> list[Problem]:
    name, targets = value.get("default_target"), value.get("targets", {})
    if name is None or name in targets:
        return []
    place = document.locator.value(("default_target",))
    hint = (
        did_you_mean(name, targets, limit=1)
        or f"there {'is' if len(targets) == 1 else 'are'} {', '.join(targets) or 'none'}"
    )
    return [Problem(code="FP1104", position=place, message=f"default_target {name} is no target", hint=hint)]


def _config(value: Mapping[str, Any], locator: Locator) -> Config:
    return Config(
        owner=value.get("owner", ""),
        default_target=value.get("default_target", ""),
        targets=tuple(_target(name, one, locator, value.get("salt", "")) for name, one in value["targets"].items()),
    )


def _target(name: str, written: Mapping[str, Any], locator: Locator, salt: str) -> Target:
    get = written.get
    place = ("targets", name)
    return Target(
        name=name,
        catalog=get("catalog", ""),
        endpoint=get("endpoint", ""),
        org=get("org", ""),
        project=get("project", ""),
        domain=get("domain", ""),
        manifests=tuple(get("manifests", ())),
        policies=tuple(get("policies", ())),
        salt=salt,
        guards=guards(get("guards", {}), (*place, "guards"), locator),
        connection=tuple((key, _frozen(written[key])) for key in CONNECTION if key in written),
        position=locator.key(place),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
