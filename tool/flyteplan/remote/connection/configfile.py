"""Flyte's own configuration file: where it is looked for, and what it says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flyteplan.errors import InputError, Position, Problem, UsageError
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.record import dataclass
from flyteplan.remote.connection.settings import KEYS, Key, Settings, UnreadableError

_NAME = os.path.join(".flyte", "config.yaml")
_VARIABLES = ("UCTL_CONFIG", "FLYTECTL_CONFIG")
_ADMIN = re.compile(rb"^[\"']?admin[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """`path` as it is shown; `endpoint_at` is where the endpoint stands."""

    path: str
    settings: Settings
    endpoint_at: Position


def read_config_file(path: str, cwd: str, environ: Mapping[str, str]) -> ConfigFile | None:
    """The file at *path*; without one, the first that is there, in Flyte's order; None where there is none.

    Raises UsageError for a named file that is not there, InputError for one that is wrong.
    """
    if path:
        return _read(_named(path, "--config", cwd, environ), cwd)
    return _local(cwd) or next((_read(found, cwd) for found in _elsewhere(cwd, environ)), None)


def resolved(path: str, cwd: str, environ: Mapping[str, str]) -> str:
    """An absolute path, `~` being the home of *environ*; "" stays as it is."""
    if not path:
        return ""
    if path == "~" or path.startswith(("~/", "~\\")):
        path = _home(environ) + path[1:]
    return os.path.normpath(os.path.join(cwd, path))


def _elsewhere(cwd: str, environ: Mapping[str, str]) -> Iterator[str]:
    root = _git_root(cwd)
    yield from _there(os.path.join(cwd, _NAME), os.path.join(root, _NAME) if root else "")
    for variable in _VARIABLES:
        if environ.get(variable):
            yield _named(environ[variable], variable, cwd, environ)
    home = _home(environ)
    yield from _there(os.path.join(home, ".union", "config.yaml"), os.path.join(home, _NAME))


def _there(*paths: str) -> Iterator[str]:
    return (path for path in paths if path and os.path.isfile(path))


def _named(path: str, origin: str, cwd: str, environ: Mapping[str, str]) -> str:
    found = resolved(path, cwd, environ)
    if not os.path.isfile(found):
        raise UsageError(f"{origin}: there is no file {path} (check the path)")
    return found


def _git_root(folder: str) -> str:
    while not os.path.exists(os.path.join(folder, ".git")):  # a file in worktrees and submodules
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or environ.get("USERPROFILE") or os.path.expanduser("~")


def _local(cwd: str) -> ConfigFile | None:
    """./config.yaml, if it is Flyte's: many programs have a file of this name, so it must name an admin endpoint."""
    path = os.path.join(cwd, "config.yaml")
    if not os.path.isfile(path):
        return None
    try:
        if not _ADMIN.search(_bytes(path, cwd)):
            return None
    except InputError:
        return None
    file = _read(path, cwd)
    return file if file.settings.endpoint else None


def _read(path: str, cwd: str) -> ConfigFile:
    shown = os.path.relpath(path, cwd) if path.startswith(os.path.join(cwd, "")) else path
    for item in load(_bytes(path, cwd), shown):
        if isinstance(item, Problem):
            raise InputError([item])
        settings = _settings(item)
        return ConfigFile(shown, settings, item.locator.value(("admin", "endpoint")))
    return ConfigFile(shown, Settings(), Position(shown))


def _bytes(path: str, cwd: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        message, position = f"the file can not be read: {error.strerror}", Position(os.path.relpath(path, cwd))
        raise InputError([Problem(code="FP1001", position=position, message=message)]) from error


def _settings(document: Document) -> Settings:
    problems = [problem for name in ("", "admin", "task") if (problem := _section_problem(document, name))]
    said: dict[str, Any] = {}
    for key in [] if problems else KEYS:
        value = _value(document, key)
        try:
            if value is not None and value != "":
                said[key.field] = key.read(value)
        except UnreadableError as error:
            problems.append(_wrong(document, tuple(key.path.split(".")), f"{key.path} can not be read", str(error)))
    if problems:
        raise InputError(problems)
    return Settings(**said)


def _section_problem(document: Document, name: str) -> Problem | None:
    """What is wrong with the section, "" for the whole file; nothing is if it is null or not there."""
    value = document.value
    if name:
        value = value.get(name) if isinstance(value, dict) else None
    if value is None or isinstance(value, dict):
        return None
    return _wrong(document, (name,) if name else (), f"{name or 'the file'} is not a mapping", "keys and values")


def _value(document: Document, key: Key) -> Any:
    section, name = key.path.split(".")
    values = document.value.get(section) if isinstance(document.value, dict) else None
    return values.get(name) if isinstance(values, dict) else None


def _wrong(document: Document, pointer: tuple[str, ...], message: str, form: str) -> Problem:
    position = document.locator.value(pointer)
    return Problem(code="FP1103", position=position, message=message, hint=f"write {form}")
