"""Names that Kubernetes and Flyte restrict beyond what a schema says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from flyteplan.model.derived import is_derived
from flyteplan.model.document import Pointer
from flyteplan.model.sensitive import without_value
from flyteplan.validate.draft import Draft, shown

_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
# <base>.<10 hex of a digest>[-N].flyteplan; a long base is cut and ends with 8 hex of its own digest.
_DERIVED = re.compile(r"(?P<base>.+)\.[0-9a-f]{10}(?:-\d+)?\.flyteplan")
_CUT = re.compile(r"-[0-9a-f]{8}")
_LONGEST_VERSION = 63


def check_env_vars(draft: Draft, values: Mapping[str, str | None], pointer: Pointer) -> None:
    for name, value in values.items():
        if not _is_variable(name):
            message = f"'{without_value(name)}' can not be the name of a variable"
            draft.wrong_key("FP1204", (*pointer, name), message, _mended(name))
        elif name.startswith("_F_"):
            hint = "names that begin with _F_ are Flyte's own"
            draft.wrong_key("FP1204", (*pointer, name), f"{name} can not be set", hint)
        if value and "\0" in value:
            draft.wrong("FP1104", (*pointer, name), f"{shown((*pointer, name))} must not hold a NUL character")


def _mended(name: str) -> str:
    """What is written as a file of variables has it is shown as a mapping has it."""
    before, equals, _ = name.partition("=")
    if equals and _is_variable(before):
        return f"write {before}: value"
    return "write NAME: value" if equals else "letters, digits and _, not beginning with a digit"


@lru_cache(maxsize=4096)
def _is_variable(name: str) -> bool:
    """Most manifests set the same variables."""
    return name.isascii() and name.isidentifier()


def check_labels(draft: Draft, values: Mapping[str, str | None], pointer: Pointer) -> None:
    check_annotations(draft, values, pointer)
    for name, value in values.items():
        if value and not _is_value(value):
            hint = "at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or a digit"
            message = f"{shown((*pointer, name))} has a value that a label can not have"
            draft.wrong("FP1209", (*pointer, name), message, hint)


def check_annotations(draft: Draft, values: Mapping[str, str | None], pointer: Pointer) -> None:
    for name in values:
        if not is_qualified(name):
            hint = "write name or domain/name, the name at most 63 letters, digits, '-', '_' and '.'"
            message = f"'{without_value(name)}' can not be a key in {shown(pointer)}"
            draft.wrong_key("FP1209", (*pointer, name), message, hint)


@lru_cache(maxsize=4096)
def _is_value(text: str) -> bool:
    return _QUALIFIED.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_qualified(name: str) -> bool:
    """Kubernetes' `name` or `domain/name`, as keys of labels, annotations and resources are written."""
    prefix, slash, last = name.rpartition("/")
    if slash and (len(prefix) > 253 or not _PREFIX.fullmatch(prefix)):
        return False
    return _QUALIFIED.fullmatch(last) is not None


def check_version(draft: Draft, version: str, pointer: Pointer) -> None:
    if is_derived(version):
        draft.wrong("FP1213", pointer, f"version {version} was derived by flyteplan", _pin(version))


def _pin(version: str) -> str:
    match = _DERIVED.fullmatch(version)
    if match is None:
        return "pin the version it was derived from"
    base = match["base"]
    if len(version) == _LONGEST_VERSION and _CUT.fullmatch(base[-9:]):
        return f"pin its base, a version that begins with {base[:-9]}"
    return f"pin its base: {base}"
