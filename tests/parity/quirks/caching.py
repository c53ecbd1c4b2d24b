"""cache."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from flyte import Cache
from tests.parity.bases import cache
from tests.parity.quirk import SAME, Quirk, Raises, Refused

DEPLOYED = (True, "v1", True, ["x"], 86400.0)


def _behaves(alias: Any) -> dict[str, Any]:
    return {"cache": Cache(alias)}


QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        line="cache: None is ignored",
        sdk=lambda: {"cache": None},
        does=DEPLOYED,
        manifest={},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: a text crashes",
        sdk=lambda: {"cache": "disable"},
        does=Raises(AttributeError, "behavior"),
        manifest={"cache": "disable"},
        gives=(False, "", False, [], None),
        field=cache,
    ),
    Quirk(
        line="cache: disable clears the version, which is part of an action's name, and all the rest",
        sdk=lambda: {"cache": Cache("disable")},
        does=(False, "", False, [], None),
        manifest={"cache": {"behavior": "disable"}},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: disable still writes the rest",
        sdk=lambda: {"cache": Cache("disable", serialize=True, ignored_inputs=("a",), max_age=60)},
        does=(False, "", True, ["a"], 60.0),
        manifest={"cache": {"behavior": "disable", "serialize": True, "ignored_inputs": ["a"], "max_age": 60}},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: disable drops a version that is given",
        sdk=lambda: {"cache": Cache("disable", version_override="v2")},
        does=(False, "", False, [], None),
        manifest={"cache": {"behavior": "disable", "version_override": "v2"}},
        gives=Refused("FP1211"),
        field=cache,
    ),
    *(
        Quirk(
            line=f"cache: {alias} is another word for disable",
            sdk=partial(_behaves, alias),
            does=(False, "", False, [], None),
            manifest={"cache": alias},
            gives=Refused("FP1210"),
            field=cache,
        )
        for alias in ("off", "false", "no", "none")
    ),
    *(
        Quirk(
            line=f"cache: {alias} is too late for a deployed task",
            sdk=partial(_behaves, alias),
            does=Raises(ValueError, "must be 'disable' or 'override' for remote tasks"),
            manifest={"cache": alias},
            gives=Refused("FP1210"),
        )
        for alias in ("auto", "enable", "on", "true", "yes")
    ),
    Quirk(
        line="cache: an unknown behavior",
        sdk=lambda: {"cache": Cache("sometimes")},  # type: ignore[arg-type]
        does=Raises(ValueError, "Invalid cache behavior"),
        manifest={"cache": {"behavior": "sometimes"}},
        gives=Refused("FP1104"),
    ),
    Quirk(
        line="cache: no behavior",
        sdk=lambda: {"cache": Cache(version_override="v2")},  # type: ignore[call-arg]
        does=Raises(TypeError, "behavior"),
        manifest={"cache": {"version_override": "v2"}},
        gives=Refused("FP1210"),
    ),
    Quirk(
        line="cache: override without a version",
        sdk=lambda: {"cache": Cache("override")},
        does=Raises(ValueError, "version_override must be set"),
        manifest={"cache": {"behavior": "override"}},
        gives=Refused("FP1210"),
    ),
    Quirk(
        line="cache: override with an empty version",
        sdk=lambda: {"cache": Cache("override", version_override="")},
        does=Raises(ValueError, "version_override must be set"),
        manifest={"cache": {"behavior": "override", "version_override": ""}},
        gives=Refused("FP1209"),
    ),
    Quirk(
        line="cache: override loses serialize, ignored inputs and age",
        sdk=lambda: {"cache": Cache("override", version_override="v2")},
        does=(True, "v2", False, [], None),
        manifest={"cache": {"behavior": "override", "version_override": "v2"}},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: salt and policies are dropped",
        sdk=lambda: {"cache": Cache("override", version_override="v2", salt="s", policies=[])},
        does=(True, "v2", False, [], None),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "salt": "s"}},
        gives=Refused("FP1101"),
        field=cache,
    ),
    Quirk(
        line="cache: the text of ignored_inputs falls into its letters",
        sdk=lambda: {"cache": Cache("override", version_override="v2", ignored_inputs="abc")},
        does=(True, "v2", False, ["a", "b", "c"], None),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "ignored_inputs": "abc"}},
        gives=Refused("FP1103"),
        field=cache,
    ),
    Quirk(
        line="cache: an ignored input that the task does not have",
        sdk=lambda: {"cache": Cache("override", version_override="v2", ignored_inputs=("seed",))},
        does=(True, "v2", False, ["seed"], None),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "ignored_inputs": ["seed"]}},
        gives=Refused("FP2007"),
        field=cache,
    ),
    Quirk(
        line="cache: an age of 0 is written",
        sdk=lambda: {"cache": Cache("override", version_override="v2", max_age=0)},
        does=(True, "v2", False, [], 0.0),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "max_age": 0}},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: an age as a timedelta",
        sdk=lambda: {"cache": Cache("override", version_override="v2", max_age=timedelta(days=7))},
        does=(True, "v2", False, [], 604800.0),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "max_age": "7d"}},
        gives=SAME,
        field=cache,
    ),
    Quirk(
        line="cache: an age below zero",
        sdk=lambda: {"cache": Cache("override", version_override="v2", max_age=-1)},
        does=Raises(ValueError, "nonnegative"),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "max_age": -1}},
        gives=Refused("FP1104"),
    ),
    Quirk(
        line="cache: an age as a text crashes",
        sdk=lambda: {"cache": Cache("override", version_override="v2", max_age="7d")},  # type: ignore[arg-type]
        does=Raises(TypeError, "max_age must be"),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "max_age": "7d"}},
        gives=(True, "v2", False, [], 604800.0),
        field=cache,
    ),
    Quirk(
        line="cache: an age of True",
        sdk=lambda: {"cache": Cache("override", version_override="v2", max_age=True)},
        does=Raises(TypeError, "max_age must be"),
        manifest={"cache": {"behavior": "override", "version_override": "v2", "max_age": True}},
        gives=Refused("FP1103"),
    ),
)
