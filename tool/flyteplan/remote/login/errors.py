"""What stands between a user and a token."""

from __future__ import annotations

from flyteplan.errors import CatalogError


class LoginError(CatalogError):
    """There is no token; the message says why, and what to do. It holds no secrets."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)


class RefusedError(Exception):
    """An authorization server's answer that it gives no token: the `error` code and the description of RFC 6749."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}" if description else code)
        self.code = code
