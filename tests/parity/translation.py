"""Overrides of a manifest in the words of the Flyte SDK, written from the SDK's documentation alone.

Nothing here knows flyteplan's rules: this is what a user would write who calls `override()` in Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, cast, get_args

import flyte
from flyte import _resources
from flyte._internal.runtime.resources_serde import ACCELERATOR_DEVICE_MAP
from flyte.remote import TaskDetails

Overrides = Mapping[str, Any]

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds"}
_PART = re.compile(r"(\d+(?:\.\d+)?)(d|h|ms|us|m|s)")
_TYPES: dict[str, Any] = {
    "GPU": _resources.GPUType,
    "TPU": _resources.TPUType,
    "NEURON": _resources.NeuronType,
    "AMD_GPU": _resources.AMD_GPUType,
    "HABANA_GAUDI": _resources.HABANA_GAUDIType,
    "APPLE_SILICON": _resources.AppleSiliconType,
}
DEVICES = {device: name for name, kind in _TYPES.items() for device in get_args(kind)}
TEXTS: tuple[str, ...] = get_args(_resources.Accelerators)


def override(details: TaskDetails, overrides: Overrides) -> TaskDetails:
    """What the SDK makes of *overrides*."""
    return details.override(**translated(overrides))


def translated(overrides: Overrides) -> dict[str, Any]:
    """The keyword arguments of `override()`."""
    return {name: _TRANSLATED.get(name, _as_is)(value) for name, value in overrides.items()}


def span(value: int | str) -> timedelta:
    """`90`, `"90"`, `"1h30m"`."""
    if isinstance(value, int) or value.isdecimal():
        return timedelta(seconds=int(value))
    parts: dict[str, float] = {}
    for number, unit in _PART.findall(value):
        parts[_UNITS[unit]] = parts.get(_UNITS[unit], 0) + (float(number) if "." in number else int(number))
    return timedelta(**parts)


def _as_is(value: Any) -> Any:
    return value


def _resources_of(value: Mapping[str, Any]) -> flyte.Resources:
    given: dict[str, Any] = {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
    if isinstance(value.get("gpu"), dict):
        given["gpu"] = _device(**value["gpu"])
    return flyte.Resources(**given)


def _device(
    device: str, quantity: int = 1, partition: str | None = None, device_class: str | None = None
) -> flyte.Device:
    if device in get_args(_resources.GPUType):
        return flyte.GPU(device, quantity, partition)  # type: ignore[arg-type]
    if device in get_args(_resources.TPUType):
        return cast("flyte.Device", flyte.TPU(device, partition))  # type: ignore[arg-type]
    known = DEVICES.get(device) or ("GPU" if device in ACCELERATOR_DEVICE_MAP else None)
    return flyte.Device(quantity, device_class or known or "GPU", device, partition)  # type: ignore[arg-type]


def _retries(value: Any) -> flyte.RetryStrategy:
    if not isinstance(value, dict):
        return flyte.RetryStrategy(count=int(value))
    backoff = value.get("backoff")
    return flyte.RetryStrategy(count=value.get("count", 0), backoff=_backoff(**backoff) if backoff else None)


def _backoff(base: Any, factor: float = 1.0, cap: Any = None) -> flyte.Backoff:
    return flyte.Backoff(base=span(base), factor=factor, cap=None if cap is None else span(cap))


def _timeout(value: Any) -> flyte.Timeout | timedelta:
    if not isinstance(value, dict):
        return span(value)
    return flyte.Timeout(**{name: span(bound) for name, bound in value.items()})


def _cache(value: Any) -> flyte.Cache:
    if not isinstance(value, dict):
        return flyte.Cache(behavior=value)
    given = dict(value)
    if "max_age" in given:
        given["max_age"] = span(given["max_age"])
    return flyte.Cache(**given)


def _secrets(items: list[Any]) -> list[str | flyte.Secret]:
    return [item if isinstance(item, str) else flyte.Secret(**item) for item in items]


_TRANSLATED: Mapping[str, Callable[[Any], Any]] = {
    "resources": _resources_of,
    "retries": _retries,
    "timeout": _timeout,
    "cache": _cache,
    "secrets": _secrets,
}
