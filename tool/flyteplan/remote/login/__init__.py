"""Who asks: the headers that let a call in, got and renewed in all of Flyte's ways."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

from flyteplan.errors import CatalogError
from flyteplan.remote.connection import AuthType, Connection
from flyteplan.remote.login.cache import KeyringCache, NoCache
from flyteplan.remote.login.clientsecret import ClientSecretFlow
from flyteplan.remote.login.command import CommandFlow, ProxyCommand
from flyteplan.remote.login.device import DeviceFlow
from flyteplan.remote.login.discovery import Discovery, OAuthMetadata, PublicClient
from flyteplan.remote.login.errors import LoginError
from flyteplan.remote.login.passthrough import Passthrough
from flyteplan.remote.login.pkce import Browser, PkceFlow, browser
from flyteplan.remote.login.server import AuthorizationServer
from flyteplan.remote.login.token import Cache, Flow, Headers, Source, Token

__all__ = [
    "Browser",
    "Discovery",
    "Headers",
    "Login",
    "LoginError",
    "OAuthMetadata",
    "PublicClient",
    "browser",
    "login",
    "stamp",
]


def login(
    connection: Connection, discovery: Discovery, tell: Callable[[str], None], open_page: Browser | None = None
) -> Login:
    """The login of a connection. Nothing is asked of anyone before its first use.

    *tell* shows a line to the user (a code to type, a page to open). *open_page* opens a page, see `browser`; without
    it a login that needs one fails with the alternatives.
    """
    proxy = ProxyCommand(connection.auth.proxy_command) if connection.auth.proxy_command else Nothing(proxy=True)
    return Login(_source(connection, discovery, tell, open_page), proxy)


def stamp(headers: Headers) -> str | None:
    """What tells one login from the next: give it to `Login.refresh`, so that many calls cause one refresh."""
    return "\n".join(value for _, value in headers) or None


class Login:
    """The headers of calls. It may be used by many threads at once.

    It fails once: when no token can be had, all later refreshes fail alike without another try.
    """

    def __init__(self, source: Source, proxy: Source) -> None:
        self._source, self._proxy = source, proxy
        self._own: Headers | None = None
        self._of_proxy: Headers | None = None
        self._failure: CatalogError | None = None
        # It may be entered again: discovery is a call of its own, with the headers for the proxy.
        self._lock = RLock()

    def headers(self) -> Headers:
        """The metadata of a call, in lower case: a token if there is one, and what a proxy wants.

        There is none before the first refresh, unless the keyring, a variable or a file has it. Raises LoginError.
        """
        before = self.proxy_headers()
        if self._own is None:
            with self._lock:
                if self._own is None:
                    self._own = self._source.ready()
        return before + self._own

    def proxy_headers(self) -> Headers:
        """The metadata of calls that want no login. Raises LoginError."""
        if self._of_proxy is None:
            with self._lock:
                if self._of_proxy is None:
                    self._of_proxy = self._proxy.ready()
        return self._of_proxy

    def refresh(self, stale: str | None = None) -> None:
        """Get other headers than those whose `stamp` is *stale*; nothing happens if there are others already.

        Called after a call was refused (UNAUTHENTICATED). Raises LoginError.
        """
        with self._lock:
            if stamp(self.headers()) != stale:
                return
            if self._failure:
                raise self._failure
            try:
                self._of_proxy = self._proxy.renewed(self.proxy_headers())
                self._own = self._source.renewed(self._own or ())
            except CatalogError as error:
                self._failure = error
                raise


class Tokens:
    """Tokens of one flow, from the cache as long as they are not refused."""

    def __init__(self, flow: Flow, cache: Cache) -> None:
        self._flow, self._cache = flow, cache
        self._token: Token | None = None

    def ready(self) -> Headers:
        self._token = self._cache.read()
        return self._headers(self._token)

    def renewed(self, refused: Headers) -> Headers:
        """Another process may have been faster, and refresh tokens are often good for one use only."""
        cached = self._cache.read()
        others = self._headers(cached)
        if others and others != refused:
            self._token = cached
            return others
        self._token = self._flow.token(cached or self._token)
        self._cache.write(self._token)
        return self._headers(self._token)

    def _headers(self, token: Token | None) -> Headers:
        return ((self._flow.header(), f"Bearer {token.access}"),) if token and token.access else ()


class Nothing:
    """No headers, and none to be had."""

    def __init__(self, *, proxy: bool = False) -> None:
        self._proxy = proxy

    def ready(self) -> Headers:
        return ()

    def renewed(self, refused: Headers) -> Headers:
        if self._proxy:
            return refused
        hint = "leave out --insecure, or set FLYTE_AUTH_TYPE to ClientSecret, ExternalCommand or Passthrough"
        raise LoginError("the endpoint wants a login, and without TLS there is none", hint)


def _source(
    connection: Connection, discovery: Discovery, tell: Callable[[str], None], open_page: Browser | None
) -> Source:
    """Only a person's tokens are shared: those of an application are another identity than the keyring's owner."""
    auth, server = connection.auth, AuthorizationServer(connection, discovery)
    shared = NoCache() if auth.disable_keyring else KeyringCache(connection.address, tell)
    sources: dict[AuthType, Callable[[], Source]] = {
        AuthType.CLIENT_SECRET: lambda: Tokens(ClientSecretFlow(server, auth), NoCache()),
        AuthType.EXTERNAL_COMMAND: lambda: Tokens(CommandFlow(auth.command), NoCache()),
        AuthType.DEVICE_FLOW: lambda: Tokens(DeviceFlow(server, tell), shared),
        AuthType.PKCE: lambda: Tokens(PkceFlow(server, tell, open_page), shared),
        AuthType.PASSTHROUGH: lambda: Passthrough(auth),
        AuthType.NONE: Nothing,
    }
    return sources[auth.type]()
