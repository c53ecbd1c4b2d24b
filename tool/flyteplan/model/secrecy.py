"""What of one task stays out of its plan, and the digests that stand there.

A digest tells changed from unchanged, and whether a line of a manifest still says what was planned. It is an HMAC
over the task, the name and the value. Its key is the repository's salt, which whoever reads a plan should not have:
then nobody can try values against it, and the same value has another digest under another name and in another task.
Without a salt the key is the digest of the task's base, which every plan shows: what was tried against one plan has
to be tried again for the next base, and that is all. Both are known wherever the plan can be made again.

The digests of whole specs, and the versions that are named after them, cover every value as well. Who knows all the
rest of a spec can try values against those: a password that can be guessed is not safe in a variable at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from flyteplan.model.itemname import unquoted
from flyteplan.model.sensitive import HIDDEN, looks_secret, stand_in
from flyteplan.model.sent import Sent
from flyteplan.model.settings import Path, Setting, Settings
from flyteplan.model.task import TaskName
from flyteplan.record import dataclass, field, replace

# Enough to tell values of one field apart; what is deployed is bound by the digests of the whole specs.
_DIGITS = 16
MARKS = "sensitive"
_VARIABLES = (("overrides", "env_vars"), ("submit", "run", "envs"))
_INPUTS = ("submit", "inputs")
_NAMED = frozenset({*_VARIABLES, _INPUTS})
_ENV = "env_vars."
_DEFAULT = "default_inputs."
# The bytes of a message that is not known in full may hold anything.
_BYTES = "serialized"
_UNKNOWN = "(unknown)"
# In the free parts of a template: `containers[side].env[NAME].value`, and the key of any other text.
_FREE = ("custom.", "config.", "container.", "k8s_pod.", "primary_container.")
NESTED = (dict, list)
_WORD = r'(?P<name>"(?:[^"\\]|\\.)*"|[^.\[\]]+)'
_NAMED_VALUE = re.compile(rf"\[{_WORD}\]\.value$")
_LAST_KEY = re.compile(rf"\.{_WORD}$")

# What takes the place of the value of a name.
Hide = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrecy(Sent):
    """`marked` are the variables and inputs that manifests call sensitive, `open` those that they say are not.

    `deployed` were sensitive when what is live was deployed, and stay so until a manifest says that they are not.
    """

    key: bytes = field(default=b"", repr=False)
    task: TaskName | None = None
    marked: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    deployed: frozenset[str] = frozenset()

    def hides(self, name: str) -> bool:
        """Whether the value of a variable or an input of this name stays out of sight."""
        return name in self.marked or (name not in self.open and (name in self.deployed or looks_secret(name)))

    def value(self, path: str, value: Any) -> Any:
        """The value of the field at *path*, as a plan may show it."""
        if value is None:
            return None
        name = _name_of(path, value)
        if name and (name == _UNKNOWN or self.hides(name)):
            return self._stand_in(name, value)
        parameter = unquoted(path[len(_DEFAULT) :]) if path.startswith(_DEFAULT) else ""
        if parameter and self.hides(parameter):
            return _without_default(value, parameter, self._stand_in)
        return self._inside(value, self._stand_in) if isinstance(value, dict | list) else value

    def sides(self, path: str, base: Any, live: Any, desired: Any) -> tuple[Any, Any, Any]:
        """As `value`, of all three."""
        name = own_name(path)
        if name is not None and not (isinstance(desired, NESTED) or isinstance(base, NESTED) or self.hides(name)):
            return base, base if live is base else self.value(path, live), desired
        shown = self.value(path, base)
        return shown, shown if live is base else self.value(path, live), self.value(path, desired)

    def setting(self, setting: Setting) -> Setting:
        """*setting* with a value that a plan may show."""
        parent, value = setting.path[:-1], setting.value
        if value is None or parent not in _NAMED:
            return setting
        name = setting.path[-1]
        if self.hides(name):
            return setting._replace(value=self._stand_in(name, value))
        if parent != _INPUTS:
            return setting
        # Whoever reads a saved plan knows of what was deployed no more than the settings tell by their own names.
        if self.deployed:
            return replace(self, deployed=frozenset()).setting(setting)
        return setting._replace(value=self._inside(value, self._stand_in))

    def settings(self, settings: Iterable[Setting]) -> Settings:
        """As `setting`, of all."""
        return Settings(tuple(map(self.setting, settings)))

    def spec(self, value: Any) -> Any:
        """A TaskSpec as JSON for readers: it stays one, with a word in the place of each sensitive value."""
        return self._inside(value, _word)

    def _stand_in(self, name: str, value: Any) -> dict[str, str]:
        import hmac

        content = json.dumps([str(self.task), name, value], sort_keys=True, ensure_ascii=False)
        made = hmac.new(self.key, content.encode("utf-8", "surrogatepass"), "sha256")
        return stand_in(made.hexdigest()[:_DIGITS])

    def _inside(self, value: Any, hide: Hide) -> Any:
        """Lists and mappings without the values of what is hidden: `{name: A, value: ...}`, and `{A: text}`."""
        if isinstance(value, list):
            return [self._inside(item, hide) for item in value]
        if not isinstance(value, dict):
            return value
        name = value.get("name", value.get("key"))
        hidden = name if isinstance(name, str) and self.hides(name) else ""
        return {key: self._item(key, item, hidden, hide) for key, item in value.items()}

    def _item(self, key: str, item: Any, hidden: str, hide: Hide) -> Any:
        """One item of a mapping; *hidden* is the name that the mapping goes by, when that is of a hidden value."""
        if hidden and key == "value" and (_is_text(item) or not isinstance(item, dict | list)):
            return hide(hidden, item)
        if hidden and key == "parameter":
            return _without_default(item, hidden, hide)
        if _is_text(item) and (key == _BYTES or (self.hides(key) and key not in ("name", "key"))):
            return hide(key, item)
        return self._inside(item, hide)


def common(left: Secrecy, right: Secrecy) -> Secrecy:
    """One for both, so that a value that is the same has the same stand-in. What one of them hides is hidden."""
    marked, deployed = left.marked | right.marked, left.deployed | right.deployed
    opened = {name for name in left.open | right.open if not (left.hides(name) or right.hides(name))}
    return Secrecy(key=left.key, marked=marked, open=frozenset(opened), deployed=deployed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Veil:
    """The secrecy of all tasks of a plan: what is marked for a task is so in its version and in all its runs."""

    salt: str = field(default="", repr=False)
    marks: Mapping[TaskName, tuple[Setting, ...]] = field(default_factory=dict)

    def of(self, task: TaskName, base_digest: str, deployed: frozenset[str] = frozenset()) -> Secrecy:
        return secrecy(task, self.marks.get(task, ()), salt=self.salt, base_digest=base_digest, deployed=deployed)


def veil(salt: str, settings: Iterable[tuple[TaskName, Iterable[Setting]]]) -> Veil:
    """*settings* are what the manifests of each task come to, for its version and for its runs."""
    marks: dict[TaskName, dict[tuple[Path, bool], Setting]] = {}
    for task, items in settings:
        found = marks.setdefault(task, {})
        # Thousands of runs of one task may all mark the same.
        found.update({(item.path, bool(item.value)): item for item in items if item.path[0] == MARKS})
    return Veil(salt=salt, marks={task: tuple(found.values()) for task, found in marks.items()})


def secrecy(
    task: TaskName, settings: Iterable[Setting], *, salt: str, base_digest: str, deployed: frozenset[str] = frozenset()
) -> Secrecy:
    """That of one task by the marks among *settings*."""
    marks = [item for item in settings if item.path[0] == MARKS]
    key = (salt or base_digest).encode()
    if not marks:
        return Secrecy(key=key, task=task, deployed=deployed)
    hidden = marked(marks)
    return Secrecy(
        key=key,
        task=task,
        marked=hidden,
        open=frozenset(item.path[-1] for item in marks) - hidden,
        deployed=deployed,
    )


def marked(settings: Iterable[Setting]) -> frozenset[str]:
    """The names that *settings* mark as sensitive. What one mark calls so is so, whatever another one says."""
    return frozenset(item.path[-1] for item in settings if item.path[0] == MARKS and item.value)


@lru_cache(maxsize=4096)
def own_name(path: str) -> str | None:
    """What the value at *path* goes by: "" by nothing, None where it takes a look at the value to say so.

    Names inside of the value may still hide something.
    """
    if path.endswith(_UNKNOWN) or path.startswith((_DEFAULT, *_FREE)):
        return None
    return unquoted(path[len(_ENV) :]) if path.startswith(_ENV) else ""


def _name_of(path: str, value: Any) -> str:
    """What the field at *path* calls its value, "" where it has no name of its own."""
    if path.startswith(_ENV):
        return unquoted(path[len(_ENV) :])
    if path.endswith(_UNKNOWN):
        return _UNKNOWN
    if not path.startswith(_FREE):
        return ""
    found = _NAMED_VALUE.search(path) or (_LAST_KEY.search(path) if _is_text(value) else None)
    if found is None:
        return ""
    return unquoted(found["name"])


def _is_text(value: Any) -> bool:
    """A text, or a list of nothing else."""
    if not isinstance(value, list):
        return isinstance(value, str)
    return bool(value) and all(isinstance(text, str) for text in value)


def _without_default(parameter: Any, name: str, hide: Hide) -> Any:
    if not isinstance(parameter, dict) or "default" not in parameter:
        return parameter
    return {**parameter, "default": hide(name, parameter["default"])}


def _word(_: str, value: Any) -> Any:
    """A literal stays a literal."""
    return {"scalar": {"primitive": {"string_value": HIDDEN}}} if isinstance(value, dict) else HIDDEN
