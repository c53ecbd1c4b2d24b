"""Differences in the primary container of a pod, by the names that a manifest has for them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flyteplan.diff.freeform import word
from flyteplan.model.itemname import quoted, unquoted
from flyteplan.model.plan import Difference
from flyteplan.model.primary import counts_gpus, manifest_name

_QUANTITY = re.compile(r"\.resources\.(?P<side>requests|limits)\.(?P<key>.+)")
_VARIABLE = re.compile(r"\.env\[(?P<key>.+)\]\.value")


def in_manifest_words(found: Sequence[Difference], container: str) -> list[Difference]:
    """*found* with the differences inside the primary *container* renamed; all others as they are."""
    prefix = f"k8s_pod.pod_spec.containers[{word(container)}]"
    gpus = {side: _gpu_key(found, f"{prefix}.resources.{side}.") for side in ("requests", "limits")}
    return [
        difference._replace(path=_renamed(difference.path.removeprefix(prefix), gpus))
        if difference.path.startswith(prefix)
        else difference
        for difference in found
    ]


def _renamed(rest: str, gpus: dict[str, str | None]) -> str:
    quantity, variable = _QUANTITY.fullmatch(rest), _VARIABLE.fullmatch(rest)
    if quantity is not None:
        side = quantity["side"]
        return f"resources.{side}.{manifest_name(unquoted(quantity['key']), gpus[side])}"
    if variable is not None:
        return f"env_vars.{quoted(unquoted(variable['key']))}"
    return "image" if rest == ".image" else f"primary_container{rest}"


def _gpu_key(found: Sequence[Difference], prefix: str) -> str | None:
    """The one key that counts accelerators, if live or the SDK's own word for it tells where it is written."""
    there = [d for d in found if d.path.startswith(prefix) and counts_gpus(unquoted(d.path.removeprefix(prefix)))]
    keys = [unquoted(d.path.removeprefix(prefix)) for d in there]
    return keys[0] if len(keys) == 1 and (keys[0] == "gpu" or there[0].live is not None) else None
