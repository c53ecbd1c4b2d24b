"""Tokens in the system's keyring, in the place and the form of the Flyte CLI, so that one login serves both."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

from flyteplan.remote.login.token import Token

_USER = "tokens"


class Keyring(Protocol):
    """What is used of the `keyring` module."""

    def get_password(self, service_name: str, username: str, /) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str, /) -> None: ...


class NoCache:
    """For tokens that cost nothing to get, that are another identity than the user's, or where it is not wanted."""

    def read(self) -> Token | None:
        return None

    def write(self, token: Token) -> None:
        """Nothing is kept."""


class KeyringCache:
    """The item `tokens` of the service *address*: JSON with access_token and refresh_token."""

    def __init__(self, address: str, tell: Callable[[str], None]) -> None:
        self._address = address
        self._tell = tell

    def read(self) -> Token | None:
        return _parsed(self._try("read", lambda keyring: keyring.get_password(self._address, _USER)))

    def write(self, token: Token) -> None:
        text = json.dumps({"access_token": token.access, "refresh_token": token.refresh or None})
        self._try("written", lambda keyring: keyring.set_password(self._address, _USER, text))

    def _try(self, what: str, use: Callable[[Keyring], str | None]) -> str | None:
        try:
            import keyring
            from keyring.errors import NoKeyringError
        except ImportError:
            return None
        try:
            return use(keyring)
        except NoKeyringError:
            return None
        except Exception as error:  # noqa: BLE001  # backends raise what they like, and none of it is worth an end
            self._tell(f"The keyring can not be {what}, so that you may have to log in again: {type(error).__name__}")
            return None


def _parsed(text: str | None) -> Token | None:
    try:
        tokens = json.loads(text or "null")
    except ValueError:
        return None
    if not isinstance(tokens, dict):
        return None
    access, refresh = (_word(tokens.get(name)) for name in ("access_token", "refresh_token"))
    return Token(access, refresh) if access or refresh else None


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
