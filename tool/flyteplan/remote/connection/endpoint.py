"""The spellings of an endpoint."""

from __future__ import annotations

import re
from ipaddress import ip_address

from flyteplan.errors import UsageError
from flyteplan.record import dataclass

_SCHEMES = {"dns": None, "http": True, "https": False}
_PLACE = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?)(:(?P<port>[0-9]{1,5}))?")
_SPELLINGS = "write host, host:port, dns:///host:port, https://host or, for plaintext, http://host:port"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`host` as it is written, an IPv6 address in brackets; `port` 0 where none is.

    `plaintext` is what the scheme says: True for http, False for https, None where it says nothing.
    """

    host: str
    port: int
    plaintext: bool | None

    @property
    def written(self) -> str:
        """As the Flyte CLI writes it after the scheme, which is the name of its tokens in the keyring."""
        return f"{self.host}:{self.port}" if self.port else self.host

    def dialled(self, insecure: bool) -> str:
        """What gRPC takes as the target of a channel. Without a port, that of http or https."""
        return f"dns:///{self.host.lower()}:{self.port or (80 if insecure else 443)}"

    def is_at(self, other: Endpoint) -> bool:
        """Whether both may be the same server: a port that is not written is any port."""
        return self.host.lower() == other.host.lower() and (self.port == other.port or 0 in (self.port, other.port))


def parse_endpoint(text: str, origin: str) -> Endpoint:
    """Raises UsageError that names *origin*, where the text comes from; it repeats no credentials of the text."""
    scheme, _, rest = text.strip().rpartition("://")
    if scheme.lower() == "dns":
        rest = rest[1:] if rest.startswith("/") else f"dns://{rest}"  # dns://resolver/host asks another resolver
    found = _PLACE.fullmatch(rest.rstrip("/"))
    known = not scheme or scheme.lower() in _SCHEMES
    if not known or not found or int(found["port"] or 1) not in range(1, 65536):
        raise UsageError(f"{origin}: {text.rpartition('@')[2].strip() or 'nothing'} is no endpoint ({_SPELLINGS})")
    host = found["host"]
    if host.startswith("[") and not _is_address(host):
        raise UsageError(f"{origin}: {host} is no IPv6 address ({_SPELLINGS})")
    return Endpoint(host, int(found["port"] or 0), _SCHEMES.get(scheme.lower()))


def guessed_org(host: str) -> str:
    """The organization that Flyte takes when none is said: the first of more than two labels of a name, else "".

    An address has no labels, so it has no organization either.
    """
    labels = host.split(".")
    return labels[0] if len(labels) > 2 and not _is_address(host) else ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
