"""What manifests set: one value at one path each, with the place it was written.

Paths, and the type of the value there (None clears the path and all below it):

    selector                                        Selector
    overrides.short_name | image | service_account | pod_template_name | queue          str
    overrides.produces_artifacts | interruptible                                       bool
    overrides.max_inline_io_bytes                                                       int
    overrides.resources.cpu | memory  . request | limit          str, a quantity
    overrides.resources.disk | shm | <domain/name>               str, a quantity; shm "" is "auto"
    overrides.resources.gpu . quantity | device | partition      int | Accelerator | str
    overrides.retries.count, .backoff . base | factor | cap      int, nanoseconds | float | nanoseconds
    overrides.timeout . max_runtime | max_queued_time | deadline nanoseconds
    overrides.env_vars.<NAME>, .labels.<KEY>, .annotations.<KEY> str
    overrides.cache . behavior | version_override | serialize | ignored_inputs | max_age
                                                                 str | str | bool | tuple of str | nanoseconds
    overrides.secrets.<GROUP/KEY>                                Secret
    submit.as | triggers | allow_older_base                      str | str | bool
    submit.inputs.<NAME>, submit.run.<KEY>[.<KEY>]               as written
    sensitive.env_vars | envs | inputs . <NAME>                  bool: whether the value stays out of sight, and is no
                                                                 value itself

Under `strategy: replace` a manifest that sets a parameter also clears it first (`overrides.resources`, None): the
SDK replaces a parameter whole, so a later layer takes nothing from an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from flyteplan.errors import Position
from flyteplan.model.sent import Sent, made_of
from flyteplan.record import dataclass, field

Path = tuple[str, ...]
OVERRIDES = "overrides"
WHOLE = ""
# One setting in two words: a queue is one of a run's, and the SDK's override() takes it too.
QUEUE: Path = (OVERRIDES, "queue")
RUN_QUEUE: Path = ("submit", "run", "queue")
# Parameters of the SDK's override() that are no part of a template: they go with a call.
CALL = ("queue", "max_inline_io_bytes")
# Of one parameter the values in order, by what is left of their paths below it: `backoff.base`, a variable's name, or
# WHOLE for the parameter itself. None clears what stands there and all below it.
Parts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Sent):
    """A secret as the SDK's `Secret`: mounted as the variable `env_var`, or as a file when that is empty."""

    key: str
    group: str = ""
    env_var: str = ""
    as_file: bool = False

    @property
    def name(self) -> str:
        return f"{self.group}/{self.key}" if self.group else self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector(Sent):
    """How a version is chosen: `version` pins it, `auto_version` is `latest` or `current`."""

    version: str = ""
    auto_version: str = ""


class Setting(NamedTuple):
    """One value that one manifest sets. `clears`: the path and all below it, before anything set there.

    A tuple, for every manifest has a score of them, which are made at once and in C.
    """

    path: Path
    value: Any
    position: Position
    lost: tuple[Setting, ...] = ()

    @property
    def clears(self) -> bool:
        """A null does, but for an input of a run: there it is the input's value."""
        return self.value is None and self.path[:2] != ("submit", "inputs")

    def over(self, lost: tuple[Setting, ...]) -> Setting:
        """The same, with those that lose to it."""
        return _setting((self.path, self.value, self.position, lost))


_setting = made_of(Setting)


def made_settings(paths: Iterable[Path], values: Iterable[Any], places: Iterable[Position]) -> tuple[Setting, ...]:
    """Those of one manifest, whose paths, values and places are columns."""
    return tuple(map(_setting, zip(paths, values, places, repeat(()))))


@dataclass(frozen=True, slots=True)
class Settings:
    """What is left when every layer has had its say: one setting a path, each with those that lost to it."""

    items: tuple[Setting, ...] = ()
    _by_path: dict[Path, Setting] = field(init=False, repr=False, compare=False)
    # Made when somebody asks.
    _parameters: tuple[dict[str, Parts], frozenset[str]] | None = field(
        init=False, default=None, repr=False, compare=False
    )
    _under: dict[Path, tuple[Setting, ...]] | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_path", {item.path: item for item in self.items})

    def __reduce__(self) -> tuple[type[Settings], tuple[tuple[Setting, ...]]]:
        """Without what is made of the items."""
        return type(self), (self.items,)

    def __iter__(self) -> Iterator[Setting]:
        return iter(self.items)

    @property
    def by_path(self) -> Mapping[Path, Setting]:
        return self._by_path

    @property
    def are_settled(self) -> bool:
        """Whether no path is set twice and none is cleared: the order of the settings means nothing then."""
        clearing = [item for item in self.items if item.value is None and item.clears]
        return not clearing and len(self._by_path) == len(self.items)

    def get(self, *path: str) -> Setting | None:
        """The setting at exactly this path, a clearing one too."""
        return self._by_path.get(path)

    def among(self, paths: Iterable[Path]) -> list[Setting]:
        """Those at exactly these paths, in their order."""
        return [self._by_path[path] for path in paths if path in self._by_path]

    def first(self, paths: Iterable[Path]) -> Setting | None:
        """The first of those at exactly these paths."""
        by_path = self._by_path
        for path in paths:
            found = by_path.get(path)
            if found is not None:
                return found
        return None

    def value(self, *path: str, default: Any = None) -> Any:
        setting = self._by_path.get(path)
        return default if setting is None or setting.value is None else setting.value

    def under(self, *path: str) -> tuple[Setting, ...]:
        """All settings at this path and below it, in order. There may be as many that ask as there are settings."""
        if self._under is None:
            object.__setattr__(self, "_under", _under(self.items))
        assert self._under is not None
        return self._under.get(path, ())

    def parameters(self) -> tuple[dict[str, Parts], frozenset[str]]:
        """What is set of each parameter of `overrides`, and the names of those of which something is cleared.

        For whoever looks at what there is, not for what could be. Every task comes through here with a score of
        settings, most of which stand right below their parameter.
        """
        if self._parameters is None:
            object.__setattr__(self, "_parameters", _parameters(self.items))
        assert self._parameters is not None
        return self._parameters


def _under(items: Iterable[Setting]) -> dict[Path, tuple[Setting, ...]]:
    found: dict[Path, list[Setting]] = {}
    for item in items:
        path = item.path
        for end in range(len(path) + 1):
            found.setdefault(path[:end], []).append(item)
    return {path: tuple(below) for path, below in found.items()}


def _parameters(items: Iterable[Setting]) -> tuple[dict[str, Parts], frozenset[str]]:
    found: dict[str, Parts] = {}
    cleared = []
    for item in items:
        path, value = item.path, item.value
        if path[0] != OVERRIDES:
            continue
        name = path[1]
        parts = found.get(name)
        if parts is None:
            parts = found[name] = {}
        depth = len(path)
        parts[path[2] if depth == 3 else WHOLE if depth == 2 else _part(path)] = value
        if value is None:
            cleared.append(name)
    return found, frozenset(cleared)


@lru_cache(maxsize=4096)
def _part(path: Path) -> str:
    """One text for all manifests: most of them set the same."""
    return ".".join(path[2:])
