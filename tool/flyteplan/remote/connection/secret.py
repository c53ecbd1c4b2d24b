"""Text that may be sent to the one it is meant for, and shown to nobody."""

from __future__ import annotations

from flyteplan.record import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """`text` is the secret. It is in no `repr()`, `str()` or format of it, so that no message shows it by accident."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "***"


def without_secrets(message: str, *secrets: str) -> str:
    """A message of someone else's with every one of the secrets struck out."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        message = message.replace(secret, "***")
    return message
