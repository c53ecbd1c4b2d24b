"""Tokens that a program of the user's prints."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess

from flyteplan.remote.connection.secret import without_secrets
from flyteplan.remote.login.errors import LoginError
from flyteplan.remote.login.token import Headers, Token

_SECONDS = 60.0
_STDERR_CHARACTERS = 500


class CommandFlow:
    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command

    def header(self) -> str:
        """Flyte sends what a command prints under this name whatever the endpoint says; proxies rely on it."""
        return "authorization"

    def token(self, old: Token | None) -> Token:  # noqa: ARG002  # the program knows what it knows
        return Token(printed(self._command, "FLYTE_AUTH_COMMAND"))


class ProxyCommand:
    """The headers for a proxy in front of the endpoint. It is asked before the first call: without, none gets by."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command

    def ready(self) -> Headers:
        return self.renewed(())

    def renewed(self, refused: Headers) -> Headers:  # noqa: ARG002  # the program knows what it knows
        return (("proxy-authorization", f"Bearer {printed(self._command, 'FLYTE_AUTH_PROXY_COMMAND')}"),)


def printed(command: tuple[str, ...], variable: str, seconds: float = _SECONDS) -> str:
    """The one word that *command* prints. Raises LoginError, with what it says on stderr, never what it prints."""
    if not command:
        raise LoginError("a login by command needs the command", f"set {variable}")
    code, output, said = _run(command, variable, seconds)
    words = output.split()
    if code:
        shown = without_secrets(said, *words)[-_STDERR_CHARACTERS:].strip()
        raise _failed(command, f"ends with {code}" + (f" and says: {shown}" if shown else ""), variable)
    if len(words) != 1:
        raise _failed(command, "prints nothing" if not words else "prints more than the token", variable)
    return words[0]


def _run(command: tuple[str, ...], variable: str, seconds: float) -> tuple[int, str, str]:
    try:
        process = subprocess.Popen(  # noqa: S603  # the user's own configuration names it
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(command, f"can not be started: {error.strerror}", variable) from None
    try:
        output, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise _failed(command, f"takes more than {seconds:g} seconds", variable) from None
    finally:
        _end(process)
    return process.returncode, output, said


def _end(process: subprocess.Popen[str]) -> None:
    """Ends what still runs, with its children: they hold the pipes that we would wait for."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()


def _failed(command: tuple[str, ...], what: str, variable: str) -> LoginError:
    """Only the program is named: its arguments may be secrets."""
    return LoginError(
        f"the command {shlex.quote(command[0])} that prints a token {what}", f"try it; it is in {variable}"
    )
