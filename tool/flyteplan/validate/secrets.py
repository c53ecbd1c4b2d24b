"""`overrides.secrets`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flyteplan.model.document import Pointer
from flyteplan.model.sensitive import without_value
from flyteplan.model.settings import Secret
from flyteplan.validate.draft import Draft

_AT = ("spec", "overrides", "secrets")
_ENV_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_CODE = "FP1208"


def put_secrets(draft: Draft, items: Sequence[Any]) -> None:
    seen: set[str] = set()
    for index, item in enumerate(items):
        pointer = (*_AT, index)
        secret = _secret(draft, {"key": item} if isinstance(item, str) else item or {}, pointer)
        if not secret.key:
            continue
        name = secret.name
        if name in seen:
            draft.wrong(_CODE, pointer, f"secret {name} stands twice", "keep one of them")
        seen.add(name)
        draft.put(("overrides", "secrets", name), secret, pointer)


def _secret(draft: Draft, item: dict[str, str], pointer: Pointer) -> Secret:
    """What is neither a file nor given a variable is the variable that the SDK derives from its name."""
    key, group = item.get("key", ""), item.get("group", "")
    if "=" in key:
        message, hint = f"'{without_value(key)}' can not be the key of a secret", "write the key alone, without a value"
        draft.wrong(_CODE, pointer, message, hint)
        return _made("", group, "", False)
    if "mount" in item:
        return _made(key, group, "", True)
    derived = (f"{group}_{key}" if group else key).replace("-", "_").upper()
    env_var = item.get("as_env_var", derived)
    if key and not _ENV_NAME.fullmatch(env_var):
        _refuse_name(draft, env_var, pointer, given="as_env_var" in item)
    return _made(key, group, env_var, False)


@lru_cache(maxsize=1024)
def _made(key: str, group: str, env_var: str, as_file: bool) -> Secret:
    """Many tasks of a team have the same."""
    return Secret(key=key, group=group, env_var=env_var, as_file=as_file)


def _refuse_name(draft: Draft, env_var: str, pointer: Pointer, *, given: bool) -> None:
    env_var = without_value(env_var)
    if given:
        hint = "use capitals, digits and _, not beginning with a digit"
        draft.wrong(_CODE, (*pointer, "as_env_var"), f"'{env_var}' can not be the variable of a secret", hint)
    else:
        hint = "name another one with as_env_var, or mount it as a file"
        draft.wrong(_CODE, pointer, f"the variable of this secret would be '{env_var}', which can not be", hint)
