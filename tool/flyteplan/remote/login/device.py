"""The login on another device: a code is shown here and typed there (RFC 8628)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flyteplan.record import dataclass, field
from flyteplan.remote.login.errors import LoginError, RefusedError
from flyteplan.remote.login.server import AuthorizationServer, unexpected
from flyteplan.remote.login.token import Token

_INTERVAL_SECONDS = 5.0
_SLOWER_SECONDS = 5.0
_LIFETIME_SECONDS = 600.0
_REFUSALS = {"access_denied": "it was denied on the other device", "expired_token": "the code was not used in time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`url` is where the user goes; `complete` the same with the code in it, or "". Times are seconds."""

    device_code: str = field(repr=False)
    user_code: str
    url: str
    complete: str = ""
    interval: float = _INTERVAL_SECONDS
    lifetime: float = _LIFETIME_SECONDS


class DeviceFlow:
    def __init__(
        self,
        server: AuthorizationServer,
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server, self._tell, self._sleep, self._now = server, tell, sleep, now

    def header(self) -> str:
        return self._server.header()

    def token(self, old: Token | None) -> Token:
        return self._server.refreshed(old) or self._asked()

    def _asked(self) -> Token:
        code = self._code()
        self._tell(_instruction(code))
        try:
            return self._polled(code)
        except RefusedError as error:
            reason = _REFUSALS.get(error.code, str(error))
            raise LoginError(f"the login at {code.url} failed: {reason}", "try again") from None

    def _code(self) -> Code:
        url = self._server.metadata.device_authorization_endpoint
        if not url:
            raise LoginError("the endpoint offers no login on another device", "set FLYTE_AUTH_TYPE to another")
        client = self._server.public_client
        form = {"client_id": client.client_id, "scope": self._server.scope, "audience": client.audience}
        response = self._server.post(url, urlencode({name: value for name, value in form.items() if value}))
        try:
            return _code(json.loads(response.text))
        except (ValueError, TypeError, KeyError):
            raise unexpected(response) from None

    def _polled(self, code: Code) -> Token:
        """Asks until the user is done. Longer intervals stay; a server that falters is asked again."""
        from oauthlib.oauth2 import DeviceClient

        client = DeviceClient(self._server.public_client.client_id)
        body = client.prepare_request_body(code.device_code, include_client_id=True)
        interval, end = code.interval, self._now() + code.lifetime
        while self._now() + interval < end:
            self._sleep(interval)
            try:
                return self._server.exchange(body, secret=code.device_code)
            except RefusedError as error:
                if error.code not in ("authorization_pending", "slow_down"):
                    raise
                interval += _SLOWER_SECONDS if error.code == "slow_down" else 0
            except LoginError:
                interval += _SLOWER_SECONDS
        raise RefusedError("expired_token", "")


def _instruction(code: Code) -> str:
    if code.complete:
        return f"To log in, open {code.complete} and compare the code: {code.user_code}"
    return f"To log in, open {code.url} and type the code: {code.user_code}"


def _code(answer: dict[str, Any]) -> Code:
    return Code(
        device_code=str(answer["device_code"]),
        user_code=str(answer["user_code"]),
        url=str(answer["verification_uri"]),
        complete=str(answer.get("verification_uri_complete") or ""),
        interval=max(1.0, float(answer.get("interval") or _INTERVAL_SECONDS)),
        lifetime=float(answer.get("expires_in") or _LIFETIME_SECONDS),
    )
