"""What a reviewer should know of a task whose overrides all took effect in the template."""

from __future__ import annotations

from flyteplan.model.plan import Note
from flyteplan.model.settings import WHOLE
from flyteplan.override.edit import Edit

_CONTAINER_PARAMETERS = frozenset({"resources", "env_vars", "image"})


def _not_honoured(name: str, what: str, *parts: str) -> tuple[str, tuple[str, ...], Note]:
    message = f"the open-source backend stores but does not honour {what}"
    return name.partition(".")[0], parts, Note(code=f"not-honoured-{name}", message=message)


# Stored by the open-source backend (v2.0.43) and read by nothing in it; Union's backend honours them.
_NOT_HONOURED = (
    _not_honoured("timeout", "timeouts", "max_runtime", "max_queued_time", "deadline"),
    _not_honoured("retries.backoff", "the backoff of retries", "backoff.base", "backoff.factor", "backoff.cap"),
    _not_honoured("interruptible", "interruptible of a template (that of a run counts)", WHOLE),
    _not_honoured("cache.max_age", "the maximum age of cached results", "max_age"),
)


def remark(edit: Edit) -> None:
    """Add the notes on plugins that decide for themselves, and on what the open-source backend does not honour."""
    given = edit.given
    if edit.template.HasField("custom"):
        _plugin(edit)
    for parameter, parts, note in _NOT_HONOURED:
        if parameter not in given:
            continue
        wanted = given[parameter]
        for part in parts:
            if part in wanted and wanted[part] is not None:
                edit.notes += (note,)
                break


def _plugin(edit: Edit) -> None:
    template = edit.template
    touched = sorted(_CONTAINER_PARAMETERS & edit.given.keys())
    if not touched or template.type == "actor":
        return
    keys = ", ".join(sorted(template.custom.fields))
    message = f"the {template.type} plugin may decide on {', '.join(touched)} by its own settings (custom: {keys})"
    edit.notes += (Note(code="plugin-decides", message=message, attention=True),)
