"""FLYTE_API_KEY: an endpoint and the credentials of an application in one word."""

from __future__ import annotations

import base64
import binascii

from flyteplan.errors import UsageError
from flyteplan.remote.connection.secret import Secret
from flyteplan.remote.connection.settings import AuthType, Settings

VARIABLE = "FLYTE_API_KEY"
_HINT = "it is the base64 of endpoint:client_id:client_secret:org, as `flyte create api-key` prints it"


def api_key_settings(key: str) -> Settings:
    """What a key says. Raises UsageError, which does not show the key.

    The endpoint is all that stands before the last three fields, so that it may have a scheme and a port.
    """
    fields = _decoded(key).rsplit(":", 3)
    if len(fields) != 4 or not all(fields[:3]):
        raise UsageError(f"{VARIABLE} can not be read ({_HINT})")
    endpoint, client_id, client_secret, org = fields
    return Settings(
        endpoint=endpoint,
        client_id=client_id,
        client_secret=Secret(client_secret),
        auth_type=AuthType.CLIENT_SECRET,
        org=None if org in ("", "None") else org,  # "None" is how a key without an organization was written
    )


def _decoded(key: str) -> str:
    word = key.strip().translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise UsageError(f"{VARIABLE} can not be read ({_HINT})") from None
