"""What Flyte can be told about a connection, under which names, and how each of them is read."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from flyteplan.errors import UsageError
from flyteplan.record import dataclass, field_names
from flyteplan.remote.connection.secret import Secret


class AuthType(Enum):
    """How tokens are got; the values are Flyte's names. NONE: the server is asked for none."""

    PKCE = "Pkce"
    CLIENT_SECRET = "ClientSecret"  # noqa: S105
    DEVICE_FLOW = "DeviceFlow"
    EXTERNAL_COMMAND = "ExternalCommand"
    PASSTHROUGH = "Passthrough"
    NONE = ""


_AUTH_WORDS = {
    "pkce": AuthType.PKCE,
    "clientsecret": AuthType.CLIENT_SECRET,
    "appcredential": AuthType.CLIENT_SECRET,
    "deviceflow": AuthType.DEVICE_FLOW,
    "headless": AuthType.DEVICE_FLOW,
    "externalcommand": AuthType.EXTERNAL_COMMAND,
    "command": AuthType.EXTERNAL_COMMAND,
    "custom": AuthType.EXTERNAL_COMMAND,
    "passthrough": AuthType.PASSTHROUGH,
}
_TRUTHS = dict.fromkeys(("true", "yes", "on", "1", "t", "y"), True) | dict.fromkeys(
    ("false", "no", "off", "0", "f", "n"), False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one source says; None is what it does not say. `client_secret` is never in a file."""

    endpoint: str | None = None
    insecure: bool | None = None
    skip_verify: bool | None = None
    ca_file: str | None = None
    http_proxy: str | None = None
    disable_keyring: bool | None = None
    auth_type: AuthType | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    client_secret_file: str | None = None
    client_secret_variable: str | None = None
    scopes: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    proxy_command: tuple[str, ...] | None = None
    org: str | None = None
    project: str | None = None
    domain: str | None = None


FIELDS = field_names(Settings)


class UnreadableError(Exception):
    """A value that its setting can not have: the message says what it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A setting: the `section.key` of a file, the variables that say it best, how its values are read."""

    field: str
    path: str
    read: Callable[[Any], Any]
    aliases: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        return (*self.aliases, "FLYTE_" + self.path.upper().replace(".", "_"))


def read_text(value: object) -> str:
    if isinstance(value, (dict, list, bool)):
        raise UnreadableError("text")
    return str(value).strip()


def read_boolean(value: object) -> bool:
    """A boolean, or the word for one: in the environment everything is text, "false" too."""
    truth = value if isinstance(value, bool) else _TRUTHS.get(str(value).strip().lower())
    if truth is None:
        raise UnreadableError("true or false")
    return truth


def read_command(value: object) -> tuple[str, ...]:
    """A list, the JSON of one, or a line as a shell takes it."""
    return _read_list(value, shlex.split, "a list of words, or a line as a shell takes it")


def read_words(value: object) -> tuple[str, ...]:
    """A list, the JSON of one, or words with spaces or commas between them."""
    return _read_list(value, lambda text: [word for word in re.split(r"[,\s]+", text) if word], "a list of words")


def read_auth_type(value: object) -> AuthType:
    """Flyte's names, and the spellings that its command line takes, in any case."""
    word = re.sub(r"[-_\s]", "", str(value)).lower()
    if word not in _AUTH_WORDS:
        raise UnreadableError(f"one of {', '.join(kind.value for kind in AuthType if kind.value)}")
    return _AUTH_WORDS[word]


KEYS = (
    Key(field="endpoint", path="admin.endpoint", read=read_text),
    Key(field="insecure", path="admin.insecure", read=read_boolean),
    Key(field="skip_verify", path="admin.insecureSkipVerify", read=read_boolean),
    Key(field="ca_file", path="admin.caCertFilePath", read=read_text),
    Key(field="http_proxy", path="admin.httpProxyURL", read=read_text),
    Key(field="disable_keyring", path="admin.disableKeyring", read=read_boolean),
    Key(field="auth_type", path="admin.authType", read=read_auth_type, aliases=("FLYTE_AUTH_TYPE",)),
    Key(field="client_id", path="admin.clientId", read=read_text),
    Key(field="client_secret_file", path="admin.clientSecretLocation", read=read_text),
    Key(field="client_secret_variable", path="admin.clientSecretEnvVar", read=read_text),
    Key(field="scopes", path="admin.scopes", read=read_words),
    Key(field="command", path="admin.command", read=read_command, aliases=("FLYTE_AUTH_COMMAND",)),
    Key(field="proxy_command", path="admin.proxyCommand", read=read_command, aliases=("FLYTE_AUTH_PROXY_COMMAND",)),
    Key(field="org", path="task.org", read=read_text),
    Key(field="project", path="task.project", read=read_text),
    Key(field="domain", path="task.domain", read=read_text),
)


def merged(sources: Sequence[Settings]) -> Settings:
    """The first that is said of every setting; an empty text and an empty list say nothing."""
    return Settings(**{name: _first(getattr(source, name) for source in sources) for name in FIELDS})


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None and value not in ("", ())), None)


def environment_settings(environ: Mapping[str, str]) -> Settings:
    """What the FLYTE_* variables say, whether or not there is a file. An empty variable says nothing.

    Raises UsageError that names the variable.
    """
    said = {}
    for key in KEYS:
        name = next((name for name in key.variables if environ.get(name, "").strip()), None)
        if name:
            said[key.field] = _from_variable(key, name, environ[name])
    return Settings(**said)


def _from_variable(key: Key, name: str, text: str) -> Any:
    try:
        return key.read(text)
    except UnreadableError as error:
        raise UsageError(f"{name} can not be read (write {error})") from None


def _read_list(value: object, split: Callable[[str], list[str]], form: str) -> tuple[str, ...]:
    items = value if isinstance(value, list) else _listed(str(value).strip(), split, form)
    if isinstance(value, (dict, bool)) or any(isinstance(item, (dict, list)) or item is None for item in items):
        raise UnreadableError(form)
    return tuple(map(str, items))


def _listed(text: str, split: Callable[[str], list[str]], form: str) -> list[Any]:
    try:
        parsed = json.loads(text) if text.startswith("[") else split(text)
    except ValueError:
        raise UnreadableError(form) from None
    return parsed if isinstance(parsed, list) else [parsed]
