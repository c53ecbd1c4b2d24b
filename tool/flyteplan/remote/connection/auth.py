"""How to log in, from all that was said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flyteplan.record import dataclass
from flyteplan.remote.connection.configfile import resolved
from flyteplan.remote.connection.secret import Secret
from flyteplan.remote.connection.settings import AuthType, Settings, merged

METADATA = "FLYTEPLAN_AUTH_METADATA"
METADATA_FILE = "FLYTEPLAN_AUTH_METADATA_FILE"
# The logins that nobody has to sit by. A server without TLS is offered no other: it is somebody's sandbox.
_ALONE = (AuthType.CLIENT_SECRET, AuthType.EXTERNAL_COMMAND, AuthType.PASSTHROUGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How to log in. Files are absolute paths, and are read at every login, so that they may change.

    A client secret is either known (`client_secret`) or in a file; `client_secret_variable` is the variable that may
    hold it, for messages. `metadata` and `metadata_file` are the headers of Passthrough, one `name: value` a line.
    """

    type: AuthType = AuthType.NONE
    client_id: str = ""
    client_secret: Secret | None = None
    client_secret_file: str = ""
    client_secret_variable: str = ""
    scopes: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    proxy_command: tuple[str, ...] = ()
    http_proxy: str = ""
    disable_keyring: bool = False
    metadata: Secret | None = None
    metadata_file: str = ""


def auth(sources: Sequence[Settings], insecure: bool, environ: Mapping[str, str], cwd: str) -> Auth:
    said = merged(sources)
    secret, secret_file = _client_secret(sources, environ)
    kind = _type(sources, environ)
    in_cluster = bool(environ.get("KUBERNETES_SERVICE_HOST"))
    metadata = environ.get(METADATA, "")
    return Auth(
        type=AuthType.NONE if insecure and kind not in _ALONE else kind,
        client_id=said.client_id or "",
        client_secret=secret,
        client_secret_file=resolved(secret_file, cwd, environ),
        client_secret_variable=said.client_secret_variable or "",
        scopes=said.scopes or (),
        command=said.command or (),
        proxy_command=said.proxy_command or (),
        http_proxy=said.http_proxy or "",
        disable_keyring=in_cluster if said.disable_keyring is None else said.disable_keyring,
        metadata=Secret(metadata) if metadata else None,
        metadata_file=resolved(environ.get(METADATA_FILE, ""), cwd, environ),
    )


def _type(sources: Sequence[Settings], environ: Mapping[str, str]) -> AuthType:
    """The first that is said; in one source a client secret says more than the type next to it."""
    for source in sources:
        if any(_client_secret([source], environ)):
            return AuthType.CLIENT_SECRET
        if source.auth_type:
            return source.auth_type
    return AuthType.PKCE


def _client_secret(sources: Sequence[Settings], environ: Mapping[str, str]) -> tuple[Secret | None, str]:
    """The secret, or the file that holds it. A variable that is named but not set says nothing."""
    for source in sources:
        text = environ.get(source.client_secret_variable or "", "").strip()
        if source.client_secret or text:
            return source.client_secret or Secret(text), ""
        if source.client_secret_file:
            return None, source.client_secret_file
    return None, ""
