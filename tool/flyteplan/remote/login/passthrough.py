"""Headers that somebody else made, sent as they are."""

from __future__ import annotations

import re

from flyteplan.remote.connection import Auth
from flyteplan.remote.connection.auth import METADATA, METADATA_FILE
from flyteplan.remote.login.errors import LoginError
from flyteplan.remote.login.token import Headers

_LINE = re.compile(r"(?P<name>[0-9A-Za-z_.-]+)\s*:\s*(?P<value>[\x20-\x7e]*)")


class Passthrough:
    """The file is read again when the headers are refused: what writes it may have newer ones."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def ready(self) -> Headers:
        headers = tuple(_header(line) for line in self._text().splitlines() if line.strip())
        if not headers:
            raise LoginError("passthrough needs headers to send", f"set {METADATA} or {METADATA_FILE}")
        return headers

    def renewed(self, refused: Headers) -> Headers:
        headers = self.ready()
        if headers == refused:
            raise LoginError("the server refuses the headers that it is given", f"renew {METADATA} or {METADATA_FILE}")
        return headers

    def _text(self) -> str:
        if self._auth.metadata:
            return self._auth.metadata.text
        if not self._auth.metadata_file:
            return ""
        try:
            with open(self._auth.metadata_file, encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            message = f"{self._auth.metadata_file} can not be read: {reason}"
            raise LoginError(message, f"check {METADATA_FILE}") from None


def _header(line: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line.strip())
    name = found["name"].lower() if found else ""
    if not found or name.endswith("-bin") or name.startswith("grpc-"):
        raise LoginError("a line of the headers to pass through can not be read", "write name: value, in ASCII")
    return name, found["value"]
