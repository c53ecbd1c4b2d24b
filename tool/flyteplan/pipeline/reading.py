"""Files -> manifests: load, then validate, file by file and then all together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flyteplan.errors import Position, Problem, is_valid, ordered
from flyteplan.load import load
from flyteplan.model.document import Document
from flyteplan.model.manifest import Manifest
from flyteplan.model.policy import Policy
from flyteplan.resolve import compose, referenced
from flyteplan.validate import CheckedPolicy, Validator, between, is_policy, is_policy_test, manifest, policy

Found = tuple[int, str, "bytes | Problem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """All manifests of all layers, and all that is wrong with them."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]
    files: int
    policies: tuple[Policy, ...] = ()

    @property
    def valid(self) -> bool:
        return is_valid(self.problems)

    def of(self, stack: Sequence[int]) -> Manifests:
        """Those of one target, whose layers these are in order."""
        here = (replace(one, layer=stack.index(one.layer)) for one in self.manifests if one.layer in stack)
        return replace(self, manifests=tuple(here))

    def with_problems(self, problems: Iterable[Problem]) -> Manifests:
        return replace(self, problems=ordered([*self.problems, *problems]))


# What files come to, by path and content.
Known = dict[tuple[str, "bytes | Problem"], Manifests]


def validate(
    found: Iterable[Found],
    validator: Validator,
    stacks: Sequence[Sequence[int]],
    *,
    policies: Validator | None = None,
    known: Known | None = None,
) -> Manifests:
    """Manifest files -> manifests. No catalog is opened.

    *stacks* are the targets: each has the numbers of its layers, in order. Rules among manifests hold in each of them.
    *policies* checks the policies that stand among the manifests; without it they are out of place there.
    *known* remembers what files come to: one of the same path and content is not read again.
    """
    known = {} if known is None else known
    read: list[tuple[int, Manifests]] = []
    for layer, path, content in found:
        if (path, content) not in known:
            known[path, content] = _file(path, content, validator, policies)
        read.append((layer, known[path, content]))
    all_of = Manifests(
        manifests=tuple(replace(one, layer=layer) for layer, file in read for one in file.manifests),
        problems=tuple(problem for _, file in read for problem in file.problems),
        files=len(read),
        policies=tuple(policy for _, file in read for policy in file.policies),
    )
    return all_of.with_problems(problem for stack in stacks for problem in _among(all_of.of(stack).manifests))


def _file(path: str, content: bytes | Problem, validator: Validator, policies: Validator | None) -> Manifests:
    """One file, as of the first layer."""
    manifests: list[Manifest] = []
    found: list[Policy] = []
    problems: list[Problem] = []
    for item in documents(path, content):
        if isinstance(item, Problem):
            problems.append(item)
        elif policies and is_policy(item):
            problems += read_policy(item, policies, found)
        else:
            checked = manifest(item, 0, validator)
            problems += checked.problems
            manifests += [checked.manifest] if checked.manifest else []
    return Manifests(manifests=tuple(manifests), problems=tuple(problems), files=1, policies=tuple(found))


def read_policy(item: Document, validator: Validator, policies: list[Policy]) -> Sequence[Problem]:
    """Adds what *item* is to *policies*. Tests of policies are no business of a plan."""
    checked = CheckedPolicy() if is_policy_test(item) else policy(item, validator)
    policies += [checked.policy] if checked.policy else []
    return checked.problems


def _among(manifests: Sequence[Manifest]) -> list[Problem]:
    """The rules among manifests, and where two of them disagree: of tasks that they name, no catalog is needed."""
    problems = list(between(manifests))
    for group in referenced(manifests):
        if len(group.manifests) > 1:
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
