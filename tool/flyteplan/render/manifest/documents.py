"""One document a task, each line with the setting that it writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flyteplan.model.secrecy import Secrecy
from flyteplan.model.settings import Path
from flyteplan.model.task import TaskName, Template
from flyteplan.model.yamltext import scalar
from flyteplan.record import dataclass, field
from flyteplan.render.manifest.present import Tree, present, remarks
from flyteplan.render.manifest.wanted import short, wanted
from flyteplan.render.style import escaped

# What stands under these is written on one line each.
_ONE_LINE = (("resources",), ("secrets",))
# A setting of one task.
Place = tuple[TaskName, Path]
_Line = tuple[str, Path]
# What a task has that sets none of it.
_DEFAULTS = {"retries": "0", "timeout": "0", "cache": "disable", "interruptible": "false"}
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A task to write down: *present* is what it is now, *base* what its selector resolves to.

    `pinned`: by its version, not by `latest`. Project and domain are written where they are not those of the target.
    `secrecy` says which variables do not belong in a file.
    """

    present: Template
    base: Template
    pinned: bool = False
    project: str = ""
    domain: str = ""
    secrecy: Secrecy = field(default=Secrecy())

    @property
    def task(self) -> TaskName:
        return self.present.key.task


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text, and which setting each of its lines writes."""

    text: str
    places: Mapping[int, Place]


def manifests(tasks: Sequence[Deployed], without: Mapping[Place, str], modeline: str = "") -> Draft:
    """The documents of *tasks*; *without* are settings that are left out, each with the reason for a comment."""
    lines: list[str] = [f"# yaml-language-server: $schema={modeline}"] if modeline else []
    places: dict[int, Place] = {}
    for number, (task, name) in enumerate(zip(tasks, _names(tasks), strict=True)):
        own = {path: reason for (whose, path), reason in without.items() if whose == task.task}
        lines += ["---"] if number else []
        for line, path in _document(task, name, own):
            lines.append(line)
            if path:
                places[len(lines)] = (task.task, path)
    return Draft(text="\n".join([*lines, ""]), places=places)


def _names(tasks: Iterable[Deployed]) -> list[str]:
    """DNS labels, each once."""
    found: list[str] = []
    for task in tasks:
        name = re.sub(r"[^a-z0-9]+", "-", task.task.name.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "task"
        number = 1
        unique = name
        while unique in found:
            number += 1
            unique = f"{name[: _LONGEST_NAME - len(str(number)) - 1]}-{number}"
        found.append(unique)
    return found


def _document(task: Deployed, name: str, without: Mapping[Path, str]) -> Iterator[_Line]:
    version = task.present.key.version
    yield f"# {escaped(str(task.task))} as {escaped(version)} is deployed. What is not set here stays as it is.", ()
    yield from ((line, ()) for line in ("apiVersion: flyteplan/v1", "kind: TaskOverride"))
    yield from ((line, ()) for line in ("metadata:", f"  name: {name}", "spec:", "  task:"))
    reference = {"name": task.task.name, "project": task.project, "domain": task.domain}
    yield from ((f"    {key}: {scalar(value)}", ()) for key, value in reference.items() if value)
    chosen = f"version: {scalar(task.base.key.version)}" if task.pinned else "auto_version: latest"
    yield f"    {chosen}", ()
    yield from _overrides(task, without)


def _overrides(task: Deployed, without: Mapping[Path, str]) -> Iterator[_Line]:
    now, base = present(task.present.spec), present(task.base.spec)
    settings = wanted(now, base, {*without, *_left_out(task, now, base)})
    yield ("  overrides:" if settings else "  # overrides:"), ()
    if "image" in now and "image" not in settings:
        yield f"    # image: {escaped(now['image'])}", ()
    yield from _lines(short(settings), "    ", ())
    defaults = [name for name in _DEFAULTS if name not in settings and _is_default(name, now)]
    yield from ((f"    # {name}: {_DEFAULTS[name]}", ()) for name in defaults)
    unsaid = [f"{'.'.join(path)}: {reason}" for path, reason in without.items()]
    unsaid += remarks(task.present.spec)
    unsaid += [f"env_vars.{name}: it is sensitive, and has no place in a file" for name in _sensitive(task, now)]
    if unsaid:
        yield "    # Not to be said here, and so left as it is:", ()
        yield from ((f"    #   {escaped(one)}", ()) for one in unsaid)


def _left_out(task: Deployed, now: Tree, base: Tree) -> Iterator[Path]:
    """What is as its author deployed it, and not worth a line that then has to be kept up."""
    for name in ("image", "short_name", "interruptible", "retries", "cache"):
        if now.get(name) == base.get(name) and (name == "image" or _goes_without_saying(task, name, now)):
            yield (name,)
    if now["cache"]["behavior"] == "disable":
        yield from (("cache", name) for name, value in now["cache"].items() if base["cache"].get(name) == value)
    yield from (("env_vars", name) for tree in (now, base) for name in _sensitive(task, tree))
    # Merging can clear all secrets, and no single one.
    secrets = now.get("secrets", {})
    yield from (("secrets", name) for name in base.get("secrets", ()) if secrets and name not in secrets)


def _sensitive(task: Deployed, tree: Tree) -> list[str]:
    return [name for name in tree.get("env_vars", ()) if task.secrecy.hides(name)]


def _goes_without_saying(task: Deployed, name: str, now: Tree) -> bool:
    if name == "short_name":
        environment = task.present.spec.environment.name
        own = task.task.name.removeprefix(f"{environment}.") if environment else task.task.name.rpartition(".")[2]
        return bool(now.get(name, own) == own)
    return _is_default(name, now)


def _is_default(name: str, now: Tree) -> bool:
    return not now.get(name) or now[name] == {"count": 0} or (name == "cache" and now[name]["behavior"] == "disable")


def _lines(tree: Tree, indent: str, path: Path) -> Iterator[_Line]:
    """The lines of a block mapping. Secrets are a sequence in a manifest."""
    for name, value in tree.items():
        here = (*path, name)
        head = "-" if path == ("secrets",) else f"{scalar(name)}:"
        if isinstance(value, dict) and value and path not in _ONE_LINE:
            yield f"{indent}{head}", here
            yield from _lines(value, f"{indent}  ", here)
        else:
            yield f"{indent}{head} {_flow(value)}", here


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(name)}: {_flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
