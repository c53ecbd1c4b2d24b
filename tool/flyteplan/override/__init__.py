"""Template + settings -> the desired spec.

The deployed message is copied with `CopyFrom` and only the copy is edited, so fields that this flyteidl2 does not
know survive. Two strategies share the edits: `merge` sets and clears value by value; `replace` clears a parameter as
`flyte.remote.TaskDetails.override` of SDK 2.12 does before it sets it, so that both give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flyteplan.model.resolution import Desired, made_desired
from flyteplan.model.settings import CALL, WHOLE, Parts, Settings
from flyteplan.model.task import Template
from flyteplan.override import cache, environment, metadata, notes, pool, resources, security
from flyteplan.override.edit import Edit

# In the order of the SDK's own edits: what stands in more than one place of a template depends on it.
EDITS: tuple[tuple[str, Callable[[Edit, Parts], None]], ...] = (
    ("short_name", metadata.short_name),
    ("secrets", security.secrets),
    ("service_account", security.service_account),
    ("image", environment.image),
    ("env_vars", environment.env_vars),
    ("resources", resources.resources),
    ("produces_artifacts", metadata.produces_artifacts),
    ("retries", metadata.retries),
    ("timeout", metadata.timeout),
    ("cache", cache.cache),
    ("interruptible", metadata.interruptible),
    ("labels", metadata.pod_labels),
    ("annotations", metadata.pod_annotations),
    ("pod_template_name", metadata.pod_template_name),
)


def override(template: Template, settings: Settings, strategy: str) -> Desired:
    """*template* with *settings* applied; `template.spec` stays as it is. *strategy* is merge or replace."""
    edit = Edit(template, settings, strategy == "replace")
    given = edit.given
    for name, apply in EDITS:
        if name in given:
            apply(edit, given[name])
    environment.apple_silicon(edit)
    pool.follow(edit)
    notes.remark(edit)
    call = () if given.keys().isdisjoint(CALL) else _call(given)
    return made_desired(edit.spec, call, edit.notes, tuple(edit.problems))


def _call(given: dict[str, Parts]) -> tuple[tuple[str, Any], ...]:
    return tuple([(name, given[name][WHOLE]) for name in CALL if name in given and given[name][WHOLE] is not None])
