"""Files -> manifests: load, then validate, file by file and then all together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flyteplan.errors import Position, Problem, is_valid, ordered
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.manifest import Manifest
from flyteplan.ports import Content, Found, Reading, alone
from flyteplan.record import dataclass, replace
from flyteplan.validate import Validator, is_policy, is_policy_test, manifest
from flyteplan.validate.outlines import SIZE, doubtful, file_digest

if TYPE_CHECKING:
    from flyteplan.model.policy import Policy

_Item: TypeAlias = "Manifest | Policy | Problem"


class _File(NamedTuple):
    """What one file comes to, and the outlines of its manifests."""

    items: tuple[_Item, ...]
    outlines: bytes


_Key = tuple[int, str, Content]
# What files come to, by layer, path and content.
Known = dict[_Key, _File]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """All manifests of all layers, and all that is wrong with them. `count` is how many are valid, kept or not."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    files: int
    count: int
    policies: tuple[Policy, ...] = ()

    @property
    def valid(self) -> bool:
        return is_valid(self.problems)

    def of(self, stack: Sequence[int]) -> Manifests:
        """Those of one target, whose layers these are in order."""
        order = {layer: number for number, layer in enumerate(stack)}
        here = (_moved(one, order[one.layer]) for one in self.manifests if one.layer in order)
        return replace(self, manifests=tuple(here))

    def with_problems(self, problems: Iterable[Problem]) -> Manifests:
        return replace(self, problems=ordered([*self.problems, *problems]))


def _moved(one: Manifest, layer: int) -> Manifest:
    return one if one.layer == layer else replace(one, layer=layer)


def validate(
    found: Iterable[Found],
    validator: Validator,
    stacks: Sequence[Sequence[int]],
    *,
    policies: Validator | None = None,
    known: Known | None = None,
    spread: Reading = alone,
) -> Manifests:
    """Manifest files -> manifests. No catalog is opened.

    *stacks* are the targets: each has the numbers of its layers, in order. Rules among manifests hold in each of them.
    *policies* checks the policies that stand among the manifests; without it they are out of place there.
    *known* remembers what files come to: one of the same path and content is not read again, and gives the same values.
    *spread* may have parts of the files read by other processes.
    """
    reader = _Reader(validator=validator, policies=policies, remembers=known is not None)
    parts = spread(reader.part, found, _path) if known is None else _with_known(reader, found, known, spread)
    every = _manifests(parts)
    if not _doubtful(parts, stacks):
        return every
    return every.with_problems(problem for stack in stacks for problem in _among(every.of(stack).manifests))


def check(
    found: Callable[[], Iterable[Found]],
    validator: Validator,
    stacks: Sequence[Sequence[int]],
    *,
    policies: Validator | None = None,
    spread: Reading = alone,
) -> Manifests:
    """As `validate`, for whoever asks only what is wrong: of a valid manifest there is nothing left but its outline.

    *found* gives the files a second time: those are read again whose manifests may break a rule among them.
    """
    reader = _Reader(validator=validator, policies=policies, keep=False)
    parts = spread(reader.part, found(), _path)
    every = _manifests(parts)
    doubts = _doubtful(parts, stacks)
    if not doubts:
        return every
    again = (one for one in found() if file_digest(one[1]) in doubts)
    return every.with_problems(validate(again, validator, stacks, policies=policies).problems)


def _with_known(reader: _Reader, found: Iterable[Found], known: Known, spread: Reading) -> list[_Part]:
    seen, fresh = _Part(), list[Found]()
    for layer, path, given in found:
        content = given() if callable(given) else given
        if (layer, path, content) in known:
            seen.add(known[layer, path, content])
        else:
            fresh.append((layer, path, content))
    parts = spread(reader.part, fresh, _path)
    for part in parts:
        known.update(part.read)
    return [seen, *parts]


def _doubtful(parts: Sequence[_Part], stacks: Sequence[Sequence[int]]) -> frozenset[bytes]:
    """The digests of the files whose manifests may break a rule among them: most often of none.

    The outlines are taken out of *parts*: what is kept twice counts where there are very many.
    """
    return doubtful([part.taken() for part in parts], stacks)


class _Part:
    """What some of the files come to, added up: of many files not even a word each is to be kept."""

    __slots__ = ("files", "manifests", "outlines", "policies", "problems", "read")

    def __init__(self) -> None:
        self.manifests: list[Manifest] = []
        self.outlines = bytearray()
        self.problems: list[Problem] = []
        self.policies: list[Policy] = []
        self.files = 0
        self.read: Known = {}

    def add(self, file: _File) -> None:
        self.files += 1
        self.outlines += file.outlines
        for item in file.items:
            if isinstance(item, Problem):
                self.problems.append(item)
            elif isinstance(item, Manifest):
                self.manifests.append(item)
            else:
                self.policies.append(item)

    def taken(self) -> bytes:
        """The outlines, which it does not keep."""
        outlines = bytes(self.outlines)
        self.outlines.clear()
        return outlines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Reads files, all in the same way. `remembers`: what each of them comes to is told as well."""

    validator: Validator
    policies: Validator | None = None
    remembers: bool = False
    keep: bool = True

    def part(self, found: Iterable[Found]) -> _Part:
        part = _Part()
        for layer, path, given in found:
            content = given() if callable(given) else given
            file = self._read(layer, path, content)
            part.add(file)
            if self.remembers:
                part.read[layer, path, content] = file
        return part

    def _read(self, layer: int, path: str, content: Content) -> _File:
        items, outlines = list[_Item](), b""
        for item in documents(path, content):
            if isinstance(item, Problem):
                items.append(item)
            elif self.policies and is_policy(item):
                items += read_policy(item, self.policies)
            else:
                checked = manifest(item, layer, self.validator, keep=self.keep)
                items += checked.problems
                items += [checked.manifest] if checked.manifest else ()
                outlines += checked.outline
        return _File(tuple(items), outlines)


def _path(found: Found) -> str:
    return found[1]


def _manifests(parts: Sequence[_Part]) -> Manifests:
    manifests = [one for part in parts for one in part.manifests]
    policies = [one for part in parts for one in part.policies]
    return Manifests(
        manifests=tuple(sorted(manifests, key=lambda one: (one.layer, one.position))),
        problems=ordered(problem for part in parts for problem in part.problems),
        files=sum(part.files for part in parts),
        count=sum(len(part.outlines) for part in parts) // SIZE,
        policies=tuple(sorted(policies, key=lambda one: one.position)),
    )


def read_policy(item: Document, validator: Validator) -> Iterator[Policy | Problem]:
    """What *item* is, and what is wrong with it. Tests of policies are no business of a plan."""
    from flyteplan.validate.policies import policy

    if is_policy_test(item):
        return
    checked = policy(item, validator)
    yield from checked.problems
    if checked.policy:
        yield checked.policy


def _among(manifests: Sequence[Manifest]) -> list[Problem]:
    """The rules among manifests, and where two of them disagree: of tasks that they name, no catalog is needed."""
    from flyteplan.resolve import compose, referenced
    from flyteplan.validate.among import between

    problems = list(between(manifests))
    for group in referenced(manifests):
        if len({one.rank for one in group.manifests}) < len(group.manifests):
            problems += [one for one in compose(group)[1] if one.code == "FP1302"]
    return problems


def documents(path: str, content: bytes | Problem, what: str = "manifest") -> Iterator[Document | Problem]:
    """The documents of one file, and what of it is none; *what* it should have in it."""
    if isinstance(content, Problem):
        yield content
        return
    nothing = True
    for item in load(content, path):
        nothing = False
        yield item
    if nothing:
        yield from _empty(path, content, what)


def _empty(path: str, content: bytes, what: str) -> Iterator[Problem]:
    """An empty file is a file that was lost. One of comments says that none is meant."""
    if any(line.lstrip().startswith(b"#") for line in content.splitlines()):
        return
    severity = "warning" if content.strip() else "error"
    hint = f"write a {what} into it, or remove it"
    message = f"the file has no {what}"
    yield Problem(code="FP1106", position=Position(path, 1, 1), message=message, hint=hint, severity=severity)
