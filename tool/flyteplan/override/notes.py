"""What a reviewer should know of a task whose overrides all took effect in the template."""

from __future__ import annotations

from collections.abc import Collection

from flyteplan.model.plan import Note
from flyteplan.override.edit import Edit

# Stored by the open-source backend (v2.0.43) and read by nothing in it; Union's backend honours them.
_NOT_HONOURED = {
    ("timeout",): "timeouts",
    ("retries", "backoff"): "the backoff of retries",
    ("interruptible",): "interruptible of a template (that of a run counts)",
    ("cache", "max_age"): "the maximum age of cached results",
}
_CONTAINER_PARAMETERS = frozenset({"resources", "env_vars", "image"})


def remark(edit: Edit, parameters: Collection[str]) -> None:
    """Add the notes on plugins that decide for themselves, and on what the open-source backend does not honour."""
    _plugin(edit, parameters)
    for path, what in _NOT_HONOURED.items():
        if any(not item.clears for item in edit.under(*path)):
            message = f"the open-source backend stores but does not honour {what}"
            edit.notes.append(Note(code=f"not-honoured-{'.'.join(path)}", message=message))


def _plugin(edit: Edit, parameters: Collection[str]) -> None:
    template = edit.template
    touched = sorted(_CONTAINER_PARAMETERS & set(parameters))
    if not touched or not template.HasField("custom") or template.type == "actor":
        return
    keys = ", ".join(sorted(template.custom.fields))
    message = f"the {template.type} plugin may decide on {', '.join(touched)} by its own settings (custom: {keys})"
    edit.notes.append(Note(code="plugin-decides", message=message, attention=True))
