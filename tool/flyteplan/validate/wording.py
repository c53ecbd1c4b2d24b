"""Faults of the schema in words: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flyteplan.errors import Position, Problem
from flyteplan.model.document import Locator, Pointer
from flyteplan.model.nearest import did_you_mean
from flyteplan.model.sensitive import looks_secret, without_value
from flyteplan.record import replace
from flyteplan.validate.draft import shown
from flyteplan.validate.keys import mapping_hint, unknown_key_hint
from flyteplan.validate.prune import unknown_keys
from flyteplan.validate.resources import with_unit
from flyteplan.validate.schema import Fault, Validator, options

Words = tuple[str, str, str]

_TYPES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_WORDS = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
_OVERRIDES = ("spec", "overrides")
_VARIABLES = ((*_OVERRIDES, "env_vars"), ("spec", "submit", "run", "envs"))
_SALT = ("salt",)
_NO_MAPPING = "quote the value if it is a text; its keys are value and sensitive"
_WITH_UNIT = ("memory", "disk", "shm")
_AUTO = ("auto", "enable", "enabled", "on", "true", "yes", True)
_OFF = ("off", "false", "no", "none", "disabled", False, None)


def problems(faults: Iterable[Fault], locator: Locator, validator: Validator) -> Iterator[Problem]:
    """One for each fault; of unknown keys one for each key, and they stand at the key."""
    for fault in faults:
        if fault.keyword == "additionalProperties":
            yield from _unknown(fault, locator, validator)
        else:
            read = replace(fault, written=locator.text(fault.pointer))
            code, message, hint = _special(read) or _GENERAL[fault.keyword](read, validator)
            yield Problem(code=code, position=_place(fault, locator), message=message, hint=hint)


def _place(fault: Fault, locator: Locator) -> Position:
    """Where to mend it: what lacks a key is named by its own, what excludes another key by the later of the two."""
    if fault.keyword == "required":
        return locator.key(fault.pointer)
    if fault.keyword == "not":
        keys = fault.node["not"]["required"]
        return locator.key((*fault.pointer, [key for key in fault.instance if key in keys][-1]))
    return locator.value(fault.pointer)


def _unknown(fault: Fault, locator: Locator, validator: Validator) -> Iterator[Problem]:
    """A value that begins with a brace and has no quotes is read as a mapping: its keys are parts of the value."""
    of_a_variable = _is_variable(fault.pointer)
    for key in unknown_keys(fault):
        quoted = "" if of_a_variable else f"'{without_value(key)}' "
        yield Problem(
            code="FP1101",
            position=locator.key((*fault.pointer, key)),
            message=f"unknown key {quoted}in {shown(fault.pointer)}",
            hint=_NO_MAPPING if of_a_variable else unknown_key_hint(key, fault, validator),
        )


def _is_variable(pointer: Pointer) -> bool:
    """Whether it leads to a variable's value, or into it."""
    return any(pointer[: len(at)] == at and len(pointer) > len(at) for at in _VARIABLES)


def _is_secret(pointer: Pointer) -> bool:
    """Whether what stands there is not to be quoted: a variable with a mark may have any name."""
    if not _is_variable(pointer):
        return pointer == _SALT
    at = next(at for at in _VARIABLES if pointer[: len(at)] == at)
    return len(pointer) > len(at) + 1 or looks_secret(str(pointer[len(at)]))


def _special(fault: Fault) -> Words | None:
    """Where one sentence about Flyte or Kubernetes helps more than one about types."""
    if fault.pointer[:2] != _OVERRIDES or len(fault.pointer) < 3:
        return None
    field = fault.pointer[2]
    if field == "resources" and len(fault.pointer) > 3 and fault.pointer[3] in _WITH_UNIT:
        return _no_unit(fault)
    if field == "cache" and fault.pointer[3:] in ((), ("behavior",)):
        return _cache(fault)
    if field == "secrets" and fault.keyword == "enum":
        return "FP1208", f"{shown(fault.pointer)} must be /etc/flyte/secrets", "Flyte mounts secrets there only"
    return None


def _no_unit(fault: Fault) -> Words | None:
    if isinstance(fault.instance, bool) or not isinstance(fault.instance, int | float):
        return None
    return "FP1202", f"{shown(fault.pointer)} needs a unit", with_unit(str(fault.instance))


def _cache(fault: Fault) -> Words | None:
    if not isinstance(fault.instance, str | bool | None):
        return None
    if fault.instance in _AUTO:
        hint = "write {behavior: override, version_override: v2}, or disable"
        return "FP1210", "a deployed task cannot compute its cache version", hint
    if fault.instance == "override":
        return "FP1210", f"{shown(fault.pointer)} can not be override alone", "write {behavior: override}"
    if fault.instance in _OFF:
        return "FP1210", f"{shown(fault.pointer)} can not be {_literal(fault.instance)}", "write disable"
    return None


def _type(fault: Fault, _: Validator) -> Words:
    names = fault.node["type"]
    wanted = [_TYPES[name] for name in ([names] if isinstance(names, str) else names) if name != "null"]
    wanted = [fault.node["title"]] if "title" in fault.node else wanted
    hint = mapping_hint(fault) if "object" in names else _respelt(fault, names)
    return "FP1103", f"{shown(fault.pointer)} must be {_either(wanted)}", hint


def _union(fault: Fault, validator: Validator) -> Words:
    branches = fault.node[fault.keyword]
    if all(branch.keys() == {"required"} for branch in branches):
        keys = _either([branch["required"][0] for branch in branches])
        return "FP1102", f"{shown(fault.pointer)} needs {keys}", ""
    nodes = [node for node in options(fault.node, validator) if node["type"] != "null"]
    hint = _respelt(fault, [node["type"] for node in nodes])
    return "FP1103", f"{shown(fault.pointer)} must be {_either([node['title'] for node in nodes])}", hint


def _required(fault: Fault, _: Validator) -> Words:
    missing = [key for key in fault.node["required"] if key not in fault.instance]
    where = f" in {shown(fault.pointer)}" if fault.pointer else ""
    return "FP1102", f"{_listed(missing)} {'is' if len(missing) == 1 else 'are'} missing{where}", ""


def _excluding(fault: Fault, _: Validator) -> Words:
    keys = " and ".join(fault.node["not"]["required"])
    return "FP1105", f"{keys} exclude each other in {shown(fault.pointer)}", "keep one of them"


def _enum(fault: Fault, _: Validator) -> Words:
    choices = fault.node["enum"]
    hint = did_you_mean(fault.instance, choices, limit=1) if isinstance(fault.instance, str) else ""
    return "FP1104", f"{shown(fault.pointer)} must be {_either(choices)}", hint


def _constant(fault: Fault, _: Validator) -> Words:
    return "FP1106", f"{shown(fault.pointer)} must be {_literal(fault.node['const'])}", ""


def _least(fault: Fault, _: Validator) -> Words:
    return "FP1104", f"{shown(fault.pointer)} must be at least {fault.node['minimum']}", ""


def _most(fault: Fault, _: Validator) -> Words:
    return "FP1104", f"{shown(fault.pointer)} must be at most {fault.node['maximum']}", ""


def _empty(fault: Fault, _: Validator) -> Words:
    return "FP1209", f"{shown(fault.pointer)} must not be empty", ""


def _long(fault: Fault, _: Validator) -> Words:
    has = len(fault.instance)
    return "FP1209", f"{shown(fault.pointer)} must have at most {fault.node['maxLength']} characters, not {has}", ""


def _pattern(fault: Fault, _: Validator) -> Words:
    return "FP1209", f"{shown(fault.pointer)} {fault.node['patternErrorMessage']}", ""


def _items(fault: Fault, _: Validator) -> Words:
    has = len(fault.instance)
    return "FP1103", f"{shown(fault.pointer)} must be {fault.node['title']}, and has {has} item{'s' * (has != 1)}", ""


_GENERAL: dict[str, Callable[[Fault, Validator], Words]] = {
    "type": _type,
    "oneOf": _union,
    "anyOf": _union,
    "required": _required,
    "not": _excluding,
    "enum": _enum,
    "const": _constant,
    "minimum": _least,
    "maximum": _most,
    "minLength": _empty,
    "maxLength": _long,
    "pattern": _pattern,
    "minItems": _items,
    "maxItems": _items,
}


def _respelt(fault: Fault, types: str | Sequence[str]) -> str:
    """The same value as one of the JSON *types*, where only quotes or a YAML 1.1 word stand between them."""
    value = fault.instance
    if _is_secret(fault.pointer):
        return "write it in quotes" if "string" in types else "write true or false, without quotes"
    if "string" in types and isinstance(value, int | float):
        return "" if "integer" in types or "number" in types else f'write "{fault.written}"'
    if not isinstance(value, str):
        return ""
    if "array" in types and "object" not in types:
        return f"write [{value}]"
    if "boolean" in types and value.lower() in _WORDS:
        return f"write {_WORDS[value.lower()]}"
    return f"write {value}, without quotes" if "integer" in types and value.isdecimal() else ""


def _literal(value: Any) -> str:
    """As YAML writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _either(words: list[str]) -> str:
    if len(words) < 3:
        return " or ".join(words)
    return f"{', '.join(words[:-1])}, or {words[-1]}"


def _listed(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
